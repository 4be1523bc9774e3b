//! From a decoded message, or from octets seen on the wire, to what the table looks at.

use super::message::{IdentityKind, MessageView, Step};
use super::{Algorithms, Header, Ksi, Protection};
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_nas::common::{NasDecodeError, ProtocolDiscriminator};
use quintet_nas::eps::{
    DetachType, EmmMessage, EpsAttachType, EpsMobileIdentity, EsmMessage, MobileIdentity, ServiceRequest,
};
use quintet_nas::security::{SecurityHeader, SecurityHeaderType};

impl IdentityKind {
    /// Of what an IDENTITY RESPONSE brings.
    #[must_use]
    pub fn of(identity: &MobileIdentity<'_>) -> Self {
        match identity {
            MobileIdentity::Imsi(_) => Self::IMSI,
            MobileIdentity::Imei(_) => Self::IMEI,
            MobileIdentity::Imeisv(_) => Self::IMEISV,
            MobileIdentity::Tmsi(_) => Self::TMSI,
            MobileIdentity::NoIdentity(_) => Self::NONE,
            MobileIdentity::Other(value) => Self(value.first().map_or(0, |octet| octet & 7)),
        }
    }
}

impl MessageView {
    /// Of a message.
    #[must_use]
    pub fn of(message: &EmmMessage<'_>) -> Self {
        match message {
            EmmMessage::AttachRequest(m) => Self::AttachRequest {
                ksi: m.nas_key_set_identifier.into(),
                emergency: m.eps_attach_type.interpreted() == EpsAttachType::EPS_EMERGENCY_ATTACH,
            },
            EmmMessage::AttachAccept(_) => Self::AttachAccept,
            EmmMessage::AttachComplete(_) => Self::AttachComplete,
            EmmMessage::AttachReject(m) => Self::AttachReject { cause: m.emm_cause.0 },
            EmmMessage::DetachRequestFromUe(m) => Self::DetachRequestByUe {
                ksi: m.nas_key_set_identifier.into(),
                switch_off: m.detach_type.switch_off(),
            },
            EmmMessage::DetachRequestFromNetwork(m) => Self::DetachRequestByNetwork {
                imsi_detach: m.detach_type.detach_type() == DetachType::NETWORK_IMSI_DETACH,
            },
            EmmMessage::DetachAccept(_) => Self::DetachAccept,
            EmmMessage::TrackingAreaUpdateRequest(m) => Self::TrackingAreaUpdateRequest {
                ksi: m.nas_key_set_identifier.into(),
            },
            EmmMessage::TrackingAreaUpdateAccept(m) => Self::TrackingAreaUpdateAccept {
                guti: matches!(m.guti, Some(EpsMobileIdentity::Guti(_))),
            },
            EmmMessage::TrackingAreaUpdateComplete(_) => Self::TrackingAreaUpdateComplete,
            EmmMessage::TrackingAreaUpdateReject(m) => {
                Self::TrackingAreaUpdateReject { cause: m.emm_cause.0 }
            }
            EmmMessage::ExtendedServiceRequest(m) => Self::ExtendedServiceRequest {
                ksi: m.nas_key_set_identifier.into(),
            },
            EmmMessage::ControlPlaneServiceRequest(m) => Self::ControlPlaneServiceRequest {
                ksi: m.nas_key_set_identifier.into(),
            },
            EmmMessage::ServiceReject(m) => Self::ServiceReject { cause: m.emm_cause.0 },
            EmmMessage::ServiceAccept(_) => Self::ServiceAccept,
            EmmMessage::GutiReallocationCommand(_) => Self::GutiReallocationCommand,
            EmmMessage::GutiReallocationComplete(_) => Self::GutiReallocationComplete,
            EmmMessage::EmmStatus(_) => Self::EmmStatus,
            EmmMessage::EmmInformation(_) => Self::EmmInformation,
            EmmMessage::DownlinkNasTransport(_) => Self::DownlinkNasTransport,
            EmmMessage::UplinkNasTransport(_) => Self::UplinkNasTransport,
            EmmMessage::CsServiceNotification(_) => Self::CsServiceNotification,
            EmmMessage::DownlinkGenericNasTransport(_) => Self::DownlinkGenericNasTransport,
            EmmMessage::UplinkGenericNasTransport(_) => Self::UplinkGenericNasTransport,
            security => Self::of_security(security),
        }
    }

