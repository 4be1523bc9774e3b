//! The messages of EPS and 5GS against other people's decoders and messages, and the contract of a decoder, one file for each word.

#![cfg(test)]

mod canonical;
mod initial;
mod json;
mod limits;
mod no_panic;
mod other_stack;
mod preserved_unknown;
mod pycrate;
mod pycrate_fgs;
mod samples;
mod soft_optional;
mod soft_optional_fgs;
mod stable;
mod support;
mod tshark;
mod vectors;
