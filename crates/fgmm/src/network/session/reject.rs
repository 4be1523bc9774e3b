//! How a goal that cannot be reached ends: with the reject of its own request, or with none (TS 24.501 5.5.1.2.5,
//! 5.5.1.3.5, 5.6.1.5).

use super::{Environment, Goal, Session};
use crate::Disposition;
use crate::network::event::Phase;
use crate::network::output::ReleaseCause;
use crate::path::Specific;
use quintet_nas::fgs::{FgmmCause, RegistrationReject, ServiceReject};

impl Session {
    /// Refuses what the UE asked for, with the cause of the real reason, and lets the connection go. What was there
    /// before the request stays as it is; what else a cause changes is the goal's.
    pub(in crate::network) fn reject(&mut self, env: &mut Environment<'_>, cause: FgmmCause) -> Disposition {
        match self.goal {
            Goal::Registration(_) => self.reject_registration(env, RegistrationReject::new(cause)),
            Goal::ServiceRequest(_) => {
                self.abandon_common(env);
                self.send(env, &ServiceReject::new(cause).into());
                self.rejected(env, cause)
            }
            Goal::Deregistration(_) | Goal::None => {
                self.abandon_common(env);
                self.rejected(env, cause)
            }
        }
    }

    /// REGISTRATION REJECT, unless the registration was accepted already: the release says enough then
    /// (TS 24.501 5.5.1.2.8 c).
    pub(in crate::network) fn reject_registration(
        &mut self,
        env: &mut Environment<'_>,
        message: RegistrationReject<'_>,
    ) -> Disposition {
        let cause = message.fgmm_cause;
        self.abandon_common(env);
        if self.path.specific != Specific::RegistrationAccepted {
            self.send(env, &message.into());
        }
        self.rejected(env, cause)
    }

    fn rejected(&mut self, env: &mut Environment<'_>, cause: FgmmCause) -> Disposition {
        self.phase(env, Phase::Rejected(cause));
        self.goal = Goal::None;
        self.release(env, ReleaseCause::NormalRelease);
        Disposition::Replied(cause)
    }

    /// Drops the common procedure under way, its timer, and keys that were not taken into use.
    pub(in crate::network) fn abandon_common(&mut self, env: &mut Environment<'_>) {
        self.end_authentication(env);
        self.common = super::Common::None;
        self.running = None;
    }

    /// Drops the goal as well: another request takes its place.
    pub(in crate::network) fn abandon(&mut self, env: &mut Environment<'_>) {
        self.abandon_common(env);
        self.goal = Goal::None;
    }
}
