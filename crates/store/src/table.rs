//! What a node keeps of every subscriber in memory: enough to answer, in few octets.
//!
//! ```text
//!   IMSI ──hash──► shard (8 bits) ──► index of u32 ──► record of 64 octets ──► subscription (shared, by number)
//!                                                            └─ rare ones ───► side record (TUAK, K of 256 bits)
//! ```
//!
//! Records are one cache line each, lie densely in chunks, and never move when the table grows: a chunk is added.
//! Only the index of one shard, some thousand numbers, is made anew at a time, so no insertion waits for a million
//! others. A removal moves the last record into the gap. Whatever leaves a record, and every record of a dropped
//! table, is overwritten.
//!
//! Subscriptions are held once for all subscribers that share them, [`MAX_CACHED_SUBSCRIPTIONS`] of them at most; the
//! others are read from the store when they are needed.
//!
//! Left out: the location (the store answers it with the write that follows), and the SQN seed once there is a DIF.

mod index;
mod record;
mod shared;

use index::Index;
use quintet_crypto::{Amf, AuthenticationFunctions, Milenage, Opc, Tuak, WrongKeyLength, Xor};
use quintet_identity::{Imsi, Msisdn};
use quintet_subscriber::model::{Algorithm, SqnProfile, Subscriber, Subscription};
use record::{Chunks, Kind, MAX_RECORDS, Record, Side, Sides};
pub use shared::MAX_CACHED_SUBSCRIPTIONS;
use shared::{NOT_CACHED, Shared};
use std::sync::Arc;

/// The table holds as many subscribers as its index can number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table of subscribers is full: it holds {MAX_RECORDS}; serve the rest from another process")]
pub struct TableFull;

/// See the module.
#[derive(Debug, Default)]
pub struct SubscriberTable {
    index: Index,
    records: Chunks,
    sides: Sides,
    shared: Shared,
    /// The record whose turn it is to make room.
    hand: u32,
}

/// One subscriber in the table: a view, nothing is copied until it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    record: &'a Record,
    table: &'a SubscriberTable,
}

impl SubscriberTable {
    /// An empty table; it takes memory as it grows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many subscribers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything the table has allocated, in octets (allocator overhead apart); subscriptions as they were interned.
    #[must_use]
    pub fn octets(&self) -> usize {
        size_of::<Self>()
            + self.index.octets()
            + self.records.octets()
            + self.sides.octets()
            + self.shared.octets()
    }

    /// One subscriber.
    #[must_use]
    #[inline]
    pub fn lookup(&self, imsi: Imsi) -> Option<Entry<'_>> {
        let at = self.index.find(imsi.packed(), &self.records)?;
        Some(Entry {
            record: self.records.at(at),
            table: self,
        })
    }

    /// Adds a subscriber, or replaces all of it. `Ok(true)` if it is new.
    ///
    /// # Errors
    /// [`TableFull`]; then nothing changed.
    pub fn insert(&mut self, subscriber: &Subscriber) -> Result<bool, TableFull> {
        let imsi = subscriber.imsi.packed();
        if let Some(at) = self.index.find(imsi, &self.records) {
            let new = self.record(subscriber);
            let old = std::mem::replace(self.records.at_mut(at), new);
            self.let_go(&old);
            return Ok(false);
        }
        if self.records.len() >= MAX_RECORDS {
            return Err(TableFull);
        }
        let new = self.record(subscriber);
        let at = self.records.push(new);
        self.index.insert(imsi, at, &self.records);
        Ok(true)
    }

    /// Sets DIF. `false` if the subscriber is not in the table.
    pub fn set_dif(&mut self, imsi: Imsi, dif: i64) -> bool {
        let Some(at) = self.index.find(imsi.packed(), &self.records) else {
            return false;
        };
        self.records.at_mut(at).set_dif(dif);
        true
    }

    /// Removes a subscriber. `false` if it was not there.
    pub fn remove(&mut self, imsi: Imsi) -> bool {
        let Some(at) = self.index.remove(imsi.packed(), &self.records) else {
            return false;
        };
        let last = self.records.len() as u32 - 1;
        if at != last {
            self.index
                .renumber(self.records.at(last).imsi(), last, at, &self.records);
        }
        let old = self.records.swap_remove(at);
        self.let_go(&old);
        true
    }

    /// Removes subscribers until there are fewer than `most`, one at least of which stays possible: one after the other
    /// around the table, whoever they are. Whoever is asked for again is read again.
    pub fn leave_room(&mut self, most: usize) {
        while self.len() >= most.max(1) {
            // The last one, who came last, moves into the gap: its turn comes when the hand has gone round.
            let at = self.hand % (self.len() as u32 - 1).max(1);
            self.hand = at + 1;
            let Ok(imsi) = Imsi::from_packed(self.records.at(at).imsi()) else {
                return;
            };
            self.remove(imsi);
        }
    }

    /// Removes all; their memory is given back.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All subscribers, in no order.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        self.records.iter().map(|record| Entry { record, table: self })
    }

    /// The record of a subscriber, with what it shares taken hold of.
    fn record(&mut self, subscriber: &Subscriber) -> Record {
        let subscription = self.shared.hold(&subscriber.subscription);
        let authentication = &subscriber.authentication;
        let mut record = Record::new(subscriber, subscription);
        match (&authentication.algorithm, authentication.k.expose_128()) {
            (Algorithm::Milenage { opc }, Some(k)) if Record::holds(authentication.sqn_profile) => {
                record.set_secrets(Kind::Milenage, k, opc.expose());
            }
            (Algorithm::Xor, Some(k)) if Record::holds(authentication.sqn_profile) => {
                record.set_secrets(Kind::Xor, k, &[0; 16]);
            }
            _ => record.set_side(self.sides.add(Side {
                k: authentication.k.clone(),
                algorithm: authentication.algorithm.clone(),
                sqn_profile: authentication.sqn_profile,
            })),
        }
        record
    }

    /// Gives back what a record that is gone shared.
    fn let_go(&mut self, old: &Record) {
        self.shared.release(old.subscription());
        if let Some(side) = old.side() {
            self.sides.remove(side);
        }
    }
}

