//! What a UE answers to SECURITY MODE COMMAND (TS 24.501 5.4.2.4, 5.4.2.5).

use super::{Origin, Pending, unexpected};
use crate::Disposition;
use crate::network::event::Phase;
use crate::network::output::ReleaseCause;
use crate::network::session::{Environment, Goal, Session};
use quintet_nas::fgs::{FgmmCause, FgmmMessage, MobileIdentity, SecurityModeComplete, UeSecurityCapability};

impl Session {
    /// SECURITY MODE COMPLETE (5.4.2.4). It was verified with the pending context: that is what brings it here.
    pub(in crate::network) fn security_mode_complete(
        &mut self,
        env: &mut Environment<'_>,
        complete: &SecurityModeComplete<'_>,
    ) -> Disposition {
        let Some(pending) = self.take_pending() else {
            return unexpected("SECURITY MODE COMPLETE");
        };
        if let Some(MobileIdentity::Imeisv(imeisv)) = complete.imeisv {
            self.learnt.imeisv = Some(imeisv);
        }
        let Pending {
            retransmission,
            replayed,
            ..
        } = *pending;
        let rekeys = self.access.is_asked() && matches!(pending.origin, Origin::Agreed(_));
        if !self.take_into_use(env, *pending) {
            // The table is full: nobody can be served.
            self.abandon(env);
            self.release(env, ReleaseCause::Unspecified);
            return Disposition::Replied(FgmmCause::CONGESTION);
        }
        self.proof_due = true;
        self.phase(env, Phase::SecurityModeComplete);
        if rekeys {
            self.rekey_access(env);
        }
        match (&complete.nas_message_container, retransmission) {
            (Some(container), true) => self.begin_again(env, container.0, replayed),
            // What was asked for did not come: what stood in the clear is nobody's word (4.4.6). The table says no before.
            (None, true) => self.reject(env, FgmmCause::PROTOCOL_ERROR_UNSPECIFIED),
            (_, false) => self.secured(env),
        }
    }

    /// The initial NAS message, whole and protected: what it says counts (5.4.2.4). The UE security capability in it must be
    /// that which the UE found repeated.
    fn begin_again(
        &mut self,
        env: &mut Environment<'_>,
        plain: &[u8],
        replayed: UeSecurityCapability,
    ) -> Disposition {
        let decoded = FgmmMessage::decode_uplink(plain)
            .ok()
            .filter(|d| !d.soft_errors.comprehension_required());
        let Some(decoded) = decoded else {
            return self.reject(env, FgmmCause::INVALID_MANDATORY_INFORMATION);
        };
        match (&decoded.message, &self.goal) {
            (FgmmMessage::RegistrationRequest(m), Goal::Registration(_)) => {
                if m.ue_security_capability.is_some_and(|told| told != replayed) {
                    return self.reject(env, FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH);
                }
                self.follow_kind(m.registration_type);
            }
            (FgmmMessage::ServiceRequest(_), Goal::ServiceRequest(_)) => {}
            _ => return self.reject(env, FgmmCause::SEMANTICALLY_INCORRECT_MESSAGE),
        }
        self.goal = Goal::None;
        self.begin(env, &decoded.message, plain)
    }

    /// SECURITY MODE REJECT (5.4.2.5): what was in use before stays; what needed the new context ends.
    pub(in crate::network) fn security_mode_reject(
        &mut self,
        env: &mut Environment<'_>,
        cause: FgmmCause,
    ) -> Disposition {
        if self.take_pending().is_none() {
            return unexpected("SECURITY MODE REJECT");
        }
        self.abandon(env);
        self.phase(env, Phase::Rejected(cause));
        self.release(env, ReleaseCause::Unspecified);
        Disposition::Handled
    }
}
