//! HTTP/2 for the service based interfaces (TS 29.500 5.2, RFC 9113): server and client over `h2`, h2c with prior
//! knowledge or TLS with ALPN `h2`.
//!
//! ```text
//!   peer ──► server connection ──► whole requests, a batch for each read ──► Application::sbi_request
//!   peer ◄── one write for all that is there ◄── Output::Respond, in the same turn or later
//!   peer ◄── pool of connections for each target ◄── Output::Call;  outcomes ──► Application::sbi_response
//! ```
//!
//! Directly over `h2` rather than `hyper`: whole messages come out of a connection's own task, so a batch of requests
//! costs one turn of the engine and one write, and no task of its own.

mod call;
mod client;
mod connection;
mod inbound;
mod listener;
mod message;
mod settings;
mod stream;

pub(crate) use call::{Outcome, run_call};
pub(crate) use client::{Call, Pool};
pub(crate) use connection::Answer;
pub(crate) use listener::run_listener;
pub use settings::{SbiLimits, SbiSettings};
pub(crate) use stream::Witness;
