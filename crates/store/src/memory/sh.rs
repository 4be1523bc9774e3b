//! What is kept for application servers in memory.

use super::MemoryStore;
use crate::ims::ImsKey;
use crate::port::Revision;
use crate::reply::{Reply, StoreError};
use crate::sh::{MAX_SH_LISTED, ShCommand, ShKey, ShReply};
use quintet_identity::{Impu, Imsi, Msisdn};
use quintet_subscriber::sh::{ShRecord, ShUser};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

/// The records, and the order in which they changed.
#[derive(Clone, Debug, Default)]
pub(super) struct ShRecords {
    records: BTreeMap<Imsi, (u64, ShRecord)>,
    order: BTreeMap<u64, Imsi>,
    revision: u64,
}

impl ShRecords {
    fn set(&mut self, imsi: Imsi, record: ShRecord) -> u64 {
        self.revision += 1;
        if let Some((before, _)) = self.records.insert(imsi, (self.revision, record)) {
            self.order.remove(&before);
        }
        self.order.insert(self.revision, imsi);
        self.revision
    }

    /// Whoever it was is no IMS user any more.
    pub(super) fn remove(&mut self, imsi: Imsi) {
        if let Some((before, _)) = self.records.remove(&imsi) {
            self.order.remove(&before);
        }
    }

    fn changes(&self, since: Revision, limit: usize) -> ShReply {
        let after = self.order.range((Excluded(since.0), Unbounded));
        let listed: Vec<_> = after.take(limit.min(MAX_SH_LISTED)).collect();
        let revision = listed.last().map_or(self.revision, |(revision, _)| **revision);
        let subscribed = |(_, imsi): (&u64, &Imsi)| {
            let record = self.records.get(imsi).map(|(_, record)| record);
            (
                *imsi,
                record.map_or_else(Vec::new, |record| record.subscriptions.clone()),
            )
        };
        ShReply::Changes {
            revision: Revision(revision),
            changed: listed.into_iter().map(subscribed).collect(),
        }
    }
}

impl MemoryStore {
    pub(super) fn sh(&mut self, command: ShCommand) -> Result<Reply, StoreError> {
        let reply = match command {
            ShCommand::Load { key } => ShReply::User(self.sh_user(&key).map(Box::new)),
            ShCommand::Set {
                imsi,
                expected,
                record,
            } => {
                if !self.subscribers.contains_key(&imsi) {
                    return Err(StoreError::NoSubscriber { imsi });
                }
                let version = self.sh.records.get(&imsi).map_or(0, |(version, _)| *version);
                if version != expected {
                    return Err(StoreError::Stale { version });
                }
                ShReply::Version(self.sh.set(imsi, *record))
            }
            ShCommand::Changes { since, limit } => self.sh.changes(since, limit),
        };
        Ok(Reply::Sh(reply))
    }

    fn sh_user(&self, key: &ShKey) -> Option<ShUser> {
        let of_public = |impu: &Impu| self.ims.find(&ImsKey::Public(impu.clone())).map(|row| row.imsi);
        let of_number = |msisdn: Msisdn| {
            let mut subscribers = self.subscribers.values();
            subscribers
                .find(|subscriber| subscriber.msisdn == Some(msisdn))
                .map(|subscriber| subscriber.imsi)
                .or_else(|| of_public(&Impu::tel(msisdn).ok()?))
        };
        let imsi = match key {
            ShKey::Imsi(imsi) => *imsi,
            ShKey::Public(impu) => of_public(impu)?,
            ShKey::Number(msisdn) => of_number(*msisdn)?,
        };
        let subscriber = self.subscribers.get(&imsi)?;
        let (version, record) = self.sh.records.get(&imsi).cloned().unwrap_or_default();
        Some(ShUser {
            imsi,
            msisdn: subscriber.msisdn,
            ims: self.ims.find(&ImsKey::Imsi(imsi)).and_then(|row| row.record()),
            location: self.locations.get(&imsi).cloned(),
            record,
            version,
        })
    }
}
