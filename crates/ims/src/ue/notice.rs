//! What the network tells of the registration (TS 24.229 5.1.1.5.2, 5.1.1.7; RFC 3680 5.3).
//!
//! | event of the own contact | then |
//! |---|---|
//! | `deactivated` | de-registered, and registers anew |
//! | `probation` | the same, after `retry-after` |
//! | `rejected`, `unregistered`, `expired`, others | de-registered |
//! | `shortened`, active | re-registers at half of what is left |

use super::input::Binding;
use super::output::{Departure, Procedure};
use super::{Timer, Ue, Work};
use std::time::Duration;

impl Ue {
    /// A NOTIFY. Other identities of the implicit registration set go with the one that was registered.
    pub(super) fn notified(&mut self, work: &mut Work<'_>, bindings: &[Binding]) {
        let registered = self.identity.impu.as_str();
        let is_own = |binding: &&Binding| {
            binding.own
                && binding
                    .aor
                    .parse()
                    .is_ok_and(|aor: quintet_identity::Impu| aor.as_str() == registered)
        };
        let Some(own) = bindings.iter().find(is_own).filter(|_| self.is_registered()) else {
            return;
        };
        if own.active {
            return self.shortened(work, own);
        }
        // It has asked for that, and is told before it is answered (TS 24.229 5.1.1.6).
        let leaving = |attempt: &super::Attempt| attempt.procedure == Procedure::Deregistration;
        if self.attempt.as_deref().is_some_and(leaving) {
            return;
        }
        let (anew, wait) = match own.event.as_str() {
            "deactivated" => (true, Duration::ZERO),
            "probation" => (true, Duration::from_secs(own.retry_after_s.unwrap_or(0).into())),
            _ => (false, Duration::ZERO),
        };
        self.attempt = None;
        self.timers.stop(Timer::RegAwaitAuth);
        self.wanted &= anew;
        self.gone(work, Departure::ByNetwork { reregister: anew });
        if !(anew && self.wanted && self.configuration.automatic) {
            return;
        }
        if wait.is_zero() {
            self.begin(work, Procedure::Registration);
        } else {
            self.timers.start(Timer::Retry, work.now + wait);
        }
    }

    /// The network wants an authentication soon (TS 24.229 5.1.1.5.2).
    fn shortened(&mut self, work: &mut Work<'_>, own: &Binding) {
        let Some(expires_s) = own.expires_s.filter(|_| own.event == "shortened") else {
            return;
        };
        let end = work.now + Duration::from_secs(expires_s.into());
        if self
            .timers
            .deadline(Timer::Expiry)
            .is_some_and(|until| end < until)
        {
            self.timers.start(Timer::Expiry, end);
            if self.configuration.automatic {
                let half = Duration::from_secs(expires_s.into()) / 2;
                self.timers.start(Timer::Refresh, work.now + half);
            }
        }
    }
}
