//! Security of NAS in EPS and 5GS: COUNT, protect, unprotect, and what may be taken unprotected (TS 24.301 4.4, 9.1, 9.2,
//! 9.3, 9.5, TS 33.401 8; TS 24.501 4.4, 9.1, 9.3, TS 33.501 6.4).
//!
//! ```text
//!   octet 1              2 … 5          6      7 …
//!   type │ 7 (EMM)   ‖   MAC        ‖  SQN  ‖  NAS message, ciphered or not
//!                        ▲              └──────────┬──────────────────────┘
//!                        └── EIA(KNASint, COUNT, bearer 0, direction, SQN ‖ message)
//!
//!   5GS: 7e ‖ type ‖ MAC ‖ SQN ‖ NAS message, and BEARER is the NAS connection identifier: 1 over 3GPP access, 2 over others
//!
//!   COUNT = overflow (16) ‖ SQN (8); only SQN is on the wire. The receiver estimates the overflow, checks the MAC with
//!   the estimate, and keeps the estimate only if the MAC holds.
//!
//!   pdu ──SecurityHeader::parse──► header
//!    │           ┌─ unprotect = verify + commit ─► Verified<message>    integrity checked, COUNT used up
//!    ├──context──┤
//!    │           └─ Err(Discard)                                        nothing changed
//!    └──admit_at_mme, admit_at_ue──► Plain<message>                     on the list of TS 24.301 4.4.4.2, 4.4.4.3
//!       fgs::admit_at_amf, fgs::admit_at_ue                             … of TS 24.501 4.4.4.2, 4.4.4.3
//! ```
//!
//! A [`Verified`] is minted here alone. What a procedure may do with a [`Plain`] the procedure decides; that it may look
//! at it at all, the lists here decide. Nothing here allocates but the caller's buffer and, in 5GS, the container of an initial
//! message.
//!
//! Left out: the NAS containers of handovers and system changes (TS 33.401 9; TS 24.501 4.4.2.2, 9.11.2.6 to 9.11.2.9),
//! whose COUNT does not travel.

mod admission;
mod context;
mod count;
pub mod fgs;
mod header;
mod partial;
mod service_request;
mod system;
mod verified;

pub use crate::common::SecurityHeaderType;
pub use admission::{Lack, NotAdmitted, Plain, SecureExchange, admit_at_mme, admit_at_ue};
pub use context::{Discard, MAX_NAS_OCTETS, NasCounts, NasSecurityContext, ProtectError, Role};
pub use count::{NEAR_END_MARGIN, NasCount};
pub use header::{EMM_PROTOCOL_DISCRIMINATOR, Protection, SecurityHeader};
pub use partial::partially_ciphered_octets;
pub use service_request::ServiceRequestHeader;
pub use system::{Access, System};
pub use verified::{Accepted, Verified};
