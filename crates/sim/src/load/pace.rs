//! When the next request is to be sent.

use super::config::{Pace, Until};
use core::time::Duration;

/// The schedule of a load. Times are since its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pace: Pace,
    ramp: Duration,
    until: Until,
}

impl Schedule {
    pub(super) fn new(pace: Pace, ramp: Duration, until: Until) -> Self {
        Self { pace, ramp, until }
    }

    /// Whether the n-th request (from 0) is not to be sent any more.
    pub(super) fn is_over(&self, n: u64, since_start: Duration) -> bool {
        match (self.until, self.pace) {
            (Until::Count(count), _) => n >= count,
            // What was due before the end is sent even if it is late: leaving it out would hide the worst latencies.
            (Until::Elapsed(end), Pace::Rate(rate)) => self.intended(n, rate) >= end,
            (Until::Elapsed(end), Pace::Outstanding(_)) => since_start >= end,
        }
    }

    /// When request n is due in an open loop. The rate grows evenly over the ramp R, so after t ≤ R there were
    /// rate·t²/2R, and after it rate·(t − R/2).
    fn intended(&self, n: u64, rate: f64) -> Duration {
        let (n, ramp) = (n as f64, self.ramp.as_secs_f64());
        let in_ramp = rate * ramp / 2.0;
        let seconds = if n < in_ramp {
            (2.0 * n * ramp / rate).sqrt()
        } else {
            ramp / 2.0 + n / rate
        };
        // A schedule beyond what a Duration holds is never due.
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// When request n is to be sent while `outstanding` are unanswered: `Ok` with the time from which its latency
    /// counts if now, else the time when to look again (`None`: when an answer comes).
    pub(super) fn due(
        &self,
        n: u64,
        outstanding: usize,
        since_start: Duration,
    ) -> Result<Duration, Option<Duration>> {
        match self.pace {
            Pace::Rate(rate) => {
                let at = self.intended(n, rate);
                if at <= since_start { Ok(at) } else { Err(Some(at)) }
            }
            Pace::Outstanding(limit) => {
                let allowed = self.allowed(limit, since_start);
                if outstanding < allowed {
                    return Ok(since_start);
                }
                // During the ramp one more is allowed every ramp/limit.
                let step = |k: usize| self.ramp.mul_f64(k as f64 / limit as f64);
                Err((allowed < limit).then(|| step(allowed).max(since_start + Duration::from_micros(1))))
            }
        }
    }

    fn allowed(&self, limit: usize, since_start: Duration) -> usize {
        if since_start >= self.ramp {
            return limit;
        }
        let share = since_start.as_secs_f64() / self.ramp.as_secs_f64();
        ((limit as f64 * share) as usize + 1).min(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn a_ramp_sends_half_of_what_its_time_would_have() {
        let schedule = Schedule::new(Pace::Rate(1000.0), 2 * S, Until::Elapsed(4 * S));
        let sent_by = |t: Duration| (0..10_000).take_while(|n| schedule.due(*n, 0, t).is_ok()).count() as i64;
        assert!((sent_by(S) - 250).abs() <= 1, "{}", sent_by(S));
        assert!((sent_by(2 * S) - 1000).abs() <= 1, "{}", sent_by(2 * S));
        assert!((sent_by(3 * S) - 2000).abs() <= 1, "{}", sent_by(3 * S));
        let all = (0..10_000)
            .take_while(|n| !schedule.is_over(*n, Duration::ZERO))
            .count() as i64;
        assert!((all - 3000).abs() <= 1, "{all}");
    }

    #[test]
    fn a_late_request_counts_from_when_it_was_due() {
        let schedule = Schedule::new(Pace::Rate(10.0), Duration::ZERO, Until::Count(100));
        assert_eq!(schedule.due(3, 0, S), Ok(Duration::from_millis(300)));
        assert_eq!(schedule.due(13, 0, S), Err(Some(Duration::from_millis(1300))));
    }

    #[test]
    fn a_closed_loop_opens_gradually() {
        let schedule = Schedule::new(Pace::Outstanding(4), 4 * S, Until::Count(100));
        assert_eq!(schedule.due(0, 0, Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!(schedule.due(1, 1, Duration::ZERO), Err(Some(S)));
        assert_eq!(schedule.due(1, 1, S), Ok(S));
        assert_eq!(schedule.due(9, 4, 5 * S), Err(None));
    }
}
