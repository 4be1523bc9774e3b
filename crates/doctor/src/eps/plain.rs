//! A plain NAS message of EPS as the table sees it (TS 24.301 8.2).

use quintet_crypto::Direction;
use quintet_emm::path::{IdentityKind, Ksi, MessageView};
use quintet_nas::security::SecurityHeaderType;

/// Whether octets read as a plain NAS message: of random octets about one in two thousand does.
pub(crate) fn reads_plain(direction: Direction, octets: &[u8]) -> bool {
    match octets {
        [0x07, ..] => MessageView::of_plain(direction, octets)
            .is_ok_and(|view| !matches!(view, MessageView::Unknown { .. })),
        // A bearer identity (0, or 5 to 15), a transaction identity (0, or 1 to 254), a type of TS 24.301 9.8.
        [first, transaction, message_type, ..] => {
            first & 0x0f == 2
                && !(1..5).contains(&(first >> 4))
                && *transaction != 0xff
                && matches!(message_type, 0xc1..=0xeb)
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
    let Some(plain) = plain else {
        // Nothing but SECURITY MODE COMPLETE may have this header (TS 24.301 9.3.1).
        let complete = header == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT
            && direction == Direction::Uplink;
        let view = if complete {
            MessageView::SecurityModeComplete
        } else {
            MessageView::Ciphered
        };
        return (view, None);
    };
    if header.is_service_request() {
        return match plain {
            [_, second, _, _, ..] => (
                MessageView::ServiceRequest {
                    ksi: Ksi(second >> 5),
                },
                None,
            ),
            _ => (
                MessageView::ServiceRequest { ksi: Ksi::NONE },
                Some(format!("SERVICE REQUEST of {} octets instead of 4", plain.len())),
            ),
        };
    }
    match MessageView::of_plain(direction, plain) {
        Ok(view) => (view, None),
        Err(error) => (by_type(direction, plain), Some(error.to_string())),
    }
}

/// A message whose mandatory part is broken is still known by its type.
fn by_type(direction: Direction, plain: &[u8]) -> MessageView {
    let message_type = plain.get(1).copied().unwrap_or_default();
    if plain.first().is_none_or(|first| first & 0x0f != 7) {
        return MessageView::Unknown { message_type };
    }
    let octet = plain.get(2).copied().unwrap_or_default();
    let ksi = Ksi(octet & 0x0f);
    match (message_type, direction) {
        (0x41, Direction::Uplink) => MessageView::AttachRequest {
            ksi: Ksi(octet >> 4),
            emergency: false,
        },
        (0x42, Direction::Downlink) => MessageView::AttachAccept,
        (0x43, Direction::Uplink) => MessageView::AttachComplete,
        (0x48, Direction::Uplink) => MessageView::TrackingAreaUpdateRequest { ksi: Ksi(octet >> 4) },
        (0x49, Direction::Downlink) => MessageView::TrackingAreaUpdateAccept { guti: false },
        (0x52, Direction::Downlink) => MessageView::AuthenticationRequest { ksi },
        (0x53, Direction::Uplink) => MessageView::AuthenticationResponse,
        (0x55, Direction::Downlink) => MessageView::IdentityRequest {
            kind: IdentityKind(octet & 7),
        },
        (0x56, Direction::Uplink) => MessageView::IdentityResponse {
            kind: IdentityKind(plain.get(3).map_or(0, |octet| octet & 7)),
        },
        _ => MessageView::Unknown { message_type },
    }
}
