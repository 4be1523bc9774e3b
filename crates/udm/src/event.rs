//! What a UDM reports: for logs, metrics and the ladder.

use quintet_home::FrontEvent;
use quintet_identity::Imsi;
use quintet_sbi::{CallFailure, RequestId};
use std::sync::Arc;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UdmEvent {
    /// A request was answered.
    Answered {
        /// Which.
        request: RequestId,
        /// The service operation; empty for what is none.
        operation: &'static str,
        /// Whom it was about, if that could be read.
        imsi: Option<Imsi>,
        /// HTTP status.
        status: u16,
        /// Cause of ProblemDetails, if it is one.
        cause: Option<Arc<str>>,
    },
    /// What every front end reports: its slot, its memory, resynchronisations.
    Front(FrontEvent),
    /// A network function took a notification.
    Notified {
        /// Whom it is about.
        imsi: Imsi,
        /// What was told.
        what: &'static str,
        /// HTTP status of the answer.
        status: u16,
    },
    /// A notification failed, and is tried again.
    NotificationFailed {
        /// Whom it is about.
        imsi: Imsi,
        /// What was to be told.
        what: &'static str,
        /// Why; `None` for an answer of failure.
        failure: Option<CallFailure>,
    },
    /// A notification was given up: tried often enough, no room, or a callback URI that is none.
    GivenUp {
        /// Whom it is about.
        imsi: Imsi,
        /// What was to be told.
        what: &'static str,
    },
}

impl From<FrontEvent> for UdmEvent {
    fn from(event: FrontEvent) -> Self {
        Self::Front(event)
    }
}
