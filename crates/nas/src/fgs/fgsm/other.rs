//! Status, service-level authentication, remote UE report (TS 24.501 8.3.16 to 8.3.20).

use super::fgsm_message;
use crate::fgs::FgsmCause;
use crate::fgs::ie::*;

fgsm_message! {
    /// 5GSM STATUS (TS 24.501 8.3.16).
    FgsmStatus = "5GSM STATUS", 0xd6
    mandatory {
        V 1..=1 fgsm_cause: FgsmCause = "5GSM cause";
    }
    optional {}
}

fgsm_message! {
    /// SERVICE-LEVEL AUTHENTICATION COMMAND (TS 24.501 8.3.17).
    ServiceLevelAuthenticationCommand = "SERVICE-LEVEL AUTHENTICATION COMMAND", 0xd8
    mandatory {
        LvE 5..=65537 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
    }
    optional {}
}

fgsm_message! {
    /// SERVICE-LEVEL AUTHENTICATION COMPLETE (TS 24.501 8.3.18).
    ServiceLevelAuthenticationComplete = "SERVICE-LEVEL AUTHENTICATION COMPLETE", 0xd9
    mandatory {
        LvE 5..=65537 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
    }
    optional {}
}

fgsm_message! {
    /// REMOTE UE REPORT (TS 24.501 8.3.19).
    RemoteUeReport = "REMOTE UE REPORT", 0xda
    mandatory {}
    optional {
        0x76 TlvE 16..=65538 remote_ue_context_connected: RemoteUeContextList<'a> = "Remote UE context connected";
        0x70 TlvE 16..=65538 remote_ue_context_disconnected: RemoteUeContextList<'a> = "Remote UE context disconnected";
    }
}

fgsm_message! {
    /// REMOTE UE REPORT RESPONSE (TS 24.501 8.3.20).
    RemoteUeReportResponse = "REMOTE UE REPORT RESPONSE", 0xdb
    mandatory {}
    optional {}
}
