//! Secrets at rest, in an envelope.
//!
//! ```text
//!  master key ──wraps──► data key 1, 2, … ──seals──► field (table, column, row)
//!  (file, HSM …)         (in the database, wrapped)   (in the database)
//! ```
//!
//! A *master key* is kept apart from the data. It wraps *data keys*, which lie beside what they seal; so another master key
//! is a matter of a few octets, and another data key one of the rows. What is wrapped carries the [`Fingerprint`] of the
//! master key, and a sealed field the [`DataKeyNumber`] of its data key, so that a key that is missing can be named.
//!
//! The cipher is AES-256-GCM-SIV (RFC 8452): should a nonce ever come twice, it tells that two fields of one place are
//! equal, and no more. Additional data bind a field to its [`Place`]: swapped with another it does not open.
//!
//! Sans-IO: keys and nonces are inputs, and where a master key is found is the caller's ([`Masters`]).

#![forbid(unsafe_code)]

mod cipher;
mod master;
mod masters;
mod ring;
mod sealed_key;

pub use cipher::{NONCE_OCTETS, Nonce};
pub use master::{Fingerprint, KEY_OCTETS, KeyError, Master, MasterKey, Secret, WRAPPED_OCTETS, WrapError};
pub use masters::{Masters, NoMaster, NoMasters};
pub use ring::{DataKeyNumber, MAX_FIELD_OCTETS, OpenError, Place, Ring, SEALING_OCTETS};
pub use sealed_key::{SealedKey, SealedKeyError};
