//! Deadlines, one for each owner: whatever UEs and radio nodes do, there are no more than of them.

use std::collections::BTreeSet;
use std::time::Duration;

/// All deadlines; `D` says whose one is. Who has one remembers when it is, and gives it here to move it; what is due may be
/// early, never late.
#[derive(Debug)]
pub struct Schedule<D> {
    deadlines: BTreeSet<(Duration, D)>,
}

impl<D> Default for Schedule<D> {
    fn default() -> Self {
        Self {
            deadlines: BTreeSet::new(),
        }
    }
}

impl<D: Copy + Ord> Schedule<D> {
    /// Moves a deadline, sets it for the first time, or takes it away.
    pub fn set(&mut self, armed: &mut Option<Duration>, to: Option<Duration>, due: D) {
        if *armed == to {
            return;
        }
        if let Some(was) = std::mem::replace(armed, to) {
            self.deadlines.remove(&(was, due));
        }
        if let Some(at) = to {
            self.deadlines.insert((at, due));
        }
    }

    /// When the next is due.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Takes away the next that is due at `now`: its owner has none any more.
    pub fn pop(&mut self, now: Duration) -> Option<D> {
        let (at, due) = *self.deadlines.first()?;
        if at > now {
            return None;
        }
        self.deadlines.pop_first();
        Some(due)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.deadlines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.deadlines.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_one_deadline_however_often_it_moves() {
        let mut schedule = Schedule::default();
        let due = 7u32;
        let mut armed = None;
        for s in [5, 600, 3, 3, 900, 2] {
            schedule.set(&mut armed, Some(Duration::from_secs(s)), due);
            assert_eq!((schedule.len(), schedule.next()), (1, armed));
        }
        assert_eq!(schedule.pop(Duration::from_millis(1_999)), None);
        assert_eq!(schedule.pop(Duration::from_secs(2)), Some(due));
        assert_eq!(schedule.len(), 0);
        armed = None;
        schedule.set(&mut armed, Some(Duration::from_secs(9)), due);
        schedule.set(&mut armed, None, due);
        assert_eq!((schedule.len(), armed), (0, None));
    }
}
