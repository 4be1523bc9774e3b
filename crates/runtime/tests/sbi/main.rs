//! Service based interfaces of drivers over loopback: calls and answers, TLS, what peers may not do, and the tap.

#![cfg(test)]

mod attacks;
mod calls;
mod raw;
mod support;
mod tls;
mod watched;
