//! Configuration updates and the state of AMFs (TS 38.413 8.7.2, 8.7.3, 8.7.6, 9.2.6.4 to 9.2.6.10).

use crate::{
    Cause, CriticalityDiagnostics, GlobalRanNodeId, PagingDrx, PlmnSupport, ServedGuami, SupportedTa,
    TimeToWait, UnavailableGuami,
};
use std::borrow::Cow;

message! {
    /// RAN CONFIGURATION UPDATE (TS 38.413 9.2.6.4).
    RanConfigurationUpdate "RAN CONFIGURATION UPDATE" = InitiatingMessage 35 Reject {
        /// The NG-RAN node's name, if it changed.
        optional 82 Ignore ran_node_name: Cow<'a, str>;
        /// All tracking areas it serves, if they changed.
        optional 102 Reject supported_ta_list: Vec<SupportedTa>;
        /// Its paging cycle, if it changed.
        optional 21 Ignore default_paging_drx: PagingDrx;
        /// Who it is, on an association that was added.
        optional 27 Ignore global_ran_node_id: GlobalRanNodeId;
    }
}

message! {
    /// RAN CONFIGURATION UPDATE ACKNOWLEDGE (TS 38.413 9.2.6.5).
    RanConfigurationUpdateAcknowledge "RAN CONFIGURATION UPDATE ACKNOWLEDGE" = SuccessfulOutcome 35 Reject {
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// RAN CONFIGURATION UPDATE FAILURE (TS 38.413 9.2.6.6).
    RanConfigurationUpdateFailure "RAN CONFIGURATION UPDATE FAILURE" = UnsuccessfulOutcome 35 Reject {
        /// Why.
        expected 15 Ignore cause: Cause;
        /// How long the node waits before it tries again.
        optional 107 Ignore time_to_wait: TimeToWait;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// AMF CONFIGURATION UPDATE (TS 38.413 9.2.6.7).
    AmfConfigurationUpdate "AMF CONFIGURATION UPDATE" = InitiatingMessage 0 Reject {
        /// The AMF's name, if it changed.
        optional 1 Reject amf_name: Cow<'a, str>;
        /// All its GUAMIs, if they changed.
        optional 96 Reject served_guami_list: Vec<ServedGuami>;
        /// Its weight, if it changed.
        optional 86 Ignore relative_amf_capacity: u8;
        /// All its PLMNs, if they changed.
        optional 80 Reject plmn_support_list: Vec<PlmnSupport>;
    }
}

message! {
    /// AMF CONFIGURATION UPDATE ACKNOWLEDGE (TS 38.413 9.2.6.8).
    AmfConfigurationUpdateAcknowledge "AMF CONFIGURATION UPDATE ACKNOWLEDGE" = SuccessfulOutcome 0 Reject {
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// AMF CONFIGURATION UPDATE FAILURE (TS 38.413 9.2.6.9).
    AmfConfigurationUpdateFailure "AMF CONFIGURATION UPDATE FAILURE" = UnsuccessfulOutcome 0 Reject {
        /// Why.
        expected 15 Ignore cause: Cause;
        /// How long the node waits before it tries again.
        optional 107 Ignore time_to_wait: TimeToWait;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// AMF STATUS INDICATION (TS 38.413 9.2.6.10).
    AmfStatusIndication "AMF STATUS INDICATION" = InitiatingMessage 1 Ignore {
        /// GUAMIs the AMF is about to give up, 1 to 256.
        mandatory 120 Reject unavailable_guami_list: Vec<UnavailableGuami>;
    }
}
