//! The pcapng file format (draft-ietf-opsawg-pcapng): sections of blocks, each with its length before and after.
//!
//! Enhanced, simple and obsolete packet blocks give frames. Names, statistics, secrets and custom blocks are skipped.

use super::damage::DamageKind;
use super::resolution::Resolution;
use super::word::Order;
use super::{Found, MAGIC_OCTETS, MAX_BLOCK_OCTETS, Place};
use crate::pcapng::LinkType;
use crate::{Frame, Seen, Timestamp};

const BLOCK_SECTION_HEADER: u32 = 0x0a0d_0d0a;
const BLOCK_INTERFACE_DESCRIPTION: u32 = 1;
const BLOCK_PACKET: u32 = 2;
const BLOCK_SIMPLE_PACKET: u32 = 3;
const BLOCK_NAME_RESOLUTION: u32 = 4;
const BLOCK_INTERFACE_STATISTICS: u32 = 5;
const BLOCK_ENHANCED_PACKET: u32 = 6;
const BLOCK_JOURNAL: u32 = 9;
const BLOCK_SECRETS: u32 = 10;
/// Events of sysdig.
const BLOCK_EVENT: u32 = 0x204;
const BLOCK_EVENT_FLAGS: u32 = 0x208;
const BLOCK_EVENT_LARGE: u32 = 0x221;
const BLOCK_CUSTOM: u32 = 0x0bad;
const BLOCK_CUSTOM_NOT_COPIED: u32 = 0x4000_0bad;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

const BLOCK_HEADER_OCTETS: usize = 8;
const MIN_BLOCK_OCTETS: usize = 12;
const SECTION_HEADER_OCTETS: usize = 28;
const INTERFACE_OCTETS: usize = 20;
const PACKET_OCTETS: usize = 32;
const PACKET_DATA: usize = 28;
const SIMPLE_PACKET_OCTETS: usize = 16;
const SIMPLE_PACKET_DATA: usize = 12;

const OPTION_END: u16 = 0;
const OPTION_IF_TSRESOL: u16 = 9;
const OPTION_IF_TSOFFSET: u16 = 14;

/// Most interfaces kept of one section: captures of whole clusters have hundreds.
const MAX_INTERFACES: usize = 4096;

/// Most octets that a packet block may have beside its frame: four options (comments, above all) of the longest kind. A
/// block that says more has a spoilt length.
const MAX_PACKET_OPTION_OCTETS: usize = 4 * 65_536;

/// How much of an interface description is looked at when its own length is spoilt: names, and the resolution behind them.
const SPOILT_INTERFACE_OCTETS: usize = 512;

#[derive(Debug, Default)]
pub(super) struct Pcapng {
    /// Of the current section; `None` before the first.
    order: Option<Order>,
    interfaces: Vec<Interface>,
    /// How many interfaces the sections before had.
    interfaces_before: u32,
    /// Whether the block in work is the first of the file, and of a spoilt type.
    at_spoilt_head: bool,
    /// Whether it was said in this section that frames of unknown interfaces are left out.
    unknown_said: bool,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    snap_length: u32,
    resolution: Resolution,
    offset_s: i64,
}

/// Whether a place after damage is a block.
enum Judgement {
    Yes,
    No,
    More(usize),
}

/// Whether a file begins like pcapng; its first four octets may be spoilt.
pub(super) fn looks_like(octets: &[u8]) -> bool {
    octets.len() >= MAGIC_OCTETS && section_order(octets).is_some()
}

/// The byte order of the section that begins here.
fn section_order(octets: &[u8]) -> Option<Order> {
    [Order::Little, Order::Big]
        .into_iter()
        .find(|order| order.u32(octets, 8) == BYTE_ORDER_MAGIC)
}

