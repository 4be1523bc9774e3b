//! What the HSS answers to SWx (TS 29.273 8.1.2), decided without a wire and without a store.
//!
//! ```text
//!   request value + subscription + stored AaaServer ──► decision value
//!     AuthenticationRequest   Result<AuthenticationGrant, Refused>     8.1.2.1
//!     Assignment              Result<AssignmentDecision, Refused>      8.1.2.2.2
//!     two subscriptions       ProfileChange → PPR or RTR               8.1.2.2.3, 8.1.2.3
//! ```
//!
//! One 3GPP AAA server serves a UE at a time. It is *pending* from its MAR, *registered* from its SAR:
//!
//! ```text
//!          MAR                SAR REGISTRATION, RE_REGISTRATION, RESTORATION
//!   none ───────► pending ───────────────────────────────────────────► registered ─┐ MAR, SAR of the same
//!    ▲               │ SAR AUTHENTICATION_FAILURE, _TIMEOUT, *_DEREGISTRATION │ ▲────┘
//!    └───────────────┴──────────────────────────── SAR *_DEREGISTRATION, RTR ◄┘
//! ```
//!
//! Who is pending gives way to whoever asks for vectors next: an authentication that was never finished must not lock a UE out.
//! Who is registered does not, and is named to who asks (3GPP-AAA-Server-Name), so that the UE's signalling is taken
//! there; unless who asks says that it is out of order (AAA-Failure-Indication, TS 29.273 8.2.3.21). A failed authentication ends nothing that is registered: nobody de-registers a subscriber by answering a
//! challenge wrongly.

mod assignment;
mod authentication;
mod change;
#[cfg(test)]
mod tests;

pub use assignment::{Assignment, AssignmentDecision};
pub use authentication::{AuthenticationGrant, AuthenticationRequest, Method};
pub use change::{ProfileChange, profile_change};

use crate::model::{AaaServer, Non3gppSubscription, Subscription};
use crate::s6a::is_roaming;
use quintet_cx::{ExperimentalResult, Outcome};
use quintet_identity::Plmn;

/// Why a request is not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// With this result.
    Result(Outcome),
    /// ERROR_IDENTITY_ALREADY_REGISTERED: the 3GPP AAA server that is stored serves or authenticates, and is named.
    ServedElsewhere,
    /// ERROR_USER_NO_NON_3GPP_SUBSCRIPTION, and the 3GPP AAA server that is stored is forgotten.
    NotSubscribed,
}

impl From<ExperimentalResult> for Refused {
    fn from(result: ExperimentalResult) -> Self {
        Self::Result(result.into())
    }
}

/// Whether the stored 3GPP AAA server is another one that the UE is registered at.
fn is_served_elsewhere(stored: Option<&AaaServer>, host: &str) -> bool {
    stored.is_some_and(|aaa| aaa.registered && !aaa.is_named(host))
}

impl Non3gppSubscription {
    /// Whether there is a subscription, and something that may be used with it.
    fn is_of_use(&self, subscription: &Subscription) -> bool {
        self.subscribed && !subscription.apn_configurations.is_empty()
    }
}

/// Whether the subscriber may use a visited network by its Visited-Network-Identifier (TS 29.273 9.2.3.1.2). One that
/// names no PLMN is none of a list.
fn may_visit(subscription: &Subscription, visited: &str, home: &[Plmn]) -> bool {
    use crate::model::Roaming;
    match Plmn::of_realm(visited.trim_matches('"')) {
        Some(plmn) => !is_roaming(plmn, home) || subscription.may_roam(plmn, home),
        None => !matches!(subscription.roaming, Roaming::Only(_)),
    }
}
