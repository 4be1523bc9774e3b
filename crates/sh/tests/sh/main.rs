//! Sh against itself, against what others write, and against tshark.

#![cfg(test)]

mod faults;
#[path = "../../../diameter/tests/support/judge.rs"]
mod judge;
mod round_trip;
mod strategies;
mod support;
mod user_data;
mod wireshark;
