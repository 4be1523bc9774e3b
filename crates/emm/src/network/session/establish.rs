//! From a request to a UE that is known and a connection that is secure: what of the common procedures is needed, in
//! their order (TS 33.401 7.2.5, 7.2.7, 15.2.1).
//!
//! ```text
//!  verified, and the context will do ─────────────────────────────────────────────► secured
//!                     └ other algorithms now preferred ────────► security mode ────► secured
//!  IMSI unknown ─► identification ─┐
//!  IMSI known ─────────────────────┴─► vectors ─► authentication ─► security mode ─► secured
//!  emergency that cannot be authenticated, and may be served ────► security mode (EIA0) ─► secured
//! ```

use super::{Common, Environment, Goal, Session};
use crate::Disposition;
use crate::network::event::Phase;
use crate::network::identification::Purpose;
use crate::network::{SecurityContext, security_mode};
use quintet_identity::Imsi;
use quintet_nas::eps::{EmmCause, IdentityType2};

impl Session {
    /// Makes sure who the UE is and that the connection is secure, then continues the goal with [`Self::secured`].
    pub(in crate::network) fn establish(&mut self, env: &mut Environment<'_>) -> Disposition {
        if !self.is_verified() || self.new_agreement_due(env) {
            return self.agree(env);
        }
        if let Some(disposition) = self.reselect(env) {
            return disposition;
        }
        self.phase(env, Phase::ContextReused);
        self.secured(env)
    }

    /// Identity and security stand: the goal goes on.
    pub(in crate::network) fn secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        match self.goal {
            Goal::Attach(_) => self.attach_secured(env),
            Goal::TrackingAreaUpdate(_) => self.tau_secured(env),
            Goal::ServiceRequest(_) => self.service_secured(env),
            Goal::Detach(_) => self.detach_secured(env),
            Goal::None => Disposition::Handled,
        }
    }

    /// A new key agreement, from wherever identity stands.
    pub(in crate::network) fn agree(&mut self, env: &mut Environment<'_>) -> Disposition {
        match self.imsi(env) {
            Some(imsi) => self.authenticate(env, imsi),
            None if self.learnt.emergency && self.learnt.imei.is_some() => {
                if env.policy.unauthenticated_emergency {
                    self.begin_null_security(env)
                } else {
                    self.reject(env, EmmCause::IMEI_NOT_ACCEPTED)
                }
            }
            None => self.identify(env, IdentityType2::IMSI, Purpose::Establish),
        }
    }

    /// A UE that could not be authenticated: served all the same in an emergency, if the operator allows
    /// (TS 33.401 15.2.2, TS 24.301 5.4.2.5). `None` otherwise.
    pub(in crate::network) fn serve_unauthenticated(
        &mut self,
        env: &mut Environment<'_>,
    ) -> Option<Disposition> {
        let allowed = self.learnt.emergency && env.policy.unauthenticated_emergency;
        allowed.then(|| self.begin_null_security(env))
    }

    /// The IMSI to authenticate: proven, told, or of the context that was named.
    fn imsi(&self, env: &Environment<'_>) -> Option<Imsi> {
        let proven = self.bound_context(env).and_then(|context| context.imsi);
        proven.or(self.learnt.imsi)
    }

    /// Whether a context that would do is to be replaced (TS 33.401 6.4; TS 24.301 4.4.3.5, 5.4.2.1).
    fn new_agreement_due(&self, env: &Environment<'_>) -> bool {
        let Some(security) = self
            .bound_context(env)
            .and_then(|context| context.security.as_ref())
        else {
            return true;
        };
        let policy = &env.policy.reauthentication;
        let null = security_mode::is_null(security);
        security.stale
            || security.nas.is_near_end()
            || null && !(self.learnt.emergency || self.bound_is_emergency(env))
            || !null && policy.every.is_some_and(|every| security.uses >= every)
            || !null && policy.after.is_some_and(|after| age(security, env) >= after)
    }

    fn bound_is_emergency(&self, env: &Environment<'_>) -> bool {
        let registration = self
            .bound_context(env)
            .and_then(|context| context.registration.as_ref());
        registration.is_some_and(|registration| registration.emergency)
    }

    /// A new AKA between procedures: asked for from outside, or because a COUNT is near its end. It waits until nothing
    /// else is under way.
    pub(super) fn reauthenticate_if_due(&mut self, env: &mut Environment<'_>) {
        if self.over
            || !self.secure
            || self.agreement.unavailable
            || !self.common.is_none()
            || !self.goal.is_none()
            || self.running.is_some()
        {
            return;
        }
        let Some(context) = self.bound_context(env) else {
            return;
        };
        let near_end = context.security.as_ref().is_some_and(|s| s.nas.is_near_end());
        let Some(imsi) = context.imsi.filter(|_| near_end || self.reauthenticate) else {
            return;
        };
        self.reauthenticate = false;
        let _ = self.authenticate(env, imsi);
    }

    /// The first message under a context that was just taken into use.
    pub(super) fn first_protected(&mut self, env: &mut Environment<'_>) {
        if self.proof_due && !matches!(self.common, Common::SecurityMode(_)) {
            self.proof_due = false;
            self.phase(env, Phase::FirstProtected);
        }
    }
}

/// How long ago the AKA of a context was. A wall clock that went back makes it zero.
fn age(security: &SecurityContext, env: &Environment<'_>) -> std::time::Duration {
    env.at.wall.saturating_sub(security.authenticated_at)
}
