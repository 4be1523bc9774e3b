//! The store in memory: for laboratories and tests. It answers at once and forgets everything when it is dropped.
//!
//! It is also the contract put into code: short, ordered (every map is a `BTreeMap`), the model that other back ends
//! are compared with.

mod admin;
mod equipment;
mod ims;
mod sh;

use self::admin::Administration;
use self::equipment::EquipmentRegister;
use self::ims::ImsTable;
use self::sh::ShRecords;
use crate::command::{Command, MAX_LISTED, MAX_SCAN, PutMode, same_usim};
use crate::port::{Bound, Durability, Revision, Store, Ticket};
use crate::reply::{Change, Changed, Reply, StoreError};
use crate::serving::{MAX_PDN_GATEWAYS, check_aaa, left_of, may_report, same_host};
use quintet_identity::Imsi;
use quintet_subscriber::auc::{ChallengeSecret, Epoch, Slot, fence};
use quintet_subscriber::model::{
    AaaServer, ContextChange, ContextData, Location, MessageWaiting, PdnGateway, ServingNode, Subscriber,
    WaitingChange,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};

/// A store in memory; see the module.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    subscribers: BTreeMap<Imsi, Subscriber>,
    locations: BTreeMap<Imsi, Location>,
    context_data: BTreeMap<Imsi, ContextData>,
    ims: ImsTable,
    equipment: EquipmentRegister,
    sh: ShRecords,
    administration: Administration,
    slots: [Option<Bound>; Slot::COUNT as usize],
    /// By revision; one entry for each IMSI, the latest.
    changes: BTreeMap<u64, Changed>,
    /// Where an IMSI stands in `changes`.
    changed_at: BTreeMap<Imsi, u64>,
    revision: u64,
    challenge_key: Option<ChallengeSecret>,
    replies: VecDeque<(Ticket, Result<Reply, StoreError>)>,
}

