//! The P-CSCF (TS 24.229 5.2, TS 33.203): what a UE meets of the IMS, and the network's end of its security associations.
//!
//! ```text
//!  UE ─SM1─► register ─SM2─► I-CSCF       Path, icid, integrity-protected; Security-Client stays here
//!  UE ◄─SM6─ answer ◄──SM5── I-CSCF       ck, ik stay here: temporary associations, Security-Server
//!  UE ═SM7═► register ─SM8─► I-CSCF       Security-Verify and Security-Client letter by letter
//!  UE ◄SM12═ answer ◄──SM11─ I-CSCF       associations stay as long as the registration; failures delete them
//!  UE ◄════► ue, core ◄────► S-CSCF       service route, asserted identities, the flow of the token in Path
//! ```
//!
//! A hop between protected ports *is* an association: whichever back end carries it guarantees that what comes there came
//! through it. Left out: media (P-CSCF as IMS-ALG, Rx), SigComp, TLS towards UEs, sessions' dialogs (what is in a dialog is
//! known by the Route that this node made for the UE).

mod answer;
mod config;
mod core;
mod durable;
mod emergency;
mod event;
mod headers;
mod held;
mod lifetime;
mod node;
mod rate;
mod register;
mod said;
mod sending;
mod subscribe;
mod table;
mod ue;

pub use config::{Config, Limits, MAX_URIS, Unprotected};
pub use event::{Counters, Ended, PcscfEvent};
pub use headers::IntegrityProtected;
pub use node::Pcscf;
pub use rate::{MAX_SOURCES, Rate};
