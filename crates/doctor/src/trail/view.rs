//! What a message is to the path, in words that both systems share: the rules are written on these.

use super::Procedure;
use quintet_emm::path::{IdentityKind, MessageView};
use quintet_fgmm::path as fgmm;
use quintet_procedure::{Algorithms, Ksi};

/// What kind of identity is asked for, or given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The UE has none of the kind asked for.
    None,
    /// That of the subscription: IMSI, SUCI.
    Permanent,
    /// IMEI.
    Imei,
    /// IMEISV.
    Imeisv,
    /// TMSI, 5G-GUTI, 5G-S-TMSI.
    Temporary,
    /// Another, by its number.
    Other(u8),
}

/// What a message is to the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// An initial message of the UE that wants to be registered, updated or served.
    Request {
        /// What it wants.
        procedure: Procedure,
        /// The key set it names, or [`Ksi::NONE`].
        ksi: Ksi,
        /// For emergency services.
        emergency: bool,
    },
    /// The network grants it.
    Accept {
        /// What.
        procedure: Procedure,
        /// Whether the UE must answer.
        awaits_complete: bool,
    },
    /// The UE's answer to the grant.
    Complete {
        /// Of what.
        procedure: Procedure,
    },
    /// The network refuses it.
    Reject {
        /// What.
        procedure: Procedure,
        /// EMM or 5GMM cause.
        cause: u8,
    },
    /// The UE leaves: DETACH REQUEST, DEREGISTRATION REQUEST.
    LeaveByUe {
        /// The key set it names.
        ksi: Ksi,
        /// No answer follows.
        switch_off: bool,
    },
    /// The network lets the UE go.
    LeaveByNetwork,
    /// Either side's answer to that.
    LeaveAccept,
    /// IDENTITY REQUEST.
    IdentityRequest {
        /// For what.
        kind: Identity,
    },
    /// IDENTITY RESPONSE.
    IdentityResponse {
        /// With what.
        kind: Identity,
    },
    /// AUTHENTICATION REQUEST.
    AuthenticationRequest {
        /// The key set it proposes.
        ksi: Ksi,
    },
    /// AUTHENTICATION RESPONSE.
    AuthenticationResponse,
    /// AUTHENTICATION RESULT: EAP's last word.
    AuthenticationResult,
    /// AUTHENTICATION FAILURE.
    AuthenticationFailure {
        /// EMM or 5GMM cause.
        cause: u8,
        /// Whether AUTS is in it.
        auts: bool,
    },
    /// AUTHENTICATION REJECT.
    AuthenticationReject,
    /// SECURITY MODE COMMAND.
    SecurityModeCommand {
        /// The key set it takes into use.
        ksi: Ksi,
        /// With what.
        algorithms: Algorithms,
    },
    /// SECURITY MODE COMPLETE.
    SecurityModeComplete,
    /// SECURITY MODE REJECT.
    SecurityModeReject {
        /// EMM or 5GMM cause.
        cause: u8,
    },
    /// A new temporary identity, or other parameters: GUTI REALLOCATION COMMAND, CONFIGURATION UPDATE COMMAND.
    Reconfiguration,
    /// Its answer.
    ReconfigurationComplete,
    /// EMM STATUS, 5GMM STATUS.
    Status,
    /// Session management, by itself or in transport: ESM, 5GSM.
    Session {
        /// The message type; that of the container for what is in transport.
        message_type: u8,
    },
    /// Ciphered, and no key opens it.
    Ciphered,
    /// Of mobility management, and no part of the path.
    Other,
    /// Of a type that is not known.
    Unknown {
        /// The message type.
        message_type: u8,
    },
}

impl View {
    /// The key set that an initial message names; `None` of another message.
    #[must_use]
    pub const fn initial(&self) -> Option<Ksi> {
        match *self {
            Self::Request { ksi, .. } | Self::LeaveByUe { ksi, .. } => Some(ksi),
            _ => None,
        }
    }

