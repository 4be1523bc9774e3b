//! The authentication centre: sequence numbers (TS 33.102 Annex C) and vectors (TS 33.102 6.3, TS 33.401 6.1,
//! TS 33.501 6.1).
//!
//! # Sequence numbers: no write in the way, and never twice
//!
//! Generation is entirely time-based (TS 33.102 C.1.1.3): SEQ = GLC + DIF. It is made safe by a durable bound on
//! *values*, not by a lease on time: a front end may die, hang, be replaced while it still runs, or have a wrong clock.
//!
//! | kept | where | written |
//! |---|---|---|
//! | DIF, a signed number of ticks | durable, per subscriber | at first use, at a genuine resynchronisation |
//! | epoch, H | durable, per slot | at a takeover, and twice per window of 10 minutes |
//! | GLC, DIF cache, last issued | memory | |
//!
//! - Takeover swaps `(e, H)` for `(e + 1, H)`; GLC starts at H + 1, never below. The DIF cache starts empty.
//! - Issuing `n`: base = max(GLC, last + 1), top = base + n − 1. If top > H, H is raised first, with a check of the
//!   epoch. SQN = (base + i + DIF) ‖ IND.
//! - DIF is read together with the epoch ([`Auc::admit`]), and kept by the rules of [`refresh_dif`].
//!
//! So no two holders of a slot ever use the same GLC for a subscriber, whatever their clocks say; slots and domains
//! differ in IND. The one exception is a decrease of DIF: see [`Resync`].
//!
//! The store must never lose an acknowledged write: SQLite with `synchronous=FULL`, a database with *synchronous* replication.
//! Held by an exhaustive model over this very code, with each piece taken away in turn (`auc::exhaustive`).
//!
//! # How a node uses it
//!
//! ```text
//!   Takeover → take_over(epoch, h)                          renewal(wall) → RaiseBound → bound_raised │ fenced │ store_failed
//!   Load     → admit(epoch), refresh_dif
//!   AIR      → issue → Vectors::eps, utran                  NeedBound, NeedDif: submit, tell the reply, issue again
//!   AUTS     → Vectors::check_auts → resync → Write: submit; on a conflict, resync again with the store's DIF
//! ```

mod challenge;
mod clock;
mod dif;
mod domain;
#[cfg(test)]
mod exhaustive;
mod issuer;
mod recent;
mod slot;
mod vector;

pub use challenge::{ChallengeKey, ChallengeSecret, Entropy, MAX_RAND_AGE_S, MAX_RAND_AHEAD_S};
pub use clock::{ClockJump, TICK_MS, WallClock};
pub use dif::{
    FIRST_SEQ_MARGIN_TICKS, Resync, SEED_BITS, SetDif, fence, initial_dif, refresh_dif, seq_margin,
};
pub use domain::{Domain, Issued};
pub use issuer::{Auc, AucConfig, IssueError, MAX_SQNS_PER_ISSUE, NotAdmitted, RaiseBound, Recipient};
pub use slot::{Epoch, Slot};
pub use vector::{AutsRefused, EapAkaPrimeVector, EpsVector, Secret, SqnMs, VectorError, Vectors};
