//! GSMTAP, versions 2 and 3 (libosmocore): what a modem heard and said, in UDP.

use super::frame::Part;
use super::logs::{Entry, Log};
use super::{Dissector, Packet};
use crate::{End, Protocol, Sink};
use quintet_crypto::Direction;
use std::net::SocketAddr;

/// The port of GSMTAP.
pub(super) const PORT: u16 = 4729;

const VERSION_2: u8 = 2;
const VERSION_3: u8 = 3;
const HEADER_OCTETS: usize = 16;
const HEADER_OCTETS_3: usize = 8;

const TYPE_LTE_RRC: u8 = 0x0d;
const TYPE_LTE_MAC_FRAMED: u8 = 0x0f;
const TYPE_LTE_NAS: u8 = 0x12;
const UPLINK: u16 = 0x4000;

const TYPE_LTE_RRC_3: u16 = 0x0403;
const TYPE_NAS_EPS_3: u16 = 0x0404;
const TYPE_NAS_5GS_3: u16 = 0x0504;

/// Names and directions of the channels of RRC, by their numbers in version 2.
const CHANNELS: [(&str, Option<Direction>); 23] = {
    const UP: Option<Direction> = Some(Direction::Uplink);
    const DOWN: Option<Direction> = Some(Direction::Downlink);
    [
        ("dl_ccch", DOWN),
        ("dl_dcch", DOWN),
        ("ul_ccch", UP),
        ("ul_dcch", UP),
        ("bcch_bch", DOWN),
        ("bcch_dl_sch", DOWN),
        ("pcch", DOWN),
        ("mcch", DOWN),
        ("bcch_bch_mbms", DOWN),
        ("bcch_dl_sch_br", DOWN),
        ("bcch_dl_sch_mbms", DOWN),
        ("sc_mcch", DOWN),
        ("sbcch_sl_bch", None),
        ("sbcch_sl_bch_v2x", None),
        ("dl_ccch.nb", DOWN),
        ("dl_dcch.nb", DOWN),
        ("ul_ccch.nb", UP),
        ("ul_dcch.nb", UP),
        ("bcch_bch.nb", DOWN),
        ("bcch_bch.tdd_nb", DOWN),
        ("bcch_dl_sch.nb", DOWN),
        ("pcch.nb", DOWN),
        ("sc_mcch.nb", DOWN),
    ]
};

/// What version 3 calls a channel, and version 2.
const CHANNELS_3: [(u16, u8); 12] = [
    (0x0001, 4),
    (0x0002, 8),
    (0x0003, 5),
    (0x0004, 9),
    (0x0005, 10),
    (0x0006, 7),
    (0x0007, 6),
    (0x0008, 0),
    (0x0009, 1),
    (0x000a, 2),
    (0x000b, 3),
    (0x000c, 11),
];

/// The number of the channel with this name, whatever stands between its words.
pub(super) fn channel_named(name: &str) -> Option<u8> {
    let alike = |known: &str| known.bytes().map(dotted).eq(name.bytes().map(dotted));
    let at = CHANNELS.iter().position(|&(known, _)| alike(known))?;
    u8::try_from(at).ok()
}

fn dotted(octet: u8) -> u8 {
    if octet == b'_' { b'.' } else { octet }
}

/// The direction of a channel, if it has but one.
pub(super) fn direction_of(channel: u8) -> Option<Direction> {
    CHANNELS
        .get(usize::from(channel))
        .and_then(|&(_, direction)| direction)
}

impl Dissector {
    /// Takes in the payload of UDP to or from the port of GSMTAP.
    pub(super) fn gsmtap<S: Sink>(
        &mut self,
        packet: &Packet<'_>,
        ports: (u16, u16),
        part: Part<'_>,
        sink: &mut S,
    ) {
        let Some((protocol, direction, payload)) = header(part) else {
            self.counts.unknown_logs += 1;
            return;
        };
        let (a, b) = (packet.source, packet.destination);
        let log = Log::Gsmtap {
            file: part.seen.file,
            hosts: (a.min(b), a.max(b)),
        };
        if protocol == Protocol::MacLteFramed {
            return self.mac(protocol, log, payload, sink);
        }
        let entry = Entry {
            log,
            source: End::Address(SocketAddr::new(a, ports.0)),
            destination: End::Address(SocketAddr::new(b, ports.1)),
            protocol,
            direction,
        };
        self.log(entry, payload, sink);
    }
}

/// Protocol, direction and PDU, if it is one of those that are followed.
fn header(part: Part<'_>) -> Option<(Protocol, Option<Direction>, Part<'_>)> {
    match *part.octets.first()? {
        VERSION_2 => version_2(part),
        // Before there was a version 3, logs were written under its number with version 2's header, only longer. What is a
        // length there is reserved here.
        VERSION_3 if *part.octets.get(1)? != 0 => version_2(part),
        VERSION_3 => version_3(part),
        _ => None,
    }
}

fn version_2(part: Part<'_>) -> Option<(Protocol, Option<Direction>, Part<'_>)> {
    let header = part.octets.first_chunk::<HEADER_OCTETS>()?;
    let length = usize::from(header[1]) * 4;
    if length < HEADER_OCTETS {
        return None;
    }
    let uplink = u16::from_be_bytes([header[4], header[5]]) & UPLINK != 0;
    let sub_type = header[12];
    let (protocol, direction) = match header[2] {
        TYPE_LTE_RRC => (Protocol::LteRrc(sub_type), direction_of(sub_type)),
        // Not every writer sets the bit, so that its absence says nothing.
        TYPE_LTE_NAS => (Protocol::NasEps, uplink.then_some(Direction::Uplink)),
        TYPE_LTE_MAC_FRAMED => (Protocol::MacLteFramed, None),
        _ => return None,
    };
    Some((protocol, direction, part.skip(length)))
}

fn version_3(part: Part<'_>) -> Option<(Protocol, Option<Direction>, Part<'_>)> {
    let length = usize::from(part.u16(2)?) * 4;
    if length < HEADER_OCTETS_3 {
        return None;
    }
    let sub_type = part.u16(6)?;
    let (protocol, direction) = match part.u16(4)? {
        TYPE_LTE_RRC_3 => {
            let &(_, channel) = CHANNELS_3.iter().find(|&&(three, _)| three == sub_type)?;
            (Protocol::LteRrc(channel), direction_of(channel))
        }
        TYPE_NAS_EPS_3 => (Protocol::NasEps, None),
        TYPE_NAS_5GS_3 => (Protocol::Nas5gs, None),
        _ => return None,
    };
    Some((protocol, direction, part.skip(length)))
}
