//! SLh and S6c against themselves, against what they are not, and against tshark.

#![cfg(test)]

mod corpus;
mod faults;
#[path = "../../../diameter/tests/support/judge.rs"]
mod judge;
mod round_trip;
mod strategies;
mod support;
mod wireshark;
