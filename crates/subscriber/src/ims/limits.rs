//! What provisioned IMS data must satisfy before they are stored, so that no answer is ever built from data that Cx cannot
//! carry, and no subscription is without bounds.

use super::{DigestSecret, ImsSubscription, PublicIdentityKind, RegistrationSet, VisitedNetworks};
use crate::model::ModelError;
use std::collections::HashSet;

/// The most private identities of a subscription: devices of one person.
pub const MAX_PRIVATE_IDENTITIES: usize = 16;

/// The most public identities of a subscription: every answer to a SAR carries those of a set.
pub const MAX_PUBLIC_IDENTITIES: usize = 64;

/// The most implicit registration sets of a subscription.
pub const MAX_REGISTRATION_SETS: usize = 32;

/// The most service profiles of a subscription.
pub const MAX_SERVICE_PROFILES: usize = 16;

/// The most capabilities of each kind, and names of S-CSCFs, of a subscription (TS 29.228 6.7 names eighteen).
pub const MAX_CAPABILITIES: usize = 32;

/// The most octets of a name: an S-CSCF's, a realm, a display name, a charging function's.
pub const MAX_IMS_NAME_OCTETS: usize = 255;

/// The most octets of restoration information kept of one registration: a few contacts with their dialogs.
pub const MAX_RESTORATION_OCTETS: usize = 16 * 1024;

/// The most networks named in a roaming rule.
const MAX_NETWORKS: usize = 1_000;

fn require(
    holds: bool,
    at: impl Into<String>,
    got: impl ToString,
    expected: &'static str,
) -> Result<(), ModelError> {
    if holds {
        return Ok(());
    }
    Err(ModelError {
        at: at.into(),
        got: got.to_string(),
        expected,
    })
}

fn name(text: &str, at: impl Into<String>) -> Result<(), ModelError> {
    let printable = text.chars().all(|c| !c.is_control());
    require(
        !text.is_empty() && text.len() <= MAX_IMS_NAME_OCTETS && printable,
        at,
        format!("{} octets", text.len()),
        "1 to 255 octets without control characters",
    )
}

impl ImsSubscription {
    /// Whether the data are consistent, and every value is one that Cx can carry.
    ///
    /// # Errors
    /// [`ModelError`]: the first value that is not.
    pub fn check(&self) -> Result<(), ModelError> {
        self.check_private()?;
        self.check_profiles()?;
        let sets = &self.sets;
        let many = 1..=MAX_REGISTRATION_SETS;
        require(
            many.contains(&sets.len()),
            "ims.sets",
            sets.len(),
            "1 to 32 of them",
        )?;
        let publics: usize = sets.iter().map(|set| set.identities.len()).sum();
        require(
            publics <= MAX_PUBLIC_IDENTITIES,
            "ims.sets",
            publics,
            "64 public identities at most",
        )?;
        let (mut ids, mut impus) = (HashSet::new(), HashSet::new());
        for (i, set) in sets.iter().enumerate() {
            let at = format!("ims.sets[{i}]");
            require(
                ids.insert(set.id),
                format!("{at}.id"),
                set.id,
                "a number that no other set has",
            )?;
            for (j, identity) in set.identities.iter().enumerate() {
                let at = format!("{at}.identities[{j}].identity");
                require(
                    impus.insert(&identity.impu),
                    at,
                    &identity.impu,
                    "an identity that is there once",
                )?;
            }
            self.check_set(set, &at)?;
        }
        self.check_servers()
    }

