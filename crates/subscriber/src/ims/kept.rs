//! An IMS subscription as text: how stores keep it, and how it stands in a provisioning file. Service profiles are the XML
//! of TS 29.228 Annex E, without identities.

use super::{
    DigestCredentials, DigestSecret, ImsSubscription, PrivateIdentity, PublicIdentity, PublicIdentityKind,
    RegistrationSet, ServiceProfile, VisitedNetworks,
};
use quintet_cx::{ChargingInformation, ServerCapabilities, profile};
use quintet_identity::{Impi, Impu, Imsi};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Stands in for the identities, which the schema demands.
const NOBODY: &str = "sip:profile.invalid";

fn yes() -> bool {
    true
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u16) -> bool {
    *value == 0
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schema(as = ImsSubscription))]
pub(super) struct Kept {
    imsi: Imsi,
    private: Vec<Private>,
    sets: Vec<Set>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    profiles: Vec<Profile>,
    #[serde(default, skip_serializing_if = "Capabilities::is_empty")]
    capabilities: Capabilities,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charging: Option<Charging>,
    #[serde(default)]
    visited_networks: VisitedNetworks,
    #[serde(default = "yes")]
    authorized: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    loose_route: Option<bool>,
    #[serde(default, skip_serializing_if = "is_false")]
    priviledged_sender: bool,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schema(as = ImsPrivateIdentity))]
struct Private {
    identity: Impi,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aka: Option<Imsi>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schema(as = SipDigest))]
struct Digest {
    realm: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, write_only))]
    password: Option<SecretText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, write_only))]
    ha1: Option<SecretText>,
}

/// Text that is zeroised when it is dropped.
struct SecretText(Zeroizing<String>);

impl Serialize for SecretText {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(|text| Self(Zeroizing::new(text)))
    }
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schema(as = ImplicitRegistrationSet))]
struct Set {
    #[serde(default)]
    id: u16,
    identities: Vec<Public>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    private: Vec<Impi>,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schema(as = ImsPublicIdentity))]
struct Public {
    identity: Impu,
    #[serde(default, skip_serializing_if = "is_false")]
    barred: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    service_profile: u16,
    #[serde(default, skip_serializing_if = "PublicIdentityKind::is_user")]
    kind: PublicIdentityKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias_group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_registrations: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schema(as = ImsServiceProfile))]
struct Profile {
    id: u16,
    xml: String,
}

#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schema(as = ScscfCapabilities))]
struct Capabilities {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mandatory: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    optional: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    server_names: Vec<String>,
}

impl Capabilities {
    fn is_empty(&self) -> bool {
        self.mandatory.is_empty() && self.optional.is_empty() && self.server_names.is_empty()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ImsChargingInformation))]
struct Charging {
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary_event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_collection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary_collection: Option<String>,
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ImsSubscription {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <Kept as utoipa::PartialSchema>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ImsSubscription {
    fn name() -> std::borrow::Cow<'static, str> {
        <Kept as utoipa::ToSchema>::name()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        <Kept as utoipa::ToSchema>::schemas(schemas);
    }
}

impl PublicIdentityKind {
    fn is_user(&self) -> bool {
        *self == Self::User
    }
}

impl ServiceProfile {
    /// As XML: an IMSSubscription whose one public identity says nothing; empty if the profile is.
    #[must_use]
    pub fn to_xml(&self) -> String {
        if self.profile == profile::ServiceProfile::default() {
            return String::new();
        }
        let mut service_profile = self.profile.clone();
        service_profile.public_identities = vec![profile::PublicIdentity::new(NOBODY)];
        profile::ImsSubscription {
            private_id: NOBODY.to_owned(),
            service_profiles: vec![service_profile],
            imsi: None,
        }
        .to_xml()
    }

