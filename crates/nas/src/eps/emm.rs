//! Messages of EPS mobility management (TS 24.301 8.2).

mod attach;
mod authentication;
mod detach;
mod identity;
mod information;
mod message;
mod security_mode;
mod service;
mod tracking_area;
mod transport;

pub use attach::{AttachAccept, AttachComplete, AttachReject, AttachRequest};
pub use authentication::{
    AuthenticationFailure, AuthenticationReject, AuthenticationRequest, AuthenticationResponse,
};
pub use detach::{DetachAccept, DetachRequestFromNetwork, DetachRequestFromUe};
pub use identity::{GutiReallocationCommand, GutiReallocationComplete, IdentityRequest, IdentityResponse};
pub use information::{CsServiceNotification, EmmInformation, EmmStatus};
pub use message::EmmMessage;
pub use security_mode::{SecurityModeCommand, SecurityModeComplete, SecurityModeReject};
pub use service::{
    ControlPlaneServiceRequest, ExtendedServiceRequest, SERVICE_REQUEST_OCTETS, ServiceAccept, ServiceReject,
    ServiceRequest,
};
pub use tracking_area::{
    TrackingAreaUpdateAccept, TrackingAreaUpdateComplete, TrackingAreaUpdateReject, TrackingAreaUpdateRequest,
};
pub use transport::{
    DownlinkGenericNasTransport, DownlinkNasTransport, UplinkGenericNasTransport, UplinkNasTransport,
};
