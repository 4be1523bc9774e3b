//! The web page as browsers have it: over HTTP, from a real listener, on a store in memory; and clicked in a real Chromium.

#![cfg(test)]
#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand outside of the page: they are its browsers"
)]

mod access;
mod clicks;
mod edits;
mod shown;
mod support;