    fn check_private(&self) -> Result<(), ModelError> {
        let private = &self.private;
        let many = 1..=MAX_PRIVATE_IDENTITIES;
        require(
            many.contains(&private.len()),
            "ims.private",
            private.len(),
            "1 to 16 of them",
        )?;
        for (i, identity) in private.iter().enumerate() {
            let at = |field: &str| format!("ims.private[{i}].{field}");
            let unique = private[..i].iter().all(|other| other.impi != identity.impi);
            require(
                unique,
                at("identity"),
                &identity.impi,
                "an identity that is there once",
            )?;
            let usable = identity.aka.is_some() || identity.digest.is_some();
            require(
                usable,
                at("aka"),
                "none",
                "the IMSI of an AuC record, or a SIP Digest password",
            )?;
            if let Some(digest) = &identity.digest {
                name(&digest.realm, at("digest.realm"))?;
                match &digest.secret {
                    DigestSecret::Password(password) => name(password, at("digest.password"))?,
                    DigestSecret::HashedMd5(ha1) => require(
                        ha1.len() == 32 && ha1.bytes().all(|c| c.is_ascii_hexdigit()),
                        at("digest.ha1"),
                        format!("{} characters", ha1.len()),
                        "32 hexadecimal digits",
                    )?,
                }
            }
        }
        Ok(())
    }

    fn check_profiles(&self) -> Result<(), ModelError> {
        let profiles = &*self.profiles;
        require(
            profiles.len() <= MAX_SERVICE_PROFILES,
            "ims.profiles",
            profiles.len(),
            "16 of them at most",
        )?;
        for (i, profile) in profiles.iter().enumerate() {
            let unique = profiles[..i].iter().all(|other| other.id != profile.id);
            let at = format!("ims.profiles[{i}].id");
            require(unique, at, profile.id, "a number that no other profile has")?;
            let without = profile.profile.public_identities.is_empty();
            let at = format!("ims.profiles[{i}]");
            require(without, at, "identities", "none: sets have them")?;
        }
        Ok(())
    }

    fn check_set(&self, set: &RegistrationSet, at: &str) -> Result<(), ModelError> {
        require(
            !set.identities.is_empty(),
            format!("{at}.identities"),
            0,
            "one at least",
        )?;
        for impi in &set.private {
            let there = self.private_identity(impi).is_some();
            require(
                there,
                format!("{at}.private"),
                impi,
                "a private identity of this subscription",
            )?;
        }
        for (j, identity) in set.identities.iter().enumerate() {
            let at = format!("{at}.identities[{j}]");
            require(
                self.profile(identity.service_profile).is_some(),
                format!("{at}.service_profile"),
                identity.service_profile,
                "the number of a service profile",
            )?;
            for text in [&identity.display_name, &identity.alias_group]
                .into_iter()
                .flatten()
            {
                name(text, &*at)?;
            }
            if let PublicIdentityKind::Service(service) = &identity.kind
                && let Some(server) = &service.application_server
            {
                name(server, format!("{at}.application_server"))?;
            }
        }
        Ok(())
    }

    fn check_servers(&self) -> Result<(), ModelError> {
        let capabilities = &self.capabilities;
        let most = [
            capabilities.mandatory.len(),
            capabilities.optional.len(),
            capabilities.server_names.len(),
        ];
        let most = most.into_iter().max().unwrap_or(0);
        require(
            most <= MAX_CAPABILITIES,
            "ims.capabilities",
            most,
            "32 of each kind at most",
        )?;
        for server in &capabilities.server_names {
            name(server, "ims.capabilities.server_names")?;
        }
        if let Some(charging) = &self.charging {
            let names = [
                &charging.primary_event,
                &charging.secondary_event,
                &charging.primary_collection,
                &charging.secondary_collection,
            ];
            for text in names.into_iter().flatten() {
                name(text, "ims.charging")?;
            }
        }
        match &self.visited_networks {
            VisitedNetworks::Everywhere => Ok(()),
            VisitedNetworks::Only(networks) | VisitedNetworks::Except(networks) => {
                require(
                    networks.len() <= MAX_NETWORKS,
                    "ims.visited_networks",
                    networks.len(),
                    "1000 at most",
                )?;
                networks
                    .iter()
                    .try_for_each(|network| name(network, "ims.visited_networks"))
            }
        }
    }
}
