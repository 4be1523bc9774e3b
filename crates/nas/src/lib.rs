//! NAS (TS 24.007, TS 24.301, TS 24.501): what a message says. [`common`] is the grammar that all NAS protocols share,
//! [`eps`] the messages of EPS, [`fgs`] those of 5GS.

#![forbid(unsafe_code)]

pub mod common;
pub mod eps;
pub mod fgs;
pub mod security;