    /// The cause of a message that refuses a procedure.
    #[must_use]
    pub const fn reject(&self) -> Option<u8> {
        match *self {
            Self::Reject { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

impl From<fgmm::IdentityKind> for Identity {
    fn from(kind: fgmm::IdentityKind) -> Self {
        match kind {
            fgmm::IdentityKind::NONE => Self::None,
            fgmm::IdentityKind::SUCI => Self::Permanent,
            fgmm::IdentityKind::IMEI => Self::Imei,
            fgmm::IdentityKind::IMEISV => Self::Imeisv,
            fgmm::IdentityKind::GUTI | fgmm::IdentityKind::S_TMSI => Self::Temporary,
            fgmm::IdentityKind(other) => Self::Other(other),
        }
    }
}

impl From<IdentityKind> for Identity {
    fn from(kind: IdentityKind) -> Self {
        match kind {
            IdentityKind::NONE => Self::None,
            IdentityKind::IMSI => Self::Permanent,
            IdentityKind::IMEI => Self::Imei,
            IdentityKind::IMEISV => Self::Imeisv,
            IdentityKind::TMSI => Self::Temporary,
            IdentityKind(other) => Self::Other(other),
        }
    }
}

impl From<MessageView> for View {
    fn from(view: MessageView) -> Self {
        use Procedure::{Attach, ServiceRequest, TrackingAreaUpdate};
        let request = |procedure, ksi, emergency| Self::Request {
            procedure,
            ksi,
            emergency,
        };
        match view {
            MessageView::AttachRequest { ksi, emergency } => request(Attach, ksi, emergency),
            MessageView::TrackingAreaUpdateRequest { ksi } => request(TrackingAreaUpdate, ksi, false),
            MessageView::ServiceRequest { ksi }
            | MessageView::ExtendedServiceRequest { ksi }
            | MessageView::ControlPlaneServiceRequest { ksi } => request(ServiceRequest, ksi, false),
            MessageView::AttachAccept => accept(Attach, true),
            MessageView::TrackingAreaUpdateAccept { guti } => accept(TrackingAreaUpdate, guti),
            MessageView::ServiceAccept => accept(ServiceRequest, false),
            MessageView::AttachComplete => Self::Complete { procedure: Attach },
            MessageView::TrackingAreaUpdateComplete => Self::Complete {
                procedure: TrackingAreaUpdate,
            },
            MessageView::AttachReject { cause } => reject(Attach, cause),
            MessageView::TrackingAreaUpdateReject { cause } => reject(TrackingAreaUpdate, cause),
            MessageView::ServiceReject { cause } => reject(ServiceRequest, cause),
            MessageView::DetachRequestByUe { ksi, switch_off } => Self::LeaveByUe { ksi, switch_off },
            MessageView::DetachRequestByNetwork { .. } => Self::LeaveByNetwork,
            MessageView::DetachAccept => Self::LeaveAccept,
            MessageView::GutiReallocationCommand => Self::Reconfiguration,
            MessageView::GutiReallocationComplete => Self::ReconfigurationComplete,
            MessageView::EmmStatus => Self::Status,
            MessageView::Esm { message_type } => Self::Session { message_type },
            MessageView::Ciphered => Self::Ciphered,
            MessageView::Unknown { message_type } => Self::Unknown { message_type },
            security => of_security(security),
        }
    }
}

const fn accept(procedure: Procedure, awaits_complete: bool) -> View {
    View::Accept {
        procedure,
        awaits_complete,
    }
}

const fn reject(procedure: Procedure, cause: u8) -> View {
    View::Reject { procedure, cause }
}

/// Of EPS's messages about identity and security.
fn of_security(view: MessageView) -> View {
    match view {
        MessageView::IdentityRequest { kind } => View::IdentityRequest { kind: kind.into() },
        MessageView::IdentityResponse { kind } => View::IdentityResponse { kind: kind.into() },
        MessageView::AuthenticationRequest { ksi } => View::AuthenticationRequest { ksi },
        MessageView::AuthenticationResponse => View::AuthenticationResponse,
        MessageView::AuthenticationFailure { cause, auts } => View::AuthenticationFailure { cause, auts },
        MessageView::AuthenticationReject => View::AuthenticationReject,
        MessageView::SecurityModeCommand { ksi, algorithms } => View::SecurityModeCommand { ksi, algorithms },
        MessageView::SecurityModeComplete => View::SecurityModeComplete,
        MessageView::SecurityModeReject { cause } => View::SecurityModeReject { cause },
        _ => View::Other,
    }
}

impl From<fgmm::RegistrationKind> for Procedure {
    fn from(kind: fgmm::RegistrationKind) -> Self {
        match kind {
            fgmm::RegistrationKind::Initial => Self::Registration,
            fgmm::RegistrationKind::MobilityUpdating => Self::MobilityRegistration,
            fgmm::RegistrationKind::PeriodicUpdating => Self::PeriodicRegistration,
            fgmm::RegistrationKind::Emergency => Self::EmergencyRegistration,
        }
    }
}

impl From<fgmm::MessageView> for View {
    fn from(view: fgmm::MessageView) -> Self {
        use fgmm::MessageView as M;
        match view {
            M::RegistrationRequest { ksi, kind } => Self::Request {
                procedure: kind.into(),
                ksi,
                emergency: kind == fgmm::RegistrationKind::Emergency,
            },
            M::RegistrationAccept { needs_complete } => accept(Procedure::Registration, needs_complete),
            M::RegistrationComplete => Self::Complete {
                procedure: Procedure::Registration,
            },
            M::RegistrationReject { cause } => reject(Procedure::Registration, cause),
            M::ServiceRequest { ksi } | M::ControlPlaneServiceRequest { ksi } => Self::Request {
                procedure: Procedure::ServiceRequest,
                ksi,
                emergency: false,
            },
            M::ServiceAccept => accept(Procedure::ServiceRequest, false),
            M::ServiceReject { cause } => reject(Procedure::ServiceRequest, cause),
            M::DeregistrationRequestByUe { ksi, switch_off } => Self::LeaveByUe { ksi, switch_off },
            M::DeregistrationRequestByNetwork { .. } => Self::LeaveByNetwork,
            M::DeregistrationAcceptByNetwork | M::DeregistrationAcceptByUe => Self::LeaveAccept,
            M::ConfigurationUpdateCommand { .. } => Self::Reconfiguration,
            M::ConfigurationUpdateComplete => Self::ReconfigurationComplete,
            M::FgmmStatus => Self::Status,
            M::UlNasTransport => Self::Session { message_type: 0x67 },
            M::DlNasTransport => Self::Session { message_type: 0x68 },
            M::Ciphered => Self::Ciphered,
            M::Other { message_type } => Self::Unknown { message_type },
            security => of_fgs_security(security),
        }
    }
}

/// Of 5GS's messages about identity and security.
fn of_fgs_security(view: fgmm::MessageView) -> View {
    use fgmm::MessageView as M;
    match view {
        M::IdentityRequest { kind } => View::IdentityRequest { kind: kind.into() },
        M::IdentityResponse { kind } => View::IdentityResponse { kind: kind.into() },
        M::AuthenticationRequest { ksi, .. } => View::AuthenticationRequest { ksi },
        M::AuthenticationResponse { .. } => View::AuthenticationResponse,
        M::AuthenticationResult { .. } => View::AuthenticationResult,
        M::AuthenticationFailure { cause, auts } => View::AuthenticationFailure { cause, auts },
        M::AuthenticationReject => View::AuthenticationReject,
        M::SecurityModeCommand { ksi, algorithms, .. } => View::SecurityModeCommand { ksi, algorithms },
        M::SecurityModeComplete { .. } => View::SecurityModeComplete,
        M::SecurityModeReject { cause } => View::SecurityModeReject { cause },
        _ => View::Other,
    }
}
