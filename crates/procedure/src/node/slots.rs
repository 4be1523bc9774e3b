//! Numbered places for records: a record keeps its number, and the longest free number is used first, so that a late
//! message for a former owner finds nobody for as long as can be.

use std::collections::VecDeque;

/// The places.
#[derive(Debug)]
pub struct Slots<T> {
    limit: usize,
    records: Vec<Option<Box<T>>>,
    free: VecDeque<u32>,
}

impl<T> Slots<T> {
    /// No record, and places for `limit`.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            records: Vec::new(),
            free: VecDeque::new(),
        }
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len() - self.free.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record of a place.
    #[must_use]
    pub fn get(&self, place: u32) -> Option<&T> {
        self.records.get(place as usize)?.as_deref()
    }

    /// The same, to change.
    pub fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        self.records.get_mut(place as usize)?.as_deref_mut()
    }

    /// Every record, in the order of places.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let slots = self.records.iter().enumerate();
        slots.filter_map(|(place, slot)| Some((place as u32, slot.as_deref()?)))
    }

    /// Every record, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.records.iter_mut().filter_map(|slot| slot.as_deref_mut())
    }

    /// Takes a record in, where it is told to which place it comes. `None` if all places are taken.
    pub fn insert(&mut self, record: T) -> Option<u32> {
        let place = match self.free.pop_front() {
            Some(place) => place,
            None if self.records.len() < self.limit => {
                self.records.push(None);
                self.records.len() as u32 - 1
            }
            None => return None,
        };
        self.records[place as usize] = Some(Box::new(record));
        Some(place)
    }

    /// Puts a record to a place that it had before. `false` if the place is taken, or past the limit.
    pub fn insert_at(&mut self, place: u32, record: T) -> bool {
        let index = place as usize;
        if index >= self.limit || self.get(place).is_some() {
            return false;
        }
        // In the order of places, which is how a store gives them, this is one step each.
        while self.records.len() < index {
            self.free.push_back(self.records.len() as u32);
            self.records.push(None);
        }
        if self.records.len() == index {
            self.records.push(None);
        } else {
            self.free.retain(|&free| free != place);
        }
        self.records[index] = Some(Box::new(record));
        true
    }

    /// Takes a record out.
    pub fn remove(&mut self, place: u32) -> Option<Box<T>> {
        let record = self.records.get_mut(place as usize)?.take()?;
        self.free.push_back(place);
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_kept_and_the_longest_free_is_used_first() {
        let mut slots = Slots::new(4);
        assert!(slots.insert_at(2, 'c') && !slots.insert_at(2, 'x') && !slots.insert_at(4, 'x'));
        assert_eq!(
            (slots.insert('a'), slots.insert('b'), slots.len()),
            (Some(0), Some(1), 3)
        );
        assert_eq!((slots.insert('d'), slots.insert('e')), (Some(3), None));
        slots.remove(3);
        slots.remove(0);
        assert_eq!(slots.remove(0), None);
        assert!(slots.insert_at(0, 'f'));
        assert_eq!((slots.insert('g'), slots.len()), (Some(3), 4));
        let all: String = slots.iter().map(|(_, c)| *c).collect();
        assert_eq!(all, "fbcg");
    }
}
