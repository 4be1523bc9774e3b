//! The far side of S6a, sans-IO: what an MME and its UEs do, and load.
//!
//! ```text
//!   Usim ◄── challenge ── Mme ◄──S6a──► HSS          one subscriber at a time, every value checked
//!                   LoadGenerator ◄──S6a──► HSS      as many as can be, a sample checked
//!   ue: a UE, the same card in it      enb: an eNB with any number of them      lte: what they play together
//!   gnb: a gNB and UEs of 5GS      fgs: what they play together     ran, radio, scenario: what both systems have in common
//!   demo: the subscribers both sides know
//! ```
//!
//! Both drive a [`quintet_diameter::Node`] of their own and have the same inputs as any application above one:
//! `handle` (a request, or an answer to one of ours), `handle_event`, `handle_timeout`.

#![forbid(unsafe_code)]

pub mod demo;
pub mod enb;
pub mod fgs;
pub mod gnb;
pub mod ims;
mod load;
pub mod lte;
mod mme;
pub mod radio;
pub mod ran;
mod scenario;
pub mod ue;
mod usim;

pub use load::{
    ConfigError, Latency, LoadConfig, LoadGenerator, LoadProgress, LoadReport, MAX_OUTSTANDING, MAX_RATE,
    Mix, Pace, ResultCount, SubscriberRange, Until,
};
pub use mme::{
    AttachFailure, Context, MAX_CONTEXTS, MAX_EVENTS, Mme, MmeConfig, MmeEvent, Procedure, ProcedureError,
    SecurityContext, Ue, Verdict,
};
pub use quintet_mme::s6a::{
    AnswerFault, AnswerOutcome, EutranVector, S6A, SubscriptionData, SubscriptionFault, VENDOR_3GPP, outcome,
    read_subscription, read_vectors, result_name,
};
pub use usim::{Challenged, KeyAgreement, Usim};
