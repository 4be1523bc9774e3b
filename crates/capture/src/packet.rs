//! Frames around what was on the wire as it is: SCTP packets in IP (protocol 132) or in UDP (RFC 6951), ESP packets in IP
//! (protocol 50) or in UDP (RFC 3948), and datagrams of UDP.
//!
//! A program with SCTP or ESP of its own knows the packets it sent and received, with their real sequence numbers,
//! retransmissions and bundles; only what the operating system put around them is made up here. A packet longer than IP
//! carries is left out.

use std::net::{IpAddr, SocketAddr};

use quintet_wire::put;

use crate::network::{Addresses, MAX_TRANSPORT_OCTETS};
use crate::tcp::FlowError;

pub(crate) const PROTOCOL_SCTP: u8 = 132;
const PROTOCOL_ESP: u8 = 50;
const PROTOCOL_UDP: u8 = 17;
const UDP_HEADER_OCTETS: usize = 8;

/// Puts Ethernet and IP headers around an SCTP packet, and a UDP header if there are ports for one.
///
/// `source` and `destination` are IP addresses with the UDP encapsulation ports; if both ports are 0 the packet is in IP
/// itself. The frame is valid for the call of the sink. Fails if the addresses are of two families; an oversized packet
/// gives no frame.
pub fn sctp_packet(
    source: SocketAddr,
    destination: SocketAddr,
    packet: &[u8],
    sink: &mut (impl FnMut(&[u8]) + ?Sized),
) -> Result<(), FlowError> {
    encapsulated(PROTOCOL_SCTP, (source, destination), packet, sink)
}

/// The same around an ESP packet.
pub fn esp_packet(
    source: SocketAddr,
    destination: SocketAddr,
    packet: &[u8],
    sink: &mut (impl FnMut(&[u8]) + ?Sized),
) -> Result<(), FlowError> {
    encapsulated(PROTOCOL_ESP, (source, destination), packet, sink)
}

/// Puts Ethernet, IP and UDP headers around the payload of a datagram; otherwise as [`sctp_packet`].
pub fn udp_datagram(
    source: SocketAddr,
    destination: SocketAddr,
    payload: &[u8],
    sink: &mut (impl FnMut(&[u8]) + ?Sized),
) -> Result<(), FlowError> {
    let addresses = families(source, destination)?;
    let transport_octets = UDP_HEADER_OCTETS + payload.len();
    if transport_octets > MAX_TRANSPORT_OCTETS {
        return Ok(());
    }
    let mut frame = Vec::with_capacity(payload.len() + 64);
    addresses.write_headers(&mut frame, PROTOCOL_UDP, transport_octets);
    let start = frame.len();
    put::u16(&mut frame, source.port());
    put::u16(&mut frame, destination.port());
    put::u16(&mut frame, transport_octets as u16);
    put::u16(&mut frame, 0);
    frame.extend_from_slice(payload);
    let mut checksum = addresses.pseudo_header(PROTOCOL_UDP, transport_octets);
    checksum.add(&frame[start..]);
    // Zero would say that there is none (RFC 768).
    let checksum = match checksum.finish() {
        0 => u16::MAX,
        sum => sum,
    };
    frame[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
    sink(&frame);
    Ok(())
}

fn encapsulated(
    protocol: u8,
    (source, destination): (SocketAddr, SocketAddr),
    packet: &[u8],
    sink: &mut (impl FnMut(&[u8]) + ?Sized),
) -> Result<(), FlowError> {
    if source.port() != 0 || destination.port() != 0 {
        return udp_datagram(source, destination, packet, sink);
    }
    let addresses = families(source, destination)?;
    if packet.len() <= MAX_TRANSPORT_OCTETS {
        let mut frame = Vec::with_capacity(packet.len() + 64);
        addresses.write_headers(&mut frame, protocol, packet.len());
        frame.extend_from_slice(packet);
        sink(&frame);
    }
    Ok(())
}

pub(crate) fn families(source: SocketAddr, destination: SocketAddr) -> Result<Addresses, FlowError> {
    let (from, to): (IpAddr, IpAddr) = (source.ip(), destination.ip());
    Addresses::new(from, to).ok_or(FlowError::MixedFamilies {
        client: source,
        server: destination,
    })
}
