//! Where SIP is listened for, and what peers may make a node hold.

use crate::tls::ServerTls;
use std::net::SocketAddr;
use std::time::Duration;

/// Octets that wait for a UE, or anybody, that does not read.
const STRANGERS_OCTETS: usize = 1 << 20;

/// Octets that wait for a neighbour. All of a core's signalling is on one connection: what a burst of some seconds makes
/// (3,000 registrations/s are 10 MB/s) must not end it, and with it every transaction.
const NEIGHBOURS_OCTETS: usize = 64 << 20;

/// What the peers of a listener may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipLimits {
    /// Connections at a time, all addresses together.
    pub connections: usize,
    /// Connections from one IP address.
    pub connections_per_address: usize,
    /// How long a new connection may take to bring a whole message; with TLS, to finish the handshake.
    pub first_message: Duration,
    /// How long a connection may be silent after that. UEs keep theirs alive (RFC 5626 4.4.1).
    pub idle: Duration,
    /// Octets that may wait to be taken by one peer, on a connection that was accepted here or made from this address;
    /// beyond it the connection ends.
    pub waiting_octets: usize,
}

impl Default for SipLimits {
    fn default() -> Self {
        Self {
            connections: 65_536,
            connections_per_address: 1_024,
            first_message: Duration::from_secs(32),
            idle: Duration::from_secs(2 * 3600),
            waiting_octets: STRANGERS_OCTETS,
        }
    }
}

/// One address that SIP is listened for on.
#[derive(Clone, Debug)]
pub struct SipSettings {
    /// The address; a port of 0 is chosen by the system, the same for UDP and TCP.
    pub address: SocketAddr,
    /// Whether datagrams are taken.
    pub udp: bool,
    /// Whether connections are taken.
    pub tcp: bool,
    /// With it connections are TLS.
    pub tls: Option<ServerTls>,
    /// What peers may do.
    pub limits: SipLimits,
    /// The network interface that datagrams are taken from and leave by; any, if none is named. With it, an unspecified
    /// address stands for all that the interface has.
    pub interface: Option<Box<str>>,
}

impl SipSettings {
    /// UDP and TCP, as every SIP element has them (RFC 3261 18).
    #[must_use]
    pub fn cleartext(address: SocketAddr) -> Self {
        Self {
            address,
            udp: true,
            tcp: true,
            tls: None,
            limits: SipLimits::default(),
            interface: None,
        }
    }

    /// The same for nodes of one's own core, who carry the signalling of everybody.
    #[must_use]
    pub fn of_neighbours(address: SocketAddr) -> Self {
        let mut settings = Self::cleartext(address);
        settings.limits.waiting_octets = NEIGHBOURS_OCTETS;
        settings
    }

    /// TLS alone.
    #[must_use]
    pub fn over_tls(address: SocketAddr, tls: ServerTls) -> Self {
        Self {
            udp: false,
            tls: Some(tls),
            ..Self::cleartext(address)
        }
    }
}
