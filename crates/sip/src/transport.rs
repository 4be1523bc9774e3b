//! Where a SIP message came from, or goes to: what a node knows of sockets.

use std::fmt;
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

    /// Its name in a Via.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// The one of that name, in any case.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls]
            .into_iter()
            .find(|protocol| protocol.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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

/// What a node asks of the sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SipOutput {
    /// Send one whole message. Over TCP and TLS on the connection that has the hop, or that was made for it before, or else on a new
    /// one.
    Send {
        /// Where from, where to.
        hop: Hop,
        /// The message.
        octets: Vec<u8>,
    },
    /// Close the connection that has the hop, once what was sent on it is on its way.
    Close {
        /// The connection.
        hop: Hop,
    },
}
