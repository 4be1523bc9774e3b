//! De-registration (TS 24.501 5.5.2; TS 23.502 4.2.2.3).
//!
//! ```text
//!   DEREGISTRATION REQUEST of the UE ──verified────────────► deregistered ──► ACCEPT (not if it switches off) ──► released
//!        └─ not verified ─ switch off: ignored     ─ else: authenticated first, then as above
//!   DEREGISTRATION REQUEST of the network ── T3522 ──ACCEPT, or T3522 for the last time──► deregistered ──► released
//! ```
//!
//! A UE that has a context is never deregistered by a message that nothing vouches for (4.4.4.3): one that says it switches
//! off is ignored; any other makes the AMF authenticate. A UE nobody knows has nothing to lose, and is told DEREGISTRATION
//! ACCEPT. What is deregistered keeps identity and security context, so that it can register by its GUTI, until the node
//! forgets it ([`purge`]).

use super::event::Phase;
use super::output::{Output, ReleaseCause};
use super::session::{Environment, Goal};
use super::timer::Timer;
use super::{ContextId, Contexts, FgmmState, Session};
use crate::{Discard, Disposition};
use quintet_nas::fgs::{
    DeregistrationAcceptFromNetwork, DeregistrationRequestFromNetwork, DeregistrationRequestFromUe,
    DeregistrationType, FgmmCause, FgmmMessage, RegistrationType,
};

/// A de-registration under way.
#[derive(Debug)]
pub(in crate::network) enum Deregistration {
    /// The UE's.
    ByUe {
        /// De-registration type.
        deregistration_type: DeregistrationType,
    },
    /// The network's: DEREGISTRATION REQUEST is out.
    ByNetwork {
        /// The UE is to register again.
        reregister: bool,
    },
}

/// Forgets the context of a deregistered UE, for good: what is to be done about it is in the outputs. A UE that is
/// registered stays (`false`), as does one that is not there. The UDM heard of it when the UE was deregistered
/// ([`Output::Deregistered`]).
pub fn purge(contexts: &mut dyn Contexts, id: ContextId, outputs: &mut Vec<Output>) -> bool {
    let deregistered = contexts
        .get(id)
        .is_some_and(|context| context.state == FgmmState::Deregistered);
    if deregistered {
        contexts.remove(id);
        outputs.push(Output::Removed(id));
    }
    deregistered
}

impl Session {
    /// DEREGISTRATION REQUEST of the UE (TS 24.501 5.5.2.2.1, 4.4.4.3).
    pub(super) fn begin_deregistration(
        &mut self,
        env: &mut Environment<'_>,
        request: &DeregistrationRequestFromUe<'_>,
    ) -> Disposition {
        let deregistration_type = request.deregistration_type;
        let known = self.known().and_then(|id| env.contexts.get(id));
        let authenticable = known.is_some_and(|context| context.supi.is_some());
        let unknown = known.is_none();
        self.goal = Goal::Deregistration(Box::new(Deregistration::ByUe { deregistration_type }));
        if self.is_verified() {
            // A de-registration needs no other keys than those that have just held.
            return self.deregistration_secured(env);
        }
        if deregistration_type.switch_off() || !unknown && !authenticable {
            self.goal = Goal::None;
            self.release(env, ReleaseCause::Deregister);
            return Disposition::Silent(Discard::Unprotected);
        }
        if authenticable {
            return self.establish(env);
        }
        self.goal = Goal::None;
        self.send(env, &DeregistrationAcceptFromNetwork::new().into());
        self.phase(env, Phase::Deregistered);
        self.release(env, ReleaseCause::Deregister);
        Disposition::Handled
    }

