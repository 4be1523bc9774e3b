//! Connections by number: the longest free is used first.

use std::collections::VecDeque;

/// Identities given before one is used again: a late message for a former connection finds nobody.
const MIN_IDENTITIES: usize = 1_024;

/// What a [`Table`] holds: it knows what its identity is called.
pub(crate) trait Numbered {
    /// The node's identity of it.
    type Id: Copy;

    /// Most there may be: as many as the identity has numbers, or as this program has room for.
    const MOST: usize;

    /// The identity of a number.
    fn id(number: u32) -> Self::Id;

    /// The number of an identity.
    fn number(id: Self::Id) -> u32;
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Table<C> {
    slots: Vec<Option<Box<C>>>,
    free: VecDeque<u32>,
}

impl<C> Default for Table<C> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: VecDeque::new(),
        }
    }
}

impl<C: Numbered> Table<C> {
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// `None` if all identities are in use.
    pub(crate) fn insert(&mut self, connection: C) -> Option<C::Id> {
        let reuse = self.slots.len() >= MIN_IDENTITIES && self.free.len() * 2 > self.slots.len();
        let number = if (reuse || self.slots.len() >= C::MOST)
            && let Some(number) = self.free.pop_front()
        {
            number
        } else if self.slots.len() < C::MOST {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        } else {
            return None;
        };
        self.slots[number as usize] = Some(Box::new(connection));
        Some(C::id(number))
    }

    pub(crate) fn get(&self, id: C::Id) -> Option<&C> {
        self.slots.get(C::number(id) as usize)?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, id: C::Id) -> Option<&mut C> {
        self.slots.get_mut(C::number(id) as usize)?.as_deref_mut()
    }

    pub(crate) fn remove(&mut self, id: C::Id) -> Option<Box<C>> {
        let removed = self.slots.get_mut(C::number(id) as usize)?.take()?;
        self.free.push_back(C::number(id));
        Some(removed)
    }

    /// Every identity in use.
    pub(crate) fn ids(&self) -> Vec<C::Id> {
        let used = self.slots.iter().enumerate().filter(|(_, slot)| slot.is_some());
        used.map(|(number, _)| C::id(number as u32)).collect()
    }

    /// The identity of the first connection that is so.
    pub(crate) fn find(&self, is: impl Fn(&C) -> bool) -> Option<C::Id> {
        let found = self
            .slots
            .iter()
            .position(|slot| slot.as_ref().is_some_and(|c| is(c)));
        found.map(|number| C::id(number as u32))
    }
}
