//! The UE's timers (TS 24.501 tables 10.2.1 and 10.3.1).

use std::time::Duration;

/// A timer of the UE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the names are those of TS 24.501 10.2 and 10.3; `TimerValues` says what they are for"
)]
pub enum Timer {
    T3346,
    T3502,
    T3510,
    T3511,
    T3512,
    T3516,
    T3517,
    T3519,
    T3520,
    T3521,
    T3540,
    T3580,
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

    /// Stops all that end with the connection; what waits between attempts goes on, and so does the life of a SUCI.
    pub(super) fn stop_connection(&mut self) {
        self.0.retain(|(timer, _)| {
            matches!(
                timer,
                Timer::T3346 | Timer::T3502 | Timer::T3511 | Timer::T3512 | Timer::T3519
            )
        });
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
