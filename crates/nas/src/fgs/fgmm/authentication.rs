//! Authentication (TS 24.501 8.2.1 to 8.2.5).

use crate::common::message;
use crate::fgs::FgmmCause;
use crate::fgs::ie::*;

message! {
    /// AUTHENTICATION REQUEST (TS 24.501 8.2.1).
    fgmm AuthenticationRequest = "AUTHENTICATION REQUEST", 0x56
    header {}
    mandatory {
        HalfSpare 1..=1 ng_ksi: NasKsi = "ngKSI";
        Lv 3..=256 abba: Abba<'a> = "ABBA";
    }
    optional {
        0x21 Tv 17..=17 authentication_parameter_rand: [u8; 16] = "Authentication parameter RAND (5G authentication challenge)";
        0x20 Tlv 18..=18 authentication_parameter_autn: [u8; 16] = "Authentication parameter AUTN (5G authentication challenge)";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
    }
}

message! {
    /// AUTHENTICATION RESPONSE (TS 24.501 8.2.2).
    fgmm AuthenticationResponse = "AUTHENTICATION RESPONSE", 0x57
    header {}
    mandatory {}
    optional {
        0x2d Tlv 18..=18 authentication_response_parameter: [u8; 16] = "Authentication response parameter";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
    }
}

message! {
    /// AUTHENTICATION RESULT (TS 24.501 8.2.3).
    fgmm AuthenticationResult = "AUTHENTICATION RESULT", 0x5a
    header {}
    mandatory {
        HalfSpare 1..=1 ng_ksi: NasKsi = "ngKSI";
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {
        0x38 Tlv 4..=257 abba: Abba<'a> = "ABBA";
        0x55 Tlv 36..=257 aun3_device_security_key: Aun3DeviceSecurityKey<'a> = "AUN3 device security key";
    }
}

message! {
    /// AUTHENTICATION FAILURE (TS 24.501 8.2.4).
    fgmm AuthenticationFailure = "AUTHENTICATION FAILURE", 0x59
    header {}
    mandatory {
        V 1..=1 fgmm_cause: FgmmCause = "5GMM cause";
    }
    optional {
        0x30 Tlv 16..=16 authentication_failure_parameter: [u8; 14] = "Authentication failure parameter";
    }
}

message! {
    /// AUTHENTICATION REJECT (TS 24.501 8.2.5).
    fgmm AuthenticationReject = "AUTHENTICATION REJECT", 0x58
    header {}
    mandatory {}
    optional {
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
    }
}
