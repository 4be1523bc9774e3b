//! The UE's timers (TS 24.301 table 10.2.1).

use std::time::Duration;

/// A timer of the UE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the names are those of TS 24.301 10.2; `TimerValues` says what they are for"
)]
pub enum Timer {
    T3346,
    T3402,
    T3410,
    T3411,
    T3412,
    T3416,
    T3417,
    T3418,
    T3420,
    T3421,
    T3430,
    T3440,
}

/// Those that run: seldom more than three.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers(Vec<(Timer, Duration)>);

impl Timers {
    /// Starts one anew.
    pub(super) fn start(&mut self, timer: Timer, deadline: Duration) {
        self.stop(timer);
        self.0.push((timer, deadline));
    }

    /// Stops one; whether it ran.
    pub(super) fn stop(&mut self, timer: Timer) -> bool {
        let before = self.0.len();
        self.0.retain(|(running, _)| *running != timer);
        before != self.0.len()
    }

    /// Whether one runs.
    pub(super) fn runs(&self, timer: Timer) -> bool {
        self.0.iter().any(|(running, _)| *running == timer)
    }

    /// Stops all that end with the connection; what waits between attempts goes on.
    pub(super) fn stop_connection(&mut self) {
        self.0
            .retain(|(timer, _)| matches!(timer, Timer::T3346 | Timer::T3402 | Timer::T3411 | Timer::T3412));
    }

    /// The next deadline.
    pub(super) fn next(&self) -> Option<Duration> {
        self.0.iter().map(|(_, deadline)| *deadline).min()
    }

    /// Takes one that has expired, the earliest first.
    pub(super) fn expired(&mut self, now: Duration) -> Option<Timer> {
        let (index, _) = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, (_, deadline))| *deadline <= now)
            .min_by_key(|(_, (_, deadline))| *deadline)?;
        Some(self.0.remove(index).0)
    }
}
