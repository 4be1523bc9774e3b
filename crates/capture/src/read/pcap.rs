//! The pcap file format (draft-ietf-opsawg-pcap): a header, then records.
//!
//! Nothing in a record repeats its length, so a spoilt one shows only by what follows. A record whose header is odd is
//! believed if a possible header follows it; after damage, [`CHAIN`] headers in a row must make sense.

use super::damage::DamageKind;
use super::word::Order;
use super::{Found, MAX_BLOCK_OCTETS, Place};
use crate::pcapng::{LinkType, MAX_FRAME_OCTETS};
use crate::{Frame, Seen, Timestamp};

const FILE_HEADER_OCTETS: usize = 24;
const RECORD_HEADER_OCTETS: usize = 16;
/// Alexey Kuznetzov's variant adds interface, protocol and packet type.
const MODIFIED_RECORD_HEADER_OCTETS: usize = 24;

const MAGIC: u32 = 0xa1b2_c3d4;
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
const MAGIC_MODIFIED: u32 = 0xa1b2_cd34;
const VERSION: (u16, u16) = (2, 4);

/// Headers in a row that must make sense before a place after damage is taken for a record. One has about 30 bits that
/// must fit; chains keep structured content, which is not random, from fitting.
const CHAIN: usize = 3;

/// How far apart the times of neighbouring records of a chain may be.
const NEAR_NS: i64 = 24 * 3_600 * 1_000_000_000;
/// How far after damage the time may be from that of the last good record.
const PLAUSIBLE_NS: i64 = 366 * NEAR_NS;

#[derive(Debug)]
pub(super) struct Pcap {
    order: Order,
    /// Nanoseconds in one unit of the fraction of a second.
    unit_ns: u32,
    record_header: usize,
    snap_length: usize,
    link: LinkType,
    /// Whether the damage that is open is a hole, and the reader stands within.
    in_hole: bool,
}

/// What the beginning of a file says.
pub(super) enum Begin {
    More(usize),
    Pcap { pcap: Pcap, header: usize, intact: bool },
    Other,
}

#[derive(Clone, Copy)]
struct Header {
    seconds: u32,
    fraction: u32,
    captured: usize,
    original: u32,
}

impl Header {
    /// A hole in a file reads as zeros.
    fn is_blank(self) -> bool {
        (self.seconds, self.fraction, self.captured, self.original) == (0, 0, 0, 0)
    }
}

/// Whether a place after damage is a record.
enum Judgement {
    Yes,
    No,
    More(usize),
}

impl Pcap {
    pub(super) fn begin(octets: &[u8]) -> Begin {
        let known = |order: Order| match order.u32(octets, 0) {
            MAGIC => Some((1_000, RECORD_HEADER_OCTETS)),
            MAGIC_NANOSECONDS => Some((1, RECORD_HEADER_OCTETS)),
            MAGIC_MODIFIED => Some((1_000, MODIFIED_RECORD_HEADER_OCTETS)),
            _ => None,
        };
        let versioned = |order: Order| (order.u16(octets, 4), order.u16(octets, 6)) == VERSION;
        let orders = [Order::Little, Order::Big];
        let by_magic = orders
            .into_iter()
            .find_map(|order| known(order).map(|found| (order, found, true)));
        // A spoilt magic number: microseconds are by far the likelier.
        let by_version = || {
            let order = orders.into_iter().find(|&order| versioned(order))?;
            Some((order, (1_000, RECORD_HEADER_OCTETS), false))
        };
        let Some((order, (unit_ns, record_header), intact)) = by_magic.or_else(by_version) else {
            return Begin::Other;
        };
        if octets.len() < FILE_HEADER_OCTETS {
            return Begin::More(FILE_HEADER_OCTETS);
        }
        Begin::Pcap {
            pcap: Self {
                order,
                unit_ns,
                record_header,
                snap_length: (order.u32(octets, 16) as usize).min(MAX_BLOCK_OCTETS),
                // The upper bits tell of frame check sequences.
                link: LinkType(order.u32(octets, 20) as u16),
                in_hole: false,
            },
            header: FILE_HEADER_OCTETS,
            intact,
        }
    }

