//! The doctor: says where authentication → security mode → protected continuation broke, and what shows it. Sans-IO.
//!
//! ```text
//!  frames ─► capture ─► PDUs ─► observer::Observer ─► Trail ─► outcome, findings ─► report::Attempt
//!                        │          ▲    ▲                                      Event (as it passes)
//!                        ├─► s6a ───┘    └── keys: MACs recomputed, NAS opened
//!                        ├─► sbi ─► the Trail that ends
//!                        └─► ims: SIP, Cx, ESP ─► a Trail of its own
//! ```
//!
//! A technology is one observer. What an observer keeps is bounded ([`trail::MAX_MESSAGES`] and the limits beside each
//! table), so a capture may be longer than memory: attempts leave when they end.

#![forbid(unsafe_code)]

mod attempt;
mod container;
mod doctor;
mod eps;
pub mod event;
mod fgs;
pub mod findings;
mod ims;
pub mod keys;
mod nas;
mod numbers;
pub mod observer;
pub mod outcome;
pub mod report;
pub mod s6a;
pub mod sbi;
mod signalling;
pub mod subscribers;
mod tables;
mod told;
pub mod trail;

pub use doctor::{Doctor, LIVE_SILENCE_NS, Output, Settings};
