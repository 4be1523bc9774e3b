//! The AMF's side of 5GS mobility management and its security, on virtual time, against a UE that is scripted by hand with
//! the codec and the cryptography alone.
#![cfg(test)]

mod procedures;
mod security;
mod support;