    /// Of an IMSSubscription in XML, or of nothing: its first service profile, whosever identities stand there.
    ///
    /// # Errors
    /// What is wrong with the XML.
    pub fn from_xml(id: u16, xml: &str) -> Result<Self, profile::ProfileError> {
        let mut found = match xml.trim() {
            "" => profile::ServiceProfile::default(),
            xml => {
                let read = profile::ImsSubscription::from_xml(xml.as_bytes())?;
                read.service_profiles.into_iter().next().unwrap_or_default()
            }
        };
        found.public_identities.clear();
        Ok(Self { id, profile: found })
    }
}

impl From<&ImsSubscription> for Kept {
    fn from(from: &ImsSubscription) -> Self {
        let private = |identity: &PrivateIdentity| Private {
            identity: identity.impi.clone(),
            aka: identity.aka,
            digest: identity.digest.as_ref().map(Digest::from),
        };
        let public = |identity: &PublicIdentity| Public {
            identity: identity.impu.clone(),
            barred: identity.barred,
            display_name: identity.display_name.clone(),
            service_profile: identity.service_profile,
            kind: identity.kind.clone(),
            alias_group: identity.alias_group.clone(),
            max_registrations: identity.max_registrations,
        };
        let set = |set: &RegistrationSet| Set {
            id: set.id,
            identities: set.identities.iter().map(public).collect(),
            private: set.private.clone(),
        };
        let profile = |profile: &ServiceProfile| Profile {
            id: profile.id,
            xml: profile.to_xml(),
        };
        let capabilities = from.capabilities.clone();
        Self {
            imsi: from.imsi,
            private: from.private.iter().map(private).collect(),
            sets: from.sets.iter().map(set).collect(),
            profiles: from.profiles.iter().map(profile).collect(),
            capabilities: Capabilities {
                mandatory: capabilities.mandatory,
                optional: capabilities.optional,
                server_names: capabilities.server_names,
            },
            charging: from.charging.clone().map(|charging| Charging {
                primary_event: charging.primary_event,
                secondary_event: charging.secondary_event,
                primary_collection: charging.primary_collection,
                secondary_collection: charging.secondary_collection,
            }),
            visited_networks: from.visited_networks.clone(),
            authorized: from.authorized,
            loose_route: from.loose_route,
            priviledged_sender: from.priviledged_sender,
        }
    }
}

impl From<&DigestCredentials> for Digest {
    fn from(from: &DigestCredentials) -> Self {
        let (password, ha1) = match &from.secret {
            DigestSecret::Password(text) => (Some(SecretText(text.clone())), None),
            DigestSecret::HashedMd5(text) => (None, Some(SecretText(text.clone()))),
        };
        Self {
            realm: from.realm.clone(),
            password,
            ha1,
        }
    }
}

impl TryFrom<Digest> for DigestCredentials {
    type Error = &'static str;
    fn try_from(kept: Digest) -> Result<Self, Self::Error> {
        let secret = match (kept.password, kept.ha1) {
            (Some(text), None) => DigestSecret::Password(text.0),
            (None, Some(text)) => DigestSecret::HashedMd5(text.0),
            _ => return Err("digest has a password or an ha1, not both"),
        };
        Ok(Self {
            realm: kept.realm,
            secret,
        })
    }
}

impl From<Public> for PublicIdentity {
    fn from(kept: Public) -> Self {
        Self {
            impu: kept.identity,
            barred: kept.barred,
            display_name: kept.display_name,
            service_profile: kept.service_profile,
            kind: kept.kind,
            alias_group: kept.alias_group,
            max_registrations: kept.max_registrations,
        }
    }
}

impl TryFrom<Kept> for ImsSubscription {
    type Error = String;
    fn try_from(kept: Kept) -> Result<Self, Self::Error> {
        let private = |kept: Private| {
            Ok::<_, &'static str>(PrivateIdentity {
                impi: kept.identity,
                aka: kept.aka,
                digest: kept.digest.map(DigestCredentials::try_from).transpose()?,
            })
        };
        let set = |kept: Set| RegistrationSet {
            id: kept.id,
            identities: kept.identities.into_iter().map(PublicIdentity::from).collect(),
            private: kept.private,
        };
        let mut profiles = Vec::with_capacity(kept.profiles.len().max(1));
        for Profile { id, xml } in kept.profiles {
            profiles.push(ServiceProfile::from_xml(id, &xml).map_err(|error| error.to_string())?);
        }
        if profiles.is_empty() {
            profiles.push(ServiceProfile {
                id: 0,
                profile: profile::ServiceProfile::default(),
            });
        }
        let private: Result<Vec<_>, _> = kept.private.into_iter().map(private).collect();
        Ok(Self {
            imsi: kept.imsi,
            private: private?,
            sets: kept.sets.into_iter().map(set).collect(),
            profiles: Arc::new(profiles),
            capabilities: ServerCapabilities {
                mandatory: kept.capabilities.mandatory,
                optional: kept.capabilities.optional,
                server_names: kept.capabilities.server_names,
            },
            charging: kept.charging.map(|kept| ChargingInformation {
                primary_event: kept.primary_event,
                secondary_event: kept.secondary_event,
                primary_collection: kept.primary_collection,
                secondary_collection: kept.secondary_collection,
            }),
            visited_networks: kept.visited_networks,
            authorized: kept.authorized,
            loose_route: kept.loose_route,
            priviledged_sender: kept.priviledged_sender,
        })
    }
}

impl Serialize for ImsSubscription {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Kept::from(self).serialize(s)
    }
}

impl<'de> Deserialize<'de> for ImsSubscription {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(d)?;
        Self::try_from(kept).map_err(serde::de::Error::custom)
    }
}
