//! What keys make of a trail: MACs recomputed, ciphered messages opened, and which value is wrong when one is.
//!
//! ```text
//!  AIA ──vector──┐
//!                ▼                       ┌─ KASME of the HSS's vector with this RAND
//!  AUTHENTICATION REQUEST ──challenge──► │  else K of the subscriber, as the user gave it      ──► Round: KASME for each
//!                                        └─ else a published K under which MAC-A holds             serving network thinkable
//!                                   of 5GS: CK, IK ─► KAUSF ─► KSEAF ─► KAMF, or KSEAF of the home network's answer (`fgs`)
//!  SECURITY MODE COMMAND ────open──► the round of its KSI ──A.7──► Context: KNASint, KNASenc, COUNTs
//!  any protected message ────open──► the context, COUNT estimated ──► Opened { verdict, COUNT, plain message, notes }
//! ```
//!
//! A MAC that does not hold is tried with one thing changed at a time: which of them makes it hold is
//! the note. Keys come from the capture itself (KASME in an AIA), from a list of published test keys and defaults of open
//! projects, and from the user. None is ever shown.

mod aka;
mod answers;
mod clear;
mod command;
mod context;
mod fgs;
mod hypotheses;
mod ims;
mod message;
mod note;
mod open;
mod published;
mod recent;
mod ring;
mod root;
mod round;
mod search;
mod serving;
mod short_mac;
mod subscriber;
mod verifier;

pub use clear::in_the_clear;
pub use fgs::{Method, eap_challenge};
pub(crate) use ims::AkaFit;
pub use note::{KeyNote, Opened};
pub use ring::{KeyRing, KeyRingError, MAX_HOME_NETWORK_KEYS, MAX_KEYS, Operator, SubscriberKey};
pub use verifier::{Challenge, MAX_SUBSCRIBERS, MAX_VECTORS, SubscriberId, Verifier};

#[cfg(test)]
mod tests;
