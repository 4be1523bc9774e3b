//! What a subscriber without IMS data of his own is given (TS 23.003 13.3, 13.4B), and what an S-CSCF gets of it.

use super::VisitedNetworks;
use super::{
    ImsSubscription, PrivateIdentity, PublicIdentity, PublicIdentityKind, RegistrationSet, ServiceProfile,
};
use quintet_cx::ServerCapabilities;
use quintet_cx::profile;
use quintet_identity::{IdentityError, Impi, Impu, Imsi, Msisdn, Plmn};
use std::sync::Arc;

impl PublicIdentity {
    /// A user's identity that is not barred, with the first service profile.
    #[must_use]
    pub fn new(impu: Impu) -> Self {
        Self {
            impu,
            barred: false,
            display_name: None,
            service_profile: 0,
            kind: PublicIdentityKind::User,
            alias_group: None,
            max_registrations: None,
        }
    }
}

impl ImsSubscription {
    /// The identities derived from an IMSI (and an MSISDN): one private identity; one implicit registration set with
    /// the public identity of the IMSI first, then `sip:` and `tel:` of the MSISDN; an empty service profile.
    ///
    /// With an MSISDN the identity of the IMSI is barred, as TS 23.003 13.4B wants it: it must not show in calls. Then
    /// the default public identity is the `sip:` URI of the MSISDN.
    ///
    /// # Errors
    /// None in practice: digits and a domain of digits make identities.
    pub fn derived(imsi: Imsi, home: Plmn, msisdn: Option<Msisdn>) -> Result<Self, IdentityError> {
        let mut identities = vec![PublicIdentity {
            barred: msisdn.is_some(),
            ..PublicIdentity::new(Impu::of_imsi(imsi, home)?)
        }];
        let impi = Impi::of_imsi(imsi, home)?;
        if let Some(msisdn) = msisdn {
            identities.push(PublicIdentity::new(Impu::sip_of_msisdn(msisdn, impi.realm())?));
            identities.push(PublicIdentity::new(Impu::tel(msisdn)?));
        }
        let private = PrivateIdentity {
            impi,
            aka: Some(imsi),
            digest: None,
        };
        let set = RegistrationSet {
            id: 0,
            identities,
            private: Vec::new(),
        };
        Ok(Self {
            imsi,
            private: vec![private],
            sets: vec![set],
            profiles: Arc::new(vec![ServiceProfile {
                id: 0,
                profile: profile::ServiceProfile::default(),
            }]),
            capabilities: ServerCapabilities::default(),
            charging: None,
            visited_networks: VisitedNetworks::Everywhere,
            authorized: true,
            loose_route: None,
            priviledged_sender: false,
        })
    }

    /// The user profile of a set for a private identity, as User-Data carries it (TS 29.228 6.5.1.4): every identity
    /// of the set with its service profile, the default public identity's profile first.
    #[must_use]
    pub fn user_data(&self, impi: &Impi, set: &RegistrationSet) -> profile::ImsSubscription {
        let mut service_profiles: Vec<(u16, profile::ServiceProfile)> = Vec::new();
        for identity in &set.identities {
            let id = identity.service_profile;
            let at = service_profiles.iter().position(|(other, _)| *other == id);
            let at = at.unwrap_or_else(|| {
                let profile = self.profile(id).map(|found| found.profile.clone());
                service_profiles.push((id, profile.unwrap_or_default()));
                service_profiles.len() - 1
            });
            let public = &mut service_profiles[at].1.public_identities;
            public.push(identity.to_profile());
        }
        profile::ImsSubscription {
            private_id: impi.as_str().to_owned(),
            service_profiles: service_profiles.into_iter().map(|(_, profile)| profile).collect(),
            imsi: None,
        }
    }
}

impl PublicIdentity {
    fn to_profile(&self) -> profile::PublicIdentity {
        profile::PublicIdentity {
            barred: self.barred,
            identity_type: match self.kind {
                PublicIdentityKind::User => None,
                PublicIdentityKind::Service(_) => Some(profile::IdentityType::DISTINCT_PSI),
            },
            display_name: self.display_name.clone(),
            alias_group: self.alias_group.clone(),
            max_registrations: self.max_registrations,
            ..profile::PublicIdentity::new(self.impu.as_str())
        }
    }
}
