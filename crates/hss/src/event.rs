//! What an HSS reports: for logs, metrics and the ladder.

use crate::Outcome;
use quintet_diameter::ConnectionId;
use quintet_home::FrontEvent;
use quintet_identity::Imsi;
use quintet_store::StoreError;
use quintet_subscriber::auc::{ClockJump, Epoch, IssueError, VectorError};

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HssEvent {
    /// A request was answered.
    Answered {
        /// Over which connection it came.
        connection: ConnectionId,
        /// Command Code.
        command: u32,
        /// Whom it was about, if that could be read.
        imsi: Option<Imsi>,
        /// With what.
        outcome: Outcome,
    },
    /// The slot is this front end's, and the wall clock is believed: vectors are issued.
    Issuing,
    /// Another front end took the slot over: no vector is issued any more, every AIR is answered 5012.
    Fenced {
        /// Its epoch.
        current: Epoch,
    },
    /// The wall clock is not believable: nothing is issued until it is, which [`HssEvent::Issuing`] tells.
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
    /// A command of the HSS's own (not a request's) failed. The takeover, the bound, the preload and the reading of
    /// changes are tried again, the follow-up of a change [`crate::MAX_CHANGE_TRIES`] times; what followed an answer is
    /// not.
    StoreFailed {
        /// What it was for.
        what: &'static str,
        /// Why.
        error: StoreError,
    },
    /// Memory holds as many subscribers as it can. The others can register, but get no vectors here: 5012.
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
    /// A serving node reports that the UE is reachable.
    Reachable {
        /// Who.
        imsi: Imsi,
    },
    /// A request was sent to a serving node.
    Sent {
        /// Command Code.
        command: u32,
        /// Whom it is about.
        imsi: Option<Imsi>,
        /// To whom.
        host: String,
    },
    /// A serving node answered a request of the HSS.
    Confirmed {
        /// Command Code.
        command: u32,
        /// Whom it was about.
        imsi: Option<Imsi>,
        /// Who.
        host: String,
        /// Result-Code or Experimental-Result-Code.
        result: u32,
    },
    /// A request of the HSS was given up: the serving node could not be reached, or refused it.
    GivenUp {
        /// Command Code.
        command: u32,
        /// Whom it was about.
        imsi: Option<Imsi>,
        /// Who did not take it.
        host: String,
    },
}

impl From<FrontEvent> for HssEvent {
    fn from(event: FrontEvent) -> Self {
        match event {
            FrontEvent::Issuing => Self::Issuing,
            FrontEvent::Fenced { current } => Self::Fenced { current },
            FrontEvent::ClockJump { jump } => Self::ClockJump { jump },
            FrontEvent::Unusable { imsi, error } => Self::Unusable { imsi, error },
            FrontEvent::NotIssued { imsi, error } => Self::NotIssued { imsi, error },
            FrontEvent::StoreFailed { what, error } => Self::StoreFailed { what, error },
            FrontEvent::TableFull => Self::TableFull,
            FrontEvent::Preloaded { subscribers } => Self::Preloaded { subscribers },
            FrontEvent::Resynchronised { imsi, decrease } => Self::Resynchronised { imsi, decrease },
            FrontEvent::ResynchronisationRefused { imsi } => Self::ResynchronisationRefused { imsi },
        }
    }
}
