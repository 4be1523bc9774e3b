//! PublicIdentity (TS 29.228 B.2.1, Annex E).

use crate::code::enumerated;

enumerated! {
    /// IdentityType (TS 29.228 Annex E, tIdentityType).
    IdentityType {
        /// A user's identity; also if the element is absent.
        PUBLIC_USER_IDENTITY = 0,
        /// A service's identity.
        DISTINCT_PSI = 1,
        /// A service's wildcard.
        WILDCARDED_PSI = 2,
        /// An identity that matches a wildcard of users.
        NON_DISTINCT_IMPU = 3,
        /// A wildcard of users.
        WILDCARDED_IMPU = 4,
    }
}

/// A public identity and what holds for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicIdentity {
    /// Identity: a SIP or tel URI.
    pub identity: String,
    /// BarringIndication: not to be used in any session, only in registration.
    pub barred: bool,
    /// IdentityType.
    pub identity_type: Option<IdentityType>,
    /// WildcardedPSI: the wildcard that Identity matches.
    pub wildcarded_psi: Option<String>,
    /// DisplayName.
    pub display_name: Option<String>,
    /// AliasIdentityGroupID: identities with the same one are aliases of each other.
    pub alias_group: Option<String>,
    /// WildcardedIMPU: the wildcard that Identity matches.
    pub wildcarded_impu: Option<String>,
    /// ServiceLevelTraceInfo: XML of TS 32.422 as text.
    pub service_level_trace: Option<String>,
    /// ServicePriorityLevel: 0 is the highest.
    pub service_priority: Option<u32>,
    /// ExtendedPriority.
    pub extended_priorities: Vec<ExtendedPriority>,
    /// MaxNumOfAllowedSimultRegistrations.
    pub max_registrations: Option<u32>,
}

/// ExtendedPriority: a level in a name space of RFC 4412.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtendedPriority {
    /// PriorityNamespace.
    pub namespace: String,
    /// PriorityLevel.
    pub level: String,
}

impl PublicIdentity {
    /// A user's identity that is not barred.
    #[must_use]
    pub fn new(identity: impl Into<String>) -> Self {
        Self {
            identity: identity.into(),
            ..Self::default()
        }
    }
}
