//! The HSS over S6a and S6d (TS 29.272), sans-IO: a Diameter application between MMEs and a subscriber store.
//!
//! ```text
//!   Diameter node ──request──► serve ──► wire (read) ──► subscriber::s6a (decide), subscriber::auc (vectors)
//!        ▲                       │ ▲
//!        └──answer── wire (write)┘ └── waiting ◄── desk ◄──► store
//! ```
//!
//! An authentication request for a subscriber in memory is answered at once and allocates nothing. Whatever needs the
//! store waits for it in a bounded place; no answer says more than the store has acknowledged.
//!
//! Answered: Authentication-Information, Update-Location, Purge-UE, Notify. Sent: Cancel-Location,
//! Insert-Subscriber-Data, Delete-Subscriber-Data, Reset. Left out, because nothing here holds the data: GPRS
//! subscriptions (PDP contexts), LCS, CSG, trace, monitoring events. What requests say about them is skipped.

#![forbid(unsafe_code)]

mod authentication;
mod changes;
mod config;
mod desk;
mod dispatch;
mod disposition;
mod event;
mod hss;
mod issuing;
mod late;
mod location;
mod preload;
mod serve;
mod waiting;
mod wire;

pub use config::{HssConfig, MAX_RESET_IDS, MAX_WAITING, MAX_WAITING_PER_SUBSCRIBER, WAITING_TIME};
pub use dispatch::{FIRST_PAUSE, MAX_ATTEMPTS, MAX_OWED};
pub use disposition::{Disposition, Outcome};
pub use event::{HssEvent, MAX_EVENTS};
pub use hss::Hss;
pub use issuing::EntropySource;
pub use late::{MAX_CHANGE_TRIES, MAX_LATE_CHANGES};
pub use wire::{S6A, VENDOR_3GPP};
