//! The state of one UE's signalling, as either end or an observer has it.

use super::message::{AuthenticationMethod, IdentityKind, RegistrationKind};
use super::{Algorithms, Ksi};

/// Whether the UE is registered (TS 24.501 5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Registration {
    /// Not seen yet.
    Unknown,
    /// 5GMM-DEREGISTERED.
    Deregistered,
    /// 5GMM-REGISTERED.
    Registered,
}

/// The security of the signalling connection (TS 24.501 4.4.2.5, 4.4.4).
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

/// A key set that primary authentication agreed on and no security mode command took into use: the partial native context
/// (TS 24.501 4.4.2.1, 5.4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fresh {
    /// Not seen yet.
    Unknown,
    /// None.
    None,
    /// The UE has answered a message of the EAP method; the EAP server's verdict is not known to it.
    Answered {
        /// The ngKSI, if known.
        ksi: Option<Ksi>,
    },
    /// The UE has answered with RES*, or has EAP-success.
    Agreed {
        /// The ngKSI, if known.
        ksi: Option<Ksi>,
    },
    /// The UE has refused the network's challenge (TS 24.501 5.4.1.3.6, 5.4.1.2.4.5).
    Refused {
        /// 5GMM cause: 20, 21, 26, 71.
        cause: u8,
    },
    /// The network told the UE of EAP-failure by AUTHENTICATION RESULT.
    Failed,
}

/// The common procedure about identity or security that the network runs (TS 24.501 5.4.1 to 5.4.3).
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
        /// The ngKSI it proposes.
        ksi: Ksi,
        /// How.
        method: AuthenticationMethod,
    },
    /// SECURITY MODE COMMAND waits for its answer.
    SecurityMode {
        /// The context it takes into use.
        ksi: Ksi,
        /// With these algorithms.
        algorithms: Algorithms,
        /// The initial NAS message must come again in the answer.
        rinmr: bool,
    },
    /// A SECURITY MODE COMMAND that the UE must refuse waits for its reject (see [`State::refusing`]).
    SecurityModeRefused,
}

/// What runs beside the other procedures of a registered UE, each waiting for its answer (TS 24.501 5.4.4, 5.4.7, 5.6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Beside {
    /// CONFIGURATION UPDATE COMMAND that asked for an acknowledgement.
    pub configuration_update: bool,
    /// NOTIFICATION.
    pub notification: bool,
    /// NETWORK SLICE-SPECIFIC AUTHENTICATION COMMAND.
    pub slice_authentication: bool,
}

impl Beside {
    /// Nothing.
    pub const NONE: Self = Self {
        configuration_update: false,
        notification: false,
        slice_authentication: false,
    };
    /// Each may wait: that of an observer that starts in the middle.
    pub const ANY: Self = Self {
        configuration_update: true,
        notification: true,
        slice_authentication: true,
    };
}

/// The specific or connection management procedure (TS 24.501 5.5, 5.6), or what it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Specific {
    /// Not seen yet.
    Unknown,
    /// None on this connection.
    None,
    /// REGISTRATION REQUEST waits for its answer.
    Registration {
        /// What for.
        kind: RegistrationKind,
    },
    /// REGISTRATION ACCEPT waits for its answer.
    RegistrationAccepted,
    /// The registration is complete.
    Registered,
    /// A service request waits for SERVICE ACCEPT or SERVICE REJECT.
    Service,
    /// The UE's DEREGISTRATION REQUEST waits for its answer.
    DeregistrationByUe,
    /// The network's DEREGISTRATION REQUEST waits for its answer.
    DeregistrationByNetwork {
        /// The UE shall come again.
        reregistration: bool,
    },
    /// A deregistration is complete.
    Deregistered {
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
    /// What runs beside.
    pub beside: Beside,
    /// The specific procedure.
    pub specific: Specific,
    /// Whether it is about emergency services: then authentication may be left out (TS 24.501 5.4.1.1, 5.4.2.2).
    pub emergency: Option<bool>,
}

impl State {
    /// That of an observer that starts in the middle.
    pub const UNOBSERVED: Self = Self {
        registration: Registration::Unknown,
        security: Security::Unknown,
        fresh: Fresh::Unknown,
        common: Common::Unknown,
        beside: Beside::ANY,
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
            beside: Beside::NONE,
            specific: Specific::None,
            emergency: Some(false),
        }
    }

    /// The signalling connection is gone, and every procedure of it (TS 24.501 5.3.1.3): a local transition, without a
    /// message. A UE that was deregistering is deregistered then.
    #[must_use]
    pub const fn released(&self) -> Self {
        let registration = match self.specific {
            Specific::DeregistrationByUe | Specific::DeregistrationByNetwork { .. } => {
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

    /// Whether secure exchange of NAS messages is established (TS 24.501 4.4.2.5).
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
            beside: Beside::ANY,
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
