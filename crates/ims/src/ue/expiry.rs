//! Timers that expire.

use super::output::{Departure, Failure, Procedure};
use super::{Timer, Ue, Work};

impl Ue {
    /// Everything whose time has come.
    pub(super) fn expire(&mut self, work: &mut Work<'_>) {
        self.protection.sets.timeout(work.now);
        while let Some(timer) = self.timers.expired(work.now) {
            match timer {
                Timer::RegAwaitAuth => {
                    if let Some(attempt) = self.attempt.take() {
                        self.failed(work, &attempt, Failure::Expired(timer), None);
                    }
                }
                Timer::Refresh => {
                    if self.attempt.is_none() {
                        self.begin(work, self.next_procedure());
                    }
                }
                Timer::Retry => {
                    if self.attempt.is_none() && self.wanted {
                        self.begin(work, self.next_procedure());
                    }
                }
                Timer::Expiry => {
                    self.gone(work, Departure::Expired);
                    let idle = self.attempt.is_none() && self.timers.deadline(Timer::Retry).is_none();
                    if idle && self.wanted && self.configuration.automatic {
                        self.begin(work, Procedure::Registration);
                    }
                }
            }
        }
    }
}
