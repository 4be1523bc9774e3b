//! A plain NAS message of 5GS as the table sees it (TS 24.501 8.2).

use quintet_crypto::Direction;
use quintet_fgmm::path::{AuthenticationMethod, IdentityKind, Ksi, MessageView, RegistrationKind};
use quintet_nas::security::SecurityHeaderType;

/// Extended protocol discriminators (TS 24.007 11.2.3.1.1A).
const FGMM: u8 = 0x7e;
/// As above.
const FGSM: u8 = 0x2e;

/// Whether octets read as a plain NAS message: of random octets about one in four thousand does.
pub(crate) fn reads_plain(direction: Direction, octets: &[u8]) -> bool {
    match octets {
        [FGMM, 0, ..] => MessageView::of_plain(direction, octets)
            .is_ok_and(|view| !matches!(view, MessageView::Other { .. })),
        // A PDU session identity, a transaction identity, a type of TS 24.501 9.7.
        [FGSM, session, _, message_type, ..] => {
            (1..16).contains(session) && matches!(message_type, 0xc1..=0xd8)
        }
        _ => false,
    }
}

/// The table's view of a message, and what did not decode in it.
pub(crate) fn view(
    direction: Direction,
    header: SecurityHeaderType,
    plain: Option<&[u8]>,
) -> (MessageView, Option<String>) {
    // Nothing but SECURITY MODE COMPLETE may have this header (TS 24.501 9.3.1).
    let is_complete = header == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT
        && direction == Direction::Uplink;
    let complete = MessageView::SecurityModeComplete { container: true };
    let Some(plain) = plain else {
        let view = if is_complete {
            complete
        } else {
            MessageView::Ciphered
        };
        return (view, None);
    };
    let (view, malformed) = match MessageView::of_plain(direction, plain) {
        Ok(view) => (view, None),
        Err(error) => (by_type(direction, plain), Some(error.to_string())),
    };
    if is_complete && matches!(view, MessageView::Other { .. }) {
        let why =
            malformed.unwrap_or_else(|| format!("{} is no message to go under this header", view.name()));
        return (complete, Some(why));
    }
    (view, malformed)
}

/// A message whose mandatory part is broken is still known by its type.
fn by_type(direction: Direction, plain: &[u8]) -> MessageView {
    let message_type = plain.get(2).copied().unwrap_or_default();
    // Behind a reserved header type nothing is known.
    if !matches!(plain, [FGMM, 0, ..]) {
        return MessageView::Other { message_type };
    }
    let octet = plain.get(3).copied().unwrap_or_default();
    match (message_type, direction) {
        (0x41, Direction::Uplink) => MessageView::RegistrationRequest {
            ksi: Ksi(octet >> 4),
            kind: RegistrationKind::Initial,
        },
        (0x42, Direction::Downlink) => MessageView::RegistrationAccept {
            needs_complete: false,
        },
        (0x43, Direction::Uplink) => MessageView::RegistrationComplete,
        (0x4c, Direction::Uplink) => MessageView::ServiceRequest {
            ksi: Ksi(octet & 0x0f),
        },
        (0x56, Direction::Downlink) => MessageView::AuthenticationRequest {
            ksi: Ksi(octet & 0x0f),
            method: AuthenticationMethod::Aka,
        },
        (0x57, Direction::Uplink) => MessageView::AuthenticationResponse {
            method: AuthenticationMethod::Aka,
        },
        (0x5b, Direction::Downlink) => MessageView::IdentityRequest {
            kind: IdentityKind(octet & 7),
        },
        (0x5c, Direction::Uplink) => MessageView::IdentityResponse {
            kind: IdentityKind(plain.get(5).map_or(0, |octet| octet & 7)),
        },
        _ => MessageView::Other { message_type },
    }
}
