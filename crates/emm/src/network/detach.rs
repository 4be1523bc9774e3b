//! Detach (TS 24.301 5.5.2; TS 23.401 5.3.8).
//!
//! ```text
//!   DETACH REQUEST of the UE ──verified──────────────► deregistered ──► DETACH ACCEPT (not if it switches off) ──► released
//!        └─ not verified ─ switch off: ignored     ─ else: authenticated first, then as above
//!   DETACH REQUEST of the network ── T3422 ──DETACH ACCEPT, or T3422 for the last time──► deregistered ──► released
//! ```
//!
//! A UE that has a context is never detached by a message that nothing vouches for (4.4.4.3): one that says it switches off
//! is ignored; any other makes the MME authenticate. A UE nobody knows has nothing to lose, and is told DETACH ACCEPT. What
//! is detached keeps identity and security context, so that it can attach by its GUTI, until the node forgets it ([`purge`]).

use super::event::Phase;
use super::output::{Output, ReleaseCause};
use super::session::{Environment, Goal};
use super::timer::Timer;
use super::{ContextId, Contexts, EmmState, Session};
use crate::{Discard, Disposition};
use quintet_nas::eps::{
    DetachAccept, DetachRequestFromNetwork, DetachRequestFromUe, DetachType, EmmCause, EmmMessage,
};

/// A detach under way.
#[derive(Debug)]
pub(in crate::network) enum Detach {
    /// The UE's.
    ByUe {
        /// Detach type.
        detach_type: DetachType,
    },
    /// The network's: DETACH REQUEST is out.
    ByNetwork {
        /// The UE is to attach again.
        reattach: bool,
    },
}

/// Forgets the context of a detached UE, for good: what is to be done about it is in the outputs. A UE that is registered
/// stays (`false`), as does one that is not there.
///
/// `Purge` follows if the HSS may still think that the UE is here (TS 29.272 5.2.1.3).
pub fn purge(contexts: &mut dyn Contexts, id: ContextId, outputs: &mut Vec<Output>) -> bool {
    let Some(context) = contexts
        .get(id)
        .filter(|context| context.state == EmmState::Deregistered)
    else {
        return false;
    };
    let imsi = context.imsi;
    contexts.remove(id);
    outputs.push(Output::Removed(id));
    outputs.extend(imsi.map(Output::Purge));
    true
}

impl Session {
    /// DETACH REQUEST of the UE (TS 24.301 5.5.2.2.1, 4.4.4.3).
    pub(super) fn begin_detach(
        &mut self,
        env: &mut Environment<'_>,
        request: &DetachRequestFromUe<'_>,
    ) -> Disposition {
        let detach_type = request.detach_type;
        let known = self.known().and_then(|id| env.contexts.get(id));
        let authenticable = known.is_some_and(|context| context.imsi.is_some());
        self.goal = Goal::Detach(Box::new(Detach::ByUe { detach_type }));
        if self.is_verified() {
            // A detach needs no other keys than those that have just held.
            return self.detach_secured(env);
        }
        if detach_type.switch_off() || known.is_some() && !authenticable {
            self.goal = Goal::None;
            self.release(env, ReleaseCause::Detach);
            return Disposition::Silent(Discard::Unprotected);
        }
        if authenticable {
            return self.establish(env);
        }
        self.goal = Goal::None;
        self.send(env, &DetachAccept::new().into());
        self.phase(env, Phase::Detached);
        self.release(env, ReleaseCause::Detach);
        Disposition::Handled
    }

