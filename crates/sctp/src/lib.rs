//! SCTP (RFC 9260) in user space, sans-IO: an [`Endpoint`] is one local port with all its associations, listener and
//! client in one. Who carries the packets (raw IP, or UDP by RFC 6951) is not known here.
//!
//! ```text
//!  packets ──receive──►┌──────────┐──poll_transmit──► packets
//!     time ──timeout──►│ Endpoint │──poll_event─────► Up, Message, Writable, Restarted, Down
//! messages ──send─────►└──────────┘──poll_timeout───► when to call handle_timeout
//! ```
//!
//! The poll order of a driver: feed every packet that waits ([`Endpoint::receive`]), take every event
//! ([`Endpoint::poll_event`]) and send the answers, then take every packet ([`Endpoint::poll_transmit`]) until there is
//! none, then sleep until [`Endpoint::poll_timeout`]. Packets fed together are acknowledged together, and messages sent
//! together travel together; so a driver that works in batches sends fewer packets.

#![forbid(unsafe_code)]

mod association;
mod config;
mod cookie;
mod crc32c;
mod drbg;
mod endpoint;
mod event;
mod init;
mod packet;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transfer;

pub use config::Config;
pub use endpoint::Endpoint;
pub use event::{AssociationId, ConnectError, Down, Event, Message, Path, SendError, Streams, Transmit};
