//! The HSS over S6a and S6d (TS 29.272), over Cx (TS 29.228), over Sh (TS 29.328), over SWx
//! (TS 29.273), over SLh (TS 29.173) and over S6c (TS 29.338), and the EIR over S13 (TS 29.272),
//! sans-IO: a Diameter application between MMEs, CSCFs, application servers, GMLCs, SMS-GMSCs and a
//! subscriber store.
//!
//! ```text
//!   Diameter node ──request──► serve ──► wire, cx (read) ──► subscriber::{s6a, ims} (decide), subscriber::auc (vectors)
//!        ▲                       │ ▲
//!        └──answer── wire (write)┘ └── home::FrontEnd (waiting, desk, memory, slot) ◄──► store
//! ```
//!
//! An authentication request for a subscriber in memory is answered at once and allocates nothing. Whatever needs the
//! store waits for it in a bounded place; no answer says more than the store has acknowledged.
//!
//! Answered: Authentication-Information, Update-Location, Purge-UE, Notify; User-Authorization, Server-Assignment,
//! Location-Info, Multimedia-Auth; ME-Identity-Check; User-Data, Profile-Update,
//! Subscribe-Notifications; Multimedia-Auth and Server-Assignment of SWx; LCS-Routing-Info;
//! Send-Routing-Info-for-SM, Report-SM-Delivery-Status. Sent: Cancel-Location, Insert-Subscriber-Data,
//! Delete-Subscriber-Data, Reset; Registration-Termination and Push-Profile, of Cx and of SWx; Push-Notification; Alert-Service-Centre. Left
//! out, because nothing here holds the data: GPRS subscriptions (PDP contexts), LCS, CSG, trace, monitoring events.
//! What requests say about them is skipped.

#![forbid(unsafe_code)]

mod answers;
mod authentication;
mod buffers;
mod changes;
mod config;
mod dispatch;
mod disposition;
mod eir;
mod event;
mod hss;
mod ims;
mod location;
mod s6c;
mod serve;
mod sh;
mod slh;
mod swx;
mod wire;

pub use config::{HssConfig, ImsConfig, MAX_RESET_IDS, ShConfig, ShPermissions, SlhConfig};
pub use dispatch::{FIRST_PAUSE, MAX_ATTEMPTS, MAX_OWED};
pub use disposition::{Disposition, Outcome};
pub use eir::S13;
pub use event::HssEvent;
pub use hss::Hss;
pub use ims::{MAX_IMS_RECORDS, MAX_ITEMS_PER_ANSWER, MAX_LATE_IMS};
pub use quintet_cx::CX;
pub use quintet_home::{
    EntropySource, FrontEvent, IN_MEMORY, MAX_CHANGE_TRIES, MAX_EVENTS, MAX_LATE_CHANGES, MAX_WAITING,
    MAX_WAITING_PER_SUBSCRIBER, WAITING_TIME,
};
pub use quintet_sh::SH;
pub use quintet_slh::SLH;
pub use quintet_slh::s6c::S6C;
pub use quintet_swx::SWX;
pub use sh::{MAX_LATE_SH, MAX_SH_CHECKS};
pub use swx::MAX_VECTORS_PER_MAA;
pub use wire::{S6A, VENDOR_3GPP};
