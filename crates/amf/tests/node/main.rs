//! The AMF without sockets and clocks: gNBs, an AUSF and a UDM that are scripts.

#![cfg(test)]

mod changes;
mod connections;
mod limits;
mod paging;
mod restart;
mod sbi;
mod sessions;
mod setup;
mod support;
