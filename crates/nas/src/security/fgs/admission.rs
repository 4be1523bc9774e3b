//! Which messages a receiver of 5GS processes although their integrity was not, or could not be, checked (TS 24.501
//! 4.4.4.2 for the UE, 4.4.4.3 for the AMF). All others are discarded; so is every 5GSM message.

use crate::common::{ExtendedProtocolDiscriminator, SecurityHeaderType};
use crate::security::admission::{Lack, NotAdmitted, Plain, SecureExchange, admit};

/// Message types of 5GMM that the lists name (TS 24.501 table 9.7.1).
mod message_type {
    pub(super) const REGISTRATION_REQUEST: u8 = 0x41;
    pub(super) const REGISTRATION_REJECT: u8 = 0x44;
    pub(super) const DEREGISTRATION_REQUEST_FROM_UE: u8 = 0x45;
    pub(super) const DEREGISTRATION_ACCEPT_FROM_NETWORK: u8 = 0x46;
    pub(super) const DEREGISTRATION_ACCEPT_FROM_UE: u8 = 0x48;
    pub(super) const SERVICE_REQUEST: u8 = 0x4c;
    pub(super) const SERVICE_REJECT: u8 = 0x4d;
    pub(super) const CONTROL_PLANE_SERVICE_REQUEST: u8 = 0x4f;
    pub(super) const AUTHENTICATION_REQUEST: u8 = 0x56;
    pub(super) const AUTHENTICATION_RESPONSE: u8 = 0x57;
    pub(super) const AUTHENTICATION_REJECT: u8 = 0x58;
    pub(super) const AUTHENTICATION_FAILURE: u8 = 0x59;
    pub(super) const AUTHENTICATION_RESULT: u8 = 0x5a;
    pub(super) const IDENTITY_REQUEST: u8 = 0x5b;
    pub(super) const IDENTITY_RESPONSE: u8 = 0x5c;
    pub(super) const SECURITY_MODE_REJECT: u8 = 0x5f;
}
use message_type as mt;

/// Causes that a UE believes in a rejection only when it is integrity protected: not authorized for this CAG (#76), PLMN
/// not allowed at this location (#78), and in a REGISTRATION REJECT N3IWF and TNGF that do not fit (#81, #82).
const CAUSES_OF_SERVICE_REJECT: [u8; 2] = [76, 78];
const CAUSES_OF_REGISTRATION_REJECT: [u8; 4] = [76, 78, 81, 82];

/// Types of identity in three bits: none, and SUCI (TS 24.501 9.11.3.3, 9.11.3.4).
const IDENTITY_TYPE_NONE: u8 = 0;
const IDENTITY_TYPE_SUCI: u8 = 1;
const IDENTITY_TYPE_MASK: u8 = 0b111;

/// Where the first element begins: behind discriminator, security header type and message type.
const FIRST_ELEMENT: usize = 3;
/// Where the first octet of a 5GS mobile identity stands that is the first element, behind its two octets of length.
const FIRST_IDENTITY: usize = 5;

/// Whether the AMF processes the plain NAS message `message` (without its security header, if it had one) although it was
/// not verified (TS 24.501 4.4.4.3).
///
/// # Errors
/// [`NotAdmitted`]: discard it.
pub fn admit_at_amf<M: AsRef<[u8]>>(
    message: M,
    lack: Lack,
    exchange: SecureExchange,
) -> Result<Plain<M>, NotAdmitted> {
    let octets = message.as_ref();
    let message_type = message_type(octets);
    let admitted = exchange == SecureExchange::NotEstablished
        && (amf_list(octets) || lack == Lack::Verification && amf_list_unverified(octets));
    admit(message, lack, admitted, message_type, "TS 24.501 4.4.4.3")
}

/// Whether the UE processes the message `message`, which came without a security header (TS 24.501 4.4.4.2). One that has
/// a header and fails its check is never processed, but for the answer to a SECURITY MODE COMMAND (5.4.2.5).
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
        "TS 24.501 4.4.4.2",
    )
}

/// The type of a plain 5GMM message.
fn message_type(octets: &[u8]) -> Option<u8> {
    match octets {
        [first, second, message_type, ..]
            if *first == ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT.0
                && SecurityHeaderType::of_second_octet(*second) == SecurityHeaderType::PLAIN =>
        {
            Some(*message_type)
        }
        _ => None,
    }
}

/// Before any security, protected or not.
fn amf_list(octets: &[u8]) -> bool {
    match message_type(octets) {
        Some(
            mt::REGISTRATION_REQUEST
            | mt::AUTHENTICATION_RESPONSE
            | mt::AUTHENTICATION_FAILURE
            | mt::SECURITY_MODE_REJECT
            | mt::DEREGISTRATION_REQUEST_FROM_UE
            | mt::DEREGISTRATION_ACCEPT_FROM_UE,
        ) => true,
        // "If the requested identification parameter is SUCI": what was requested the procedure knows; what came is here. A
        // UE that has no SUCI says so (5.4.3.3).
        Some(mt::IDENTITY_RESPONSE) => octets.get(FIRST_IDENTITY).is_some_and(|first| {
            matches!(
                first & IDENTITY_TYPE_MASK,
                IDENTITY_TYPE_SUCI | IDENTITY_TYPE_NONE
            )
        }),
        _ => false,
    }
}

