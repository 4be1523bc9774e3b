//! What an SCTP transport is made with, and why it could not be made.

use quintet_sctp::Config;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// The UDP port that IANA gave to SCTP over UDP (RFC 6951 5.1).
pub const DEFAULT_UDP_PORT: u16 = 9899;

/// What carries SCTP, as it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SctpBackend {
    /// The kernel's SCTP where there is one, else raw IP where that is permitted, else UDP.
    #[default]
    Auto,
    /// The kernel's SCTP (RFC 6458).
    Kernel,
    /// Our own over IP protocol 132.
    RawIp,
    /// Our own over UDP (RFC 6951).
    Udp,
}

/// What carries SCTP, as it turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SctpCarrier {
    /// The kernel's SCTP.
    Kernel,
    /// Our own over IP protocol 132.
    RawIp,
    /// Our own over UDP.
    Udp {
        /// Our encapsulation port.
        port: u16,
    },
}

impl fmt::Display for SctpCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kernel => f.write_str("kernel"),
            Self::RawIp => f.write_str("raw IP"),
            Self::Udp { port } => write!(f, "UDP port {port}"),
        }
    }
}

/// Whom a transport serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SctpUse {
    /// The application: [`Application::sctp`](crate::Application::sctp) hears of it.
    Application,
    /// The Diameter node (RFC 6733 2.1): an association is a connection.
    Diameter,
}

/// Where a transport is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpAddress {
    /// IP address and SCTP port.
    pub address: SocketAddr,
    /// What carries it.
    pub carrier: SctpCarrier,
}

/// What a transport is made with.
#[derive(Clone, Debug)]
pub struct SctpSettings {
    /// Our IP address, which may be unspecified, and SCTP port; port 0 has one chosen.
    pub local: SocketAddr,
    /// What carries it.
    pub backend: SctpBackend,
    /// Our UDP port where UDP carries it; 0 has one chosen.
    pub udp_port: u16,
    /// The UDP port of peers we connect to that name none.
    pub remote_udp_port: u16,
    /// Timers, limits and whether to listen. Its `port` and `first_association` are the driver's to fill in.
    pub endpoint: Config,
}

impl SctpSettings {
    /// A listening transport on an IP address and SCTP port.
    #[must_use]
    pub fn listening(local: SocketAddr, backend: SctpBackend) -> Self {
        Self {
            local,
            backend,
            udp_port: DEFAULT_UDP_PORT,
            remote_udp_port: DEFAULT_UDP_PORT,
            endpoint: Config::new(local.port()),
        }
    }

    /// A transport that only connects, from an SCTP port and a UDP port that are chosen.
    #[must_use]
    pub fn connecting(local: SocketAddr, backend: SctpBackend) -> Self {
        let mut settings = Self::listening(local, backend);
        settings.endpoint.listen = false;
        settings.udp_port = 0;
        settings
    }
}

/// Why a transport could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SctpError {
    /// The kernel has no SCTP.
    #[error(
        "this kernel has no SCTP ({0}): load the module sctp (modprobe sctp), or choose \"raw\" or \"udp\" instead of \
         \"kernel\""
    )]
    NoKernelSctp(io::Error),
    /// Raw sockets are not permitted.
    #[error(
        "raw IP sockets are not permitted ({0}): give the program CAP_NET_RAW (setcap cap_net_raw+ep), or choose \"udp\""
    )]
    NoRawSockets(io::Error),
    /// The address or port could not be had.
    #[error("cannot use {address} for SCTP over {carrier}: {error}; {remedy}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// Over what.
        carrier: &'static str,
        /// The system's words.
        error: io::Error,
        /// What to do.
        remedy: &'static str,
    },
    /// The system gave no entropy or no socket.
    #[error("SCTP: {0}")]
    System(#[from] io::Error),
}

impl SctpError {
    pub(super) fn bind(address: SocketAddr, carrier: &'static str, error: io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another program is there: stop it, or choose another address or port"
            }
            io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
            io::ErrorKind::PermissionDenied => "this user may not use that port",
            _ => "choose another address",
        };
        Self::Bind {
            address,
            carrier,
            error,
            remedy,
        }
    }
}
