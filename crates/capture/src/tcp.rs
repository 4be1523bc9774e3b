//! TCP (RFC 9293) as an ideal wire would have carried it: nothing lost, delayed or reordered.
//!
//! ```text
//!  open    client ── SYN ──►   ◄── SYN,ACK ── server    client ── ACK ──►
//!  send    side ── ACK data ──► … side ── PSH,ACK last piece ──►      (◄── ACK when half a window is outstanding)
//!  finish  side ── FIN,ACK ──►   ◄── ACK ── other
//!  reset   side ── RST,ACK ──►
//! ```
//!
//! Data are cut at the maximum segment size; an acknowledgement rides on the next segment of the other side. Left out:
//! retransmissions, window scaling, selective acknowledgements, timestamps: a reader needs none to follow the stream.

use std::net::SocketAddr;

use quintet_wire::put;
use thiserror::Error;

use crate::network::Addresses;

const PROTOCOL_TCP: u8 = 6;
const HEADER_OCTETS: usize = 20;
const OPTION_MAXIMUM_SEGMENT_SIZE: [u8; 2] = [2, 4];

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// The receive window both sides announce: the most that fits the field without scaling.
const WINDOW_OCTETS: u16 = u16::MAX;

/// Outstanding octets at which the receiver acknowledges on its own. Half a window: a sender that never waits must not
/// be seen to overrun it.
const ACKNOWLEDGE_AT_OCTETS: u32 = 32_768;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that connected.
    Client,
    /// The one that was connected to.
    Server,
}

