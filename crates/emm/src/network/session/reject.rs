//! How a goal that cannot be reached ends: with the reject of its own request, or with none (TS 24.301 5.5.1.2.5,
//! 5.5.3.2.5, 5.6.1.5).

use super::{Common, Environment, Goal, Session};
use crate::Disposition;
use crate::network::event::Phase;
use crate::network::output::ReleaseCause;
use crate::path::Specific;
use quintet_nas::eps::{AttachReject, EmmCause, ServiceReject, TrackingAreaUpdateReject};

impl Goal {
    /// Whether there is none.
    pub(in crate::network) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl Session {
    /// Refuses what the UE asked for, with the cause of the real reason, and lets the connection go. What was there
    /// before the request stays as it is; what else a cause changes is the goal's.
    pub(in crate::network) fn reject(&mut self, env: &mut Environment<'_>, cause: EmmCause) -> Disposition {
        // What was accepted cannot be rejected any more; the release says enough (TS 24.301 5.5.1.2.7 b).
        let accepted = matches!(
            self.path.specific,
            Specific::AttachAccepted | Specific::UpdateAccepted
        );
        let reject = match self.goal {
            _ if accepted => None,
            Goal::Attach(_) => Some(AttachReject::new(cause).into()),
            Goal::TrackingAreaUpdate(_) => Some(TrackingAreaUpdateReject::new(cause).into()),
            Goal::ServiceRequest(_) => Some(ServiceReject::new(cause).into()),
            Goal::Detach(_) | Goal::None => None,
        };
        self.abandon_common();
        if let Some(reject) = reject {
            self.send(env, &reject);
        }
        self.phase(env, Phase::Rejected(cause));
        self.goal = Goal::None;
        self.release(env, ReleaseCause::NormalRelease);
        Disposition::Replied(cause)
    }

    /// Drops the common procedure under way, its timer, and keys that were not taken into use.
    pub(in crate::network) fn abandon_common(&mut self) {
        self.end_challenge();
        self.common = Common::None;
        self.running = None;
    }

    /// Drops the goal as well: another request takes its place.
    pub(in crate::network) fn abandon(&mut self) {
        self.abandon_common();
        self.goal = Goal::None;
    }
}
