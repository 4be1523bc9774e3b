//! What the HSS keeps of an IMS subscription (TS 23.228 4.3.3, TS 23.008 3), and what it answers to Cx (TS 29.228 6),
//! decided without a wire and without a store.
//!
//! ```text
//!   ImsRecord = ImsSubscription (provisioned) + Registrations (told by S-CSCFs) + version
//!
//!   record + request ──► Decision { answer, registrations to store if they change, S-CSCFs to tell }
//!     UserAuthorization    Authorized             6.1.1   which S-CSCF, or the capabilities to select one by
//!     Assignment           Assigned               6.1.2   registered, unregistered with service, de-registered, failed
//!     LocationQuery        Located                6.1.4   where requests for an identity go
//!     AuthenticationQuery  Challenge              6.3.1   scheme, credentials; the pending flag, the S-CSCF's name
//!     Deregister           Cancellation           6.1.3   RTR
//!     ImsSubscription ×2   ProfileChange          6.2.2   PPR, or RTR where an identity went
//! ```
//!
//! The registration flag of TS 33.203 6.1.1: *not registered*, *authentication pending* (a flag for each private
//! identity, beside the state), *registered*, *unregistered with service*. A failed authentication clears the flag and
//! never more, if the identity is registered; if not, it clears the S-CSCF's name too (TS 33.203 6.1.2.2, 6.1.2.3 in
//! their later version; TS 29.228 6.1.2.1). So nobody de-registers a subscriber by answering a challenge wrongly.
//!
//! A change is stored by comparing versions: who decides on old data is refused, and decides again on the new.
//!
//! Left out: wildcarded identities, NASS-bundled and GPRS-IMS-bundled authentication, WebRTC, Sh, SWx.

mod assignment;
mod authentication;
mod authorization;
mod derive;
mod kept;
mod limits;
mod location;
mod registrations;
mod restoration;
mod subscription;
mod termination;
#[cfg(test)]
mod tests;

pub use assignment::{Assigned, Assignment};
pub use authentication::{AuthenticationQuery, Challenge};
pub use authorization::{Authorized, UserAuthorization};
pub use limits::{
    MAX_CAPABILITIES, MAX_IMS_NAME_OCTETS, MAX_PRIVATE_IDENTITIES, MAX_PUBLIC_IDENTITIES,
    MAX_REGISTRATION_SETS, MAX_RESTORATION_OCTETS, MAX_SERVICE_PROFILES,
};
pub use location::{Located, LocationQuery};
pub use registrations::{RegistrationState, Registrations, Restoration, Server, SetRegistration};
pub use subscription::{
    DigestCredentials, DigestSecret, ImsSubscription, PrivateIdentity, PublicIdentity, PublicIdentityKind,
    PublicService, RegistrationSet, ServiceProfile, VisitedNetworks,
};
pub use termination::{Cancellation, Deregister, ProfileChange};

use std::sync::Arc;

/// What is decided on: one IMS subscription, and its registrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImsRecord {
    /// What is provisioned.
    pub subscription: Arc<ImsSubscription>,
    /// What S-CSCFs told.
    pub registrations: Registrations,
    /// Counts the changes of `registrations`; 0 if there never was one.
    pub version: u64,
}

/// What the operator wants, and what HSS and S-CSCF both support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether an S-CSCF that asks to remain assigned after a de-registration does (TS 29.228 6.1.2.1).
    pub keep_server_name: bool,
    /// Whether IMS restoration (TS 23.380) is supported by both ends of the request.
    pub restoration: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            keep_server_name: true,
            restoration: false,
        }
    }
}

/// What a request leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<T> {
    /// What is answered.
    pub answer: T,
    /// What must be stored before it is answered; `None`: nothing changes.
    pub store: Option<Registrations>,
    /// Which S-CSCFs must be told, once that is stored.
    pub cancel: Vec<Cancellation>,
}

impl<T> Decision<T> {
    /// An answer that changes nothing.
    fn unchanged(answer: T) -> Self {
        Self {
            answer,
            store: None,
            cancel: Vec::new(),
        }
    }
}

impl ImsRecord {
    /// An answer, with what it changes of the registrations.
    fn decide<T>(&self, answer: T, registrations: Registrations, cancel: Vec<Cancellation>) -> Decision<T> {
        Decision {
            answer,
            store: (registrations != self.registrations).then_some(registrations),
            cancel,
        }
    }
}
