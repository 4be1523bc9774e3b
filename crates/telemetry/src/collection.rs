//! What all nodes of a process have counted, at one moment.

use crate::{Histogram, Kind, Metric};

/// Series of one collection at most. A full process has a few hundred; what finds no room is left out and counted in
/// [`Collection::left_out`], for a scrape must not take more memory because a table grew.
pub const MAX_SERIES: usize = 16_384;

/// What a series has to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a counter.
    Count(u64),
    /// Of a gauge.
    Now(f64),
    /// Of a histogram.
    Times(Box<Histogram>),
}

/// One series: a metric and a value for each of its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Of which metric.
    pub metric: &'static Metric,
    /// In the order of [`Metric::labels`].
    pub labels: Vec<String>,
    /// What it says.
    pub value: Value,
}

impl Series {
    /// The value of a label; `None` if the metric has no such label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        let at = self.metric.labels.iter().position(|label| *label == name)?;
        self.labels.get(at).map(String::as_str)
    }
}

/// All series of a moment.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    series: Vec<Series>,
    left_out: u64,
}

impl Collection {
    /// Adds to a counter; one that is there already grows. The labels are in the order of [`Metric::labels`].
    pub fn count(&mut self, metric: &'static Metric, labels: &[&str], count: u64) {
        self.put(metric, labels, Value::Count(count));
    }

    /// Adds to a gauge.
    pub fn gauge(&mut self, metric: &'static Metric, labels: &[&str], now: f64) {
        self.put(metric, labels, Value::Now(now));
    }

    /// Adds to a histogram.
    pub fn times(&mut self, metric: &'static Metric, labels: &[&str], times: &Histogram) {
        self.put(metric, labels, Value::Times(Box::new(*times)));
    }

    /// A series that is not of the kind of its metric, or has too few labels, is a defect of ours: it is left out.
    fn put(&mut self, metric: &'static Metric, labels: &[&str], value: Value) {
        let fits = matches!(
            (metric.kind, &value),
            (Kind::Counter, Value::Count(_))
                | (Kind::Gauge, Value::Now(_))
                | (Kind::Histogram, Value::Times(_))
        ) && metric.labels.len() == labels.len();
        debug_assert!(
            fits,
            "{} has the labels {:?}, not {labels:?}",
            metric.name, metric.labels
        );
        if !fits {
            self.left_out += 1;
            return;
        }
        let same = |series: &&mut Series| std::ptr::eq(series.metric, metric) && series.labels == labels;
        if let Some(series) = self.series.iter_mut().find(same) {
            match (&mut series.value, value) {
                (Value::Count(sum), Value::Count(more)) => *sum += more,
                (Value::Now(sum), Value::Now(more)) => *sum += more,
                (Value::Times(sum), Value::Times(more)) => sum.add(&more),
                _ => {}
            }
        } else if self.series.len() < MAX_SERIES {
            self.series.push(Series {
                metric,
                labels: labels.iter().map(|&label| label.to_owned()).collect(),
                value,
            });
        } else {
            self.left_out += 1;
        }
    }

    /// Every series, in the order of their first mention.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Series that found no room.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The series of a metric.
    pub fn of(&self, metric: &'static Metric) -> impl Iterator<Item = &Series> {
        self.series
            .iter()
            .filter(move |series| std::ptr::eq(series.metric, metric))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics;
    use std::time::Duration;

    #[test]
    fn what_has_the_same_labels_is_one_series() {
        let mut collection = Collection::default();
        collection.count(&metrics::DIAMETER_SHED, &["hss", "10"], 2);
        collection.count(&metrics::DIAMETER_SHED, &["hss", "15"], 1);
        collection.count(&metrics::DIAMETER_SHED, &["hss", "10"], 3);
        let values: Vec<_> = collection
            .of(&metrics::DIAMETER_SHED)
            .map(|series| (series.label("priority").unwrap(), series.value.clone()))
            .collect();
        assert_eq!(values, [("10", Value::Count(5)), ("15", Value::Count(1))]);
        let mut times = Histogram::default();
        times.record(Duration::from_millis(3));
        for _ in 0..2 {
            collection.times(&metrics::STORE_COMMIT_DURATION, &["hss"], &times);
        }
        let Some(Value::Times(both)) = collection
            .of(&metrics::STORE_COMMIT_DURATION)
            .next()
            .map(|series| series.value.clone())
        else {
            panic!("no histogram")
        };
        assert_eq!(both.count(), 2);
    }

    #[test]
    fn series_are_bounded() {
        let mut collection = Collection::default();
        for number in 0..MAX_SERIES + 3 {
            collection.series.push(Series {
                metric: &metrics::DIAMETER_SHED,
                labels: vec!["hss".into(), number.to_string()],
                value: Value::Count(1),
            });
        }
        collection.series.truncate(MAX_SERIES);
        collection.count(&metrics::DIAMETER_SHED, &["hss", "one more"], 1);
        assert_eq!(
            (collection.series().len(), collection.left_out()),
            (MAX_SERIES, 1)
        );
    }
}
