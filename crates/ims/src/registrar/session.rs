//! One private identity: takes inputs, leaves outputs.
//!
//! ```text
//!  Input::Register ─► admit ─┬─ answers the challenge that is out ─► check ─┬─ right ─► accept ─► SAR ─► 200
//!                            │                                             ├─ wrong, empty ─► SAR (if not registered) ─► 403
//!                            │                                             └─ AUTS ─► MAR ─► 401, so often
//!                            ├─ protected, registered, policy trusts it ──────────────► accept
//!                            └─ otherwise ─► a vector at hand, or MAR ─► 401, reg-await-auth
//!  Input::Timeout ─► reg-await-auth: SAR AUTHENTICATION_TIMEOUT (if not registered) │ a contact expired ─► SAR TIMEOUT_…
//!  Input::Terminate, Profile, Deregister ─► the sets concerned
//! ```
//!
//! One thing at a time waits for the HSS; REGISTERs that come meanwhile wait behind it, so many.

use super::accept::Change;
use super::binding::Binding;
use super::challenge::{DigestContext, Outstanding};
use super::event::{ContactEvent, Event, Phase, SetChange};
use super::input::{At, CxFailure, Input, Register, RegisterId};
use super::output::{CxRequest, Output, Refusal, RefusalCause, Reply};
use super::policy::{MAX_WAITING, Policy};
use super::set::{RegistrationSet, SetId};
use super::vector::Vector;
use quintet_identity::{Impi, Impu};
use std::collections::VecDeque;
use std::time::Duration;

/// Random octets.
pub trait Entropy {
    /// Fills a buffer with octets that nobody can guess.
    fn fill(&mut self, to: &mut [u8]);
}

/// What a session works with while it handles an input.
pub struct Environment<'e> {
    /// The operator's decisions.
    pub policy: &'e Policy,
    /// Random octets.
    pub entropy: &'e mut dyn Entropy,
    /// Where outputs go, in order.
    pub outputs: &'e mut Vec<Output>,
    /// Now.
    pub at: At,
}

impl Environment<'_> {
    pub(super) fn reply(&mut self, to: RegisterId, reply: Reply) {
        self.outputs.push(Output::Reply { to, reply });
    }

    pub(super) fn refuse(&mut self, to: RegisterId, status: u16, cause: RefusalCause) {
        self.reply(to, Reply::Refused(Refusal::new(status, cause)));
    }

    pub(super) fn cx(&mut self, request: CxRequest) {
        self.outputs.push(Output::Cx(Box::new(request)));
    }

    pub(super) fn phase(&mut self, phase: Phase) {
        self.outputs.push(Output::Event(Event::Phase(phase)));
    }
}

/// What waits for the HSS.
#[derive(Debug)]
pub(super) enum Work {
    /// MAR, for this REGISTER's challenge.
    Vectors { register: Box<Register>, stale: bool },
    /// SAR REGISTRATION or RE_REGISTRATION for it.
    Assigning {
        register: Box<Register>,
        change: Box<Change>,
        /// Whether the HSS was asked as for a registered user.
        again: bool,
    },
    /// SAR that ends a set; `reply` if a REGISTER asked for it.
    Ending {
        set: Option<SetId>,
        reply: Option<(RegisterId, Reply)>,
        gone: Vec<(Binding, ContactEvent)>,
    },
    /// SAR AUTHENTICATION_FAILURE, then this refusal.
    Failing { register: RegisterId, refusal: Refusal },
    /// SAR AUTHENTICATION_TIMEOUT.
    Unanswered,
}

/// The registrations of one private identity.
#[derive(Debug)]
pub struct Session {
    pub(super) impi: Impi,
    /// Vectors, the next first.
    pub(super) vectors: VecDeque<Vector>,
    /// The challenge that is out.
    pub(super) outstanding: Option<Box<Outstanding>>,
    /// SIP Digest: what the HSS gave, and the nonce in use.
    pub(super) digest: Option<Box<DigestContext>>,
    /// The public identity for which the HSS knows that an authentication is pending (TS 33.203 6.1.1).
    pub(super) pending: Option<Impu>,
    /// Synchronisation failures since a challenge was answered otherwise.
    pub(super) resynchronisations: u8,
    /// Answers to challenges that were not out, since one that was.
    pub(super) stale: u8,
    /// When the user was authenticated last.
    pub(super) authenticated: Option<Duration>,
    pub(super) work: Option<Work>,
    pub(super) waiting: VecDeque<Box<Register>>,
    pub(super) sets: Vec<RegistrationSet>,
    pub(super) next_set: u32,
}

