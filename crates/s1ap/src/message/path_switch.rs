//! PATH SWITCH (TS 36.413 8.4.4, 9.1.5.8 to 9.1.5.10).

use crate::list::Items;
use crate::{
    Cause, CriticalityDiagnostics, EnbUeS1apId, ErabFailed, ErabTunnel, MmeUeS1apId, SecurityContext,
    UeAggregateMaximumBitrate, UeSecurityCapabilities,
};
use quintet_identity::{Ecgi, Tai};

message! {
    /// PATH SWITCH REQUEST (TS 36.413 9.1.5.8): the UE is now at another eNB.
    PathSwitchRequest "PATH SWITCH REQUEST" = InitiatingMessage 3 Reject {
        /// The new eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// The tunnels to the new eNB, 1 to 256.
        mandatory 22 Reject e_rab_to_be_switched_dl_list: Vec<ErabTunnel> as Items<23, true>;
        /// The MME's identity of the UE.
        mandatory 88 Reject source_mme_ue_s1ap_id: MmeUeS1apId;
        /// The cell.
        expected 100 Ignore eutran_cgi: Ecgi;
        /// Its tracking area.
        expected 67 Ignore tai: Tai;
        /// The UE's algorithms as the old eNB had them.
        expected 107 Ignore ue_security_capabilities: UeSecurityCapabilities;
    }
}

message! {
    /// PATH SWITCH REQUEST ACKNOWLEDGE (TS 36.413 9.1.5.9).
    PathSwitchRequestAcknowledge "PATH SWITCH REQUEST ACKNOWLEDGE" = SuccessfulOutcome 3 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// Bounds on the UE's non-GBR bearers together.
        optional 66 Ignore ue_aggregate_maximum_bitrate: UeAggregateMaximumBitrate;
        /// The tunnels from the eNB, where they changed.
        optional 95 Ignore e_rab_to_be_switched_ul_list: Vec<ErabTunnel> as Items<94, false>;
        /// E-RABs that could not be switched.
        optional 33 Ignore e_rab_to_be_released_list: Vec<ErabFailed> as Items<35, false>;
        /// The next hop.
        mandatory 40 Reject security_context: SecurityContext;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
        /// The UE's algorithms, if the eNB's were others.
        optional 107 Ignore ue_security_capabilities: UeSecurityCapabilities;
    }
}

message! {
    /// PATH SWITCH REQUEST FAILURE (TS 36.413 9.1.5.10).
    PathSwitchRequestFailure "PATH SWITCH REQUEST FAILURE" = UnsuccessfulOutcome 3 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// Why.
        expected 2 Ignore cause: Cause;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}
