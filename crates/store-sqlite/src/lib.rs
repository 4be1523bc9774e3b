//! The store on an embedded SQLite database: durable, one file, many processes.
//!
//! ```text
//!             ┌─ writes ──► writer thread ── BEGIN … COMMIT (one for all that wait) ──┐
//!  submit ────┼─ one row ─► reader thread ── one snapshot for all that wait ──────────┼──► replies ──► waker, poll
//!             └─ many ────► reader thread ── scans, lists, counts ────────────────────┘
//! ```
//!
//! A reply to a write is given after its COMMIT has reached the disk (`journal_mode=WAL`, `synchronous=FULL`), never
//! before. While the disk works, further writes gather and share the next COMMIT; each runs in a savepoint of its own,
//! so that one's failure undoes nothing of the others.
//!
//! Faults (disk full, read-only, locked, damaged, file gone or replaced) are replies that name the file and what to
//! do. The next command tries again, on a new connection where that is needed: nothing has to be restarted.
//!
//! Command-line tools may write while a server runs: [`SqliteStore::changed`] tells the server. Two servers on one
//! slot are refused by [`SqliteStore::lock_for_serving`].
//!
//! Keys of subscribers and UEs are sealed under data keys that a master key wraps (`sealing`, `quintet_vault`); what is
//! not a secret is as SQLite writes it (use the disk's encryption for that).
//!
//! Threads and files are allowed in this crate (layer `runtime`).

#![forbid(unsafe_code)]

mod admin;
mod backup;
mod context_data;
mod contexts;
mod copy;
mod database;
mod equipment;
mod fault;
mod glance;
mod ims;
mod lanes;
mod location;
mod lock;
mod provision;
mod reader;
mod rekey;
mod restore;
mod row;
mod schema;
mod scrub;
mod seal_all;
mod sealing;
mod sh;
mod shared;
mod slot;
mod store;
mod writer;

pub use backup::{BackedUp, back_up};
pub use contexts::{ContextStore, Opened, Owner};
pub use database::OpenError;
pub use glance::each_subscriber;
pub use lock::LockError;
pub use quintet_store_rows::{DataKey, KeyStatus, Progress, Rewrapped, Rotated};
pub use rekey::{KeyedFile, key_status, rewrap, rotate_data_key};
pub use restore::{Restore, RestoreError, Restored, fence};
pub use schema::{APPLICATION_ID, SCHEMA_VERSION};
pub use store::{Options, SqliteStore, Waker};

#[cfg(test)]
mod tests;
