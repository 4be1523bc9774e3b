//! Deadlines of connections and contexts: a heap in which a moved deadline leaves its old entry behind, dropped when due.

use quintet_emm::network::ContextId;
use quintet_s1ap::MmeUeS1apId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The earliest of a connection's: its session's timer, its node's guard.
    Connection(MmeUeS1apId),
    /// A context's: idle too long, paging.
    Context(ContextId),
}

/// All deadlines. The owner says what is really due when an entry comes up, so an entry may be late or void, never missing.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    heap: BinaryHeap<Reverse<(Duration, Due)>>,
}

impl Schedule {
    /// Asks to be called at `at`.
    pub(crate) fn at(&mut self, at: Duration, due: Due) {
        self.heap.push(Reverse((at, due)));
    }

    /// When the next entry comes up.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// The next entry that is due at `now`.
    pub(crate) fn pop(&mut self, now: Duration) -> Option<Due> {
        let Reverse((at, due)) = *self.heap.peek()?;
        if at > now {
            return None;
        }
        self.heap.pop();
        Some(due)
    }
}
