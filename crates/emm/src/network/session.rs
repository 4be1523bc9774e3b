//! One signalling connection of one UE: takes inputs, leaves outputs.
//!
//! ```text
//!  Input::Initial, Uplink ─► receive (headers, MAC, COUNT) ─► dispatch ─► the procedure's file
//!  Input::Vectors ────────────────────────────────────────────────────► authentication
//!  Input::Location, ContextSetup, Detach ─────────────────────────────► the goal's file
//!  Input::Timeout ─► timer ─► the same message again, or the procedure's last word
//!
//!  goal (attach, update, service request, detach) ─establish()─► identification ─► authentication ─► security mode
//!        ▲                                                              common procedures            │
//!        └───────────────────────────────secured()───────────────────────────────────────────────────┘
//! ```
//!
//! What is learnt from messages that nothing protects stays in `learnt` and dies with the session; a context is touched
//! only after a MAC held under it, or after SECURITY MODE COMPLETE (TS 24.301 4.4.4.3).

mod dispatch;
mod establish;
mod goal;
mod learnt;
mod receive;
mod reject;
mod send;
mod status;

pub(super) use dispatch::ServiceAsked;
pub(super) use goal::{Common, Goal};
pub(super) use learnt::{Capabilities, Learnt, NamedBy};
pub(super) use receive::{Unverified, Verification};

use super::authentication::Agreement;
use super::event::{Event, Phase};
use super::input::{At, Initial, Input};
use super::output::{Output, ReleaseCause};
use super::timer::{Running, Timer};
use super::{Context, ContextId, Contexts, Entropy, Policy};
use crate::path::{Registration as PathRegistration, State};
use crate::{Discard, Disposition};
use std::time::Duration;

/// What a session works with while it handles an input.
pub struct Environment<'e> {
    /// The operator's decisions.
    pub policy: &'e Policy,
    /// The MME's contexts.
    pub contexts: &'e mut dyn Contexts,
    /// Random octets.
    pub entropy: &'e mut dyn Entropy,
    /// Where outputs go, in order.
    pub outputs: &'e mut Vec<Output>,
    /// Now.
    pub at: At,
}

/// One S1 signalling connection of a UE, from its initial message to its release.
#[derive(Debug)]
pub struct Session {
    /// What the eNB said last of where the UE is.
    pub(super) from: Initial,
    /// The context that a MAC, or SECURITY MODE COMPLETE, proved to be this UE's.
    pub(super) bound: Option<ContextId>,
    /// The context that the UE named without a proof. Only read, for its IMSI and its KSI.
    pub(super) named: Option<ContextId>,
    /// Secure exchange of NAS messages is established (TS 24.301 4.4.2.3): everything is protected, both ways.
    pub(super) secure: bool,
    /// How the message that began the goal was protected.
    pub(super) verification: Verification,
    /// What this session was told.
    pub(super) learnt: Learnt,
    /// What the UE, or the network, wants.
    pub(super) goal: Goal,
    /// The common procedure on the way there.
    pub(super) common: Common,
    /// Vectors, and how often things were tried.
    pub(super) agreement: Agreement,
    /// The message that waits for its answer.
    pub(super) running: Option<Running>,
    /// Where the UE stands in the specification's table.
    pub(super) path: State,
    /// The uplink COUNT that KeNB is derived from: of the verified initial message, or of SECURITY MODE COMPLETE
    /// (TS 33.401 7.2.6.2, A.3).
    pub(super) kenb_count: u32,
    /// INITIAL CONTEXT SETUP was asked for on this connection, and has not failed.
    pub(super) bearers: bool,
    /// The context was taken into use, and no message under it has come since.
    pub(super) proof_due: bool,
    /// A new AKA is due as soon as nothing else is under way (TS 33.401 7.2.10).
    reauthenticate: bool,
    /// The release is under way: nothing is handled any more.
    over: bool,
}

impl Session {
    /// A session for a new connection. Its first input is [`Input::Initial`].
    #[must_use]
    pub fn new(from: Initial) -> Box<Self> {
        Box::new(Self {
            from,
            bound: None,
            named: None,
            secure: false,
            verification: Verification::Unverified(Unverified::Plain),
            learnt: Learnt::default(),
            goal: Goal::None,
            common: Common::None,
            agreement: Agreement::default(),
            running: None,
            path: State::idle(PathRegistration::Unknown),
            kenb_count: 0,
            bearers: false,
            proof_due: false,
            reauthenticate: false,
            over: false,
        })
    }

