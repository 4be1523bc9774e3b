//! A simulated eNB, sans-IO: one S1 association to an MME, and any number of UEs in one cell.
//!
//! ```text
//!  scenario, load ──add_ue, start, release, rules──► Enb ──► ue::Ue (NAS, card)
//!  SCTP ──handle_up, handle_message, handle_down───►  │  radio: per-UE interference, noise
//!  clock ──handle_timeout──────────────────────────►  │
//!                                poll_output: Send (S1AP), Event
//! ```
//!
//! It does what an eNB must of S1AP (TS 36.413 8): S1 SETUP again after its time to wait, identities and streams of
//! connections, INITIAL CONTEXT SETUP with KeNB of MME and UE compared, release both ways, NAS NON DELIVERY, PAGING, RESET,
//! ERROR INDICATION, overload. What there is of RRC is that a UE has a connection or not.
//!
//! What it has in common with a gNB is [`crate::ran`].
//!
//! Left out: handover, X2, user plane, more than one MME and cell.

mod access;
mod cell;
mod context;
mod receive;

pub use crate::radio::{
    Alteration, CIPHERED, Interference, NoConnection, Noise, Random, Rule, Tamper, Tampered, UeId, Which,
    mutate,
};
pub use cell::EnbCell;

use crate::radio::System;
use crate::ran;
use quintet_crypto::Direction;

/// E-UTRAN: eNBs, which speak S1AP to an MME.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eutran;

/// A simulated eNB.
pub type Enb = ran::Node<Eutran>;

/// Configuration of an [`Enb`].
pub type EnbConfig = ran::Config<Eutran>;

/// What happened at an [`Enb`].
pub type EnbEvent = ran::Event<Eutran>;

/// What an [`Enb`] wants done.
pub type EnbOutput = ran::Output<Eutran>;

/// Who ended a connection of an [`Enb`].
pub type ReleasedBy = ran::ReleasedBy<quintet_s1ap::Cause>;

/// The specification's name of a NAS PDU of EPS, as far as one can see it who has no keys.
#[must_use]
pub fn nas_name(direction: Direction, nas: &[u8]) -> &'static str {
    System::Eps.nas_name(direction, nas)
}
