//! The AMF with its SEAF, sans-IO: NGAP on one side, the service based interfaces on the other, the contexts of its UEs
//! between them.
//!
//! ```text
//!  SCTP   ──n2_up, n2_message, n2_down──► Amf ──► n2 (setup, UE-associated, reset, errors)
//!         ◄──poll_n2 (N2Output)─────────── │        │
//!                                          │        ▼ drive: Input ─► fgmm::Session ─► Output
//!  HTTP/2 ──handle_request, _response────► │        │
//!         ◄──poll_sbi (Call, Respond)───── │        ├─► seaf (Nausf)  home (Nudm)  sm (Nsmf)     serve (callbacks, Namf)
//!  store  ◄──poll_save (Save)───────────── │        └─► table (contexts), idle (timers, paging)
//!         ──restore──────────────────────► │
//! ```
//!
//! The node decides nothing about a UE: that is `quintet-fgmm`. It finds the session, the gNB and the context a message is
//! for, bounds what anybody can make it hold, and turns outputs into messages and calls.

#![forbid(unsafe_code)]

mod amf;
mod callback;
mod calls;
mod config;
mod connection;
mod drive;
mod event;
mod gnb;
mod home;
mod idle;
mod n2;
mod save;
mod schedule;
mod seaf;
mod serve;
mod sm;
mod table;

pub use amf::{Amf, N2Output, Unreachable};
pub use config::{Config, Limits, SbiConfig};
pub use event::{AmfEvent, Counters, N2Discard, N2Disposition, Service};
pub use gnb::GnbSetup;
pub use quintet_procedure::node::Save;
