//! Packets and chunks on the wire (RFC 9260 3): read in place, written into one buffer.

use crate::crc32c;

/// Octets of the common header.
pub(crate) const HEADER: usize = 12;

/// Octets of a chunk's header.
const CHUNK_HEADER: usize = 4;

/// Chunk types (RFC 9260 3.2).
pub(crate) mod kind {
    pub(crate) const DATA: u8 = 0;
    pub(crate) const INIT: u8 = 1;
    pub(crate) const INIT_ACK: u8 = 2;
    pub(crate) const SACK: u8 = 3;
    pub(crate) const HEARTBEAT: u8 = 4;
    pub(crate) const HEARTBEAT_ACK: u8 = 5;
    pub(crate) const ABORT: u8 = 6;
    pub(crate) const SHUTDOWN: u8 = 7;
    pub(crate) const SHUTDOWN_ACK: u8 = 8;
    pub(crate) const ERROR: u8 = 9;
    pub(crate) const COOKIE_ECHO: u8 = 10;
    pub(crate) const COOKIE_ACK: u8 = 11;
    pub(crate) const ECNE: u8 = 12;
    pub(crate) const CWR: u8 = 13;
    pub(crate) const SHUTDOWN_COMPLETE: u8 = 14;
}

/// The T bit of ABORT and SHUTDOWN COMPLETE: the tag is the receiver's of the packet that is answered.
pub(crate) const REFLECTED: u8 = 1;

/// Error causes (RFC 9260 3.3.10).
pub(crate) mod cause {
    pub(crate) const INVALID_STREAM: u16 = 1;
    pub(crate) const STALE_COOKIE: u16 = 3;
    pub(crate) const OUT_OF_RESOURCE: u16 = 4;
    pub(crate) const UNRESOLVABLE_ADDRESS: u16 = 5;
    pub(crate) const UNRECOGNIZED_CHUNK: u16 = 6;
    pub(crate) const INVALID_MANDATORY_PARAMETER: u16 = 7;
    pub(crate) const NEW_ADDRESSES: u16 = 11;
    pub(crate) const USER_INITIATED: u16 = 12;
    pub(crate) const PROTOCOL_VIOLATION: u16 = 13;
}

pub(crate) fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*octets.get(at..)?.first_chunk()?))
}

pub(crate) fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*octets.get(at..)?.first_chunk()?))
}

/// A packet whose checksum is right and whose chunks lie within it.
#[derive(Clone, Copy)]
pub(crate) struct Packet<'a> {
    pub(crate) source: u16,
    pub(crate) destination: u16,
    pub(crate) tag: u32,
    chunks: &'a [u8],
}

impl<'a> Packet<'a> {
    /// `None` for what is to be dropped in silence (RFC 9260 6.8).
    pub(crate) fn parse(octets: &'a [u8]) -> Option<Self> {
        let chunks = octets.get(HEADER..)?;
        if chunks.is_empty()
            || octets.len() > usize::from(u16::MAX)
            || octets[8..HEADER] != crc32c::of_packet(octets)
        {
            return None;
        }
        Self::unchecked(octets)
    }

    /// Of our own making: without looking at the checksum.
    pub(crate) fn unchecked(octets: &'a [u8]) -> Option<Self> {
        let packet = Self {
            source: u16_at(octets, 0)?,
            destination: u16_at(octets, 2)?,
            tag: u32_at(octets, 4)?,
            chunks: octets.get(HEADER..)?,
        };
        let mut chunks = packet.chunks();
        chunks.by_ref().for_each(drop);
        chunks.rest.is_empty().then_some(packet)
    }

    pub(crate) fn chunks(&self) -> Chunks<'a> {
        Chunks { rest: self.chunks }
    }
}

/// Chunks in order; ends at the first that does not fit.
#[derive(Clone)]
pub(crate) struct Chunks<'a> {
    rest: &'a [u8],
}

/// A chunk, without its padding.
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    /// What follows the chunk header.
    pub(crate) value: &'a [u8],
    /// Chunk header and value.
    pub(crate) whole: &'a [u8],
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let &[kind, flags, high, low, ..] = self.rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let whole = self.rest.get(..length)?;
        let value = whole.get(CHUNK_HEADER..)?;
        // The padding of the last chunk may be missing.
        self.rest = self.rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Chunk {
            kind,
            flags,
            value,
            whole,
        })
    }
}

/// A type-length-value: a parameter or an error cause.
pub(crate) struct Tlv<'a> {
    pub(crate) kind: u16,
    pub(crate) value: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// Parameters of a chunk or causes of an error; ends at the first that does not fit.
pub(crate) fn tlvs(octets: &[u8]) -> impl Iterator<Item = Tlv<'_>> {
    let mut rest = octets;
    std::iter::from_fn(move || {
        let kind = u16_at(rest, 0)?;
        let length = usize::from(u16_at(rest, 2)?);
        let whole = rest.get(..length)?;
        let value = whole.get(4..)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Tlv { kind, value, whole })
    })
}

/// Writes a type-length-value after the padding of what is before it. The padding of the last one is the chunk's: it does
/// not count for its length (RFC 9260 3.2).
pub(crate) fn put_tlv(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
    pad(out);
    out.extend(kind.to_be_bytes());
    out.extend(((4 + value.len()) as u16).to_be_bytes());
    out.extend(value);
}

/// To a multiple of four.
pub(crate) fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

/// A packet being written.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(source: u16, destination: u16, tag: u32) -> Self {
        let mut out = Vec::with_capacity(64);
        put_header(&mut out, source, destination, tag);
        Self(out)
    }

    pub(crate) fn chunk(mut self, kind: u8, flags: u8, value: &[u8]) -> Self {
        put_chunk(&mut self.0, kind, flags, value);
        self
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        seal(&mut self.0);
        self.0
    }
}

/// Writes a common header without a checksum.
pub(crate) fn put_header(out: &mut Vec<u8>, source: u16, destination: u16, tag: u32) {
    out.extend(source.to_be_bytes());
    out.extend(destination.to_be_bytes());
    out.extend(tag.to_be_bytes());
    out.extend([0; 4]);
}

/// Writes a chunk with its padding.
pub(crate) fn put_chunk(out: &mut Vec<u8>, kind: u8, flags: u8, value: &[u8]) {
    out.extend([kind, flags]);
    out.extend(((CHUNK_HEADER + value.len()) as u16).to_be_bytes());
    out.extend(value);
    pad(out);
}

/// Writes the checksum of a packet that has at least a common header.
pub(crate) fn seal(packet: &mut [u8]) {
    let checksum = crc32c::of_packet(packet);
    packet[8..HEADER].copy_from_slice(&checksum);
}
