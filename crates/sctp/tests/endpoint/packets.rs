//! Packets as an outsider or a strange peer writes them, octet by octet.

use quintet_sctp::testing::Network;
use quintet_sctp::{Path, Transmit};
use std::time::Duration;

/// CRC32c bit by bit: not the code under test.
fn crc32c(octets: &[u8]) -> u32 {
    !octets.iter().fold(!0, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0x82f6_3b78
            } else {
                crc >> 1
            }
        })
    })
}

/// Writes the checksum.
pub(crate) fn seal(mut packet: Vec<u8>) -> Vec<u8> {
    if packet.len() >= 12 {
        packet[8..12].fill(0);
        let crc = crc32c(&packet);
        packet[8..12].copy_from_slice(&crc.to_le_bytes());
    }
    packet
}

/// A packet of one chunk.
pub(crate) fn packet(ports: (u16, u16), tag: u32, kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(ports.0.to_be_bytes());
    out.extend(ports.1.to_be_bytes());
    out.extend(tag.to_be_bytes());
    out.extend([0; 4]);
    add(&mut out, kind, flags, value);
    seal(out)
}

/// Adds a chunk; the checksum is to be written again.
pub(crate) fn add(out: &mut Vec<u8>, kind: u8, flags: u8, value: &[u8]) {
    out.extend([kind, flags]);
    out.extend((4 + value.len() as u16).to_be_bytes());
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
}

/// The value of an INIT of 10 streams.
pub(crate) fn init(tag: u32, parameters: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(tag.to_be_bytes());
    out.extend(100_000u32.to_be_bytes());
    out.extend([0, 10, 0, 10]);
    out.extend(1u32.to_be_bytes());
    out.extend(parameters);
    out
}

/// A parameter.
pub(crate) fn parameter(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut out = kind.to_be_bytes().to_vec();
    out.extend((4 + value.len() as u16).to_be_bytes());
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

/// Has a host get a packet and answer.
pub(crate) fn ask(network: &mut Network, host: usize, path: Path, packet: &[u8]) -> Vec<Transmit> {
    let now = network.now();
    let host = &mut network.hosts[host];
    host.endpoint.receive(now, path, packet);
    host.events
        .extend(std::iter::from_fn(|| host.endpoint.poll_event()));
    std::iter::from_fn(|| host.endpoint.poll_transmit()).collect()
}

/// The type of the first chunk.
pub(crate) fn kind(transmit: &Transmit) -> u8 {
    transmit.packet[12]
}

/// The verification tag.
pub(crate) fn tag(transmit: &Transmit) -> u32 {
    u32::from_be_bytes(*transmit.packet[4..].first_chunk().expect("a header"))
}

/// The State Cookie of an INIT ACK that has nothing before it.
pub(crate) fn cookie(transmit: &Transmit) -> Vec<u8> {
    assert_eq!(kind(transmit), 2);
    let parameter = &transmit.packet[12 + 4 + 16..];
    assert_eq!(parameter[..2], [0, 7]);
    let length = usize::from(u16::from_be_bytes([parameter[2], parameter[3]]));
    parameter[4..length].to_vec()
}

/// The tag in an INIT or INIT ACK.
pub(crate) fn initiate_tag(transmit: &Transmit) -> u32 {
    u32::from_be_bytes(*transmit.packet[16..].first_chunk().expect("an INIT"))
}

/// A moment that is long for a packet and short for a timer.
pub(crate) const MOMENT: Duration = Duration::from_millis(10);
