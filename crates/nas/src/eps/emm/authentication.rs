//! Authentication (TS 24.301 8.2.5 to 8.2.8).

use crate::common::message;
use crate::eps::EmmCause;
use crate::eps::ie::*;

message! {
    /// AUTHENTICATION REQUEST (TS 24.301 8.2.7).
    emm AuthenticationRequest = "AUTHENTICATION REQUEST", 0x52
    header {}
    mandatory {
        HalfSpare 1..=1 nas_key_set_identifier_asme: NasKsi = "NAS key set identifierASME";
        V 16..=16 authentication_parameter_rand: [u8; 16] = "Authentication parameter RAND (EPS challenge)";
        Lv 17..=17 authentication_parameter_autn: [u8; 16] = "Authentication parameter AUTN (EPS challenge)";
    }
    optional {}
}

message! {
    /// AUTHENTICATION RESPONSE (TS 24.301 8.2.8).
    emm AuthenticationResponse = "AUTHENTICATION RESPONSE", 0x53
    header {}
    mandatory {
        Lv 5..=17 authentication_response_parameter: &'a [u8] = "Authentication response parameter";
    }
    optional {}
}

message! {
    /// AUTHENTICATION REJECT (TS 24.301 8.2.6).
    emm AuthenticationReject = "AUTHENTICATION REJECT", 0x54
    header {}
    mandatory {}
    optional {}
}

message! {
    /// AUTHENTICATION FAILURE (TS 24.301 8.2.5).
    emm AuthenticationFailure = "AUTHENTICATION FAILURE", 0x5c
    header {}
    mandatory {
        V 1..=1 emm_cause: EmmCause = "EMM cause";
    }
    optional {
        0x30 Tlv 16..=16 authentication_failure_parameter: [u8; 14] = "Authentication failure parameter";
    }
}
