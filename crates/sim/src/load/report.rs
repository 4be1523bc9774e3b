//! What a load generator has found.

use core::time::Duration;
use hdrhistogram::Histogram;
use quintet_mme::s6a::AnswerOutcome;

/// The longest latency that is told apart, ns; a longer one counts as this.
const MAX_LATENCY_NS: u64 = 60_000_000_000;

/// Significant decimal digits of a latency.
const DIGITS: u8 = 3;

/// How far a load has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadProgress {
    /// Requests sent.
    pub sent: u64,
    /// Answers received, whatever their result.
    pub answered: u64,
    /// Requests that got no answer.
    pub failed: u64,
    /// Requests that wait for their answer.
    pub outstanding: usize,
}

/// Latencies, ns, of one command. Quantiles have 3 significant digits.
#[derive(Clone, Debug)]
pub struct Latency {
    histogram: Histogram<u64>,
}

impl Default for Latency {
    fn default() -> Self {
        let histogram =
            Histogram::new_with_bounds(1, MAX_LATENCY_NS, DIGITS).expect("bounds and digits are in range");
        Self { histogram }
    }
}

impl Latency {
    /// Counts one.
    pub fn record(&mut self, latency: Duration) {
        let ns = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.histogram.saturating_record(ns.max(1));
    }

    /// How many were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The latency that this share (0 to 1) of the requests did not exceed; zero without any.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_nanos(self.histogram.value_at_quantile(share))
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.histogram.max())
    }

    /// The average; zero without any.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_nanos(self.histogram.mean() as u64)
    }

    /// Adds those of another.
    pub fn merge(&mut self, other: &Latency) {
        // Both have the same bounds, so nothing can be out of range.
        let _ = self.histogram.add(&other.histogram);
    }
}

/// How often one result came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultCount {
    /// Command Code.
    pub command: u32,
    /// The result.
    pub outcome: AnswerOutcome,
    /// How often.
    pub count: u64,
}

/// What a load generator has found.
#[derive(Clone, Debug)]
pub struct LoadReport {
    /// How far it came.
    pub progress: LoadProgress,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Answers that came after the warm-up, and the time they took to come: their quotient is the throughput.
    pub measured: (u64, Duration),
    /// Results, the most frequent first.
    pub results: Vec<ResultCount>,
    /// Latencies of AIR, after the warm-up.
    pub air: Latency,
    /// Latencies of ULR, after the warm-up.
    pub ulr: Latency,
    /// Open loop: by how much a request was sent late at most. Beyond some ms the generator is the bottleneck.
    pub behind: Duration,
    /// Answers checked whole.
    pub checked: u64,
    /// Of these, wrong.
    pub wrong: u64,
    /// What was wrong with the first of them.
    pub first_fault: Option<String>,
}

impl LoadReport {
    /// Answers per second after the warm-up; 0 if nothing was measured.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        let (answers, time) = self.measured;
        if time.is_zero() {
            0.0
        } else {
            answers as f64 / time.as_secs_f64()
        }
    }

    /// Whether every request was granted and every checked answer right.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.progress.failed == 0 && self.wrong == 0 && self.results.iter().all(|r| r.outcome.is_success())
    }
}
