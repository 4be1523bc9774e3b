//! The S-CSCF's registration and authentication procedure (TS 24.229 5.4.1, TS 33.203 6.1, TS 29.228), sans-IO: one session
//! for each private identity. It knows no SIP text and no Diameter; the node does.
//!
//! ```text
//!            REGISTER ─► Input::Register ─┐                ┌─► Output::Reply: 401, 200, 403, 423 …
//!            MAA, SAA ─► Vectors, Assigned ├─► Session ────┼─► Output::Cx: MAR, SAR
//!            RTR, PPR ─► Terminate, Profile│               ├─► Output::Changed: what is durable
//!                time ─► Timeout ─────────┘                └─► Output::Event: reg event, third-party REGISTER
//! ```
//!
//! A failed authentication never ends a registration (TS 33.203 6.1.1): whatever is sent for a registered identity, only a
//! right response, a security association, time, the HSS or the operator change what is registered.

mod accept;
mod binding;
mod challenge;
mod check;
mod durable;
mod ending;
mod event;
mod input;
mod output;
mod policy;
mod session;
mod set;
mod vector;
mod verify;

pub use binding::Binding;
pub use durable::DecodeFailure;
pub use event::{ContactEvent, Event, Phase, SetChange};
pub use input::{
    Assigned, At, Authorization, Contact, ContactSet, CxFailure, Input, IntegrityProtected, NetworkReason,
    Register, RegisterId,
};
pub use output::{
    Accepted, AuthenticationInfo, Challenge, CxRequest, Output, Qop, Refusal, RefusalCause, Reply, Scheme,
};
pub use policy::{
    MAX_CONTACTS, MAX_IDENTITIES, MAX_PATH, MAX_RESYNCHRONISATIONS, MAX_SETS, MAX_STALE, MAX_VECTORS,
    MAX_WAITING, Policy, Rechallenge, SERVER_DATA_OCTETS,
};
pub use session::{Entropy, Environment, Session};
pub use set::{Member, RegistrationSet, SetId};
pub use vector::{AuthenticationItem, DigestItem, Vector};