impl Side {
    /// The opposite end.
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Why a flow could not be opened or continued. The fault is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FlowError {
    /// One address is IPv4 and the other is IPv6.
    #[error("a flow from {client} to {server} mixes IPv4 and IPv6; give both ends one family")]
    MixedFamilies {
        /// The address given for the client.
        client: SocketAddr,
        /// The address given for the server.
        server: SocketAddr,
    },
    /// Data from a side that has sent FIN, or after a reset.
    #[error("the {side:?} side of the flow is closed; open a new flow for a new connection")]
    Closed {
        /// The side that was to send.
        side: Side,
    },
}

/// One direction of the connection.
#[derive(Clone, Copy, Debug)]
struct Half {
    port: u16,
    /// The sequence number of the next octet this side sends.
    next: u32,
    /// The highest of this side's octets the other has acknowledged, plus one.
    acknowledged: u32,
    closed: bool,
}

/// A synthetic TCP connection that turns the octets of a stream into Ethernet frames.
///
/// Frames go to a sink, in order, each valid only for the call: typically a closure that appends them to a
/// [`PcapngWriter`](crate::PcapngWriter). One buffer is reused for all frames.
#[derive(Debug)]
pub struct TcpFlow {
    /// From the client to the server.
    addresses: Addresses,
    client: Half,
    server: Half,
    frame: Vec<u8>,
}

impl TcpFlow {
    /// Opens a connection: emits the three frames of the handshake.
    ///
    /// `initial` are the initial sequence numbers of client and server; random ones make two connections between the
    /// same ports distinguishable. Fails if the addresses are of different families.
    pub fn open(
        client: SocketAddr,
        server: SocketAddr,
        initial: [u32; 2],
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<Self, FlowError> {
        let Some(addresses) = Addresses::new(client.ip(), server.ip()) else {
            return Err(FlowError::MixedFamilies { client, server });
        };
        let half = |address: SocketAddr, next| Half {
            port: address.port(),
            next,
            acknowledged: next,
            closed: false,
        };
        let mut flow = Self {
            addresses,
            client: half(client, initial[0]),
            server: half(server, initial[1]),
            frame: Vec::new(),
        };
        flow.emit(Side::Client, SYN, &[], sink);
        flow.emit(Side::Server, SYN | ACK, &[], sink);
        flow.emit(Side::Client, ACK, &[], sink);
        Ok(flow)
    }

    /// Carries octets from one side, cut into segments; the last one is pushed. No octets, no frame.
    ///
    /// Fails if that side has closed.
    pub fn send(&mut self, from: Side, octets: &[u8], sink: &mut impl FnMut(&[u8])) -> Result<(), FlowError> {
        if self.half(from).closed {
            return Err(FlowError::Closed { side: from });
        }
        let mut pieces = octets.chunks(self.maximum_segment_size()).peekable();
        while let Some(piece) = pieces.next() {
            let push = if pieces.peek().is_none() { PSH } else { 0 };
            self.emit(from, push | ACK, piece, sink);
            let half = self.half(from);
            if half.next.wrapping_sub(half.acknowledged) >= ACKNOWLEDGE_AT_OCTETS {
                self.emit(from.other(), ACK, &[], sink);
            }
        }
        Ok(())
    }

    /// Closes one direction; the other may still send. Closing a closed one emits nothing.
    pub fn finish(&mut self, from: Side, sink: &mut impl FnMut(&[u8])) {
        if self.half(from).closed {
            return;
        }
        self.emit(from, FIN | ACK, &[], sink);
        self.half_mut(from).closed = true;
        self.emit(from.other(), ACK, &[], sink);
    }

    /// Breaks the connection off: both directions are closed. A flow that is already over emits nothing.
    pub fn reset(&mut self, from: Side, sink: &mut impl FnMut(&[u8])) {
        if self.is_over() {
            return;
        }
        self.emit(from, RST | ACK, &[], sink);
        self.client.closed = true;
        self.server.closed = true;
    }

    /// Whether both directions are closed.
    pub fn is_over(&self) -> bool {
        self.client.closed && self.server.closed
    }

    fn maximum_segment_size(&self) -> usize {
        self.addresses.transport_octets() - HEADER_OCTETS
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

    /// Emits one segment and advances the sequence numbers. With ACK it acknowledges all the other side has sent.
    fn emit(&mut self, from: Side, flags: u8, payload: &[u8], sink: &mut impl FnMut(&[u8])) {
        let acknowledgement = if flags & ACK != 0 {
            let other = self.half_mut(from.other());
            other.acknowledged = other.next;
            other.next
        } else {
            0
        };
        self.write_segment(from, flags, acknowledgement, payload);
        // SYN and FIN each take one sequence number (RFC 9293 3.4).
        let taken = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        let half = self.half_mut(from);
        half.next = half.next.wrapping_add(taken);
        sink(&self.frame);
    }

    fn write_segment(&mut self, from: Side, flags: u8, acknowledgement: u32, payload: &[u8]) {
        let (source, destination) = (*self.half(from), self.half(from.other()).port);
        let addresses = match from {
            Side::Client => self.addresses,
            Side::Server => self.addresses.reversed(),
        };
        let segment_size = self.maximum_segment_size() as u16;
        let option_octets = if flags & SYN != 0 { 4 } else { 0 };
        let transport_octets = HEADER_OCTETS + option_octets + payload.len();

        let frame = &mut self.frame;
        frame.clear();
        addresses.write_headers(frame, PROTOCOL_TCP, transport_octets);
        let start = frame.len();
        put::u16(frame, source.port);
        put::u16(frame, destination);
        put::u32(frame, source.next);
        put::u32(frame, acknowledgement);
        // The data offset counts words of four octets, in the high half of its octet.
        frame.push(((HEADER_OCTETS + option_octets) as u8) << 2);
        frame.push(flags);
        put::u16(frame, WINDOW_OCTETS);
        // The checksum, filled in below, and no urgent pointer.
        put::u32(frame, 0);
        if flags & SYN != 0 {
            frame.extend_from_slice(&OPTION_MAXIMUM_SEGMENT_SIZE);
            put::u16(frame, segment_size);
        }
        frame.extend_from_slice(payload);

        let mut checksum = addresses.pseudo_header(PROTOCOL_TCP, transport_octets);
        checksum.add(&frame[start..]);
        frame[start + 16..start + 18].copy_from_slice(&checksum.finish().to_be_bytes());
    }
}
