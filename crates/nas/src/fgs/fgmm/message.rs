//! Any 5GMM message, by its message type (TS 24.501 9.7) and the way it goes.

use super::*;
use crate::common::{
    Decoded, ExtendedProtocolDiscriminator, NasDecodeError, SecurityHeaderType, Way, messages,
};

messages! {
    /// A plain 5GMM message.
    #[expect(
        clippy::large_enum_variant,
        reason = "a message is decoded, looked at and dropped; a box would cost each an allocation"
    )]
    FgmmMessage {
    RegistrationRequest = Way::UPLINK;
    RegistrationAccept = Way::DOWNLINK;
    RegistrationComplete = Way::UPLINK;
    RegistrationReject = Way::DOWNLINK;
    DeregistrationRequestFromUe = Way::UPLINK;
    DeregistrationAcceptFromNetwork = Way::DOWNLINK;
    DeregistrationRequestFromNetwork = Way::DOWNLINK;
    DeregistrationAcceptFromUe = Way::UPLINK;
    ServiceRequest = Way::UPLINK;
    ServiceReject = Way::DOWNLINK;
    ServiceAccept = Way::DOWNLINK;
    ControlPlaneServiceRequest = Way::UPLINK;
    NetworkSliceSpecificAuthenticationCommand = Way::DOWNLINK;
    NetworkSliceSpecificAuthenticationComplete = Way::UPLINK;
    NetworkSliceSpecificAuthenticationResult = Way::DOWNLINK;
    ConfigurationUpdateCommand = Way::DOWNLINK;
    ConfigurationUpdateComplete = Way::UPLINK;
    AuthenticationRequest = Way::DOWNLINK;
    AuthenticationResponse = Way::UPLINK;
    AuthenticationReject = Way::DOWNLINK;
    AuthenticationFailure = Way::UPLINK;
    AuthenticationResult = Way::DOWNLINK;
    IdentityRequest = Way::DOWNLINK;
    IdentityResponse = Way::UPLINK;
    SecurityModeCommand = Way::DOWNLINK;
    SecurityModeComplete = Way::UPLINK;
    SecurityModeReject = Way::UPLINK;
    FgmmStatus = Way::BOTH;
    Notification = Way::DOWNLINK;
    NotificationResponse = Way::UPLINK;
    UlNasTransport = Way::UPLINK;
    DlNasTransport = Way::DOWNLINK;
    RelayKeyRequest = Way::UPLINK;
    RelayKeyAccept = Way::DOWNLINK;
    RelayKeyReject = Way::DOWNLINK;
    RelayAuthenticationRequest = Way::DOWNLINK;
    RelayAuthenticationResponse = Way::UPLINK;
    }
}

impl<'a> FgmmMessage<'a> {
    /// Reads a plain message from a UE. A message type that only the network sends is unknown here (TS 24.501 7.4).
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode_uplink(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, message_type(plain)?, Way::UPLINK)
    }

    /// Reads a plain message from the network. A message type that only a UE sends is unknown here (TS 24.501 7.4).
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode_downlink(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, message_type(plain)?, Way::DOWNLINK)
    }

    /// Reads a plain message whose way is not known.
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, message_type(plain)?, Way::BOTH)
    }
}

/// The message type of a plain 5GMM message.
fn message_type(plain: &[u8]) -> Result<u8, NasDecodeError> {
    let &[first, second, message_type, ..] = plain else {
        return Err(NasDecodeError::TooShort { octets: plain.len() });
    };
    if ExtendedProtocolDiscriminator(first) != ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT {
        return Err(NasDecodeError::ProtocolDiscriminator(first));
    }
    match SecurityHeaderType::of_second_octet(second) {
        SecurityHeaderType::PLAIN => Ok(message_type),
        other => Err(NasDecodeError::SecurityHeader(other)),
    }
}
