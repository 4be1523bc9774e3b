//! The P-CSCF as a node: texts in, texts and security associations out.
#![cfg(test)]

mod durable;
mod failures;
mod flood;
mod forged;
mod notify;
mod registration;
mod renewal;
mod requests;
mod support;
mod unprotected;
