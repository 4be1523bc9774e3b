//! From a decoded message, or from octets seen on the wire, to what the table looks at.

use super::message::{AuthenticationMethod, IdentityKind, MessageView, RegistrationKind, Step};
use super::{Algorithms, Header, Protection};
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_nas::common::{ExtendedProtocolDiscriminator, NasDecodeError, SecurityHeaderType};
use quintet_nas::fgs::{
    ConfigurationUpdateIndication, EapMessage, FgmmMessage, MobileIdentity, NetworkSlicingIndication,
    RegistrationAccept, RegistrationType, SecurityModeCommand,
};

/// Octets before the NAS message in a protected one: discriminator, header type, MAC, sequence number (TS 24.501 9.1.1).
const SECURITY_HEADER_OCTETS: usize = 7;

/// Codes of EAP packets (RFC 3748 4).
const EAP_SUCCESS: u8 = 3;

impl IdentityKind {
    /// Of what an IDENTITY RESPONSE brings.
    #[must_use]
    pub const fn of(identity: &MobileIdentity<'_>) -> Self {
        Self(identity.identity_type().0)
    }
}

impl RegistrationKind {
    /// What the network takes a registration type for (TS 24.501 table 9.11.3.7.1).
    #[must_use]
    pub const fn of(registration_type: RegistrationType) -> Self {
        match registration_type.registration_type() {
            RegistrationType::MOBILITY_REGISTRATION_UPDATING
            | RegistrationType::DISASTER_ROAMING_MOBILITY_REGISTRATION_UPDATING => Self::MobilityUpdating,
            RegistrationType::PERIODIC_REGISTRATION_UPDATING => Self::PeriodicUpdating,
            RegistrationType::EMERGENCY_REGISTRATION => Self::Emergency,
            _ => Self::Initial,
        }
    }
}

impl AuthenticationMethod {
    /// By whether an EAP message is there.
    fn of(eap_message: Option<&EapMessage<'_>>) -> Self {
        if eap_message.is_some() {
            Self::Eap
        } else {
            Self::Aka
        }
    }
}

impl MessageView {
    /// Of a message.
    #[must_use]
    pub fn of(message: &FgmmMessage<'_>) -> Self {
        match message {
            FgmmMessage::RegistrationRequest(m) => Self::RegistrationRequest {
                ksi: m.ng_ksi.into(),
                kind: RegistrationKind::of(m.registration_type),
            },
            FgmmMessage::RegistrationAccept(m) => Self::RegistrationAccept {
                needs_complete: needs_complete(m),
            },
            FgmmMessage::RegistrationComplete(_) => Self::RegistrationComplete,
            FgmmMessage::RegistrationReject(m) => Self::RegistrationReject {
                cause: m.fgmm_cause.0,
            },
            FgmmMessage::DeregistrationRequestFromUe(m) => Self::DeregistrationRequestByUe {
                ksi: m.ng_ksi.into(),
                switch_off: m.deregistration_type.switch_off(),
            },
            FgmmMessage::DeregistrationAcceptFromNetwork(_) => Self::DeregistrationAcceptByNetwork,
            FgmmMessage::DeregistrationRequestFromNetwork(m) => Self::DeregistrationRequestByNetwork {
                reregistration: m.deregistration_type.re_registration_required(),
            },
            FgmmMessage::DeregistrationAcceptFromUe(_) => Self::DeregistrationAcceptByUe,
            FgmmMessage::ServiceRequest(m) => Self::ServiceRequest { ksi: m.ng_ksi.into() },
            FgmmMessage::ControlPlaneServiceRequest(m) => {
                Self::ControlPlaneServiceRequest { ksi: m.ng_ksi.into() }
            }
            FgmmMessage::ServiceAccept(_) => Self::ServiceAccept,
            FgmmMessage::ServiceReject(m) => Self::ServiceReject {
                cause: m.fgmm_cause.0,
            },
            FgmmMessage::UlNasTransport(_) => Self::UlNasTransport,
            FgmmMessage::DlNasTransport(_) => Self::DlNasTransport,
            FgmmMessage::FgmmStatus(_) => Self::FgmmStatus,
            FgmmMessage::NetworkSliceSpecificAuthenticationCommand(_) => {
                Self::NetworkSliceSpecificAuthenticationCommand
            }
            FgmmMessage::NetworkSliceSpecificAuthenticationComplete(_) => {
                Self::NetworkSliceSpecificAuthenticationComplete
            }
            FgmmMessage::NetworkSliceSpecificAuthenticationResult(_) => {
                Self::NetworkSliceSpecificAuthenticationResult
            }
            common => Self::of_common(common),
        }
    }

