//! Which directions of an association are in the capture: a tap behind a NAT, or on one of two paths, may see only one.

use hashbrown::HashMap;
use quintet_capture::FlowId;
use quintet_crypto::Direction;
use std::collections::VecDeque;

/// The most associations remembered; the one first seen goes for another.
const MAX_FLOWS: usize = 4_096;
/// So many messages one way, and none the other, are no conversation that has just begun.
const ENOUGH: u32 = 4;

/// Messages each way, by association.
#[derive(Debug, Default)]
pub(super) struct Directions {
    flows: HashMap<FlowId, [u32; 2]>,
    order: VecDeque<FlowId>,
}

impl Directions {
    /// A message of known direction.
    pub(super) fn saw(&mut self, flow: FlowId, direction: Direction) {
        let Self { flows, order } = self;
        let counts = flows.entry(flow).or_insert_with(|| {
            order.push_back(flow);
            [0; 2]
        });
        let count = &mut counts[direction as usize];
        *count = count.saturating_add(1);
        if order.len() > MAX_FLOWS
            && let Some(oldest) = order.pop_front()
        {
            flows.remove(&oldest);
        }
    }

    /// Whether both are there; too little to tell counts as yes.
    pub(super) fn both(&self, flow: FlowId) -> bool {
        let [up, down] = self.flows.get(&flow).copied().unwrap_or_default();
        (up > 0 && down > 0) || up.max(down) < ENOUGH
    }
}
