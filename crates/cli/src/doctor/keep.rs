//! What is kept of a report that is longer than memory, for those who must see all of it at once: failures first.

use super::broken;
use quintet_doctor::report::{Attempt, Outcome};

/// Attempts a page holds: a browser opens it at once, and it stays below some 40 MB.
pub(super) const MAX_KEPT: usize = 2_000;

/// Attempts kept, at most so many.
pub(super) struct Kept {
    limit: usize,
    /// Those that failed or show a fault.
    bad: Vec<Attempt>,
    good: Vec<Attempt>,
    left_out: u64,
}

impl Kept {
    /// Nothing yet.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            bad: Vec::new(),
            good: Vec::new(),
            left_out: 0,
        }
    }

    /// Takes an attempt in; a bad one takes the place of a good one if there is no other.
    pub(super) fn add(&mut self, attempt: Attempt) {
        let bad = attempt.outcome == Outcome::Failure || broken::gravest(&attempt).is_some();
        let full = self.bad.len() + self.good.len() >= self.limit;
        if full {
            self.left_out += 1;
        }
        match (bad, full) {
            (true, true) if self.good.pop().is_some() => self.bad.push(attempt),
            (_, true) => {}
            (true, false) => self.bad.push(attempt),
            (false, false) => self.good.push(attempt),
        }
    }

    /// Attempts in the order of their numbers, and how many more there were.
    pub(super) fn into_attempts(self) -> (Vec<Attempt>, u64) {
        let mut all = self.bad;
        all.extend(self.good);
        all.sort_by_key(|attempt| attempt.id);
        (all, self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::sample::{healthy, rejected};

    #[test]
    fn failures_take_the_place_of_what_is_in_order() {
        let mut kept = Kept::new(3);
        for attempt in [
            healthy(1),
            healthy(2),
            rejected(3),
            rejected(4),
            healthy(5),
            rejected(6),
            rejected(7),
        ] {
            kept.add(attempt);
        }
        let (attempts, left_out) = kept.into_attempts();
        let ids: Vec<u64> = attempts.iter().map(|attempt| attempt.id).collect();
        assert_eq!((ids, left_out), (vec![3, 4, 6], 4));
    }
}
