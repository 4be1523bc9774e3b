//! NGAP against messages and tools that others made, and against octets that nobody should make.
#![cfg(test)]

mod corpus;
mod describe;
mod faults;
mod limits;
mod no_panic;
mod preserved_unknown;
mod samples;
mod shared;
mod transfer;
mod vectors;
mod wireshark;
