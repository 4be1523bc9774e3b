//! What every front end of the authentication centre is made of, whatever it speaks: an HSS over S6a, a UDM over
//! Nudm. Sans-IO.
//!
//! ```text
//!   HSS, UDM ──► FrontEnd ─┬─ issuing     the slot: taken over, its bound kept ahead of the clock
//!                          ├─ preload     all subscribers into memory, while requests are served
//!                          ├─ changes     what provisioning did meanwhile
//!                          ├─ waiting     requests that wait for the store, in lanes
//!                          ├─ desk        commands under way ◄──► store
//!                          └─ authentication   from a request to its vectors
//! ```
//!
//! One store serves many front ends, in one process or in several: each has a slot of its own, so that no two ever make
//! the same sequence number (TS 33.102 Annex C), and all share the key that makes and recognises RANDs.

#![forbid(unsafe_code)]

mod authentication;
mod changes;
mod desk;
mod event;
mod front;
mod issuing;
mod late;
mod preload;
mod waiting;

pub use authentication::{Batch, Failure, Ground, Halt, Need, Stage};
pub use changes::{CHANGES_AT_ONCE, ChangeFeed};
pub use desk::{Desk, MAX_COMMANDS};
pub use event::{Events, FrontEvent, MAX_EVENTS};
pub use front::{FrontConfig, FrontEnd, IN_MEMORY, Known, Purpose, StoreReply, Stored};
pub use issuing::{EntropySource, Issuing};
pub use late::{Late, LateChanges, MAX_CHANGE_TRIES, MAX_LATE_CHANGES};
pub use preload::Preload;
pub use waiting::{Job, JobId, Lane, MAX_WAITING, MAX_WAITING_PER_SUBSCRIBER, WAITING_TIME, Waiting};
