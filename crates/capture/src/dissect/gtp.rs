//! The user plane of GTP (TS 29.281): SIP and ESP between UE and P-CSCF pass through it. What UEs send else is the
//! transports' to pass over.

use super::frame::Part;
use super::{Dissector, Packet};
use crate::Sink;

/// The port of GTP-U (TS 29.281 4.4.2.3).
pub(super) const PORT: u16 = 2152;

const HEADER_OCTETS: usize = 8;
/// Sequence number, N-PDU number and the type of the first extension header, if any of them is there.
const OPTIONAL_OCTETS: usize = 4;

/// Version 1, protocol type GTP.
const VERSION: u8 = 0b0011_0000;
const VERSION_MASK: u8 = 0b1111_0000;
/// E, S or PN.
const OPTIONAL_MASK: u8 = 0b0000_0111;
const EXTENSION: u8 = 0b0000_0100;

/// G-PDU (TS 29.281 6.1).
const G_PDU: u8 = 255;

/// Most extension headers in front of a T-PDU: real packets have one.
const MAX_EXTENSIONS: usize = 8;

impl Dissector {
    /// Takes in a packet of GTP-U, from its header on.
    pub(super) fn user_plane<S: Sink>(&mut self, _packet: &Packet<'_>, part: Part<'_>, sink: &mut S) {
        if let Some(within) = t_pdu(part) {
            self.ip(within, sink);
        }
    }
}

/// The user's IP packet; `None` of other messages.
fn t_pdu(part: Part<'_>) -> Option<Part<'_>> {
    let &[flags, kind, ..] = part.octets.first_chunk::<HEADER_OCTETS>()?;
    if flags & VERSION_MASK != VERSION || kind != G_PDU {
        return None;
    }
    let part = part
        .limit(HEADER_OCTETS + usize::from(part.u16(2)?))
        .skip(HEADER_OCTETS);
    if flags & OPTIONAL_MASK == 0 {
        return Some(part);
    }
    let mut next = *part.octets.get(OPTIONAL_OCTETS - 1)?;
    let mut part = part.skip(OPTIONAL_OCTETS);
    if flags & EXTENSION == 0 {
        return Some(part);
    }
    for _ in 0..MAX_EXTENSIONS {
        if next == 0 {
            return Some(part);
        }
        let octets = usize::from(*part.octets.first()?) * 4;
        next = *part.octets.get(octets.checked_sub(1)?)?;
        part = part.skip(octets);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seen;

    fn within(octets: &[u8]) -> Option<Vec<u8>> {
        let part = Part {
            seen: Seen::default(),
            interface: 0,
            octets,
            missing: 0,
        };
        t_pdu(part).map(|part| part.octets.to_vec())
    }

    #[test]
    fn the_packet_stands_behind_the_header_and_its_extensions() {
        assert_eq!(within(&[0x30, 255, 0, 2, 0, 0, 0, 1, 7, 8, 9]), Some(vec![7, 8]));
        assert_eq!(
            within(&[0x32, 255, 0, 6, 0, 0, 0, 1, 0, 5, 0, 0, 7, 8]),
            Some(vec![7, 8])
        );
        // A PDU session container (TS 38.415) in front.
        let extended = [0x34, 255, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0x10, 9, 0, 7, 8];
        assert_eq!(within(&extended), Some(vec![7, 8]));
    }

    #[test]
    fn other_messages_and_broken_ones_have_none() {
        assert_eq!(
            within(&[0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]),
            None,
            "Echo Request"
        );
        assert_eq!(within(&[0x50, 255, 0, 1, 0, 0, 0, 0, 7]), None, "version 2");
        assert_eq!(within(&[0x34, 255, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0x85, 0, 0]), None);
        assert_eq!(within(&[0x30, 255]), None);
    }
}
