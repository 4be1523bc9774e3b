//! Identification (TS 24.501 8.2.21, 8.2.22).

use crate::common::message;
use crate::fgs::ie::*;

message! {
    /// IDENTITY REQUEST (TS 24.501 8.2.21).
    fgmm IdentityRequest = "IDENTITY REQUEST", 0x5b
    header {}
    mandatory {
        HalfSpare 1..=1 identity_type: IdentityType = "Identity type";
    }
    optional {}
}

message! {
    /// IDENTITY RESPONSE (TS 24.501 8.2.22).
    fgmm IdentityResponse = "IDENTITY RESPONSE", 0x5c
    header {}
    mandatory {
        LvE 3..=65537 mobile_identity: MobileIdentity<'a> = "Mobile identity";
    }
    optional {}
}
