//! Faults and recovery (TS 36.413 8.7.1, 8.7.2, 9.1.8.1 to 9.1.8.3).

use crate::list::Items;
use crate::{Cause, CriticalityDiagnostics, EnbUeS1apId, MmeUeS1apId, ResetType, UeAssociatedConnection};
use quintet_identity::STmsi;

message! {
    /// RESET (TS 36.413 9.1.8.1).
    Reset "RESET" = InitiatingMessage 14 Reject {
        /// Why.
        expected 2 Ignore cause: Cause;
        /// What.
        mandatory 92 Reject reset_type: ResetType;
    }
}

message! {
    /// RESET ACKNOWLEDGE (TS 36.413 9.1.8.2).
    ResetAcknowledge "RESET ACKNOWLEDGE" = SuccessfulOutcome 14 Reject {
        /// The connections of a partial reset, in the RESET's order.
        optional 93 Ignore ue_associated_logical_s1_connection_list: Vec<UeAssociatedConnection> as Items<91, false>;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// ERROR INDICATION (TS 36.413 9.1.8.3): cause or diagnostics, one at least.
    ErrorIndication "ERROR INDICATION" = InitiatingMessage 15 Ignore {
        /// The MME's identity of the UE, if it is about one.
        optional 0 Ignore mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE, if it is about one.
        optional 8 Ignore enb_ue_s1ap_id: EnbUeS1apId;
        /// Why.
        optional 2 Ignore cause: Cause;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
        /// The UE's temporary identity.
        optional 96 Ignore s_tmsi: STmsi;
    }
}
