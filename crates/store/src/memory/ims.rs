//! IMS subscriptions in memory, by IMSI, by private and by public identity.

use super::MemoryStore;
use crate::command::PutMode;
use crate::ims::{ImsKey, MAX_IMS_SCAN, StoredIms, provisioned_version};
use crate::port::Revision;
use crate::reply::{Change, Reply, StoreError};
use quintet_identity::{Impi, Impu, Imsi};
use quintet_subscriber::ims::{ImsSubscription, Registrations};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

/// The rows and their indices.
#[derive(Clone, Debug, Default)]
pub(super) struct ImsTable {
    rows: BTreeMap<Imsi, StoredIms>,
    private: BTreeMap<Impi, Imsi>,
    public: BTreeMap<Impu, Imsi>,
}

/// The public identities of a subscription.
fn public(subscription: &ImsSubscription) -> impl Iterator<Item = &Impu> {
    let sets = subscription.sets.iter();
    sets.flat_map(|set| set.identities.iter().map(|identity| &identity.impu))
}

impl ImsTable {
    pub(super) fn find(&self, key: &ImsKey) -> Option<&StoredIms> {
        let imsi = match key {
            ImsKey::Imsi(imsi) => imsi,
            ImsKey::Private(impi) => self.private.get(impi)?,
            ImsKey::Public(impu) => self.public.get(impu)?,
        };
        self.rows.get(imsi)
    }

    pub(super) fn scan(&self, after: Option<Imsi>, limit: usize) -> Vec<StoredIms> {
        let behind = self.rows.range((after.map_or(Unbounded, Excluded), Unbounded));
        behind
            .take(limit.min(MAX_IMS_SCAN))
            .map(|(_, row)| row.clone())
            .collect()
    }

    fn is_provisioned(&self, imsi: Imsi) -> bool {
        self.rows.get(&imsi).is_some_and(|row| row.subscription.is_some())
    }

    /// Takes the identities of a subscription out of the indices.
    fn unlink(&mut self, subscription: &ImsSubscription) {
        for identity in &subscription.private {
            self.private.remove(&identity.impi);
        }
        for impu in public(subscription) {
            self.public.remove(impu);
        }
    }

    fn link(&mut self, subscription: &ImsSubscription) {
        let imsi = subscription.imsi;
        for identity in &subscription.private {
            self.private.insert(identity.impi.clone(), imsi);
        }
        for impu in public(subscription) {
            self.public.insert(impu.clone(), imsi);
        }
    }

    /// Whether no identity is another subscription's.
    fn check(&self, subscription: &ImsSubscription) -> Result<(), StoreError> {
        let check = |identity: &dyn std::fmt::Display, owner: Option<&Imsi>| match owner {
            Some(&imsi) if imsi != subscription.imsi => Err(StoreError::IdentityTaken {
                identity: identity.to_string(),
                imsi,
            }),
            _ => Ok(()),
        };
        for identity in &subscription.private {
            check(&identity.impi, self.private.get(&identity.impi))?;
        }
        public(subscription).try_for_each(|impu| check(impu, self.public.get(impu)))
    }

    fn put(&mut self, new: &Arc<ImsSubscription>, revision: u64) -> Result<(), StoreError> {
        self.check(new)?;
        let old = self.rows.get(&new.imsi).cloned();
        let before = old.as_ref().and_then(|old| old.subscription.clone());
        if let Some(before) = &before {
            self.unlink(before);
        }
        self.link(new);
        let (told, registrations, version) =
            old.map_or_else(Default::default, |old| (old.told, old.registrations, old.version));
        let told = told.or(before.filter(|before| !registrations.is_empty() && before != new));
        self.rows.insert(
            new.imsi,
            StoredIms {
                imsi: new.imsi,
                subscription: Some(Arc::clone(new)),
                told,
                registrations,
                version: provisioned_version(revision, version),
            },
        );
        Ok(())
    }

    /// Removes a subscription, if there is one.
    pub(super) fn remove(&mut self, imsi: Imsi, revision: u64) {
        let Some(mut row) = self.rows.remove(&imsi) else {
            return;
        };
        let Some(before) = row.subscription.take() else {
            self.rows.insert(imsi, row);
            return;
        };
        self.unlink(&before);
        if !row.registrations.is_empty() {
            row.told = row.told.or(Some(before));
            row.version = provisioned_version(revision, row.version);
            self.rows.insert(imsi, row);
        }
    }

    pub(super) fn set(
        &mut self,
        imsi: Imsi,
        expected: u64,
        registrations: Registrations,
        told: bool,
    ) -> Result<Reply, StoreError> {
        let row = self.rows.get_mut(&imsi).ok_or(StoreError::NoIms { imsi })?;
        if row.version != expected {
            return Err(StoreError::Stale { version: row.version });
        }
        if told || registrations.is_empty() {
            row.told = None;
        }
        row.version += 1;
        row.registrations = registrations;
        if row.subscription.is_none() && row.registrations.is_empty() {
            self.rows.remove(&imsi);
        }
        Ok(Reply::Done)
    }
}

impl MemoryStore {
    pub(super) fn put_ims(
        &mut self,
        subscriptions: &[Arc<ImsSubscription>],
        mode: PutMode,
    ) -> Result<Reply, StoreError> {
        // One alone happens or does not; of several, none must if one cannot.
        let before = (subscriptions.len() > 1).then(|| self.ims.clone());
        for (revision, new) in (self.revision + 1..).zip(subscriptions) {
            if let Err(error) = self.put_one(new, mode, revision) {
                self.ims = before.unwrap_or_else(|| std::mem::take(&mut self.ims));
                return Err(error);
            }
        }
        for new in subscriptions {
            self.note(new.imsi, Change::Put);
        }
        Ok(Reply::Revision(Revision(self.revision)))
    }

    fn put_one(
        &mut self,
        new: &Arc<ImsSubscription>,
        mode: PutMode,
        revision: u64,
    ) -> Result<(), StoreError> {
        let imsi = new.imsi;
        if !self.subscribers.contains_key(&imsi) {
            return Err(StoreError::NoSubscriber { imsi });
        }
        match mode {
            PutMode::Insert if self.ims.is_provisioned(imsi) => Err(StoreError::Exists { imsi }),
            PutMode::Update if !self.ims.is_provisioned(imsi) => Err(StoreError::NoIms { imsi }),
            _ => self.ims.put(new, revision),
        }
    }

    pub(super) fn remove_ims(&mut self, imsis: &[Imsi]) -> Result<Reply, StoreError> {
        let mut named = BTreeSet::new();
        for &imsi in imsis {
            if !self.ims.is_provisioned(imsi) || !named.insert(imsi) {
                return Err(StoreError::NoIms { imsi });
            }
        }
        for &imsi in imsis {
            self.note(imsi, Change::Put);
            self.ims.remove(imsi, self.revision);
            self.sh.remove(imsi);
        }
        Ok(Reply::Revision(Revision(self.revision)))
    }
}
