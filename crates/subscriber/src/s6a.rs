//! What the HSS answers to S6a and S6d (TS 29.272 5.2), decided without a wire and without a store.
//!
//! ```text
//!   request value + stored data ──► decision value
//!     AuthenticationInformation        Result<VectorPlan, Refusal>             5.2.3.1
//!     UpdateLocation                   Result<Admission, Refusal>, displaced   5.2.1.1, 5.2.1.2
//!     PurgeUe                          PuaFlags                                5.2.1.3
//!     Notification                     Result<NotifyDecision, Refusal>         5.2.5.1
//!     two subscriptions                Difference → IDR, DSR or CLR            5.2.2
//! ```
//!
//! The node reads requests into these values and writes the decisions back. Left out: GPRS subscription data (PDP
//! contexts belong to MAP-era SGSNs), LCS, CSG, monitoring events and SMS delivery, none of which this model holds.

mod authentication;
mod change;
mod features;
mod flags;
mod notify;
mod purge;
mod refusal;
mod update_location;

pub use authentication::{
    AuthenticationInformation, MAX_VECTORS_PER_ANSWER, RequestedVectors, VectorKind, VectorPlan, VisitedPlmns,
};
pub use change::{Difference, SubscriptionParts, difference};
pub use features::{Features, ODB_BITS};
pub use flags::{
    AirFlags, ClrFlags, DsaFlags, DsrFlags, IdaFlags, IdrFlags, NorFlags, PuaFlags, PurFlags, UlaFlags,
    UlrFlags,
};
pub use notify::{
    GatewayChange, NoApnConfiguration, Notification, NotifyDecision, ReportedGateway, gateway_change,
};
pub use purge::{PurgeUe, frozen_identities};
pub use refusal::{ErrorDiagnostic, Refusal};
pub use update_location::{
    Admission, Cancellation, CancellationType, Domain, RatType, SmsRegisterRequest, UpdateLocation,
    displaced, is_roaming,
};

#[cfg(test)]
pub(crate) mod tests;
