//! SCTP transports of drivers that talk to each other over loopback: messages of an application, and Diameter.

#![cfg(test)]

mod diameter;
mod messages;
mod support;
mod tap;
