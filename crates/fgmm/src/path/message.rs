//! What the table looks at in a message.

use quintet_crypto::Direction;
use quintet_procedure::{Algorithms, Ksi, Protection};

/// Type of identity that IDENTITY REQUEST asks for, or IDENTITY RESPONSE brings (TS 24.501 9.11.3.3, 9.11.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdentityKind(pub u8);

impl IdentityKind {
    /// No identity: the UE has none of the kind asked for.
    pub const NONE: Self = Self(0);
    /// SUCI.
    pub const SUCI: Self = Self(1);
    /// 5G-GUTI.
    pub const GUTI: Self = Self(2);
    /// IMEI.
    pub const IMEI: Self = Self(3);
    /// 5G-S-TMSI.
    pub const S_TMSI: Self = Self(4);
    /// IMEISV.
    pub const IMEISV: Self = Self(5);
    /// MAC address.
    pub const MAC_ADDRESS: Self = Self(6);
    /// EUI-64.
    pub const EUI_64: Self = Self(7);
}

/// What a REGISTRATION REQUEST is for (TS 24.501 9.11.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrationKind {
    /// Initial registration, and what is none of the others.
    Initial,
    /// Mobility registration updating.
    MobilityUpdating,
    /// Periodic registration updating.
    PeriodicUpdating,
    /// Emergency registration.
    Emergency,
}

impl RegistrationKind {
    /// Whether it updates a registration that there is.
    #[must_use]
    pub const fn is_update(self) -> bool {
        matches!(self, Self::MobilityUpdating | Self::PeriodicUpdating)
    }
}

/// How primary authentication is done (TS 24.501 5.4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthenticationMethod {
    /// 5G AKA: RAND, AUTN, RES* (TS 24.501 5.4.1.3).
    Aka,
    /// EAP: a message of the EAP method (TS 24.501 5.4.1.2).
    Eap,
}

/// What the table depends on in a message, by the message's name (TS 24.501 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the names are those of TS 24.501 8.2; the fields are said below"
)]
pub enum MessageView {
    /// `ksi`: that of the context it is protected with, or [`Ksi::NONE`].
    RegistrationRequest {
        ksi: Ksi,
        kind: RegistrationKind,
    },
    /// `needs_complete`: it brings something that REGISTRATION COMPLETE confirms (TS 24.501 5.5.1.2.4, 5.5.1.3.4).
    RegistrationAccept {
        needs_complete: bool,
    },
    RegistrationComplete,
    RegistrationReject {
        cause: u8,
    },
    /// From the UE. `switch_off`: no DEREGISTRATION ACCEPT follows.
    DeregistrationRequestByUe {
        ksi: Ksi,
        switch_off: bool,
    },
    /// The network's answer to the UE's request.
    DeregistrationAcceptByNetwork,
    /// From the network. `reregistration`: the UE shall come again.
    DeregistrationRequestByNetwork {
        reregistration: bool,
    },
    /// The UE's answer to the network's request.
    DeregistrationAcceptByUe,
    ServiceRequest {
        ksi: Ksi,
    },
    ControlPlaneServiceRequest {
        ksi: Ksi,
    },
    ServiceAccept,
    ServiceReject {
        cause: u8,
    },
    AuthenticationRequest {
        ksi: Ksi,
        method: AuthenticationMethod,
    },
    /// `method`: by what it brings, RES* or an EAP message.
    AuthenticationResponse {
        method: AuthenticationMethod,
    },
    /// `success`: EAP-success, not EAP-failure.
    AuthenticationResult {
        success: bool,
    },
    /// `auts`: the authentication failure parameter is there.
    AuthenticationFailure {
        cause: u8,
        auts: bool,
    },
    AuthenticationReject,
    IdentityRequest {
        kind: IdentityKind,
    },
    IdentityResponse {
        kind: IdentityKind,
    },
    /// `rinmr`: retransmission of the initial NAS message is requested; `hdp`: KAMF is derived anew; `eap`: an EAP
    /// message is in it, EAP-success if `Some(true)`.
    SecurityModeCommand {
        ksi: Ksi,
        algorithms: Algorithms,
        rinmr: bool,
        hdp: bool,
        eap: Option<bool>,
    },
    /// `container`: the NAS message container is there.
    SecurityModeComplete {
        container: bool,
    },
    SecurityModeReject {
        cause: u8,
    },
    /// `ack`: CONFIGURATION UPDATE COMPLETE is asked for.
    ConfigurationUpdateCommand {
        ack: bool,
    },
    ConfigurationUpdateComplete,
    Notification,
    NotificationResponse,
    NetworkSliceSpecificAuthenticationCommand,
    NetworkSliceSpecificAuthenticationComplete,
    NetworkSliceSpecificAuthenticationResult,
    UlNasTransport,
    DlNasTransport,
    FgmmStatus,
    /// Ciphered, and the observer has no key.
    Ciphered,
    /// A 5GMM message type that the table does not know (TS 24.501 7.4).
    Other {
        message_type: u8,
    },
}

