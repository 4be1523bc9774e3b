//! A table of flows that never grows past its limit: a new entry takes the place of one that was not used lately.
//!
//! Second chance ("clock") instead of a list in order of use: a lookup sets one flag beside what it reads anyhow, and
//! finding a victim clears flags round the table, once round at most.

/// Where an entry stands, and which of those that stood there it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    index: u32,
    generation: u32,
}

#[derive(Debug)]
struct Entry<T> {
    generation: u32,
    used: bool,
    value: T,
}

/// At most `limit` entries.
#[derive(Debug)]
pub(super) struct Slots<T> {
    entries: Vec<Entry<T>>,
    limit: usize,
    hand: usize,
}

impl<T> Slots<T> {
    /// An empty table.
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            entries: Vec::new(),
            limit,
            hand: 0,
        }
    }

    /// How many entries there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Puts an entry in; gives back the one that had to leave, to be taken out of every index.
    pub(super) fn insert(&mut self, value: T) -> (Slot, Option<(Slot, T)>) {
        if self.entries.len() < self.limit {
            let index = self.entries.len() as u32;
            self.entries.push(Entry {
                generation: 0,
                used: true,
                value,
            });
            return (Slot { index, generation: 0 }, None);
        }
        let index = loop {
            let at = self.hand;
            self.hand = (at + 1) % self.entries.len();
            if !std::mem::replace(&mut self.entries[at].used, false) {
                break at;
            }
        };
        let entry = &mut self.entries[index];
        let left = Slot {
            index: index as u32,
            generation: entry.generation,
        };
        entry.generation = entry.generation.wrapping_add(1);
        entry.used = true;
        let slot = Slot {
            generation: entry.generation,
            ..left
        };
        (slot, Some((left, std::mem::replace(&mut entry.value, value))))
    }

    /// Every entry.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|entry| &mut entry.value)
    }

    /// The entry, if it is still that one; it counts as used.
    #[inline]
    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        let entry = self.entries.get_mut(slot.index as usize)?;
        if entry.generation != slot.generation {
            return None;
        }
        entry.used = true;
        Some(&mut entry.value)
    }

    /// The entry, if it is still that one.
    pub(super) fn get(&self, slot: Slot) -> Option<&T> {
        let entry = self.entries.get(slot.index as usize)?;
        (entry.generation == slot.generation).then_some(&entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_not_used_lately_leaves() {
        let mut slots = Slots::new(3);
        let kept: Vec<Slot> = (0..3).map(|n| slots.insert(n).0).collect();
        // Everybody had a first chance; the next round takes the first that was not asked for.
        let (_, left) = slots.insert(3);
        assert_eq!(left.unwrap().1, 0);
        assert!(
            slots.get(kept[0]).is_none(),
            "it is not mistaken for its successor"
        );
        assert!(slots.get_mut(kept[1]).is_some());
        let (_, left) = slots.insert(4);
        assert_eq!(left.unwrap().1, 2);
        assert_eq!(slots.len(), 3);
        assert_eq!(slots.get(kept[1]), Some(&1));
    }
}