impl Session {
    /// A session of a private identity that has no registration.
    #[must_use]
    pub fn new(impi: Impi) -> Self {
        Self {
            impi,
            vectors: VecDeque::new(),
            outstanding: None,
            digest: None,
            pending: None,
            resynchronisations: 0,
            stale: 0,
            authenticated: None,
            work: None,
            waiting: VecDeque::new(),
            sets: Vec::new(),
            next_set: 0,
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn impi(&self) -> &Impi {
        &self.impi
    }

    /// Its registrations.
    #[must_use]
    pub fn sets(&self) -> &[RegistrationSet] {
        &self.sets
    }

    /// The registration that a public identity is of.
    #[must_use]
    pub fn set_of(&self, impu: &Impu) -> Option<&RegistrationSet> {
        self.sets.iter().find(|set| set.has(impu))
    }

    /// Whether a public identity is registered: a contact is bound to it.
    #[must_use]
    pub fn is_registered(&self, impu: &Impu) -> bool {
        self.set_of(impu).is_some_and(RegistrationSet::is_registered)
    }

    /// The public identity that is being authenticated for: a challenge is out, or the HSS is asked.
    #[must_use]
    pub fn authenticating(&self) -> Option<&Impu> {
        match (&self.outstanding, &self.work) {
            (Some(challenge), _) => Some(&challenge.impu),
            (None, Some(Work::Vectors { register, .. } | Work::Assigning { register, .. })) => {
                Some(&register.impu)
            }
            _ => None,
        }
    }

    /// Whether a challenge is out.
    #[must_use]
    pub fn is_challenged(&self) -> bool {
        self.outstanding.is_some()
    }

    /// Whether a request to the HSS is under way.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.work.is_some()
    }

    /// Whether that request is MAR.
    #[must_use]
    pub fn waits_for_vectors(&self) -> bool {
        matches!(self.work, Some(Work::Vectors { .. }))
    }

    /// Whether nothing of it is left to keep: the session can be dropped.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.sets.is_empty() && self.outstanding.is_none() && self.work.is_none()
    }

    /// When [`Input::Timeout`] is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        if self.work.is_some() {
            // What is due comes after the answer.
            return None;
        }
        let challenge = self.outstanding.as_ref().map(|challenge| challenge.deadline);
        let sets = self.sets.iter().filter_map(RegistrationSet::next_expiry);
        challenge.into_iter().chain(sets).min()
    }

    /// Handles one input; what is to be done is appended to the outputs.
    pub fn handle(&mut self, env: &mut Environment<'_>, input: Input<'_>) {
        match input {
            Input::Register(register) if self.work.is_some() => self.wait(env, register),
            Input::Register(register) => self.admit(env, register),
            Input::Vectors(outcome) => match self.work.take() {
                Some(Work::Vectors { register, stale }) => self.vectors_came(env, register, stale, outcome),
                other => self.work = other,
            },
            Input::Assigned(outcome) => self.assigned(env, outcome),
            Input::Terminate { impus, reason } => self.terminated(env, impus, reason),
            Input::Profile(profile) => self.profile(env, profile),
            Input::CredentialsChanged => {
                self.digest = None;
                self.outstanding.take_if(|challenge| challenge.vector.is_none());
            }
            Input::Reauthenticate { impus, expires } => self.shorten(env, impus, expires),
            Input::Deregister { impus, reason } => self.deregister_by_network(env, impus, reason),
            Input::Timeout => {}
        }
        self.proceed(env);
    }

    /// A REGISTER comes while the HSS is asked.
    fn wait(&mut self, env: &mut Environment<'_>, register: Box<Register>) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(register);
            return;
        }
        let refusal = Refusal {
            retry_after: Some(env.policy.retry_after),
            ..Refusal::new(500, RefusalCause::Overload)
        };
        env.reply(register.id, Reply::Refused(refusal));
    }

    /// What is due, and what has waited.
    fn proceed(&mut self, env: &mut Environment<'_>) {
        while self.work.is_none() {
            self.due(env);
            if self.work.is_some() {
                return;
            }
            let Some(register) = self.waiting.pop_front() else {
                return;
            };
            self.admit(env, register);
        }
    }

    /// SAA, or none.
    fn assigned(&mut self, env: &mut Environment<'_>, outcome: Result<super::Assigned, CxFailure>) {
        match self.work.take() {
            Some(Work::Assigning {
                register,
                change,
                again,
            }) => self.assignment_came(env, register, change, again, outcome),
            Some(Work::Ending { set, reply, gone }) => {
                // Whatever the HSS said, nobody is registered here any more: it finds out at the next UAR.
                if let Err(failure) = outcome {
                    env.phase(Phase::Failed(failure));
                }
                let by = reply.as_ref().map(|(id, _)| *id);
                self.end(env, set, gone, (SetChange::Deregistered, by));
                if let Some((to, reply)) = reply {
                    env.reply(to, reply);
                }
            }
            Some(Work::Failing { register, refusal }) => {
                if let Err(failure) = outcome {
                    env.phase(Phase::Failed(failure));
                }
                env.reply(register, Reply::Refused(refusal));
            }
            Some(Work::Unanswered) => {
                if let Err(failure) = outcome {
                    env.phase(Phase::Failed(failure));
                }
            }
            other => self.work = other,
        }
    }

    /// A set is over: its record goes, and whoever wants to know is told.
    pub(super) fn end(
        &mut self,
        env: &mut Environment<'_>,
        set: Option<SetId>,
        gone: Vec<(Binding, ContactEvent)>,
        (change, by): (SetChange, Option<RegisterId>),
    ) {
        let at = set.and_then(|id| self.sets.iter().position(|set| set.id == id));
        let Some(at) = at else {
            return;
        };
        let set = self.sets.remove(at);
        if self.sets.is_empty() {
            // The next registration begins as the first one did (TS 33.203 6.1.1).
            self.vectors.clear();
            self.digest = None;
            self.authenticated = None;
            self.pending = None;
        }
        env.outputs.push(Output::Changed);
        env.outputs.push(Output::Event(Event::Set {
            id: set.id,
            impus: set.impus(),
            profile: set.profile,
            change,
            contacts: gone,
            by,
        }));
    }
}
