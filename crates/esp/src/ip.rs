//! IPv4, IPv6 and UDP headers: what a protected packet needs of them.
//!
//! Fragments are refused, not put together: ESP is applied to whole packets (RFC 4303 3.3.4), and the carrier's kernel
//! puts outer fragments together.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Protocol numbers.
pub(crate) mod protocol {
    pub(crate) const IPV4: u8 = 4;
    pub(crate) const TCP: u8 = 6;
    pub(crate) const UDP: u8 = 17;
    pub(crate) const IPV6: u8 = 41;
    pub(crate) const NONE: u8 = 59;
    pub(super) const HOP_BY_HOP: u8 = 0;
    pub(super) const DESTINATION_OPTIONS: u8 = 60;
}

pub(crate) const UDP_HEADER: usize = 8;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
const HOP_LIMIT: u8 = 64;

/// Extension headers that are skipped: nobody sends more than one of either kind.
const MAX_EXTENSIONS: usize = 2;

/// Why a packet is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpError {
    Malformed,
    Fragment,
}

/// A packet of IP whose header is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) protocol: u8,
    pub(crate) payload: &'a [u8],
    /// Where the payload begins.
    pub(crate) offset: usize,
}

impl<'a> Packet<'a> {
    /// Reads a packet; octets after its end are traffic flow padding (RFC 4303 2.7).
    pub(crate) fn parse(octets: &'a [u8]) -> Result<Self, IpError> {
        match octets.first().map(|first| first >> 4) {
            Some(4) => Self::parse_v4(octets),
            Some(6) => Self::parse_v6(octets),
            _ => Err(IpError::Malformed),
        }
    }

    fn parse_v4(octets: &'a [u8]) -> Result<Self, IpError> {
        let header: &[u8; IPV4_HEADER] = octets.first_chunk().ok_or(IpError::Malformed)?;
        let header_octets = usize::from(header[0] & 0x0f) * 4;
        let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let whole = octets.get(..total).ok_or(IpError::Malformed)?;
        let (header_all, payload) = whole.split_at_checked(header_octets).ok_or(IpError::Malformed)?;
        if header_octets < IPV4_HEADER || Checksum::default().add(header_all).finish() != 0 {
            return Err(IpError::Malformed);
        }
        // More fragments, or an offset.
        if u16::from_be_bytes([header[6], header[7]]) & 0x3fff != 0 {
            return Err(IpError::Fragment);
        }
        let [.., s0, s1, s2, s3, d0, d1, d2, d3] = *header;
        Ok(Self {
            source: Ipv4Addr::new(s0, s1, s2, s3).into(),
            destination: Ipv4Addr::new(d0, d1, d2, d3).into(),
            protocol: header[9],
            payload,
            offset: header_octets,
        })
    }

    fn parse_v6(octets: &'a [u8]) -> Result<Self, IpError> {
        let (header, rest) = octets
            .split_first_chunk::<IPV6_HEADER>()
            .ok_or(IpError::Malformed)?;
        let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
        let mut payload = rest.get(..length).ok_or(IpError::Malformed)?;
        let mut next = header[6];
        let address = |at: usize| {
            let mut octets = [0; 16];
            octets.copy_from_slice(&header[at..at + 16]);
            IpAddr::from(Ipv6Addr::from(octets))
        };
        for _ in 0..MAX_EXTENSIONS {
            if next != protocol::HOP_BY_HOP && next != protocol::DESTINATION_OPTIONS {
                break;
            }
            let &[after, units, ..] = payload else {
                return Err(IpError::Malformed);
            };
            next = after;
            payload = payload
                .get(8 + 8 * usize::from(units)..)
                .ok_or(IpError::Malformed)?;
        }
        const FRAGMENT: u8 = 44;
        if next == FRAGMENT {
            return Err(IpError::Fragment);
        }
        Ok(Self {
            source: address(8),
            destination: address(24),
            protocol: next,
            payload,
            offset: IPV6_HEADER + length - payload.len(),
        })
    }
}

/// The header of a packet, 20 or 40 octets.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    octets: [u8; IPV6_HEADER],
    length: usize,
}

