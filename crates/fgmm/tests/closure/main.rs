//! The transition table against itself, against recordings, and against both sides of the real thing.
#![cfg(test)]

mod closure;
mod core;
mod mutations;
mod order;
mod protection;
mod recorded;
mod steps;
mod table;
mod views;
mod world;
