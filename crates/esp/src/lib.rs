//! IPsec ESP (RFC 4303) in user space, sans-IO: what TS 33.203 needs of it.
//!
//! A node of SIP says which associations there are ([`SaCommand`]) and knows packets by their 5-tuple; a back end does the
//! rest. Ours is here; the kernel's is in the runtime and takes the same commands.

#![forbid(unsafe_code)]

mod algorithm;
mod association;
mod database;
mod endpoint;
mod event;
mod inbound;
mod ip;
mod keys;
mod outbound;
mod replay;
mod spi;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod transform;

pub use algorithm::{Encryption, Integrity, Suite, SuiteError, UnknownAlgorithm};
pub use association::{Direction, Mode, SaCommand, SaKey, SaParameters};
pub use database::{CommandError, Path};
pub use endpoint::{Config, Encapsulation, Endpoint, SaStatus, SendError, Transmit, UDP_PORT};
pub use event::{Closed, Drop, DropReason, Event, Flow, Transport};
pub use inbound::{Inbound, OpenError, Opened, peek};
pub use keys::{EspKeys, WrongKeyLength};
pub use outbound::{MAX_PAYLOAD, Outbound, SealError};
pub use spi::{SaSet, Spi};
