//! The MME, sans-IO: S1AP on one side, S6a on the other, the contexts of its UEs between them.
//!
//! ```text
//!  SCTP  ──s1_up, s1_message, s1_down──► Mme ──► s1 (setup, UE-associated, reset, errors)
//!        ◄──poll_s1 (S1Output)──────────  │        │
//!                                         │        ▼ drive: Input ─► emm::Session ─► Output
//!  Node  ──handle, handle_event─────────► │        │
//!        ◄──requests, answers───────────  │        ├─► hss (AIR, ULR, PUR)     serve (CLR, IDR, DSR, RSR)
//!  store ◄──poll_save (Save)────────────  │        └─► table (contexts), idle (timers, paging, purge)
//!        ──restore─────────────────────►  │
//! ```
//!
//! The node decides nothing about a UE: that is `quintet-emm`. It finds the session, the eNB and the context a message is
//! for, bounds what anybody can make it hold, and turns outputs into messages.

#![forbid(unsafe_code)]

mod config;
mod connection;
mod drive;
mod enb;
mod event;
mod hss;
mod idle;
mod mme;
mod s1;
pub mod s6a;
mod save;
mod schedule;
mod serve;
mod table;

pub use config::{Config, Limits};
pub use enb::EnbSetup;
pub use event::{Counters, MmeEvent, S1Discard, S1Disposition};
pub use mme::{Mme, S1Output, Unreachable};
pub use quintet_procedure::node::Save;
