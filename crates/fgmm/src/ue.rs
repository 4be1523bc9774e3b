//! The UE's side: what an ME does between its card, its user and the network.
//!
//! ```text
//!  user: Start ──────────┐                          ┌──► Output::Initial, Uplink       (NAS PDUs)
//!  gNB:  Downlink, ──────┤   Ue::handle             ├──► Output::Challenge             (to the card)
//!        ContextSetUp,   ├─► one file per procedure ├──► Output::KgNb, Release         (to the access stratum)
//!        Released, …     │   path::State inside     └──► Output::Event                 (what became of it)
//!  card: Challenged ─────┤
//!  clock: Timeout ───────┘
//! ```
//!
//! A UE begins deregistered. It checks what a UE must (TS 24.501 4.4, 5.4.1, 5.4.2; TS 33.501 6.1.3, 6.7.2): the separation
//! bit, the card's verdict, the ngKSI, the serving network's name, MAC and COUNT of every message, header types, the
//! replayed capabilities; it takes nothing that [`crate::path`] does not allow, and sends through it. The card itself is
//! outside: its answer is an input. Octets that conceal the SUPI come from the caller's [`Entropy`].
//!
//! Left out: choice of PLMN and cell (one cell is all there is, so a cause that sends the UE elsewhere ends in
//! 5GMM-DEREGISTERED or limited service), non-3GPP access, SNPNs, inter-system change, steering of roaming and parameters
//! update, slice-specific authentication (which is declined), MICO and CIoT.

mod authentication;
mod cause;
mod configuration;
mod configuration_update;
mod connection;
mod deregistration;
mod eap;
mod expiry;
mod identification;
mod input;
mod kept;
mod output;
mod receive;
mod registration;
mod security;
mod security_mode;
mod send;
mod service_request;
mod session;
mod start;
mod timer;

pub use crate::network::Entropy;
pub use configuration::{
    Configuration, MAX_ATTEMPTS, MAX_AUTHENTICATION_FAILURES, TimerValues, WantedSession,
};
pub use input::{Input, RegistrationIdentity, Start};
pub use kept::{Concealment, Identity, Session, Subscription, UpdateStatus};
pub use output::{Abandonment, Departure, Event, NotStarted, Output, Procedure, SessionFailure};
pub use quintet_eap::Refusal as EapRefusal;
pub use quintet_subscriber::usim::Answer;
pub use timer::Timer;

use crate::path::{Registration, State};
use crate::{Discard, Disposition};
use connection::Connection;
use kept::Kept;
use quintet_crypto::fgs::KgNb;
use quintet_identity::fgs::Guti;
use quintet_nas::fgs::{EpsNasSecurityAlgorithms, NasKsi};
use quintet_nas::security::NasCounts;
use security::Contexts;
use start::Goal;
use std::sync::Arc;
use std::time::Duration;
use timer::Timers;

/// A UE's side of 5GS mobility management.
#[derive(Debug)]
pub struct Ue {
    configuration: Arc<Configuration>,
    identity: Identity,
    path: State,
    goal: Goal,
    attempts: u8,
    wants_session: bool,
    kept: Kept,
    contexts: Contexts,
    connection: Option<Box<Connection>>,
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
}

impl Ue {
    /// A UE that was never registered. What UEs share is shared.
    #[must_use]
    pub fn new(configuration: Arc<Configuration>, identity: Identity) -> Self {
        Self {
            configuration,
            identity,
            path: State::DEREGISTERED,
            goal: Goal::None,
            attempts: 0,
            wants_session: false,
            kept: Kept::default(),
            contexts: Contexts::default(),
            connection: None,
            timers: Timers::default(),
        }
    }

    /// Handles one input; what is to be done is appended to `outputs`, in order. Only a [`Input::Downlink`] ends in
    /// another disposition than [`Disposition::Handled`].
    pub fn handle(
        &mut self,
        now: Duration,
        input: Input<'_>,
        entropy: &mut dyn Entropy,
        outputs: &mut Vec<Output>,
    ) -> Disposition {
        let work = &mut Work {
            now,
            entropy,
            outputs,
        };
        match input {
            Input::Start(start) => self.start(work, start),
            Input::Downlink(nas) => return self.receive(work, nas),
            Input::Challenged(answer) => self.challenged(work, answer),
            Input::ContextSetUp => self.context_set_up(work),
            Input::Paged => self.paged(work),
            Input::LowerLayerFailure | Input::ConnectionReleased => self.connection_lost(work),
            Input::Timeout => self.expire(work),
        }
        Disposition::Handled
    }

    /// When [`Input::Timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// Where it stands in the specification's table.
    #[must_use]
    pub const fn path(&self) -> &State {
        &self.path
    }

    /// 5GMM-REGISTERED or not.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.path.registration == Registration::Registered
    }

    /// Whether it waits for something of its own accord: a procedure under way, or one to be tried again, or a PDU session.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.goal != Goal::None || self.connection.as_ref().is_some_and(|c| c.asked.is_some())
    }

    /// Whether it has a signalling connection.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Who it is.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The 5G-GUTI it was given.
    #[must_use]
    pub const fn guti(&self) -> Option<Guti> {
        self.kept.guti
    }

    /// The slices it may use.
    #[must_use]
    pub fn allowed_nssai(&self) -> &[quintet_identity::SNssai] {
        &self.kept.allowed_nssai
    }

    /// 5GS update status (TS 24.501 5.1.3.2.2).
    #[must_use]
    pub const fn update_status(&self) -> UpdateStatus {
        self.kept.status
    }

    /// The PDU session, while there is one.
    #[must_use]
    pub const fn session(&self) -> Option<Session> {
        self.kept.session
    }

    /// ngKSI and COUNTs of the current security context.
    #[must_use]
    pub fn current_context(&self) -> Option<(NasKsi, NasCounts)> {
        let current = self.contexts.current.as_ref()?;
        Some((current.ksi, current.nas.counts()))
    }

    /// The algorithms for EPS that the network selected, kept with the current security context (TS 24.501 5.4.2.3).
    #[must_use]
    pub fn eps_algorithms(&self) -> Option<EpsNasSecurityAlgorithms> {
        self.contexts.current.as_ref()?.eps_algorithms
    }

    /// The current context with its COUNTs elsewhere: for a scenario that starts near their end, or after a power failure
    /// that lost them.
    pub fn set_counts(&mut self, counts: NasCounts) {
        if let Some(current) = &mut self.contexts.current {
            current.nas = current.nas.clone().with_counts(counts);
        }
    }

    /// KgNB of the connection (TS 33.501 6.9.2.1.1), while there is a secure one.
    #[must_use]
    pub fn k_gnb(&self) -> Option<KgNb> {
        let count = self.connection.as_ref()?.k_gnb_count?;
        let current = self.contexts.current.as_ref()?;
        Some(current.k_amf.k_gnb(count.value()))
    }
}

/// The disposition of a message that is dropped.
const fn silent(why: Discard) -> Disposition {
    Disposition::Silent(why)
}
