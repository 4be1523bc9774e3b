//! Transports of drivers that talk to each other over loopback: SCTP with messages of an application, Diameter over SCTP and TLS.

#![cfg(test)]

mod diameter;
mod messages;
mod support;
mod tap;
mod tls;
