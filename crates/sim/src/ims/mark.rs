//! What users, and P-CSCFs about them, report, without what differs from run to run.

use super::event::{Service, UserEvent};
use quintet_cscf::pcscf::PcscfEvent;
use quintet_ims::agreement::{Refusal, VerifyFailure};
use quintet_ims::ue::{Departure, Event, Failure, Procedure};

/// A report of a user: [`UserEvent`] without identities, durations and addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names and fields are those of `ue::Event` and `UserEvent`, which say what they are"
)]
pub enum UeMark {
    /// Registered that was not, inside associations.
    Registered,
    /// The same without associations.
    RegisteredBare,
    /// Registered that was before.
    Refreshed,
    Deregistered(Departure),
    Answered,
    MacFailure,
    SynchFailure,
    KeysLeaked,
    TooBrief,
    Failed(Procedure, Failure),
    NotRegistered,
    Subscribed(u16),
    Called(Service, u16),
    Asked(Service),
    Established,
    Ended,
    Unprotected,
}

impl UeMark {
    /// `None` of what comes as often as chance has it: NOTIFYs.
    pub(super) fn of(event: &UserEvent) -> Option<Self> {
        Some(match event {
            UserEvent::Ue(event) => Self::of_ue(event),
            UserEvent::Subscribed(status) => Self::Subscribed(*status),
            UserEvent::Notified => return None,
            UserEvent::Answered(service, status) => Self::Called(*service, *status),
            UserEvent::Asked(service) => Self::Asked(*service),
            UserEvent::Established => Self::Established,
            UserEvent::Ended => Self::Ended,
            UserEvent::Unprotected => Self::Unprotected,
        })
    }

    const fn of_ue(event: &Event) -> Self {
        match event {
            Event::Registered { initial: false, .. } => Self::Refreshed,
            Event::Registered { protected: false, .. } => Self::RegisteredBare,
            Event::Registered { .. } => Self::Registered,
            Event::Deregistered(departure) => Self::Deregistered(*departure),
            Event::Answered => Self::Answered,
            Event::MacFailure => Self::MacFailure,
            Event::SynchFailure => Self::SynchFailure,
            Event::KeysLeaked => Self::KeysLeaked,
            Event::TooBrief { .. } => Self::TooBrief,
            Event::Failed { procedure, why, .. } => Self::Failed(*procedure, *why),
            Event::NotRegistered => Self::NotRegistered,
        }
    }
}

/// What a P-CSCF reports that is out of the ordinary, without what differs from run to run. That a challenge was not
/// answered, the S-CSCF says as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PcscfMark {
    /// [`PcscfEvent::Proposal`].
    Proposal(Refusal),
    /// [`PcscfEvent::Tampered`].
    Tampered(VerifyFailure),
    /// [`PcscfEvent::Unprotected`].
    Unprotected,
    /// [`PcscfEvent::Flood`].
    Flood,
}

impl PcscfMark {
    pub(super) fn of(event: &PcscfEvent) -> Option<Self> {
        Some(match event {
            PcscfEvent::Proposal { why, .. } => Self::Proposal(*why),
            PcscfEvent::Tampered { why, .. } => Self::Tampered(*why),
            PcscfEvent::Unprotected { .. } => Self::Unprotected,
            PcscfEvent::Flood { .. } => Self::Flood,
            _ => return None,
        })
    }
}
