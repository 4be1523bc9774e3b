//! What can be read off a logged PDU alone: its direction, whether it begins an attempt, whether two are one message.

use crate::nas;
use crate::report::Technology;
use quintet_capture::Seen;
use quintet_crypto::Direction;
use quintet_nas::security::SecurityHeaderType;

/// Whether a PDU in the clear and what is inside a protected one are two copies of a message.
pub(super) fn copies(
    technology: Technology,
    pdu: &[u8],
    at: Seen,
    protected_at: Seen,
    payload: &[u8],
) -> bool {
    let near = (-super::MAX_COPY_NS..=super::MAX_COPY_NS).contains(&protected_at.time.since(at.time));
    near && is_inside(technology, pdu, payload)
}

/// The same octets, or as many of them that cannot be read.
pub(super) fn is_inside(technology: Technology, pdu: &[u8], payload: &[u8]) -> bool {
    let readable = [Direction::Uplink, Direction::Downlink]
        .into_iter()
        .any(|direction| nas::reads_plain(technology, direction, payload));
    pdu == payload || (pdu.len() == payload.len() && !readable)
}

/// The message inside, if it can be read.
fn inside(technology: Technology, octets: &[u8]) -> Option<&[u8]> {
    let header = nas::header_type(technology, octets);
    if header.is_service_request() || header == SecurityHeaderType::PLAIN {
        return Some(octets);
    }
    Some(nas::header(technology, octets)?.payload)
}

/// Whether an uplink PDU is an initial message, which begins an attempt.
pub(in super::super) fn begins(technology: Technology, octets: &[u8]) -> bool {
    // SERVICE REQUEST of EPS stands in no security header: what is ciphered there may begin like one by chance.
    if nas::header_type(technology, octets).is_service_request() {
        return true;
    }
    let Some(inside) = inside(technology, octets) else {
        return false;
    };
    nas::reads_plain(technology, Direction::Uplink, inside) && {
        let plain = SecurityHeaderType::PLAIN;
        let seen = nas::Seen::of(technology, Direction::Uplink, plain, Some(inside));
        seen.malformed.is_none() && seen.view.initial().is_some()
    }
}

/// Which way a PDU goes, if the message inside goes one way only.
pub(super) fn direction_of(technology: Technology, octets: &[u8]) -> Option<Direction> {
    let header = nas::header_type(technology, octets);
    if header.is_service_request()
        || header == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT
    {
        return Some(Direction::Uplink);
    }
    if header == SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT {
        return Some(Direction::Downlink);
    }
    let inside = inside(technology, octets)?;
    [Direction::Uplink, Direction::Downlink]
        .into_iter()
        .find(|direction| {
            let plain = SecurityHeaderType::PLAIN;
            nas::reads_plain(technology, *direction, inside)
                && nas::Seen::of(technology, *direction, plain, Some(inside)).goes() == Some(*direction)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_initial_messages_begin_an_attempt() {
        assert!(
            begins(Technology::Eps, &[0xc7, 0x25, 0x12, 0x34]),
            "SERVICE REQUEST"
        );
        // ATTACH COMPLETE, ciphered: its first octet happens to look like SERVICE REQUEST's.
        for first in [0xc7, 0xd7, 0xe7, 0xf7] {
            assert!(!begins(
                Technology::Eps,
                &[0x27, 1, 2, 3, 4, 1, first, 0x12, 0xcd, 0x7a, 0x75, 0x1c, 0x1d]
            ));
        }
        let mut detach = vec![0x17, 1, 2, 3, 4, 5];
        detach.extend([
            0x07, 0x45, 0x09, 8, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98,
        ]);
        assert!(begins(Technology::Eps, &detach), "DETACH REQUEST");
    }
}
