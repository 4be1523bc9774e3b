//! From a request to a UE that is known and a connection that is secure: what of the common procedures is needed, in
//! their order (TS 33.501 6.8.1.1.2, 10.2.1).
//!
//! ```text
//!  verified, and the context will do ─────────────────────────────────────────────► secured
//!                     └ other algorithms, or another KAMF, due ─► security mode ────► secured
//!  SUPI and SUCI unknown ─► identification ─┐
//!  either known ────────────────────────────┴─► AUSF ─► authentication ─► security mode ─► secured
//!  emergency that cannot be authenticated, and may be served ─► security mode (NIA0) ─► secured
//! ```

use super::{Environment, Goal, Session};
use crate::Disposition;
use crate::network::event::Phase;
use crate::network::identification::Purpose;
use crate::network::output::Subject;
use crate::network::{SecurityContext, security_mode};
use quintet_nas::fgs::FgmmCause;

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
            Goal::Registration(_) => self.registration_secured(env),
            Goal::ServiceRequest(_) => self.service_secured(env),
            Goal::Deregistration(_) => self.deregistration_secured(env),
            Goal::None => Disposition::Handled,
        }
    }

    /// A new key agreement, from wherever identity stands.
    pub(in crate::network) fn agree(&mut self, env: &mut Environment<'_>) -> Disposition {
        match self.subject(env) {
            Some(subject) => self.authenticate(env, subject),
            None if self.learnt.emergency && self.learnt.by_pei() => {
                if env.policy.unauthenticated_emergency {
                    self.begin_null_security(env)
                } else {
                    self.reject(env, FgmmCause::PEI_NOT_ACCEPTED)
                }
            }
            None => self.identify(env, Purpose::Establish),
        }
    }

    /// A UE that could not be authenticated: served all the same in an emergency, if the operator allows
    /// (TS 33.501 10.2.2, TS 24.501 5.4.1.3.5). `None` otherwise.
    pub(in crate::network) fn serve_unauthenticated(
        &mut self,
        env: &mut Environment<'_>,
    ) -> Option<Disposition> {
        let allowed = self.learnt.emergency && env.policy.unauthenticated_emergency;
        allowed.then(|| self.begin_null_security(env))
    }

    /// Whom to authenticate: proven, told, or of the context that was named.
    fn subject(&self, env: &Environment<'_>) -> Option<Subject> {
        let proven = self.bound_context(env).and_then(|context| context.supi.clone());
        proven.map(Subject::Supi).or_else(|| self.learnt.subject.clone())
    }

    /// Whether a context that would do is to be replaced (TS 33.501 6.4.2, 6.4.5; TS 24.501 4.4.3.5, 5.4.1.3.1).
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
            || null && !self.is_about_an_emergency(env)
            || !null && policy.every.is_some_and(|every| security.uses >= every)
            || !null && policy.after.is_some_and(|after| age(security, env) >= after)
    }

    /// Whether what is asked for is emergency services: by itself, or because the UE is registered for nothing else.
    fn is_about_an_emergency(&self, env: &Environment<'_>) -> bool {
        let registered = || {
            let registration = self.bound_context(env)?.registration.as_ref()?;
            Some(registration.emergency)
        };
        match &self.goal {
            Goal::Registration(registering) if !registering.is_update() => self.learnt.emergency,
            _ => registered().unwrap_or(false),
        }
    }

    /// Whether another procedure of the network may begin: the connection is secure and nothing else is under way.
    pub(in crate::network) fn is_at_rest(&self) -> bool {
        !self.over && self.secure && self.common.is_none() && self.goal.is_none() && self.running.is_none()
    }

    /// A new authentication between procedures: asked for from outside, or because a COUNT is near its end. It waits until
    /// nothing else is under way.
    pub(super) fn reauthenticate_if_due(&mut self, env: &mut Environment<'_>) {
        if !self.is_at_rest() || self.agreement.unavailable {
            return;
        }
        let Some(context) = self.bound_context(env) else {
            return;
        };
        let near_end = context.security.as_ref().is_some_and(|s| s.nas.is_near_end());
        let Some(supi) = context.supi.clone().filter(|_| near_end || self.reauthenticate) else {
            return;
        };
        self.reauthenticate = false;
        let _ = self.authenticate(env, Subject::Supi(supi));
    }

    /// The first message under a context that was just taken into use.
    pub(super) fn first_protected(&mut self, env: &mut Environment<'_>) {
        if self.proof_due && !matches!(self.common, super::Common::SecurityMode(_)) {
            self.proof_due = false;
            self.phase(env, Phase::FirstProtected);
        }
    }
}

/// How long ago the authentication of a context was. A wall clock that went back makes it zero.
fn age(security: &SecurityContext, env: &Environment<'_>) -> std::time::Duration {
    env.at.wall.saturating_sub(security.authenticated_at)
}
