//! Radio traces of others, read here and by tshark: the same NAS in the same frames, and every RRC message that the labels
//! tell of.
//!
//! Needs tshark 4.0 and the captures (`captures` in `shared` beside the checkout, or where `QUINTET_CORPUS` points).
//! Without them a test says so and passes, unless `CI=true`: there it must run.

#![cfg(test)]

mod corpus;
mod support;
mod tshark;
