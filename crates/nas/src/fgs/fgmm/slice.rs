//! Network slice-specific authentication and authorization (TS 24.501 8.2.31 to 8.2.33).

use crate::common::message;
use crate::fgs::ie::*;

message! {
    /// NETWORK SLICE-SPECIFIC AUTHENTICATION COMMAND (TS 24.501 8.2.31).
    fgmm NetworkSliceSpecificAuthenticationCommand = "NETWORK SLICE-SPECIFIC AUTHENTICATION COMMAND", 0x50
    header {}
    mandatory {
        Lv 2..=5 s_nssai: SNssaiIe = "S-NSSAI";
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {}
}

message! {
    /// NETWORK SLICE-SPECIFIC AUTHENTICATION COMPLETE (TS 24.501 8.2.32).
    fgmm NetworkSliceSpecificAuthenticationComplete = "NETWORK SLICE-SPECIFIC AUTHENTICATION COMPLETE", 0x51
    header {}
    mandatory {
        Lv 2..=5 s_nssai: SNssaiIe = "S-NSSAI";
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {}
}

message! {
    /// NETWORK SLICE-SPECIFIC AUTHENTICATION RESULT (TS 24.501 8.2.33).
    fgmm NetworkSliceSpecificAuthenticationResult = "NETWORK SLICE-SPECIFIC AUTHENTICATION RESULT", 0x52
    header {}
    mandatory {
        Lv 2..=5 s_nssai: SNssaiIe = "S-NSSAI";
        LvE 6..=1502 eap_message: EapMessage<'a> = "EAP message";
    }
    optional {}
}