/// One message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Which way.
    pub direction: Direction,
    /// How protected.
    pub protection: Protection,
    /// What it is.
    pub message: MessageView,
}

impl MessageView {
    /// The specification's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RegistrationRequest { .. } => "REGISTRATION REQUEST",
            Self::RegistrationAccept { .. } => "REGISTRATION ACCEPT",
            Self::RegistrationComplete => "REGISTRATION COMPLETE",
            Self::RegistrationReject { .. } => "REGISTRATION REJECT",
            Self::DeregistrationRequestByUe { .. } | Self::DeregistrationRequestByNetwork { .. } => {
                "DEREGISTRATION REQUEST"
            }
            Self::DeregistrationAcceptByNetwork | Self::DeregistrationAcceptByUe => "DEREGISTRATION ACCEPT",
            Self::ServiceRequest { .. } => "SERVICE REQUEST",
            Self::ControlPlaneServiceRequest { .. } => "CONTROL PLANE SERVICE REQUEST",
            Self::ServiceAccept => "SERVICE ACCEPT",
            Self::ServiceReject { .. } => "SERVICE REJECT",
            Self::AuthenticationRequest { .. } => "AUTHENTICATION REQUEST",
            Self::AuthenticationResponse { .. } => "AUTHENTICATION RESPONSE",
            Self::AuthenticationResult { .. } => "AUTHENTICATION RESULT",
            Self::AuthenticationFailure { .. } => "AUTHENTICATION FAILURE",
            Self::AuthenticationReject => "AUTHENTICATION REJECT",
            Self::IdentityRequest { .. } => "IDENTITY REQUEST",
            Self::IdentityResponse { .. } => "IDENTITY RESPONSE",
            Self::SecurityModeCommand { .. } => "SECURITY MODE COMMAND",
            Self::SecurityModeComplete { .. } => "SECURITY MODE COMPLETE",
            Self::SecurityModeReject { .. } => "SECURITY MODE REJECT",
            Self::ConfigurationUpdateCommand { .. } => "CONFIGURATION UPDATE COMMAND",
            Self::ConfigurationUpdateComplete => "CONFIGURATION UPDATE COMPLETE",
            Self::Notification => "NOTIFICATION",
            Self::NotificationResponse => "NOTIFICATION RESPONSE",
            Self::NetworkSliceSpecificAuthenticationCommand => {
                "NETWORK SLICE-SPECIFIC AUTHENTICATION COMMAND"
            }
            Self::NetworkSliceSpecificAuthenticationComplete => {
                "NETWORK SLICE-SPECIFIC AUTHENTICATION COMPLETE"
            }
            Self::NetworkSliceSpecificAuthenticationResult => "NETWORK SLICE-SPECIFIC AUTHENTICATION RESULT",
            Self::UlNasTransport => "UL NAS TRANSPORT",
            Self::DlNasTransport => "DL NAS TRANSPORT",
            Self::FgmmStatus => "5GMM STATUS",
            Self::Ciphered => "a ciphered message",
            Self::Other { .. } => "a 5GMM message of unknown type",
        }
    }

    /// The only direction the message has (TS 24.501 8.2); `None` if it has both.
    #[must_use]
    pub const fn direction(&self) -> Option<Direction> {
        Some(match self {
            Self::RegistrationRequest { .. }
            | Self::RegistrationComplete
            | Self::DeregistrationRequestByUe { .. }
            | Self::DeregistrationAcceptByUe
            | Self::ServiceRequest { .. }
            | Self::ControlPlaneServiceRequest { .. }
            | Self::AuthenticationResponse { .. }
            | Self::AuthenticationFailure { .. }
            | Self::IdentityResponse { .. }
            | Self::SecurityModeComplete { .. }
            | Self::SecurityModeReject { .. }
            | Self::ConfigurationUpdateComplete
            | Self::NotificationResponse
            | Self::NetworkSliceSpecificAuthenticationComplete
            | Self::UlNasTransport => Direction::Uplink,
            Self::FgmmStatus | Self::Ciphered | Self::Other { .. } => return None,
            _ => Direction::Downlink,
        })
    }

    /// The ngKSI of an initial message (TS 24.501 4.4.6, 5.3.1.1); `None` of another.
    #[must_use]
    pub const fn initial(&self) -> Option<Ksi> {
        match *self {
            Self::RegistrationRequest { ksi, .. }
            | Self::DeregistrationRequestByUe { ksi, .. }
            | Self::ServiceRequest { ksi }
            | Self::ControlPlaneServiceRequest { ksi } => Some(ksi),
            _ => None,
        }
    }
}
