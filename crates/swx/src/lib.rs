//! SWx, sans-IO: the commands of TS 29.273 8 as types for both ends, HSS and 3GPP AAA server.
//!
//! ```text
//!  diameter::Message ──read──► Mar, Sar, Rtr, Ppr │ Maa, Saa, Rta, Ppa ──write──► MessageWriter
//!                                                     └─ Non-3GPP-User-Data ──UserData::read──► what a AAA server needs of it
//! ```
//!
//! It is Cx's sister: AVPs, faults, results and features are those of [`quintet_cx`], and what its head says of Session-Id and the
//! routing AVPs holds here too. Requests borrow from their message: reading one allocates nothing unless it lists features or
//! gateways. AVPs that are not named here are skipped, whatever they are.
//!
//! Left out: emergency services, trace, TWAN access information, ERP.

#![forbid(unsafe_code)]

mod agent;
mod assignment;
mod command;
mod item;
mod multimedia;
mod push;
mod terminal;
mod termination;
mod user_data;

pub use agent::{AgentInfo, MAX_AGENT_ADDRESSES, ReadError};
pub use assignment::{ActiveApn, MAX_ACTIVE_APNS, Saa, Sar};
pub use command::{Answer, Request};
pub use item::{AuthItem, ItemKeys};
pub use multimedia::{MAX_AUTH_ITEMS, Maa, Mar};
pub use push::{Ppa, Ppr, PprFlags};
pub use terminal::Terminal;
pub use termination::{Rta, Rtr};
pub use user_data::{Apn, MAX_APNS, UserData};

pub use quintet_cx::MAX_FEATURE_LISTS;

/// Application-ID of SWx (TS 29.273 8.2.1).
pub const SWX: u32 = 16_777_265;
