//! Link layers: what stands in front of IP, and the logs that have none.

use super::frame::Part;
use super::{Dissector, DissectorOptions};
use crate::{Frame, LinkType, Sink};

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const ETHERTYPE_VLAN: [u16; 4] = [0x8100, 0x88a8, 0x9100, 0x9200];
const ETHERTYPE_MPLS: [u16; 2] = [0x8847, 0x8848];
const ETHERTYPE_PPPOE: u16 = 0x8864;

/// The longest length that an EtherType may not be.
const MAX_LENGTH: u16 = 1500;
/// LLC and SNAP in front of an EtherType (RFC 1042).
const SNAP: [u8; 6] = [0xaa, 0xaa, 0x03, 0, 0, 0];

const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

/// Most tags and labels in front of IP: nested service and customer tags are two, label stacks rarely more than four.
const MAX_TAGS: usize = 16;

impl LinkType {
    /// BSD loopback: the address family in the byte order of the machine that captured.
    pub const NULL: Self = Self(0);
    /// PPP.
    pub const PPP: Self = Self(9);
    /// OpenBSD loopback: the address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux "cooked" capture, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// User link types: 147 to 162.
    pub const USER0: Self = Self(147);
    /// An IPv4 header, nothing before it.
    pub const IPV4: Self = Self(228);
    /// An IPv6 header, nothing before it.
    pub const IPV6: Self = Self(229);
    /// Exported PDUs of Wireshark.
    pub const WIRESHARK_UPPER_PDU: Self = Self(252);
    /// Linux "cooked" capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);
}

/// Takes in a frame of any link type.
#[inline]
pub(super) fn frame<S: Sink>(dissector: &mut Dissector, frame: &Frame<'_>, sink: &mut S) {
    let whole = Part::of(frame);
    if whole.missing > 0 {
        dissector.counts.cut_frames += 1;
    }
    match frame.link {
        LinkType::ETHERNET => typed(dissector, whole, 12, sink),
        LinkType::LINUX_SLL => typed(dissector, whole, 14, sink),
        LinkType::LINUX_SLL2 => cooked2(dissector, whole, sink),
        // 12 and 14 are what some systems write for raw IP.
        LinkType(12 | 14) | LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => dissector.ip(whole, sink),
        LinkType::NULL => loopback(dissector, whole, sink),
        LinkType::LOOP => loopback(dissector, whole, sink),
        LinkType::PPP => ppp(dissector, whole, sink),
        LinkType::WIRESHARK_UPPER_PDU => dissector.exported(whole, sink),
        link if DissectorOptions::is_user(link) => dissector.user(link, whole, sink),
        _ => dissector.counts.unknown_links += 1,
    }
}

/// What follows an EtherType that stands at `at`.
#[inline]
fn typed<S: Sink>(dissector: &mut Dissector, part: Part<'_>, at: usize, sink: &mut S) {
    let Some(mut kind) = part.u16(at) else {
        return dissector.malformed();
    };
    let mut payload = part.skip(at + 2);
    for _ in 0..MAX_TAGS {
        match kind {
            ETHERTYPE_IPV4 | ETHERTYPE_IPV6 => return dissector.ip(payload, sink),
            _ if ETHERTYPE_VLAN.contains(&kind) => {
                let Some(next) = payload.u16(2) else {
                    return dissector.malformed();
                };
                kind = next;
                payload = payload.skip(4);
            }
            _ if ETHERTYPE_MPLS.contains(&kind) => return labelled(dissector, payload, sink),
            ETHERTYPE_PPPOE => return ppp(dissector, payload.skip(6), sink),
            // A length and not a type (IEEE 802.3): a type may follow yet.
            ..=MAX_LENGTH if payload.octets.starts_with(&SNAP) => {
                let Some(next) = payload.u16(SNAP.len()) else {
                    return dissector.malformed();
                };
                kind = next;
                payload = payload.skip(SNAP.len() + 2);
            }
            _ => return,
        }
    }
}

/// What follows a stack of MPLS labels (RFC 3032 2.1): IP, if its version says so.
fn labelled<S: Sink>(dissector: &mut Dissector, mut part: Part<'_>, sink: &mut S) {
    for _ in 0..MAX_TAGS {
        let Some(&bottom) = part.octets.get(2) else {
            return dissector.malformed();
        };
        part = part.skip(4);
        if bottom & 1 != 0 {
            break;
        }
    }
    if matches!(part.octets.first().map(|octet| octet >> 4), Some(4 | 6)) {
        dissector.ip(part, sink);
    }
}

fn cooked2<S: Sink>(dissector: &mut Dissector, part: Part<'_>, sink: &mut S) {
    const HEADER_OCTETS: usize = 20;
    let Some(kind) = part.u16(0) else {
        return dissector.malformed();
    };
    let payload = part.skip(HEADER_OCTETS);
    if matches!(kind, ETHERTYPE_IPV4 | ETHERTYPE_IPV6) {
        return dissector.ip(payload, sink);
    }
    if ETHERTYPE_VLAN.contains(&kind) {
        typed(dissector, payload, 2, sink);
    }
}

/// The numbers of the families differ from system to system, so the version of IP tells.
fn loopback<S: Sink>(dissector: &mut Dissector, part: Part<'_>, sink: &mut S) {
    let payload = part.skip(4);
    if matches!(payload.octets.first().map(|octet| octet >> 4), Some(4 | 6)) {
        dissector.ip(payload, sink);
    }
}

fn ppp<S: Sink>(dissector: &mut Dissector, part: Part<'_>, sink: &mut S) {
    // Address and control, which HDLC-like framing has and PPPoE has not (RFC 1662 3.1).
    let part = if part.octets.starts_with(&[0xff, 0x03]) {
        part.skip(2)
    } else {
        part
    };
    match part.u16(0) {
        Some(PPP_IPV4 | PPP_IPV6) => dissector.ip(part.skip(2), sink),
        Some(_) => {}
        None => dissector.malformed(),
    }
}
