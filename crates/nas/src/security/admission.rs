//! Which messages a receiver of EPS processes although their integrity was not, or could not be, checked (TS 24.301 4.4.4.2
//! for the UE, 4.4.4.3 for the MME; TS 33.401 8.1.2). All others are discarded; so is every ESM message.
//!
//! The lists go by message type and, where the specification has a condition, by the octet it looks at. A message too
//! short for that octet is not on the list.

use super::header::EMM_PROTOCOL_DISCRIMINATOR;
use crate::common::SecurityHeaderType;

/// Message types of EMM that the lists name (TS 24.301 table 9.8.1).
mod message_type {
    pub(super) const ATTACH_REQUEST: u8 = 0x41;
    pub(super) const ATTACH_REJECT: u8 = 0x44;
    pub(super) const DETACH_REQUEST: u8 = 0x45;
    pub(super) const DETACH_ACCEPT: u8 = 0x46;
    pub(super) const TRACKING_AREA_UPDATE_REQUEST: u8 = 0x48;
    pub(super) const TRACKING_AREA_UPDATE_REJECT: u8 = 0x4b;
    pub(super) const EXTENDED_SERVICE_REQUEST: u8 = 0x4c;
    pub(super) const CONTROL_PLANE_SERVICE_REQUEST: u8 = 0x4d;
    pub(super) const SERVICE_REJECT: u8 = 0x4e;
    pub(super) const AUTHENTICATION_REQUEST: u8 = 0x52;
    pub(super) const AUTHENTICATION_RESPONSE: u8 = 0x53;
    pub(super) const AUTHENTICATION_REJECT: u8 = 0x54;
    pub(super) const IDENTITY_REQUEST: u8 = 0x55;
    pub(super) const IDENTITY_RESPONSE: u8 = 0x56;
    pub(super) const AUTHENTICATION_FAILURE: u8 = 0x5c;
    pub(super) const SECURITY_MODE_REJECT: u8 = 0x5f;
}
use message_type as mt;

/// EMM cause #25, not authorised for this CSG: believed only when integrity protected (TS 24.301 5.5.1.2.5).
const CAUSE_NOT_AUTHORISED_FOR_THIS_CSG: u8 = 25;
/// Type of identity IMSI, in three bits (TS 24.301 9.9.3.12; TS 24.008 10.5.1.4, 10.5.5.9).
const IDENTITY_TYPE_IMSI: u8 = 1;
const IDENTITY_TYPE_MASK: u8 = 0b111;

/// Whether messages are exchanged securely on this NAS signalling connection (TS 24.301 4.4.2.3, TS 24.501 4.4.2.5): after a security
/// mode procedure, or after an initial message was verified with the current context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecureExchange {
    /// Not yet: the lists apply.
    NotEstablished,
    /// Established: nothing unverified is processed.
    Established,
}

/// What a message lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lack {
    /// It came without a security header.
    SecurityHeader,
    /// It came with one, but the MAC does not hold, or there is no context to check it with.
    Verification,
}

/// A message that is processed although nothing vouches for it. What follows from it must not change more than the
/// specification says (TS 24.301 4.4.4, TS 24.501 4.4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Plain<M> {
    message: M,
    lack: Lack,
}

impl<M> Plain<M> {
    /// The message.
    pub const fn message(&self) -> &M {
        &self.message
    }

    /// The message alone.
    pub fn into_message(self) -> M {
        self.message
    }

    /// What it lacks.
    #[must_use]
    pub const fn lack(&self) -> Lack {
        self.lack
    }

    /// The same message in another form: decoded, say.
    ///
    /// # Errors
    /// Those of `form`.
    pub fn try_map<N, E>(self, form: impl FnOnce(M) -> Result<N, E>) -> Result<Plain<N>, E> {
        Ok(Plain {
            message: form(self.message)?,
            lack: self.lack,
        })
    }
}

