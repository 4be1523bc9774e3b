//! Checksums of a frame whose payload was changed in place: SCTP's CRC32c and UDP's sum, where they were right before.

use crate::LinkType;
use crate::checksum::Checksum;
use crate::crc32c::crc32c;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// Tags of IEEE 802.1Q and 802.1ad.
const VLAN: [u16; 3] = [0x8100, 0x88a8, 0x9100];

const SCTP: u8 = 132;
const UDP: u8 = 17;

/// Octets of an SCTP common header and of a UDP header.
const SCTP_HEADER: usize = 12;
const UDP_HEADER: usize = 8;

/// Where a transport's packet stands in a frame, and between whom.
struct Transport {
    protocol: u8,
    from: usize,
    to: usize,
    /// Addresses as the pseudo header of UDP sums them.
    addresses: (usize, usize),
}

/// Sets the checksums of `after` right, if those of `before` were: one that the capturing machine had left to its network
/// card stays as it is.
pub fn mend_checksums(link: LinkType, before: &[u8], after: &mut [u8]) {
    let Some(transport) = transport(link, before) else {
        return;
    };
    match transport.protocol {
        SCTP => sctp(before, after, transport.from, transport.to),
        UDP => {
            // SCTP in UDP first: its CRC is part of what UDP sums (RFC 6951).
            sctp(before, after, transport.from + UDP_HEADER, transport.to);
            udp(before, after, &transport);
        }
        _ => {}
    }
}

fn sctp(before: &[u8], after: &mut [u8], from: usize, to: usize) {
    let sum = |packet: &[u8]| -> Option<[u8; 4]> {
        let mut packet = packet.to_vec();
        packet.get_mut(8..SCTP_HEADER)?.fill(0);
        Some(crc32c(&packet))
    };
    let right = before
        .get(from..to)
        .is_some_and(|packet| sum(packet).as_ref().map(|sum| &sum[..]) == packet.get(8..SCTP_HEADER));
    if right
        && let Some(packet) = after.get_mut(from..to)
        && let Some(sum) = sum(packet)
    {
        packet[8..SCTP_HEADER].copy_from_slice(&sum);
    }
}

fn udp(before: &[u8], after: &mut [u8], transport: &Transport) {
    let field = transport.from + 6..transport.from + 8;
    let sum = |frame: &[u8]| -> Option<u16> {
        let packet = frame.get(transport.from..transport.to)?;
        let addresses = frame.get(transport.addresses.0..transport.addresses.1)?;
        let mut sum = Checksum::default();
        sum.add(addresses);
        sum.add(&[0, UDP]);
        sum.add(&(packet.len() as u16).to_be_bytes());
        sum.add(packet.get(..6)?);
        sum.add(packet.get(UDP_HEADER..)?);
        Some(match sum.finish() {
            // Zero says that there is none (RFC 768).
            0 => 0xffff,
            sum => sum,
        })
    };
    let is = before.get(field.clone()).map(|octets| octets.to_vec());
    let right = sum(before).map(|sum| sum.to_be_bytes().to_vec());
    if is.is_some()
        && is == right
        && let Some(sum) = sum(after)
        && let Some(octets) = after.get_mut(field)
    {
        octets.copy_from_slice(&sum.to_be_bytes());
    }
}

