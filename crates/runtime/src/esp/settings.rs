//! How ESP is set up, and what may be in the way.

use quintet_esp::{Config, UDP_PORT};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// What keeps security associations, as it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EspBackend {
    /// The kernel's ESP where there is one and we may command it, else raw IP where that is permitted, else UDP.
    #[default]
    Auto,
    /// The kernel's ESP (XFRM).
    Kernel,
    /// Our own over IP protocol 50, and over UDP for tunnels.
    RawIp,
    /// Our own, everything over UDP.
    Udp,
}

/// What keeps security associations, as it turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EspCarrier {
    /// The kernel's ESP.
    Kernel,
    /// Our own over IP protocol 50, tunnels over UDP.
    RawIp {
        /// Our UDP port for tunnels, if it could be had.
        udp_port: Option<u16>,
    },
    /// Our own over UDP.
    Udp {
        /// Our UDP port.
        port: u16,
    },
}

impl fmt::Display for EspCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kernel => f.write_str("kernel"),
            Self::RawIp { .. } => f.write_str("raw IP"),
            Self::Udp { port } => write!(f, "UDP port {port}"),
        }
    }
}

/// Associations of a registration while it is renewed: two sets of four (TS 33.203 7.4).
const ASSOCIATIONS: usize = 8;

/// Connections of a registration while it is renewed: one from each end in each set.
const CONNECTIONS: usize = 4;

/// What a transport is made with.
#[derive(Clone, Debug)]
pub struct EspSettings {
    /// Our addresses, each of which gets its sockets. Over UDP an unspecified one stands for all there are.
    pub local: Vec<IpAddr>,
    /// The network interface that datagrams are taken from and leave by; any, if none is named.
    pub interface: Option<Box<str>>,
    /// Addresses of ours that a NAT stands before, each with what the network sees in its place: for simulated UEs.
    pub nat: Vec<(IpAddr, IpAddr)>,
    /// What keeps associations.
    pub backend: EspBackend,
    /// Our UDP port; 0 has one chosen, which allows one address only.
    pub udp_port: u16,
    /// The UDP port of a peer in transport mode over UDP that was not heard yet.
    pub remote_udp_port: u16,
    /// How often NATs are kept open (RFC 3948 4): for who is behind one.
    pub keep_alive: Option<Duration>,
    /// Most associations.
    pub max_associations: usize,
    /// Most TCP connections inside ESP.
    pub max_connections: usize,
}

impl EspSettings {
    /// For some addresses, with the port of RFC 3948 at both ends.
    #[must_use]
    pub fn new(local: Vec<IpAddr>, backend: EspBackend) -> Self {
        let Config {
            max_associations,
            max_connections,
            ..
        } = Config::default();
        Self {
            local,
            interface: None,
            nat: Vec::new(),
            backend,
            udp_port: UDP_PORT,
            remote_udp_port: UDP_PORT,
            keep_alive: None,
            max_associations,
            max_connections,
        }
    }

    /// With room for so many registrations, all of them in renewal: a node that bounds its registrations must not run out
    /// of associations before.
    #[must_use]
    pub fn for_registrations(self, registrations: usize) -> Self {
        Self {
            max_associations: ASSOCIATIONS * registrations,
            max_connections: CONNECTIONS * registrations,
            ..self
        }
    }
}

/// Why ESP could not be had.
#[derive(Debug, thiserror::Error)]
pub enum EspError {
    /// The kernel's cannot be commanded.
    #[error(
        "the kernel's ESP cannot be had ({0}): it wants CAP_NET_ADMIN and the modules esp4, esp6 and xfrm_user; or choose \
         \"raw\" or \"udp\" instead of \"kernel\""
    )]
    NoKernel(io::Error),
    /// Raw sockets are not permitted.
    #[error(
        "raw IP sockets are not permitted ({0}): give the program CAP_NET_RAW (setcap cap_net_raw+ep), or choose \"udp\""
    )]
    NoRawSockets(io::Error),
    /// No address was given, or an unspecified one.
    #[error(
        "ESP wants at least one address, and each of them to be one of this machine's, for associations are between addresses \
         (only over UDP it may be 0.0.0.0 or ::)"
    )]
    Address,
    /// An address or port could not be had.
    #[error("cannot use {address} for ESP: {error}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's words.
        error: io::Error,
    },
    /// The system gave no entropy or no socket.
    #[error("ESP: {0}")]
    System(#[from] io::Error),
}
