//! What can be read off a logged PDU alone: its direction, whether it begins an attempt, whether two are one message.

use crate::eps::plain;
use quintet_capture::Seen;
use quintet_crypto::Direction;
use quintet_emm::path::MessageView;
use quintet_nas::security::{SecurityHeader, SecurityHeaderType};

/// Whether a PDU in the clear and what is inside a protected one are two copies of a message.
pub(super) fn copies(pdu: &[u8], at: Seen, protected_at: Seen, payload: &[u8]) -> bool {
    let near = (-super::MAX_COPY_NS..=super::MAX_COPY_NS).contains(&protected_at.time.since(at.time));
    near && is_inside(pdu, payload)
}

/// The same octets, or as many of them that cannot be read.
pub(super) fn is_inside(pdu: &[u8], payload: &[u8]) -> bool {
    let readable = [Direction::Uplink, Direction::Downlink]
        .into_iter()
        .any(|direction| plain::reads_plain(direction, payload));
    pdu == payload || (pdu.len() == payload.len() && !readable)
}

/// The message inside, if it can be read.
fn inside(octets: &[u8]) -> Option<&[u8]> {
    let header = SecurityHeaderType::of_emm(*octets.first()?).unwrap_or(SecurityHeaderType::PLAIN);
    if header.is_service_request() || header == SecurityHeaderType::PLAIN {
        return Some(octets);
    }
    Some(SecurityHeader::parse(octets).ok()?.payload)
}

/// Whether an uplink PDU is an initial message, which begins an attempt.
pub(in super::super) fn begins(octets: &[u8]) -> bool {
    // SERVICE REQUEST stands in no security header: what is ciphered there may begin like one by chance.
    let header = SecurityHeaderType::of_emm(octets.first().copied().unwrap_or_default());
    if header.is_some_and(SecurityHeaderType::is_service_request) {
        return true;
    }
    let Some(inside) = inside(octets) else {
        return false;
    };
    plain::reads_plain(Direction::Uplink, inside)
        && MessageView::of_plain(Direction::Uplink, inside).is_ok_and(|view| view.initial().is_some())
}

/// Which way a PDU goes, if the message inside goes one way only.
pub(super) fn direction_of(octets: &[u8]) -> Option<Direction> {
    let header = SecurityHeaderType::of_emm(*octets.first()?).unwrap_or(SecurityHeaderType::PLAIN);
    if header.is_service_request()
        || header == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT
    {
        return Some(Direction::Uplink);
    }
    if header == SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT {
        return Some(Direction::Downlink);
    }
    let inside = inside(octets)?;
    [Direction::Uplink, Direction::Downlink]
        .into_iter()
        .find(|direction| {
            plain::reads_plain(*direction, inside)
                && MessageView::of_plain(*direction, inside)
                    .is_ok_and(|view| view.direction() == Some(*direction))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_initial_messages_begin_an_attempt() {
        assert!(begins(&[0xc7, 0x25, 0x12, 0x34]), "SERVICE REQUEST");
        // ATTACH COMPLETE, ciphered: its first octet happens to look like SERVICE REQUEST's.
        for first in [0xc7, 0xd7, 0xe7, 0xf7] {
            assert!(!begins(&[
                0x27, 1, 2, 3, 4, 1, first, 0x12, 0xcd, 0x7a, 0x75, 0x1c, 0x1d
            ]));
        }
        let mut detach = vec![0x17, 1, 2, 3, 4, 5];
        detach.extend([
            0x07, 0x45, 0x09, 8, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98,
        ]);
        assert!(begins(&detach), "DETACH REQUEST");
    }
}