    /// When [`Input::Timeout`] is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.running.as_ref().map(|running| running.deadline)
    }

    /// The context of the UE that this connection was proven to be of.
    #[must_use]
    pub fn context(&self) -> Option<ContextId> {
        self.bound
    }

    /// Whether secure exchange of NAS messages is established (TS 24.301 4.4.2.3).
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether the release was asked for, or the connection is lost: the session can be dropped.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether nothing is under way: no procedure that the UE or the network began waits for anything.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.goal, Goal::None) && self.common.is_none()
    }

    /// Handles one input; what is to be done is appended to the outputs.
    pub fn handle(&mut self, env: &mut Environment<'_>, input: Input<'_>) -> Disposition {
        if self.over {
            return Disposition::Silent(Discard::Released);
        }
        let disposition = match input {
            Input::Initial { nas, from } => {
                self.from = from;
                let place = env.outputs.len();
                let disposition = self.receive_initial(env, nas);
                self.report_dropped(env, place, nas, disposition)
            }
            Input::Uplink { nas, tai, ecgi } => {
                (self.from.tai, self.from.ecgi) = (tai, ecgi);
                let place = env.outputs.len();
                let disposition = self.receive_uplink(env, nas);
                self.report_dropped(env, place, nas, disposition)
            }
            Input::Vectors(outcome) => self.vectors(env, outcome),
            Input::Location(outcome) => self.location(env, outcome),
            Input::ContextSetup(outcome) => self.context_setup(env, outcome),
            // The timer of a guarded message decides when it is sent again; what no timer guards is lost.
            Input::NotDelivered(_) => Disposition::Handled,
            Input::ConnectionLost => self.lost(env),
            Input::ReleaseRequested => {
                self.connection_ends(env);
                self.release(env, ReleaseCause::AsRequested);
                Disposition::Handled
            }
            Input::Detach { reattach, cause } => self.detach_by_network(env, reattach, cause),
            Input::Reauthenticate => {
                self.reauthenticate = true;
                Disposition::Handled
            }
            Input::Superseded { .. } => {
                self.connection_ends(env);
                self.release(env, ReleaseCause::NormalRelease);
                Disposition::Handled
            }
            Input::Timeout => self.timeout(env),
        };
        self.reauthenticate_if_due(env);
        disposition
    }

    /// The context that was proven to be this UE's.
    pub(super) fn bound_context<'c>(&self, env: &'c Environment<'_>) -> Option<&'c Context> {
        env.contexts.get(self.bound?)
    }

    /// The same, to change.
    pub(super) fn bound_context_mut<'c>(&self, env: &'c mut Environment<'_>) -> Option<&'c mut Context> {
        env.contexts.get_mut(self.bound?)
    }

    /// A guarded message was not answered in time.
    fn timeout(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Some(mut running) = self.running.take_if(|running| running.deadline <= env.at.now) else {
            return Disposition::Handled;
        };
        if running.again(&env.policy.timers, env.at.now) {
            self.transmit(env, &running.message, true);
            if !self.over {
                self.running = Some(running);
            }
            return Disposition::Handled;
        }
        let timer = running.timer;
        self.phase(env, Phase::GivenUp(timer));
        match timer {
            Timer::T3470 => self.exhausted_t3470(env),
            Timer::T3460 => self.exhausted_t3460(env),
            Timer::T3450 => self.exhausted_t3450(env),
            Timer::T3422 => self.exhausted_t3422(env),
            Timer::T3489 => self.exhausted_t3489(env),
        }
        Disposition::Handled
    }

    /// The connection is gone: procedures end without a word (TS 24.301 5.4.2.7 a, 5.4.3.7 a).
    fn lost(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.connection_ends(env);
        self.stop();
        Disposition::Handled
    }

    /// Asks for the release; the session is over.
    pub(super) fn release(&mut self, env: &mut Environment<'_>, cause: ReleaseCause) {
        if !self.over {
            env.outputs.push(Output::Release(cause));
        }
        self.stop();
    }

    /// Nothing is awaited and nothing is handled any more.
    fn stop(&mut self) {
        self.over = true;
        self.running = None;
        self.common = Common::None;
        self.agreement = Agreement::default();
        self.path = self.path.released();
    }

    /// Reports how far things have come, if anybody wants to know.
    pub(super) fn phase(&self, env: &mut Environment<'_>, phase: Phase) {
        let context = self.bound_context(env);
        let event = Event::Phase {
            phase,
            imsi: context.and_then(|context| context.imsi).or(self.learnt.imsi),
            guti: context.map(|context| context.guti),
        };
        env.outputs.push(Output::Event(event));
    }
}
