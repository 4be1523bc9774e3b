//! What a front end reports, whatever it speaks.

use quintet_identity::Imsi;
use quintet_store::StoreError;
use quintet_subscriber::auc::{ClockJump, Epoch, IssueError, VectorError};
use quintet_telemetry::AttemptId;
use std::collections::VecDeque;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
pub const MAX_EVENTS: usize = 4096;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrontEvent {
    /// The slot is this front end's, and the wall clock is believed: vectors are issued.
    Issuing,
    /// Another front end took the slot over: no vector is issued any more.
    Fenced {
        /// Its epoch.
        current: Epoch,
    },
    /// The wall clock is not believable: nothing is issued until it is, which [`FrontEvent::Issuing`] tells.
    ClockJump {
        /// By how much.
        jump: ClockJump,
    },
    /// A subscriber's data give no vectors.
    Unusable {
        /// Whose.
        imsi: Imsi,
        /// Why.
        error: VectorError,
    },
    /// No number can be issued for a subscriber here.
    NotIssued {
        /// For whom.
        imsi: Imsi,
        /// Why.
        error: IssueError,
    },
    /// A command of the front end's own (not a request's) failed. The takeover, the bound, the preload and the reading
    /// of changes are tried again, the follow-up of a change [`crate::MAX_CHANGE_TRIES`] times; what followed an answer
    /// is not.
    StoreFailed {
        /// What it was for.
        what: &'static str,
        /// Why.
        error: StoreError,
    },
    /// Memory holds as many subscribers as it can. The others get no vectors here.
    TableFull,
    /// All subscribers are in memory.
    Preloaded {
        /// How many.
        subscribers: usize,
    },
    /// A genuine token moves DIF.
    Resynchronised {
        /// Whose.
        imsi: Imsi,
        /// Downwards: an alarm, see [`quintet_subscriber::auc::Resync`].
        decrease: bool,
    },
    /// A resynchronisation was refused: MAC-S does not hold, or the RAND is none of ours.
    ResynchronisationRefused {
        /// Whose.
        imsi: Imsi,
    },
}

/// Events on their way to a listener; `E` is the node's own.
#[derive(Debug)]
pub struct Events<E> {
    queue: VecDeque<(Option<AttemptId>, E)>,
    about: Option<AttemptId>,
    wanted: bool,
}

impl<E> Default for Events<E> {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            about: None,
            wanted: false,
        }
    }
}

impl<E> Events<E> {
    /// Whether anybody listens.
    #[must_use]
    pub fn are_wanted(&self) -> bool {
        self.wanted
    }

    /// Reports an event to whoever listens.
    pub fn report(&mut self, event: impl Into<E>) {
        if self.wanted && self.queue.len() < MAX_EVENTS {
            self.queue.push_back((self.about, event.into()));
        }
    }

    /// What is reported from now on is about this attempt; `None` if it is about none that is known.
    pub fn about(&mut self, attempt: Option<AttemptId>) {
        self.about = attempt;
    }

    /// The attempt that is worked on.
    #[must_use]
    pub fn attempt(&self) -> Option<AttemptId> {
        self.about
    }

    /// The next event.
    pub fn poll(&mut self) -> Option<E> {
        self.poll_named().map(|(_, event)| event)
    }

    /// The next event, and the attempt that it is about.
    pub fn poll_named(&mut self) -> Option<(Option<AttemptId>, E)> {
        self.queue.pop_front()
    }

    /// Whether events are kept. Off, none costs anything.
    pub fn listen(&mut self, wanted: bool) {
        self.wanted = wanted;
        if !wanted {
            self.queue.clear();
        }
    }
}
