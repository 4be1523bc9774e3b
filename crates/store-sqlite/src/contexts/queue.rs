//! What waits to be written: the last word about each record.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// A record, or that there is none any more.
pub(super) type Change = Option<Zeroizing<Vec<u8>>>;

/// The last word about a record, and the number of the first change of it that waits.
pub(super) struct Waiting {
    pub(super) change: Change,
    pub(super) since: u64,
}

/// Who is told that more is written.
pub(super) type Waker = Box<dyn Fn() + Send>;

/// What waits to be written: the last word about each record.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) changes: BTreeMap<u32, Waiting>,
    /// Changes that were handed over, ever.
    pub(super) submitted: u64,
    /// Of those, how many from the first on are durable.
    pub(super) written: u64,
    pub(super) waker: Option<Waker>,
    pub(super) closing: bool,
    /// Why the last attempt failed.
    pub(super) fault: Option<String>,
}

impl Queue {
    pub(super) fn submit(&mut self, key: u32, change: Change) {
        self.submitted += 1;
        let waiting = self.changes.get(&key);
        let since = waiting.map_or(self.submitted, |waiting| waiting.since);
        self.changes.insert(key, Waiting { change, since });
    }

    /// What was taken is durable: all before the first change that came meanwhile.
    pub(super) fn committed(&mut self) {
        self.fault = None;
        let first = self.changes.values().map(|waiting| waiting.since).min();
        self.written = first.map_or(self.submitted, |first| first - 1);
    }
}

#[derive(Default)]
pub(super) struct Shared {
    pub(super) queue: Mutex<Queue>,
    pub(super) filled: Condvar,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
