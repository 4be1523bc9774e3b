//! What a node asks of its runtime, and what it reports.

use super::{DisconnectCause, PeerId, Unproven};
use crate::ResultCode;
use std::net::SocketAddr;

/// One transport connection. The runtime numbers them and never uses a number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// A request this node sent; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestHandle(pub(crate) u64);

/// What the runtime must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make a transport connection, then call [`crate::Node::connected`] or [`crate::Node::connect_failed`].
    Connect {
        /// For whom.
        peer: PeerId,
        /// Where to.
        address: SocketAddr,
    },
    /// Close a connection, then call [`crate::Node::closed`].
    Close {
        /// Which.
        connection: ConnectionId,
        /// Write its output first; a second `Close` without it follows if that takes too long.
        after_flush: bool,
    },
    /// For logs, metrics and the application.
    Event(Event),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A peer is open.
    PeerUp {
        /// Who.
        peer: PeerId,
        /// Over which connection.
        connection: ConnectionId,
    },
    /// A peer is not open any more.
    PeerDown {
        /// Who.
        peer: PeerId,
        /// Why.
        reason: DownReason,
    },
    /// A connection did not become a peer's.
    Refused {
        /// Which; it is being closed.
        connection: ConnectionId,
        /// Why.
        reason: RefusedReason,
    },
    /// An attempt to connect failed; the next follows after Tc.
    ConnectFailed {
        /// To whom.
        peer: PeerId,
        /// Why, for people.
        reason: String,
    },
    /// The peer's Origin-State-Id rose: it lost its sessions (RFC 6733 8.16).
    PeerRestarted {
        /// Who.
        peer: PeerId,
        /// The new Origin-State-Id.
        origin_state_id: u32,
    },
    /// The peer stopped answering watchdogs: requests go elsewhere (RFC 3539 3.4.1).
    Failover {
        /// Who.
        peer: PeerId,
    },
    /// It answers again.
    Failback {
        /// Who.
        peer: PeerId,
    },
    /// A request of this node will not be answered. Follows every [`crate::Node::request`] whose answer does not.
    RequestFailed {
        /// Which.
        handle: RequestHandle,
        /// Why.
        reason: FailedReason,
    },
    /// This node's overload begins, or has ended: peers are asked for less (RFC 7683), or no more.
    Overload {
        /// By how much, in per cent; 0 at the end.
        reduction: u8,
    },
    /// After [`crate::Node::shutdown`]: no connection is left.
    ShutdownComplete,
}

/// Why a peer is not open any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownReason {
    /// The connection ended without DPR.
    ConnectionLost,
    /// The peer said DPR.
    DisconnectedByPeer(DisconnectCause),
    /// This node said DPR.
    Disconnected(DisconnectCause),
    /// Two watchdogs went unanswered.
    WatchdogExpired,
    /// It sent what cannot be framed, or broke the protocol so that the connection cannot go on.
    ProtocolError,
    /// It does not read: the output outgrew its hard limit.
    SlowReader,
    /// It connected again with a higher Origin-State-Id: the old connection is a dead process's.
    Restarted,
}

/// Why a connection did not become a peer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedReason {
    /// No capabilities exchange within its time.
    Timeout,
    /// The first message was no CER, or no CEA.
    NotCapabilities,
    /// This node refused the CER.
    CapabilitiesRefused(ResultCode),
    /// The peer refused ours.
    RefusedByPeer(ResultCode),
    /// The CEA came from someone else, or shares no application.
    WrongPeer,
    /// Who said to be the peer, in CER or CEA, did not prove it.
    Unproven(Unproven),
    /// The peer has a connection already, or won the election on the other one.
    SecondConnection,
    /// It sent what cannot be framed.
    ProtocolError,
}

/// Why a request will not be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedReason {
    /// No answer in time.
    Timeout,
    /// The connection was lost and no other peer takes it.
    ConnectionLost,
}

/// Why a request was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// No peer serves the host or the realm with this application, and no route leads there.
    #[error("no peer or route leads to this host or realm with this application")]
    NoRoute,
    /// Peers would, but none is open and fit to be used.
    #[error("the peers for this host or realm are not connected")]
    NotConnected,
    /// A limit on outstanding requests or on output is reached.
    #[error("too many requests are outstanding")]
    TooBusy,
    /// The host or realm is overloaded and asked to be spared requests of this priority (RFC 7683).
    #[error("the host or realm is overloaded and asked to be spared such requests")]
    Throttled,
    /// The node is shutting down.
    #[error("the node is shutting down")]
    ShuttingDown,
    /// What the closure wrote makes a message longer than [`crate::MAX_MESSAGE_OCTETS`].
    #[error("the request is longer than 262144 octets")]
    TooLong,
}
