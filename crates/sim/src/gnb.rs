//! A simulated gNB, sans-IO: one NG association to an AMF, and any number of UEs in one cell.
//!
//! ```text
//!  scenario, load ──add_ue, start, release, rules──► Gnb ──► Ue (NAS, card)
//!  SCTP ──handle_up, handle_message, handle_down───►  │  radio: per-UE interference, noise
//!  clock ──handle_timeout──────────────────────────►  │
//!                                poll_output: Send (NGAP), Event
//! ```
//!
//! It does what a gNB must of NGAP (TS 38.413 8): NG SETUP again after its time to wait, identities and streams of
//! connections, INITIAL CONTEXT SETUP with KgNB of AMF and UE compared, PDU sessions, release both ways, NAS NON
//! DELIVERY, PAGING, RESET, ERROR INDICATION, overload. What there is of RRC is that a UE has a connection or not.
//!
//! What it has in common with an eNB is [`crate::ran`].
//!
//! Left out: handover, Xn, user plane, RRC_INACTIVE, more than one AMF and cell.

mod access;
mod cell;
mod context;
mod receive;
mod session;
mod ue;

pub use crate::radio::{
    Alteration, CIPHERED, Interference, NoConnection, Noise, Random, Rule, Tamper, Tampered, UeId, Which,
    mutate,
};
pub use cell::GnbCell;
pub use ue::{Action, Seeded, Ue};

use crate::ran;
use quintet_ngap::{AmfSetId, Cause, PduSessionId};

/// NG-RAN: gNBs, which speak NGAP to an AMF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NgRan;

/// A simulated gNB.
pub type Gnb = ran::Node<NgRan>;

/// Configuration of a [`Gnb`].
pub type GnbConfig = ran::Config<NgRan>;

/// What happened at a [`Gnb`].
pub type GnbEvent = ran::Event<NgRan>;

/// What a [`Gnb`] wants done.
pub type GnbOutput = ran::Output<NgRan>;

/// Who ended a connection of a [`Gnb`].
pub type ReleasedBy = ran::ReleasedBy<Cause>;

/// What happens at a [`Gnb`] and at no eNB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A PDU session has resources, or has none for this reason.
    SessionSetUp(UeId, PduSessionId, Result<(), Cause>),
    /// A PDU session's resources are released.
    SessionReleased(UeId, PduSessionId),
    /// The AMF wants another one of this set to have the UE's first message; there is none, so the connection ends.
    Rerouted(UeId, AmfSetId),
    /// The AMF is about to give up GUAMIs: so many.
    AmfStatus(usize),
}
