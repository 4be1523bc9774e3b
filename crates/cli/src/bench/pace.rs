//! When the UEs of a load begin.

use std::time::Duration;

/// How UEs begin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// None does.
    Rest,
    /// So many are under way at a time.
    Outstanding(u32),
    /// So many begin each second from this time on, whatever becomes of the others.
    Rate(f64, Duration),
}

/// Which subscribers begin, and when.
#[derive(Debug)]
pub(super) struct Queue {
    /// The subscriber that begins next, and the one before which to stop.
    next: u32,
    end: u32,
    pace: Pace,
    begun_at_pace: u64,
}

impl Queue {
    /// One that nobody stands in.
    pub(super) const fn new() -> Self {
        Self {
            next: 0,
            end: 0,
            pace: Pace::Rest,
            begun_at_pace: 0,
        }
    }

    /// The next so many subscribers may begin.
    pub(super) const fn extend(&mut self, count: u32, pace: Pace) {
        self.end = self.next + count;
        self.pace = pace;
        self.begun_at_pace = 0;
    }

    /// Whether all that were to begin have begun.
    pub(super) const fn is_empty(&self) -> bool {
        self.next == self.end
    }

    /// Who begins now, if so many are under way, and the time from which his latency counts: when he was due.
    pub(super) fn pop(&mut self, now: Duration, under_way: u64) -> Option<(u32, Duration)> {
        if self.is_empty() {
            return None;
        }
        let since = match self.pace {
            Pace::Rest => return None,
            Pace::Outstanding(limit) => (under_way < u64::from(limit)).then_some(now)?,
            Pace::Rate(rate, from) => {
                let due = from + Duration::from_secs_f64(self.begun_at_pace as f64 / rate);
                (due <= now).then_some(due)?
            }
        };
        self.next += 1;
        self.begun_at_pace += 1;
        Some((self.next - 1, since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn a_rate_counts_latency_from_when_each_was_due() {
        let mut queue = Queue::new();
        assert_eq!(queue.pop(S, 0), None, "nobody was named");
        queue.extend(3, Pace::Rate(2.0, S));
        assert_eq!(queue.pop(S, 99), Some((0, S)));
        assert_eq!(queue.pop(S, 0), None, "not yet");
        // A stall is charged to all that had to wait.
        assert_eq!(queue.pop(S * 9, 0), Some((1, S * 3 / 2)));
        assert_eq!(queue.pop(S * 9, 0), Some((2, S * 2)));
        assert!(queue.is_empty());
        assert_eq!(queue.pop(S * 9, 0), None);
    }

    #[test]
    fn so_many_are_under_way_at_a_time() {
        let mut queue = Queue::new();
        queue.extend(2, Pace::Outstanding(1));
        assert_eq!(queue.pop(S, 0), Some((0, S)));
        assert_eq!(queue.pop(S, 1), None);
        assert_eq!(queue.pop(S * 2, 0), Some((1, S * 2)));
        queue.extend(1, Pace::Outstanding(1));
        assert_eq!(
            queue.pop(S * 3, 0),
            Some((2, S * 3)),
            "goes on behind the last one"
        );
    }
}
