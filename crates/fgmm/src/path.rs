//! What may follow what between a UE and its AMF: the transition table of 5GS mobility management, role-free.
//!
//! ```text
//!                    identity   authentication   security mode      (common: between any two of the below)
//!   connection     ┌──┴────────────┴────────────────┴──────────────┐
//!   Idle ─initial─►│ Registration ─accept─► RegistrationAccepted ──complete──► Registered │ registered
//!    ▲  message    │      └───────────────────────────accept, nothing to confirm─────┘    │
//!    │             │ Service ──accept──► None                                             │
//!    │             │ DeregistrationByUe, DeregistrationByNetwork ──accept──► Deregistered   deregistered
//!    └──released───┴──────────────reject──► Rejected
//!
//!   beside all of them, once registered:  configuration update, notification, slice-specific authentication
//!
//!   security of the connection:  Idle ─► Plain │ Offered(ngKSI) ──accepted by a protected downlink, or SMC──► Secure
//! ```
//!
//! A [`State`] is seven small parts: registration, security of the connection, keys agreed but not in use, the common
//! procedure, what runs beside it, and the specific procedure (TS 24.501 5.1.2), and whether it is an emergency.
//! [`State::apply`] is total and pure. Both ends send and accept through it; an observer only applies, to the *set* of
//! states an end may be in ([`Candidates`]), because what it sees may be lost behind it. Each part may be unknown to an
//! observer that came late; what is unknown forbids nothing.
//!
//! Left out: what needs keys or memory of octets (MAC, COUNT, equal retransmissions, the replayed capabilities, ABBA),
//! which the ends check; session management, which travels inside NAS transport; a second access beside 3GPP access, and
//! inter-system change.

mod admission;
mod apply;
mod authentication;
mod beside;
mod deregistration;
mod identification;
mod message;
mod registration;
mod security_mode;
mod service_request;
mod state;
mod view;
mod violation;

pub use message::{AuthenticationMethod, IdentityKind, MessageView, RegistrationKind, Step};
pub use quintet_procedure::{Algorithms, Header, Ksi, MAX_CANDIDATES, MAX_UNDER_WAY, Protection};
pub use state::{Beside, Common, Fresh, Registration, Security, Specific, State};

/// What an observer knows of one end: the set of states it may be in.
pub type Candidates = quintet_procedure::Candidates<State>;