    /// The UE has proved itself: it is detached (TS 24.301 5.5.2.2.2).
    pub(super) fn detach_secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Goal::Detach(detach) = &self.goal else {
            return Disposition::Handled;
        };
        let Detach::ByUe { detach_type } = **detach else {
            return Disposition::Handled;
        };
        self.answered();
        self.goal = Goal::None;
        if !detach_type.switch_off() {
            self.send(env, &DetachAccept::new().into());
        }
        // From non-EPS services only: the UE stays attached for EPS services (TS 24.301 5.5.2.2.4).
        if detach_type.detach_type() == DetachType::IMSI_DETACH {
            self.settled(env);
            return Disposition::Handled;
        }
        self.detached(env);
        Disposition::Handled
    }

    /// The network lets the UE go (TS 24.301 5.5.2.3.1). An attach under way ends with its own reject; a UE that nothing
    /// has vouched for is let go without a word.
    pub(super) fn detach_by_network(
        &mut self,
        env: &mut Environment<'_>,
        reattach: bool,
        cause: Option<EmmCause>,
    ) -> Disposition {
        let registered = self
            .bound_context(env)
            .is_some_and(|context| context.state == EmmState::Registered);
        if !registered || !self.secure {
            return match &self.goal {
                // After ATTACH ACCEPT there is nothing left to refuse: the UE learns it by its next message (#10).
                Goal::Attach(attach) if attach.is_accepted() => {
                    self.abandon();
                    self.release(env, ReleaseCause::Detach);
                    Disposition::Handled
                }
                Goal::None => {
                    self.release(env, ReleaseCause::Detach);
                    Disposition::Handled
                }
                _ => self.reject(env, cause.unwrap_or(EmmCause::IMPLICITLY_DETACHED)),
            };
        }
        self.abandon();
        let detach_type = if reattach {
            DetachType::RE_ATTACH_REQUIRED
        } else {
            DetachType::RE_ATTACH_NOT_REQUIRED
        };
        let mut message = DetachRequestFromNetwork::new(detach_type);
        // A UE that is to attach again is not told why (TS 24.301 5.5.2.3.1).
        message.emm_cause = cause.filter(|_| !reattach);
        self.goal = Goal::Detach(Box::new(Detach::ByNetwork { reattach }));
        self.send_and_guard(env, Timer::T3422, &message.into());
        Disposition::Handled
    }

    /// DETACH ACCEPT of the UE (TS 24.301 5.5.2.3.2). Nothing but a verified one ends the procedure, for it was begun on a
    /// secure connection.
    pub(super) fn detach_accept(&mut self, env: &mut Environment<'_>) -> Disposition {
        if !self.is_detached_by_network() {
            return self.unexpected(
                "DETACH ACCEPT",
                "DETACH REQUEST of the network before it",
                "TS 24.301 5.5.2.3.2",
            );
        }
        self.answered();
        self.goal = Goal::None;
        self.detached(env);
        Disposition::Handled
    }

    /// T3422 has expired for the last time: the UE is detached without its word (TS 24.301 5.5.2.3.5 a).
    pub(super) fn exhausted_t3422(&mut self, env: &mut Environment<'_>) {
        self.goal = Goal::None;
        self.detached(env);
    }

    /// Whether the network's DETACH REQUEST is out.
    pub(super) fn is_detached_by_network(&self) -> bool {
        matches!(&self.goal, Goal::Detach(detach) if matches!(**detach, Detach::ByNetwork { .. }))
    }

    /// What a request of the UE meets before it begins (TS 24.301 5.5.2.3.5 c to f, 5.5.1.2.7 g). While the network's
    /// detach is under way, the UE's own completes it and an attach goes on if the UE was told to attach again; all else is
    /// left alone (`Some`). An update before ATTACH COMPLETE says that the UE has what ATTACH ACCEPT gave it.
    pub(super) fn meets(
        &mut self,
        env: &mut Environment<'_>,
        message: &EmmMessage<'_>,
    ) -> Option<Disposition> {
        let is_update = matches!(message, EmmMessage::TrackingAreaUpdateRequest(_));
        match &self.goal {
            Goal::Attach(_) if is_update && self.secure => self.attach_confirmed(env),
            Goal::Detach(detach) => {
                if let Detach::ByNetwork { reattach } = **detach {
                    let ignored = match message {
                        EmmMessage::AttachRequest(_) => !reattach,
                        EmmMessage::ExtendedServiceRequest(_) | EmmMessage::ControlPlaneServiceRequest(_) => {
                            true
                        }
                        _ => is_update,
                    };
                    return ignored.then(|| {
                        self.unexpected("a request of the UE", "DETACH ACCEPT", "TS 24.301 5.5.2.3.5")
                    });
                }
            }
            _ => {}
        }
        None
    }

    /// EMM-DEREGISTERED. Of a UE without IMSI nothing is kept: it has nothing to come back with.
    fn detached(&mut self, env: &mut Environment<'_>) {
        self.phase(env, Phase::Detached);
        let anonymous = self
            .bound_context(env)
            .is_some_and(|context| context.imsi.is_none());
        match self.bound {
            Some(id) if anonymous => {
                env.contexts.remove(id);
                env.outputs.push(Output::Removed(id));
                self.bound = None;
            }
            _ => self.deregister(env),
        }
        self.release(env, ReleaseCause::Detach);
    }

    /// The connection ends, whoever ended it: what was under way is over (TS 24.301 5.5.1.2.7 a, 5.5.2.3.5 b, 5.5.3.2.7 a,
    /// 5.4.1.6 a). Of a GUTI that was not confirmed both stay valid.
    pub(super) fn connection_ends(&mut self, env: &mut Environment<'_>) {
        if self.is_detached_by_network() {
            self.deregister(env);
        }
        self.abandon();
    }
}
