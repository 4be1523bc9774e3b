//! Messages of 5GS mobility management (TS 24.501 8.2).

mod authentication;
mod configuration;
mod deregistration;
mod identity;
mod message;
mod registration;
mod relay;
mod security_mode;
mod service;
mod slice;
mod transport;

pub use authentication::{
    AuthenticationFailure, AuthenticationReject, AuthenticationRequest, AuthenticationResponse,
    AuthenticationResult,
};
pub use configuration::{ConfigurationUpdateCommand, ConfigurationUpdateComplete};
pub use deregistration::{
    DeregistrationAcceptFromNetwork, DeregistrationAcceptFromUe, DeregistrationRequestFromNetwork,
    DeregistrationRequestFromUe,
};
pub use identity::{IdentityRequest, IdentityResponse};
pub use message::FgmmMessage;
pub use registration::{RegistrationAccept, RegistrationComplete, RegistrationReject, RegistrationRequest};
pub use relay::{
    RelayAuthenticationRequest, RelayAuthenticationResponse, RelayKeyAccept, RelayKeyReject, RelayKeyRequest,
};
pub use security_mode::{SecurityModeCommand, SecurityModeComplete, SecurityModeReject};
pub use service::{ControlPlaneServiceRequest, ServiceAccept, ServiceReject, ServiceRequest};
pub use slice::{
    NetworkSliceSpecificAuthenticationCommand, NetworkSliceSpecificAuthenticationComplete,
    NetworkSliceSpecificAuthenticationResult,
};
pub use transport::{DlNasTransport, FgmmStatus, Notification, NotificationResponse, UlNasTransport};
