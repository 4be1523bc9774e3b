//! Octets in and out, for every codec of the house.
//!
//! [`Reader`] walks a slice with bounds checked and remembers the absolute offset, so that a [`DecodeError`] says
//! where (octet), in what (element path) and why. [`put`] appends big-endian integers. [`Field`] is what a decoder
//! shows to people and scripts. Nothing here knows a protocol.

#![forbid(unsafe_code)]

mod error;
mod field;
pub mod put;
mod reader;

pub use error::{DecodeError, DecodeErrorKind};
pub use field::Field;
pub use reader::Reader;
