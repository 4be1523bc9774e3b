//! NG SETUP (TS 38.413 8.7.1, 9.2.6.1 to 9.2.6.3).

use crate::{
    Cause, CriticalityDiagnostics, GlobalRanNodeId, PagingDrx, PlmnSupport, ServedGuami, SupportedTa,
    TimeToWait,
};
use std::borrow::Cow;

message! {
    /// NG SETUP REQUEST (TS 38.413 9.2.6.1): an NG-RAN node introduces itself.
    NgSetupRequest "NG SETUP REQUEST" = InitiatingMessage 21 Reject {
        /// Who it is.
        mandatory 27 Reject global_ran_node_id: GlobalRanNodeId;
        /// Its name.
        optional 82 Ignore ran_node_name: Cow<'a, str>;
        /// The tracking areas it serves, 1 to 256.
        mandatory 102 Reject supported_ta_list: Vec<SupportedTa>;
        /// Its paging cycle.
        expected 21 Ignore default_paging_drx: PagingDrx;
    }
}

message! {
    /// NG SETUP RESPONSE (TS 38.413 9.2.6.2): the AMF does.
    NgSetupResponse "NG SETUP RESPONSE" = SuccessfulOutcome 21 Reject {
        /// Its name.
        mandatory 1 Reject amf_name: Cow<'a, str>;
        /// Its GUAMIs, 1 to 256.
        mandatory 96 Reject served_guami_list: Vec<ServedGuami>;
        /// Its weight when NG-RAN nodes choose among AMFs of a set.
        expected 86 Ignore relative_amf_capacity: u8;
        /// Its PLMNs, 1 to 12, and their slices.
        mandatory 80 Reject plmn_support_list: Vec<PlmnSupport>;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// NG SETUP FAILURE (TS 38.413 9.2.6.3).
    NgSetupFailure "NG SETUP FAILURE" = UnsuccessfulOutcome 21 Reject {
        /// Why.
        expected 15 Ignore cause: Cause;
        /// How long the node waits before it tries again.
        optional 107 Ignore time_to_wait: TimeToWait;
        /// What was not understood.
        optional 19 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}
