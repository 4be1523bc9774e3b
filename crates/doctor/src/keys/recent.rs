//! A table with a bound: what was touched longest ago goes first.

use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::hash::Hash;

/// Up to a fixed number of values by key.
#[derive(Clone, Debug)]
pub(super) struct Recent<K, V> {
    values: HashMap<K, (u64, V)>,
    order: BTreeMap<u64, K>,
    clock: u64,
    most: usize,
}

impl<K: Copy + Eq + Hash, V> Recent<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            values: HashMap::new(),
            order: BTreeMap::new(),
            clock: 0,
            most,
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.values.len().max(self.order.len())
    }

    pub(super) fn peek(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, value)| value)
    }

    /// The value of a key, made if there is none; the key is the one touched last then.
    pub(super) fn entry(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        self.clock += 1;
        let clock = self.clock;
        if let Some((touched, _)) = self.values.get(&key) {
            self.order.remove(touched);
        } else if self.values.len() >= self.most
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.values.remove(&oldest);
        }
        self.order.insert(clock, key);
        let (touched, value) = self.values.entry(key).or_insert_with(|| (clock, make()));
        *touched = clock;
        value
    }

    /// The value of a key that is there; the key is the one touched last then.
    pub(super) fn touch(&mut self, key: K) -> Option<&mut V> {
        if !self.values.contains_key(&key) {
            return None;
        }
        self.clock += 1;
        let clock = self.clock;
        let (touched, value) = self.values.get_mut(&key)?;
        self.order.remove(touched);
        self.order.insert(clock, key);
        *touched = clock;
        Some(value)
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let (touched, value) = self.values.remove(key)?;
        self.order.remove(&touched);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_touched_longest_ago_goes() {
        let mut recent = Recent::new(3);
        for key in 0..3 {
            *recent.entry(key, || 0) = key * 10;
        }
        assert_eq!(recent.touch(0), Some(&mut 0));
        recent.entry(3, || 30);
        assert_eq!(recent.peek(&1), None, "1 was the oldest");
        assert_eq!(
            [0, 2, 3].map(|key| recent.peek(&key).copied()),
            [Some(0), Some(20), Some(30)]
        );
        assert_eq!(recent.remove(&0), Some(0));
        assert_eq!(recent.touch(0), None);
        for key in 10..1000 {
            recent.entry(key, || key);
        }
        assert_eq!((recent.values.len(), recent.order.len()), (3, 3));
    }
}
