//! The state of one UE's signalling, as either end or an observer has it.

use super::message::IdentityKind;
use super::{Algorithms, Ksi};

/// Whether the UE is registered (TS 24.301 5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Registration {
    /// Not seen yet.
    Unknown,
    /// EMM-DEREGISTERED.
    Deregistered,
    /// EMM-REGISTERED.
    Registered,
}

/// The security of the signalling connection (TS 24.301 4.4.2.3, 4.4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Security {
    /// Not seen yet.
    Unknown,
    /// There is no connection.
    Idle,
    /// The initial message had no protection, or none that held.
    Plain,
    /// The initial message was protected; the network has not answered in kind.
    Offered {
        /// The context it used.
        ksi: Ksi,
    },
    /// Secure exchange of NAS messages is established.
    Secure {
        /// The context in use, if known.
        ksi: Option<Ksi>,
        /// Whether a protected message has followed what established it.
        continued: bool,
    },
}

/// A key set that AKA agreed on and no security mode command took into use: the partial native context (TS 24.301 4.4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fresh {
    /// Not seen yet.
    Unknown,
    /// None.
    None,
    /// The UE has answered AUTHENTICATION REQUEST with a RES.
    Agreed {
        /// Its KSI, if known.
        ksi: Option<Ksi>,
    },
    /// The UE has refused the network's challenge (TS 24.301 5.4.2.6).
    Refused {
        /// EMM cause: 20, 21, 26.
        cause: u8,
    },
}

/// The common procedure the network runs (TS 24.301 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Common {
    /// Not seen yet.
    Unknown,
    /// None.
    None,
    /// IDENTITY REQUEST waits for its answer.
    Identification {
        /// What it asks for.
        kind: IdentityKind,
    },
    /// AUTHENTICATION REQUEST waits for its answer.
    Authentication {
        /// The KSI it proposes.
        ksi: Ksi,
    },
    /// SECURITY MODE COMMAND waits for its answer.
    SecurityMode {
        /// The context it takes into use.
        ksi: Ksi,
        /// With these algorithms.
        algorithms: Algorithms,
    },
    /// A SECURITY MODE COMMAND that the UE must refuse waits for its reject (see [`State::refusing`]).
    SecurityModeRefused,
    /// GUTI REALLOCATION COMMAND waits for its answer.
    GutiReallocation,
}

/// The specific or connection management procedure (TS 24.301 5.5, 5.6), or what it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Specific {
    /// Not seen yet.
    Unknown,
    /// None on this connection.
    None,
    /// ATTACH REQUEST waits for its answer.
    Attach,
    /// ATTACH ACCEPT waits for its answer.
    AttachAccepted,
    /// ATTACH COMPLETE was sent.
    Attached,
    /// TRACKING AREA UPDATE REQUEST waits for its answer.
    Update,
    /// TRACKING AREA UPDATE ACCEPT with a GUTI waits for its answer.
    UpdateAccepted,
    /// The update is complete.
    Updated,
    /// A service request waits for its bearers, or for SERVICE ACCEPT or SERVICE REJECT.
    Service {
        /// CONTROL PLANE SERVICE REQUEST: SERVICE ACCEPT may answer.
        control_plane: bool,
    },
    /// The UE's DETACH REQUEST waits for its answer.
    DetachByUe,
    /// The network's DETACH REQUEST waits for its answer.
    DetachByNetwork {
        /// From non-EPS services only.
        imsi_detach: bool,
    },
    /// A detach is complete.
    Detached {
        /// The UE switched off.
        switch_off: bool,
    },
    /// The network, or the UE by SECURITY MODE REJECT, ended the procedure.
    Rejected,
}

/// The state of one UE's signalling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Whether registered.
    pub registration: Registration,
    /// Of the connection.
    pub security: Security,
    /// Keys agreed and not in use.
    pub fresh: Fresh,
    /// The common procedure.
    pub common: Common,
    /// The specific procedure.
    pub specific: Specific,
    /// Whether it is about emergency bearer services: then authentication may be left out (TS 24.301 5.4.2.1, 5.4.3.2).
    pub emergency: Option<bool>,
}

impl State {
    /// That of an observer that starts in the middle.
    pub const UNOBSERVED: Self = Self {
        registration: Registration::Unknown,
        security: Security::Unknown,
        fresh: Fresh::Unknown,
        common: Common::Unknown,
        specific: Specific::Unknown,
        emergency: None,
    };
    /// A UE that is not registered and has no connection.
    pub const DEREGISTERED: Self = Self::idle(Registration::Deregistered);
    /// A UE that is registered and has no connection.
    pub const REGISTERED: Self = Self::idle(Registration::Registered);

    /// A UE without a connection.
    #[must_use]
    pub const fn idle(registration: Registration) -> Self {
        Self {
            registration,
            security: Security::Idle,
            fresh: Fresh::None,
            common: Common::None,
            specific: Specific::None,
            emergency: Some(false),
        }
    }

    /// The signalling connection is gone, and every procedure of it (TS 24.301 5.3.1.2): a local transition, without a
    /// message. A UE that was detaching from EPS services is deregistered then.
    #[must_use]
    pub const fn released(&self) -> Self {
        let registration = match self.specific {
            Specific::DetachByUe | Specific::DetachByNetwork { imsi_detach: false } => {
                Registration::Deregistered
            }
            _ => self.registration,
        };
        Self {
            emergency: match registration {
                Registration::Deregistered => Some(false),
                _ => self.emergency,
            },
            ..Self::idle(registration)
        }
    }

    /// The bearers of a service request are there, and with them the security of the access stratum, under keys of the
    /// context that the request named (TS 24.301 4.4.2.3, 5.6.1.4): a local transition, without a message.
    #[must_use]
    pub const fn bearers_established(&self) -> Self {
        match (self.specific, self.security) {
            (Specific::Service { .. }, Security::Offered { ksi }) => Self {
                registration: Registration::Registered,
                security: Security::Secure {
                    ksi: Some(ksi),
                    continued: false,
                },
                specific: Specific::None,
                ..*self
            },
            _ => *self,
        }
    }

    /// Whether secure exchange of NAS messages is established (TS 24.301 4.4.2.3).
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        matches!(self.security, Security::Secure { .. })
    }

    /// What a message that could not be read leaves: it may have been any.
    pub(super) const fn blurred(self) -> Self {
        Self {
            registration: Registration::Unknown,
            fresh: Fresh::Unknown,
            common: Common::Unknown,
            specific: Specific::Unknown,
            ..self
        }
    }

    /// With the common procedure over.
    pub(super) const fn without_common(self) -> Self {
        Self {
            common: Common::None,
            ..self
        }
    }

    /// With another specific procedure.
    pub(super) const fn with(self, specific: Specific) -> Self {
        Self { specific, ..self }
    }

    /// With the procedure over and the registration known.
    pub(super) const fn ended(self, registration: Registration, specific: Specific) -> Self {
        Self {
            registration,
            specific,
            common: Common::None,
            ..self
        }
    }
}
