//! `quintet doctor` as its users run it: the program, captures it reads, what it prints, the page in a browser.
//!
//! The captures are made here: by `quintet lab`, whose faults are known, and octet by octet where a stranger chose the text.
#![cfg(test)]
#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand outside of the program: they are its reader and its browser"
)]

mod faults;
mod keys;
mod page;
mod report;
mod stream;
mod support;
