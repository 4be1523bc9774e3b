//! Transactions by identifier, by key and by deadline.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// A slot and its generation: what names a transaction that ended names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) index: u32,
    generation: u32,
}

/// All transactions of one side.
#[derive(Debug)]
pub(super) struct Table<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    keys: HashMap<Arc<[u8]>, u32>,
    deadlines: BTreeSet<(Duration, u32)>,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    entry: Option<Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    key: Arc<[u8]>,
    armed: Option<Duration>,
    value: T,
}

impl<T> Table<T> {
    pub(super) fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            keys: HashMap::new(),
            deadlines: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<Id> {
        let index = *self.keys.get(key)?;
        Some(Id {
            index,
            generation: self.slots[index as usize].generation,
        })
    }

    /// Adds a transaction; one of the same key must not be there.
    pub(super) fn insert(&mut self, key: &[u8], value: T) -> Id {
        let key: Arc<[u8]> = key.into();
        let entry = Some(Entry {
            key: Arc::clone(&key),
            armed: None,
            value,
        });
        let index = match self.free.pop() {
            Some(index) => {
                self.slots[index as usize].entry = entry;
                index
            }
            None => {
                self.slots.push(Slot { generation: 0, entry });
                (self.slots.len() - 1) as u32
            }
        };
        self.keys.insert(key, index);
        Id {
            index,
            generation: self.slots[index as usize].generation,
        }
    }

    pub(super) fn get(&mut self, id: Id) -> Option<&mut T> {
        let slot = self.slots.get_mut(id.index as usize)?;
        if slot.generation != id.generation {
            return None;
        }
        slot.entry.as_mut().map(|entry| &mut entry.value)
    }

    /// Moves the deadline of a transaction.
    pub(super) fn arm(&mut self, id: Id, to: Option<Duration>) {
        let Some(entry) = self
            .slots
            .get_mut(id.index as usize)
            .and_then(|slot| slot.entry.as_mut())
        else {
            return;
        };
        if entry.armed == to {
            return;
        }
        if let Some(was) = std::mem::replace(&mut entry.armed, to) {
            self.deadlines.remove(&(was, id.index));
        }
        if let Some(at) = to {
            self.deadlines.insert((at, id.index));
        }
    }

    /// Takes a transaction away.
    pub(super) fn remove(&mut self, id: Id) -> Option<T> {
        self.get(id)?;
        self.arm(id, None);
        let slot = &mut self.slots[id.index as usize];
        let entry = slot.entry.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.keys.remove(&entry.key);
        self.free.push(id.index);
        Some(entry.value)
    }

    /// The next that is due at `now`; its deadline is taken away.
    pub(super) fn due(&mut self, now: Duration) -> Option<Id> {
        let (at, index) = *self.deadlines.first()?;
        if at > now {
            return None;
        }
        let id = Id {
            index,
            generation: self.slots[index as usize].generation,
        };
        self.arm(id, None);
        Some(id)
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.first().map(|(at, _)| *at)
    }
}
