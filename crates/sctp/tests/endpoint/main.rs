//! Endpoints with each other, over a network that does what networks do.

#![cfg(test)]

mod attack;
mod corpus;
mod lifecycle;
mod mutation;
mod packets;
mod support;
mod transfer;
mod tshark;
