//! Cx (and Dx), sans-IO: the commands of TS 29.229 as types for both ends, and the user profile of TS 29.228 in XML.
//! Which command carries which operation is TS 29.228 Annex A.
//!
//! ```text
//!  diameter::Message ──read──► Uar, Sar, Lir, Mar, Rtr, Ppr │ Uaa, Saa, Lia, Maa, Rta, Ppa ──write──► MessageWriter
//!                                          └─ User-Data ──profile::ImsSubscription──► from_xml, to_xml, matches
//! ```
//!
//! What the Diameter node adds and judges itself is in no type: Session-Id, Origin-Host, Origin-Realm, Destination-Host,
//! Destination-Realm, the result of an answer, Proxy-Info. [`Envelope`] reads those that matter. AVPs that are not named
//! here are skipped, whatever they are.
//!
//! Sh (TS 29.329) is written in the same AVPs and the same XML: [`read`], [`Fault`], [`Outcome`], [`FeatureList`] and
//! [`profile::xml`] are what `quintet-sh` is made with; SWx, SLh and S6c are written with the same.

#![forbid(unsafe_code)]

mod assignment;
mod code;
mod command;
mod envelope;
mod fault;
mod features;
mod item;
mod location;
mod multimedia;
mod outcome;
pub mod profile;
mod push;
pub mod read;
mod restoration;
mod server;
mod termination;
mod user;

pub use assignment::{AllowedWafWwsfIdentities, Saa, Sar};
pub use code::{
    AuthenticationScheme, LiaFlags, ReasonCode, RtrFlags, SarFlags, ServerAssignmentType, SessionPriority,
    UarFlags, UserAuthorizationType,
};
pub use command::{Answer, Request, answer};
pub use envelope::{Envelope, write_application, write_session};
pub use fault::Fault;
pub use features::{FeatureList, Features, MAX_FEATURE_LISTS};
pub use item::{AuthDataItem, DigestAuthenticate, DigestHa1, LineAccess, Resynchronisation};
pub use location::{Lia, Lir};
pub use multimedia::{MAX_AUTH_DATA_ITEMS, Maa, Mar};
pub use outcome::{ExperimentalResult, Outcome};
pub use push::{Ppa, Ppr};
pub use restoration::{PcscfSubscriptionInfo, RestorationInfo, ScscfRestorationInfo, SubscriptionInfo};
pub use server::{ChargingInformation, ServerCapabilities};
pub use termination::{DeregistrationReason, EmergencyRegistration, Rta, Rtr};
pub use user::{Uaa, Uar};

/// The vendor of Cx's AVPs and results.
pub const VENDOR_3GPP: u32 = 10415;

/// Application-ID of Cx and Dx (TS 29.229 5.6).
pub const CX: u32 = 16_777_216;
