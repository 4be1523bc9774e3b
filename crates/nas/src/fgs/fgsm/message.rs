//! Any 5GSM message, by its message type (TS 24.501 9.7) and the way it goes.

use super::*;
use crate::common::{Decoded, ExtendedProtocolDiscriminator, NasDecodeError, Way, messages};
use crate::fgs::ie::{PduSessionIdentity, ProcedureTransactionIdentity};

messages! {
    /// A 5GSM message.
    FgsmMessage {
    PduSessionEstablishmentRequest = Way::UPLINK;
    PduSessionEstablishmentAccept = Way::DOWNLINK;
    PduSessionEstablishmentReject = Way::DOWNLINK;
    PduSessionAuthenticationCommand = Way::DOWNLINK;
    PduSessionAuthenticationComplete = Way::UPLINK;
    PduSessionAuthenticationResult = Way::DOWNLINK;
    PduSessionModificationRequest = Way::UPLINK;
    PduSessionModificationReject = Way::DOWNLINK;
    PduSessionModificationCommand = Way::DOWNLINK;
    PduSessionModificationComplete = Way::UPLINK;
    PduSessionModificationCommandReject = Way::UPLINK;
    PduSessionReleaseRequest = Way::UPLINK;
    PduSessionReleaseReject = Way::DOWNLINK;
    PduSessionReleaseCommand = Way::DOWNLINK;
    PduSessionReleaseComplete = Way::UPLINK;
    FgsmStatus = Way::BOTH;
    ServiceLevelAuthenticationCommand = Way::DOWNLINK;
    ServiceLevelAuthenticationComplete = Way::UPLINK;
    RemoteUeReport = Way::UPLINK;
    RemoteUeReportResponse = Way::DOWNLINK;
    }
}

impl<'a> FgsmMessage<'a> {
    /// Reads a message from a UE. A message type that only the network sends is unknown here (TS 24.501 7.4).
    ///
    /// # Errors
    /// See [`NasDecodeError`].
    pub fn decode_uplink(plain: &'a [u8]) -> Result<Decoded<Self>, NasDecodeError> {
        Self::decode_type(plain, header(plain)?.2, Way::UPLINK)
    }

    /// Reads a message from the network. A message type that only a UE sends is unknown here (TS 24.501 7.4).
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

    /// PDU session identity and procedure transaction identity of a 5GSM message, also of one that cannot be decoded: an
    /// answer needs them (TS 24.501 7.3, 7.5).
    ///
    /// # Errors
    /// `TooShort`, `ProtocolDiscriminator`.
    pub fn identities(
        plain: &[u8],
    ) -> Result<(PduSessionIdentity, ProcedureTransactionIdentity), NasDecodeError> {
        header(plain).map(|(session, transaction, _)| (session, transaction))
    }
}

/// PDU session identity, procedure transaction identity and message type.
fn header(plain: &[u8]) -> Result<(PduSessionIdentity, ProcedureTransactionIdentity, u8), NasDecodeError> {
    let &[first, session, transaction, message_type, ..] = plain else {
        return Err(NasDecodeError::TooShort { octets: plain.len() });
    };
    if ExtendedProtocolDiscriminator(first) != ExtendedProtocolDiscriminator::FGS_SESSION_MANAGEMENT {
        return Err(NasDecodeError::ProtocolDiscriminator(first));
    }
    Ok((
        PduSessionIdentity(session),
        ProcedureTransactionIdentity(transaction),
        message_type,
    ))
}
