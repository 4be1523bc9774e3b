//! Reassembly: what SCTP and TCP carried comes out whole, once and in order, whatever befell the packets.

#![cfg(test)]

mod associations;
mod chunks;
mod connections;
mod corpus;
mod http;
mod http_corpus;
mod mutations;
mod support;
