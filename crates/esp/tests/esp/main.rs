//! ESP from outside: vectors that others made, whole networks of endpoints, and what Wireshark makes of their packets.

#![cfg(test)]

mod associations;
mod corpus;
mod flows;
mod support;
mod tshark;
mod vectors;
