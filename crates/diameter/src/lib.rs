//! Diameter (RFC 6733), sans-IO.
//!
//! ```text
//!  octets ─► inbox (framing) ─► Message / Avp (zero-copy) ─► node (peers, watchdog, routing) ─► an application
//!                                   ▲ dict (applications as `.dia` files: names, flags, occurrence rules)
//! ```
//!
//! A message is walked in place: nothing is allocated to read one, and one is written straight into a connection's
//! output buffer.

#![forbid(unsafe_code)]

mod avp;
mod describe;
pub mod dict;
mod inbox;
mod message;
pub mod node;
mod result_code;
#[cfg(feature = "testing")]
pub mod testing;
mod validate;
mod writer;

pub use avp::{Avp, AvpFlags, AvpId, Avps, MAX_AVP_DEPTH, MAX_IDENTITY_OCTETS};
pub use describe::{Description, Secrets, describe};
pub use dict::Dictionary;
pub use inbox::{FrameError, Inbox, READ_OCTETS};
pub use message::{CommandFlags, HEADER_OCTETS, Header, MAX_MESSAGE_OCTETS, Message};
pub use node::{Action, ConnectionId, Event, Inbound, Node, NodeConfig, PeerConfig, PeerId};
pub use result_code::ResultCode;
pub use validate::{FailedAvp, MAX_AVPS_PER_MESSAGE, Offender, Rejection, frame, validate};
pub use writer::MessageWriter;
