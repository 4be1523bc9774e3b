//! What becomes of a row, from what the database has, and what the files had before it.

use super::super::ims::stored;
use crate::database::Database;
use anyhow::{Result, bail};
use quintet_identity::Imsi;
use quintet_provisioning::{Entry, Refusal};
use quintet_store::{Command as StoreCommand, ImsKey, MAX_SCAN, Reply, same_usim};
use quintet_subscriber::auc::Slot;
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// After so many rows all IMSIs of the database are read at once, instead of one by one.
const MAX_SINGLE_LOOKUPS: usize = 5_000;

/// What is written of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Nothing,
    /// A new subscriber.
    Insert,
    /// A subscriber in the place of the one that is there.
    Replace,
    /// An IMS subscription beside the subscriber that is there.
    ImsAlone,
}

/// What becomes of a row, and why.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    /// It is written.
    Write(Verdict),
    /// It is not, and that is right.
    Skip(String),
    /// It is not, and somebody must see to it.
    Refuse(Refusal),
}

impl Decision {
    pub(super) fn skip(why: String) -> Self {
        Self::Skip(why)
    }

    pub(super) fn refuse(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }

    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Write(verdict) => *verdict,
            Self::Skip(_) | Self::Refuse(_) => Verdict::Nothing,
        }
    }
}

/// The database and the rows so far. Of a row some ten octets are kept, and as many of each identity in IMS.
pub(super) struct Existing<'a> {
    database: Option<&'a mut Database>,
    update: bool,
    /// Whether the database has any subscriber, any IMS subscription.
    any: (bool, bool),
    /// Its IMSIs, packed, once they were read.
    imsis: Option<HashSet<u64>>,
    lookups: usize,
    seen: HashSet<u64>,
    /// Hashes of identities in IMS, and whose they are.
    identities: HashMap<u64, u64>,
    hasher: RandomState,
}

impl<'a> Existing<'a> {
    pub(super) fn new(mut database: Option<&'a mut Database>, update: bool) -> Result<Self> {
        let mut any = (false, false);
        if let Some(database) = database.as_deref_mut() {
            let count = database.execute(StoreCommand::Count)?;
            let run = database.execute(StoreCommand::ScanIms {
                after: None,
                limit: 1,
            })?;
            any = (
                !matches!(count, Reply::Count(0)),
                matches!(run, Reply::ImsRun(run) if !run.is_empty()),
            );
        }
        Ok(Self {
            database,
            update,
            any,
            imsis: None,
            lookups: 0,
            seen: HashSet::new(),
            identities: HashMap::new(),
            hasher: RandomState::new(),
        })
    }

    /// Decides on a subscriber.
    pub(super) fn decide(&mut self, entry: &Entry) -> Result<Decision> {
        let imsi = entry.subscriber.imsi;
        if !self.seen.insert(imsi.packed()) {
            return Ok(Decision::Refuse(
                Refusal::new("this IMSI was there before, in the same files").remedy("keep one of the two"),
            ));
        }
        if let Some(refusal) = self.identity_taken(entry)? {
            return Ok(Decision::Refuse(refusal));
        }
        match self.stored(imsi)? {
            None => Ok(Decision::Write(Verdict::Insert)),
            Some(stored) => self.beside(entry, &stored),
        }
    }

    /// Decides on one who is there already.
    fn beside(&mut self, entry: &Entry, there: &Subscriber) -> Result<Decision> {
        let new = &entry.subscriber;
        let same_card = same_usim(&new.authentication, &there.authentication);
        let ims = self.stored_ims(new.imsi)?;
        let same_ims = entry.ims.is_none() || entry.ims == ims;
        if entry.ims_only {
            if !same_card {
                return Ok(Decision::Refuse(
                    Refusal::new("this IMSI is there with another K or OPc")
                        .remedy("an ISIM with keys of its own needs an IMSI of its own: --imsi-of"),
                ));
            }
            return Ok(match (same_ims, ims.is_none() || self.update) {
                (true, _) => same(),
                (false, true) => Decision::Write(Verdict::ImsAlone),
                (false, false) => exists(),
            });
        }
        let same_rest = new.msisdn == there.msisdn
            && new.subscription == there.subscription
            && new.authentication.amf == there.authentication.amf;
        Ok(match (same_card && same_rest && same_ims, self.update) {
            (true, _) => same(),
            (false, true) => Decision::Write(Verdict::Replace),
            (false, false) => exists(),
        })
    }

