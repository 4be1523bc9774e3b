//! The context in use after SECURITY MODE COMPLETE: the only place where an authentication reaches the MME's table.

use super::{Origin, Pending};
use crate::network::output::Output;
use crate::network::session::Verification;
use crate::network::{Context, ContextId, EmmState, Environment, SecurityContext, Session, durable};
use quintet_identity::Imsi;

impl Session {
    /// Makes a pending context that of its UE; `false` if there is no room for another UE.
    pub(super) fn take_into_use(&mut self, env: &mut Environment<'_>, pending: Pending) -> bool {
        let Pending { security, origin, .. } = pending;
        let existing = match origin {
            Origin::Agreed(imsi) => env.contexts.by_imsi(imsi),
            Origin::Current => self.bound,
            // Nobody was authenticated, so nobody else's context may be touched.
            Origin::Local => self.bound.filter(|id| is_unauthenticated(env, *id)),
        };
        if let Some(count) = security.nas.counts().last_received {
            self.kenb_count = count.value();
        }
        let imsi = match origin {
            Origin::Agreed(imsi) => Some(imsi),
            Origin::Current | Origin::Local => None,
        };
        let id = match existing {
            Some(id) => self.renew(env, id, security).then_some(id),
            None => self.insert(env, imsi, security),
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
        let told = self.capabilities(env);
        let Some(context) = env.contexts.get_mut(id) else {
            return false;
        };
        durable::reserve(&mut security);
        context.security = Some(security);
        context.tai = self.from.tai;
        context.imeisv = self.learnt.imeisv.or(context.imeisv);
        if !told.ue_network_capability.is_empty() {
            context.ue_network_capability = told.ue_network_capability;
            context.ms_network_capability = told.ms_network_capability;
            context.ue_additional_security_capability = told.ue_additional_security_capability;
        }
        true
    }

    /// A UE that this MME did not know. Its GUTI is told to it by what follows.
    fn insert(
        &self,
        env: &mut Environment<'_>,
        imsi: Option<Imsi>,
        mut security: SecurityContext,
    ) -> Option<ContextId> {
        durable::reserve(&mut security);
        let told = self.capabilities(env);
        let guti = env.contexts.allocate_guti()?;
        env.contexts.insert(Context {
            imsi,
            imei: if imsi.is_none() { self.learnt.imei } else { None },
            imeisv: self.learnt.imeisv,
            guti,
            old_guti: None,
            tai: self.from.tai,
            ue_network_capability: told.ue_network_capability,
            ms_network_capability: told.ms_network_capability,
            ue_additional_security_capability: told.ue_additional_security_capability,
            security: Some(security),
            state: EmmState::Deregistered,
            registration: None,
        })
    }
}

/// Whether a context is that of an emergency without authentication.
fn is_unauthenticated(env: &Environment<'_>, id: ContextId) -> bool {
    env.contexts.get(id).is_some_and(|context| context.imsi.is_none())
}
