//! Service based interfaces of drivers over loopback: calls and answers, TLS, what peers may not do, an NRF and its
//! tokens, and the tap.

#![cfg(test)]

mod attacks;
mod calls;
mod membership;
mod pauses;
mod raw;
mod support;
mod tls;
mod watched;
