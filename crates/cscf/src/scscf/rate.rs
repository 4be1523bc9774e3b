//! How many REGISTERs a second somebody may send: a bucket for each source and each private identity.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::time::Duration;

/// The most that are counted one by one. Past it all counts begin anew: who makes up sources gains a burst, not memory.
const MAX_COUNTED: usize = 65_536;

/// How many seconds' worth may come at once.
const BURST: u32 = 5;

/// The buckets.
#[derive(Debug)]
pub(crate) struct Rates {
    a_second: u32,
    levels: HashMap<u64, (f64, Duration)>,
}

impl Rates {
    pub(crate) fn new(a_second: u32) -> Self {
        Self {
            a_second,
            levels: HashMap::new(),
        }
    }

    /// Whether one more of this one is allowed now.
    pub(crate) fn allows(&mut self, now: Duration, who: impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        who.hash(&mut hasher);
        if self.levels.len() >= MAX_COUNTED {
            self.levels.clear();
        }
        let most = f64::from(self.a_second * BURST);
        let (level, at) = self.levels.entry(hasher.finish()).or_insert((0.0, now));
        let passed = now.saturating_sub(*at).as_secs_f64();
        *level = (*level - passed * f64::from(self.a_second)).max(0.0);
        *at = now;
        if *level + 1.0 > most {
            return false;
        }
        *level += 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let mut rates = Rates::new(2);
        let at = Duration::from_secs;
        let allowed =
            |rates: &mut Rates, now, who: &str| (0..100).filter(|_| rates.allows(at(now), who)).count();
        assert_eq!(allowed(&mut rates, 10, "a"), 10);
        assert_eq!(allowed(&mut rates, 10, "b"), 10, "another is another");
        assert_eq!(allowed(&mut rates, 11, "a"), 2);
        for n in 0..MAX_COUNTED * 2 {
            rates.allows(at(11), n);
        }
        assert!(rates.levels.len() <= MAX_COUNTED);
    }
}
