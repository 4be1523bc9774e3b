//! The whole of LTE in one thread, on virtual time, from a seed: HSS and store, MME, eNBs, UEs.

#![cfg(test)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod network;
mod scenarios;
mod support;
