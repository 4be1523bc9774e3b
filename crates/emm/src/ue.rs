//! The UE's side: what an ME does between its card, its user and the network.
//!
//! ```text
//!  user: Start ──────────┐                          ┌──► Output::Initial, Uplink       (NAS PDUs)
//!  eNB:  Downlink, ──────┤   Ue::handle             ├──► Output::Challenge             (to the card)
//!        ContextSetUp,   ├─► one file per procedure ├──► Output::KeNb, Release         (to the access stratum)
//!        Released, …     │   path::State inside     └──► Output::Event                 (what became of it)
//!  card: Challenged ─────┤
//!  clock: Timeout ───────┘
//! ```
//!
//! A UE begins deregistered. It checks what a UE must (TS 24.301 4.4, 5.4.2, 5.4.3; TS 33.401 6.1, 7.2.4): the separation
//! bit, the card's verdict, MAC and COUNT of every message, header types, the replayed capabilities, HASH_MME; it takes
//! nothing that [`crate::path`] does not allow, and sends through it. The card itself is outside: its answer is an input.
//!
//! Left out: choice of PLMN and cell (one cell is all there is, so a cause that sends the UE elsewhere ends in
//! EMM-DEREGISTERED or limited service), the CS domain, inter-system change, dedicated bearers, control plane CIoT.

mod attach;
mod authentication;
mod cause;
mod configuration;
mod connection;
mod detach;
mod expiry;
mod identification;
mod input;
mod kept;
mod output;
mod receive;
mod security;
mod security_mode;
mod send;
mod service_request;
mod session;
mod start;
mod timer;
mod tracking_area_update;

pub use configuration::{Configuration, MAX_ATTEMPTS, MAX_AUTHENTICATION_FAILURES, TimerValues};
pub use input::{AttachIdentity, Challenged, Input, Start};
pub use kept::{Bearer, Identity, UpdateStatus};
pub use output::{Abandonment, Departure, Event, NotStarted, Output, Procedure};
pub use timer::Timer;

use crate::path::{Registration, State};
use crate::{Discard, Disposition};
use connection::Connection;
use kept::Kept;
use quintet_crypto::KeNb;
use quintet_identity::Guti;
use quintet_nas::eps::NasKsi;
use quintet_nas::security::NasCounts;
use security::Contexts;
use start::Goal;
use std::sync::Arc;
use std::time::Duration;
use timer::Timers;

/// A UE's side of EPS mobility management.
#[derive(Debug)]
pub struct Ue {
    configuration: Arc<Configuration>,
    identity: Identity,
    path: State,
    goal: Goal,
    attempts: u8,
    kept: Kept,
    contexts: Contexts,
    connection: Option<Box<Connection>>,
    timers: Timers,
}

/// What handling an input works with.
struct Work<'w> {
    now: Duration,
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
            kept: Kept::default(),
            contexts: Contexts::default(),
            connection: None,
            timers: Timers::default(),
        }
    }

    /// Handles one input; what is to be done is appended to `outputs`, in order. Only a [`Input::Downlink`] ends in
    /// another disposition than [`Disposition::Handled`].
    pub fn handle(&mut self, now: Duration, input: Input<'_>, outputs: &mut Vec<Output>) -> Disposition {
        let work = &mut Work { now, outputs };
        match input {
            Input::Start(start) => self.start(work, start),
            Input::Downlink(nas) => return self.receive(work, nas),
            Input::Challenged(outcome) => self.challenged(work, outcome),
            Input::ContextSetUp => self.context_set_up(work),
            Input::Paged { with_imsi } => self.paged(work, with_imsi),
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

    /// EMM-REGISTERED or not.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.path.registration == Registration::Registered
    }

    /// Whether it waits for something of its own accord: a procedure under way, or one to be tried again.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.goal != Goal::None
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

    /// The GUTI it was given.
    #[must_use]
    pub const fn guti(&self) -> Option<Guti> {
        self.kept.guti
    }

    /// EPS update status (TS 24.301 5.1.3.3).
    #[must_use]
    pub const fn update_status(&self) -> UpdateStatus {
        self.kept.status
    }

    /// The default bearer, while registered.
    #[must_use]
    pub const fn bearer(&self) -> Option<Bearer> {
        self.kept.bearer
    }

    /// eKSI and COUNTs of the current security context.
    #[must_use]
    pub fn current_context(&self) -> Option<(NasKsi, NasCounts)> {
        let current = self.contexts.current.as_ref()?;
        Some((current.ksi, current.nas.counts()))
    }

    /// The current context with its COUNTs elsewhere: for a scenario that starts near their end, or after a power failure
    /// that lost them.
    pub fn set_counts(&mut self, counts: NasCounts) {
        if let Some(current) = &mut self.contexts.current {
            current.nas = current.nas.clone().with_counts(counts);
        }
    }

    /// KeNB of the connection (TS 33.401 7.2.6.2), while there is a secure one.
    #[must_use]
    pub fn k_enb(&self) -> Option<KeNb> {
        let count = self.connection.as_ref()?.k_enb_count?;
        let current = self.contexts.current.as_ref()?;
        Some(current.kasme.k_enb(count.value()))
    }
}

/// The disposition of a message that is dropped.
const fn silent(why: Discard) -> Disposition {
    Disposition::Silent(why)
}
