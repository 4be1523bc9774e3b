//! The user profile (TS 29.228 Annexes B and E): what the HSS keeps of a subscription and what an S-CSCF serves by.
//!
//! [`ImsSubscription::from_xml`] and [`ImsSubscription::to_xml`] are the two ways over Cx; [`ServiceProfile::triggered`]
//! is what an S-CSCF asks of it.

mod criteria;
mod identity;
mod pattern;
mod read;
mod trigger;
mod write;
pub mod xml;

pub use criteria::{
    ApplicationServer, CoreNetworkServicesAuthorization, DefaultHandling, InitialFilterCriteria,
    ProfilePartIndicator,
};
pub use identity::{ExtendedPriority, IdentityType, PublicIdentity};
pub use pattern::Pattern;
pub use trigger::{
    Condition, ConditionType, RegistrationType, RequestView, ServicePointTrigger, SessionCase, Trigger,
};
pub use xml::ProfileError;

use std::collections::BTreeMap;

/// The longest profile read: a subscription with hundreds of identities has a tenth of it, and a Diameter message holds
/// no more than 256 KiB.
pub const MAX_XML_OCTETS: usize = 128 * 1024;

/// How deep elements may nest. The schema needs 9.
pub const MAX_XML_DEPTH: usize = 24;

/// The most service profiles of a subscription.
pub const MAX_SERVICE_PROFILES: usize = 64;

/// The most public identities of a service profile.
pub const MAX_PUBLIC_IDENTITIES: usize = 256;

/// The most initial filter criteria of a service profile: each costs a look at every initial request.
pub const MAX_FILTER_CRITERIA: usize = 128;

/// The most service point triggers of a trigger point.
pub const MAX_SERVICE_POINT_TRIGGERS: usize = 128;

/// The most groups of one service point trigger, and the most of any other list of small values.
pub const MAX_GROUPS: usize = 64;

/// IMSSubscription (TS 29.228 B.1): one private identity with its service profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImsSubscription {
    /// PrivateID.
    pub private_id: String,
    /// ServiceProfile; at least one in a profile that is sent.
    pub service_profiles: Vec<ServiceProfile>,
    /// IMSI of the extension (Release 11 and later), digits.
    pub imsi: Option<String>,
}

/// ServiceProfile (TS 29.228 B.2): public identities that share services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceProfile {
    /// PublicIdentity.
    pub public_identities: Vec<PublicIdentity>,
    /// CoreNetworkServicesAuthorization.
    pub authorization: Option<CoreNetworkServicesAuthorization>,
    /// InitialFilterCriteria, in the order in which they stand; [`ServiceProfile::triggered`] goes by Priority.
    pub filter_criteria: Vec<InitialFilterCriteria>,
    /// SharedIFCSetID of the extension: sets that the S-CSCF knows itself.
    pub shared_ifc_sets: Vec<u32>,
}

impl ImsSubscription {
    /// Reads a profile. Elements that the schema does not have are skipped.
    ///
    /// # Errors
    /// [`ProfileError`]: not well-formed, with a document type, beyond a limit, or without what every profile has.
    pub fn from_xml(xml: &[u8]) -> Result<Self, ProfileError> {
        read::subscription(xml)
    }

    /// Writes the profile as the schema of TS 29.228 Annex E orders it.
    #[must_use]
    pub fn to_xml(&self) -> String {
        write::subscription(self)
    }

    /// Every public identity, of all service profiles, with its profile.
    pub fn public_identities(&self) -> impl Iterator<Item = (&ServiceProfile, &PublicIdentity)> {
        self.service_profiles
            .iter()
            .flat_map(|profile| profile.public_identities.iter().map(move |id| (profile, id)))
    }

    /// The service profile of a public identity, compared as text; wildcards are not looked at.
    #[must_use]
    pub fn service_profile_of(&self, identity: &str) -> Option<&ServiceProfile> {
        self.public_identities()
            .find(|(_, id)| id.identity == identity)
            .map(|(profile, _)| profile)
    }
}

impl ServiceProfile {
    /// The criteria that a request meets, by Priority (the lowest number first; among equals as they stand).
    /// `registered` tells which part of the profile holds.
    #[must_use]
    pub fn triggered(&self, request: &RequestView<'_>, registered: bool) -> Vec<&InitialFilterCriteria> {
        let met = |c: &&InitialFilterCriteria| c.holds_for(registered) && c.matches(request);
        let mut found: Vec<_> = self.filter_criteria.iter().filter(met).collect();
        found.sort_by_key(|criteria| criteria.priority);
        found
    }

    /// The same profile with the criteria of the sets that it shares, as an S-CSCF knows these (SharedIFCSetID, TS 29.228 B.2.2);
    /// the numbers of those that it does not know stay.
    #[must_use]
    pub fn with_shared(&self, known: &BTreeMap<u32, Vec<InitialFilterCriteria>>) -> Self {
        let mut whole = self.clone();
        whole.shared_ifc_sets.retain(|id| match known.get(id) {
            Some(criteria) => {
                whole.filter_criteria.extend_from_slice(criteria);
                false
            }
            None => true,
        });
        whole
    }
}

impl InitialFilterCriteria {
    /// Reads one InitialFilterCriteria element.
    ///
    /// # Errors
    /// [`ProfileError`]: without what each has, or beyond a limit.
    pub fn from_element(element: &xml::Element<'_>) -> Result<Self, ProfileError> {
        read::filter_criteria(element)
    }

    /// Writes it as an element.
    pub fn write(&self, w: &mut xml::XmlWriter) {
        write::filter_criteria(w, self);
    }
}
