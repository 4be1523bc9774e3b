//! What the HSS tells S-CSCFs by itself: that a registration ends (TS 29.228 6.1.3), that a profile is another
//! (6.2.2).

use super::registrations::remove;
use super::{
    Decision, ImsRecord, ImsSubscription, RegistrationState, Registrations, Server, SetRegistration,
};
use quintet_cx::ReasonCode;
use quintet_identity::{Impi, Impu};

/// A Registration-Termination-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// To whom.
    pub server: Server,
    /// User-Name: a private identity that the S-CSCF knows.
    pub impi: Impi,
    /// Associated-Identities: others that end with it.
    pub associated: Vec<Impi>,
    /// Public-Identity; none: all of the private identities.
    pub impus: Vec<Impu>,
    /// Reason-Code.
    pub reason: ReasonCode,
}

/// Which registrations the operator ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deregister {
    /// All of the subscription.
    All,
    /// Those of a private identity.
    Private(Impi),
    /// The sets of these public identities.
    Public(Vec<Impu>),
}

/// What a change of the provisioned data means for S-CSCFs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// Who gets a Push-Profile-Request; nobody if no data that it holds changed.
    pub server: Option<Server>,
    /// Sets whose profile is pushed, each for a private identity.
    pub profiles: Vec<(Impi, u16)>,
    /// Whether charging addresses go with it.
    pub charging: bool,
    /// Private identities whose SIP Digest credentials are pushed.
    pub digests: Vec<Impi>,
}

impl ImsRecord {
    /// What an S-CSCF is told when it loses a set; nothing if it does not hold it.
    pub(super) fn cancellation_of(
        &self,
        server: &Server,
        set: &SetRegistration,
        reason: ReasonCode,
    ) -> Option<Cancellation> {
        let provisioned = self.subscription.set(set.id);
        let mut registered = set.registered.iter().cloned();
        let impi = match registered.next() {
            Some(impi) => impi,
            // The S-CSCF got the first that may register the set with the answer to UNREGISTERED_USER.
            None if set.unregistered => {
                let mut private = self.subscription.private.iter().map(|identity| &identity.impi);
                private
                    .find(|impi| provisioned.is_none_or(|set| set.is_open_to(impi)))?
                    .clone()
            }
            None => return None,
        };
        let identities = provisioned.map(|set| &*set.identities).unwrap_or_default();
        Some(Cancellation {
            server: server.clone(),
            impi,
            associated: registered.collect(),
            impus: identities.iter().map(|identity| identity.impu.clone()).collect(),
            reason,
        })
    }

    /// Ends registrations by order of the operator: what is stored, and who is told.
    #[must_use]
    pub fn deregister(&self, which: &Deregister, reason: ReasonCode) -> Decision<()> {
        let mut registrations = self.registrations.clone();
        let mut cancel = Vec::new();
        let holder = registrations.holder().cloned();
        for set in &self.registrations.sets {
            let named = |impus: &[Impu]| {
                let provisioned = self.subscription.set(set.id);
                provisioned.is_some_and(|set| impus.iter().any(|impu| set.identity(impu).is_some()))
            };
            let ending = match which {
                Deregister::All => set.clone(),
                Deregister::Public(impus) if named(impus) => set.clone(),
                Deregister::Public(_) => continue,
                Deregister::Private(impi) => {
                    let mut ending = set.clone();
                    ending.registered.retain(|other| other == impi);
                    ending.pending.retain(|other| other == impi);
                    ending.unregistered = false;
                    ending
                }
            };
            if let Some(holder) = &holder {
                cancel.extend(self.cancellation_of(holder, &ending, reason));
            }
            registrations.change(set.id, |set| end(set, &ending));
        }
        registrations.tidy();
        self.decide((), registrations, cancel)
    }

    /// Follows a change of the provisioned data, of which this record has the new: registrations of what is gone end,
    /// the rest is pushed. `before` is what S-CSCFs hold.
    #[must_use]
    pub fn follow(&self, before: &ImsSubscription) -> Decision<ProfileChange> {
        let now = &*self.subscription;
        let mut registrations = self.registrations.clone();
        let holder = registrations.holder().cloned();
        let mut cancel = Vec::new();
        let mut change = ProfileChange {
            server: holder.clone(),
            charging: now.charging != before.charging,
            ..ProfileChange::default()
        };
        for set in &self.registrations.sets {
            let ending = self.ending(set, before);
            if let Some(holder) = &holder {
                // With the identities as the S-CSCF knows them.
                let old = ImsRecord {
                    subscription: std::sync::Arc::new(before.clone()),
                    registrations: Registrations::default(),
                    version: 0,
                };
                cancel.extend(old.cancellation_of(holder, &ending, ReasonCode::PERMANENT_TERMINATION));
            }
            registrations.change(set.id, |set| end(set, &ending));
            let left = registrations.set(set.id);
            let is_held = left.is_some_and(|left| !left.registered.is_empty() || left.unregistered);
            if is_held && (change.charging || !same_profile(before, now, set.id)) {
                let registered = left.and_then(|left| left.registered.first()).cloned();
                let known = registered.or_else(|| now.private.first().map(|p| p.impi.clone()));
                change.profiles.extend(known.map(|impi| (impi, set.id)));
            }
        }
        registrations.tidy();
        for private in &now.private {
            let held = |set: &SetRegistration| {
                set.registered.contains(&private.impi) || set.pending.contains(&private.impi)
            };
            let old = before.private_identity(&private.impi);
            if private.digest.is_some()
                && old.is_some_and(|old| old.digest != private.digest)
                && registrations.sets.iter().any(held)
            {
                change.digests.push(private.impi.clone());
            }
        }
        if change.profiles.is_empty() && change.digests.is_empty() {
            change.server = None;
        }
        self.decide(change, registrations, cancel)
    }

    /// What of a set's registration the new data no longer allow: all of it if the set is gone, or its default identity
    /// is another (TS 29.228 6.5.2.1); else what private identities hold that may no more.
    fn ending(&self, set: &SetRegistration, before: &ImsSubscription) -> SetRegistration {
        let Some(now) = self.subscription.set(set.id) else {
            return set.clone();
        };
        let default = |set: Option<&super::RegistrationSet>| {
            let identity = set.and_then(|set| set.default_identity());
            identity.map(|identity| identity.impu.clone())
        };
        let is_registered = set.state() == RegistrationState::Registered;
        if is_registered && default(Some(now)) != default(before.set(set.id)) {
            return set.clone();
        }
        let gone = |impi: &Impi| self.subscription.private_identity(impi).is_none() || !now.is_open_to(impi);
        let mut ending = set.clone();
        ending.registered.retain(gone);
        ending.pending.retain(gone);
        ending.unregistered = false;
        ending
    }
}

/// Takes out of a set's registration what ends.
fn end(set: &mut SetRegistration, ending: &SetRegistration) {
    for impi in &ending.registered {
        remove(&mut set.registered, impi);
    }
    for impi in &ending.pending {
        remove(&mut set.pending, impi);
    }
    set.unregistered &= !ending.unregistered;
}

/// Whether an S-CSCF would get the same profile for a set.
fn same_profile(a: &ImsSubscription, b: &ImsSubscription, id: u16) -> bool {
    let (Some(of_a), Some(of_b)) = (a.set(id), b.set(id)) else {
        return false;
    };
    of_a.identities == of_b.identities
        && of_a
            .identities
            .iter()
            .all(|identity| a.profile(identity.service_profile) == b.profile(identity.service_profile))
}
