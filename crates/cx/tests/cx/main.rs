//! Cx against itself, against the recorded messages of others, and against tshark.

#![cfg(test)]

mod corpus;
mod faults;
mod profile;
mod recorded;
mod round_trip;
mod strategies;
mod support;
mod wireshark;
