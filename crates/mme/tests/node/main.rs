//! The MME without sockets and clocks: eNBs and an HSS that are scripts.

#![cfg(test)]

mod connections;
mod limits;
mod paging;
mod restart;
mod s6a;
mod setup;
mod support;
