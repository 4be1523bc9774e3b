//! What the stores on databases share, so that a row of one means what it means in the other.
//!
//! ```text
//!  Subscriber ◄──subscriber──► columns: keys (sealed), algorithm, tuak_sizes, …
//!                                 ▲
//!  data_key (number, master, wrapped) ──Masters──► Keys ──seal, open──► field, bound to its table, column and row
//! ```
//!
//! Here are no connections and no SQL: a store reads and writes its rows, and asks this crate what stands in them. Entropy is
//! drawn here (layer `runtime`).

#![forbid(unsafe_code)]

mod columns;
mod commits;
mod data_key;
mod keys;
mod nonces;
mod replies;
mod status;

pub use columns::{
    CHALLENGE_KEY, ColumnError, Columns, algorithm_columns, at_keys, clear_profile, holds_secret,
    joined_keys, key_octets, opened_keys, profile_place,
};
pub use commits::Commits;
pub use data_key::{KeyFault, KeyPurpose, WrappedKey, rewrapped};
pub use keys::{Fresh, Keys};
pub use replies::{Answer, Caller, Outbox};
pub use status::{DataKey, KeyFigures, KeyStatus, Progress, Rewrapped, Rotated};