impl Store for MemoryStore {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        let reply = self.execute(command);
        self.replies.push_back((ticket, reply));
    }

    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)> {
        self.replies.pop_front()
    }

    fn durability(&self) -> Durability {
        Durability::Volatile
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Does one command at once.
    ///
    /// # Errors
    /// Those of the command; never `Busy` or `Unavailable`.
    pub fn execute(&mut self, command: Command) -> Result<Reply, StoreError> {
        match command {
            Command::Takeover { slot } => Ok(self.takeover(slot)),
            Command::RaiseBound { slot, epoch, h } => self.raise_bound(slot, epoch, h),
            Command::SetDif {
                imsi,
                slot,
                epoch,
                expected,
                dif,
            } => self.set_dif(imsi, slot, epoch, expected, dif),
            Command::Fence { h } => Ok(self.fence(h)),
            Command::Load { imsi, slot } => Ok(Reply::Subscriber {
                subscriber: self.subscribers.get(&imsi).cloned().map(Box::new),
                epoch: self.slots[usize::from(slot.value())].map(|bound| bound.epoch),
            }),
            Command::Scan { after, limit } => {
                let found = self
                    .subscribers
                    .range((after.map_or(Unbounded, Excluded), Unbounded));
                Ok(Reply::Subscribers(
                    found.take(limit.min(MAX_SCAN)).map(|(_, s)| s.clone()).collect(),
                ))
            }
            Command::Changes { since, limit } => Ok(self.changes(since, limit)),
            Command::LoadLocation { imsi } => Ok(self.location(imsi)),
            Command::SetMme {
                imsi,
                mme,
                clear_gateways,
            } => self.set_mme(imsi, *mme, clear_gateways),
            Command::SetSgsn { imsi, sgsn } => self.set_sgsn(imsi, *sgsn),
            Command::SetAaa { imsi, expected, aaa } => {
                self.set_aaa(imsi, expected.as_deref(), aaa.map(|aaa| *aaa))
            }
            Command::Purge { imsi, host } => self.purge(imsi, &host),
            Command::ChangeWaiting { imsi, change } => self.change_waiting(imsi, &change),
            Command::ClearLocation { imsi } => Ok(self.clear_location(imsi)),
            Command::SetGateway {
                imsi,
                host,
                gateway,
                remove,
            } => self.set_gateway(imsi, &host, gateway.map(|gateway| *gateway), &remove),
            Command::ScanServed { host, after, limit } => Ok(self.scan_served(&host, after, limit)),
            Command::LoadContextData { imsi } => {
                let found = self.context_data.get(&imsi).cloned();
                Ok(Reply::ContextData(found.map(Box::new)))
            }
            Command::ChangeContextData { imsi, change } => self.change_context_data(imsi, *change),
            Command::ClearContextData { imsi } => {
                Ok(Reply::ContextData(self.context_data.remove(&imsi).map(Box::new)))
            }
            Command::Put { subscribers, mode } => self.put(subscribers, mode),
            Command::Remove { imsis } => self.remove(&imsis),
            Command::LoadIms { key } => Ok(Reply::Ims(self.ims.find(&key).cloned().map(Box::new))),
            Command::ScanIms { after, limit } => Ok(Reply::ImsRun(self.ims.scan(after, limit))),
            Command::PutIms { subscriptions, mode } => self.put_ims(&subscriptions, mode),
            Command::RemoveIms { imsis } => self.remove_ims(&imsis),
            Command::SetRegistrations {
                imsi,
                expected,
                registrations,
                told,
            } => self.ims.set(imsi, expected, *registrations, told),
            Command::Equipment(command) => self.equipment(command),
            Command::Sh(command) => self.sh(command),
            Command::Admin(command) => self.admin(command),
            Command::Count => Ok(Reply::Count(self.subscribers.len() as u64)),
            Command::ChallengeKey { fresh } => Ok(Reply::ChallengeKey(
                self.challenge_key.get_or_insert(fresh).clone(),
            )),
        }
    }

    fn fence(&mut self, h: i64) -> Reply {
        for state in &mut self.slots {
            let before = state.unwrap_or(Bound {
                epoch: Epoch(0),
                h: 0,
            });
            *state = Some(Bound {
                epoch: Epoch(before.epoch.0 + 1),
                h: before.h.max(h),
            });
        }
        for subscriber in self.subscribers.values_mut() {
            fence(&mut subscriber.authentication);
        }
        Reply::Done
    }

    fn takeover(&mut self, slot: Slot) -> Reply {
        let state = &mut self.slots[usize::from(slot.value())];
        let bound = state.map_or(
            Bound {
                epoch: Epoch(1),
                h: 0,
            },
            |old| Bound {
                epoch: Epoch(old.epoch.0 + 1),
                h: old.h,
            },
        );
        *state = Some(bound);
        Reply::Bound(bound)
    }

    /// The slot's state if `epoch` still holds it.
    fn held(&mut self, slot: Slot, epoch: Epoch) -> Result<&mut Bound, StoreError> {
        let state = &mut self.slots[usize::from(slot.value())];
        let current = state.map_or(Epoch(0), |bound| bound.epoch);
        state
            .as_mut()
            .filter(|bound| bound.epoch == epoch)
            .ok_or(StoreError::Fenced { current })
    }

    fn raise_bound(&mut self, slot: Slot, epoch: Epoch, h: i64) -> Result<Reply, StoreError> {
        let bound = self.held(slot, epoch)?;
        bound.h = bound.h.max(h);
        Ok(Reply::Done)
    }

    fn set_dif(
        &mut self,
        imsi: Imsi,
        slot: Slot,
        epoch: Epoch,
        expected: Option<i64>,
        dif: i64,
    ) -> Result<Reply, StoreError> {
        self.held(slot, epoch)?;
        let subscriber = self
            .subscribers
            .get_mut(&imsi)
            .ok_or(StoreError::NoSubscriber { imsi })?;
        let current = subscriber.authentication.dif;
        if current != expected {
            return Err(StoreError::Conflict { current });
        }
        subscriber.authentication.dif = Some(dif);
        Ok(Reply::Done)
    }

    fn changes(&self, since: Revision, limit: usize) -> Reply {
        let limit = limit.min(MAX_LISTED);
        let mut after = self.changes.range((Excluded(since.0), Unbounded));
        let mut changes = Vec::new();
        let mut last = since.0;
        for (&revision, &changed) in after.by_ref().take(limit) {
            changes.push(changed);
            last = revision;
        }
        let revision = if after.next().is_some() {
            last
        } else {
            self.revision
        };
        Reply::Changes {
            revision: Revision(revision),
            changes,
        }
    }

    fn location(&self, imsi: Imsi) -> Reply {
        Reply::Location(self.locations.get(&imsi).cloned().map(Box::new))
    }

    /// What is stored for a provisioned subscriber.
    fn provisioned_location(&self, imsi: Imsi) -> Result<Option<&Location>, StoreError> {
        if !self.subscribers.contains_key(&imsi) {
            return Err(StoreError::NoSubscriber { imsi });
        }
        Ok(self.locations.get(&imsi))
    }

    fn set_mme(&mut self, imsi: Imsi, mme: ServingNode, clear_gateways: bool) -> Result<Reply, StoreError> {
        let before = self.provisioned_location(imsi)?.cloned();
        let location = self.locations.entry(imsi).or_default();
        location.mme = Some(mme);
        if clear_gateways {
            location.pdn_gateways.clear();
        }
        Ok(Reply::Location(before.map(Box::new)))
    }

    fn set_sgsn(&mut self, imsi: Imsi, sgsn: ServingNode) -> Result<Reply, StoreError> {
        let before = self.provisioned_location(imsi)?.cloned();
        self.locations.entry(imsi).or_default().sgsn = Some(sgsn);
        Ok(Reply::Location(before.map(Box::new)))
    }

    fn set_aaa(
        &mut self,
        imsi: Imsi,
        expected: Option<&str>,
        aaa: Option<AaaServer>,
    ) -> Result<Reply, StoreError> {
        if aaa.is_some() {
            self.provisioned_location(imsi)?;
        }
        let before = self.locations.get(&imsi).cloned();
        check_aaa(before.as_ref(), expected)?;
        if aaa.is_some() || before.is_some() {
            self.locations.entry(imsi).or_default().aaa = aaa;
        }
        Ok(Reply::Location(before.map(Box::new)))
    }

    fn change_waiting(&mut self, imsi: Imsi, change: &WaitingChange) -> Result<Reply, StoreError> {
        let before = self.provisioned_location(imsi)?.cloned();
        let waiting = before
            .as_ref()
            .and_then(|location| location.message_waiting.as_ref());
        let after = MessageWaiting::changed(waiting, change);
        if before.is_some() || after.is_some() {
            self.locations.entry(imsi).or_default().message_waiting = after;
        }
        Ok(Reply::Location(before.map(Box::new)))
    }

    fn clear_location(&mut self, imsi: Imsi) -> Reply {
        let before = self.locations.remove(&imsi);
        let is_provisioned = self.subscribers.contains_key(&imsi);
        if let Some(left) = before
            .as_ref()
            .and_then(|location| left_of(location, is_provisioned))
        {
            self.locations.insert(imsi, left);
        }
        Reply::Location(before.map(Box::new))
    }

    fn purge(&mut self, imsi: Imsi, host: &str) -> Result<Reply, StoreError> {
        let before = self.provisioned_location(imsi)?.cloned();
        if let Some(location) = self.locations.get_mut(&imsi) {
            for node in [&mut location.mme, &mut location.sgsn].into_iter().flatten() {
                node.purged |= same_host(&node.host, host);
            }
        }
        Ok(Reply::Location(before.map(Box::new)))
    }

    fn set_gateway(
        &mut self,
        imsi: Imsi,
        host: &str,
        gateway: Option<PdnGateway>,
        remove: &[u32],
    ) -> Result<Reply, StoreError> {
        let before = self.provisioned_location(imsi)?.cloned();
        if let Some(location) = self.locations.get_mut(&imsi)
            && may_report(location, host)
        {
            let mut gateways = location.pdn_gateways.clone();
            gateways.retain(|old| !remove.contains(&old.context_identifier));
            if let Some(new) = gateway {
                match gateways.binary_search_by_key(&new.context_identifier, |old| old.context_identifier) {
                    Ok(at) => gateways[at] = new,
                    Err(_) if gateways.len() >= MAX_PDN_GATEWAYS => {
                        return Err(StoreError::TooManyGateways { imsi });
                    }
                    Err(at) => gateways.insert(at, new),
                }
            }
            location.pdn_gateways = gateways;
        }
        Ok(Reply::Location(before.map(Box::new)))
    }

    fn change_context_data(&mut self, imsi: Imsi, change: ContextChange) -> Result<Reply, StoreError> {
        if !self.subscribers.contains_key(&imsi) {
            return Err(StoreError::NoSubscriber { imsi });
        }
        let before = self.context_data.get(&imsi).cloned();
        let mut data = before.clone().unwrap_or_default();
        data.apply(change);
        if data.is_empty() {
            self.context_data.remove(&imsi);
        } else {
            self.context_data.insert(imsi, data);
        }
        Ok(Reply::ContextData(before.map(Box::new)))
    }

    fn scan_served(&self, host: &str, after: Option<Imsi>, limit: usize) -> Reply {
        let behind = self
            .locations
            .range((after.map_or(Unbounded, Excluded), Unbounded));
        let served =
            behind.filter(|(imsi, location)| serves(location, host) && self.subscribers.contains_key(imsi));
        Reply::Served(
            served
                .map(|(&imsi, _)| imsi)
                .take(limit.min(MAX_LISTED))
                .collect(),
        )
    }

    fn put(&mut self, subscribers: Vec<Subscriber>, mode: PutMode) -> Result<Reply, StoreError> {
        let mut named = BTreeSet::new();
        for Subscriber { imsi, .. } in &subscribers {
            let imsi = *imsi;
            let there = self.subscribers.contains_key(&imsi);
            match mode {
                PutMode::Insert if there || !named.insert(imsi) => return Err(StoreError::Exists { imsi }),
                PutMode::Update if !there => return Err(StoreError::NoSubscriber { imsi }),
                _ => {}
            }
        }
        for mut new in subscribers {
            if let Some(old) = self.subscribers.get(&new.imsi)
                && same_usim(&old.authentication, &new.authentication)
            {
                new.authentication.dif = old.authentication.dif;
                new.authentication.seq_seed = old.authentication.seq_seed;
            }
            self.note(new.imsi, Change::Put);
            self.subscribers.insert(new.imsi, new);
        }
        Ok(Reply::Revision(Revision(self.revision)))
    }

    fn remove(&mut self, imsis: &[Imsi]) -> Result<Reply, StoreError> {
        let mut named = BTreeSet::new();
        for &imsi in imsis {
            if !self.subscribers.contains_key(&imsi) || !named.insert(imsi) {
                return Err(StoreError::NoSubscriber { imsi });
            }
        }
        for &imsi in imsis {
            self.subscribers.remove(&imsi);
            self.note(imsi, Change::Removed);
            self.ims.remove(imsi, self.revision);
            self.sh.remove(imsi);
        }
        Ok(Reply::Revision(Revision(self.revision)))
    }

    /// Writes down a change; an older one of the same IMSI goes.
    fn note(&mut self, imsi: Imsi, change: Change) {
        self.revision += 1;
        if let Some(old) = self.changed_at.insert(imsi, self.revision) {
            self.changes.remove(&old);
        }
        self.changes.insert(self.revision, Changed { imsi, change });
    }
}

/// Whether `host` is the registered MME or SGSN.
fn serves(location: &Location, host: &str) -> bool {
    [&location.mme, &location.sgsn]
        .into_iter()
        .flatten()
        .any(|node| same_host(&node.host, host))
}

#[cfg(test)]
mod tests {
    crate::contract_suite!(Box::new(crate::MemoryStore::new()));
}
