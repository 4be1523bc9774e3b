//! A UE's context in its NG-RAN node (TS 38.413 8.3, 8.14, 9.2.2, 9.2.13).

use crate::{
    AmfUeNgapId, Cause, CriticalityDiagnostics, MaskedImeisv, PduSessionId, PduSessionItem,
    PduSessionSetupItem, RanUeNgapId, RrcState, SecurityKey, UeAggregateMaximumBitRate, UeNgapIds,
    UeSecurityCapabilities, UserLocationInformation,
};
use quintet_identity::SNssai;
use quintet_identity::fgs::Guami;
use std::borrow::Cow;

message! {
    /// INITIAL CONTEXT SETUP REQUEST (TS 38.413 9.2.2.1).
    InitialContextSetupRequest "INITIAL CONTEXT SETUP REQUEST" = InitiatingMessage 14 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The AMF the UE was rerouted from: its name.
        optional 48 Reject old_amf: Cow<'a, str>;
        /// Bounds on the UE's non-GBR flows together; there where PDU sessions are.
        optional 110 Reject ue_aggregate_maximum_bit_rate: UeAggregateMaximumBitRate;
        /// The GUAMI of the UE's 5G-GUTI.
        mandatory 28 Reject guami: Guami;
        /// PDU sessions to set up, 1 to 256.
        optional 71 Reject pdu_session_resource_setup_list: Vec<PduSessionSetupItem<'a>>;
        /// The slices the UE may use, 1 to 8.
        mandatory 0 Reject allowed_nssai: Vec<SNssai>;
        /// The UE's algorithms.
        mandatory 119 Reject ue_security_capabilities: UeSecurityCapabilities;
        /// KgNB, or the key of the node's access.
        mandatory 94 Reject security_key: SecurityKey;
        /// What the UE's radio can do, as an NG-RAN node told before.
        optional 117 Ignore ue_radio_capability: Cow<'a, [u8]>;
        /// The UE's kind of device.
        optional 34 Ignore masked_imeisv: MaskedImeisv;
        /// A NAS message that goes with it: REGISTRATION ACCEPT or SERVICE ACCEPT.
        optional 38 Ignore nas_pdu: Cow<'a, [u8]>;
    }
}

message! {
    /// INITIAL CONTEXT SETUP RESPONSE (TS 38.413 9.2.2.2).
    InitialContextSetupResponse "INITIAL CONTEXT SETUP RESPONSE" = SuccessfulOutcome 14 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// PDU sessions that are set up: PDU Session Resource Setup Response Transfer.
        optional 72 Ignore pdu_session_resource_setup_list: Vec<PduSessionItem<'a>>;
        /// PDU sessions that are not: PDU Session Resource Setup Unsuccessful Transfer.
        optional 55 Ignore pdu_session_resource_failed_to_setup_list: Vec<PduSessionItem<'a>>;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// INITIAL CONTEXT SETUP FAILURE (TS 38.413 9.2.2.3).
    InitialContextSetupFailure "INITIAL CONTEXT SETUP FAILURE" = UnsuccessfulOutcome 14 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// The PDU sessions of the request: PDU Session Resource Setup Unsuccessful Transfer.
        optional 132 Ignore pdu_session_resource_failed_to_setup_list: Vec<PduSessionItem<'a>>;
        /// Why.
        expected 15 Ignore cause: Cause;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// UE CONTEXT RELEASE REQUEST (TS 38.413 9.2.2.4): the NG-RAN node asks for the release.
    UeContextReleaseRequest "UE CONTEXT RELEASE REQUEST" = InitiatingMessage 42 Ignore {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The PDU sessions with active user plane.
        optional 133 Reject pdu_session_resource_list: Vec<PduSessionId>;
        /// Why.
        expected 15 Ignore cause: Cause;
    }
}

message! {
    /// UE CONTEXT RELEASE COMMAND (TS 38.413 9.2.2.5).
    UeContextReleaseCommand "UE CONTEXT RELEASE COMMAND" = InitiatingMessage 41 Reject {
        /// Whose.
        mandatory 114 Reject ue_ngap_ids: UeNgapIds;
        /// Why.
        expected 15 Ignore cause: Cause;
    }
}

message! {
    /// UE CONTEXT RELEASE COMPLETE (TS 38.413 9.2.2.6).
    UeContextReleaseComplete "UE CONTEXT RELEASE COMPLETE" = SuccessfulOutcome 41 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// Where the UE was last.
        optional 121 Ignore user_location_information: UserLocationInformation;
        /// The PDU sessions whose user plane was active.
        optional 60 Reject pdu_session_resource_list: Vec<PduSessionId>;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// UE CONTEXT MODIFICATION REQUEST (TS 38.413 9.2.2.7).
    UeContextModificationRequest "UE CONTEXT MODIFICATION REQUEST" = InitiatingMessage 40 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// A new KgNB.
        optional 94 Reject security_key: SecurityKey;
        /// New bounds on the UE's non-GBR flows together.
        optional 110 Ignore ue_aggregate_maximum_bit_rate: UeAggregateMaximumBitRate;
        /// The UE's algorithms.
        optional 119 Reject ue_security_capabilities: UeSecurityCapabilities;
        /// The identity another AMF gives the UE.
        optional 40 Reject new_amf_ue_ngap_id: AmfUeNgapId;
        /// The GUAMI of the UE's new 5G-GUTI.
        optional 162 Reject new_guami: Guami;
    }
}

message! {
    /// UE CONTEXT MODIFICATION RESPONSE (TS 38.413 9.2.2.8).
    UeContextModificationResponse "UE CONTEXT MODIFICATION RESPONSE" = SuccessfulOutcome 40 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// State of the UE's RRC connection.
        optional 92 Ignore rrc_state: RrcState;
        /// Where the UE is.
        optional 121 Ignore user_location_information: UserLocationInformation;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// UE CONTEXT MODIFICATION FAILURE (TS 38.413 9.2.2.9).
    UeContextModificationFailure "UE CONTEXT MODIFICATION FAILURE" = UnsuccessfulOutcome 40 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// Why.
        expected 15 Ignore cause: Cause;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// UE RADIO CAPABILITY INFO INDICATION (TS 38.413 9.2.13.1): what the UE's radio can do, for the AMF to keep.
    UeRadioCapabilityInfoIndication "UE RADIO CAPABILITY INFO INDICATION" = InitiatingMessage 44 Ignore {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// RRC's UE radio access capabilities.
        expected 117 Ignore ue_radio_capability: Cow<'a, [u8]>;
    }
}
