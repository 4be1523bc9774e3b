//! The MME, sans-IO: S1AP on one side, S6a on the other, the contexts of its UEs between them.

#![forbid(unsafe_code)]

pub mod s6a;
