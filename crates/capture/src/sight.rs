//! What a reader of captures hands on: frames out of files, PDUs out of frames.

use crate::{HttpExchange, LinkType};
use quintet_crypto::Direction;
use std::net::SocketAddr;

/// Nanoseconds since the epoch, as the capturing machine's clock had them. May go backwards from frame to frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// How long after another time this is, in nanoseconds; negative if it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where and when something was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// Which of the captures, from 0, in the order they were given.
    pub file: u16,
    /// Number of the frame in it, from 1, as Wireshark counts.
    pub frame: u64,
    /// When.
    pub time: Timestamp,
}

/// A frame of a capture file.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its number and time.
    pub seen: Seen,
    /// What it begins with.
    pub link: LinkType,
    /// The interface it was captured at, as the file numbers them.
    pub interface: u32,
    /// The octets captured.
    pub octets: &'a [u8],
    /// How many octets it had on the wire: more than were captured behind a short snap length.
    pub original: u32,
}

/// What a PDU is, by port, payload protocol identifier, link type or look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// S1AP (SCTP payload protocol 18, port 36412).
    S1ap,
    /// NGAP (SCTP payload protocol 60, port 38412).
    Ngap,
    /// One Diameter message, whole.
    Diameter,
    /// A NAS PDU of EPS as a modem or a simulator logged it.
    NasEps,
    /// A NAS PDU of 5GS as a modem or a simulator logged it.
    Nas5gs,
    /// An RRC PDU of LTE on this logical channel, as GSMTAP numbers them.
    LteRrc(u8),
    /// A MAC PDU of LTE behind the header of Wireshark's `mac-lte-framed`.
    MacLteFramed,
    /// A MAC PDU of NR behind the header of Wireshark's `mac-nr-framed`.
    MacNrFramed,
    /// F1AP between the parts of a gNB (SCTP payload protocol 62, port 38472).
    F1ap,
    /// One SIP message, whole (RFC 3261), by its look, at whatever port.
    Sip,
    /// One packet of ESP (RFC 4303), from its SPI on: IP protocol 50, or UDP port 4500. Its ends have port 0 without UDP.
    Esp,
}

/// One end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// An address and port of TCP, UDP or SCTP.
    Address(SocketAddr),
    /// An end that a log does not name.
    Unnamed,
}

/// Number of a flow: one SCTP association, TCP connection or log, the same in both directions and for every address of a
/// multi-homed end. Never used again within a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub u64);

impl FlowId {
    /// That of datagrams, which are no flow: SIP over UDP, ESP.
    pub const DATAGRAM: Self = Self(0);
}

/// Whose PDU it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Number of the flow.
    pub id: FlowId,
    /// Who sent.
    pub source: End,
    /// To whom.
    pub destination: End,
}

/// One PDU of a protocol above the transports, reassembled.
#[derive(Clone, Copy, Debug)]
pub struct Pdu<'a> {
    /// The frame that completed it.
    pub seen: Seen,
    /// Number of the frame, in the same file, in which it began.
    pub first_frame: u64,
    /// What it is.
    pub protocol: Protocol,
    /// Between whom.
    pub flow: Flow,
    /// Its direction, if the link layer says it: GSMTAP, MAC and RRC logs do. `None` from a network tap, and from logs of
    /// bare NAS PDUs.
    pub direction: Option<Direction>,
    /// Its octets.
    pub octets: &'a [u8],
}

/// The payload of an IP packet that was opened: what ESP carried, on its way back to [`crate::Dissector::payload`].
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// The frame that completed what it was in.
    pub seen: Seen,
    /// Number of the frame, in the same file, in which that began.
    pub first_frame: u64,
    /// Who sent.
    pub source: std::net::IpAddr,
    /// To whom.
    pub destination: std::net::IpAddr,
    /// The next header: 6 of TCP, 17 of UDP, 4 and 41 of an IP packet within.
    pub protocol: u8,
    /// From the transport's header on.
    pub octets: &'a [u8],
}

/// What befell a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlowEvent {
    /// Its beginning was seen: an INIT ACK or a SYN.
    Opened,
    /// Its end was seen: SHUTDOWN, ABORT, FIN or RST.
    Closed,
    /// Octets of it are missing from the capture; what follows is whole again.
    Lost,
    /// Octets are missing so far: what comes behind them in their direction waits, the other direction goes on.
    Gap,
    /// Nothing waits any more: what was missing came, or was given up ([`FlowEvent::Lost`]).
    Whole,
}

/// Takes in what a dissector finds, in order.
pub trait Sink {
    /// A PDU.
    fn pdu(&mut self, pdu: &Pdu<'_>);

    /// Something befell a flow.
    fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent);

    /// A request is complete; told again, with the same [`HttpExchange::id`], when the exchange is over. Flows of HTTP
    /// have no [`FlowEvent`]s: how a connection ends is told of each exchange that it ends.
    fn http(&mut self, exchange: &HttpExchange<'_>) {
        let _ = exchange;
    }
}
