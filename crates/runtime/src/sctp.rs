//! SCTP for the driver: one set of events and commands over a kernel's SCTP, raw IP, or UDP.
//!
//! ```text
//!  S1AP application ──SctpCommand──►┌───────────────┐   kernel    a socket for each association (RFC 6458)
//!                   ◄─sctp::Event───│ SctpTransport │── raw IP   quintet-sctp, protocol 132, wants CAP_NET_RAW
//!  Diameter node ── octets ────────►│               │   UDP       quintet-sctp, RFC 6951, wants nothing
//!                                   └───────────────┘
//! ```

mod command;
mod kernel;
mod packets;
mod raw;
mod settings;
mod socket;
mod transport;

pub use command::{SctpCommand, SctpConnectError, SctpRemote, SctpTransportId};
pub(crate) use kernel::{BATCH, KernelEndpoint, KernelTask};
pub use settings::{
    DEFAULT_UDP_PORT, SctpAddress, SctpBackend, SctpCarrier, SctpError, SctpSettings, SctpUse,
};
pub(crate) use socket::PacketSocket;
pub(crate) use transport::{Back, SctpTransport};
