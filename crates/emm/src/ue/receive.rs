//! What comes from the network: header, MAC and COUNT, the list of TS 24.301 4.4.4.2, the table, then the procedure.

use super::{Ue, Work, silent};
use crate::path::{self, Header, MessageView, Step};
use crate::{Discard, Disposition};
use quintet_crypto::Direction;
use quintet_nas::common::NasDecodeError;
use quintet_nas::eps::{EmmCause, EmmMessage};
use quintet_nas::security::{self, SecureExchange, SecurityHeaderType, admit_at_ue};

/// Protocol discriminators (TS 24.007 11.2.3.1.1).
const EPS_MOBILITY_MANAGEMENT: u8 = 7;
const EPS_SESSION_MANAGEMENT: u8 = 2;

impl Ue {
    /// A NAS PDU from the network.
    pub(super) fn receive(&mut self, work: &mut Work<'_>, nas: &[u8]) -> Disposition {
        let Some(&first) = nas.first() else {
            return silent(Discard::TooShort);
        };
        match first & 0x0f {
            EPS_MOBILITY_MANAGEMENT => {}
            EPS_SESSION_MANAGEMENT => return silent(Discard::Unprotected),
            _ => return silent(Discard::ProtocolDiscriminator),
        }
        match SecurityHeaderType::of(first) {
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
        match EmmMessage::decode_downlink(plain.message()) {
            Ok(decoded) => self.take(work, &decoded.message, path::Protection::Plain),
            Err(NasDecodeError::TooShort { .. }) => silent(Discard::TooShort),
            // There is no protected way to say so, and an unprotected EMM STATUS would not be read.
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
        match plain.first().map(|first| first & 0x0f) {
            Some(EPS_SESSION_MANAGEMENT) => self.receive_esm(work, &plain, protection),
            Some(EPS_MOBILITY_MANAGEMENT) => self.receive_emm(work, &plain, protection),
            _ => silent(Discard::ProtocolDiscriminator),
        }
    }

    fn receive_emm(
        &mut self,
        work: &mut Work<'_>,
        plain: &[u8],
        protection: path::Protection,
    ) -> Disposition {
        let cause = match EmmMessage::decode_downlink(plain) {
            Ok(decoded) if !decoded.soft_errors.comprehension_required() => {
                return self.take(work, &decoded.message, protection);
            }
            Ok(_) | Err(NasDecodeError::Mandatory(_)) => EmmCause::INVALID_MANDATORY_INFORMATION,
            Err(NasDecodeError::MessageType(_)) => EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
            Err(_) => return silent(Discard::TooShort),
        };
        if self.send_status(work, cause) {
            Disposition::Replied(cause)
        } else {
            silent(Discard::Malformed)
        }
    }

    /// Takes the table's step, if it allows it.
    pub(super) fn admit(
        &mut self,
        protection: path::Protection,
        message: MessageView,
    ) -> Result<(), Disposition> {
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
        message: &EmmMessage<'_>,
        protection: path::Protection,
    ) -> Disposition {
        if let Err(refused) = self.admit(protection, MessageView::of(message)) {
            return refused;
        }
        let protected = protection != path::Protection::Plain;
        match message {
            EmmMessage::IdentityRequest(m) => self.identity_request(work, m),
            EmmMessage::AuthenticationRequest(m) => self.authentication_request(work, m),
            EmmMessage::AuthenticationReject(_) => self.authentication_reject(work),
            EmmMessage::AttachAccept(m) => return self.attach_accept(work, m),
            EmmMessage::AttachReject(m) => self.attach_reject(work, m, protected),
            EmmMessage::TrackingAreaUpdateAccept(m) => self.update_accept(work, m),
            EmmMessage::TrackingAreaUpdateReject(m) => self.update_reject(work, m, protected),
            EmmMessage::ServiceReject(m) => self.service_reject(work, m, protected),
            EmmMessage::DetachRequestFromNetwork(m) => self.detach_request(work, m),
            EmmMessage::DetachAccept(_) => self.detach_accept(work),
            EmmMessage::GutiReallocationCommand(m) => self.guti_reallocation_command(work, m),
            // EMM INFORMATION, EMM STATUS and what is for other layers: nothing to do here.
            _ => {}
        }
        Disposition::Handled
    }
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
