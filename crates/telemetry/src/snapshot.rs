//! Rates and quantiles of the last seconds, for whoever looks from inside the process: the web page's overview.
//!
//! A [`Meter`] compares two collections; the driver's thread feeds it every few seconds and puts the [`Snapshot`] on a [`Board`],
//! where other threads read the latest one for the price of a lock that nobody holds long.

use crate::{Collection, Histogram, Metric, Series, Value, metrics};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a command costs and brings.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandFigures {
    /// Which node serves it: `hss`, `mme`, …
    pub node: String,
    /// The application's name.
    pub application: String,
    /// The command's name.
    pub command: String,
    /// Answers since the start.
    pub total: u64,
    /// Answers a second, lately.
    pub per_second: f64,
    /// The time that half of them stayed under, lately; since the start if there were none lately.
    pub p50: Option<Duration>,
    /// The time that 99 % of them stayed under.
    pub p99: Option<Duration>,
}

/// All figures at one moment, with how fast they rise.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// When, on the runtime's clock.
    pub at: Duration,
    /// The time over which rates and quantiles are; zero before there are two collections.
    pub over: Duration,
    now: Collection,
    before: Collection,
}

impl Snapshot {
    /// Every series as it is.
    #[must_use]
    pub fn collection(&self) -> &Collection {
        &self.now
    }

    /// The sum of a counter or gauge over the series that have these labels; 0 if there is none.
    #[must_use]
    pub fn total(&self, metric: &'static Metric, labels: &[(&str, &str)]) -> f64 {
        sum(&self.now, metric, labels)
    }

    /// How much a counter rises in a second, over the series that have these labels.
    #[must_use]
    pub fn per_second(&self, metric: &'static Metric, labels: &[(&str, &str)]) -> f64 {
        let rise = sum(&self.now, metric, labels) - sum(&self.before, metric, labels);
        match self.over.is_zero() {
            true => 0.0,
            false => rise.max(0.0) / self.over.as_secs_f64(),
        }
    }

    /// What a histogram counted lately, over the series that have these labels.
    #[must_use]
    pub fn lately(&self, metric: &'static Metric, labels: &[(&str, &str)]) -> Histogram {
        times(&self.now, metric, labels).since(&times(&self.before, metric, labels))
    }

    /// Every command that is served, the frequent ones first.
    #[must_use]
    pub fn commands(&self) -> Vec<CommandFigures> {
        let figures = |series: &Series| {
            let Value::Times(all) = &series.value else {
                return None;
            };
            let label = |name| series.label(name).unwrap_or_default();
            let labels = ["node", "application", "command"].map(|name| (name, label(name)));
            let lately = self.lately(series.metric, &labels);
            let over = self.over.as_secs_f64();
            let read = if lately.count() > 0 { &lately } else { &**all };
            Some(CommandFigures {
                node: label("node").to_owned(),
                application: label("application").to_owned(),
                command: label("command").to_owned(),
                total: all.count(),
                per_second: if over > 0.0 {
                    lately.count() as f64 / over
                } else {
                    0.0
                },
                p50: read.quantile(0.5),
                p99: read.quantile(0.99),
            })
        };
        let served = self.now.of(&metrics::DIAMETER_REQUEST_DURATION);
        let mut commands: Vec<_> = served.filter_map(figures).collect();
        commands.sort_by(|a, b| b.per_second.total_cmp(&a.per_second).then(b.total.cmp(&a.total)));
        commands
    }
}

fn matching<'c>(
    collection: &'c Collection,
    metric: &'static Metric,
    labels: &[(&str, &str)],
) -> impl Iterator<Item = &'c Series> {
    collection.of(metric).filter(move |series| {
        labels
            .iter()
            .all(|(name, value)| series.label(name) == Some(value))
    })
}

fn sum(collection: &Collection, metric: &'static Metric, labels: &[(&str, &str)]) -> f64 {
    let value = |series: &Series| match &series.value {
        Value::Count(count) => *count as f64,
        Value::Now(now) => *now,
        Value::Times(times) => times.count() as f64,
    };
    matching(collection, metric, labels).map(value).sum()
}

fn times(collection: &Collection, metric: &'static Metric, labels: &[(&str, &str)]) -> Histogram {
    let mut sum = Histogram::default();
    for series in matching(collection, metric, labels) {
        if let Value::Times(times) = &series.value {
            sum.add(times);
        }
    }
    sum
}

/// Makes snapshots of collections that come one after the other.
#[derive(Debug, Default)]
pub struct Meter {
    last: Option<(Duration, Collection)>,
}

impl Meter {
    /// What there is now, against the collection before.
    pub fn take(&mut self, at: Duration, now: Collection) -> Snapshot {
        let (since, before) = self.last.take().unwrap_or_else(|| (at, now.clone()));
        self.last = Some((at, now.clone()));
        Snapshot {
            at,
            over: at.saturating_sub(since),
            now,
            before,
        }
    }
}

/// Where the latest snapshot is, for any thread. Clones are the same board.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<Arc<Snapshot>>>);

impl Board {
    /// Puts a newer one up.
    pub fn publish(&self, snapshot: Snapshot) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    /// The latest one; an empty one before the first.
    #[must_use]
    pub fn latest(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(fast: usize, slow: usize, shed: u64) -> Collection {
        let mut air = Histogram::default();
        for _ in 0..fast {
            air.record(Duration::from_micros(80));
        }
        for _ in 0..slow {
            air.record(Duration::from_millis(30));
        }
        let mut ulr = Histogram::default();
        ulr.record(Duration::from_millis(7));
        let mut collection = Collection::default();
        let duration = &metrics::DIAMETER_REQUEST_DURATION;
        collection.times(duration, &["hss", "S6a", "Update-Location"], &ulr);
        collection.times(duration, &["hss", "S6a", "Authentication-Information"], &air);
        collection.count(&metrics::DIAMETER_SHED, &["hss", "15"], shed);
        collection.count(&metrics::DIAMETER_SHED, &["mme", "15"], 1);
        collection
    }

    #[test]
    fn rates_and_quantiles_are_those_since_the_last_time() {
        let (mut meter, board) = (Meter::default(), Board::default());
        assert!(board.latest().commands().is_empty());
        let first = meter.take(Duration::from_secs(5), collection(100, 0, 3));
        assert_eq!(first.per_second(&metrics::DIAMETER_SHED, &[]), 0.0);
        board.publish(first);
        let at_first = board.latest();
        board.publish(meter.take(Duration::from_secs(10), collection(100, 50, 13)));
        assert_eq!(at_first.at, Duration::from_secs(5), "who holds one keeps it");
        let now = board.latest();
        assert_eq!(now.total(&metrics::DIAMETER_SHED, &[]), 14.0);
        assert_eq!(now.total(&metrics::DIAMETER_SHED, &[("node", "hss")]), 13.0);
        assert_eq!(now.per_second(&metrics::DIAMETER_SHED, &[("node", "hss")]), 2.0);
        let commands = now.commands();
        assert_eq!(commands[0].command, "Authentication-Information");
        assert_eq!((commands[0].total, commands[0].per_second), (150, 10.0));
        // All that came lately were slow, whatever was before.
        assert!(commands[0].p50 > Some(Duration::from_millis(20)), "{commands:?}");
        // Nothing came lately: what was since the start.
        assert_eq!((commands[1].total, commands[1].per_second), (1, 0.0));
        assert!(commands[1].p50 > Some(Duration::from_millis(5)), "{commands:?}");
    }
}
