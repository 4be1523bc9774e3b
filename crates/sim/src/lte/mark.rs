//! What a UE reports, without what differs from run to run.

use quintet_emm::ue::{Abandonment, Departure, Event, NotStarted, Procedure, Timer};
use quintet_nas::eps::EmmCause;

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
    Rejected(Procedure, EmmCause),
    AuthenticationRejected,
    AuthenticationFailed(EmmCause),
    NetworkNotGenuine,
    SecurityModeRejected(EmmCause),
    /// Without the replay of the initial message.
    SecurityModeComplete,
    /// With it: HASH_MME did not hold.
    SecurityModeCompleteReplayed,
    Expired(Procedure, Timer),
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
            Event::NetworkNotGenuine => Self::NetworkNotGenuine,
            Event::SecurityModeRejected(cause) => Self::SecurityModeRejected(cause),
            Event::SecurityModeComplete { replayed: false } => Self::SecurityModeComplete,
            Event::SecurityModeComplete { replayed: true } => Self::SecurityModeCompleteReplayed,
            Event::Abandoned {
                procedure,
                why: Abandonment::Expired(timer),
                ..
            } => Self::Expired(procedure, timer),
            Event::Abandoned { procedure, .. } => Self::Abandoned(procedure),
            Event::NotStarted(why) => Self::NotStarted(why),
            Event::Internal(_) => Self::Internal,
        }
    }
}
