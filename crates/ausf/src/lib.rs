//! The AUSF, sans-IO (TS 29.509, TS 33.501 6.1.3, 14.1): between SEAFs and the UDM, the home network's last word on who a UE is.
//!
//! ```text
//!   SEAF ── POST ue-authentications ──► begin ──── generate-auth-data ──► UDM
//!        ◄─ HXRES*, or AKA'-Challenge ── Context ◄── XRES*, KAUSF, or XRES, CK', IK'
//!        ── RES*, or EAP packet ───────► confirm, eap
//!        ◄─ KSEAF, SUPI ─────────────────┘ └──── auth-events ───────────► UDM
//! ```
//!
//! A context lives from the challenge to the answer, a bounded time, under an identifier nobody can guess; afterwards what
//! was answered is kept a little longer, so that a repetition gets the same.
//!
//! KAUSF is forgotten when the authentication ends: steering of roaming, parameter updates (TS 33.501 6.14, 6.15) and AKMA
//! are not here, and nothing else needs it. Left out, too: EAP-TLS, EAP-TTLS, authentication of RGs, ProSe and NSWO.

#![forbid(unsafe_code)]

mod ausf;
mod begin;
mod config;
mod confirm;
mod context;
mod eap;
mod event;
mod result;
mod upstream;

pub use ausf::{Ausf, EntropySource};
pub use config::{AusfConfig, CONTEXT_LIFETIME, MAX_CALLS, MAX_CONTEXTS, MAX_DONE, ServingNetworks};
pub use event::{AusfEvent, Failure, MAX_EVENTS};
pub use result::{FIRST_PAUSE, MAX_ATTEMPTS};
