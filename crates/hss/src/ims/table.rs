//! IMS records in memory, found by each identity.

use quintet_identity::{Impi, Impu, Imsi};
use quintet_store::ImsKey;
use quintet_subscriber::ims::{ImsRecord, ImsSubscription, Registrations, ServiceProfile};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The most records held: some 2 kB each. Past it the one that was loaded first goes.
pub const MAX_IMS_RECORDS: usize = 262_144;

/// Records, and where each identity leads.
#[derive(Debug, Default)]
pub(crate) struct ImsTable {
    records: HashMap<Imsi, ImsRecord>,
    private: HashMap<Impi, Imsi>,
    public: HashMap<Impu, Imsi>,
    /// In the order of loading; those that are gone are skipped.
    order: VecDeque<Imsi>,
    /// The profiles of the last one: mostly everybody's.
    profiles: Option<Arc<Vec<ServiceProfile>>>,
}

fn public(subscription: &ImsSubscription) -> impl Iterator<Item = &Impu> {
    let sets = subscription.sets.iter();
    sets.flat_map(|set| set.identities.iter().map(|identity| &identity.impu))
}

impl ImsTable {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn find(&self, key: &ImsKey) -> Option<&ImsRecord> {
        let imsi = match key {
            ImsKey::Imsi(imsi) => imsi,
            ImsKey::Private(impi) => self.private.get(impi)?,
            ImsKey::Public(impu) => self.public.get(impu)?,
        };
        self.records.get(imsi)
    }

    /// Takes in a record that was read, unless a newer one is there; the one there is now.
    pub(crate) fn insert(&mut self, mut record: ImsRecord) -> ImsRecord {
        let imsi = record.subscription.imsi;
        if let Some(newer) = self
            .records
            .get(&imsi)
            .filter(|there| there.version >= record.version)
        {
            return newer.clone();
        }
        self.remove(imsi);
        if self.order.len() >= 2 * MAX_IMS_RECORDS {
            let records = &self.records;
            self.order.retain(|imsi| records.contains_key(imsi));
        }
        while self.records.len() >= MAX_IMS_RECORDS {
            match self.order.pop_front() {
                Some(oldest) => self.remove(oldest),
                None => break,
            }
        }
        self.share_profiles(&mut record);
        for identity in &record.subscription.private {
            self.private.insert(identity.impi.clone(), imsi);
        }
        for impu in public(&record.subscription) {
            self.public.insert(impu.clone(), imsi);
        }
        self.order.push_back(imsi);
        self.records.insert(imsi, record.clone());
        record
    }

    fn share_profiles(&mut self, record: &mut ImsRecord) {
        match &self.profiles {
            Some(known) if Arc::ptr_eq(known, &record.subscription.profiles) => {}
            Some(known) if *known == record.subscription.profiles => {
                let mut subscription = (*record.subscription).clone();
                subscription.profiles = Arc::clone(known);
                record.subscription = Arc::new(subscription);
            }
            _ => self.profiles = Some(Arc::clone(&record.subscription.profiles)),
        }
    }

    /// Registrations were stored under this version.
    pub(crate) fn stored(&mut self, imsi: Imsi, version: u64, registrations: Registrations) {
        if let Some(record) = self
            .records
            .get_mut(&imsi)
            .filter(|there| there.version < version)
        {
            record.version = version;
            record.registrations = registrations;
        }
    }

    pub(crate) fn remove(&mut self, imsi: Imsi) {
        let Some(record) = self.records.remove(&imsi) else {
            return;
        };
        // An identity may be another's by now.
        for identity in &record.subscription.private {
            if self.private.get(&identity.impi) == Some(&imsi) {
                self.private.remove(&identity.impi);
            }
        }
        for impu in public(&record.subscription) {
            if self.public.get(impu) == Some(&imsi) {
                self.public.remove(impu);
            }
        }
    }

    /// Another process wrote: nothing is certain.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(n: u64, version: u64) -> ImsRecord {
        let imsi: Imsi = format!("00101{n:010}").parse().unwrap();
        let subscription = ImsSubscription::derived(imsi, "00101".parse().unwrap(), None).unwrap();
        ImsRecord {
            subscription: Arc::new(subscription),
            registrations: Registrations::default(),
            version,
        }
    }

    #[test]
    fn old_data_do_not_replace_new_ones() {
        let mut table = ImsTable::default();
        let one = record(1, 5);
        let imsi = one.subscription.imsi;
        table.insert(one.clone());
        let registered = Registrations {
            reassignment_pending: true,
            ..Registrations::default()
        };
        table.stored(imsi, 6, registered.clone());
        assert_eq!(table.insert(one).version, 6, "a reply that was under way");
        table.stored(imsi, 6, Registrations::default());
        let key = ImsKey::Private(record(1, 0).subscription.private[0].impi.clone());
        assert_eq!(table.find(&key).unwrap().registrations, registered);
        table.remove(imsi);
        assert!(table.find(&key).is_none());
    }

    #[test]
    fn equal_profiles_are_held_once() {
        let mut table = ImsTable::default();
        let (a, b) = (table.insert(record(1, 1)), table.insert(record(2, 1)));
        assert!(Arc::ptr_eq(&a.subscription.profiles, &b.subscription.profiles));
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn an_identity_that_moved_stays_with_its_new_owner() {
        let mut table = ImsTable::default();
        let mut thief = record(2, 1);
        let stolen = record(1, 1).subscription.sets[0].identities[0].clone();
        let mut subscription = (*thief.subscription).clone();
        subscription.sets[0].identities.push(stolen.clone());
        thief.subscription = Arc::new(subscription);
        table.insert(record(1, 1));
        table.insert(thief.clone());
        table.remove(record(1, 1).subscription.imsi);
        let found = table.find(&ImsKey::Public(stolen.impu)).unwrap();
        assert_eq!(found.subscription.imsi, thief.subscription.imsi);
    }
}
