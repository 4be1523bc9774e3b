//! 5G-GUTIs: each registration brings another, and so does a service request that answers paging (TS 33.501 6.12.3).
//!
//! ```text
//!   guti ──assign──► old_guti (the UE has it) + guti (it is told)     both name the context
//!                        │          ├── …COMPLETE ───────────────────► guti alone
//!                        │          └── T3550, T3555, connection lost ► both, until the UE uses one
//!                        └── the UE uses the old one: it is told another, after what it came for
//! ```

use super::output::Output;
use super::session::Environment;
use super::{ContextId, Session};
use quintet_identity::fgs::Guti;

impl Session {
    /// The GUTI of this UE from now on, beside the one it has until it confirms (TS 24.501 5.4.4.3, 5.5.1.2.4). `None`:
    /// there is none left.
    pub(super) fn assign_guti(&self, env: &mut Environment<'_>, id: ContextId) -> Option<Guti> {
        let guti = env.contexts.allocate_guti()?;
        let context = env.contexts.get_mut(id)?;
        // Of two unconfirmed ones, that which the UE has just used is the one it has.
        let has = context.old_guti.filter(|old| self.used(old));
        context.old_guti = Some(has.unwrap_or(context.guti));
        context.guti = guti;
        env.outputs.push(Output::Changed(id));
        Some(guti)
    }

    /// Whether the UE named itself by this GUTI on this connection.
    fn used(&self, guti: &Guti) -> bool {
        self.learnt.guti.as_ref() == Some(guti)
            || self.learnt.s_tmsi.or(self.from.s_tmsi) == Some(guti.s_tmsi())
    }

    /// The UE has confirmed its GUTI: the one before is nobody's any more (TS 24.501 5.4.4.4, 5.5.1.2.4).
    pub(super) fn confirm_guti(&mut self, env: &mut Environment<'_>) {
        let Some(context) = self.bound_context_mut(env) else {
            return;
        };
        if context.old_guti.take().is_some() {
            env.outputs.extend(self.bound.map(Output::Changed));
        }
    }

    /// Settles a reallocation that was not confirmed: a UE that uses the new GUTI has it; one that uses the old one must be
    /// told (TS 24.501 5.4.4.6 b, 5.5.1.2.8 c). `true` if so.
    pub(super) fn settle_guti(&mut self, env: &mut Environment<'_>) -> bool {
        let Some(context) = self.bound_context(env) else {
            return false;
        };
        let (guti, Some(old)) = (context.guti, context.old_guti) else {
            return false;
        };
        if self.used(&guti) && !self.used(&old) {
            self.confirm_guti(env);
            return false;
        }
        true
    }
}
