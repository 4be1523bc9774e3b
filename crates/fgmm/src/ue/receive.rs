//! What comes from the network: header, MAC and COUNT, the list of TS 24.501 4.4.4.2, the table, then the procedure.

use super::{Ue, Work, silent};
use crate::path::{self, Header, MessageView, Step};
use crate::{Discard, Disposition};
use quintet_crypto::Direction;
use quintet_nas::common::{ExtendedProtocolDiscriminator, NasDecodeError};
use quintet_nas::fgs::{FgmmCause, FgmmMessage};
use quintet_nas::security::fgs::admit_at_ue;
use quintet_nas::security::{self, SecureExchange, SecurityHeaderType};

impl Ue {
    /// A NAS PDU from the network.
    pub(super) fn receive(&mut self, work: &mut Work<'_>, nas: &[u8]) -> Disposition {
        let &[first, second, ..] = nas else {
            return silent(Discard::TooShort);
        };
        match ExtendedProtocolDiscriminator::of(first) {
            Some(ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT) => {}
            // Session management travels inside NAS transport alone.
            Some(_) => return silent(Discard::Unprotected),
            None => return silent(Discard::ProtocolDiscriminator),
        }
        match SecurityHeaderType::of_second_octet(second) {
            SecurityHeaderType::PLAIN => self.receive_plain(work, nas),
            SecurityHeaderType::INTEGRITY_PROTECTED => self.receive_protected(work, nas, Header::Integrity),
            SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED => {
                self.receive_protected(work, nas, Header::Ciphered)
            }
            SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT => self.security_mode_command(work, nas),
            _ => silent(Discard::SecurityHeader),
        }
    }

    fn receive_plain(&mut self, work: &mut Work<'_>, nas: &[u8]) -> Disposition {
        let exchange = if self.path.is_secure() {
            SecureExchange::Established
        } else {
            SecureExchange::NotEstablished
        };
        let Ok(plain) = admit_at_ue(nas, exchange) else {
            return silent(Discard::Unprotected);
        };
        match FgmmMessage::decode_downlink(plain.message()) {
            Ok(decoded) => self.take(work, &decoded.message, path::Protection::Plain),
            Err(NasDecodeError::TooShort { .. }) => silent(Discard::TooShort),
            // There is no protected way to say so, and an unprotected 5GMM STATUS would not be read.
            Err(_) => silent(Discard::Malformed),
        }
    }

    fn receive_protected(&mut self, work: &mut Work<'_>, nas: &[u8], header: Header) -> Disposition {
        let Some(current) = &mut self.contexts.current else {
            return silent(Discard::NoContext);
        };
        let mut plain = Vec::new();
        if let Err(why) = current.nas.unprotect(nas, &mut plain) {
            return silent(discard(&why));
        }
        let protection = path::Protection::verified(header);
        let cause = match FgmmMessage::decode_downlink(&plain) {
            Ok(decoded) if !decoded.soft_errors.comprehension_required() => {
                return self.take(work, &decoded.message, protection);
            }
            Ok(_) | Err(NasDecodeError::Mandatory(_)) => FgmmCause::INVALID_MANDATORY_INFORMATION,
            Err(NasDecodeError::MessageType(_)) => FgmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
            Err(NasDecodeError::ProtocolDiscriminator(_)) => return silent(Discard::ProtocolDiscriminator),
            Err(_) => return silent(Discard::TooShort),
        };
        if self.send_status(work, cause) {
            Disposition::Replied(cause)
        } else {
            silent(Discard::Malformed)
        }
    }

    /// Takes the table's step, if it allows it.
    fn admit(&mut self, protection: path::Protection, message: MessageView) -> Result<(), Disposition> {
        let step = Step {
            direction: Direction::Downlink,
            protection,
            message,
        };
        self.path = self.path.apply(step).map_err(|why| silent(Discard::Path(why)))?;
        Ok(())
    }

    /// A message that is what it says, through the table to its procedure.
    fn take(
        &mut self,
        work: &mut Work<'_>,
        message: &FgmmMessage<'_>,
        protection: path::Protection,
    ) -> Disposition {
        if lacks_challenge(message) {
            let cause = FgmmCause::CONDITIONAL_IE_ERROR;
            return if self.send_status(work, cause) {
                Disposition::Replied(cause)
            } else {
                silent(Discard::Malformed)
            };
        }
        if let Err(refused) = self.admit(protection, MessageView::of(message)) {
            return refused;
        }
        let protected = protection != path::Protection::Plain;
        match message {
            FgmmMessage::IdentityRequest(m) => self.identity_request(work, m),
            FgmmMessage::AuthenticationRequest(m) => self.authentication_request(work, m),
            FgmmMessage::AuthenticationResult(m) => self.authentication_result(work, m),
            FgmmMessage::AuthenticationReject(_) => self.authentication_reject(work),
            FgmmMessage::RegistrationAccept(m) => self.registration_accept(work, m),
            FgmmMessage::RegistrationReject(m) => self.registration_reject(work, m, protected),
            FgmmMessage::ServiceAccept(m) => self.service_accept(work, m),
            FgmmMessage::ServiceReject(m) => self.service_reject(work, m, protected),
            FgmmMessage::DeregistrationRequestFromNetwork(m) => self.deregistration_request(work, m),
            FgmmMessage::DeregistrationAcceptFromNetwork(_) => self.deregistration_accept(work),
            FgmmMessage::ConfigurationUpdateCommand(m) => self.configuration_update_command(work, m),
            FgmmMessage::NetworkSliceSpecificAuthenticationCommand(m) => {
                self.slice_authentication_command(work, m);
            }
            FgmmMessage::Notification(_) => self.notification(work),
            FgmmMessage::DlNasTransport(m) => self.dl_nas_transport(work, m),
            // 5GMM STATUS and what is for other layers: nothing to do here.
            _ => {}
        }
        Disposition::Handled
    }
}

/// Whether AUTHENTICATION REQUEST has neither an EAP message nor a whole challenge of 5G AKA (TS 24.501 8.2.1).
fn lacks_challenge(message: &FgmmMessage<'_>) -> bool {
    let FgmmMessage::AuthenticationRequest(m) = message else {
        return false;
    };
    let aka = m.authentication_parameter_rand.is_some() && m.authentication_parameter_autn.is_some();
    m.eap_message.is_none() && !aka
}

/// Why a protected message is not processed.
pub(super) fn discard(why: &security::Discard) -> Discard {
    match why {
        security::Discard::Mac { .. } | security::Discard::CountExhausted => Discard::Mac,
        security::Discard::Replayed { .. } => Discard::Replay,
        security::Discard::Malformed(_) => Discard::TooShort,
        _ => Discard::SecurityHeader,
    }
}
