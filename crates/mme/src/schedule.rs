//! Deadlines of connections and contexts, one of each: whatever UEs and eNBs do, there are no more than of them.

use quintet_emm::network::ContextId;
use quintet_s1ap::MmeUeS1apId;
use std::collections::BTreeSet;
use std::time::Duration;

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The earliest of a connection's: its session's timer, its node's guard.
    Connection(MmeUeS1apId),
    /// A context's: idle too long, paging.
    Context(ContextId),
}

/// All deadlines. Who has one remembers when it is, and gives it here to move it; what is due may be early, never late.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    deadlines: BTreeSet<(Duration, Due)>,
}

impl Schedule {
    /// Moves a deadline, sets it for the first time, or takes it away.
    pub(crate) fn set(&mut self, armed: &mut Option<Duration>, to: Option<Duration>, due: Due) {
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
    pub(crate) fn next(&self) -> Option<Duration> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Takes away the next that is due at `now`: its owner has none any more.
    pub(crate) fn pop(&mut self, now: Duration) -> Option<Due> {
        let (at, due) = *self.deadlines.first()?;
        if at > now {
            return None;
        }
        self.deadlines.pop_first();
        Some(due)
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.deadlines.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_one_deadline_however_often_it_moves() {
        let mut schedule = Schedule::default();
        let due = Due::Connection(MmeUeS1apId(7));
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
