//! GUTI reallocation (TS 24.301 5.4.1; TS 33.401 5.1.1, 7.1), alone and inside ATTACH ACCEPT and TRACKING AREA UPDATE ACCEPT.
//!
//! ```text
//!   guti ──assign──► old_guti (the UE has it) + guti (it is told)     both name the context
//!                        │          ├── …COMPLETE ────────────────► guti alone
//!                        │          └── T3450, connection lost ───► both, until the UE uses one
//!                        └── the UE uses the old one: it is told the new one again, alone, after what it came for
//! ```

use super::event::Phase;
use super::output::Output;
use super::session::{Environment, Goal};
use super::timer::Timer;
use super::{ContextId, Session, tracking_areas};
use crate::Disposition;
use quintet_identity::Guti;
use quintet_nas::eps::{EpsMobileIdentity, GutiReallocationCommand};

impl Session {
    /// The GUTI of this UE from now on, beside the one it has until it confirms (TS 24.301 5.4.1.4). `None`: there is none
    /// left.
    pub(super) fn assign_guti(&self, env: &mut Environment<'_>, id: ContextId) -> Option<Guti> {
        let guti = env.contexts.allocate_guti()?;
        let context = env.contexts.get_mut(id)?;
        // Of two unconfirmed ones, that which the UE has just used is the one it has.
        let has = context.old_guti.filter(|old| self.used(old));
        context.old_guti = Some(has.unwrap_or(context.guti));
        context.guti = guti;
        Some(guti)
    }

    /// Whether the UE named itself by this GUTI on this connection.
    fn used(&self, guti: &Guti) -> bool {
        self.learnt.guti.as_ref() == Some(guti) || self.from.s_tmsi == Some(guti.s_tmsi())
    }

    /// The UE has confirmed its GUTI: the one before is nobody's any more (TS 24.301 5.4.1.4).
    pub(super) fn confirm_guti(&mut self, env: &mut Environment<'_>) {
        let Some(context) = self.bound_context_mut(env) else {
            return;
        };
        if context.old_guti.take().is_some() {
            env.outputs.extend(self.bound.map(Output::Changed));
        }
    }

    /// Settles a reallocation that was not confirmed: a UE that uses the new GUTI has it; one that uses the old one is
    /// told the new one again (TS 24.301 5.4.1.6 b, 5.5.1.2.7 c). `true` if a command went out.
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
        self.command_guti(env, guti);
        true
    }

    /// GUTI REALLOCATION COMMAND, guarded by T3450 (TS 24.301 5.4.1.2).
    fn command_guti(&mut self, env: &mut Environment<'_>, guti: Guti) {
        let mut message = GutiReallocationCommand::new(EpsMobileIdentity::Guti(guti));
        message.tai_list = Some(tracking_areas::element(env.policy, self.from.tai));
        self.goal = Goal::None;
        self.send_and_guard(env, Timer::T3450, &message.into());
    }

    /// GUTI REALLOCATION COMPLETE (TS 24.301 5.4.1.4).
    pub(super) fn guti_reallocation_complete(&mut self, env: &mut Environment<'_>) -> Disposition {
        let commanded = matches!(self.goal, Goal::None)
            && self
                .running
                .as_ref()
                .is_some_and(|running| running.timer == Timer::T3450);
        if !commanded {
            return self.unexpected(
                "GUTI REALLOCATION COMPLETE",
                "GUTI REALLOCATION COMMAND before it",
                "TS 24.301 5.4.1.4",
            );
        }
        self.answered();
        self.confirm_guti(env);
        self.settled(env);
        Disposition::Handled
    }

    /// T3450 has expired for the last time: what it guarded is over, both GUTIs stay valid (TS 24.301 5.4.1.6 b,
    /// 5.5.1.2.7 c, 5.5.3.2.7 c).
    pub(super) fn exhausted_t3450(&mut self, env: &mut Environment<'_>) {
        match self.goal {
            Goal::Attach(_) => self.attach_exhausted_t3450(env),
            Goal::TrackingAreaUpdate(_) => {
                self.phase(env, Phase::Updated);
                self.goal = Goal::None;
                self.settled(env);
            }
            _ => self.settled(env),
        }
    }
}
