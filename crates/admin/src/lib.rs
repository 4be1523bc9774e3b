//! Provisioning over HTTP: subscribers, equipment, locations, tokens, audit, a declared network. OpenAPI from the code.
//!
//! ```text
//!  one thread (tokio, current_thread)                                       the store's own threads
//!  ┌─────────────────────────────────────────────────────────────────┐     ┌──────────────────────┐
//!  │ socket ─► Server: TLS, limits ─► who (tokens) ─► handler ─► Desk ┼────►│ readers, writer      │
//!  │        ◄── JSON, ETag, problem+json ◄── Reply ◄─────────────────┼─────│ (one COMMIT for all) │
//!  └─────────────────────────────────────────────────────────────────┘     └──────────────────────┘
//!    change = read, edit, Transaction { conditions, commands, audit, request }: all of it or nothing
//! ```
//!
//! The nodes notice what changes by the store's feed, as they notice what other processes do. What only a node can do
//! (tell an MME to cancel) goes to it as an [`Order`].
//!
//! No answer has a secret in it: what is shown is made without them ([`quintet_provisioning::edit::shown`]).
//!
//! Threads, clocks and sockets are allowed in this crate (layer `runtime`).

#![forbid(unsafe_code)]

mod access;
mod answers;
mod app;
mod apply;
mod ask;
mod audit;
mod bulk;
mod change;
mod desk;
mod equipment;
mod failures;
mod find;
mod inside;
mod keys;
mod location;
mod once;
mod openapi;
mod page;
mod parts;
mod places;
mod problem;
mod ranges;
mod server;
mod subscribers;
mod tokens;

pub use access::{Area, Caller, MAX_SCOPES, MAX_TOKEN_NAME, Role, Scopes};
pub use app::{
    App, Credential, DataKeyStatus, KeyLookup, KeyStatus, MasterKeyStatus, Order, Remote, Settings,
};
pub use desk::{Desk, MAX_WAITING};
pub use find::{MAX_SOUGHT_OCTETS, Sought};
pub use inside::{Answered, Inside, MAX_KEYS_USED, Question};
pub use openapi::document;
pub use problem::{Problem, without_keys};
pub use server::{Limits, Pages, Server, ServerError, Tls, limited};
pub use tokens::{FIRST_TOKEN, NewToken, first_token, mint};

#[cfg(test)]
mod tests;
