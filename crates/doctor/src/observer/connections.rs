//! Which connection a message is of: association and both numbers (TS 36.413 9.2.3.3, 9.2.3.4; TS 38.413 9.3.3.1, 9.3.3.2).
//!
//! In a merged capture two connections may have the same radio access network's identity at once; the core's tells them apart.

use hashbrown::{HashMap, HashSet};
use quintet_capture::FlowId;
use std::collections::BTreeSet;
use std::hash::Hash;

/// Connections of one association that may share the radio access network's identity, or the core's.
const MAX_ALIKE: usize = 8;

/// Associations with a gap that are remembered: as many as are followed (`capture`, `MAX_ASSOCIATIONS`).
const MAX_GAPS: usize = 32_768;

/// One connection's names.
#[derive(Clone, Copy, Debug)]
struct Names {
    flow: FlowId,
    ran: Option<u32>,
    core: Option<u64>,
}

/// The table. As many entries as attempts run.
#[derive(Debug, Default)]
pub(super) struct Connections {
    names: HashMap<u64, Names>,
    by_flow: HashMap<FlowId, BTreeSet<u64>>,
    by_ran: HashMap<(FlowId, u32), Vec<u64>>,
    by_core: HashMap<(FlowId, u64), Vec<u64>>,
    /// Associations of which one direction waits behind a gap.
    gaps: HashSet<FlowId>,
}

impl Connections {
    /// A connection of an attempt.
    pub(super) fn add(&mut self, id: u64, flow: FlowId, ran: Option<u32>, core: Option<u64>) {
        self.names.insert(id, Names { flow, ran, core });
        self.by_flow.entry(flow).or_default().insert(id);
        if let Some(ran) = ran {
            push(&mut self.by_ran, (flow, ran), id);
        }
        if let Some(core) = core {
            push(&mut self.by_core, (flow, core), id);
        }
    }

    /// Whose a message with these identities is. The core's identity is learnt where it was not known.
    pub(super) fn find(&mut self, flow: FlowId, ran: Option<u32>, core: Option<u64>) -> Option<u64> {
        let of_ran = ran.and_then(|ran| self.by_ran.get(&(flow, ran)));
        let of_core = core.and_then(|core| self.by_core.get(&(flow, core)));
        let (Some(alike), Some(core)) = (of_ran, core) else {
            // HANDOVER REQUEST names the UE by the core's identity alone, before the eNB has given its own.
            let alike = match (ran, of_ran) {
                (None, _) => of_core,
                (Some(ran), None) => return self.named_by_the_core(flow, ran, core?),
                (Some(_), of_ran) => of_ran,
            };
            return alike?.last().copied();
        };
        let named = |id: &&u64| self.names.get(*id).and_then(|names| names.core) == Some(core);
        if let Some(id) = alike.iter().rev().find(named) {
            return Some(*id);
        }
        let unnamed = |id: &&u64| self.names.get(*id).is_some_and(|names| names.core.is_none());
        let id = *alike.iter().rev().find(unnamed)?;
        if let Some(names) = self.names.get_mut(&id) {
            names.core = Some(core);
        }
        push(&mut self.by_core, (flow, core), id);
        Some(id)
    }

    /// The connection that has the core's identity alone; it learns the radio access network's.
    fn named_by_the_core(&mut self, flow: FlowId, ran: u32, core: u64) -> Option<u64> {
        let nameless = |id: &&u64| self.names.get(*id).is_some_and(|names| names.ran.is_none());
        let id = *self.by_core.get(&(flow, core))?.iter().rev().find(nameless)?;
        if let Some(names) = self.names.get_mut(&id) {
            names.ran = Some(ran);
        }
        push(&mut self.by_ran, (flow, ran), id);
        Some(id)
    }

    /// Connections that have this identity of the radio access network's.
    pub(super) fn of_ran(&self, flow: FlowId, ran: u32) -> Vec<u64> {
        self.by_ran.get(&(flow, ran)).cloned().unwrap_or_default()
    }

    /// Connections that have this identity of the core's, on whatever association, oldest first.
    pub(super) fn of_core(&self, core: u64) -> Vec<u64> {
        let mut all: Vec<u64> = self
            .names
            .iter()
            .filter(|(_, names)| names.core == Some(core))
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

    /// Whether the core's identity of a connection is known.
    pub(super) fn has_core(&self, id: u64) -> bool {
        self.names.get(&id).is_some_and(|names| names.core.is_some())
    }

    /// The connection goes on with another attempt.
    pub(super) fn hand_over(&mut self, id: u64, next: u64) {
        if let Some(Names { flow, ran, core }) = self.names.get(&id).copied() {
            self.forget(id);
            self.add(next, flow, ran, core);
        }
    }

    /// Connections, associations, and identities of either end.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 4] {
        [
            self.names.len(),
            self.by_flow.len(),
            self.by_ran.len(),
            self.by_core.len(),
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
        if let Some(ran) = names.ran {
            pull(&mut self.by_ran, (names.flow, ran), id);
        }
        if let Some(core) = names.core {
            pull(&mut self.by_core, (names.flow, core), id);
        }
    }
}

fn push<N: Eq + Hash>(map: &mut HashMap<(FlowId, N), Vec<u64>>, key: (FlowId, N), id: u64) {
    let alike = map.entry(key).or_default();
    if alike.len() == MAX_ALIKE {
        alike.remove(0);
    }
    alike.push(id);
}

fn pull<N: Eq + Hash>(map: &mut HashMap<(FlowId, N), Vec<u64>>, key: (FlowId, N), id: u64) {
    if let Some(alike) = map.get_mut(&key) {
        alike.retain(|other| *other != id);
        if alike.is_empty() {
            map.remove(&key);
        }
    }
}
