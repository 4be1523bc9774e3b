//! A registration: an implicit registration set and the contacts bound to it (TS 23.228 5.2.1a).

use super::binding::Binding;
use super::event::ContactEvent;
use super::policy::MAX_IDENTITIES;
use quintet_cx::profile::{IdentityType, ImsSubscription, PublicIdentity};
use quintet_identity::Impu;
use std::sync::Arc;
use std::time::Duration;

/// Which set of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SetId(pub u32);

/// A public identity of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which.
    pub impu: Impu,
    /// Whether it is barred (TS 29.228 B.2.1): registered with the others, and of no other use.
    pub barred: bool,
}

/// A registration.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistrationSet {
    /// Which.
    pub id: SetId,
    /// Its public identities, in the order of the profile.
    pub members: Vec<Member>,
    /// The user's profile.
    pub profile: Arc<ImsSubscription>,
    /// Its contacts. None: its de-registration is under way.
    pub bindings: Vec<Binding>,
    /// The operator ends it as soon as the HSS can be told: what its contacts are told.
    pub(super) doomed: Option<ContactEvent>,
}

impl RegistrationSet {
    pub(super) fn new(id: SetId, profile: Arc<ImsSubscription>) -> Self {
        Self {
            id,
            members: members(&profile),
            profile,
            bindings: Vec::new(),
            doomed: None,
        }
    }

    /// Another profile applies.
    pub(super) fn apply(&mut self, profile: Arc<ImsSubscription>) {
        self.members = members(&profile);
        self.profile = profile;
    }

    /// Whether a public identity is one of the set.
    #[must_use]
    pub fn has(&self, impu: &Impu) -> bool {
        self.members.iter().any(|member| member.impu == *impu)
    }

    /// Whether any of these is one of the set.
    pub(super) fn has_any(&self, impus: &[Impu]) -> bool {
        impus.iter().any(|impu| self.has(impu))
    }

    /// Whether it has a contact.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        !self.bindings.is_empty()
    }

    /// The identities that are not barred, the default one first (TS 24.229 5.4.1.2.2).
    pub fn associated(&self) -> impl Iterator<Item = &Impu> {
        self.members
            .iter()
            .filter(|member| !member.barred)
            .map(|member| &member.impu)
    }

    /// All identities.
    #[must_use]
    pub fn impus(&self) -> Vec<Impu> {
        self.members.iter().map(|member| member.impu.clone()).collect()
    }

    /// The next contact that expires.
    pub(super) fn next_expiry(&self) -> Option<Duration> {
        self.bindings.iter().map(|binding| binding.until).min()
    }
}

/// The public identities of a profile.
pub(super) fn impus(profile: &ImsSubscription) -> Vec<Impu> {
    members(profile).into_iter().map(|member| member.impu).collect()
}

fn members(profile: &ImsSubscription) -> Vec<Member> {
    // A wildcard is no identity: what matches one is not served, for the HSS would have to say so of each (TS 29.228 6.1.4).
    let is_wildcard = |identity: &&PublicIdentity| {
        let kind = identity.identity_type;
        kind == Some(IdentityType::WILDCARDED_PSI) || kind == Some(IdentityType::WILDCARDED_IMPU)
    };
    let member = |identity: &PublicIdentity| {
        let impu = identity.identity.parse().ok()?;
        let barred = identity.barred;
        Some(Member { impu, barred })
    };
    profile
        .public_identities()
        .map(|(_, identity)| identity)
        .filter(|identity| !is_wildcard(identity))
        .filter_map(member)
        .take(MAX_IDENTITIES)
        .collect()
}
