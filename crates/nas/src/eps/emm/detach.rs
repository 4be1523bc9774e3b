//! Detach (TS 24.301 8.2.10, 8.2.11).

use crate::common::message;
use crate::eps::EmmCause;
use crate::eps::ie::*;

message! {
    /// DETACH REQUEST, UE originating detach (TS 24.301 8.2.11.1).
    emm DetachRequestFromUe = "DETACH REQUEST", 0x45
    header {}
    mandatory {
        HalfLow 1..=1 detach_type: DetachType = "Detach type";
        HalfHigh 1..=1 nas_key_set_identifier: NasKsi = "NAS key set identifier";
        Lv 5..=12 eps_mobile_identity: EpsMobileIdentity<'a> = "EPS mobile identity";
    }
    optional {}
}

message! {
    /// DETACH REQUEST, UE terminated detach (TS 24.301 8.2.11.2).
    emm DetachRequestFromNetwork = "DETACH REQUEST", 0x45
    header {}
    mandatory {
        HalfSpare 1..=1 detach_type: DetachType = "Detach type";
    }
    optional {
        0x53 Tv 2..=2 emm_cause: EmmCause = "EMM cause";
    }
}

message! {
    /// DETACH ACCEPT, either way (TS 24.301 8.2.10).
    emm DetachAccept = "DETACH ACCEPT", 0x46
    header {}
    mandatory {}
    optional {}
}
