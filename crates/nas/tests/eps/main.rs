//! The messages of EPS against other people's decoders and messages, and the contract of a decoder, one file for each word.

#![cfg(test)]

mod canonical;
mod json;
mod limits;
mod no_panic;
mod other_stack;
mod preserved_unknown;
mod pycrate;
mod soft_optional;
mod stable;
mod support;
mod tshark;
mod vectors;
