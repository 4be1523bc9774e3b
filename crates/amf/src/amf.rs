//! The node: its state, its inputs, what it wants done.

use crate::callback::{self, Callbacks};
use crate::calls::{Calls, For, Outcome, Settled, Ticket};
use crate::config::Config;
use crate::connection::{Connections, Phase};
use crate::event::{AmfEvent, Counters, Service};
use crate::gnb::{Gnb, Gnbs};
use crate::save;
use crate::schedule::{Due, Schedule};
use crate::sm::{SmContexts, SmReply};
use crate::table::Table;
use quintet_fgmm::network::durable::{self, Counts, Stop};
use quintet_fgmm::network::{
    At, Context, ContextId, ContextSetupFailure, Contexts as _, Entropy, Input, Output,
};
use quintet_identity::Supi;
use quintet_nas::security::NasCounts;
use quintet_ngap::AmfUeNgapId;
use quintet_procedure::node::{Save, Saves};
use quintet_sbi::{CallFailure, CallId, ProblemDetails, Response, Target};
use quintet_sctp::{AssociationId, Streams};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
const MAX_EVENTS: usize = 65_536;

/// What is to be done on SCTP. Its print has no payload: KgNB is in some.
#[derive(Clone, PartialEq, Eq)]
pub enum N2Output {
    /// Send an NGAP message (payload protocol identifier 60).
    Send {
        /// To which gNB.
        association: AssociationId,
        /// On which stream.
        stream: u16,
        /// The message.
        payload: Vec<u8>,
    },
    /// Close the association after what was sent.
    Shutdown {
        /// Which.
        association: AssociationId,
    },
}

impl std::fmt::Debug for N2Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send {
                association,
                stream,
                payload,
            } => f
                .debug_struct("Send")
                .field("association", association)
                .field("stream", stream)
                .field("octets", &payload.len())
                .finish(),
            Self::Shutdown { association } => f
                .debug_struct("Shutdown")
                .field("association", association)
                .finish(),
        }
    }
}

/// The random octets of the sessions.
#[derive(Debug)]
pub(crate) struct Random(ChaCha20Rng);

impl Entropy for Random {
    fn fill(&mut self, to: &mut [u8]) {
        self.0.fill_bytes(to);
    }
}

/// Why a UE cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// No context has this SUPI.
    #[error("this AMF knows no UE with this SUPI")]
    Unknown,
    /// It is not registered.
    #[error("the UE is not registered here")]
    Deregistered,
    /// It missed its periodic update: it is not paged any more, and deregistered soon (TS 24.501 5.3.7).
    #[error("the UE was not heard of for longer than T3512")]
    Silent,
    /// No gNB that is connected serves its tracking areas.
    #[error("no connected gNB serves the UE's tracking areas")]
    NoGnb,
}

/// What follows from the outputs of a session, for it or for another one.
#[derive(Debug)]
pub(crate) enum Consequence {
    Input(Input<'static>),
    Sm(SmReply),
}

/// An AMF. Inputs are methods; what it wants done is polled: [`poll_n2`](Self::poll_n2), [`poll_sbi`](Self::poll_sbi),
/// [`poll_save`](Self::poll_save), [`poll_event`](Self::poll_event), [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Amf {
    pub(crate) config: Config,
    pub(crate) serving_network_name: String,
    pub(crate) table: Table,
    pub(crate) gnbs: Gnbs,
    pub(crate) connections: Connections,
    pub(crate) calls: Calls,
    /// Registrations at the UDM that nobody waits for any more, and whose.
    pub(crate) given_up: HashMap<Ticket, Supi>,
    pub(crate) schedule: Schedule,
    pub(crate) random: Random,
    pub(crate) callbacks: Callbacks,
    pub(crate) saves: Saves,
    pub(crate) out: VecDeque<N2Output>,
    /// Outputs of a session at work; kept for its allocation.
    pub(crate) outputs: Vec<Output>,
    /// What a session's outputs brought about, for after them.
    pub(crate) consequences: VecDeque<(AmfUeNgapId, Consequence)>,
    /// What a session would have whose context is gone: always empty.
    pub(crate) nobodys_sessions: SmContexts,
    pub(crate) overloaded: bool,
    pub(crate) counters: Counters,
    events: VecDeque<AmfEvent>,
}