/// A message that must be discarded because nothing vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("message type {message_type:#04x?} is not processed without its integrity checked ({clause})")]
pub struct NotAdmitted {
    /// EMM or 5GMM message type; `None` for a message of session management or one too short to tell.
    pub message_type: Option<u8>,
    /// The clause that says so.
    pub clause: &'static str,
}

/// Whether the MME processes the plain NAS message `message` (without its security header, if it had one) although it
/// was not verified (TS 24.301 4.4.4.3).
///
/// A SERVICE REQUEST is given whole, for its header is the message; it is answered by SERVICE REJECT #9.
///
/// # Errors
/// [`NotAdmitted`]: discard it.
pub fn admit_at_mme<M: AsRef<[u8]>>(
    message: M,
    lack: Lack,
    exchange: SecureExchange,
) -> Result<Plain<M>, NotAdmitted> {
    let octets = message.as_ref();
    let message_type = message_type(octets);
    let admitted = exchange == SecureExchange::NotEstablished
        && (mme_list(octets) || lack == Lack::Verification && mme_list_unverified(octets));
    admit(message, lack, admitted, message_type, "TS 24.301 4.4.4.3")
}

/// Whether the UE processes the message `message`, which came without a security header (TS 24.301 4.4.4.2). One that has
/// a header and fails its check is never processed, but for the answer to a SECURITY MODE COMMAND (5.4.3.5).
///
/// # Errors
/// [`NotAdmitted`]: discard it.
pub fn admit_at_ue<M: AsRef<[u8]>>(message: M, exchange: SecureExchange) -> Result<Plain<M>, NotAdmitted> {
    let octets = message.as_ref();
    let message_type = message_type(octets);
    let admitted = exchange == SecureExchange::NotEstablished && ue_list(octets);
    admit(
        message,
        Lack::SecurityHeader,
        admitted,
        message_type,
        "TS 24.301 4.4.4.2",
    )
}

/// What a list of either system says of a message. A [`Plain`] is minted here alone.
pub(super) fn admit<M>(
    message: M,
    lack: Lack,
    admitted: bool,
    message_type: Option<u8>,
    clause: &'static str,
) -> Result<Plain<M>, NotAdmitted> {
    if admitted {
        Ok(Plain { message, lack })
    } else {
        Err(NotAdmitted { message_type, clause })
    }
}

/// The type of a plain EMM message.
fn message_type(octets: &[u8]) -> Option<u8> {
    match octets {
        [EMM_PROTOCOL_DISCRIMINATOR, message_type, ..] => Some(*message_type),
        _ => None,
    }
}

/// Before any security, protected or not.
fn mme_list(octets: &[u8]) -> bool {
    match message_type(octets) {
        Some(
            mt::ATTACH_REQUEST
            | mt::AUTHENTICATION_RESPONSE
            | mt::AUTHENTICATION_FAILURE
            | mt::SECURITY_MODE_REJECT
            | mt::DETACH_REQUEST
            | mt::DETACH_ACCEPT
            | mt::TRACKING_AREA_UPDATE_REQUEST,
        ) => true,
        // "If the requested identification parameter is IMSI": what was requested the procedure knows; what came is here.
        Some(mt::IDENTITY_RESPONSE) => octets
            .get(3)
            .is_some_and(|first| first & IDENTITY_TYPE_MASK == IDENTITY_TYPE_IMSI),
        _ => false,
    }
}

/// What is added for messages of a UE whose context the MME does not have, or whose check failed.
fn mme_list_unverified(octets: &[u8]) -> bool {
    let service_request = octets
        .first()
        .and_then(|o| SecurityHeaderType::of_emm(*o))
        .is_some_and(SecurityHeaderType::is_service_request);
    service_request
        || matches!(
            message_type(octets),
            Some(mt::EXTENDED_SERVICE_REQUEST | mt::CONTROL_PLANE_SERVICE_REQUEST)
        )
}

