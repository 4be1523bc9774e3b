//! The transition table of a registration: what each seed's flow and failure branch allows, and that nothing else is.
#![cfg(test)]

mod branches;
mod order;
mod support;
