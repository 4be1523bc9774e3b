//! What is provisioned of an IMS subscription (TS 23.228 4.3.3.4): private identities, implicit registration sets of
//! public ones, service profiles, and what an S-CSCF must be able to do.

use quintet_cx::profile::{Condition, ServicePointTrigger, SessionCase};
use quintet_cx::{ChargingInformation, ServerCapabilities};
use quintet_identity::{Impi, Impu, Imsi};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Networks through which the subscriber may register (TS 29.228 6.1.1.1), by Visited-Network-Identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VisitedNetworks {
    /// All.
    #[default]
    Everywhere,
    /// The home network and these.
    #[cfg_attr(feature = "openapi", schema(title = "VisitedOnly"))]
    Only(Vec<String>),
    /// All but these.
    #[cfg_attr(feature = "openapi", schema(title = "VisitedExcept"))]
    Except(Vec<String>),
}

/// The password of SIP Digest, or what was made of it.
#[derive(Clone, PartialEq, Eq)]
pub enum DigestSecret {
    /// The password.
    Password(Zeroizing<String>),
    /// H(A1) for MD5, in hexadecimal, 32 digits.
    HashedMd5(Zeroizing<String>),
}

impl std::fmt::Debug for DigestSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(***)",
            Self::HashedMd5(_) => "HashedMd5(***)",
        })
    }
}

/// SIP Digest credentials of a private identity (TS 33.203 Annex N, TS 29.228 table 6.3.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestCredentials {
    /// Digest-Realm.
    pub realm: String,
    /// The secret.
    pub secret: DigestSecret,
}

/// A private identity (TS 23.003 13.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateIdentity {
    /// Which.
    pub impi: Impi,
    /// Whose AuC record IMS AKA uses. An ISIM with credentials of its own is provisioned as a subscriber of its own.
    /// `None`: no IMS AKA.
    pub aka: Option<Imsi>,
    /// SIP Digest, if that is allowed.
    pub digest: Option<DigestCredentials>,
}

/// What a public identity is (TS 29.228 6.1.2.1, TS 29.229 6.3.2 of the profile's IdentityType).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PublicIdentityKind {
    /// A user's.
    #[default]
    User,
    /// A service's (TS 23.003 13.5).
    #[cfg_attr(feature = "openapi", schema(title = "ServiceKind"))]
    Service(PublicService),
}

/// A service that has a public identity (TS 23.003 13.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicService {
    /// PSI Activation State.
    pub active: bool,
    /// The application server requests are routed to directly, as a SIP URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_server: Option<String>,
}

/// A public identity (TS 23.003 13.4) with what belongs to it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicIdentity {
    /// Which.
    pub impu: Impu,
    /// Barring indication: no session but registration (TS 29.228 7.2, B.2.1).
    pub barred: bool,
    /// Display name for identities shown to others.
    pub display_name: Option<String>,
    /// Which of the subscription's service profiles.
    pub service_profile: u16,
    /// User or service.
    pub kind: PublicIdentityKind,
    /// Identities of one alias group are the same to others (TS 23.228 4.3.3.2).
    pub alias_group: Option<String>,
    /// Most simultaneous registrations (TS 29.228 B.2.1A).
    pub max_registrations: Option<u32>,
}

/// An implicit registration set (TS 23.228 5.2.1a), or one public identity by itself. The first that is not barred is
/// the default public identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationSet {
    /// Its number within the subscription; registrations refer to it.
    pub id: u16,
    /// Its members, in order.
    pub identities: Vec<PublicIdentity>,
    /// Private identities that may register it; empty: all of the subscription.
    pub private: Vec<Impi>,
}

/// A service profile (TS 29.228 B.2.2), without the identities that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceProfile {
    /// Its number within the subscription.
    pub id: u16,
    /// Core network service authorisation, initial filter criteria, shared iFC sets.
    pub profile: quintet_cx::profile::ServiceProfile,
}

