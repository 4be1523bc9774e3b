//! What crosses the boundary of an endpoint: messages, packets, events and errors. A kernel's SCTP gives the same.

use std::net::{IpAddr, SocketAddr};

/// One association, unique in the process and never used again; it stays the same over a restart of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssociationId(pub u64);

/// Where a packet goes or came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// Our address.
    pub local: IpAddr,
    /// The peer's address and UDP encapsulation port (RFC 6951), which is 0 over raw IP. SCTP ports are in the packet.
    pub remote: SocketAddr,
}

/// A user message (RFC 9260 1.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The stream, below what was negotiated ([`Streams`]).
    pub stream: u16,
    /// The payload protocol identifier, for example 18 for S1AP.
    pub ppid: u32,
    /// Whether it may overtake others of its stream.
    pub unordered: bool,
    /// The message; never empty.
    pub payload: Vec<u8>,
}

/// The number of streams of an association, after negotiation (RFC 9260 5.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Streams we send on: identifiers from 0 to this less one.
    pub outbound: u16,
    /// Streams the peer sends on.
    pub inbound: u16,
}

/// What happened; the order is the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The association is established (COMMUNICATION UP, RFC 9260 11.2.4).
    Up {
        /// Which.
        association: AssociationId,
        /// The peer: IP address and SCTP port.
        peer: SocketAddr,
        /// Whether `connect` began it.
        initiated: bool,
        /// What was negotiated.
        streams: Streams,
    },
    /// A message arrived, whole.
    Message {
        /// On which association.
        association: AssociationId,
        /// The message.
        message: Message,
    },
    /// The peer lost its state and set the association up anew (RFC 9260 5.2.4 action A): what was under way both ways
    /// is lost, and streams begin again.
    Restarted {
        /// Which.
        association: AssociationId,
        /// What was negotiated this time.
        streams: Streams,
    },
    /// The association is over, or never came to be. Nothing follows for this identifier.
    Down {
        /// Which.
        association: AssociationId,
        /// Why.
        reason: Down,
    },
    /// After a `send` was refused as [`SendError::Full`]: there is room again.
    Writable {
        /// Which.
        association: AssociationId,
    },
}

/// Why an association ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Down {
    /// Gracefully, by whichever side: everything sent was acknowledged.
    Shutdown,
    /// The peer sent an ABORT; or, to our INIT, nobody listens there. With the error causes, as text.
    Aborted(String),
    /// We aborted.
    Local,
    /// No answer to INIT or COOKIE ECHO within Max.Init.Retransmits.
    NoAnswer,
    /// The peer became unreachable: Association.Max.Retrans was exceeded.
    Unreachable,
    /// The peer broke the protocol and was sent an ABORT.
    Violation(String),
}

/// A packet to carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// From where to where.
    pub path: Path,
    /// The SCTP packet, common header first.
    pub packet: Vec<u8>,
}

/// Why `connect` did not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// There is an association with that address and port; RFC 9260 allows one.
    #[error("there is an association with this peer already: use it, or end it first")]
    Exists(AssociationId),
    /// `max_associations` is reached.
    #[error("too many associations: raise max_associations or end some")]
    TooMany,
    /// Port 0 names nobody.
    #[error("the peer's SCTP port is 0")]
    Port,
}

/// Why a message was not taken. It is given up; `Full` comes before anything is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No such association, or it is over.
    #[error("there is no such association")]
    Unknown,
    /// `send_buffer` is full; [`Event::Writable`] will say when there is room.
    #[error("the send buffer is full: wait for Writable")]
    Full,
    /// A message has at least one octet (RFC 9260 3.3.10.9).
    #[error("the message is empty")]
    Empty,
    /// More octets than `max_message`.
    #[error("the message has {octets} octets, the limit is {limit}")]
    TooLong {
        /// Octets of the message.
        octets: usize,
        /// `max_message`.
        limit: usize,
    },
    /// The stream is not below the negotiated number.
    #[error("stream {stream} does not exist: there are {streams}")]
    Stream {
        /// What was asked for.
        stream: u16,
        /// How many there are.
        streams: u16,
    },
    /// One of the two sides began to shut down.
    #[error("the association is shutting down")]
    ShuttingDown,
}
