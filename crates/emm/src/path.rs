//! What may follow what between a UE and its MME: the transition table of EPS mobility management, role-free.
//!
//! ```text
//!                    identity   authentication   security mode      (common: between any two of the below)
//!   connection     ┌──┴────────────┴────────────────┴──┐
//!   Idle ─initial─►│ Attach ──accept──► AttachAccepted ──complete──► Attached │
//!    ▲  message    │ Update ──accept──► UpdateAccepted ──complete──► Updated  │ registered
//!    │             │ Service ──(bearers; any secure message)───────► Settled  │
//!    │             │ DetachByUe, DetachByNetwork ──accept──► Detached           deregistered
//!    └──released───┴──────────────reject──► Rejected
//!
//!   security of the connection:  Idle ─► Plain │ Offered(KSI) ──accepted by a protected downlink, or SMC──► Secure
//! ```
//!
//! A [`State`] is five small parts: registration, security of the connection, keys agreed but not in use, the common
//! procedure and the specific procedure (TS 24.301 5.1.2). [`State::apply`] is total and pure. Both ends send and accept
//! through it; an observer only applies, to the *set* of states an end may be in ([`Candidates`]), because what it sees
//! may be lost behind it. Each part may be unknown to an observer that came late; what is unknown forbids nothing.
//!
//! Left out: what needs keys or memory of octets (MAC, COUNT, equal retransmissions, HASH_MME), which the ends check;
//! procedures of session management, which are one arm here; inter-system change.

mod admission;
mod apply;
mod attach;
mod authentication;
mod detach;
mod identification;
mod message;
mod security_mode;
mod service_request;
mod state;
mod tracking_area_update;
mod view;
mod violation;

pub use message::{IdentityKind, MessageView, Step};
pub use quintet_procedure::{Algorithms, Header, Ksi, MAX_CANDIDATES, MAX_UNDER_WAY, Protection};
pub use state::{Common, Fresh, Registration, Security, Specific, State};

/// What an observer knows of one end: the set of states it may be in.
pub type Candidates = quintet_procedure::Candidates<State>;
