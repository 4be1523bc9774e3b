//! SIP from outside: messages, forwarding, streams, transactions, and what must hold for any octets.

#![cfg(test)]

mod any_octets;
mod forwarding;
mod messages;
mod reginfo;
mod streams;
mod support;
mod torture;
mod transactions;
