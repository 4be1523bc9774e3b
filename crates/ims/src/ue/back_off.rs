//! What follows a failure (TS 24.229 5.1.1.2.1, 5.1.1.4.1; RFC 5626 4.5).
//!
//! ```text
//!   wait = min(max-time, base-time × 2^failures), of which a random part of one half to the whole is waited for
//! ```

use super::attempt::Attempt;
use super::configuration::MAX_RETRY_AFTER;
use super::output::{Departure, Event, Failure, Procedure};
use super::{Timer, Ue, Work};
use std::time::Duration;

impl Failure {
    /// Whether another attempt may go better (TS 24.229 5.1.1.2.1): not after a refusal.
    const fn may_pass(self) -> bool {
        !matches!(
            self,
            Self::Refused(_) | Self::SecurityAgreement | Self::Superseded
        )
    }
}

impl Ue {
    /// The attempt has failed: its temporary set goes, what was before stays.
    pub(super) fn failed(
        &mut self,
        work: &mut Work<'_>,
        attempt: &Attempt,
        why: Failure,
        retry_after: Option<Duration>,
    ) {
        let procedure = attempt.procedure;
        self.timers.stop(Timer::RegAwaitAuth);
        self.protection.fail();
        if procedure == Procedure::Deregistration {
            let again = None;
            work.event(Event::Failed {
                procedure,
                why,
                again,
            });
            return self.gone(work, Departure::Unconfirmed);
        }
        let again = (self.configuration.automatic && self.wanted && why.may_pass()).then(|| {
            // A set that nobody hears is left at once; what is bare has its pause.
            let at_once = self.anew && attempt.over.is_some();
            let wait = if at_once {
                Duration::ZERO
            } else {
                self.recovery_time(work)
            };
            wait.max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER))
        });
        self.failures = self.failures.saturating_add(1);
        if let Some(wait) = again {
            self.timers.start(Timer::Retry, work.now + wait);
        }
        work.event(Event::Failed {
            procedure,
            why,
            again,
        });
    }

    /// RFC 5626 4.5.
    fn recovery_time(&self, work: &mut Work<'_>) -> Duration {
        let timers = &self.configuration.timers;
        let base = if self.is_registered() {
            timers.base_time
        } else {
            timers.base_time_all_failed
        };
        // 2^16 of the shortest base is more than any maximum.
        let upper = base
            .saturating_mul(1 << self.failures.min(16))
            .min(timers.max_time);
        let half = upper / 2;
        half + half.mul_f64(f64::from(work.number()) / f64::from(u32::MAX))
    }
}