    /// Of a message of the common procedures about identity and security.
    fn of_security(message: &EmmMessage<'_>) -> Self {
        match message {
            EmmMessage::AuthenticationRequest(m) => Self::AuthenticationRequest {
                ksi: m.nas_key_set_identifier_asme.into(),
            },
            EmmMessage::AuthenticationResponse(_) => Self::AuthenticationResponse,
            EmmMessage::AuthenticationReject(_) => Self::AuthenticationReject,
            EmmMessage::AuthenticationFailure(m) => Self::AuthenticationFailure {
                cause: m.emm_cause.0,
                auts: m.authentication_failure_parameter.is_some(),
            },
            EmmMessage::IdentityRequest(m) => Self::IdentityRequest {
                kind: IdentityKind(m.identity_type.0 & 7),
            },
            EmmMessage::IdentityResponse(m) => Self::IdentityResponse {
                kind: IdentityKind::of(&m.mobile_identity),
            },
            EmmMessage::SecurityModeCommand(m) => Self::SecurityModeCommand {
                ksi: m.nas_key_set_identifier.into(),
                algorithms: Algorithms {
                    integrity: IntegrityAlgorithm(m.selected_nas_security_algorithms.integrity()),
                    ciphering: CipheringAlgorithm(m.selected_nas_security_algorithms.ciphering()),
                },
            },
            EmmMessage::SecurityModeComplete(_) => Self::SecurityModeComplete,
            EmmMessage::SecurityModeReject(m) => Self::SecurityModeReject { cause: m.emm_cause.0 },
            other => Self::Unknown {
                message_type: other.message_type(),
            },
        }
    }

    /// Of a message of session management on its own.
    #[must_use]
    pub fn of_esm(message: &EsmMessage<'_>) -> Self {
        Self::Esm {
            message_type: message.message_type(),
        }
    }

    /// Of a plain message, whichever protocol it is of.
    ///
    /// # Errors
    /// As [`EmmMessage::decode`]; an unknown message type of EMM is [`Self::Unknown`].
    pub fn of_plain(direction: Direction, plain: &[u8]) -> Result<Self, NasDecodeError> {
        if plain.first().is_some_and(|first| first & 0x0f == 2) {
            // A bearer identity, a transaction identity, a type: the table looks at no more.
            let message_type = *plain
                .get(2)
                .ok_or(NasDecodeError::TooShort { octets: plain.len() })?;
            return Ok(Self::Esm { message_type });
        }
        let decoded = match direction {
            Direction::Uplink => EmmMessage::decode_uplink(plain),
            Direction::Downlink => EmmMessage::decode_downlink(plain),
        };
        match decoded {
            Ok(decoded) => Ok(Self::of(&decoded.message)),
            Err(NasDecodeError::MessageType(message_type)) => Ok(Self::Unknown { message_type }),
            Err(error) => Err(error),
        }
    }
}

impl Step {
    /// Of a PDU as it is on the wire, for an observer without keys. `null_ciphering` says that EEA0 is in use, so that
    /// what is called ciphered can be read.
    ///
    /// # Errors
    /// [`NasDecodeError`] for what is no NAS message of EPS.
    pub fn observe(direction: Direction, pdu: &[u8], null_ciphering: bool) -> Result<Self, NasDecodeError> {
        let step = |protection, message| Self {
            direction,
            protection,
            message,
        };
        let first = *pdu.first().ok_or(NasDecodeError::TooShort { octets: 0 })?;
        let header_type = SecurityHeaderType::of(first);
        let mobility = ProtocolDiscriminator::of(first) == ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT;
        if mobility && header_type.is_service_request() {
            let request = ServiceRequest::decode(pdu)?;
            let ksi = Ksi(request.ksi());
            return Ok(step(Protection::ShortMac, MessageView::ServiceRequest { ksi }));
        }
        let Some(header) = Header::of(header_type).filter(|_| mobility) else {
            return Ok(step(Protection::Plain, MessageView::of_plain(direction, pdu)?));
        };
        let payload = SecurityHeader::parse(pdu)?.payload;
        let ciphered = matches!(header, Header::Ciphered | Header::CipheredNewContext);
        let message = if ciphered && !null_ciphering {
            MessageView::Ciphered
        } else {
            MessageView::of_plain(direction, payload)?
        };
        Ok(step(
            Protection::Protected {
                header,
                verified: None,
            },
            message,
        ))
    }
}
