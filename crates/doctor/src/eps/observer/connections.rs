//! Which connection a message of S1AP is of: association and both identities (TS 36.413 9.2.3.3, 9.2.3.4).
//!
//! In a merged capture two connections may have the same eNB's identity at once; the MME's tells them apart.

use hashbrown::{HashMap, HashSet};
use quintet_capture::FlowId;
use std::collections::BTreeSet;

/// Connections of one association that may share the eNB's identity, or the MME's.
const MAX_ALIKE: usize = 8;

/// Associations with a gap that are remembered: as many as are followed (`capture`, `MAX_ASSOCIATIONS`).
const MAX_GAPS: usize = 32_768;

/// One connection's names.
#[derive(Clone, Copy, Debug)]
struct Names {
    flow: FlowId,
    enb: Option<u32>,
    mme: Option<u32>,
}

/// The table. As many entries as attempts run.
#[derive(Debug, Default)]
pub(super) struct Connections {
    names: HashMap<u64, Names>,
    by_flow: HashMap<FlowId, BTreeSet<u64>>,
    by_enb: HashMap<(FlowId, u32), Vec<u64>>,
    by_mme: HashMap<(FlowId, u32), Vec<u64>>,
    /// Associations of which one direction waits behind a gap.
    gaps: HashSet<FlowId>,
}

impl Connections {
    /// A connection of an attempt.
    pub(super) fn add(&mut self, id: u64, flow: FlowId, enb: Option<u32>, mme: Option<u32>) {
        self.names.insert(id, Names { flow, enb, mme });
        self.by_flow.entry(flow).or_default().insert(id);
        if let Some(enb) = enb {
            push(&mut self.by_enb, (flow, enb), id);
        }
        if let Some(mme) = mme {
            push(&mut self.by_mme, (flow, mme), id);
        }
    }

    /// Whose a message with these identities is. The MME's identity is learnt where it was not known.
    pub(super) fn find(&mut self, flow: FlowId, enb: Option<u32>, mme: Option<u32>) -> Option<u64> {
        let of_enb = enb.and_then(|enb| self.by_enb.get(&(flow, enb)));
        let of_mme = mme.and_then(|mme| self.by_mme.get(&(flow, mme)));
        let (Some(alike), Some(mme)) = (of_enb, mme) else {
            // HANDOVER REQUEST names the UE by the MME's identity alone, before the eNB has given its own.
            let alike = match (enb, of_enb) {
                (None, _) => of_mme,
                (Some(enb), None) => return self.named_by_the_mme(flow, enb, mme?),
                (Some(_), of_enb) => of_enb,
            };
            return alike?.last().copied();
        };
        let named = |id: &&u64| self.names.get(*id).and_then(|names| names.mme) == Some(mme);
        if let Some(id) = alike.iter().rev().find(named) {
            return Some(*id);
        }
        let unnamed = |id: &&u64| self.names.get(*id).is_some_and(|names| names.mme.is_none());
        let id = *alike.iter().rev().find(unnamed)?;
        if let Some(names) = self.names.get_mut(&id) {
            names.mme = Some(mme);
        }
        push(&mut self.by_mme, (flow, mme), id);
        Some(id)
    }

    /// The connection that has the MME's identity alone; it learns the eNB's.
    fn named_by_the_mme(&mut self, flow: FlowId, enb: u32, mme: u32) -> Option<u64> {
        let nameless = |id: &&u64| self.names.get(*id).is_some_and(|names| names.enb.is_none());
        let id = *self.by_mme.get(&(flow, mme))?.iter().rev().find(nameless)?;
        if let Some(names) = self.names.get_mut(&id) {
            names.enb = Some(enb);
        }
        push(&mut self.by_enb, (flow, enb), id);
        Some(id)
    }

    /// Connections that have this identity of the eNB's.
    pub(super) fn of_enb(&self, flow: FlowId, enb: u32) -> Vec<u64> {
        self.by_enb.get(&(flow, enb)).cloned().unwrap_or_default()
    }

    /// Connections that have this identity of the MME's, on whatever association, oldest first.
    pub(super) fn of_mme(&self, mme: u32) -> Vec<u64> {
        let mut all: Vec<u64> = self
            .names
            .iter()
            .filter(|(_, names)| names.mme == Some(mme))
            .map(|(id, _)| *id)
            .collect();
        all.sort_unstable();
        all
    }

    /// All of an association, oldest first.
    pub(super) fn of_flow(&self, flow: FlowId) -> Vec<u64> {
        let all = self.by_flow.get(&flow);
        all.map(|all| all.iter().copied().collect()).unwrap_or_default()
    }

    /// One direction of an association waits behind a gap, or does no more.
    pub(super) fn gap(&mut self, flow: FlowId, open: bool) {
        if !open {
            self.gaps.remove(&flow);
        } else if self.gaps.len() < MAX_GAPS {
            self.gaps.insert(flow);
        }
    }

    /// Whether messages of an association may still come that were sent before those seen.
    pub(super) fn has_gap(&self, flow: FlowId) -> bool {
        self.gaps.contains(&flow)
    }

    /// Whether the MME's identity of a connection is known.
    pub(super) fn has_mme(&self, id: u64) -> bool {
        self.names.get(&id).is_some_and(|names| names.mme.is_some())
    }

    /// The connection goes on with another attempt.
    pub(super) fn hand_over(&mut self, id: u64, next: u64) {
        if let Some(Names { flow, enb, mme }) = self.names.get(&id).copied() {
            self.forget(id);
            self.add(next, flow, enb, mme);
        }
    }

    /// Connections, associations, and identities of either end.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 4] {
        [
            self.names.len(),
            self.by_flow.len(),
            self.by_enb.len(),
            self.by_mme.len(),
        ]
    }

    /// The attempt is over, or its connection has other names.
    pub(super) fn forget(&mut self, id: u64) {
        let Some(names) = self.names.remove(&id) else {
            return;
        };
        if let Some(all) = self.by_flow.get_mut(&names.flow) {
            all.remove(&id);
            if all.is_empty() {
                self.by_flow.remove(&names.flow);
            }
        }
        if let Some(enb) = names.enb {
            pull(&mut self.by_enb, (names.flow, enb), id);
        }
        if let Some(mme) = names.mme {
            pull(&mut self.by_mme, (names.flow, mme), id);
        }
    }
}

fn push(map: &mut HashMap<(FlowId, u32), Vec<u64>>, key: (FlowId, u32), id: u64) {
    let alike = map.entry(key).or_default();
    if alike.len() == MAX_ALIKE {
        alike.remove(0);
    }
    alike.push(id);
}

fn pull(map: &mut HashMap<(FlowId, u32), Vec<u64>>, key: (FlowId, u32), id: u64) {
    if let Some(alike) = map.get_mut(&key) {
        alike.retain(|other| *other != id);
        if alike.is_empty() {
            map.remove(&key);
        }
    }
}
