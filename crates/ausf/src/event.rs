//! What an AUSF reports: for logs, metrics and the ladder.

use quintet_eap::FailureReason;
use quintet_identity::Supi;
use quintet_sbi::{CallFailure, RequestId};
use std::collections::VecDeque;
use std::sync::Arc;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
pub const MAX_EVENTS: usize = 4096;

/// Why an authentication failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// RES* is not XRES*.
    ResStar,
    /// The SEAF has no RES*.
    NoResStar,
    /// The resynchronisation was refused by the UDM.
    Resynchronisation,
    /// EAP-AKA' failed.
    Eap(FailureReason),
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AusfEvent {
    /// A request was answered.
    Answered {
        /// Which.
        request: RequestId,
        /// The service operation; empty for what is none.
        operation: &'static str,
        /// Whom it was about, as far as that is known.
        supi: Option<Supi>,
        /// HTTP status.
        status: u16,
        /// Cause of ProblemDetails, if it is one.
        cause: Option<Arc<str>>,
    },
    /// An authentication ended: the UE is who it says it is, or why not.
    Authenticated {
        /// Who.
        supi: Supi,
        /// How it ended.
        outcome: Result<(), Failure>,
    },
    /// A UE asked for a resynchronisation.
    Resynchronising {
        /// Who.
        supi: Supi,
    },
    /// Nobody answered a challenge.
    Expired {
        /// Whose.
        supi: Supi,
    },
    /// The UDM could not be asked, or failed.
    UdmFailed {
        /// What it was asked.
        what: &'static str,
        /// Why; `None` for an answer of failure.
        failure: Option<CallFailure>,
    },
    /// The UDM was not told how an authentication ended, though it was tried often enough.
    ResultLost {
        /// Whose.
        supi: Supi,
    },
}

/// Events on their way to a listener.
#[derive(Debug, Default)]
pub(crate) struct Events {
    queue: VecDeque<AusfEvent>,
    wanted: bool,
}

impl Events {
    pub(crate) fn are_wanted(&self) -> bool {
        self.wanted
    }

    pub(crate) fn report(&mut self, event: AusfEvent) {
        if self.wanted && self.queue.len() < MAX_EVENTS {
            self.queue.push_back(event);
        }
    }

    pub(crate) fn poll(&mut self) -> Option<AusfEvent> {
        self.queue.pop_front()
    }

    pub(crate) fn listen(&mut self, wanted: bool) {
        self.wanted = wanted;
        if !wanted {
            self.queue.clear();
        }
    }
}
