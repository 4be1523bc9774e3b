//! ESP for the driver: SIP inside security associations, whichever back end keeps them.
//!
//! ```text
//!  SIP node ──SaCommand──►┌──────────────┐   kernel    states and policies by netlink; SIP goes through ordinary sockets
//!  SIP sockets ─by Hop───►│ EspTransport │── raw IP   quintet-esp, protocol 50, wants CAP_NET_RAW
//!           ◄─esp::Event──│              │── UDP      quintet-esp in UDP (RFC 3948), wants nothing
//!                         └──────────────┘
//! ```
//!
//! What arrives on a protected 5-tuple came through its association: with the kernel, because a policy wants it so; with
//! the others, because nothing else is delivered there. [`EspTransport::carries`] tells which hops are not for ordinary
//! sockets.

mod raw;
mod settings;
mod sockets;
mod transport;

pub use settings::{EspBackend, EspCarrier, EspError, EspSettings};
pub use transport::{EspSocket, EspTransport, flow_of, hop_of};
