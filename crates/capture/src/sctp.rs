//! SCTP (RFC 9260) as an ideal wire would have carried it: nothing lost, delayed or reordered, one message at a time.
//!
//! ```text
//!  open      client ── INIT ──► ◄── INIT ACK ── server    client ── COOKIE ECHO ──► ◄── COOKIE ACK ──
//!  send      side ── DATA (B) ──► … ── DATA (E) ──►       ◄── SACK ── other, of every second packet and of the last
//!  shutdown  side ── SHUTDOWN ──► ◄── SHUTDOWN ACK ──     side ── SHUTDOWN COMPLETE ──►
//!  abort     side ── ABORT ──►
//! ```
//!
//! For associations of a kernel's SCTP, which shows messages and no packets. Left out: bundling, retransmissions,
//! heartbeats, several addresses: a reader needs none to follow the messages.

use std::net::SocketAddr;

use quintet_wire::put;

use crate::chunk_type::{
    ABORT, COOKIE_ACK, COOKIE_ECHO, DATA, INIT, INIT_ACK, SACK, SHUTDOWN, SHUTDOWN_ACK, SHUTDOWN_COMPLETE,
};
use crate::crc32c::crc32c;
use crate::network::Addresses;
use crate::packet::{PROTOCOL_SCTP, families};
use crate::tcp::{FlowError, Side};

const COMMON_HEADER_OCTETS: usize = 12;
const DATA_HEADER_OCTETS: usize = 16;

const FLAG_END: u8 = 1;
const FLAG_BEGIN: u8 = 2;
const FLAG_UNORDERED: u8 = 4;

const PARAMETER_STATE_COOKIE: u16 = 7;
/// What stands in for the server's cookie, which only the server reads.
const COOKIE: &[u8; 16] = b"synthetic cookie";

/// The receive window both sides announce.
const WINDOW_OCTETS: u32 = 1 << 20;

/// A user message to be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpMessage<'m> {
    /// Stream identifier.
    pub stream: u16,
    /// Payload protocol identifier: 18 for S1AP, 46 for Diameter.
    pub ppid: u32,
    /// Whether it has no place in the order of its stream.
    pub unordered: bool,
    /// The message; an empty one, which SCTP does not have, gives no frame.
    pub payload: &'m [u8],
}

/// One direction of the association.
#[derive(Debug)]
struct Half {
    port: u16,
    /// The tag that packets to this side carry.
    tag: u32,
    /// TSN of the next DATA chunk this side sends.
    next_tsn: u32,
    /// Packets with DATA of this side since the other's last SACK.
    unacknowledged: u8,
    /// Sequence number of the next ordered message, by stream.
    sequence: Vec<u16>,
}

/// A synthetic SCTP association that turns messages into Ethernet frames. As [`TcpFlow`](crate::TcpFlow) is used, so is
/// this.
#[derive(Debug)]
pub struct SctpFlow {
    /// From the client to the server.
    addresses: Addresses,
    client: Half,
    server: Half,
    over: bool,
    frame: Vec<u8>,
}

