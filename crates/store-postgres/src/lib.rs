//! The store on a PostgreSQL server: durable, one database, many processes on many machines.
//!
//! ```text
//!             ┌─ writes ──► BEGIN, lock … COMMIT (one for all that wait) ── connection ──┐
//!  submit ────┼─ one row ─► all that wait, one behind the other ─────────── connections ─┼──► replies ──► waker, poll
//!             └─ many ────► scans, lists, counts ───────────────────────── connection ──┘
//!                           LISTEN, the lock of the slot ───────────────── connection ──────► changed
//! ```
//!
//! One thread of the store's own drives all connections. A reply to a write is given after its COMMIT was acknowledged
//! (`synchronous_commit`, which is switched on; `fsync`, without which a server is refused), never before. While the
//! server commits, further writes gather and share the next COMMIT.
//!
//! Connections are fixed, each with its part and its prepared statements. A pool would hand any of them to any command,
//! and the order in which commands take effect, the sharing of COMMITs and the sharing of reads would have to be made
//! above it.
//!
//! Faults (server gone, restarted, read-only, full, locked, too slow) are replies that name the database and what to do.
//! The next command tries again, on a new connection where that is needed: nothing has to be restarted. Every wait has a
//! limit with a name.
//!
//! Passwords are found by [`PostgresStore::open`] and are in no error and no log. Keys of subscribers are sealed under
//! data keys that a master key wraps (`quintet_vault`), as in the SQLite store.
//!
//! Threads and sockets are allowed in this crate (layer `runtime`).

#![forbid(unsafe_code)]

mod address;
mod admin;
mod check;
mod commands;
mod context_data;
mod equipment;
mod errand;
mod fault;
mod fence;
mod flight;
mod ims;
mod lanes;
mod location;
mod open;
mod options;
mod password;
mod provision;
mod reader;
mod rekey;
mod row;
mod schema;
mod sealing;
mod session;
mod sh;
mod shared;
mod slot;
mod store;
mod tls;
mod watch;
mod writer;

pub use fence::fence;
pub use options::{DEFAULT_READERS, DEFAULT_SCHEMA, OpenError, Options, Waker};
pub use quintet_store_rows::{DataKey, KeyStatus, Progress, Rewrapped, Rotated};
pub use rekey::{key_status, place, rewrap, rotate_data_key};
pub use schema::SCHEMA_VERSION;
pub use store::PostgresStore;

/// The name under which `tests::support`, which the benchmark uses as well, knows this crate.
#[cfg(test)]
extern crate self as quintet_store_postgres;

#[cfg(test)]
mod tests;
