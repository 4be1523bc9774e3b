//! Bearers of a UE that has a context (TS 36.413 8.2, 9.1.3).

use crate::list::Items;
use crate::{
    CriticalityDiagnostics, EnbUeS1apId, ErabFailed, ErabReleased, ErabToBeSetupBearer, ErabTunnel,
    MmeUeS1apId, UeAggregateMaximumBitrate,
};
use std::borrow::Cow;

message! {
    /// E-RAB SETUP REQUEST (TS 36.413 9.1.3.1).
    ErabSetupRequest "E-RAB SETUP REQUEST" = InitiatingMessage 5 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// New bounds on the UE's non-GBR bearers together.
        optional 66 Reject ue_aggregate_maximum_bitrate: UeAggregateMaximumBitrate;
        /// E-RABs to set up, 1 to 256.
        mandatory 16 Reject e_rab_to_be_setup_list: Vec<ErabToBeSetupBearer<'a>> as Items<17, true>;
    }
}

message! {
    /// E-RAB SETUP RESPONSE (TS 36.413 9.1.3.2).
    ErabSetupResponse "E-RAB SETUP RESPONSE" = SuccessfulOutcome 5 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// E-RABs that are set up.
        optional 28 Ignore e_rab_setup_list: Vec<ErabTunnel> as Items<39, false>;
        /// E-RABs that are not.
        optional 29 Ignore e_rab_failed_to_setup_list: Vec<ErabFailed> as Items<35, false>;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// E-RAB RELEASE COMMAND (TS 36.413 9.1.3.5).
    ErabReleaseCommand "E-RAB RELEASE COMMAND" = InitiatingMessage 7 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// New bounds on the UE's non-GBR bearers together.
        optional 66 Reject ue_aggregate_maximum_bitrate: UeAggregateMaximumBitrate;
        /// E-RABs to release, and why.
        expected 33 Ignore e_rab_to_be_released_list: Vec<ErabFailed> as Items<35, false>;
        /// A NAS message that goes with it.
        optional 26 Ignore nas_pdu: Cow<'a, [u8]>;
    }
}

message! {
    /// E-RAB RELEASE RESPONSE (TS 36.413 9.1.3.6).
    ErabReleaseResponse "E-RAB RELEASE RESPONSE" = SuccessfulOutcome 7 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// E-RABs that are released.
        optional 69 Ignore e_rab_release_list: Vec<ErabReleased> as Items<15, false>;
        /// E-RABs that are not.
        optional 34 Ignore e_rab_failed_to_release_list: Vec<ErabFailed> as Items<35, false>;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}
