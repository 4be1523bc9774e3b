//! The last value issued for a subscriber and domain, for as long as GLC has not passed it (design, SQN).
//!
//! Two generations of a map: entries go into the young one, and once GLC has passed everything in the old one that is
//! cleared and takes its turn. So an entry lives a few ticks, nothing is sorted, and in a steady state nothing is allocated.

use super::Domain;
use hashbrown::HashMap;
use quintet_identity::Imsi;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Too many subscribers within a few seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// IMSI and domain in one word: a packed IMSI of 15 digits has fewer than 60 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key(u64);

impl Key {
    #[inline]
    pub(super) fn new(imsi: Imsi, sequence: Domain) -> Self {
        Self(imsi.packed() << 2 | sequence as u64)
    }
}

/// One generation.
#[derive(Clone, Default)]
struct Generation {
    last: HashMap<Key, i64>,
    /// The highest value in it.
    top: i64,
}

/// `last[(imsi, domain)]`.
#[derive(Clone, Default)]
pub(super) struct Recent {
    young: Generation,
    old: Generation,
}

impl Recent {
    /// The last value issued, unless GLC has passed it. Forgets what it may.
    #[inline]
    pub(super) fn last(&mut self, key: Key, glc: i64) -> Option<i64> {
        if self.old.top < glc && !(self.young.last.is_empty() && self.old.last.is_empty()) {
            self.old.last.clear();
            core::mem::swap(&mut self.young, &mut self.old);
            self.young.top = 0;
            if self.old.top < glc {
                self.old.last.clear();
            }
        }
        let young = self.young.last.get(&key);
        young.or_else(|| self.old.last.get(&key)).copied()
    }

    /// Notes the last value issued; at most `limit` subscribers and domains are kept.
    #[inline]
    pub(super) fn note(&mut self, key: Key, top: i64, limit: usize) -> Result<(), Full> {
        if self.len() >= limit {
            // Whoever is kept goes on: otherwise a flood of others would stop those who are being served.
            let kept = self.young.last.contains_key(&key) || self.old.last.contains_key(&key);
            if !kept {
                return Err(Full);
            }
        }
        self.young.last.insert(key, top);
        self.young.top = self.young.top.max(top);
        Ok(())
    }

    /// How many are kept: some twice.
    pub(super) fn len(&self) -> usize {
        self.young.last.len() + self.old.last.len()
    }

    /// Forgets all: only with a clock that starts above everything issued.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What is kept, in order and without what the young generation replaces.
    fn sorted(&self) -> Vec<(Key, i64)> {
        let mut all: Vec<_> = self.old.last.iter().map(|(k, v)| (*k, *v)).collect();
        all.retain(|(key, _)| !self.young.last.contains_key(key));
        all.extend(self.young.last.iter().map(|(k, v)| (*k, *v)));
        all.sort_unstable();
        all
    }
}

impl PartialEq for Recent {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl Eq for Recent {}

impl Hash for Recent {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sorted().hash(state);
    }
}

impl fmt::Debug for Recent {
    /// How many: the keys name people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recent({})", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> Key {
        Key::new(format!("00101{n:010}").parse().unwrap(), Domain::Eps)
    }

    #[test]
    fn an_entry_stays_until_glc_has_passed_it() {
        let mut recent = Recent::default();
        recent.note(key(1), 105, 10).unwrap();
        for glc in 100..=105 {
            assert_eq!(recent.last(key(1), glc), Some(105));
        }
        recent.last(key(1), 106);
        recent.last(key(1), 106);
        assert_eq!(recent.len(), 0, "and then it goes");
    }

    #[test]
    fn the_younger_entry_counts() {
        let mut recent = Recent::default();
        recent.note(key(1), 100, 10).unwrap();
        assert_eq!(recent.last(key(1), 100), Some(100));
        recent.note(key(1), 101, 10).unwrap();
        assert_eq!(recent.last(key(1), 100), Some(101));
        assert!(Key::new("001010000000001".parse().unwrap(), Domain::Ims) != key(1));
    }

    #[test]
    fn a_flood_is_bounded_and_passes() {
        let mut recent = Recent::default();
        for n in 0..100 {
            assert_eq!(recent.note(key(n), 50, 64).is_ok(), n < 64);
        }
        assert!(recent.note(key(0), 51, 64).is_ok(), "whom we know is served");
        recent.last(key(0), 52);
        recent.last(key(0), 52);
        assert!(recent.note(key(99), 52, 64).is_ok());
    }

    proptest::proptest! {
        /// Against a map that never forgets.
        #[test]
        fn as_if_nothing_were_forgotten(ops in proptest::collection::vec((0u64..6, 0i64..4, 1i64..5), 1..300)) {
            let (mut recent, mut all) = (Recent::default(), std::collections::BTreeMap::new());
            let mut glc = 100;
            for (who, ticks, n) in ops {
                glc += ticks;
                let next = |last: Option<i64>| last.map_or(glc, |l| glc.max(l + 1));
                let base = next(recent.last(key(who), glc));
                proptest::prop_assert_eq!(base, next(all.get(&who).copied()));
                recent.note(key(who), base + n - 1, usize::MAX).unwrap();
                all.insert(who, base + n - 1);
            }
        }
    }
}
