//! Faults and recovery (TS 38.413 8.7.4, 8.7.5, 9.2.6.11 to 9.2.6.13).

use crate::{AmfUeNgapId, Cause, CriticalityDiagnostics, RanUeNgapId, ResetType, UeAssociatedConnection};
use quintet_identity::fgs::STmsi;

message! {
    /// NG RESET (TS 38.413 9.2.6.11).
    NgReset "NG RESET" = InitiatingMessage 20 Reject {
        /// Why.
        expected 15 Ignore cause: Cause;
        /// What.
        mandatory 88 Reject reset_type: ResetType;
    }
}

message! {
    /// NG RESET ACKNOWLEDGE (TS 38.413 9.2.6.12).
    NgResetAcknowledge "NG RESET ACKNOWLEDGE" = SuccessfulOutcome 20 Reject {
        /// The connections of a partial reset, in the NG RESET's order.
        optional 111 Ignore ue_associated_logical_ng_connection_list: Vec<UeAssociatedConnection>;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// ERROR INDICATION (TS 38.413 9.2.6.13): cause or diagnostics, one at least.
    ErrorIndication "ERROR INDICATION" = InitiatingMessage 9 Ignore {
        /// The AMF's identity of the UE, if it is about one.
        optional 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE, if it is about one.
        optional 85 Ignore ran_ue_ngap_id: RanUeNgapId;
        /// Why.
        optional 15 Ignore cause: Cause;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
        /// The UE's temporary identity.
        optional 26 Ignore five_g_s_tmsi: STmsi;
    }
}
