//! SWx against itself, against what is not SWx, and against tshark.

#![cfg(test)]

mod corpus;
mod faults;
#[path = "../../../diameter/tests/support/judge.rs"]
mod judge;
mod round_trip;
mod strategies;
mod support;
mod wireshark;