impl SctpFlow {
    /// Opens an association of `streams` streams each way: emits the four frames of the handshake.
    ///
    /// `initial` are verification tag and initial TSN of client and server alike; random ones make two associations
    /// between the same ports distinguishable, and 0 is taken as 1, since no tag is 0. Fails if the addresses are of
    /// different families.
    pub fn open(
        client: SocketAddr,
        server: SocketAddr,
        initial: [u32; 2],
        streams: u16,
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<Self, FlowError> {
        let addresses = families(client, server)?;
        let half = |address: SocketAddr, initial: u32| Half {
            port: address.port(),
            tag: initial.max(1),
            next_tsn: initial.max(1),
            unacknowledged: 0,
            sequence: Vec::new(),
        };
        let mut flow = Self {
            addresses,
            client: half(client, initial[0]),
            server: half(server, initial[1]),
            over: false,
            frame: Vec::new(),
        };
        let init = flow.initiation(Side::Client, streams);
        flow.emit(Side::Client, 0, INIT, 0, &init, sink);
        let mut acknowledgement = flow.initiation(Side::Server, streams);
        put::u16(&mut acknowledgement, PARAMETER_STATE_COOKIE);
        put::u16(&mut acknowledgement, 4 + COOKIE.len() as u16);
        acknowledgement.extend_from_slice(COOKIE);
        flow.tell(Side::Server, INIT_ACK, &acknowledgement, sink);
        flow.tell(Side::Client, COOKIE_ECHO, COOKIE, sink);
        flow.tell(Side::Server, COOKIE_ACK, &[], sink);
        Ok(flow)
    }

    /// Carries a message from one side, in as many packets as it needs, and acknowledges it.
    ///
    /// Fails after the end of the association.
    pub fn send(
        &mut self,
        from: Side,
        message: SctpMessage<'_>,
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<(), FlowError> {
        if self.over {
            return Err(FlowError::Closed { side: from });
        }
        let sequence = if message.unordered {
            0
        } else {
            self.half_mut(from).next_sequence(message.stream)
        };
        let mut flags = FLAG_BEGIN | if message.unordered { FLAG_UNORDERED } else { 0 };
        let mut pieces = message.payload.chunks(self.piece_octets()).peekable();
        while let Some(piece) = pieces.next() {
            let last = pieces.peek().is_none();
            if last {
                flags |= FLAG_END;
            }
            let half = self.half_mut(from);
            let tsn = half.next_tsn;
            half.next_tsn = tsn.wrapping_add(1);
            half.unacknowledged += 1;
            let due = half.unacknowledged == 2;
            let mut body = Vec::with_capacity(12 + piece.len());
            put::u32(&mut body, tsn);
            put::u16(&mut body, message.stream);
            put::u16(&mut body, sequence);
            put::u32(&mut body, message.ppid);
            body.extend_from_slice(piece);
            let tag = self.half(from.other()).tag;
            self.emit(from, tag, DATA, flags, &body, sink);
            flags &= !FLAG_BEGIN;
            if due || last {
                self.acknowledge(from.other(), sink);
            }
        }
        Ok(())
    }

    /// Ends the association gracefully. One that is over emits nothing.
    pub fn shutdown(&mut self, from: Side, sink: &mut impl FnMut(&[u8])) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let seen = self.half(from.other()).next_tsn.wrapping_sub(1);
        self.tell(from, SHUTDOWN, &seen.to_be_bytes(), sink);
        self.tell(from.other(), SHUTDOWN_ACK, &[], sink);
        self.tell(from, SHUTDOWN_COMPLETE, &[], sink);
    }

    /// Breaks the association off. One that is over emits nothing.
    pub fn abort(&mut self, from: Side, sink: &mut impl FnMut(&[u8])) {
        if !std::mem::replace(&mut self.over, true) {
            self.tell(from, ABORT, &[], sink);
        }
    }

    /// Whether the association has ended.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Octets of a message in one packet: a multiple of four, so that only a last piece is padded.
    fn piece_octets(&self) -> usize {
        (self.addresses.transport_octets() - COMMON_HEADER_OCTETS - DATA_HEADER_OCTETS) & !3
    }

    fn half(&self, side: Side) -> &Half {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// The fixed part of INIT and INIT ACK (RFC 9260 3.3.2).
    fn initiation(&self, side: Side, streams: u16) -> Vec<u8> {
        let half = self.half(side);
        let mut body = Vec::new();
        put::u32(&mut body, half.tag);
        put::u32(&mut body, WINDOW_OCTETS);
        put::u16(&mut body, streams);
        put::u16(&mut body, streams);
        put::u32(&mut body, half.next_tsn);
        body
    }

    /// One side has seen all that the other has sent.
    fn acknowledge(&mut self, from: Side, sink: &mut impl FnMut(&[u8])) {
        let other = self.half_mut(from.other());
        other.unacknowledged = 0;
        let mut body = Vec::new();
        put::u32(&mut body, other.next_tsn.wrapping_sub(1));
        put::u32(&mut body, WINDOW_OCTETS);
        put::u32(&mut body, 0);
        self.tell(from, SACK, &body, sink);
    }

    /// A control chunk without flags, under the tag of its receiver.
    fn tell(&mut self, from: Side, kind: u8, body: &[u8], sink: &mut impl FnMut(&[u8])) {
        let tag = self.half(from.other()).tag;
        self.emit(from, tag, kind, 0, body, sink);
    }

    /// Emits a packet of one chunk.
    fn emit(&mut self, from: Side, tag: u32, kind: u8, flags: u8, body: &[u8], sink: &mut impl FnMut(&[u8])) {
        let (source, destination) = (self.half(from).port, self.half(from.other()).port);
        let addresses = match from {
            Side::Client => self.addresses,
            Side::Server => self.addresses.reversed(),
        };
        let chunk_octets = 4 + body.len();
        let padded = chunk_octets.next_multiple_of(4);
        let frame = &mut self.frame;
        frame.clear();
        addresses.write_headers(frame, PROTOCOL_SCTP, COMMON_HEADER_OCTETS + padded);
        let start = frame.len();
        put::u16(frame, source);
        put::u16(frame, destination);
        put::u32(frame, tag);
        put::u32(frame, 0);
        frame.extend_from_slice(&[kind, flags]);
        put::u16(frame, chunk_octets as u16);
        frame.extend_from_slice(body);
        frame.resize(start + COMMON_HEADER_OCTETS + padded, 0);
        let checksum = crc32c(&frame[start..]);
        frame[start + 8..start + 12].copy_from_slice(&checksum);
        sink(frame);
    }
}

impl Half {
    fn next_sequence(&mut self, stream: u16) -> u16 {
        let index = usize::from(stream);
        if self.sequence.len() <= index {
            self.sequence.resize(index + 1, 0);
        }
        let sequence = self.sequence[index];
        self.sequence[index] = sequence.wrapping_add(1);
        sequence
    }
}
