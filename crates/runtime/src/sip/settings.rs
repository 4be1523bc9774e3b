//! Where SIP is listened for, and what peers may make a node hold.

use crate::tls::ServerTls;
use std::net::SocketAddr;
use std::time::Duration;

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
}

impl Default for SipLimits {
    fn default() -> Self {
        Self {
            connections: 65_536,
            connections_per_address: 1_024,
            first_message: Duration::from_secs(32),
            idle: Duration::from_secs(2 * 3600),
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