    /// Who is stored under an IMSI.
    fn stored(&mut self, imsi: Imsi) -> Result<Option<Subscriber>> {
        let (Some(database), true) = (self.database.as_deref_mut(), self.any.0) else {
            return Ok(None);
        };
        self.lookups += 1;
        if self.lookups > MAX_SINGLE_LOOKUPS && self.imsis.is_none() {
            self.imsis = Some(all(database)?);
        }
        if self
            .imsis
            .as_ref()
            .is_some_and(|imsis| !imsis.contains(&imsi.packed()))
        {
            return Ok(None);
        }
        let slot = Slot::default();
        match database.execute(StoreCommand::Load { imsi, slot })? {
            Reply::Subscriber { subscriber, .. } => Ok(subscriber.map(|subscriber| *subscriber)),
            _ => bail!("the store gave another answer than a subscriber: this is a defect, please report it"),
        }
    }

    fn stored_ims(&mut self, imsi: Imsi) -> Result<Option<ImsSubscription>> {
        let (Some(database), true) = (self.database.as_deref_mut(), self.any.1) else {
            return Ok(None);
        };
        let stored = stored(database, imsi)?.and_then(|stored| stored.subscription);
        Ok(stored.map(|subscription| (*subscription).clone()))
    }

    /// Whether an identity of its IMS subscription is another's: in the files, or in the database.
    fn identity_taken(&mut self, entry: &Entry) -> Result<Option<Refusal>> {
        let Some(ims) = &entry.ims else { return Ok(None) };
        let imsi = ims.imsi;
        let private = ims
            .private
            .iter()
            .map(|private| (ImsKey::Private(private.impi.clone()), private.impi.to_string()));
        let public = ims
            .sets
            .iter()
            .flat_map(|set| &set.identities)
            .map(|public| (ImsKey::Public(public.impu.clone()), public.impu.to_string()));
        for (key, identity) in private.chain(public) {
            let hash = self.hasher.hash_one(&identity);
            let owner = *self.identities.entry(hash).or_insert(imsi.packed());
            if owner != imsi.packed() {
                let whose = Imsi::from_packed(owner)
                    .map(|imsi| imsi.to_string())
                    .unwrap_or_default();
                return Ok(Some(taken(&identity, &whose)));
            }
            let (Some(database), true) = (self.database.as_deref_mut(), self.any.1) else {
                continue;
            };
            if let Reply::Ims(Some(found)) = database.execute(StoreCommand::LoadIms { key })?
                && found.imsi != imsi
            {
                return Ok(Some(taken(&identity, &found.imsi.to_string())));
            }
        }
        Ok(None)
    }
}

fn taken(identity: &str, whose: &str) -> Refusal {
    Refusal::new(format_args!(
        "the identity {identity} is in the IMS subscription of IMSI {whose} already"
    ))
    .remedy("an identity belongs to one subscription: take it out of one of the two")
}

fn same() -> Decision {
    Decision::Skip("it is there already, and the same".to_owned())
}

fn exists() -> Decision {
    Decision::Refuse(Refusal::new("this IMSI exists already, with other data").remedy("--update replaces it"))
}

/// All IMSIs of the database.
fn all(database: &mut Database) -> Result<HashSet<u64>> {
    let (mut found, mut after) = (HashSet::new(), None);
    loop {
        let scan = StoreCommand::Scan {
            after,
            limit: MAX_SCAN,
        };
        let Reply::Subscribers(page) = database.execute(scan)? else {
            bail!("the store gave another answer than subscribers: this is a defect, please report it");
        };
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.imsi);
        found.extend(page.iter().map(|subscriber| subscriber.imsi.packed()));
    }
}
