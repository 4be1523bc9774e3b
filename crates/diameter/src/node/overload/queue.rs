//! How long what comes now would wait behind what waits already, without a clock of its own.
//!
//! The age of what waits longest is measured, but late: with twice the load that can be served, what comes now waits twice
//! as long as what is served now did, and while all are refused the age stays what it was although the queue empties. So
//! once the age shows that there is a queue at all, the wait is reckoned from how many wait and how many were served
//! lately. Before that it is not: how fast an idle server served says nothing of how fast it can.

use super::Priority;
use std::collections::VecDeque;
use std::time::Duration;

/// The share of the waiting time aimed at from which there is a queue: an eighth.
const QUEUE_FROM: u32 = 8;

/// Requests that must have been served before their rate is believed.
const MIN_SERVED: u64 = 8;

/// Time between two points that the rate is reckoned from.
const MARK: Duration = Duration::from_millis(50);

/// How many points are kept: the rate is that of the last half second or so.
const MAX_MARKS: usize = 10;

/// Highest pressure by time: [`Priority::HIGHEST`] is refused for want of room alone.
const MOST: u32 = 999;

/// What an application's queue of waiting requests is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// How many wait.
    pub waiting: usize,
    /// How many can.
    pub limit: usize,
    /// Since when the one waits that waits longest.
    pub oldest: Option<Duration>,
    /// How many have left it so far; never goes down.
    pub served: u64,
}

/// What is known of the queue.
#[derive(Debug, Default)]
pub(super) struct QueueLoad {
    waiting: usize,
    limit: usize,
    /// The wait, in thousandths of the one aimed at.
    by_time: u32,
    /// When how many had been served, since the queue was last empty.
    marks: VecDeque<(Duration, u64)>,
}

impl QueueLoad {
    /// Takes note of the queue as it is now.
    pub(super) fn note(&mut self, now: Duration, queue: Queue, target: Duration) {
        (self.waiting, self.limit) = (queue.waiting, queue.limit);
        let Some(oldest) = queue.oldest.filter(|_| queue.waiting > 0) else {
            self.marks.clear();
            self.by_time = 0;
            return;
        };
        if self
            .marks
            .back()
            .is_none_or(|(at, _)| now.saturating_sub(*at) >= MARK)
        {
            if self.marks.len() == MAX_MARKS {
                self.marks.pop_front();
            }
            self.marks.push_back((now, queue.served));
        }
        let age = now.saturating_sub(oldest);
        let wait = if age >= target / QUEUE_FROM {
            self.reckoned(now, queue).unwrap_or(age)
        } else {
            age
        };
        self.by_time = thousandths(wait, target);
    }

    /// How long the whole queue takes at the rate of late, if enough were served to tell.
    fn reckoned(&self, now: Duration, queue: Queue) -> Option<Duration> {
        let (since, before) = self.marks.front()?;
        let served = queue.served.saturating_sub(*before);
        if served < MIN_SERVED {
            return None;
        }
        let nanoseconds = now.saturating_sub(*since).as_nanos() * queue.waiting as u128 / u128::from(served);
        Some(Duration::from_nanos(
            u64::try_from(nanoseconds).unwrap_or(u64::MAX),
        ))
    }

    /// Whether one more may wait.
    pub(super) fn admits(&self, priority: Priority) -> bool {
        self.by_time < priority.patience() && (self.limit == 0 || priority.has_room(self.waiting, self.limit))
    }

    /// Pressure in thousandths, on the scale of [`Priority::patience`]: want of room for the default priority counts as much
    /// as its waiting time.
    pub(super) fn pressure(&self) -> u32 {
        let default = Priority::DEFAULT;
        let full = (self.waiting as u64 * 1000)
            .checked_div(self.limit as u64)
            .unwrap_or(0);
        let by_room = full * u64::from(default.patience()) / u64::from(default.room());
        self.by_time.max(by_room as u32)
    }

    /// Whether anything waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }
}

/// A wait in thousandths of the one aimed at, [`MOST`] at most.
pub(super) fn thousandths(wait: Duration, target: Duration) -> u32 {
    let share = wait.as_micros() * 1000 / target.as_micros().max(1);
    u32::try_from(share).unwrap_or(MOST).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Duration = Duration::from_millis(800);

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn queue(waiting: usize, oldest: u64, served: u64) -> Queue {
        Queue {
            waiting,
            limit: 10_000,
            oldest: Some(ms(oldest)),
            served,
        }
    }

    #[test]
    fn a_burst_behind_an_idle_server_is_not_reckoned_by_its_idle_rate() {
        let mut load = QueueLoad::default();
        load.note(ms(0), queue(1, 0, 0), TARGET);
        load.note(ms(1000), queue(1, 990, 10), TARGET);
        // Ten a second so far; a hundred come at once.
        load.note(ms(1001), queue(100, 991, 10), TARGET);
        assert_eq!(load.by_time, 12);
        assert!(load.admits(Priority::LOWEST));
    }

    #[test]
    fn a_queue_is_reckoned_by_what_is_really_served() {
        let mut load = QueueLoad::default();
        load.note(ms(0), queue(1, 0, 0), TARGET);
        load.note(ms(200), queue(200, 100, 200), TARGET);
        assert_eq!(load.by_time, 250, "200 wait, one a millisecond leaves");
        assert!(!load.admits(Priority::LOWEST) && load.admits(Priority::DEFAULT));
        load.note(ms(400), queue(10_000, 250, 201), TARGET);
        assert_eq!(load.by_time, MOST, "beyond all bounds");
        load.note(ms(400), queue(0, 0, 10_201), TARGET);
        assert_eq!((load.by_time, load.pressure()), (0, 0));
    }

    #[test]
    fn a_queue_that_empties_is_no_longer_what_its_oldest_has_waited() {
        let mut load = QueueLoad::default();
        load.note(ms(0), queue(1, 0, 0), TARGET);
        load.note(ms(400), queue(400, 0, 400), TARGET);
        assert!(!load.admits(Priority::DEFAULT));
        // Nobody was admitted since: the last of them has waited as long as the first.
        load.note(ms(780), queue(20, 380, 780), TARGET);
        assert_eq!(load.by_time, 25);
    }

    #[test]
    fn a_server_that_serves_nothing_is_seen_by_age() {
        let mut load = QueueLoad::default();
        load.note(ms(0), queue(1, 0, 0), TARGET);
        load.note(ms(400), queue(5, 0, 0), TARGET);
        assert_eq!(load.by_time, 500);
        assert!(!load.admits(Priority::DEFAULT) && load.admits(Priority::COMPLETION));
        load.note(ms(60_000), queue(5, 0, 0), TARGET);
        assert!(!load.admits(Priority::EMERGENCY) && load.admits(Priority::HIGHEST));
    }

    #[test]
    fn room_is_kept_for_the_higher() {
        let mut load = QueueLoad::default();
        load.note(ms(0), queue(8000, 0, 0), TARGET);
        assert!(!load.admits(Priority::DEFAULT) && load.admits(Priority::COMPLETION));
        assert_eq!(load.pressure(), Priority::DEFAULT.patience());
        load.note(ms(0), queue(10_000, 0, 0), TARGET);
        assert!(!load.admits(Priority::HIGHEST));
    }
}
