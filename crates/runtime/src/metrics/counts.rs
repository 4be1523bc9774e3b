//! Counts by a key that this process chooses.

/// Keys told apart: more than any list of causes, phases or operations has. What finds no room is not counted apart.
const MAX_KEYS: usize = 512;

/// How often each key was seen.
#[derive(Clone, Debug)]
pub(crate) struct Counts<K>(Vec<(K, u64)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq> Counts<K> {
    /// Counts one. A few keys each: a scan beats hashing.
    pub(crate) fn add(&mut self, key: K) {
        if let Some((_, count)) = self.0.iter_mut().find(|(known, _)| *known == key) {
            *count += 1;
        } else if self.0.len() < MAX_KEYS {
            self.0.push((key, 1));
        }
    }

    /// Every key and how often.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, u64)> {
        self.0.iter().map(|(key, count)| (key, *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bounded() {
        let mut counts = Counts::default();
        for key in 0..MAX_KEYS + 7 {
            counts.add(key);
        }
        counts.add(3);
        assert_eq!(counts.iter().count(), MAX_KEYS);
        assert_eq!(counts.iter().find(|(key, _)| **key == 3), Some((&3, 2)));
    }
}