impl Header {
    /// For a payload between two addresses of one family; `None` if they are not, or it is too long.
    pub(crate) fn new(source: IpAddr, destination: IpAddr, protocol: u8, payload: usize) -> Option<Self> {
        let mut octets = [0; IPV6_HEADER];
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let total = u16::try_from(IPV4_HEADER + payload).ok()?;
                octets[0] = 0x45;
                octets[2..4].copy_from_slice(&total.to_be_bytes());
                // Not to be fragmented; so the identification is of no meaning (RFC 6864 4.1).
                octets[6] = 0x40;
                octets[8] = HOP_LIMIT;
                octets[9] = protocol;
                octets[12..16].copy_from_slice(&source.octets());
                octets[16..20].copy_from_slice(&destination.octets());
                let checksum = Checksum::default().add(&octets[..IPV4_HEADER]).finish();
                octets[10..12].copy_from_slice(&checksum.to_be_bytes());
                Some(Self {
                    octets,
                    length: IPV4_HEADER,
                })
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                let length = u16::try_from(payload).ok()?;
                octets[0] = 0x60;
                octets[4..6].copy_from_slice(&length.to_be_bytes());
                octets[6] = protocol;
                octets[7] = HOP_LIMIT;
                octets[8..24].copy_from_slice(&source.octets());
                octets[24..40].copy_from_slice(&destination.octets());
                Some(Self {
                    octets,
                    length: IPV6_HEADER,
                })
            }
            _ => None,
        }
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

/// The header of a UDP datagram with its checksum; `None` if it is too long.
pub(crate) fn udp_header(
    source: SocketAddr,
    destination: SocketAddr,
    payload: &[u8],
) -> Option<[u8; UDP_HEADER]> {
    let length = u16::try_from(UDP_HEADER + payload.len()).ok()?;
    let mut header = [0; UDP_HEADER];
    header[..2].copy_from_slice(&source.port().to_be_bytes());
    header[2..4].copy_from_slice(&destination.port().to_be_bytes());
    header[4..6].copy_from_slice(&length.to_be_bytes());
    let sum = Checksum::default().pseudo(source.ip(), destination.ip(), protocol::UDP, length);
    let checksum = match sum.add(&header).add(payload).finish() {
        // 0 says that there is none (RFC 768).
        0 => 0xffff,
        checksum => checksum,
    };
    header[6..].copy_from_slice(&checksum.to_be_bytes());
    Some(header)
}

/// The payload of a UDP datagram between two addresses. Over IPv4 the checksum may be missing (RFC 768).
pub(crate) fn udp_payload(source: IpAddr, destination: IpAddr, datagram: &[u8]) -> Option<&[u8]> {
    let header: &[u8; UDP_HEADER] = datagram.first_chunk()?;
    let length = u16::from_be_bytes([header[4], header[5]]);
    let datagram = datagram.get(..usize::from(length))?;
    let has_checksum = header[6..] != [0, 0];
    if has_checksum {
        let sum = Checksum::default().pseudo(source, destination, protocol::UDP, length);
        if sum.add(datagram).finish() != 0 {
            return None;
        }
    } else if source.is_ipv6() {
        return None;
    }
    datagram.get(UDP_HEADER..)
}

/// Source and destination port, which UDP and TCP have at the same place.
pub(crate) fn ports(segment: &[u8]) -> Option<(u16, u16)> {
    let &[a, b, c, d] = segment.first_chunk()?;
    Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}

/// Whether a TCP segment begins a connection: SYN without ACK or RST.
pub(crate) fn begins_connection(segment: &[u8]) -> bool {
    const FLAGS: usize = 13;
    const SYN: u8 = 2;
    const RST: u8 = 4;
    const ACK: u8 = 16;
    segment
        .get(FLAGS)
        .is_some_and(|flags| flags & (SYN | RST | ACK) == SYN)
}

/// The checksum of the Internet (RFC 1071).
#[derive(Clone, Copy, Default)]
struct Checksum(u64);

