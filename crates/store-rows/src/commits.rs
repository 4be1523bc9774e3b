//! What a store counts of its transactions, and of fields that did not open; whoever wants to know reads it from another thread.

use quintet_store::{Queued, StoreFigures};
use quintet_telemetry::Histogram;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Counts of a store's connections. The lock is taken once for each of them, and for each look.
#[derive(Debug, Default)]
pub struct Commits(Mutex<Counted>);

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    times: Histogram,
    commands: u64,
    failed: u64,
    unopened: u64,
}

impl Commits {
    fn with<R>(&self, work: impl FnOnce(&mut Counted) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A transaction with so many commands took `time`, and is durable or was not done.
    pub fn ended(&self, time: Duration, commands: usize, done: bool) {
        self.with(|counted| match done {
            true => {
                counted.times.record(time);
                counted.commands += commands as u64;
            }
            false => counted.failed += 1,
        });
    }

    /// A sealed field did not open.
    pub fn did_not_open(&self) {
        self.with(|counted| counted.unopened += 1);
    }

    /// What was counted, beside what waits.
    #[must_use]
    pub fn figures(&self, queued: Queued) -> StoreFigures {
        let Counted {
            times,
            commands,
            failed,
            unopened,
        } = self.with(|counted| *counted);
        StoreFigures {
            commits: times,
            commands,
            failed,
            unopened,
            queued,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_has_no_time() {
        let commits = Commits::default();
        commits.ended(Duration::from_millis(4), 7, true);
        commits.ended(Duration::from_secs(9), 3, false);
        let figures = commits.figures(Queued {
            writes: 2,
            ..Queued::default()
        });
        assert_eq!(
            (figures.commits.count(), figures.commands, figures.failed),
            (1, 7, 1)
        );
        assert_eq!(figures.commits.sum(), Duration::from_millis(4));
        assert_eq!(figures.queued.writes, 2);
    }
}
