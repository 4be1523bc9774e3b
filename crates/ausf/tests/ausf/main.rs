//! The AUSF with a real UDM behind it, and with a scripted one, on virtual time: both methods, every cause, expiry, limits.

#![cfg(test)]

mod aka;
mod eap;
mod faults;
mod recorded;
mod support;