impl Checksum {
    /// Octets from an even place on; an odd last one counts as if a zero followed.
    fn add(mut self, octets: &[u8]) -> Self {
        let (words, rest) = octets.as_chunks::<4>();
        for word in words {
            self.0 += u64::from(u32::from_be_bytes(*word));
        }
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        self.0 += u64::from(u32::from_be_bytes(last));
        self
    }

    fn pseudo(self, source: IpAddr, destination: IpAddr, protocol: u8, length: u16) -> Self {
        let address = |sum: Self, address: IpAddr| match address {
            IpAddr::V4(address) => sum.add(&address.octets()),
            IpAddr::V6(address) => sum.add(&address.octets()),
        };
        let mut sum = address(address(self, source), destination);
        sum.0 += u64::from(protocol) + u64::from(length);
        sum
    }

    fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum >> 16) + (sum & 0xffff);
        }
        !(sum as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn addresses(v6: bool) -> (SocketAddr, SocketAddr) {
        if v6 {
            (
                "[2001:db8::1]:5062".parse().unwrap(),
                "[2001:db8::2]:5060".parse().unwrap(),
            )
        } else {
            (
                "192.0.2.1:5062".parse().unwrap(),
                "192.0.2.2:5060".parse().unwrap(),
            )
        }
    }

    proptest! {
        #[test]
        fn a_datagram_is_read_as_it_was_written(v6 in any::<bool>(), payload in prop::collection::vec(any::<u8>(), 0..300), padding in 0usize..9) {
            let (source, destination) = addresses(v6);
            let udp = udp_header(source, destination, &payload).unwrap();
            let header = Header::new(source.ip(), destination.ip(), protocol::UDP, 8 + payload.len()).unwrap();
            let octets = [header.octets(), &udp, &payload, &vec![0xee; padding]].concat();
            let packet = Packet::parse(&octets).unwrap();
            prop_assert_eq!((packet.source, packet.destination, packet.protocol), (source.ip(), destination.ip(), 17));
            prop_assert_eq!(udp_payload(packet.source, packet.destination, packet.payload), Some(&payload[..]));
            prop_assert_eq!(ports(packet.payload), Some((5062, 5060)));
            // A checksum notices one altered bit.
            let mut altered = packet.payload.to_vec();
            altered[0] ^= 4;
            prop_assert_eq!(udp_payload(packet.source, packet.destination, &altered), None);
            prop_assert_eq!(udp_payload(packet.source, packet.source, packet.payload), None);
        }

        #[test]
        fn any_octets_are_survived(octets in prop::collection::vec(any::<u8>(), 0..100), version in prop_oneof![Just(0x45u8), Just(0x60)]) {
            let mut octets = octets;
            if let Some(first) = octets.first_mut() {
                *first = version;
            }
            let _ = Packet::parse(&octets);
            let _ = udp_payload([127, 0, 0, 1].into(), [127, 0, 0, 1].into(), &octets);
            prop_assert!(octets.len() > 13 || !begins_connection(&octets));
        }
    }

    #[test]
    fn fragments_are_refused() {
        let header = Header::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), 17, 0).unwrap();
        for (flags, expected) in [([0x20, 0], IpError::Fragment), ([0, 1], IpError::Fragment)] {
            let mut octets = header.octets().to_vec();
            octets[6..8].copy_from_slice(&flags);
            octets[10..12].copy_from_slice(&[0, 0]);
            let checksum = Checksum::default().add(&octets).finish();
            octets[10..12].copy_from_slice(&checksum.to_be_bytes());
            assert_eq!(Packet::parse(&octets), Err(expected));
            octets[10] ^= 1;
            assert_eq!(Packet::parse(&octets), Err(IpError::Malformed));
        }
        let source = "2001:db8::1".parse().unwrap();
        let header = Header::new(source, source, 44, 8).unwrap();
        let octets = [header.octets(), &[17, 0, 0, 1, 0, 0, 0, 1]].concat();
        assert_eq!(Packet::parse(&octets), Err(IpError::Fragment));
        let header = Header::new(source, source, 60, 8).unwrap();
        let octets = [header.octets(), &[17, 0, 1, 4, 0, 0, 0, 0]].concat();
        assert_eq!(Packet::parse(&octets).map(|packet| packet.protocol), Ok(17));
    }
}