/// The transport's packet of an unfragmented IP packet; `None` for everything else.
fn transport(link: LinkType, frame: &[u8]) -> Option<Transport> {
    let word = |at: usize| Some(u16::from_be_bytes(*frame.get(at..)?.first_chunk()?));
    let (mut at, mut kind) = match link.0 {
        1 => (14, word(12)?),
        113 => (16, word(14)?),
        276 => (20, word(0)?),
        0 | 108 => (4, 0),
        12 | 14 | 101 | 228 | 229 => (0, 0),
        _ => return None,
    };
    while VLAN.contains(&kind) {
        kind = word(at + 2)?;
        at += 4;
    }
    if kind == 0 {
        kind = if frame.get(at)? >> 4 == 4 { IPV4 } else { IPV6 };
    }
    match kind {
        IPV4 => {
            let (header, length) = (usize::from(frame.get(at)? & 15) * 4, usize::from(word(at + 2)?));
            let fragment = word(at + 6)? & 0x3fff;
            (fragment == 0 && header <= length).then_some(Transport {
                protocol: *frame.get(at + 9)?,
                from: at + header,
                to: at + length,
                addresses: (at + 12, at + 20),
            })
        }
        IPV6 => Some(Transport {
            protocol: *frame.get(at + 6)?,
            from: at + 40,
            to: at + 40 + usize::from(word(at + 4)?),
            addresses: (at + 8, at + 40),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sctp_packet;
    use std::net::{IpAddr, Ipv6Addr, SocketAddr};

    /// An SCTP packet with this payload, in a frame.
    fn frame(from: IpAddr, to: IpAddr, port: u16, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x8e, 0x3c, 0x8e, 0x3c, 1, 2, 3, 4, 0, 0, 0, 0];
        packet.extend_from_slice(payload);
        let sum = crc32c(&packet);
        packet[8..SCTP_HEADER].copy_from_slice(&sum);
        let mut frame = Vec::new();
        let (from, to) = (SocketAddr::new(from, port), SocketAddr::new(to, port));
        sctp_packet(from, to, &packet, &mut |octets| frame = octets.to_vec()).unwrap();
        frame
    }

    #[test]
    fn what_was_right_is_right_again() {
        let v4 = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])];
        let v6 = [1, 2].map(|n| IpAddr::from(Ipv6Addr::from_bits(n)));
        for ([from, to], port) in [(v4, 0), (v4, 9899), (v6, 0), (v6, 9899)] {
            let before = frame(from, to, port, b"a message in cipher");
            let wanted = frame(from, to, port, b"a message in clear!");
            let mut after = before.clone();
            let end = after.len() - 8;
            after[end..].copy_from_slice(&wanted[end..]);
            assert_ne!(after, wanted);
            mend_checksums(LinkType::ETHERNET, &before, &mut after);
            assert_eq!(after, wanted, "{from} {port}");
        }
    }

    #[test]
    fn what_was_left_to_the_network_card_stays() {
        let mut before = frame(
            IpAddr::from([192, 0, 2, 1]),
            IpAddr::from([192, 0, 2, 2]),
            0,
            b"payload",
        );
        let field = 14 + 20 + 8;
        before[field..field + 4].fill(0);
        let mut after = before.clone();
        *after.last_mut().unwrap() ^= 1;
        let wanted = after.clone();
        mend_checksums(LinkType::ETHERNET, &before, &mut after);
        assert_eq!(after, wanted);
    }

    #[test]
    fn behind_other_links_and_tags() {
        let ethernet = frame(
            IpAddr::from([192, 0, 2, 1]),
            IpAddr::from([192, 0, 2, 2]),
            0,
            b"in cipher",
        );
        let clear = frame(
            IpAddr::from([192, 0, 2, 1]),
            IpAddr::from([192, 0, 2, 2]),
            0,
            b"in clear.",
        );
        let cooked = [&[0; 14][..], &[0x08, 0x00]].concat();
        let cooked_2 = [&[0x08, 0x00][..], &[0; 18]].concat();
        let tagged = [&ethernet[..12], &[0x81, 0, 0, 5, 0x08, 0]].concat();
        for (link, head) in [
            (101, vec![]),
            (113, cooked),
            (276, cooked_2),
            (1, tagged),
            (0, vec![2, 0, 0, 0]),
        ] {
            let before = [&head[..], &ethernet[14..]].concat();
            let wanted = [&head[..], &clear[14..]].concat();
            let mut after = before.clone();
            let end = after.len() - 9;
            after[end..].copy_from_slice(b"in clear.");
            mend_checksums(LinkType(link), &before, &mut after);
            assert_eq!(after, wanted, "link type {link}");
        }
    }

    /// Cut anywhere, it is a frame like another.
    #[test]
    fn a_cut_frame_is_left_alone() {
        let whole = frame(
            IpAddr::from([192, 0, 2, 1]),
            IpAddr::from([192, 0, 2, 2]),
            9899,
            b"payload",
        );
        for length in 0..whole.len() {
            let mut after = whole[..length].to_vec();
            mend_checksums(LinkType::ETHERNET, &whole[..length], &mut after);
            assert_eq!(after, whole[..length]);
        }
    }
}
