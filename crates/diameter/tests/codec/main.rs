//! The codec against messages of other people's stacks, and its contract, one file for each word.

#![cfg(test)]

mod answers;
mod corpus;
mod dictionary;
mod limits;
mod no_panic;
mod preserved_unknown;
mod real;
mod shared;
mod stable;
mod wireshark;
