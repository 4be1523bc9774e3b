//! The transition table against itself, against recordings, and against both sides of the real thing.
#![cfg(test)]

mod mutations;
mod steps;
