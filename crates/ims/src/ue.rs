//! The UE's side: what a UE decides between its card, its user and the network (TS 24.229 5.1.1, TS 33.203 6.1, 7).
//!
//! ```text
//!  user: Start ──────────────┐                          ┌──► Output::Register, Subscribe   (a request, in a transaction)
//!  network: Answered,        │   Ue::handle             ├──► Output::Challenge             (to the card)
//!     Unanswered, Notified ──┼─► Attempt, Registration, ├──► Output::Sa                    (to whoever holds associations)
//!  card: Challenged ─────────┤   sets of associations   └──► Output::Event                 (what became of it)
//!  clock: Timeout ───────────┘
//!
//!  Attempt:  REGISTER ──401──► card ─┬─ RES: temporary set, REGISTER over it ──200──► registered, the set is current
//!              ▲                     ├─ AUTS │ empty: REGISTER as before ──401──► card (twice at most) │ 4xx ──► failed
//!              └──423 (Expires)──────┴─ cannot be accepted ──► abandoned ──► again after a while (RFC 5626 4.5)
//! ```
//!
//! SIP's text, its transactions and where names lead is the node's; the card's answer is an input. Octets of SPIs, Call-IDs
//! and cnonces come from the caller's entropy.
//!
//! Left out: registration of several IMPUs that no implicit registration set joins, several flows (RFC 5626 beyond its
//! recovery times), GRUU, TLS as mechanism, and the choice of another P-CSCF: there is one.

mod answer;
mod attempt;
mod back_off;
mod challenge;
mod complete;
mod configuration;
mod digest;
mod expiry;
mod identity;
mod input;
mod notice;
mod output;
mod reply;
mod request;
mod security;
mod start;
mod timer;

pub use configuration::{
    Configuration, DEFAULT_EXPIRES_S, MAX_CHALLENGES, MAX_EXPIRES_CORRECTIONS, MAX_INVALID_CHALLENGES,
    MAX_RETRY_AFTER, Password, Security, TimerValues,
};
pub use identity::Identity;
pub use input::{Binding, Input, Start, Unanswered};
pub use output::{Authorization, Departure, Event, Failure, Output, Procedure, Qop, Register, Way};
pub use quintet_subscriber::auc::Entropy;
pub use quintet_subscriber::usim::Answer;
pub use reply::{Challenge, Reply};
pub use security::SET_NAMES;
pub use timer::Timer;

use crate::agreement::{Associations, Which};
use attempt::Attempt;
use complete::Registration;
use digest::Credential;
use request::Numbering;
use security::{Protection, bare};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use timer::Timers;

/// A UE's side of IMS registration.
#[derive(Debug)]
pub struct Ue {
    configuration: Arc<Configuration>,
    identity: Identity,
    address: IpAddr,
    /// Whether it shall be registered.
    wanted: bool,
    /// What it asks for, in seconds; a 423 raises it.
    expires_s: u32,
    numbering: Numbering,
    attempt: Option<Box<Attempt>>,
    registration: Option<Box<Registration>>,
    protection: Protection,
    /// Of the last authentication that went well.
    credential: Option<Box<Credential>>,
    /// Whether nobody hears it where it is registered, so that the next registration begins anew.
    anew: bool,
    /// Attempts that failed since one succeeded.
    failures: u32,
    timers: Timers,
}

/// What handling an input works with.
struct Work<'w> {
    now: Duration,
    entropy: &'w mut dyn Entropy,
    outputs: &'w mut Vec<Output>,
}

impl Work<'_> {
    fn event(&mut self, event: Event) {
        self.outputs.push(Output::Event(event));
    }

    fn number(&mut self) -> u32 {
        let mut octets = [0; 4];
        self.entropy.fill(&mut octets);
        u32::from_be_bytes(octets)
    }
}

impl Ue {
    /// A UE that was never registered, at an address. What UEs share is shared. Its sets of associations have [`SET_NAMES`]
    /// names from `first_set` on, which are no other UE's of whoever holds the associations.
    #[must_use]
    pub fn new(
        configuration: Arc<Configuration>,
        identity: Identity,
        address: IpAddr,
        first_set: u32,
    ) -> Self {
        Self {
            expires_s: configuration.expires_s,
            protection: Protection::new(*configuration.client_ports.start(), first_set),
            configuration,
            identity,
            address,
            wanted: false,
            numbering: Numbering::default(),
            attempt: None,
            registration: None,
            credential: None,
            anew: false,
            failures: 0,
            timers: Timers::default(),
        }
    }

    /// Handles one input; what is to be done is appended to `outputs`, in order.
    pub fn handle(
        &mut self,
        now: Duration,
        input: Input<'_>,
        entropy: &mut dyn Entropy,
        outputs: &mut Vec<Output>,
    ) {
        let work = &mut Work {
            now,
            entropy,
            outputs,
        };
        match input {
            Input::Start(start) => self.start(work, start),
            Input::Answered { cseq, reply } => self.answered(work, cseq, reply),
            Input::Unanswered { cseq, why } => self.unanswered(work, cseq, why),
            Input::Challenged(answer) => self.challenged(work, answer),
            Input::Notified(bindings) => self.notified(work, bindings),
            Input::Heard(hop) => {
                if let Some(which) = self.protection.sets.find(&hop) {
                    self.protection.sets.heard(now, which);
                }
            }
            Input::Timeout => self.expire(work),
        }
        self.flush(work);
    }

    /// When [`Input::Timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let own = self.timers.next();
        own.into_iter().chain(self.protection.sets.poll_timeout()).min()
    }

    /// Whether it is registered, as far as it knows.
    #[must_use]
    pub const fn is_registered(&self) -> bool {
        self.registration.is_some()
    }

    /// Whether an attempt is under way, or one is to follow.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.attempt.is_some() || self.timers.deadline(Timer::Retry).is_some()
    }

    /// Who it is.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Its address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Which way requests go: over the current set, or bare where there is none. What is left of a set when the registration
    /// has ended is for answers.
    #[must_use]
    pub fn way(&self) -> Way {
        let over = self
            .protection
            .over(Which::Current)
            .filter(|_| self.is_registered());
        over.map_or_else(|| bare(&self.configuration, self.address), |(way, _)| way)
    }

    /// Security-Verify of requests over the current set.
    #[must_use]
    pub fn security_verify(&self) -> Option<&str> {
        self.protection.verify().filter(|_| self.is_registered())
    }

    /// Service-Route: the Route of requests (TS 24.229 5.1.2A.1).
    #[must_use]
    pub fn service_route(&self) -> &[String] {
        self.registration.as_ref().map_or(&[], |r| &r.service_route)
    }

    /// The public identities that are registered and not barred; the first is the default one (TS 24.229 5.1.1.2.1).
    #[must_use]
    pub fn associated(&self) -> &[String] {
        self.registration.as_ref().map_or(&[], |r| &r.associated)
    }

    /// When the registration is over, unless it is refreshed.
    #[must_use]
    pub const fn registered_until(&self) -> Option<Duration> {
        self.timers.deadline(Timer::Expiry)
    }

    /// What was asked of whoever holds security associations goes out.
    fn flush(&mut self, work: &mut Work<'_>) {
        let commands = std::iter::from_fn(|| self.protection.sets.poll_command());
        work.outputs.extend(commands.map(Output::Sa));
    }

    /// Sets of security associations that it has: temporary, current, former.
    pub fn associations(&self) -> impl Iterator<Item = &Associations> {
        self.protection.sets.iter().map(|(_, entry)| &entry.associations)
    }
}