impl Pcapng {
    #[inline]
    pub(super) fn next<'b>(&mut self, place: &mut Place, octets: &'b [u8], end: bool) -> Found<'b> {
        if place.damage.is_some() {
            return self.resynchronise(place, octets, end);
        }
        if octets.len() < MIN_BLOCK_OCTETS {
            return match (octets.is_empty(), end) {
                (true, true) => Found::Skip(0),
                (_, false) => Found::More(MIN_BLOCK_OCTETS),
                (false, true) => self.damaged(place, octets, end, DamageKind::Truncated),
            };
        }
        let mut kind = u32::from_le_bytes([octets[0], octets[1], octets[2], octets[3]]);
        let is_section = kind == BLOCK_SECTION_HEADER;
        let is_spoilt = !is_section && (self.order.is_none() || self.at_spoilt_head);
        self.at_spoilt_head = is_spoilt;
        if is_section || is_spoilt {
            let Some(order) = section_order(octets) else {
                return self.damaged(place, octets, end, DamageKind::Block);
            };
            // Before the lengths are looked at: should they be spoilt, what follows can still be read.
            self.begin_section(order);
        }
        let order = self.order.unwrap_or(Order::Little);
        if !is_section {
            kind = order.u32(octets, 0);
        }
        let length = order.u32(octets, 4) as usize;
        if !length_fits(kind, length, order, octets) {
            return self.damaged(place, octets, end, DamageKind::Block);
        }
        if octets.len() < length {
            if !end {
                return Found::More(length);
            }
            return self.damaged(place, octets, end, DamageKind::Truncated);
        }
        if order.u32(octets, length - 4) as usize != length {
            return self.damaged(place, octets, end, DamageKind::Block);
        }
        if is_spoilt {
            self.at_spoilt_head = false;
            return self.complain_always(place, length, DamageKind::FileHeader);
        }
        self.block(place, kind, order, &octets[..length])
    }

    /// Takes a whole block.
    #[inline]
    fn block<'b>(&mut self, place: &mut Place, kind: u32, order: Order, block: &'b [u8]) -> Found<'b> {
        match kind {
            BLOCK_ENHANCED_PACKET => {
                let interface = order.u32(block, 8);
                self.packet(place, interface, order, block)
            }
            BLOCK_PACKET => {
                let interface = u32::from(order.u16(block, 8));
                self.packet(place, interface, order, block)
            }
            BLOCK_SIMPLE_PACKET => self.simple_packet(place, order, block),
            BLOCK_INTERFACE_DESCRIPTION => {
                if self.interfaces.len() >= MAX_INTERFACES {
                    return self.complain(place, block.len(), DamageKind::TooManyInterfaces);
                }
                self.interfaces.push(interface(order, block));
                Found::Skip(block.len())
            }
            // Wireshark counts them among the frames.
            BLOCK_JOURNAL
            | BLOCK_CUSTOM
            | BLOCK_CUSTOM_NOT_COPIED
            | BLOCK_EVENT
            | BLOCK_EVENT_FLAGS
            | BLOCK_EVENT_LARGE => {
                place.frames += 1;
                Found::Skip(block.len())
            }
            _ => Found::Skip(block.len()),
        }
    }

    fn begin_section(&mut self, order: Order) {
        self.order = Some(order);
        self.interfaces_before += self.interfaces.len() as u32;
        self.interfaces.clear();
        self.unknown_said = false;
    }

    /// An enhanced packet block, or an obsolete one: the same from the time stamp on.
    #[inline]
    fn packet<'b>(&mut self, place: &mut Place, id: u32, order: Order, block: &'b [u8]) -> Found<'b> {
        let captured = order.u32(block, 20) as usize;
        let original = order.u32(block, 24);
        let units = u64::from(order.u32(block, 12)) << 32 | u64::from(order.u32(block, 16));
        let Some(octets) = block[PACKET_DATA..block.len() - 4].get(..captured) else {
            place.frames += 1;
            return self.complain_always(place, block.len(), DamageKind::BlockContent);
        };
        let Some(interface) = self.interfaces.get(id as usize) else {
            place.frames += 1;
            return self.complain(place, block.len(), DamageKind::UnknownInterface);
        };
        let time = interface.resolution.time(units, interface.offset_s);
        let link = interface.link;
        self.frame(
            place,
            id,
            (link, time),
            octets,
            original,
            (PACKET_DATA, block.len()),
        )
    }

    /// A simple packet block: of the first interface, without a time; the last one stands in for it.
    fn simple_packet<'b>(&mut self, place: &mut Place, order: Order, block: &'b [u8]) -> Found<'b> {
        let original = order.u32(block, 8);
        let Some(interface) = self.interfaces.first() else {
            place.frames += 1;
            return self.complain(place, block.len(), DamageKind::UnknownInterface);
        };
        let kept = &block[SIMPLE_PACKET_DATA..block.len() - 4];
        let limit = match interface.snap_length {
            0 => u32::MAX,
            limit => limit,
        };
        let captured = kept.len().min(original.min(limit) as usize);
        let link = interface.link;
        self.frame(
            place,
            0,
            (link, place.time),
            &kept[..captured],
            original,
            (SIMPLE_PACKET_DATA, block.len()),
        )
    }

    #[inline]
    fn frame<'b>(
        &self,
        place: &mut Place,
        interface: u32,
        (link, time): (LinkType, Timestamp),
        octets: &'b [u8],
        original: u32,
        (begin, length): (usize, usize),
    ) -> Found<'b> {
        place.frames += 1;
        place.time = time;
        let frame = Frame {
            seen: Seen {
                file: place.file,
                frame: place.frames,
                time,
            },
            link,
            interface: self.interfaces_before.wrapping_add(interface),
            octets,
            original: original.max(octets.len() as u32),
        };
        Found::Frame(length, begin, frame)
    }

    /// Says once a section what is wrong with a block, and skips it.
    fn complain(&mut self, place: &mut Place, length: usize, kind: DamageKind) -> Found<'static> {
        if std::mem::replace(&mut self.unknown_said, true) {
            return Found::Skip(length);
        }
        self.complain_always(place, length, kind)
    }

    fn complain_always(&mut self, place: &mut Place, length: usize, kind: DamageKind) -> Found<'static> {
        place.begin_damage(0, kind);
        place.go_on(length)
    }

    /// Damage begins here; looks for its end.
    fn damaged<'b>(&mut self, place: &mut Place, octets: &'b [u8], end: bool, kind: DamageKind) -> Found<'b> {
        // Without its description all frames of an interface would be lost.
        if let Some(order) = self.order
            && order.u32(octets, 0) == BLOCK_INTERFACE_DESCRIPTION
            && self.interfaces.len() < MAX_INTERFACES
        {
            if octets.len() < SPOILT_INTERFACE_OCTETS && !end {
                return Found::More(SPOILT_INTERFACE_OCTETS);
            }
            let octets = &octets[..octets.len().min(SPOILT_INTERFACE_OCTETS)];
            if octets.len() >= INTERFACE_OCTETS {
                self.interfaces.push(interface(order, octets));
            }
        }
        self.at_spoilt_head = false;
        place.begin_damage(0, kind);
        self.resynchronise(place, octets, end)
    }

    /// Looks for the next block after damage.
    fn resynchronise<'b>(&mut self, place: &mut Place, octets: &'b [u8], end: bool) -> Found<'b> {
        let spoilt = place.damage.is_some_and(|(offset, _)| offset == place.offset);
        let mut at = usize::from(spoilt);
        while at + MIN_BLOCK_OCTETS <= octets.len() {
            match self.is_block(&octets[at..], end) {
                Judgement::Yes => {
                    if let Some((_, kind @ DamageKind::Truncated)) = &mut place.damage {
                        *kind = DamageKind::Block;
                    }
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
            0 => Found::More(MIN_BLOCK_OCTETS),
            at => Found::Skip(at),
        }
    }

    /// Whether a block begins here, by its type and both of its lengths.
    fn is_block(&self, octets: &[u8], end: bool) -> Judgement {
        let first = Order::Little.u32(octets, 0);
        let order = if first == BLOCK_SECTION_HEADER {
            section_order(octets)
        } else {
            self.order
        };
        let Some(order) = order else {
            return Judgement::No;
        };
        let kind = order.u32(octets, 0);
        let known = matches!(
            kind,
            BLOCK_SECTION_HEADER
                | BLOCK_INTERFACE_DESCRIPTION
                | BLOCK_PACKET
                | BLOCK_SIMPLE_PACKET
                | BLOCK_NAME_RESOLUTION
                | BLOCK_INTERFACE_STATISTICS
                | BLOCK_ENHANCED_PACKET
                | BLOCK_JOURNAL
                | BLOCK_SECRETS
                | BLOCK_CUSTOM
                | BLOCK_CUSTOM_NOT_COPIED
        );
        let length = order.u32(octets, 4) as usize;
        if !known || !length_fits(kind, length, order, octets) {
            return Judgement::No;
        }
        match octets.get(length - 4..length) {
            Some(again) if order.u32(again, 0) as usize == length => Judgement::Yes,
            None if !end => Judgement::More(length),
            _ => Judgement::No,
        }
    }
}

