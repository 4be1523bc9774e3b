//! Timers: how long, and what their expiry means (TS 24.301 table 10.2.1).

use super::input::Start;
use super::output::Abandonment;
use super::{Timer, Ue, Work};
use quintet_nas::eps::EpsUpdateType;

impl Ue {
    /// Starts a timer with the configured value.
    pub(super) fn run(&mut self, work: &Work<'_>, timer: Timer) {
        let values = &self.configuration.timers;
        let time = match timer {
            Timer::T3346 => values.t3346,
            Timer::T3402 => values.t3402,
            Timer::T3410 => values.t3410,
            Timer::T3411 => values.t3411,
            Timer::T3412 => values.t3412,
            Timer::T3416 => values.t3416,
            Timer::T3417 => values.t3417,
            Timer::T3418 => values.t3418,
            Timer::T3420 => values.t3420,
            Timer::T3421 => values.t3421,
            Timer::T3430 => values.t3430,
            Timer::T3440 => values.t3440,
        };
        self.timers.start(timer, work.now + time);
    }

    /// Handles what has expired, the earliest first.
    pub(super) fn expire(&mut self, work: &mut Work<'_>) {
        while let Some(timer) = self.timers.expired(work.now) {
            match timer {
                Timer::T3346 if self.goal.waits() => self.attempt(work),
                Timer::T3346 => {}
                Timer::T3402 | Timer::T3411 => self.attempt(work),
                Timer::T3410 | Timer::T3417 | Timer::T3430 => self.abandon(work, Abandonment::Expired(timer)),
                Timer::T3412 => self.start(
                    work,
                    Start::TrackingAreaUpdate {
                        update_type: EpsUpdateType::PERIODIC_UPDATING,
                    },
                ),
                Timer::T3416 => {
                    if let Some(connection) = &mut self.connection {
                        connection.answered = None;
                    }
                }
                Timer::T3418 | Timer::T3420 => self.network_not_genuine(work),
                Timer::T3421 => self.detach_again(work),
                Timer::T3440 => self.release(work),
            }
        }
    }
}