impl Amf {
    /// An AMF without gNBs or UEs. All its random choices come from `seed`, which must be secret and never used twice.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let mut random = ChaCha20Rng::from_seed(seed);
        let mut table_seed = [0; 32];
        random.fill_bytes(&mut table_seed);
        let mut callback_secret = [0; 32];
        random.fill_bytes(&mut callback_secret);
        let mut saves = Saves::default();
        saves.note(callback::RECORD);
        Self {
            serving_network_name: config.serving_network_name().as_str().to_owned(),
            table: Table::new(config.policy.guami, config.limits.contexts, table_seed),
            gnbs: Gnbs::default(),
            connections: Connections::after(config.last_connection),
            calls: Calls::new(&config),
            given_up: HashMap::new(),
            schedule: Schedule::default(),
            random: Random(random),
            callbacks: Callbacks::new(callback_secret),
            saves,
            out: VecDeque::new(),
            outputs: Vec::new(),
            consequences: VecDeque::new(),
            nobodys_sessions: SmContexts::default(),
            overloaded: false,
            counters: Counters::default(),
            events: VecDeque::new(),
            config,
        }
    }

    /// The configuration it was made with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    // --- N2 ---------------------------------------------------------------------------------------------------------

    /// A gNB's association is up. If there are too many, the oldest that was never set up makes room; `false` if all
    /// were, and this one is closed.
    pub fn n2_up(&mut self, association: AssociationId, peer: SocketAddr, streams: Streams) -> bool {
        if self.gnbs.by_association.len() >= self.config.limits.gnbs {
            let idle = self.gnbs.oldest_not_set_up();
            let closed = idle.unwrap_or(association);
            self.out.push_back(N2Output::Shutdown { association: closed });
            if idle.is_none() {
                return false;
            }
            // It has no connections: they need a setup.
            self.gnbs.by_association.remove(&closed);
        }
        let gnb = Gnb {
            peer,
            outbound_streams: streams.outbound,
            setup: None,
            connections: Default::default(),
            unproven: 0,
            resets: 0,
        };
        self.gnbs.by_association.insert(association, gnb);
        self.report(|| AmfEvent::Associated { association, peer });
        true
    }

    /// A gNB's association is gone, or began anew: every connection over it is lost (TS 38.412 7).
    pub fn n2_down(&mut self, at: At, association: AssociationId) {
        let Some(gnb) = self.gnbs.by_association.remove(&association) else {
            return;
        };
        let mut lost: Vec<AmfUeNgapId> = gnb.connections.into_values().collect();
        lost.sort_unstable();
        self.report(|| AmfEvent::GnbLost {
            association,
            connections: lost.len(),
        });
        for id in lost {
            self.lose(at, id);
        }
    }

    /// A gNB's association began anew (RFC 9260 5.2.4): its connections are lost, and NG SETUP is awaited.
    pub fn n2_restarted(&mut self, at: At, association: AssociationId, streams: Streams) {
        let Some(peer) = self.gnbs.get(association).map(|gnb| gnb.peer) else {
            return;
        };
        self.n2_down(at, association);
        self.n2_up(association, peer, streams);
    }

    /// The next thing to be done on SCTP.
    pub fn poll_n2(&mut self) -> Option<N2Output> {
        self.out.pop_front()
    }

    // --- Service based interfaces -----------------------------------------------------------------------------------

    /// What came of a call. One that is not known, or was told before, changes nothing.
    pub fn handle_response(&mut self, at: At, id: CallId, result: Result<Response, CallFailure>) {
        match self.calls.settle(id, result) {
            Settled::Unknown => {}
            Settled::Again {
                service,
                what,
                failure,
            } => {
                self.counters.calls += 1;
                self.report(|| AmfEvent::CallFailed {
                    service,
                    what,
                    why: failure.to_string(),
                    again: true,
                });
            }
            Settled::Done(outcome) => {
                self.judge(&outcome);
                self.settled(at, &outcome);
            }
        }
        self.follow(at);
    }

    fn settled(&mut self, at: At, outcome: &Outcome) {
        match outcome.whose {
            For::Challenge(id) => self.challenged(at, id, outcome),
            For::Confirmation(id) => self.confirmed(at, id, outcome),
            For::Eap(id) => self.eap_went_on(at, id, outcome),
            For::Registration(id, step) => self.udm_answered(at, id, step, outcome),
            For::SdmSubscription(id) => self.subscribed(id, outcome),
            For::Change(id) => self.changed(at, id, outcome),
            For::Sm(id, session, asked) => self.smf_answered(at, id, (session, asked), outcome),
            For::Nobody => {}
        }
    }

    /// Counts and reports a call that failed or was refused.
    fn judge(&mut self, outcome: &Outcome) {
        let why = match &outcome.result {
            Ok(response) if response.is_success() => return,
            Ok(response) => {
                let problem = ProblemDetails::from_response(response);
                let cause = problem.cause.unwrap_or_default();
                format!("{} {cause}", response.status)
            }
            Err(failure) => failure.to_string(),
        };
        self.counters.calls_failed += 1;
        let (service, what) = (outcome.service, outcome.what);
        self.report(|| AmfEvent::CallFailed {
            service,
            what,
            why,
            again: false,
        });
    }

    /// The next thing to be said on the service based interfaces.
    pub fn poll_sbi(&mut self) -> Option<quintet_sbi::Output> {
        let output = self.calls.poll();
        if let Some(quintet_sbi::Output::Call { .. }) = output {
            self.counters.calls += 1;
        }
        output
    }

    /// The network functions of a kind are these from now on, the preferred first: what discovery found. Calls under way
    /// stay where they are.
    pub fn set_targets(&mut self, service: Service, targets: Vec<Target>) {
        self.calls.set_targets(service, targets);
    }

    /// The token (RFC 6750) that calls of a kind carry from now on (TS 33.501 13.4.1).
    pub fn set_token(&mut self, service: Service, token: Option<String>) {
        self.calls.set_token(service, token);
    }

    // --- Time -------------------------------------------------------------------------------------------------------

    /// When [`timeout`](Self::timeout) is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.schedule.next()
    }

    /// Time passed.
    pub fn timeout(&mut self, at: At) {
        while let Some(due) = self.schedule.pop(at.now) {
            match due {
                Due::Connection(id) => self.connection_due(at, id),
                Due::Context(id) => self.context_due(at, id),
            }
        }
    }

    // --- Store ------------------------------------------------------------------------------------------------------

    /// The next change to keep durably.
    pub fn poll_save(&mut self) -> Option<Save> {
        let (table, callbacks) = (&self.table, &self.callbacks);
        self.saves.next(|key| {
            if key == callback::RECORD {
                return Some(callbacks.record().into());
            }
            let context = table.get(ContextId(key))?;
            Some(durable::encode(context, Counts::Reserved))
        })
    }

    /// Takes back a record of before a restart, in the order of keys: a context, or the secret of callbacks. `Err` with the
    /// reason if it is of no use.
    ///
    /// # Errors
    /// A record that cannot be read, or one that contradicts another.
    pub fn restore(&mut self, at: At, key: u32, record: &[u8], stop: Stop) -> Result<(), String> {
        if key == callback::RECORD {
            self.callbacks = Callbacks::of_record(record).ok_or("it is no secret of callbacks")?;
            return Ok(());
        }
        let context = durable::decode(record, stop).map_err(|error| error.to_string())?;
        let id = ContextId(key);
        if context.guti.guami != self.config.policy.guami {
            return Err("its 5G-GUTI is of another AMF".to_owned());
        }
        if !self.table.restore(id, context) {
            return Err("another context has its place or identity, or there are too many".to_owned());
        }
        let registered = self.is_registered(id);
        if let Some(record) = self.table.record_mut(id) {
            record.at_udm = registered;
            // No SMF is known any more to have a context of it.
            if let Some(registration) = record.context.registration.as_mut() {
                registration.pdu_sessions = Default::default();
            }
        }
        self.now_idle(at, id);
        Ok(())
    }

    /// Every context as it stands, and the secret of callbacks, for a clean stop: afterwards the node must not serve any more.
    pub fn final_saves(&self) -> impl Iterator<Item = Save> + '_ {
        let contexts = self.table.iter();
        let contexts = contexts.map(|(id, record)| save::put(id, &record.context, Counts::Exact));
        contexts.chain(std::iter::once(Save::Put {
            key: callback::RECORD,
            record: self.callbacks.record().into(),
        }))
    }

    // --- To look at -------------------------------------------------------------------------------------------------

    /// Contexts of UEs.
    #[must_use]
    pub fn context_count(&self) -> usize {
        self.table.len()
    }

    /// Connections of UEs.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.connections.len()
    }

    /// Calls without an outcome.
    #[must_use]
    pub fn outstanding_calls(&self) -> usize {
        self.calls.outstanding()
    }

    /// gNBs: where from, and what each told when it was set up.
    pub fn gnbs(&self) -> impl Iterator<Item = (AssociationId, SocketAddr, Option<&crate::GnbSetup>)> {
        let gnbs = self.gnbs.by_association.iter();
        gnbs.map(|(association, gnb)| (*association, gnb.peer, gnb.setup.as_ref()))
    }

    /// The context of a subscriber.
    #[must_use]
    pub fn context(&self, supi: &Supi) -> Option<&Context> {
        self.table.get(self.table.by_supi(supi)?)
    }

    /// The COUNTs of a subscriber's security context.
    #[must_use]
    pub fn counts(&self, supi: &Supi) -> Option<NasCounts> {
        Some(self.context(supi)?.security.as_ref()?.nas.counts())
    }

    /// For laboratories: the next COUNTs of a subscriber's current security context, as if so many messages had been
    /// protected. `false` if there is none.
    pub fn set_counts(&mut self, supi: &Supi, counts: NasCounts) -> bool {
        let context = self.table.by_supi(supi).and_then(|id| self.table.get_mut(id));
        let Some(security) = context.and_then(|context| context.security.as_mut()) else {
            return false;
        };
        security.nas = security.nas.clone().with_counts(counts);
        true
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The next event. There are some only if [`Policy::events`](quintet_fgmm::network::Policy) asks for them.
    pub fn poll_event(&mut self) -> Option<AmfEvent> {
        self.events.pop_front()
    }

    pub(crate) fn report(&mut self, event: impl FnOnce() -> AmfEvent) {
        if self.config.policy.events && self.events.len() < MAX_EVENTS {
            self.events.push_back(event());
        }
    }

    /// Something of a connection is due.
    fn connection_due(&mut self, at: At, id: AmfUeNgapId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.armed = None;
        let silent = connection.heard + self.config.inactivity_timeout <= at.now;
        let session_due = connection
            .session
            .as_ref()
            .and_then(|session| session.poll_timeout())
            .is_some_and(|due| due <= at.now);
        match connection.phase {
            Phase::Releasing(until) if until <= at.now => return self.give_release_up(at, id),
            Phase::SettingUp(until) if until <= at.now => {
                connection.phase = Phase::Signalling;
                let failed = Input::ContextSetup(Err(ContextSetupFailure::NoAnswer));
                let _ = self.drive(at, id, failed);
            }
            _ if session_due => {
                let _ = self.drive(at, id, Input::Timeout);
            }
            _ if silent => {
                let _ = self.drive(at, id, Input::ReleaseRequested);
            }
            _ => {}
        }
        self.arm(id);
    }
}