/// What is added for messages of a UE whose context the AMF does not have, or whose check failed.
fn amf_list_unverified(octets: &[u8]) -> bool {
    matches!(
        message_type(octets),
        Some(mt::SERVICE_REQUEST | mt::CONTROL_PLANE_SERVICE_REQUEST)
    )
}

fn ue_list(octets: &[u8]) -> bool {
    let first = octets.get(FIRST_ELEMENT);
    match message_type(octets) {
        Some(
            mt::AUTHENTICATION_REQUEST
            | mt::AUTHENTICATION_RESULT
            | mt::AUTHENTICATION_REJECT
            | mt::DEREGISTRATION_ACCEPT_FROM_NETWORK,
        ) => true,
        Some(mt::IDENTITY_REQUEST) => {
            first.is_some_and(|asked| asked & IDENTITY_TYPE_MASK == IDENTITY_TYPE_SUCI)
        }
        Some(mt::REGISTRATION_REJECT) => {
            first.is_some_and(|cause| !CAUSES_OF_REGISTRATION_REJECT.contains(cause))
        }
        Some(mt::SERVICE_REJECT) => first.is_some_and(|cause| !CAUSES_OF_SERVICE_REJECT.contains(cause)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Lack::{SecurityHeader, Verification};
    use SecureExchange::{Established, NotEstablished};

    /// Every 5GMM message type with octets behind it that meet the conditions.
    fn admitted_types(admitted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        (0..=255)
            .filter(|&message_type| admitted(&[0x7e, 0, message_type, 1, 1, 1]))
            .collect()
    }

    #[test]
    fn the_list_of_the_amf() {
        let list = [0x41, 0x45, 0x48, 0x57, 0x59, 0x5c, 0x5f];
        let admitted = admitted_types(|m| admit_at_amf(m, SecurityHeader, NotEstablished).is_ok());
        assert_eq!(admitted, list);
        let unverified = [0x41, 0x45, 0x48, 0x4c, 0x4f, 0x57, 0x59, 0x5c, 0x5f];
        let admitted = admitted_types(|m| admit_at_amf(m, Verification, NotEstablished).is_ok());
        assert_eq!(admitted, unverified);
    }

    #[test]
    fn the_list_of_the_ue() {
        let list = [0x44, 0x46, 0x4d, 0x56, 0x58, 0x5a, 0x5b];
        assert_eq!(admitted_types(|m| admit_at_ue(m, NotEstablished).is_ok()), list);
    }

    #[test]
    fn nothing_unverified_after_security() {
        for lack in [SecurityHeader, Verification] {
            assert!(admitted_types(|m| admit_at_amf(m, lack, Established).is_ok()).is_empty());
        }
        assert!(admitted_types(|m| admit_at_ue(m, Established).is_ok()).is_empty());
    }

    #[test]
    fn conditions() {
        let at_amf = |m: &[u8]| admit_at_amf(m, SecurityHeader, NotEstablished).is_ok();
        let at_ue = |m: &[u8]| admit_at_ue(m, NotEstablished).is_ok();
        assert!(
            at_amf(&[0x7e, 0, 0x5c, 0, 1, 0x01]),
            "IDENTITY RESPONSE with SUCI"
        );
        assert!(
            !at_amf(&[0x7e, 0, 0x5c, 0, 1, 0x03]),
            "IDENTITY RESPONSE with IMEI"
        );
        assert!(
            !at_amf(&[0x7e, 0, 0x5c, 0, 0]),
            "IDENTITY RESPONSE without an identity"
        );
        assert!(at_ue(&[0x7e, 0, 0x5b, 1]) && !at_ue(&[0x7e, 0, 0x5b, 5]) && !at_ue(&[0x7e, 0, 0x5b]));
        for (reject, causes) in [(0x44, &[76, 78, 81, 82][..]), (0x4d, &[76, 78])] {
            assert!(at_ue(&[0x7e, 0, reject, 3]) && !at_ue(&[0x7e, 0, reject]));
            for cause in causes {
                assert!(!at_ue(&[0x7e, 0, reject, *cause]), "#{cause} in {reject:02x}");
            }
        }
        assert!(at_ue(&[0x7e, 0, 0x4d, 81]), "#81 is no cause of SERVICE REJECT");
        assert!(!at_amf(&[0x7e, 1, 0x41, 0]), "still in its security header");
        assert!(
            !at_amf(&[0x2e, 1, 0x41, 0xc1]) && !at_ue(&[0x2e, 0, 0x56, 0xc1]),
            "5GSM"
        );
        assert!(!at_amf(&[0x07, 0x41, 0x41]) && !at_amf(&[]) && !at_amf(&[0x7e, 0]));
        let refused = admit_at_amf([0x7e, 0, 0x43], Verification, NotEstablished).unwrap_err();
        assert_eq!(
            (refused.message_type, refused.clause),
            (Some(0x43), "TS 24.501 4.4.4.3")
        );
    }
}
