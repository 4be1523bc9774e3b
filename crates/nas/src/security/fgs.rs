//! What 5GS has of its own in NAS security: which messages are taken unprotected, and how an initial message hides what
//! need not be read before its context is known (TS 24.501 4.4.4, 4.4.6).

mod admission;
mod initial;

pub use admission::{admit_at_amf, admit_at_ue};
pub use initial::{OpenError, cleartext};
