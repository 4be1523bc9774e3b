//! EAP-AKA' from outside: server and peer together and apart, against octets that others made, and with octets that nobody
//! meant.

#![cfg(test)]

mod corpus;
mod messages;
mod pair;
mod peer;
mod server;
mod support;
mod wireshark;
