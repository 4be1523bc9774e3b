//! The same PDU twice at once: a capture at two points, or a log that two programs write. A sender repeats itself after a timer,
//! never within milliseconds.

use hashbrown::HashMap;
use quintet_capture::{FlowId, Timestamp};
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

/// The most flows remembered; the one first seen goes for another.
const MAX_FLOWS: usize = 4_096;
/// PDUs remembered of a flow: those that may come between the two copies.
const MAX_RECENT: usize = 4;
/// How far apart the copies are at most. The shortest timer of NAS is two seconds (TS 24.301 10.2).
const WITHIN_NS: i64 = 5_000_000;

/// The last PDUs of each flow.
#[derive(Debug, Default)]
pub(super) struct Echoes {
    flows: HashMap<FlowId, VecDeque<(u64, Timestamp)>>,
    order: VecDeque<FlowId>,
    hasher: RandomState,
}

impl Echoes {
    /// Whether a PDU is the copy of one right before it.
    pub(super) fn is_echo(&mut self, flow: FlowId, at: Timestamp, octets: &[u8]) -> bool {
        let hash = self.hasher.hash_one(octets);
        let Self { flows, order, .. } = self;
        let recent = flows.entry(flow).or_insert_with(|| {
            order.push_back(flow);
            VecDeque::with_capacity(MAX_RECENT)
        });
        let near = |then: Timestamp| (-WITHIN_NS..=WITHIN_NS).contains(&at.since(then));
        if recent.iter().any(|&(other, then)| other == hash && near(then)) {
            return true;
        }
        if recent.len() == MAX_RECENT {
            recent.pop_front();
        }
        recent.push_back((hash, at));
        if order.len() > MAX_FLOWS
            && let Some(oldest) = order.pop_front()
        {
            flows.remove(&oldest);
        }
        false
    }
}
