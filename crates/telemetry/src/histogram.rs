//! How long things take: a histogram of fixed size that counts without allocating.
//!
//! Bounds are 1, 2, 5 of each decade from 50 µs to 10 s. An answer from memory takes tens of microseconds on an idle node, a
//! commit on a disk one to twenty milliseconds; overload begins when somebody waits for tens of them, and after some seconds the
//! peer has given up. A bucket is at most 2.5 times as wide as its lower bound, so a quantile that is read out of it is off by
//! less than that, in the part of the scale where it decides something. Prometheus' native histograms would be finer, but the
//! text form that everybody can read has none; eighteen numbers a series is what a board with twenty commands can bear.

use std::time::Duration;

/// The upper bounds of all buckets but the last, which has none.
pub const BOUNDS: [Duration; 17] = [
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// A histogram of durations; it never goes down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// How many fell into each bucket alone; the last is above all bounds.
    buckets: [u64; BOUNDS.len() + 1],
    /// All of them together, in nanoseconds: five hundred years of waiting.
    sum_ns: u64,
}

impl Histogram {
    /// Counts one.
    pub fn record(&mut self, time: Duration) {
        let bucket = BOUNDS.partition_point(|bound| *bound < time);
        self.buckets[bucket] += 1;
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.sum_ns = self.sum_ns.saturating_add(ns);
    }

    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// All of them together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum_ns)
    }

    /// How many were at most as long as each bound, then how many there are.
    pub fn cumulative(&self) -> impl Iterator<Item = (Option<Duration>, u64)> + '_ {
        let bounds = BOUNDS.iter().copied().map(Some).chain([None]);
        bounds.zip(self.buckets.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        }))
    }

    /// What was counted since an earlier state of the same histogram.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut since = *self;
        for (bucket, before) in since.buckets.iter_mut().zip(earlier.buckets) {
            *bucket = bucket.saturating_sub(before);
        }
        since.sum_ns = since.sum_ns.saturating_sub(earlier.sum_ns);
        since
    }

    /// Adds what another one counted.
    pub fn add(&mut self, other: &Self) {
        for (bucket, more) in self.buckets.iter_mut().zip(other.buckets) {
            *bucket += more;
        }
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
    }

    /// The time that the share `q` (0 to 1) stays under, as Prometheus reads it out of buckets: evenly spread within one, and
    /// the last bound for what is above it. `None` if nothing was counted.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        let rank = q.clamp(0.0, 1.0) * total as f64;
        let mut below = 0;
        let mut lower = Duration::ZERO;
        for (upper, count) in BOUNDS.iter().zip(self.buckets) {
            let within = below + count;
            if count > 0 && within as f64 >= rank {
                let part = ((rank - below as f64) / count as f64).clamp(0.0, 1.0);
                return Some(lower + (*upper - lower).mul_f64(part));
            }
            (below, lower) = (within, *upper);
        }
        Some(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times_us: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for time in times_us {
            histogram.record(Duration::from_micros(*time));
        }
        histogram
    }

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let histogram = of(&[50, 51, 100, 10_000_000, 10_000_001]);
        let cumulative: Vec<_> = histogram.cumulative().collect();
        assert_eq!(cumulative[0], (Some(Duration::from_micros(50)), 1));
        assert_eq!(cumulative[1].1, 3);
        assert_eq!(cumulative[16], (Some(Duration::from_secs(10)), 4));
        assert_eq!(cumulative[17], (None, 5));
        assert_eq!((histogram.count(), histogram.sum().as_micros()), (5, 20_000_202));
    }

    #[test]
    fn bounds_rise_and_a_bucket_is_at_most_two_and_a_half_times_its_lower_bound() {
        for pair in BOUNDS.windows(2) {
            assert!(
                pair[0] < pair[1] && pair[1] * 2 <= pair[0] * 5,
                "{:?} {:?}",
                pair[0],
                pair[1]
            );
        }
    }

    #[test]
    fn quantiles_are_what_prometheus_reads() {
        assert_eq!(Histogram::default().quantile(0.5), None);
        // Ten between 100 and 200 µs: half of them under the middle.
        assert_eq!(of(&[150; 10]).quantile(0.5), Some(Duration::from_micros(150)));
        // Nine fast and one slow: the 90th percentile is the end of the fast bucket, the 99th is in the slow one's.
        let mut mixed = vec![40; 9];
        mixed.push(1_500);
        let mixed = of(&mixed);
        assert_eq!(mixed.quantile(0.9), Some(Duration::from_micros(50)));
        let p99 = mixed.quantile(0.99).unwrap();
        assert!(
            p99 > Duration::from_millis(1) && p99 <= Duration::from_millis(2),
            "{p99:?}"
        );
        assert_eq!(of(&[60_000_000]).quantile(0.5), Some(Duration::from_secs(10)));
    }

    #[test]
    fn the_difference_is_what_came_since() {
        let before = of(&[10, 3_000]);
        let mut after = before;
        after.record(Duration::from_micros(700));
        assert_eq!(after.since(&before), of(&[700]));
        let mut both = before;
        both.add(&of(&[700]));
        assert_eq!(both, after);
    }
}
