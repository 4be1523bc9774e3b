//! Radio traces from outside: other people's captures against tshark and their labels, RRC messages against the values that
//! pycrate wrote into them, and PDUs of every layer made here, whole, cut, shuffled and broken.
//!
//! The captures need tshark 4.0 and `captures` in `shared` beside the checkout, or where `QUINTET_CORPUS` points. Without
//! them those tests say so and pass, unless `CI=true`: there they must run.

#![cfg(test)]

mod broken;
mod corpus;
mod nr;
mod reassembly;
mod security;
mod seeds;
mod support;
mod tshark;
mod vectors;
