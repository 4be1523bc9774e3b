//! What others act on: subscribers to the registration state, application servers, the operator.

use super::binding::Binding;
use super::input::{CxFailure, RegisterId};
use super::set::SetId;
use quintet_cx::profile::ImsSubscription;
use quintet_identity::Impu;
use std::sync::Arc;

/// How far an authentication has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Vectors are asked for.
    VectorsRequested,
    /// Vectors came.
    VectorsReceived,
    /// A 401 is out.
    Challenged,
    /// The response was right.
    Authenticated,
    /// The response was wrong (TS 33.203 6.1.2.1).
    WrongResponse,
    /// An empty response, no AUTS (TS 33.203 6.1.2.2).
    NetworkRefused,
    /// No response in time (TS 33.203 6.1.2.3), or another challenge took its place.
    Unanswered,
    /// AUTS came (TS 33.203 6.1.3).
    OutOfStep,
    /// An answer to a challenge that is not out.
    Stale,
    /// Cx failed.
    Failed(CxFailure),
}

/// What became of a contact (RFC 3680 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactEvent {
    /// "registered": by a REGISTER that names it.
    Registered,
    /// "created": with another public identity's REGISTER.
    Created,
    /// "refreshed".
    Refreshed,
    /// "shortened": the UE is to authenticate itself before its time is over.
    Shortened,
    /// "expired".
    Expired,
    /// "deactivated": the UE is to register anew.
    Deactivated,
    /// "rejected": the UE is not to register.
    Rejected,
    /// "unregistered": by the UE.
    Unregistered,
}

impl ContactEvent {
    /// Its name in the document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Created => "created",
            Self::Refreshed => "refreshed",
            Self::Shortened => "shortened",
            Self::Expired => "expired",
            Self::Deactivated => "deactivated",
            Self::Rejected => "rejected",
            Self::Unregistered => "unregistered",
        }
    }

    /// Whether the contact is gone.
    #[must_use]
    pub const fn is_terminated(self) -> bool {
        matches!(
            self,
            Self::Expired | Self::Deactivated | Self::Rejected | Self::Unregistered
        )
    }
}

/// What a set has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetChange {
    /// It was not registered before.
    Registered,
    /// It was, and is.
    Refreshed,
    /// Some of its contacts are gone, others are not.
    Contacts,
    /// Its profile changed.
    Profile,
    /// It is not registered any more; application servers are told.
    Deregistered,
    /// The HSS gave it to another S-CSCF: nobody is told (TS 29.228 6.1.3.1).
    Dropped,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An authentication went on.
    Phase(Phase),
    /// A registration changed.
    Set {
        /// Which.
        id: SetId,
        /// Its public identities, barred ones too.
        impus: Vec<Impu>,
        /// The profile it is served by, or was.
        profile: Arc<ImsSubscription>,
        /// How.
        change: SetChange,
        /// The contacts concerned, those that are gone too.
        contacts: Vec<(Binding, ContactEvent)>,
        /// The REGISTER that brought it about, if one did.
        by: Option<RegisterId>,
    },
}
