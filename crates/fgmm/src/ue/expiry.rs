//! Timers: how long, and what their expiry means (TS 24.501 tables 10.2.1, 10.3.1).

use super::input::Start;
use super::output::Abandonment;
use super::{Timer, Ue, Work};
use quintet_nas::fgs::RegistrationType;

impl Ue {
    /// Starts a timer with the configured value.
    pub(super) fn run(&mut self, work: &Work<'_>, timer: Timer) {
        let values = &self.configuration.timers;
        let time = match timer {
            Timer::T3346 => values.t3346,
            Timer::T3502 => values.t3502,
            Timer::T3510 => values.t3510,
            Timer::T3511 => values.t3511,
            Timer::T3512 => values.t3512,
            Timer::T3516 => values.t3516,
            Timer::T3517 => values.t3517,
            Timer::T3519 => values.t3519,
            Timer::T3520 => values.t3520,
            Timer::T3521 => values.t3521,
            Timer::T3540 => values.t3540,
            Timer::T3580 => values.t3580,
        };
        self.timers.start(timer, work.now + time);
    }

    /// Handles what has expired, the earliest first.
    pub(super) fn expire(&mut self, work: &mut Work<'_>) {
        while let Some(timer) = self.timers.expired(work.now) {
            match timer {
                Timer::T3346 if self.goal.waits() => self.attempt(work),
                Timer::T3346 => {}
                Timer::T3502 | Timer::T3511 => self.attempt(work),
                Timer::T3510 | Timer::T3517 => self.abandon(work, Abandonment::Expired(timer)),
                Timer::T3512 => {
                    let registration_type = RegistrationType::PERIODIC_REGISTRATION_UPDATING;
                    self.start(work, Start::Update { registration_type });
                }
                Timer::T3516 => {
                    if let Some(connection) = &mut self.connection {
                        connection.answered = None;
                    }
                }
                Timer::T3519 => self.kept.suci = None,
                Timer::T3520 => self.network_not_genuine(work),
                Timer::T3521 => self.deregister_again(work),
                Timer::T3540 => self.release(work),
                Timer::T3580 => self.ask_again(work),
            }
        }
    }
}
