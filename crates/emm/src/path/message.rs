//! What the table looks at in a message.

use quintet_crypto::Direction;
use quintet_procedure::{Algorithms, Ksi, Protection};

/// Type of identity that IDENTITY REQUEST asks for, or IDENTITY RESPONSE brings (TS 24.008 10.5.5.9, 10.5.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdentityKind(pub u8);

impl IdentityKind {
    /// No identity: the UE has none of the kind asked for.
    pub const NONE: Self = Self(0);
    /// IMSI.
    pub const IMSI: Self = Self(1);
    /// IMEI.
    pub const IMEI: Self = Self(2);
    /// IMEISV.
    pub const IMEISV: Self = Self(3);
    /// TMSI.
    pub const TMSI: Self = Self(4);
}

/// What the table depends on in a message, by the message's name (TS 24.301 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the names are those of TS 24.301 8.2; the fields are said below"
)]
pub enum MessageView {
    /// `ksi`: that of the context it is protected with, or [`Ksi::NONE`]; `emergency`: EPS attach type 6.
    AttachRequest {
        ksi: Ksi,
        emergency: bool,
    },
    AttachAccept,
    AttachComplete,
    AttachReject {
        cause: u8,
    },
    /// From the UE. `switch_off`: no DETACH ACCEPT follows.
    DetachRequestByUe {
        ksi: Ksi,
        switch_off: bool,
    },
    /// From the network. `imsi_detach`: from non-EPS services only; the UE stays registered.
    DetachRequestByNetwork {
        imsi_detach: bool,
    },
    /// Either side's.
    DetachAccept,
    TrackingAreaUpdateRequest {
        ksi: Ksi,
    },
    /// `guti`: a GUTI is allocated, so TRACKING AREA UPDATE COMPLETE follows.
    TrackingAreaUpdateAccept {
        guti: bool,
    },
    TrackingAreaUpdateComplete,
    TrackingAreaUpdateReject {
        cause: u8,
    },
    ServiceRequest {
        ksi: Ksi,
    },
    ExtendedServiceRequest {
        ksi: Ksi,
    },
    ControlPlaneServiceRequest {
        ksi: Ksi,
    },
    ServiceReject {
        cause: u8,
    },
    ServiceAccept,
    GutiReallocationCommand,
    GutiReallocationComplete,
    AuthenticationRequest {
        ksi: Ksi,
    },
    AuthenticationResponse,
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
    SecurityModeCommand {
        ksi: Ksi,
        algorithms: Algorithms,
    },
    SecurityModeComplete,
    SecurityModeReject {
        cause: u8,
    },
    EmmStatus,
    EmmInformation,
    DownlinkNasTransport,
    UplinkNasTransport,
    DownlinkGenericNasTransport,
    UplinkGenericNasTransport,
    CsServiceNotification,
    /// A message of session management on its own.
    Esm {
        message_type: u8,
    },
    /// Ciphered, and the observer has no key.
    Ciphered,
    /// An EMM message type that is not known (TS 24.301 7.4).
    Unknown {
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
            Self::AttachRequest { .. } => "ATTACH REQUEST",
            Self::AttachAccept => "ATTACH ACCEPT",
            Self::AttachComplete => "ATTACH COMPLETE",
            Self::AttachReject { .. } => "ATTACH REJECT",
            Self::DetachRequestByUe { .. } | Self::DetachRequestByNetwork { .. } => "DETACH REQUEST",
            Self::DetachAccept => "DETACH ACCEPT",
            Self::TrackingAreaUpdateRequest { .. } => "TRACKING AREA UPDATE REQUEST",
            Self::TrackingAreaUpdateAccept { .. } => "TRACKING AREA UPDATE ACCEPT",
            Self::TrackingAreaUpdateComplete => "TRACKING AREA UPDATE COMPLETE",
            Self::TrackingAreaUpdateReject { .. } => "TRACKING AREA UPDATE REJECT",
            Self::ServiceRequest { .. } => "SERVICE REQUEST",
            Self::ExtendedServiceRequest { .. } => "EXTENDED SERVICE REQUEST",
            Self::ControlPlaneServiceRequest { .. } => "CONTROL PLANE SERVICE REQUEST",
            Self::ServiceReject { .. } => "SERVICE REJECT",
            Self::ServiceAccept => "SERVICE ACCEPT",
            Self::GutiReallocationCommand => "GUTI REALLOCATION COMMAND",
            Self::GutiReallocationComplete => "GUTI REALLOCATION COMPLETE",
            Self::AuthenticationRequest { .. } => "AUTHENTICATION REQUEST",
            Self::AuthenticationResponse => "AUTHENTICATION RESPONSE",
            Self::AuthenticationFailure { .. } => "AUTHENTICATION FAILURE",
            Self::AuthenticationReject => "AUTHENTICATION REJECT",
            Self::IdentityRequest { .. } => "IDENTITY REQUEST",
            Self::IdentityResponse { .. } => "IDENTITY RESPONSE",
            Self::SecurityModeCommand { .. } => "SECURITY MODE COMMAND",
            Self::SecurityModeComplete => "SECURITY MODE COMPLETE",
            Self::SecurityModeReject { .. } => "SECURITY MODE REJECT",
            Self::EmmStatus => "EMM STATUS",
            Self::EmmInformation => "EMM INFORMATION",
            Self::DownlinkNasTransport => "DOWNLINK NAS TRANSPORT",
            Self::UplinkNasTransport => "UPLINK NAS TRANSPORT",
            Self::DownlinkGenericNasTransport => "DOWNLINK GENERIC NAS TRANSPORT",
            Self::UplinkGenericNasTransport => "UPLINK GENERIC NAS TRANSPORT",
            Self::CsServiceNotification => "CS SERVICE NOTIFICATION",
            Self::Esm { .. } => "an ESM message",
            Self::Ciphered => "a ciphered message",
            Self::Unknown { .. } => "an EMM message of unknown type",
        }
    }

    /// The only direction the message has (TS 24.301 8.2); `None` if it has both.
    #[must_use]
    pub const fn direction(&self) -> Option<Direction> {
        Some(match self {
            Self::AttachRequest { .. }
            | Self::AttachComplete
            | Self::DetachRequestByUe { .. }
            | Self::TrackingAreaUpdateRequest { .. }
            | Self::TrackingAreaUpdateComplete
            | Self::ServiceRequest { .. }
            | Self::ExtendedServiceRequest { .. }
            | Self::ControlPlaneServiceRequest { .. }
            | Self::GutiReallocationComplete
            | Self::AuthenticationResponse
            | Self::AuthenticationFailure { .. }
            | Self::IdentityResponse { .. }
            | Self::SecurityModeComplete
            | Self::SecurityModeReject { .. }
            | Self::UplinkNasTransport
            | Self::UplinkGenericNasTransport => Direction::Uplink,
            Self::DetachAccept
            | Self::EmmStatus
            | Self::Esm { .. }
            | Self::Ciphered
            | Self::Unknown { .. } => return None,
            _ => Direction::Downlink,
        })
    }

    /// The KSI of an initial message (TS 24.301 4.4.5, 5.3.1.1); `None` of another.
    #[must_use]
    pub const fn initial(&self) -> Option<Ksi> {
        match *self {
            Self::AttachRequest { ksi, .. }
            | Self::DetachRequestByUe { ksi, .. }
            | Self::TrackingAreaUpdateRequest { ksi }
            | Self::ServiceRequest { ksi }
            | Self::ExtendedServiceRequest { ksi }
            | Self::ControlPlaneServiceRequest { ksi } => Some(ksi),
            _ => None,
        }
    }
}