/// An IMS subscription: what belongs to one subscriber of the operator (TS 23.228 4.3.3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImsSubscription {
    /// Under which it is kept: the subscriber it was provisioned with.
    pub imsi: Imsi,
    /// Private identities, one at least.
    pub private: Vec<PrivateIdentity>,
    /// Public identities in their sets, one at least.
    pub sets: Vec<RegistrationSet>,
    /// Service profiles, shared by all subscriptions whose are the same.
    pub profiles: Arc<Vec<ServiceProfile>>,
    /// What an S-CSCF must and should have.
    pub capabilities: ServerCapabilities,
    /// Where an S-CSCF sends charging data.
    pub charging: Option<ChargingInformation>,
    /// Where the subscriber may register.
    pub visited_networks: VisitedNetworks,
    /// Whether the subscriber may register at all.
    pub authorized: bool,
    /// Whether S-CSCFs route to the UE by loose routing (TS 29.229 6.3.45); `None`: nothing is said.
    pub loose_route: Option<bool>,
    /// Priviledged-Sender-Indication.
    pub priviledged_sender: bool,
}

impl VisitedNetworks {
    /// Whether registering through a network is allowed; the home network always is.
    #[must_use]
    pub fn allow(&self, visited: &str, home: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|network| same_network(network, visited));
        same_network(visited, home)
            || match self {
                Self::Everywhere => true,
                Self::Only(networks) => named(networks),
                Self::Except(networks) => !named(networks),
            }
    }
}

/// Visited-Network-Identifiers are names; some P-CSCFs write them in quotes, as P-Visited-Network-ID has them.
fn same_network(a: &str, b: &str) -> bool {
    a.trim_matches('"').eq_ignore_ascii_case(b.trim_matches('"'))
}

impl RegistrationSet {
    /// Whether a private identity may register it.
    #[must_use]
    pub fn is_open_to(&self, impi: &Impi) -> bool {
        self.private.is_empty() || self.private.contains(impi)
    }

    /// The default public identity: the first that is not barred (TS 29.228 6.5.1.1).
    #[must_use]
    pub fn default_identity(&self) -> Option<&PublicIdentity> {
        self.identities.iter().find(|identity| !identity.barred)
    }

    /// A member.
    #[must_use]
    pub fn identity(&self, impu: &Impu) -> Option<&PublicIdentity> {
        self.identities.iter().find(|identity| identity.impu == *impu)
    }
}

impl ImsSubscription {
    /// A private identity.
    #[must_use]
    pub fn private_identity(&self, impi: &Impi) -> Option<&PrivateIdentity> {
        self.private.iter().find(|identity| identity.impi == *impi)
    }

    /// The set that holds a public identity, and the identity.
    #[must_use]
    pub fn public_identity(&self, impu: &Impu) -> Option<(&RegistrationSet, &PublicIdentity)> {
        self.sets.iter().find_map(|set| Some((set, set.identity(impu)?)))
    }

    /// A set by its number.
    #[must_use]
    pub fn set(&self, id: u16) -> Option<&RegistrationSet> {
        self.sets.iter().find(|set| set.id == id)
    }

    /// A service profile by its number.
    #[must_use]
    pub fn profile(&self, id: u16) -> Option<&ServiceProfile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The home network's domain, as the first private identity has it.
    #[must_use]
    pub fn home(&self) -> &str {
        self.private.first().map_or("", |identity| identity.impi.realm())
    }

    /// Whether requests for an identity that is not registered are served: its profile has filter criteria for the
    /// unregistered state (TS 29.228 6.1.4.1).
    #[must_use]
    pub fn has_unregistered_services(&self, identity: &PublicIdentity) -> bool {
        let Some(profile) = self.profile(identity.service_profile) else {
            return false;
        };
        let criteria = profile.profile.filter_criteria.iter();
        let mut in_that_state = criteria.filter(|criteria| criteria.holds_for(false));
        in_that_state.any(|criteria| match &criteria.trigger {
            None => true,
            Some(trigger) => trigger.triggers.iter().any(is_for_unregistered),
        })
    }
}

/// Whether a condition is that the request is for a user who is not registered.
fn is_for_unregistered(trigger: &ServicePointTrigger) -> bool {
    let unregistered = Condition::SessionCase(SessionCase::TERMINATING_UNREGISTERED);
    !trigger.negated && trigger.condition == unregistered
}
