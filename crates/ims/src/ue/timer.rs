//! The UE's timers beside those of transactions.

use std::time::Duration;

/// A timer of the UE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// reg-await-auth: an attempt that was challenged is over, and its associations go.
    RegAwaitAuth,
    /// The registration is to be refreshed.
    Refresh,
    /// The registration is over.
    Expiry,
    /// Another attempt.
    Retry,
}

const ALL: [Timer; 4] = [Timer::RegAwaitAuth, Timer::Refresh, Timer::Expiry, Timer::Retry];

/// When each expires, if it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers([Option<Duration>; ALL.len()]);

impl Timers {
    /// Starts one anew.
    pub(super) const fn start(&mut self, timer: Timer, deadline: Duration) {
        self.0[timer as usize] = Some(deadline);
    }

    /// Stops one.
    pub(super) const fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    /// When one expires.
    pub(super) const fn deadline(&self, timer: Timer) -> Option<Duration> {
        self.0[timer as usize]
    }

    /// The next deadline.
    pub(super) fn next(&self) -> Option<Duration> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes one that has expired, the earliest first.
    pub(super) fn expired(&mut self, now: Duration) -> Option<Timer> {
        let due = |timer: &Timer| self.deadline(*timer).filter(|deadline| *deadline <= now);
        let timer = ALL
            .into_iter()
            .filter(|timer| due(timer).is_some())
            .min_by_key(due)?;
        self.stop(timer);
        Some(timer)
    }
}
