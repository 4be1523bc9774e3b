//! What is kept of a report that is longer than memory, for those who must see all of it at once: failures first.

use crate::broken;
use quintet_doctor::report::{Attempt, Outcome};

/// Attempts a page holds: a browser opens it at once.
pub const MAX_KEPT: usize = 2_000;

/// Messages that the attempts of a page have together: at some 600 octets each it stays below 40 MB.
const MAX_KEPT_MESSAGES: usize = 60_000;

/// Attempts kept, at most so many.
#[derive(Debug)]
pub struct Kept {
    limit: usize,
    /// Those that failed or show a fault.
    bad: Vec<Attempt>,
    good: Vec<Attempt>,
    messages: usize,
    left_out: u64,
}

impl Kept {
    /// Nothing yet.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            bad: Vec::new(),
            good: Vec::new(),
            messages: 0,
            left_out: 0,
        }
    }

    /// Takes an attempt in. If that is too much, the last good one goes, or the last bad one if there is no other.
    pub fn add(&mut self, attempt: Attempt) {
        self.messages += attempt.messages.len();
        if attempt.outcome == Outcome::Failure || broken::gravest(&attempt).is_some() {
            self.bad.push(attempt);
        } else {
            self.good.push(attempt);
        }
        while self.bad.len() + self.good.len() > self.limit || self.messages > MAX_KEPT_MESSAGES {
            let Some(gone) = self.good.pop().or_else(|| self.bad.pop()) else {
                return;
            };
            self.messages -= gone.messages.len();
            self.left_out += 1;
        }
    }

    /// Attempts in the order of their numbers, and how many more there were.
    #[must_use]
    pub fn into_attempts(self) -> (Vec<Attempt>, u64) {
        let mut all = self.bad;
        all.extend(self.good);
        all.sort_by_key(|attempt| attempt.id);
        (all, self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{healthy, rejected};

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

    #[test]
    fn many_messages_are_bounded_as_many_attempts_are() {
        let mut kept = Kept::new(usize::MAX);
        let long = |id| {
            let mut attempt = rejected(id);
            let message = attempt.messages[0].clone();
            attempt.messages = vec![message; MAX_KEPT_MESSAGES / 3];
            attempt
        };
        (1..=5).map(long).for_each(|attempt| kept.add(attempt));
        let (attempts, left_out) = kept.into_attempts();
        assert_eq!((attempts.len(), left_out), (3, 2));
    }
}