impl<'a> Entry<'a> {
    /// Who.
    #[must_use]
    #[inline]
    pub fn imsi(&self) -> Option<Imsi> {
        Imsi::from_packed(self.record.imsi()).ok()
    }

    /// The number, if there is one.
    #[must_use]
    pub fn msisdn(&self) -> Option<Msisdn> {
        Msisdn::from_packed(self.record.msisdn()).ok()
    }

    /// AMF as provisioned.
    #[must_use]
    #[inline]
    pub fn amf(&self) -> Amf {
        Amf(self.record.amf())
    }

    /// How the USIM checks SQN.
    #[must_use]
    #[inline]
    pub fn sqn_profile(&self) -> SqnProfile {
        self.side()
            .map_or_else(|| self.record.sqn_profile(), |side| side.sqn_profile)
    }

    /// DIF, if it was ever written.
    #[must_use]
    #[inline]
    pub fn dif(&self) -> Option<i64> {
        self.record.dif()
    }

    /// The SQN seed: `None` once there is a DIF, for then it counts no more.
    #[must_use]
    #[inline]
    pub fn seq_seed(&self) -> Option<u64> {
        self.record.seq_seed()
    }

    /// The authentication functions with this subscriber's keys.
    ///
    /// # Errors
    /// [`WrongKeyLength`] if the subscriber was provisioned with a K that its algorithm does not take.
    #[inline]
    pub fn functions(&self) -> Result<AuthenticationFunctions, WrongKeyLength> {
        if let Some(side) = self.side() {
            return side.functions();
        }
        let k = self.record.k();
        if self.record.kind() == Kind::Xor {
            return Xor::new(k).map(AuthenticationFunctions::Xor);
        }
        Milenage::new(k, Opc::new(*self.record.opc())).map(AuthenticationFunctions::Milenage)
    }

    /// The subscription; `None` if it is not held in memory and must be read from the store.
    #[must_use]
    #[inline]
    pub fn subscription(&self) -> Option<&'a Arc<Subscription>> {
        self.table.shared.at(self.record.subscription())
    }

    #[inline]
    fn side(&self) -> Option<&'a Side> {
        self.table.sides.at(self.record.side()?)
    }
}

impl Side {
    fn functions(&self) -> Result<AuthenticationFunctions, WrongKeyLength> {
        let k = self.k.clone();
        match &self.algorithm {
            Algorithm::Milenage { opc } => {
                Milenage::new(k, opc.clone()).map(AuthenticationFunctions::Milenage)
            }
            Algorithm::Tuak { topc, sizes } => {
                Ok(AuthenticationFunctions::Tuak(Tuak::new(k, topc.clone(), *sizes)))
            }
            Algorithm::Xor => Xor::new(k).map(AuthenticationFunctions::Xor),
        }
    }
}

#[cfg(test)]
mod tests;
