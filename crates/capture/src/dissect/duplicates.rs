//! Datagrams that the capture holds twice because it was taken at several points.
//!
//! A bridge and its veth, `-i any`, the outer and the inner interface of a VLAN see the same packet within a few
//! milliseconds. SCTP and TCP need nothing of this: the second copy has a sequence number that was delivered. GSMTAP has
//! none, so here stands a memory of what passed lately. What a UE repeats is never dropped: it comes again after a timer
//! of seconds, or in a datagram with an identification of its own.
//!
//! Left out: logs of user link types. Nothing lies between the modem and the file that could double them, and two UEs in
//! one file may well be told the same within a millisecond.

use super::Packet;
use super::address::number;
use crate::Timestamp;
use std::hash::{BuildHasher, Hasher};

/// Within what time a second copy is one, at another interface.
const WINDOW_NS: i64 = 5_000_000;

/// Within what time the very next packet, of the same interface, is a copy. Under the 8 ms of a HARQ process of LTE, after
/// which a log holds the same MAC PDU again.
const NEXT_WINDOW_NS: i64 = 3_000_000;

/// Packets remembered: what a busy log holds within [`WINDOW_NS`].
const MAX_REMEMBERED: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Passed {
    digest: u64,
    octets: usize,
    file: u16,
    interface: u32,
    identification: u32,
    time: Timestamp,
}

/// What passed lately.
#[derive(Debug, Default)]
pub(super) struct Duplicates {
    passed: Vec<Passed>,
    /// Where the next is remembered; the one before it is the last.
    next: usize,
    hasher: hashbrown::DefaultHashBuilder,
}

impl Duplicates {
    /// Whether this is another capture point's copy of a datagram that passed lately; if not, it is remembered.
    pub(super) fn is_copy(&mut self, packet: &Packet<'_>) -> bool {
        let datagram = self.passed(packet);
        let last = self.next.checked_sub(1).unwrap_or(MAX_REMEMBERED - 1);
        let copy = self
            .passed
            .iter()
            .enumerate()
            .any(|(at, earlier)| datagram.is_copy_of(earlier, at == last));
        if !copy {
            self.remember(datagram);
        }
        copy
    }

    /// The same, for datagrams that nobody sends twice within [`WINDOW_NS`], numbered or not: SIP comes again after T1 of
    /// half a second (RFC 3261 17.1.2.2). The copy may have come out of a tunnel of GTP.
    pub(super) fn is_copy_of_message(&mut self, packet: &Packet<'_>) -> bool {
        let datagram = self.passed(packet);
        let copy = self.passed.iter().any(|earlier| {
            datagram.is_same(earlier) && datagram.time.since(earlier.time).saturating_abs() <= WINDOW_NS
        });
        if !copy {
            self.remember(datagram);
        }
        copy
    }

    fn passed(&self, packet: &Packet<'_>) -> Passed {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u128(number(packet.source));
        hasher.write_u128(number(packet.destination));
        hasher.write(packet.octets);
        Passed {
            digest: hasher.finish(),
            octets: packet.octets.len(),
            file: packet.seen.file,
            interface: packet.interface,
            identification: packet.identification,
            time: packet.seen.time,
        }
    }

    fn remember(&mut self, packet: Passed) {
        match self.passed.get_mut(self.next) {
            Some(oldest) => *oldest = packet,
            None => self.passed.push(packet),
        }
        self.next = (self.next + 1) % MAX_REMEMBERED;
    }
}

impl Passed {
    fn is_same(&self, earlier: &Self) -> bool {
        self.digest == earlier.digest
            && self.octets == earlier.octets
            && self.identification == earlier.identification
    }

    fn is_copy_of(&self, earlier: &Self, was_last: bool) -> bool {
        if !self.is_same(earlier) {
            return false;
        }
        let elsewhere = (self.file, self.interface) != (earlier.file, earlier.interface);
        // Datagrams of one sender are numbered: the same number is the same datagram.
        let numbered = self.identification != 0;
        let apart = self.time.since(earlier.time).saturating_abs();
        ((elsewhere || numbered) && apart <= WINDOW_NS) || (was_last && apart <= NEXT_WINDOW_NS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn datagram(time: i64, interface: u32, identification: u32, octets: &[u8]) -> Packet<'_> {
        Packet {
            seen: crate::Seen {
                file: 0,
                frame: 1,
                time: Timestamp(time),
            },
            first_frame: 1,
            interface,
            source: [127, 0, 0, 1].into(),
            destination: [127, 0, 0, 2].into(),
            identification,
            octets,
            original: octets.len(),
        }
    }

    #[test]
    fn copies_of_another_point_are_dropped_and_repetitions_are_kept() {
        let mut duplicates = Duplicates::default();
        let mut copy = |time, interface, octets| duplicates.is_copy(&datagram(time, interface, 0, octets));
        assert!(!copy(0, 0, b"identity request"));
        assert!(!copy(MS, 0, b"another"));
        assert!(copy(4 * MS, 1, b"identity request"), "another interface");
        assert!(!copy(4 * MS, 0, b"identity request"), "the same again");
        assert!(copy(5 * MS, 0, b"identity request"), "at once again");
        assert!(!copy(6000 * MS, 1, b"identity request"), "T3470");
        let mut other = datagram(6000 * MS, 2, 0, b"identity request");
        other.source = [127, 0, 0, 3].into();
        assert!(!duplicates.is_copy(&other), "another modem");
    }

    #[test]
    fn the_identification_of_the_datagram_decides() {
        let mut duplicates = Duplicates::default();
        let mut copy =
            |time, identification| duplicates.is_copy(&datagram(time, 0, identification, b"paging"));
        assert!(!copy(0, 7));
        assert!(!copy(0, 8), "another datagram");
        assert!(copy(MS, 7));
        assert!(copy(MS, 8));
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut duplicates = Duplicates::default();
        for n in 0..10_000u32 {
            assert!(!duplicates.is_copy(&datagram(0, 0, 0, &n.to_be_bytes())));
        }
        assert_eq!(duplicates.passed.len(), MAX_REMEMBERED);
        assert!(duplicates.is_copy(&datagram(0, 1, 0, &9_990u32.to_be_bytes())));
    }
}
