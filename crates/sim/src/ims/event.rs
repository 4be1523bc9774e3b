//! What a node of users reports.

use super::user::UserId;
use quintet_ims::ue;

/// A request that users make or answer, beside REGISTER and SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// INVITE, ended by BYE as soon as it is answered.
    Invite,
    /// MESSAGE.
    Message,
    /// OPTIONS.
    Options,
}

impl Service {
    /// The method.
    #[must_use]
    pub const fn method(self) -> quintet_sip::Method<'static> {
        match self {
            Self::Invite => quintet_sip::Method::Invite,
            Self::Message => quintet_sip::Method::Message,
            Self::Options => quintet_sip::Method::Options,
        }
    }
}

/// What happened to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserEvent {
    /// What its ME reports.
    Ue(ue::Event),
    /// Its subscription to its registration state: the status of the response, 408 for none.
    Subscribed(u16),
    /// A NOTIFY told of its registration state.
    Notified,
    /// A request of its own was answered with this status, 408 for not at all.
    Answered(Service, u16),
    /// A request came and was answered with 200.
    Asked(Service),
    /// The call that it answered is acknowledged.
    Established,
    /// The other side has ended the call.
    Ended,
    /// Something came outside of its associations, and was dropped (TS 24.229 5.1.2A.2).
    Unprotected,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimEvent {
    /// To whom.
    pub user: UserId,
    /// What.
    pub what: UserEvent,
}
