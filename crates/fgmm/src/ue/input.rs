//! What happens to a UE.

use quintet_nas::fgs::{RegistrationType, ServiceType};
use quintet_subscriber::usim::Answer;

/// How a UE names itself in REGISTRATION REQUEST.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrationIdentity {
    /// As TS 24.501 5.5.1.2.2 says: by 5G-GUTI if it has a valid one, else by SUCI, or by IMEI in an emergency without.
    Usual,
    /// By SUCI, although it may have a 5G-GUTI.
    Suci,
    /// By SUCI, and silent about the security context it may have: what a network then offers may be in use.
    SuciWithoutContext,
    /// By IMEI: an emergency without a usable card.
    Imei,
}

/// What the user, or a scenario, wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// Initial or emergency registration; a registered UE leaves first, without a word.
    Register {
        /// For what.
        registration_type: RegistrationType,
        /// How it names itself.
        identity: RegistrationIdentity,
    },
    /// Mobility or periodic registration update.
    Update {
        /// Which.
        registration_type: RegistrationType,
    },
    /// Service request, also within a connection.
    ServiceRequest {
        /// For what.
        service_type: ServiceType,
    },
    /// The PDU session of the configuration.
    PduSession,
    /// Deregistration.
    Deregister {
        /// Because of power off: nobody waits for an answer.
        switch_off: bool,
    },
}

impl Start {
    /// An ordinary registration.
    pub const REGISTER: Self = Self::Register {
        registration_type: RegistrationType::INITIAL_REGISTRATION,
        identity: RegistrationIdentity::Usual,
    };
    /// An ordinary update.
    pub const UPDATE: Self = Self::Update {
        registration_type: RegistrationType::MOBILITY_REGISTRATION_UPDATING,
    };
    /// An ordinary service request.
    pub const SERVICE: Self = Self::ServiceRequest {
        service_type: ServiceType::DATA,
    };
}

/// What happens to a UE.
#[derive(Debug)]
pub enum Input<'a> {
    /// The user wants something.
    Start(Start),
    /// A NAS PDU from the network.
    Downlink(&'a [u8]),
    /// The card's answer to [`super::Output::Challenge`].
    Challenged(Answer),
    /// Security of the access stratum is there (INITIAL CONTEXT SETUP).
    ContextSetUp,
    /// The network pages, by 5G-S-TMSI (TS 24.501 5.6.2.2.1).
    Paged,
    /// The connection could not be had, or broke.
    LowerLayerFailure,
    /// The connection was released.
    ConnectionReleased,
    /// The deadline of [`super::Ue::poll_timeout`] has passed.
    Timeout,
}
