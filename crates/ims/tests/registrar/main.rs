//! The registrar, on virtual time and with a scripted HSS: every branch of TS 33.203 6.1 and TS 24.229 5.4.1.

#![cfg(test)]

mod authentication;
mod contacts;
mod digest;
mod durable;
mod ending;
mod failures;
mod hostile;
mod support;
mod vectors;