fn ue_list(octets: &[u8]) -> bool {
    match message_type(octets) {
        Some(mt::AUTHENTICATION_REQUEST | mt::AUTHENTICATION_REJECT | mt::DETACH_ACCEPT) => true,
        Some(mt::IDENTITY_REQUEST) => octets
            .get(2)
            .is_some_and(|asked| asked & IDENTITY_TYPE_MASK == IDENTITY_TYPE_IMSI),
        Some(mt::ATTACH_REJECT | mt::TRACKING_AREA_UPDATE_REJECT | mt::SERVICE_REJECT) => octets
            .get(2)
            .is_some_and(|cause| *cause != CAUSE_NOT_AUTHORISED_FOR_THIS_CSG),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Lack::{SecurityHeader, Verification};
    use SecureExchange::{Established, NotEstablished};

    /// Every EMM message type with a third and fourth octet that meet the conditions.
    fn admitted_types(admitted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        (0..=255)
            .filter(|&message_type| admitted(&[0x07, message_type, 1, 1]))
            .collect()
    }

    #[test]
    fn the_list_of_the_mme() {
        let list = [0x41, 0x45, 0x46, 0x48, 0x53, 0x56, 0x5c, 0x5f];
        let admitted = admitted_types(|m| admit_at_mme(m, SecurityHeader, NotEstablished).is_ok());
        assert_eq!(admitted, list);
        let unverified = [0x41, 0x45, 0x46, 0x48, 0x4c, 0x4d, 0x53, 0x56, 0x5c, 0x5f];
        let admitted = admitted_types(|m| admit_at_mme(m, Verification, NotEstablished).is_ok());
        assert_eq!(admitted, unverified);
    }

    #[test]
    fn the_list_of_the_ue() {
        let list = [0x44, 0x46, 0x4b, 0x4e, 0x52, 0x54, 0x55];
        assert_eq!(admitted_types(|m| admit_at_ue(m, NotEstablished).is_ok()), list);
    }

    #[test]
    fn nothing_unverified_after_security() {
        for lack in [SecurityHeader, Verification] {
            assert!(admitted_types(|m| admit_at_mme(m, lack, Established).is_ok()).is_empty());
        }
        assert!(admitted_types(|m| admit_at_ue(m, Established).is_ok()).is_empty());
        assert!(admit_at_mme([0xc7, 0, 0, 0], Verification, Established).is_err());
    }

    #[test]
    fn conditions() {
        let at_mme = |m: &[u8]| admit_at_mme(m, SecurityHeader, NotEstablished).is_ok();
        let at_ue = |m: &[u8]| admit_at_ue(m, NotEstablished).is_ok();
        assert!(at_mme(&[0x07, 0x56, 8, 0x09]), "IDENTITY RESPONSE with IMSI");
        assert!(!at_mme(&[0x07, 0x56, 8, 0x0a]), "IDENTITY RESPONSE with IMEI");
        assert!(!at_mme(&[0x07, 0x56, 0]), "IDENTITY RESPONSE without an identity");
        assert!(at_ue(&[0x07, 0x55, 0x01]) && !at_ue(&[0x07, 0x55, 0x02]) && !at_ue(&[0x07, 0x55]));
        for reject in [0x44, 0x4b, 0x4e] {
            assert!(at_ue(&[0x07, reject, 3]));
            assert!(!at_ue(&[0x07, reject, 25]), "#25 in {reject:02x}");
            assert!(!at_ue(&[0x07, reject]));
        }
        assert!(!at_mme(&[0x17, 0x41, 0, 0]), "still in its security header");
        assert!(!at_mme(&[0x52, 0x41, 0, 0]) && !at_ue(&[0x02, 0x01, 0xd9]), "ESM");
        assert!(!at_mme(&[]) && !at_mme(&[0x07]));
    }

    #[test]
    fn a_service_request_is_processed_to_be_rejected() {
        let plain = admit_at_mme([0xc7, 0x05, 1, 2], Verification, NotEstablished).unwrap();
        assert_eq!(plain.lack(), Verification);
        let refused = admit_at_mme([0x07, 0x43], Verification, NotEstablished).unwrap_err();
        assert_eq!(refused.message_type, Some(0x43));
        assert!(refused.to_string().contains("4.4.4.3"), "{refused}");
    }
}
