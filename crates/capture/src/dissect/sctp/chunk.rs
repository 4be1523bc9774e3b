//! The chunks of a packet, borrowed (RFC 9260 3).

use crate::chunk_type::{
    ABORT, COOKIE_ACK, COOKIE_ECHO, DATA, INIT, INIT_ACK, SACK, SHUTDOWN, SHUTDOWN_ACK, SHUTDOWN_COMPLETE,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const COMMON_HEADER_OCTETS: usize = 12;
const CHUNK_HEADER_OCTETS: usize = 4;
const DATA_HEADER_OCTETS: usize = 16;
const I_DATA_HEADER_OCTETS: usize = 20;
/// Of INIT and INIT ACK without their parameters.
const INIT_OCTETS: usize = 20;

/// Of a draft that some stacks speak; begins as SACK does.
const NR_SACK: u8 = 16;
/// RFC 8260 2.1.
const I_DATA: u8 = 64;
/// RFC 3758 3.2.
const FORWARD_TSN: u8 = 192;
/// RFC 8260 2.3.1.
const I_FORWARD_TSN: u8 = 194;

pub(super) const FLAG_END: u8 = 1;
pub(super) const FLAG_BEGIN: u8 = 2;
pub(super) const FLAG_UNORDERED: u8 = 4;
/// T of ABORT and SHUTDOWN COMPLETE: the tag is the one its sender would have received.
const FLAG_REFLECTED: u8 = 1;

const PARAMETER_IPV4: u16 = 5;
const PARAMETER_IPV6: u16 = 6;

/// Address parameters read of one INIT; Linux sends one for each interface address it is bound to.
pub(super) const MAX_ADDRESSES: usize = 16;

/// The common header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) source: u16,
    pub(super) destination: u16,
    pub(super) tag: u32,
}

impl Header {
    #[inline]
    pub(super) fn decode(octets: &[u8]) -> Option<Self> {
        let [s0, s1, d0, d1, t0, t1, t2, t3, ..] = *octets.first_chunk::<COMMON_HEADER_OCTETS>()?;
        Some(Self {
            source: u16::from_be_bytes([s0, s1]),
            destination: u16::from_be_bytes([d0, d1]),
            tag: u32::from_be_bytes([t0, t1, t2, t3]),
        })
    }
}

/// DATA or I-DATA: a user message or a piece of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data<'a> {
    pub(super) tsn: u32,
    pub(super) flags: u8,
    pub(super) stream: u16,
    /// Message identifier of I-DATA; DATA has none and does not interleave.
    pub(super) message: Option<u32>,
    /// Payload protocol identifier; in I-DATA only where a message begins.
    pub(super) ppid: u32,
    pub(super) payload: &'a [u8],
    /// Whether the capture kept less than the chunk had.
    pub(super) cut: bool,
}

/// What INIT and INIT ACK say.
#[derive(Clone, Debug)]
pub(super) struct Initiation {
    /// What packets to its sender carry.
    pub(super) tag: u32,
    /// The TSN of its sender's first DATA.
    pub(super) tsn: u32,
    /// Further addresses of its sender.
    pub(super) addresses: Vec<IpAddr>,
}

/// A chunk that says something about user messages or the association.
#[derive(Clone, Debug)]
pub(super) enum Chunk<'a> {
    Data(Data<'a>),
    Init(Initiation),
    InitAck(Initiation),
    /// SACK, NR-SACK and SHUTDOWN: every TSN up to this one has arrived; whether it is SHUTDOWN.
    Acknowledgement {
        cumulative: u32,
        shutdown: bool,
    },
    /// COOKIE ECHO and COOKIE ACK.
    Cookie,
    /// ABORT, SHUTDOWN ACK and SHUTDOWN COMPLETE.
    End {
        reflected: bool,
    },
    /// The sender will not send again what it has sent up to this TSN.
    Forward {
        cumulative: u32,
    },
}

/// Walks the chunks of a packet; those that say nothing here are passed over.
#[derive(Clone, Debug)]
pub(super) struct Chunks<'a> {
    rest: &'a [u8],
    /// The packet was captured whole.
    whole: bool,
    malformed: bool,
}

impl<'a> Chunks<'a> {
    /// Of what stands behind the common header.
    pub(super) fn new(octets: &'a [u8], whole: bool) -> Self {
        Self {
            rest: octets,
            whole,
            malformed: false,
        }
    }

