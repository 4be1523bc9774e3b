//! PATH SWITCH (TS 38.413 8.4.4, 9.2.3.8 to 9.2.3.10).

use crate::{
    AmfUeNgapId, CriticalityDiagnostics, NewSecurityContextIndicator, PduSessionItem, RanUeNgapId,
    SecurityContext, UeSecurityCapabilities, UserLocationInformation,
};
use quintet_identity::SNssai;

message! {
    /// PATH SWITCH REQUEST (TS 38.413 9.2.3.8): the UE is now at another NG-RAN node.
    PathSwitchRequest "PATH SWITCH REQUEST" = InitiatingMessage 25 Reject {
        /// The new NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The AMF's identity of the UE.
        mandatory 100 Reject source_amf_ue_ngap_id: AmfUeNgapId;
        /// Where the UE is.
        expected 121 Ignore user_location_information: UserLocationInformation;
        /// The UE's algorithms as the old NG-RAN node had them.
        expected 119 Ignore ue_security_capabilities: UeSecurityCapabilities;
        /// The PDU sessions: Path Switch Request Transfer.
        mandatory 76 Reject pdu_session_resource_to_be_switched_dl_list: Vec<PduSessionItem<'a>>;
        /// PDU sessions the new node does not take: Path Switch Request Setup Failed Transfer.
        optional 57 Ignore pdu_session_resource_failed_to_setup_list: Vec<PduSessionItem<'a>>;
    }
}

message! {
    /// PATH SWITCH REQUEST ACKNOWLEDGE (TS 38.413 9.2.3.9).
    PathSwitchRequestAcknowledge "PATH SWITCH REQUEST ACKNOWLEDGE" = SuccessfulOutcome 25 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// The UE's algorithms, if the NG-RAN node's were others.
        optional 119 Reject ue_security_capabilities: UeSecurityCapabilities;
        /// The next hop.
        mandatory 93 Reject security_context: SecurityContext;
        /// A new KAMF is to be taken into use.
        optional 41 Reject new_security_context_indicator: NewSecurityContextIndicator;
        /// The PDU sessions: Path Switch Request Acknowledge Transfer.
        expected 77 Ignore pdu_session_resource_switched_list: Vec<PduSessionItem<'a>>;
        /// PDU sessions that could not be switched: Path Switch Request Unsuccessful Transfer.
        optional 68 Ignore pdu_session_resource_released_list: Vec<PduSessionItem<'a>>;
        /// The slices the UE may use, 1 to 8.
        mandatory 0 Reject allowed_nssai: Vec<SNssai>;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// PATH SWITCH REQUEST FAILURE (TS 38.413 9.2.3.10): it has no cause of its own; each session has.
    PathSwitchRequestFailure "PATH SWITCH REQUEST FAILURE" = UnsuccessfulOutcome 25 Reject {
        /// The AMF's identity of the UE.
        mandatory 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// All its PDU sessions: Path Switch Request Unsuccessful Transfer.
        expected 69 Ignore pdu_session_resource_released_list: Vec<PduSessionItem<'a>>;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}
