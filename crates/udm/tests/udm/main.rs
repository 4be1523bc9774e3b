//! The UDM against a scripted store, on virtual time: every operation, every cause, resynchronisation, limits, faults.

#![cfg(test)]

mod authentication;
mod context;
mod faults;
mod support;
