//! What stands in front of a transport header: Ethernet II, then IPv4 (RFC 791) or IPv6 (RFC 8200).
//!
//! Ethernet rather than raw IP, because every capture tool reads it and captures with other links can be merged with it.
//! No fragments and no options: a flow keeps its packets below [`MTU_OCTETS`]. No VLAN tags, no extension headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use quintet_wire::put;

use crate::checksum::Checksum;

/// The largest IP packet of a synthetic flow: Ethernet's payload, so that no frame looks like offloading.
pub(crate) const MTU_OCTETS: usize = 1500;

/// The most that an IPv4 or IPv6 packet can carry by its length field; a flow stays far below, a real packet may not.
pub(crate) const MAX_TRANSPORT_OCTETS: usize = u16::MAX as usize - IPV4_HEADER_OCTETS;

const IPV4_HEADER_OCTETS: usize = 20;
const IPV6_HEADER_OCTETS: usize = 40;
const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const DO_NOT_FRAGMENT: u16 = 0x4000;
const HOP_LIMIT: u8 = 64;

/// A source and a destination of one address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addresses {
    V4 { source: Ipv4Addr, destination: Ipv4Addr },
    V6 { source: Ipv6Addr, destination: Ipv6Addr },
}

impl Addresses {
    /// Pairs two addresses; `None` if their families differ. An IPv4-mapped IPv6 address, which is how a dual-stack
    /// socket shows an IPv4 peer, counts as the IPv4 address that was on the wire.
    pub(crate) fn new(source: IpAddr, destination: IpAddr) -> Option<Self> {
        match (source.to_canonical(), destination.to_canonical()) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => Some(Self::V4 { source, destination }),
            (IpAddr::V6(source), IpAddr::V6(destination)) => Some(Self::V6 { source, destination }),
            _ => None,
        }
    }

    /// The same pair as seen by the other direction.
    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::V4 { source, destination } => Self::V4 {
                source: destination,
                destination: source,
            },
            Self::V6 { source, destination } => Self::V6 {
                source: destination,
                destination: source,
            },
        }
    }

    /// Octets left for the transport header and its payload in one packet.
    pub(crate) fn transport_octets(self) -> usize {
        match self {
            Self::V4 { .. } => MTU_OCTETS - IPV4_HEADER_OCTETS,
            Self::V6 { .. } => MTU_OCTETS - IPV6_HEADER_OCTETS,
        }
    }

    /// Begins the checksum of TCP or UDP with the pseudo-header (RFC 9293 3.1, RFC 8200 8.1).
    pub(crate) fn pseudo_header(self, protocol: u8, transport_octets: usize) -> Checksum {
        let mut checksum = Checksum::default();
        match self {
            Self::V4 { source, destination } => {
                checksum.add(&source.octets());
                checksum.add(&destination.octets());
            }
            Self::V6 { source, destination } => {
                checksum.add(&source.octets());
                checksum.add(&destination.octets());
            }
        }
        checksum.add_u32(transport_octets as u32);
        checksum.add_u32(u32::from(protocol));
        checksum
    }

    /// Appends the Ethernet and IP headers of a packet that carries `transport_octets` of `protocol`.
    pub(crate) fn write_headers(self, out: &mut Vec<u8>, protocol: u8, transport_octets: usize) {
        debug_assert!(
            transport_octets <= MAX_TRANSPORT_OCTETS,
            "the length has to fit its field"
        );
        match self {
            Self::V4 { source, destination } => {
                ethernet(out, source.octets(), destination.octets(), ETHERTYPE_IPV4);
                ipv4(out, source, destination, protocol, transport_octets);
            }
            Self::V6 { source, destination } => {
                ethernet(out, last_four(source), last_four(destination), ETHERTYPE_IPV6);
                put::u32(out, 0x6000_0000);
                put::u16(out, transport_octets as u16);
                out.extend_from_slice(&[protocol, HOP_LIMIT]);
                out.extend_from_slice(&source.octets());
                out.extend_from_slice(&destination.octets());
            }
        }
    }
}

/// Stations are locally administered unicast addresses that end in the host's IP address, so that one host has one
/// station in the whole capture.
fn ethernet(out: &mut Vec<u8>, source: [u8; 4], destination: [u8; 4], ethertype: u16) {
    out.extend_from_slice(&[0x02, 0x00]);
    out.extend_from_slice(&destination);
    out.extend_from_slice(&[0x02, 0x00]);
    out.extend_from_slice(&source);
    put::u16(out, ethertype);
}

/// The identification stays zero: a datagram that must not be fragmented needs none (RFC 6864 4.1).
fn ipv4(out: &mut Vec<u8>, source: Ipv4Addr, destination: Ipv4Addr, protocol: u8, transport_octets: usize) {
    let start = out.len();
    out.extend_from_slice(&[0x45, 0]);
    put::u16(out, (IPV4_HEADER_OCTETS + transport_octets) as u16);
    put::u16(out, 0);
    put::u16(out, DO_NOT_FRAGMENT);
    out.extend_from_slice(&[HOP_LIMIT, protocol, 0, 0]);
    out.extend_from_slice(&source.octets());
    out.extend_from_slice(&destination.octets());
    let mut checksum = Checksum::default();
    checksum.add(&out[start..]);
    out[start + 10..start + 12].copy_from_slice(&checksum.finish().to_be_bytes());
}

fn last_four(address: Ipv6Addr) -> [u8; 4] {
    let [.., a, b, c, d] = address.octets();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_the_ipv4_address() {
        let mapped = IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
        let addresses = Addresses::new(mapped, IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
        assert!(matches!(addresses, Addresses::V4 { .. }));
    }

    #[test]
    fn an_ipv4_header_sums_to_zero() {
        let addresses = Addresses::V4 {
            source: [192, 0, 2, 1].into(),
            destination: [198, 51, 100, 7].into(),
        };
        let mut frame = Vec::new();
        addresses.write_headers(&mut frame, 6, 1234);
        let mut checksum = Checksum::default();
        checksum.add(&frame[14..34]);
        assert_eq!(checksum.finish(), 0);
        assert_eq!(&frame[16..18], &1254u16.to_be_bytes());
    }
}
