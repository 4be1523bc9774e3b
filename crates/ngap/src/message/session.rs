//! Resources of PDU sessions (TS 38.413 8.2, 9.2.1).

use crate::{
    AmfUeNgapId, CriticalityDiagnostics, PduSessionItem, PduSessionModifyItem, PduSessionSetupItem,
    RanUeNgapId, UeAggregateMaximumBitRate, UserLocationInformation,
};
use std::borrow::Cow;

message! {
    /// PDU SESSION RESOURCE SETUP REQUEST (TS 38.413 9.2.1.1).
    PduSessionResourceSetupRequest "PDU SESSION RESOURCE SETUP REQUEST" = InitiatingMessage 29 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// A NAS message of no session.
        optional 38 Reject nas_pdu: Cow<'a, [u8]>;
        /// PDU sessions to set up, 1 to 256.
        mandatory 74 Reject pdu_session_resource_setup_list: Vec<PduSessionSetupItem<'a>>;
        /// Bounds on the UE's non-GBR flows together.
        optional 110 Ignore ue_aggregate_maximum_bit_rate: UeAggregateMaximumBitRate;
    }
}

message! {
    /// PDU SESSION RESOURCE SETUP RESPONSE (TS 38.413 9.2.1.2).
    PduSessionResourceSetupResponse "PDU SESSION RESOURCE SETUP RESPONSE" = SuccessfulOutcome 29 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// PDU sessions that are set up: PDU Session Resource Setup Response Transfer.
        optional 75 Ignore pdu_session_resource_setup_list: Vec<PduSessionItem<'a>>;
        /// PDU sessions that are not: PDU Session Resource Setup Unsuccessful Transfer.
        optional 58 Ignore pdu_session_resource_failed_to_setup_list: Vec<PduSessionItem<'a>>;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// PDU SESSION RESOURCE RELEASE COMMAND (TS 38.413 9.2.1.3).
    PduSessionResourceReleaseCommand "PDU SESSION RESOURCE RELEASE COMMAND" = InitiatingMessage 28 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// A NAS message that goes with it.
        optional 38 Ignore nas_pdu: Cow<'a, [u8]>;
        /// PDU sessions to release: PDU Session Resource Release Command Transfer.
        mandatory 79 Reject pdu_session_resource_to_release_list: Vec<PduSessionItem<'a>>;
    }
}

message! {
    /// PDU SESSION RESOURCE RELEASE RESPONSE (TS 38.413 9.2.1.4).
    PduSessionResourceReleaseResponse "PDU SESSION RESOURCE RELEASE RESPONSE" = SuccessfulOutcome 28 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// PDU sessions that are released: PDU Session Resource Release Response Transfer.
        expected 70 Ignore pdu_session_resource_released_list: Vec<PduSessionItem<'a>>;
        /// Where the UE is.
        optional 121 Ignore user_location_information: UserLocationInformation;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// PDU SESSION RESOURCE MODIFY REQUEST (TS 38.413 9.2.1.5).
    PduSessionResourceModifyRequest "PDU SESSION RESOURCE MODIFY REQUEST" = InitiatingMessage 26 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// PDU sessions to modify, 1 to 256.
        mandatory 64 Reject pdu_session_resource_modify_list: Vec<PduSessionModifyItem<'a>>;
    }
}

message! {
    /// PDU SESSION RESOURCE MODIFY RESPONSE (TS 38.413 9.2.1.6).
    PduSessionResourceModifyResponse "PDU SESSION RESOURCE MODIFY RESPONSE" = SuccessfulOutcome 26 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// PDU sessions that are modified: PDU Session Resource Modify Response Transfer.
        optional 65 Ignore pdu_session_resource_modify_list: Vec<PduSessionItem<'a>>;
        /// PDU sessions that are not: PDU Session Resource Modify Unsuccessful Transfer.
        optional 54 Ignore pdu_session_resource_failed_to_modify_list: Vec<PduSessionItem<'a>>;
        /// Where the UE is.
        optional 121 Ignore user_location_information: UserLocationInformation;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}
