//! A UE against a network by hand: every check that a UE must make, every timer, every reject.
#![cfg(test)]

mod authentication;
mod network;
mod procedures;
mod protection;
mod rejects;
mod security_mode;
