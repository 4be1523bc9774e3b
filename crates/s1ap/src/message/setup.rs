//! S1 SETUP (TS 36.413 8.7.3, 9.1.8.4 to 9.1.8.6).

use crate::{Cause, CriticalityDiagnostics, GlobalEnbId, PagingDrx, ServedGummei, SupportedTa, TimeToWait};
use std::borrow::Cow;

message! {
    /// S1 SETUP REQUEST (TS 36.413 9.1.8.4): an eNB introduces itself.
    S1SetupRequest "S1 SETUP REQUEST" = InitiatingMessage 17 Reject {
        /// Who it is.
        mandatory 59 Reject global_enb_id: GlobalEnbId;
        /// Its name.
        optional 60 Ignore enb_name: Cow<'a, str>;
        /// The tracking areas it serves, 1 to 256.
        mandatory 64 Reject supported_tas: Vec<SupportedTa>;
        /// Its paging cycle.
        expected 137 Ignore default_paging_drx: PagingDrx;
    }
}

message! {
    /// S1 SETUP RESPONSE (TS 36.413 9.1.8.5): the MME does.
    S1SetupResponse "S1 SETUP RESPONSE" = SuccessfulOutcome 17 Reject {
        /// Its name.
        optional 61 Ignore mme_name: Cow<'a, str>;
        /// Its pools, 1 to 8; the first is of this radio access.
        mandatory 105 Reject served_gummeis: Vec<ServedGummei>;
        /// Its weight when eNBs choose among MMEs of a pool.
        expected 87 Ignore relative_mme_capacity: u8;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// S1 SETUP FAILURE (TS 36.413 9.1.8.6).
    S1SetupFailure "S1 SETUP FAILURE" = UnsuccessfulOutcome 17 Reject {
        /// Why.
        expected 2 Ignore cause: Cause;
        /// How long the eNB waits before it tries again.
        optional 65 Ignore time_to_wait: TimeToWait;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}
