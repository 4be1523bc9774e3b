//! What must hold whatever happens, watched while it does.

use quintet_crypto::Direction;
use quintet_emm::network::{Event, Phase};
use quintet_emm::{Discard, Disposition};
use quintet_identity::Imsi;
use quintet_mme::MmeEvent;
use quintet_nas::eps::NasKsi;
use quintet_sim::enb::EnbEvent;
use std::collections::{HashMap, HashSet};

/// A connection of the MME's.
type Link = (u64, u32);

/// A key: whose, which set, which way.
type Key = (Imsi, NasKsi, Direction);

/// What was seen, and what of it must not be.
#[derive(Debug, Default)]
pub(crate) struct Invariants {
    owners: HashMap<Link, Imsi>,
    /// Messages of connections whose UE is not known yet.
    waiting: HashMap<Link, Vec<Event>>,
    counts: HashMap<Key, u32>,
    /// Those who just agreed on another KASME.
    agreed: HashSet<Imsi>,
    pub(crate) broken: Vec<String>,
}

impl Invariants {
    pub(crate) fn mme(&mut self, event: &MmeEvent) {
        let MmeEvent::Emm {
            association,
            connection,
            event,
            ..
        } = event
        else {
            return;
        };
        let link = (association.0, connection.0);
        if let Event::Phase {
            phase,
            imsi: Some(imsi),
            ..
        } = event
        {
            let first = self.owners.insert(link, *imsi) != Some(*imsi);
            if first {
                let before = self.waiting.remove(&link).unwrap_or_default();
                before.iter().for_each(|event| self.message(*imsi, event));
            }
            if *phase == Phase::Authenticated {
                self.agreed.insert(*imsi);
            }
        }
        match self.owners.get(&link) {
            Some(imsi) => self.message(*imsi, event),
            None => self.waiting.entry(link).or_default().push(event.clone()),
        }
    }

    /// COUNTs only grow under one key: none is used twice downlink, none accepted twice uplink.
    fn message(&mut self, imsi: Imsi, event: &Event) {
        let Event::Message {
            direction,
            name,
            protection: Some(protection),
            disposition,
            ..
        } = event
        else {
            return;
        };
        if let Some(Disposition::Silent(Discard::Mac | Discard::Replay | Discard::NoContext)) = disposition {
            return;
        }
        if *name == "SECURITY MODE COMMAND" && self.agreed.remove(&imsi) {
            for direction in [Direction::Uplink, Direction::Downlink] {
                self.counts.remove(&(imsi, protection.ksi, direction));
            }
        }
        let key = (imsi, protection.ksi, *direction);
        if let Some(last) = self.counts.insert(key, protection.count)
            && last >= protection.count
        {
            let what = format!(
                "{direction:?} COUNT {} of {name} after {last}, {key:?}",
                protection.count
            );
            self.broken.push(what);
        }
    }

    pub(crate) fn enb(&mut self, cell: usize, event: &EnbEvent) {
        if let EnbEvent::KeyMismatch(ue) = event {
            self.broken
                .push(format!("cell {cell}, UE {}: another KeNB", ue.0));
        }
    }
}
