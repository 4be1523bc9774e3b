//! S6a as seen: requests with their answers, vectors handed out and what became of them (TS 29.272).
//!
//! ```text
//!  Diameter PDU ─► Observer ─► Exchange: open, again when answered or given up ─► the attempt that claims it
//!                   │   │                                                    └─► Lone: attempts of S6a alone
//!                   │   └─ Connections: capabilities, watchdog, disconnection ─► PathFact
//!                   └─ Vectors: RAND and AUTN ─► who, which answer, used when ─► VectorUse
//! ```
//!
//! Whoever follows attempts does so:
//!
//! 1. Each PDU of Diameter goes to [`Observer::pdu`], each event of a flow to [`Observer::flow`]; then each exchange that
//!    [`Observer::poll`] gives goes into the attempt that has it already (same [`Exchange::id`]: it replaces the older
//!    form), else into the subscriber's open attempt, else to [`Lone::add`].
//! 2. Each AUTHENTICATION REQUEST that does not repeat one of its attempt goes to [`Vectors::challenged`], and what that
//!    answers into [`crate::trail::Trail::vector_uses`]. [`Vectors::vector_of`] tells whose it is, and keys;
//!    [`Lone::claim`] takes back the exchanges that came before anybody knew.
//! 3. When an attempt ends, [`Observer::path`] from its first to its last frame is its
//!    [`crate::trail::Trail::hss_path`].
//! 4. As time passes, [`Observer::advance`] and [`Lone::poll`]; when the capture ends, [`Observer::finish`], poll again,
//!    [`Lone::finish`], [`Lone::poll`] till it wants nothing.
//!
//! Applications other than S6a pass by unheeded. A peer that is sloppy with flags, wrappers or Session-Id is read as far
//! as it goes; what is wrong is in [`Exchange::remarks`].

mod connection;
mod exchange;
mod lone;
mod observer;
mod read;
#[cfg(test)]
pub(crate) mod support;
#[cfg(test)]
mod tests;
mod vectors;

pub(crate) use connection::advertises;
pub use connection::{MAX_CONNECTIONS, MAX_PATH_FACTS, PathFact, Trouble};
pub use exchange::{Exchange, Leg, MAX_LEGS, MAX_REMARKS, State, Unanswered, VectorSeen, command_name};
pub use lone::{Lone, MAX_LONE, MAX_LONE_EXCHANGES, SILENCE, Verdict, verdict};
pub use observer::{MAX_PENDING, Observer, UNANSWERED_AFTER};
pub use vectors::{
    Challenge, Handed, MAX_SUBSCRIBERS, MAX_USES, MAX_VECTORS, Origin, Use, VectorUse, Vectors,
};
