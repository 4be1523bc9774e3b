//! The state of one registration, as either end or an observer has it.

use super::message::{Method, Nonce, Protection, Purpose};

/// The most challenges in a row that a UE answers as invalid (TS 24.229 5.1.1.5.3).
pub const MAX_INVALID_CHALLENGES: u8 = 2;

/// Whether the public identity is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Registration {
    /// Not seen yet.
    Unknown,
    /// Not registered, be it that its authentication is pending.
    NotRegistered,
    /// Registered.
    Registered,
}

/// The security associations in use (TS 33.203 7.1), apart from those that a challenge under way set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Associations {
    /// Not seen yet.
    Unknown,
    /// None.
    None,
    /// Those that the last successful registration set up.
    Established,
}

/// What a REGISTER that answers a challenge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// A response.
    Response,
    /// That the challenge's MAC is wrong.
    Empty,
    /// That its SQN is out of range.
    Auts,
}

/// The exchange of REGISTERs under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exchange {
    /// Not seen yet.
    Unknown,
    /// None.
    None,
    /// A REGISTER that answers no challenge waits for its final response.
    Requested {
        /// What for.
        purpose: Purpose,
        /// Through which associations.
        protection: Protection,
        /// Whether it brought Security-Client.
        client: bool,
        /// Whether it brought the last response again.
        again: bool,
    },
    /// A challenge waits for its answer.
    Challenged {
        /// What the REGISTER was for.
        purpose: Purpose,
        /// How.
        method: Method,
        /// With this nonce.
        nonce: Nonce,
        /// Whether it brought Security-Server, so that associations wait for the answer.
        agreed: bool,
    },
    /// The answer to a challenge waits for its final response.
    Answered {
        /// What for.
        purpose: Purpose,
        /// How, if known.
        method: Option<Method>,
        /// The challenge's nonce.
        nonce: Nonce,
        /// What it says.
        answer: Answer,
        /// Through which associations.
        protection: Protection,
        /// Whether it brought Security-Client.
        client: bool,
    },
}

/// The nonce of the last successful authentication, whose response a re-registration brings again (TS 24.229 5.1.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LastNonce {
    /// Not seen yet.
    Unknown,
    /// There was none.
    None,
    /// This one.
    Of(Nonce),
}

impl LastNonce {
    /// Whether it may be this one.
    #[must_use]
    pub fn may_be(self, nonce: Nonce) -> bool {
        self == Self::Unknown || self == Self::Of(nonce)
    }
}

/// The state of one registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Whether registered.
    pub registration: Registration,
    /// The associations in use.
    pub associations: Associations,
    /// What is under way.
    pub exchange: Exchange,
    /// The nonce of the last successful authentication.
    pub last: LastNonce,
    /// How many challenges in a row the UE has answered as invalid.
    pub invalid: u8,
}

impl State {
    /// That of an observer that starts in the middle.
    pub const UNOBSERVED: Self = Self {
        registration: Registration::Unknown,
        associations: Associations::Unknown,
        exchange: Exchange::Unknown,
        last: LastNonce::Unknown,
        invalid: 0,
    };
    /// A UE that is not registered.
    pub const NOT_REGISTERED: Self = Self {
        registration: Registration::NotRegistered,
        associations: Associations::None,
        exchange: Exchange::None,
        last: LastNonce::None,
        invalid: 0,
    };

    /// The exchange had no answer in time (RFC 3261 17.1.2, TS 33.203 6.1.2.3, 7.3.1.4): it is over, with the associations
    /// that it set up. What was registered stays so.
    #[must_use]
    pub const fn timed_out(&self) -> Self {
        Self {
            exchange: Exchange::None,
            invalid: 0,
            ..*self
        }
    }

    /// The registration has expired, or its end lost it: a local transition. Its associations go with it
    /// (TS 33.203 7.4.1a).
    #[must_use]
    pub const fn expired(&self) -> Self {
        Self {
            registration: Registration::NotRegistered,
            associations: Associations::None,
            ..*self
        }
    }

    /// Whether a REGISTER waits for its final response.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(
            self.exchange,
            Exchange::Requested { .. } | Exchange::Answered { .. }
        )
    }

    /// With another exchange.
    pub(super) const fn with(self, exchange: Exchange) -> Self {
        Self { exchange, ..self }
    }
}