    /// The UE has proved itself: it is deregistered (TS 24.501 5.5.2.2.2).
    pub(super) fn deregistration_secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Goal::Deregistration(deregistration) = &self.goal else {
            return Disposition::Handled;
        };
        let Deregistration::ByUe { deregistration_type } = **deregistration else {
            return Disposition::Handled;
        };
        self.answered();
        self.goal = Goal::None;
        if !deregistration_type.switch_off() {
            self.send(env, &DeregistrationAcceptFromNetwork::new().into());
        }
        // From non-3GPP access only: the UE stays registered for 3GPP access, which is all there is here.
        if deregistration_type.access_type() == DeregistrationType::NON_3GPP_ACCESS {
            self.settled(env);
            return Disposition::Handled;
        }
        self.deregistered(env);
        Disposition::Handled
    }

    /// The network lets the UE go (TS 24.501 5.5.2.3.1). A registration under way ends with its own reject; a UE that
    /// nothing has vouched for is let go without a word.
    pub(super) fn deregister_by_network(
        &mut self,
        env: &mut Environment<'_>,
        reregister: bool,
        cause: Option<FgmmCause>,
    ) -> Disposition {
        let registered = self
            .bound_context(env)
            .is_some_and(|context| context.state == FgmmState::Registered);
        let accepted = match &self.goal {
            Goal::Registration(registering) => registering.is_accepted(),
            _ => true,
        };
        if !registered || !self.secure || !accepted {
            if self.goal.is_none() {
                self.release(env, ReleaseCause::Deregister);
                return Disposition::Handled;
            }
            if self.secure {
                self.deregister(env);
            }
            return self.reject(env, cause.unwrap_or(FgmmCause::IMPLICITLY_DEREGISTERED));
        }
        self.registration_confirmed(env);
        self.abandon(env);
        let deregistration_type = if reregister {
            DeregistrationType::RE_REGISTRATION_REQUIRED_3GPP_ACCESS
        } else {
            DeregistrationType::ACCESS_3GPP
        };
        let mut message = DeregistrationRequestFromNetwork::new(deregistration_type);
        // A UE that is to register again is not told why (TS 24.501 5.5.2.3.1).
        message.fgmm_cause = cause.filter(|_| !reregister);
        self.goal = Goal::Deregistration(Box::new(Deregistration::ByNetwork { reregister }));
        self.send_and_guard(env, Timer::T3522, &message.into());
        Disposition::Handled
    }

    /// DEREGISTRATION ACCEPT of the UE (TS 24.501 5.5.2.3.2). Nothing but a verified one ends the procedure, for it was
    /// begun on a secure connection.
    pub(super) fn deregistration_accept(&mut self, env: &mut Environment<'_>) -> Disposition {
        if !self.is_deregistered_by_network() {
            return self.unexpected(
                "DEREGISTRATION ACCEPT",
                "DEREGISTRATION REQUEST of the network before it",
                "TS 24.501 5.5.2.3.2",
            );
        }
        self.answered();
        self.goal = Goal::None;
        self.deregistered(env);
        Disposition::Handled
    }

    /// T3522 has expired for the last time: the UE is deregistered without its word (TS 24.501 5.5.2.3.5 a).
    pub(super) fn exhausted_t3522(&mut self, env: &mut Environment<'_>) {
        self.goal = Goal::None;
        self.deregistered(env);
    }

    /// Whether the network's DEREGISTRATION REQUEST is out.
    fn is_deregistered_by_network(&self) -> bool {
        matches!(&self.goal, Goal::Deregistration(d) if matches!(**d, Deregistration::ByNetwork { .. }))
    }

    /// What a request of the UE meets before it begins (TS 24.501 5.5.2.3.5 c to f, 5.5.1.2.8 g). While the network's
    /// de-registration is under way, the UE's own completes it and an initial registration goes on if the UE was told to
    /// register again; all else is left alone (`Some`). Anything but a registration, and an update, before REGISTRATION
    /// COMPLETE say that the UE has what REGISTRATION ACCEPT gave it.
    pub(super) fn meets(
        &mut self,
        env: &mut Environment<'_>,
        message: &FgmmMessage<'_>,
    ) -> Option<Disposition> {
        let is_update = match message {
            FgmmMessage::RegistrationRequest(m) => matches!(
                m.registration_type.registration_type(),
                RegistrationType::MOBILITY_REGISTRATION_UPDATING
                    | RegistrationType::PERIODIC_REGISTRATION_UPDATING
            ),
            _ => false,
        };
        match &self.goal {
            Goal::Registration(registering)
                // The update that was accepted, once more, is a repetition (TS 24.501 5.5.1.3.8 d).
                if registering.is_accepted()
                    && self.secure
                    && (is_update && !registering.is_update()
                        || matches!(message, FgmmMessage::ServiceRequest(_))) =>
            {
                self.registration_confirmed(env);
            }
            Goal::Deregistration(deregistration) => {
                if let Deregistration::ByNetwork { reregister } = **deregistration {
                    let ignored = match message {
                        FgmmMessage::RegistrationRequest(_) => is_update || !reregister,
                        FgmmMessage::ServiceRequest(_) | FgmmMessage::ControlPlaneServiceRequest(_) => true,
                        _ => false,
                    };
                    return ignored.then(|| {
                        self.unexpected(
                            "a request of the UE",
                            "DEREGISTRATION ACCEPT",
                            "TS 24.501 5.5.2.3.5",
                        )
                    });
                }
            }
            _ => {}
        }
        None
    }

    /// 5GMM-DEREGISTERED. Of a UE without SUPI nothing is kept: it has nothing to come back with.
    fn deregistered(&mut self, env: &mut Environment<'_>) {
        self.phase(env, Phase::Deregistered);
        let anonymous = self
            .bound_context(env)
            .is_some_and(|context| context.supi.is_none());
        self.deregister(env);
        if let Some(id) = self.bound.filter(|_| anonymous) {
            env.contexts.remove(id);
            env.outputs.push(Output::Removed(id));
            self.bound = None;
        }
        self.release(env, ReleaseCause::Deregister);
    }

    /// The UE is not registered any more; its identity and its security context stay (TS 24.501 5.1.3.3.1). Session
    /// management and the UDM hear of it.
    pub(super) fn deregister(&mut self, env: &mut Environment<'_>) {
        let Some(id) = self.bound else {
            return;
        };
        let Some(context) = env.contexts.get_mut(id) else {
            return;
        };
        let was = std::mem::replace(&mut context.state, FgmmState::Deregistered);
        let registration = context.registration.take();
        let supi = context.supi.clone();
        if was == FgmmState::Deregistered && registration.is_none() {
            return;
        }
        env.outputs.push(Output::Changed(id));
        if let Some(registration) = registration {
            self.release_sessions(env, registration.pdu_sessions);
        }
        env.outputs.extend(supi.map(|supi| Output::Deregistered { supi }));
    }

    /// The connection ends, whoever ended it: what was under way is over (TS 24.501 5.5.1.2.8 a, 5.5.2.3.5 b, 5.5.1.3.8 a,
    /// 5.4.4.6 a). Of a GUTI that was not confirmed both stay valid.
    pub(super) fn connection_ends(&mut self, env: &mut Environment<'_>) {
        if self.is_deregistered_by_network() {
            self.deregister(env);
        }
        self.abandon(env);
    }
}
