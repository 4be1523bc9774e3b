//! Any EMM message, by its message type (TS 24.301 9.8) and the way it goes.

use super::*;
use crate::common::{Decoded, NasDecodeError, ProtocolDiscriminator, SecurityHeaderType, Way, messages};

messages! {
    /// A plain EMM message. SERVICE REQUEST, which has no message type, is [`ServiceRequest`].
    EmmMessage {
    DetachRequestFromUe = Way::UPLINK;
    DetachRequestFromNetwork = Way::DOWNLINK;
    AttachRequest = Way::UPLINK;
    AttachAccept = Way::DOWNLINK;
    AttachComplete = Way::UPLINK;
    AttachReject = Way::DOWNLINK;
    DetachAccept = Way::BOTH;
    TrackingAreaUpdateRequest = Way::UPLINK;
    TrackingAreaUpdateAccept = Way::DOWNLINK;
    TrackingAreaUpdateComplete = Way::UPLINK;
    TrackingAreaUpdateReject = Way::DOWNLINK;
    ExtendedServiceRequest = Way::UPLINK;
    ControlPlaneServiceRequest = Way::UPLINK;
    ServiceReject = Way::DOWNLINK;
    ServiceAccept = Way::DOWNLINK;
    GutiReallocationCommand = Way::DOWNLINK;
    GutiReallocationComplete = Way::UPLINK;
    AuthenticationRequest = Way::DOWNLINK;
    AuthenticationResponse = Way::UPLINK;
    AuthenticationReject = Way::DOWNLINK;
    AuthenticationFailure = Way::UPLINK;
    IdentityRequest = Way::DOWNLINK;
    IdentityResponse = Way::UPLINK;
    SecurityModeCommand = Way::DOWNLINK;
    SecurityModeComplete = Way::UPLINK;
    SecurityModeReject = Way::UPLINK;
    EmmStatus = Way::BOTH;
    EmmInformation = Way::DOWNLINK;
    DownlinkNasTransport = Way::DOWNLINK;
    UplinkNasTransport = Way::UPLINK;
    CsServiceNotification = Way::DOWNLINK;
    DownlinkGenericNasTransport = Way::DOWNLINK;
    UplinkGenericNasTransport = Way::UPLINK;
    }
}

impl<'a> EmmMessage<'a> {
    /// Reads a plain message from a UE. A message type that only the network sends is unknown here (TS 24.301 7.4).
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode_uplink(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, message_type(plain)?, Way::UPLINK)
    }

    /// Reads a plain message from the network. A message type that only a UE sends is unknown here (TS 24.301 7.4).
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode_downlink(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, message_type(plain)?, Way::DOWNLINK)
    }

    /// Reads a plain message whose way is not known, for display. A DETACH REQUEST is taken as the UE's when it reads as
    /// one: its identity has a length where the network's has an IEI or nothing.
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        let message_type = message_type(plain)?;
        match Self::decode_type(plain, message_type, Way::BOTH) {
            Err(NasDecodeError::Mandatory(error)) => {
                Self::decode_type(plain, message_type, Way::DOWNLINK).map_err(|_| error.into())
            }
            other => other,
        }
    }
}

/// The message type of a plain EMM message.
fn message_type(plain: &[u8]) -> Result<u8, NasDecodeError> {
    let &[first, message_type, ..] = plain else {
        return Err(NasDecodeError::TooShort { octets: plain.len() });
    };
    if ProtocolDiscriminator::of(first) != ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT {
        return Err(NasDecodeError::ProtocolDiscriminator(first & 0x0f));
    }
    match SecurityHeaderType::of(first) {
        SecurityHeaderType::PLAIN => Ok(message_type),
        other => Err(NasDecodeError::SecurityHeader(other)),
    }
}
