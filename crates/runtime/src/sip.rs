//! SIP sockets: datagrams, connections and TLS, all named by their 5-tuple.
//!
//! ```text
//!   peer ──► datagram or framed stream ──► Hop, one whole message ──► Application::sip
//!   peer ◄── queue of the socket, one write a turn ◄── SipOutput::Send ◄── Application::poll_sip
//! ```
//!
//! A connection is made where none has the hop, and one that ends or cannot be made is told with [`Application::sip_failed`].
//!
//! [`Application::sip_failed`]: crate::Application::sip_failed

mod connection;
mod datagrams;
mod listener;
mod settings;
mod sockets;

pub(crate) use connection::{SipConnection, run_connect};
pub(crate) use datagrams::SipDatagrams;
pub(crate) use listener::run_listener;
pub use settings::{SipLimits, SipSettings};
pub(crate) use sockets::SipSockets;
