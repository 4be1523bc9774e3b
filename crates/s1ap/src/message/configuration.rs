//! Configuration updates (TS 36.413 8.7.4, 8.7.5, 9.1.8.7 to 9.1.8.12).

use crate::{Cause, CriticalityDiagnostics, PagingDrx, ServedGummei, SupportedTa, TimeToWait};
use std::borrow::Cow;

message! {
    /// ENB CONFIGURATION UPDATE (TS 36.413 9.1.8.7).
    EnbConfigurationUpdate "ENB CONFIGURATION UPDATE" = InitiatingMessage 29 Reject {
        /// The eNB's name, if it changed.
        optional 60 Ignore enb_name: Cow<'a, str>;
        /// All tracking areas it serves, if they changed.
        optional 64 Reject supported_tas: Vec<SupportedTa>;
        /// Its paging cycle, if it changed.
        optional 137 Ignore default_paging_drx: PagingDrx;
    }
}

message! {
    /// ENB CONFIGURATION UPDATE ACKNOWLEDGE (TS 36.413 9.1.8.8).
    EnbConfigurationUpdateAcknowledge "ENB CONFIGURATION UPDATE ACKNOWLEDGE" = SuccessfulOutcome 29 Reject {
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// ENB CONFIGURATION UPDATE FAILURE (TS 36.413 9.1.8.9).
    EnbConfigurationUpdateFailure "ENB CONFIGURATION UPDATE FAILURE" = UnsuccessfulOutcome 29 Reject {
        /// Why.
        expected 2 Ignore cause: Cause;
        /// How long the eNB waits before it tries again.
        optional 65 Ignore time_to_wait: TimeToWait;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// MME CONFIGURATION UPDATE (TS 36.413 9.1.8.10).
    MmeConfigurationUpdate "MME CONFIGURATION UPDATE" = InitiatingMessage 30 Reject {
        /// The MME's name, if it changed.
        optional 61 Ignore mme_name: Cow<'a, str>;
        /// All its pools, if they changed.
        optional 105 Reject served_gummeis: Vec<ServedGummei>;
        /// Its weight, if it changed.
        optional 87 Reject relative_mme_capacity: u8;
    }
}

message! {
    /// MME CONFIGURATION UPDATE ACKNOWLEDGE (TS 36.413 9.1.8.11).
    MmeConfigurationUpdateAcknowledge "MME CONFIGURATION UPDATE ACKNOWLEDGE" = SuccessfulOutcome 30 Reject {
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}

message! {
    /// MME CONFIGURATION UPDATE FAILURE (TS 36.413 9.1.8.12).
    MmeConfigurationUpdateFailure "MME CONFIGURATION UPDATE FAILURE" = UnsuccessfulOutcome 30 Reject {
        /// Why.
        expected 2 Ignore cause: Cause;
        /// How long the MME waits before it tries again.
        optional 65 Ignore time_to_wait: TimeToWait;
        /// What was not understood.
        optional 58 Ignore criticality_diagnostics: CriticalityDiagnostics;
    }
}
