//! 5GS mobility management (TS 24.501) and its security (TS 33.501), sans-IO.
//!
//! ```text
//!   path      one state per UE, role-free: what may follow what (the specification's transition table)
//!    ▲   ▲
//!    │   └── ue       the UE's decisions     (Input → Disposition, Output…)
//!    └────── network  the AMF's decisions    (Input → Disposition, Output…)
//! ```
//!
//! Both sides send and accept *through* [`path`]; an observer only applies it. Time comes in as a `Duration` since an
//! epoch of the caller, and so do random octets; nothing here waits.

#![forbid(unsafe_code)]

pub mod network;
pub mod path;
pub mod ue;

use quintet_nas::fgs::FgmmCause;
pub use quintet_procedure::{Discard, Violation};

/// What a machine did with an inbound message.
pub type Disposition = quintet_procedure::Disposition<FgmmCause>;
