//! The MME's side of identification, authentication, security mode control and NAS security, against a UE that is
//! scripted by hand with the codec and the cryptography alone.
#![cfg(test)]

mod authentication;
mod emergency;
mod events;
mod hostile;
mod identification;
mod mutations;
mod protection;
mod reuse;
mod security_mode;
mod support;
mod vectors;
