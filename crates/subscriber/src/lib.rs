//! What a home network knows of a subscriber, and what it decides.
//!
//! `model` holds the data (TS 23.008, TS 29.272 7.3), `auc` makes authentication vectors and sequence numbers
//! (TS 33.102 Annex C), `s6a` decides what each request of TS 29.272 is answered, `nudm` those of
//! TS 29.503, `ims` those of TS 29.228, `swx` those of TS 29.273 8, `slh` those
//! of TS 29.173, `s6c` those of TS 29.338 5, `eir` is the register of equipment, `sh` what
//! application servers get, `usim` is the card's side of it all.
//! Nothing here touches a wire or a store: requests and stored data come in as values, decisions go out as values.

#![forbid(unsafe_code)]

pub mod auc;
pub mod eir;
pub mod ims;
pub mod model;
pub mod nudm;
pub mod s6a;
pub mod s6c;
pub mod sh;
pub mod slh;
pub mod swx;
pub mod usim;
