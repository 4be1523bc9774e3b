//! Subscribers as files have them, sans-IO: octets in, rows out.
//!
//! ```text
//!  PyHSS, FHoSS ──SQL dump │ SQLite │ JSON──► Tables ──┐
//!  Open5GS, free5GC ──mongoexport──► objects ──────────┤
//!  srsRAN user_db.csv, SIM vendors' output ──lines─────┼──► Row { place, identity, Outcome, notes } ──► whoever stores
//!  our own CSV, JSON ──► Record ───────────────────────┘             │
//!                                                                    └ Entry { Subscriber, ImsSubscription }
//!  network.yaml ──► Declared ──┐
//!  what is stored ─────────────┴──plan──► changes by field, and the requests that serving nodes would get
//! ```
//!
//! What a source has and this HSS has not is said in a row's notes, never dropped in silence. The sequence number of a
//! source becomes the seed of the new AuC ([`sqn`]). Nothing here stores anything: what exists already, and what is written in
//! which transaction, is the caller's.
//!
//! Formats that hold one subscriber a line or object are streamed. Those whose tables must be joined (PyHSS, FHoSS, free5GC)
//! are kept, within [`MAX_KEPT_OCTETS`].

#![forbid(unsafe_code)]

pub mod declared;
mod detect;
pub mod edit;
mod fhoss;
mod free5gc;
mod hex_octets;
mod joined;
mod lines;
mod members;
mod objects;
mod open5gs;
mod own;
mod plan;
mod pyhss;
pub mod rate;
pub mod record;
mod row;
mod source;
mod sql;
pub mod sqn;
mod srsran;
mod tables;
mod transport;
mod vendor;

pub use detect::detect;
pub use hex_octets::{Hex, octets_of_hex};
pub use joined::MAX_KEPT_OCTETS;
pub use lines::MAX_LINE_OCTETS;
pub use objects::{MAX_OBJECT_DEPTH, MAX_OBJECT_OCTETS};
pub use own::{Format, Writer};
pub use plan::{Change, Difference, FieldChange, Push, Serving, Shown, differences, plan};
pub use pyhss::is_table_of_pyhss;
pub use row::{Entry, Note, Outcome, Place, Refusal, Row};
pub use source::{Input, Options, ReadError, Source, read};
pub use sql::{MAX_COLUMNS, MAX_VALUE_OCTETS};
pub use tables::{Cell, Tables};
pub use transport::{Cipher, Covers, KeyCheck, Transport, TransportError};
