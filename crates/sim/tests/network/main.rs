//! A whole S6a network in one thread on virtual time: the HSS with its store, and MMEs with UEs whose cards compute.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod load;
mod mme;
mod rig;
