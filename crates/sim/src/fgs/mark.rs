//! What a UE reports, without what differs from run to run.

use quintet_fgmm::ue::{
    Abandonment, Departure, EapRefusal, Event, NotStarted, Procedure, SessionFailure, Timer,
};
use quintet_nas::fgs::{FgmmCause, FgsmCause};

/// A report of a UE: [`Event`] without identities and addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names and fields are those of `Event`, which says what they are"
)]
pub enum UeMark {
    Registered,
    Updated,
    Served,
    Deregistered(Departure),
    Rejected(Procedure, FgmmCause),
    AuthenticationRejected,
    AuthenticationFailed(FgmmCause),
    EapRefused(EapRefusal),
    EapFailed,
    NetworkNotGenuine,
    SecurityModeRejected(FgmmCause),
    /// Without the replay of the initial message.
    SecurityModeComplete,
    /// With it: it went bare, or the network asked for it (RINMR).
    SecurityModeCompleteReplayed,
    /// Under a KAMF derived anew (HDP).
    SecurityModeCompleteHorizontal,
    ConfigurationUpdated,
    SessionEstablished,
    SessionFailed(SessionFailure),
    SessionReleased(FgsmCause),
    Expired(Procedure, Timer),
    Superseded(Procedure),
    Abandoned(Procedure),
    NotStarted(NotStarted),
    Internal,
}

impl From<&Event> for UeMark {
    fn from(event: &Event) -> Self {
        match *event {
            Event::Registered { .. } => Self::Registered,
            Event::Updated { .. } => Self::Updated,
            Event::Served => Self::Served,
            Event::Deregistered(departure) => Self::Deregistered(departure),
            Event::Rejected { procedure, cause, .. } => Self::Rejected(procedure, cause),
            Event::AuthenticationRejected => Self::AuthenticationRejected,
            Event::AuthenticationFailed(cause) => Self::AuthenticationFailed(cause),
            Event::EapRefused(refusal) => Self::EapRefused(refusal),
            Event::EapFailed => Self::EapFailed,
            Event::NetworkNotGenuine => Self::NetworkNotGenuine,
            Event::SecurityModeRejected(cause) => Self::SecurityModeRejected(cause),
            Event::SecurityModeComplete { horizontal: true, .. } => Self::SecurityModeCompleteHorizontal,
            Event::SecurityModeComplete { replayed: true, .. } => Self::SecurityModeCompleteReplayed,
            Event::SecurityModeComplete { .. } => Self::SecurityModeComplete,
            Event::ConfigurationUpdated { .. } => Self::ConfigurationUpdated,
            Event::SessionEstablished { .. } => Self::SessionEstablished,
            Event::SessionFailed { why, .. } => Self::SessionFailed(why),
            Event::SessionReleased { cause, .. } => Self::SessionReleased(cause),
            Event::Abandoned { procedure, why, .. } => match why {
                Abandonment::Expired(timer) => Self::Expired(procedure, timer),
                Abandonment::Superseded => Self::Superseded(procedure),
                Abandonment::ConnectionLost | Abandonment::CountExhausted => Self::Abandoned(procedure),
            },
            Event::NotStarted(why) => Self::NotStarted(why),
            Event::Internal(_) => Self::Internal,
        }
    }
}
