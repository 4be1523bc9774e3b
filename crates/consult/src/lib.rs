//! The doctor at work: what surrounds him wherever he looks.
//!
//! ```text
//!  file, pipe, upload ─► read::Stream ─► Pass: Dissector ─► Doctor ─► Attempt ─► Kept ─► page::Shown (one page)
//!  taps of the nodes ──► Passed ─► Watch: flows, doubles ─► Doctor ─┬─► whoever asked (`serve --events`)
//!                          └─ a queue, when somebody looks ─► Feed ──┴─► rows and attempts of a web page
//! ```
//!
//! The nodes are never held up: what they show to a [`Feed`] is copied only while somebody looks, so much of it a second, into a
//! queue of bounded length, and the doctor is on a thread of his own.
//!
//! Threads are allowed in this crate (layer `runtime`); time is told to it.

#![forbid(unsafe_code)]

pub mod broken;
mod examine;
mod feed;
mod keep;
pub mod page;
mod pass;
mod passed;
pub mod read;
#[cfg(any(test, feature = "testing"))]
pub mod sample;
mod unseen;
mod upload;
mod watch;

pub use examine::{Examined, MAX_UNPACKED_OCTETS, Unexamined, examine};
pub use feed::{Changes, Feed, Looked, MAX_ATTEMPTS, MAX_OCTETS, MAX_SEEN_A_SECOND, MAX_WAITING, Row, When};
pub use keep::{Kept, MAX_KEPT};
pub use pass::Pass;
pub use passed::{Line, Node, Passed, What, Witness};
pub use unseen::{counted, told};
pub use upload::{Upload, Uploading, uploading};
pub use watch::Watch;
