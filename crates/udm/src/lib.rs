//! The UDM with ARPF and SIDF, sans-IO (TS 29.503, TS 33.501 5.8): between AUSF, AMF and SMF and a subscriber store.
//!
//! ```text
//!   AUSF ─Nudm_UEAuthentication─►┐                ┌─ authentication (ARPF) ─► home::FrontEnd ◄──► store
//!   AMF  ─Nudm_UECM─────────────►│ Udm ─ serve ───┼─ identity (SIDF)
//!   AMF, SMF ─Nudm_SDM──────────►┘                ├─ context, subscribed
//!        ◄─ deregistration, data change ─ notify ◄┴─ changes ◄── provisioning
//! ```
//!
//! A vector for a subscriber in memory is answered at once, without a write. Whatever needs the store waits for it in a
//! bounded place; no answer says more than the store has acknowledged.
//!
//! Left out, because nothing here holds the data or asks for them: registrations of SMFs, SMSFs and of non-3GPP access,
//! shared data, event exposure, parameter provision, GPSIs as identities of requests, AKMA, SUPIs that are no IMSI.

#![forbid(unsafe_code)]

mod authentication;
mod changes;
mod config;
mod context;
mod event;
mod identity;
mod notify;
mod serve;
mod subscribed;
mod udm;

pub use config::UdmConfig;
pub use event::UdmEvent;
pub use identity::HomeNetworkKeys;
pub use notify::{FIRST_PAUSE, MAX_ATTEMPTS, MAX_OWED};
pub use quintet_home::{
    EntropySource, FrontEvent, MAX_CHANGE_TRIES, MAX_LATE_CHANGES, MAX_WAITING, MAX_WAITING_PER_SUBSCRIBER,
    WAITING_TIME,
};
pub use udm::Udm;
