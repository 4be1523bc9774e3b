//! The observer of EPS from outside: which connection and which UE a message is of, when an attempt ends, and that all of it is
//! bounded.
#![cfg(test)]

mod bounds;
mod connections;
mod endings;
mod fgs;
mod logs;
mod standing;
mod subscribers;
mod support;
