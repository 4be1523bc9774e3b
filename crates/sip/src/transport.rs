//! Where a SIP message came from, or goes to: what a node knows of sockets.

use std::net::SocketAddr;

/// The transport protocol of a hop (RFC 3261 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// Datagrams.
    Udp,
    /// A connection.
    Tcp,
    /// A connection under TLS.
    Tls,
}

impl Protocol {
    /// Whether what was sent arrives or its loss is told (RFC 3261 17: no retransmission then).
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }
}

/// One pair of transport addresses, as seen from the node.
///
/// Security associations select packets by these (TS 33.203 7.1), so a hop between protected ports *is* an association: no
/// node needs another handle of one, whichever back end carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hop {
    /// The transport protocol.
    pub protocol: Protocol,
    /// Our address. To send over TCP or TLS where no connection has it, its port may be 0: the system's choice.
    pub local: SocketAddr,
    /// The other end's.
    pub remote: SocketAddr,
}
