//! Any ESM message, by its message type (TS 24.301 9.8) and the way it goes.

use super::*;
use crate::common::{Decoded, NasDecodeError, ProtocolDiscriminator, Way, messages};
use crate::eps::ie::{EpsBearerIdentity, ProcedureTransactionIdentity};

messages! {
    /// An ESM message.
    EsmMessage {
    ActivateDefaultEpsBearerContextRequest = Way::DOWNLINK;
    ActivateDefaultEpsBearerContextAccept = Way::UPLINK;
    ActivateDefaultEpsBearerContextReject = Way::UPLINK;
    ActivateDedicatedEpsBearerContextRequest = Way::DOWNLINK;
    ActivateDedicatedEpsBearerContextAccept = Way::UPLINK;
    ActivateDedicatedEpsBearerContextReject = Way::UPLINK;
    ModifyEpsBearerContextRequest = Way::DOWNLINK;
    ModifyEpsBearerContextAccept = Way::UPLINK;
    ModifyEpsBearerContextReject = Way::UPLINK;
    DeactivateEpsBearerContextRequest = Way::DOWNLINK;
    DeactivateEpsBearerContextAccept = Way::UPLINK;
    PdnConnectivityRequest = Way::UPLINK;
    PdnConnectivityReject = Way::DOWNLINK;
    PdnDisconnectRequest = Way::UPLINK;
    PdnDisconnectReject = Way::DOWNLINK;
    BearerResourceAllocationRequest = Way::UPLINK;
    BearerResourceAllocationReject = Way::DOWNLINK;
    BearerResourceModificationRequest = Way::UPLINK;
    BearerResourceModificationReject = Way::DOWNLINK;
    EsmInformationRequest = Way::DOWNLINK;
    EsmInformationResponse = Way::UPLINK;
    Notification = Way::DOWNLINK;
    EsmDummyMessage = Way::BOTH;
    EsmStatus = Way::BOTH;
    RemoteUeReport = Way::UPLINK;
    RemoteUeReportResponse = Way::DOWNLINK;
    EsmDataTransport = Way::BOTH;
    }
}

impl<'a> EsmMessage<'a> {
    /// Reads a message from a UE. A message type that only the network sends is unknown here (TS 24.301 7.4).
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode_uplink(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, header(plain)?.2, Way::UPLINK)
    }

    /// Reads a message from the network. A message type that only a UE sends is unknown here (TS 24.301 7.4).
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode_downlink(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, header(plain)?.2, Way::DOWNLINK)
    }

    /// Reads a message whose way is not known.
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, header(plain)?.2, Way::BOTH)
    }

    /// EPS bearer identity and procedure transaction identity of an ESM message, also of one that cannot be decoded: an
    /// answer needs them (TS 24.301 7.3, 7.5).
    ///
    /// # Errors
    /// `TooShort`, `ProtocolDiscriminator`.
    pub fn identities(
        plain: &[u8],
    ) -> Result<(EpsBearerIdentity, ProcedureTransactionIdentity), NasDecodeError> {
        header(plain).map(|(bearer, transaction, _)| (bearer, transaction))
    }
}

/// EPS bearer identity, procedure transaction identity and message type.
fn header(plain: &[u8]) -> Result<(EpsBearerIdentity, ProcedureTransactionIdentity, u8), NasDecodeError> {
    let &[first, transaction, message_type, ..] = plain else {
        return Err(NasDecodeError::TooShort { octets: plain.len() });
    };
    if ProtocolDiscriminator::of(first) != ProtocolDiscriminator::EPS_SESSION_MANAGEMENT {
        return Err(NasDecodeError::ProtocolDiscriminator(first & 0x0f));
    }
    Ok((
        EpsBearerIdentity(first >> 4),
        ProcedureTransactionIdentity(transaction),
        message_type,
    ))
}
