//! Security of NAS in EPS: COUNT, protect, unprotect, and what may be taken unprotected (TS 24.301 4.4, 9.1, 9.2, 9.3,
//! 9.5; TS 33.401 8).
//!
//! ```text
//!   octet 1              2 … 5          6      7 …
//!   type │ 7 (EMM)   ‖   MAC        ‖  SQN  ‖  NAS message, ciphered or not
//!                        ▲              └──────────┬──────────────────────┘
//!                        └── EIA(KNASint, COUNT, bearer 0, direction, SQN ‖ message)
//!
//!   COUNT = overflow (16) ‖ SQN (8); only SQN is on the wire. The receiver estimates the overflow, checks the MAC with
//!   the estimate, and keeps the estimate only if the MAC holds.
//!
//!   pdu ──SecurityHeader::parse──► header
//!    │           ┌─ unprotect = verify + commit ─► Verified<message>    integrity checked, COUNT used up
//!    ├──context──┤
//!    │           └─ Err(Discard)                                        nothing changed
//!    └──admit_at_mme, admit_at_ue──► Plain<message>                     on the list of TS 24.301 4.4.4.2, 4.4.4.3
//! ```
//!
//! A [`Verified`] is minted here alone. What a procedure may do with a [`Plain`] the procedure decides; that it may look
//! at it at all, the lists here decide. Nothing here allocates but the caller's buffer.
//!
//! Left out: the NAS container of handovers from other systems (TS 33.401 9), whose COUNT does not travel, and 5GS.

mod admission;
mod context;
mod count;
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