    #[inline]
    pub(super) fn next<'b>(&mut self, place: &mut Place, octets: &'b [u8], end: bool) -> Found<'b> {
        if self.in_hole {
            return self.hole(place, octets, end);
        }
        if place.damage.is_some() {
            return self.resynchronise(place, octets, end);
        }
        let Some(header) = self.header(octets) else {
            return match (octets.is_empty(), end) {
                (true, true) => Found::Skip(0),
                (_, false) => Found::More(self.record_header),
                (false, true) => truncated(place, octets),
            };
        };
        if header.is_blank() {
            place.begin_damage(0, DamageKind::Record);
            self.in_hole = true;
            return Found::Skip(0);
        }
        if header.captured > self.limit() {
            place.begin_damage(0, DamageKind::Record);
            return self.resynchronise(place, octets, end);
        }
        if self.is_odd(header, place) {
            match self.bear_out(header, place, octets, end) {
                Judgement::Yes => {}
                Judgement::More(wanted) => return Found::More(wanted),
                Judgement::No => {
                    place.begin_damage(0, DamageKind::Record);
                    return self.resynchronise(place, octets, end);
                }
            }
        }
        let total = self.record_header + header.captured;
        let Some(kept) = octets.get(self.record_header..total) else {
            return if end {
                truncated(place, octets)
            } else {
                Found::More(total)
            };
        };
        place.frames += 1;
        place.time = self.time(header);
        let frame = Frame {
            seen: Seen {
                file: place.file,
                frame: place.frames,
                time: place.time,
            },
            link: self.link,
            interface: 0,
            octets: kept,
            original: header.original.max(kept.len() as u32),
        };
        Found::Frame(total, self.record_header, frame)
    }

    #[inline]
    fn header(&self, octets: &[u8]) -> Option<Header> {
        let octets = octets.get(..self.record_header)?;
        Some(Header {
            seconds: self.order.u32(octets, 0),
            fraction: self.order.u32(octets, 4),
            captured: self.order.u32(octets, 8) as usize,
            original: self.order.u32(octets, 12),
        })
    }

    #[inline]
    fn time(&self, header: Header) -> Timestamp {
        let fraction = i64::from(header.fraction) * i64::from(self.unit_ns);
        Timestamp(i64::from(header.seconds) * 1_000_000_000 + fraction)
    }

    #[inline]
    fn limit(&self) -> usize {
        MAX_FRAME_OCTETS.max(self.snap_length)
    }

    #[inline]
    fn fraction_limit(&self) -> u32 {
        1_000_000_000 / self.unit_ns
    }

    /// Whether a header deserves a second look: most of those that a flipped bit spoils do.
    #[inline]
    fn is_odd(&self, header: Header, place: &Place) -> bool {
        let whole = header.captured == header.original as usize && header.captured <= self.snap_length.max(1);
        let cut = header.captured == self.snap_length && header.captured <= header.original as usize;
        header.captured == 0
            || header.fraction >= self.fraction_limit()
            || !(whole || cut)
            || (place.frames > 0
                && self.time(header).since(place.time).unsigned_abs() > NEAR_NS.unsigned_abs())
    }

    /// Whether what follows an odd record makes it one all the same. If not, and if records begin within it, it is none.
    fn bear_out(&self, header: Header, place: &Place, octets: &[u8], end: bool) -> Judgement {
        let total = self.record_header + header.captured;
        match octets.get(total..).and_then(|rest| self.header(rest)) {
            Some(next) if self.is_possible(next) => return Judgement::Yes,
            None if !end => return Judgement::More(total + self.record_header),
            None if octets.len() >= total => return Judgement::Yes,
            _ => {}
        }
        for at in 1..total.min(octets.len()) {
            match self.chain(place, &octets[at..], end) {
                Judgement::Yes => return Judgement::No,
                Judgement::More(wanted) => return Judgement::More(at + wanted),
                Judgement::No => {}
            }
        }
        // The damage may be of the next record alone. Of an empty one nothing is lost.
        if header.captured == 0 {
            Judgement::No
        } else {
            Judgement::Yes
        }
    }

    fn is_possible(&self, header: Header) -> bool {
        !header.is_blank()
            && header.captured <= self.limit()
            && header.fraction < self.fraction_limit()
            && header.captured <= header.original as usize
            && header.original as usize <= MAX_BLOCK_OCTETS
    }

    /// Whether records begin here.
    fn chain(&self, place: &Place, octets: &[u8], end: bool) -> Judgement {
        let mut at = 0;
        let mut before = (place.frames > 0).then_some((place.time, PLAUSIBLE_NS));
        for good in 0..CHAIN {
            let Some(header) = octets.get(at..).and_then(|rest| self.header(rest)) else {
                if !end {
                    return Judgement::More(at + self.record_header);
                }
                let whole = good >= 1 && at <= octets.len();
                return if whole || good >= 2 {
                    Judgement::Yes
                } else {
                    Judgement::No
                };
            };
            let time = self.time(header);
            let far = before
                .is_some_and(|(before, limit)| time.since(before).unsigned_abs() > limit.unsigned_abs());
            if header.captured == 0 || far || !self.is_possible(header) {
                return Judgement::No;
            }
            before = Some((time, NEAR_NS));
            at += self.record_header + header.captured;
        }
        Judgement::Yes
    }

    /// Passes zeros. Wireshark takes them for empty frames, which have numbers.
    fn hole<'b>(&mut self, place: &mut Place, octets: &'b [u8], end: bool) -> Found<'b> {
        let headers = octets.chunks_exact(self.record_header);
        let blank = headers
            .take_while(|header| header.iter().all(|&octet| octet == 0))
            .count();
        if blank > 0 {
            place.frames += blank as u64;
            return Found::Skip(blank * self.record_header);
        }
        if octets.len() < self.record_header && !end {
            return Found::More(self.record_header);
        }
        let judgement = self.chain(place, octets, end);
        if let Judgement::More(wanted) = judgement {
            return Found::More(wanted);
        }
        self.in_hole = false;
        match (judgement, octets.is_empty()) {
            (Judgement::Yes, _) | (_, true) => place.go_on(0),
            // The damage stays open: records begin in the middle of what would be a header.
            _ => Found::Skip(0),
        }
    }

    /// Looks for the next record after damage.
    fn resynchronise<'b>(&self, place: &mut Place, octets: &'b [u8], end: bool) -> Found<'b> {
        let spoilt = place.damage.is_some_and(|(offset, _)| offset == place.offset);
        let mut at = usize::from(spoilt);
        while at + self.record_header <= octets.len() {
            match self.chain(place, &octets[at..], end) {
                Judgement::Yes => {
                    return place.go_on(at);
                }
                Judgement::No => at += 1,
                Judgement::More(wanted) if at == 0 => return Found::More(wanted),
                Judgement::More(_) => return Found::Skip(at),
            }
        }
        if end {
            return place.go_on(octets.len());
        }
        match at.min(octets.len()) {
            0 => Found::More(self.record_header),
            at => Found::Skip(at),
        }
    }
}

fn truncated<'b>(place: &mut Place, octets: &'b [u8]) -> Found<'b> {
    place.begin_damage(0, DamageKind::Truncated);
    place.go_on(octets.len())
}
