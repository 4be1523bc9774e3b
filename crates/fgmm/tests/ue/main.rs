//! The UE against a network by hand.
#![cfg(test)]

mod authentication;
mod eap;
mod names;
mod network;
mod procedures;
mod protection;
mod rejects;
mod security_mode;
mod session;
