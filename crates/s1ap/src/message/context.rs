//! A UE's context in its eNB (TS 36.413 8.3, 8.9, 9.1.4, 9.1.10).

use crate::list::Items;
use crate::{
    Cause, CriticalityDiagnostics, CsFallbackIndicator, EnbUeS1apId, ErabFailed, ErabSetup, ErabToBeSetup,
    MmeUeS1apId, UeAggregateMaximumBitrate, UeS1apIds, UeSecurityCapabilities,
};
use quintet_crypto::KeNb;
use quintet_identity::Gummei;
use std::borrow::Cow;

message! {
    /// INITIAL CONTEXT SETUP REQUEST (TS 36.413 9.1.4.1).
    InitialContextSetupRequest "INITIAL CONTEXT SETUP REQUEST" = InitiatingMessage 9 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// Bounds on the UE's non-GBR bearers together.
        mandatory 66 Reject ue_aggregate_maximum_bitrate: UeAggregateMaximumBitrate;
        /// E-RABs to set up, 1 to 256; the first one's NAS-PDU is the ATTACH ACCEPT.
        mandatory 24 Reject e_rab_to_be_setup_list: Vec<ErabToBeSetup<'a>> as Items<52, true>;
        /// The UE's algorithms.
        mandatory 107 Reject ue_security_capabilities: UeSecurityCapabilities;
        /// KeNB.
        mandatory 73 Reject security_key: KeNb;
        /// What the UE's radio can do, as an eNB told before.
        optional 74 Ignore ue_radio_capability: Cow<'a, [u8]>;
        /// The UE is to fall back for a call.
        optional 108 Reject cs_fallback_indicator: CsFallbackIndicator;
        /// The MME the UE is registered with.
        optional 75 Ignore gummei_id: Gummei;
    }
}

message! {
    /// INITIAL CONTEXT SETUP RESPONSE (TS 36.413 9.1.4.3).
    InitialContextSetupResponse "INITIAL CONTEXT SETUP RESPONSE" = SuccessfulOutcome 9 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// E-RABs that are set up.
        expected 51 Ignore e_rab_setup_list: Vec<ErabSetup> as Items<50, false>;
        /// E-RABs that are not.
        optional 48 Ignore e_rab_failed_to_setup_list: Vec<ErabFailed> as Items<35, false>;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// INITIAL CONTEXT SETUP FAILURE (TS 36.413 9.1.4.4).
    InitialContextSetupFailure "INITIAL CONTEXT SETUP FAILURE" = UnsuccessfulOutcome 9 Reject {
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

message! {
    /// UE CONTEXT RELEASE REQUEST (TS 36.413 9.1.4.5): the eNB asks for the release.
    UeContextReleaseRequest "UE CONTEXT RELEASE REQUEST" = InitiatingMessage 18 Ignore {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// Why.
        expected 2 Ignore cause: Cause;
    }
}

message! {
    /// UE CONTEXT RELEASE COMMAND (TS 36.413 9.1.4.6).
    UeContextReleaseCommand "UE CONTEXT RELEASE COMMAND" = InitiatingMessage 23 Reject {
        /// Whose.
        mandatory 99 Reject ue_s1ap_ids: UeS1apIds;
        /// Why.
        expected 2 Ignore cause: Cause;
    }
}

message! {
    /// UE CONTEXT RELEASE COMPLETE (TS 36.413 9.1.4.7).
    UeContextReleaseComplete "UE CONTEXT RELEASE COMPLETE" = SuccessfulOutcome 23 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// UE CONTEXT MODIFICATION REQUEST (TS 36.413 9.1.4.8).
    UeContextModificationRequest "UE CONTEXT MODIFICATION REQUEST" = InitiatingMessage 21 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// A new KeNB.
        optional 73 Reject security_key: KeNb;
        /// New bounds on the UE's non-GBR bearers together.
        optional 66 Ignore ue_aggregate_maximum_bitrate: UeAggregateMaximumBitrate;
        /// The UE is to fall back for a call.
        optional 108 Reject cs_fallback_indicator: CsFallbackIndicator;
        /// The UE's algorithms.
        optional 107 Reject ue_security_capabilities: UeSecurityCapabilities;
    }
}

message! {
    /// UE CONTEXT MODIFICATION RESPONSE (TS 36.413 9.1.4.9).
    UeContextModificationResponse "UE CONTEXT MODIFICATION RESPONSE" = SuccessfulOutcome 21 Reject {
        /// The MME's identity of the UE.
        mandatory 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// UE CONTEXT MODIFICATION FAILURE (TS 36.413 9.1.4.10).
    UeContextModificationFailure "UE CONTEXT MODIFICATION FAILURE" = UnsuccessfulOutcome 21 Reject {
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

message! {
    /// UE CAPABILITY INFO INDICATION (TS 36.413 9.1.10): what the UE's radio can do, for the MME to keep.
    UeCapabilityInfoIndication "UE CAPABILITY INFO INDICATION" = InitiatingMessage 22 Ignore {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// RRC's UE radio access capabilities.
        expected 74 Ignore ue_radio_capability: Cow<'a, [u8]>;
    }
}
