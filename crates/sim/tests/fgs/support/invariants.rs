//! What must hold whatever happens, watched while it does.

use quintet_amf::AmfEvent;
use quintet_crypto::Direction;
use quintet_fgmm::network::{Event, Phase};
use quintet_fgmm::{Discard, Disposition};
use quintet_identity::Supi;
use quintet_nas::fgs::NasKsi;
use quintet_sim::gnb::GnbEvent;
use std::collections::{HashMap, HashSet};

/// A connection of the AMF's.
type Link = (u64, u64);

/// A key: whose, which set, which way.
type Key = (Supi, NasKsi, Direction);

/// What was seen, and what of it must not be.
#[derive(Debug, Default)]
pub(crate) struct Invariants {
    owners: HashMap<Link, Supi>,
    /// Messages of connections whose UE is not known yet.
    waiting: HashMap<Link, Vec<Event>>,
    counts: HashMap<Key, u32>,
    /// Those who just agreed on another KAMF.
    agreed: HashSet<Supi>,
    pub(crate) broken: Vec<String>,
}

impl Invariants {
    pub(crate) fn amf(&mut self, event: &AmfEvent) {
        let AmfEvent::Fgmm {
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
            supi: Some(supi),
            ..
        } = event
        {
            let first = self.owners.insert(link, supi.clone()).as_ref() != Some(supi);
            if first {
                let before = self.waiting.remove(&link).unwrap_or_default();
                before.iter().for_each(|event| self.message(supi, event));
            }
            if *phase == Phase::Authenticated {
                self.agreed.insert(supi.clone());
            }
        }
        match self.owners.get(&link).cloned() {
            Some(supi) => self.message(&supi, event),
            None => self.waiting.entry(link).or_default().push(event.clone()),
        }
    }

    /// COUNTs only grow under one key: none is used twice downlink, none accepted twice uplink.
    fn message(&mut self, supi: &Supi, event: &Event) {
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
        if *name == "SECURITY MODE COMMAND" && self.agreed.remove(supi) {
            for direction in [Direction::Uplink, Direction::Downlink] {
                self.counts.remove(&(supi.clone(), protection.ksi, direction));
            }
        }
        let key = (supi.clone(), protection.ksi, *direction);
        if let Some(last) = self.counts.insert(key.clone(), protection.count)
            && last >= protection.count
        {
            let what = format!(
                "{direction:?} COUNT {} of {name} after {last}, {key:?}",
                protection.count
            );
            self.broken.push(what);
        }
    }

    pub(crate) fn gnb(&mut self, cell: usize, event: &GnbEvent) {
        if let GnbEvent::KeyMismatch(ue) = event {
            self.broken
                .push(format!("cell {cell}, UE {}: another KgNB", ue.0));
        }
    }
}