    /// Whether the chunks contradicted their lengths, so far.
    pub(super) fn is_malformed(&self) -> bool {
        self.malformed
    }

    fn fail<T>(&mut self) -> Option<T> {
        self.malformed |= self.whole;
        self.rest = &[];
        None
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    #[inline]
    fn next(&mut self) -> Option<Chunk<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(&[kind, flags, l0, l1]) = self.rest.first_chunk::<CHUNK_HEADER_OCTETS>() else {
                // What is left over is padding of the link layer.
                self.rest = &[];
                return None;
            };
            let length = usize::from(u16::from_be_bytes([l0, l1]));
            if length < CHUNK_HEADER_OCTETS {
                return self.fail();
            }
            let cut = length > self.rest.len();
            if cut {
                self.malformed |= self.whole;
            }
            let (chunk, rest) = self.rest.split_at(length.min(self.rest.len()));
            let padding = (length.next_multiple_of(4) - length).min(rest.len());
            self.rest = &rest[padding..];
            if let Some(chunk) = decode(kind, flags, chunk, cut) {
                return Some(chunk);
            }
        }
    }
}

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*octets.get(at..)?.first_chunk()?))
}

/// One chunk from its header on; `None` if it says nothing here or is too short to.
#[inline]
fn decode(kind: u8, flags: u8, chunk: &[u8], cut: bool) -> Option<Chunk<'_>> {
    Some(match kind {
        DATA => {
            let &[t0, t1, t2, t3, s0, s1, _, _, p0, p1, p2, p3] =
                chunk.get(CHUNK_HEADER_OCTETS..)?.first_chunk::<12>()?;
            Chunk::Data(Data {
                tsn: u32::from_be_bytes([t0, t1, t2, t3]),
                flags,
                stream: u16::from_be_bytes([s0, s1]),
                message: None,
                ppid: u32::from_be_bytes([p0, p1, p2, p3]),
                payload: &chunk[DATA_HEADER_OCTETS..],
                cut,
            })
        }
        I_DATA => Chunk::Data(Data {
            tsn: u32_at(chunk, 4)?,
            flags,
            stream: u16::from_be_bytes([*chunk.get(8)?, *chunk.get(9)?]),
            message: Some(u32_at(chunk, 12)?),
            ppid: u32_at(chunk, 16)?,
            payload: chunk.get(I_DATA_HEADER_OCTETS..)?,
            cut,
        }),
        SACK | NR_SACK | SHUTDOWN => Chunk::Acknowledgement {
            cumulative: u32_at(chunk, 4)?,
            shutdown: kind == SHUTDOWN,
        },
        INIT => Chunk::Init(initiation(chunk)?),
        INIT_ACK => Chunk::InitAck(initiation(chunk)?),
        COOKIE_ECHO | COOKIE_ACK => Chunk::Cookie,
        SHUTDOWN_ACK => Chunk::End { reflected: false },
        ABORT | SHUTDOWN_COMPLETE => Chunk::End {
            reflected: flags & FLAG_REFLECTED != 0,
        },
        FORWARD_TSN | I_FORWARD_TSN => Chunk::Forward {
            cumulative: u32_at(chunk, 4)?,
        },
        _ => return None,
    })
}

fn initiation(chunk: &[u8]) -> Option<Initiation> {
    let mut addresses = Vec::new();
    let mut rest = chunk.get(INIT_OCTETS..)?;
    while let Some(&[k0, k1, l0, l1]) = rest.first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let Some(value) = rest.get(4..length) else { break };
        let address = match u16::from_be_bytes([k0, k1]) {
            PARAMETER_IPV4 => value
                .try_into()
                .ok()
                .map(|v: [u8; 4]| IpAddr::V4(Ipv4Addr::from(v))),
            PARAMETER_IPV6 => value
                .try_into()
                .ok()
                .map(|v: [u8; 16]| IpAddr::V6(Ipv6Addr::from(v))),
            _ => None,
        };
        addresses.extend(address);
        if addresses.len() == MAX_ADDRESSES {
            break;
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(Initiation {
        tag: u32_at(chunk, 4)?,
        tsn: u32_at(chunk, 16)?,
        addresses,
    })
}
