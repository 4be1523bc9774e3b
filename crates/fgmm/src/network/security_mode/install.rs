//! The context in use after SECURITY MODE COMPLETE: the only place where an authentication reaches the AMF's table.

use super::{Origin, Pending};
use crate::network::output::Output;
use crate::network::session::Verification;
use crate::network::{Context, ContextId, Environment, FgmmState, SecurityContext, Session, durable};
use quintet_identity::Supi;

impl Session {
    /// Makes a pending context that of its UE; `false` if there is no room for another UE.
    pub(super) fn take_into_use(&mut self, env: &mut Environment<'_>, pending: Pending) -> bool {
        let Pending { security, origin, .. } = pending;
        let existing = match &origin {
            Origin::Agreed(supi) => env.contexts.by_supi(supi),
            Origin::Current | Origin::Derived => self.bound,
            // Nobody was authenticated, so nobody else's context may be touched.
            Origin::Local => self.bound.filter(|id| is_unauthenticated(env, *id)),
        };
        if let Some(count) = security.nas.counts().last_received {
            self.k_gnb_count = count.value();
        }
        let supi = match origin {
            Origin::Agreed(supi) => Some(supi),
            Origin::Current | Origin::Derived | Origin::Local => None,
        };
        let id = match existing {
            Some(id) => self.renew(env, id, security).then_some(id),
            None => self.insert(env, supi, security),
        };
        let Some(id) = id else {
            return false;
        };
        self.bound = Some(id);
        self.secure = true;
        self.verification = Verification::Verified;
        env.outputs.push(Output::Bound(id));
        env.outputs.push(Output::Changed(id));
        true
    }

    /// Gives a context its new keys.
    fn renew(&self, env: &mut Environment<'_>, id: ContextId, mut security: SecurityContext) -> bool {
        let told = self.capability(env);
        let Some(context) = env.contexts.get_mut(id) else {
            return false;
        };
        durable::reserve(&mut security);
        context.security = Some(security);
        context.tai = self.from.tai;
        context.imeisv = self.learnt.imeisv.or(context.imeisv);
        context.ue_security_capability = told.or(context.ue_security_capability);
        true
    }

    /// A UE that this AMF did not know. Its GUTI is told to it by what follows.
    fn insert(
        &self,
        env: &mut Environment<'_>,
        supi: Option<Supi>,
        mut security: SecurityContext,
    ) -> Option<ContextId> {
        durable::reserve(&mut security);
        let ue_security_capability = self.capability(env);
        let guti = env.contexts.allocate_guti()?;
        env.contexts.insert(Context {
            imei: if supi.is_none() { self.learnt.imei } else { None },
            supi,
            imeisv: self.learnt.imeisv,
            guti,
            old_guti: None,
            tai: self.from.tai,
            ue_security_capability,
            fgmm_capability: Box::default(),
            security: Some(security),
            state: FgmmState::Deregistered,
            registration: None,
        })
    }
}

/// Whether a context is that of an emergency without authentication.
fn is_unauthenticated(env: &Environment<'_>, id: ContextId) -> bool {
    env.contexts.get(id).is_some_and(|context| context.supi.is_none())
}