/// Whether a block of this type can have this length. Looks at the length of the frame, as far as it is there.
#[inline]
fn length_fits(kind: u32, length: usize, order: Order, octets: &[u8]) -> bool {
    let least = match kind {
        BLOCK_ENHANCED_PACKET | BLOCK_PACKET => PACKET_OCTETS,
        BLOCK_SIMPLE_PACKET => SIMPLE_PACKET_OCTETS,
        BLOCK_INTERFACE_DESCRIPTION => INTERFACE_OCTETS,
        BLOCK_SECTION_HEADER => SECTION_HEADER_OCTETS,
        _ => MIN_BLOCK_OCTETS,
    };
    if length < least || !length.is_multiple_of(4) || length > MAX_BLOCK_OCTETS {
        return false;
    }
    if matches!(kind, BLOCK_ENHANCED_PACKET | BLOCK_PACKET) && octets.len() >= PACKET_DATA {
        let captured = order.u32(octets, 20) as usize;
        return length <= captured.saturating_add(PACKET_OCTETS + 3 + MAX_PACKET_OPTION_OCTETS);
    }
    true
}

/// Reads an interface description, as far as its options make sense.
fn interface(order: Order, block: &[u8]) -> Interface {
    let mut described = Interface {
        link: LinkType(order.u16(block, BLOCK_HEADER_OCTETS)),
        snap_length: order.u32(block, 12),
        resolution: Resolution::MICROSECONDS,
        offset_s: 0,
    };
    let mut rest = &block[16..];
    while rest.len() >= 4 {
        let (code, length) = (order.u16(rest, 0), order.u16(rest, 2) as usize);
        let Some(value) = rest.get(4..4 + length) else {
            break;
        };
        match (code, length) {
            (OPTION_END, _) => break,
            (OPTION_IF_TSRESOL, 1) => described.resolution = Resolution::from_option(value[0]),
            (OPTION_IF_TSOFFSET, 8) => described.offset_s = order.u64(value, 0) as i64,
            _ => {}
        }
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    described
}