    /// Of a message of the common procedures.
    fn of_common(message: &FgmmMessage<'_>) -> Self {
        match message {
            FgmmMessage::AuthenticationRequest(m) => Self::AuthenticationRequest {
                ksi: m.ng_ksi.into(),
                method: AuthenticationMethod::of(m.eap_message.as_ref()),
            },
            FgmmMessage::AuthenticationResponse(m) => Self::AuthenticationResponse {
                method: AuthenticationMethod::of(m.eap_message.as_ref()),
            },
            FgmmMessage::AuthenticationResult(m) => Self::AuthenticationResult {
                success: is_success(&m.eap_message),
            },
            FgmmMessage::AuthenticationFailure(m) => Self::AuthenticationFailure {
                cause: m.fgmm_cause.0,
                auts: m.authentication_failure_parameter.is_some(),
            },
            FgmmMessage::AuthenticationReject(_) => Self::AuthenticationReject,
            FgmmMessage::IdentityRequest(m) => Self::IdentityRequest {
                kind: IdentityKind(m.identity_type.interpreted().0),
            },
            FgmmMessage::IdentityResponse(m) => Self::IdentityResponse {
                kind: IdentityKind::of(&m.mobile_identity),
            },
            FgmmMessage::SecurityModeCommand(m) => Self::of_command(m),
            FgmmMessage::SecurityModeComplete(m) => Self::SecurityModeComplete {
                container: m.nas_message_container.is_some(),
            },
            FgmmMessage::SecurityModeReject(m) => Self::SecurityModeReject {
                cause: m.fgmm_cause.0,
            },
            FgmmMessage::ConfigurationUpdateCommand(m) => Self::ConfigurationUpdateCommand {
                ack: m
                    .configuration_update_indication
                    .is_some_and(ConfigurationUpdateIndication::acknowledgement_requested),
            },
            FgmmMessage::ConfigurationUpdateComplete(_) => Self::ConfigurationUpdateComplete,
            FgmmMessage::Notification(_) => Self::Notification,
            FgmmMessage::NotificationResponse(_) => Self::NotificationResponse,
            other => Self::Other {
                message_type: other.message_type(),
            },
        }
    }

    fn of_command(command: &SecurityModeCommand<'_>) -> Self {
        let additional = command.additional_5g_security_information;
        Self::SecurityModeCommand {
            ksi: command.ng_ksi.into(),
            algorithms: Algorithms {
                integrity: IntegrityAlgorithm(command.selected_nas_security_algorithms.integrity()),
                ciphering: CipheringAlgorithm(command.selected_nas_security_algorithms.ciphering()),
            },
            rinmr: additional.is_some_and(|information| information.retransmission_requested()),
            hdp: additional.is_some_and(|information| information.kamf_derivation_required()),
            eap: command.eap_message.as_ref().map(is_success),
        }
    }

    /// Of a plain message.
    ///
    /// # Errors
    /// As [`FgmmMessage::decode`]; an unknown message type is [`Self::Other`]. 5GSM messages travel inside NAS transport, and
    /// are another protocol here.
    pub fn of_plain(direction: Direction, plain: &[u8]) -> Result<Self, NasDecodeError> {
        let decoded = match direction {
            Direction::Uplink => FgmmMessage::decode_uplink(plain),
            Direction::Downlink => FgmmMessage::decode_downlink(plain),
        };
        match decoded {
            Ok(decoded) => Ok(Self::of(&decoded.message)),
            Err(NasDecodeError::MessageType(message_type)) => Ok(Self::Other { message_type }),
            Err(error) => Err(error),
        }
    }
}

impl Step {
    /// Of a PDU as it is on the wire, for an observer without keys. `null_ciphering` says that 5G-EA0 is in use, so that
    /// what is called ciphered can be read.
    ///
    /// # Errors
    /// [`NasDecodeError`] for what is no NAS message of 5GS.
    pub fn observe(direction: Direction, pdu: &[u8], null_ciphering: bool) -> Result<Self, NasDecodeError> {
        let step = |protection, message| Self {
            direction,
            protection,
            message,
        };
        let &[first, second, ..] = pdu else {
            return Err(NasDecodeError::TooShort { octets: pdu.len() });
        };
        if ExtendedProtocolDiscriminator(first) != ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT {
            return Err(NasDecodeError::ProtocolDiscriminator(first));
        }
        let Some(header) = Header::of(SecurityHeaderType::of_second_octet(second)) else {
            return Ok(step(Protection::Plain, Self::view(direction, pdu)?));
        };
        let payload = pdu
            .get(SECURITY_HEADER_OCTETS..)
            .filter(|payload| !payload.is_empty())
            .ok_or(NasDecodeError::TooShort { octets: pdu.len() })?;
        let ciphered = matches!(header, Header::Ciphered | Header::CipheredNewContext);
        let message = if ciphered && !null_ciphering {
            MessageView::Ciphered
        } else {
            Self::view(direction, payload)?
        };
        let verified = None;
        Ok(step(Protection::Protected { header, verified }, message))
    }

    fn view(direction: Direction, plain: &[u8]) -> Result<MessageView, NasDecodeError> {
        MessageView::of_plain(direction, plain)
    }
}

/// Whether it is EAP-success.
fn is_success(message: &EapMessage<'_>) -> bool {
    message.0.first() == Some(&EAP_SUCCESS)
}

/// Whether REGISTRATION COMPLETE confirms something of it (TS 24.501 5.5.1.2.4, 5.5.1.3.4).
fn needs_complete(accept: &RegistrationAccept<'_>) -> bool {
    let slices_changed = accept
        .network_slicing_indication
        .is_some_and(|indication| indication.0 & NetworkSlicingIndication::SUBSCRIPTION_CHANGED.0 != 0);
    accept.guti.is_some()
        || slices_changed
        || accept.configured_nssai.is_some()
        || accept.sor_transparent_container.is_some()
        || accept.operator_defined_access_category_definitions.is_some()
        || accept.extended_emergency_number_list.is_some()
        || accept.ue_radio_capability_id.is_some()
        || accept.ue_radio_capability_id_deletion_indication.is_some()
        || accept.cag_information_list.is_some()
        || accept.extended_cag_information_list.is_some()
        || accept.nssrg_information.is_some()
        || accept.nsag_information.is_some()
}
