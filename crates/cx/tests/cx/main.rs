//! Cx against itself, against the recorded messages of others, and against tshark.

#![cfg(test)]

mod corpus;
mod faults;
#[path = "../../../diameter/tests/support/judge.rs"]
mod judge;
mod profile;
mod recorded;
mod round_trip;
mod strategies;
mod support;
mod wireshark;
