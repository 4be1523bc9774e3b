//! The node: its state, its inputs, what it wants done.

use crate::config::Config;
use crate::connection::{Connections, Phase};
use crate::enb::{Enb, Enbs};
use crate::event::{Counters, MmeEvent};
use crate::hss::{Answer, For, HssClient};
use crate::save;
use crate::schedule::{Due, Schedule};
use crate::table::Table;
use quintet_diameter::node::{Event as NodeEvent, Inbound, RequestHandle};
use quintet_diameter::{ConnectionId, Node};
use quintet_emm::network::durable::{self, Counts, Stop};
use quintet_emm::network::{At, ContextId, Contexts as _, Entropy, Input, Output};
use quintet_identity::Imsi;
use quintet_nas::security::NasCounts;
use quintet_procedure::node::{Save, Saves};
use quintet_s1ap::MmeUeS1apId;
use quintet_sctp::{AssociationId, Streams};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
const MAX_EVENTS: usize = 65_536;

/// What is to be done on SCTP. Its print has no payload: KeNB is in some.
#[derive(Clone, PartialEq, Eq)]
pub enum S1Output {
    /// Send an S1AP message (payload protocol identifier 18).
    Send {
        /// To which eNB.
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

impl std::fmt::Debug for S1Output {
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

/// When an input comes, and the Diameter node that its requests go through.
pub(crate) struct Cycle<'n> {
    pub(crate) at: At,
    pub(crate) node: &'n mut Node,
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
    /// No context has this IMSI.
    #[error("this MME knows no UE with this IMSI")]
    Unknown,
    /// It is not registered.
    #[error("the UE is not registered here")]
    Deregistered,
    /// It missed its periodic update: it is not paged any more, and detached soon (TS 24.301 5.3.5).
    #[error("the UE was not heard of for longer than T3412")]
    Silent,
    /// No eNB that is connected serves its tracking areas.
    #[error("no connected eNB serves the UE's tracking areas")]
    NoEnb,
}

/// An MME. Inputs are methods; what it wants done is polled: [`poll_s1`](Self::poll_s1), [`poll_save`](Self::poll_save),
/// [`poll_event`](Self::poll_event), [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Mme {
    pub(crate) config: Config,
    pub(crate) table: Table,
    pub(crate) enbs: Enbs,
    pub(crate) connections: Connections,
    pub(crate) hss: HssClient,
    pub(crate) schedule: Schedule,
    pub(crate) random: Random,
    pub(crate) saves: Saves,
    pub(crate) out: VecDeque<S1Output>,
    /// Outputs of a session at work; kept for its allocation.
    pub(crate) outputs: Vec<Output>,
    /// What a session's outputs brought about, for after them.
    pub(crate) consequences: VecDeque<(MmeUeS1apId, Input<'static>)>,
    pub(crate) overloaded: bool,
    pub(crate) counters: Counters,
    events: VecDeque<MmeEvent>,
}

impl Mme {
    /// An MME without eNBs or UEs. All its random choices come from `seed`, which must be secret and never used twice.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let mut random = ChaCha20Rng::from_seed(seed);
        let mut table_seed = [0; 32];
        random.fill_bytes(&mut table_seed);
        Self {
            table: Table::new(config.gummei, config.limits.contexts, table_seed),
            enbs: Enbs::default(),
            connections: Connections::after(config.last_connection),
            hss: HssClient::new(config.limits.outstanding_requests),
            schedule: Schedule::default(),
            random: Random(random),
            saves: Saves::default(),
            out: VecDeque::new(),
            outputs: Vec::new(),
            consequences: VecDeque::new(),
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

    // --- S1 ---------------------------------------------------------------------------------------------------------

    /// An eNB's association is up. If there are too many, the oldest that was never set up makes room; `false` if all
    /// were, and this one is closed.
    pub fn s1_up(&mut self, association: AssociationId, peer: SocketAddr, streams: Streams) -> bool {
        if self.enbs.by_association.len() >= self.config.limits.enbs {
            let idle = self.enbs.oldest_not_set_up();
            let closed = idle.unwrap_or(association);
            self.out.push_back(S1Output::Shutdown { association: closed });
            if idle.is_none() {
                return false;
            }
            // It has no connections: they need a setup.
            self.enbs.by_association.remove(&closed);
        }
        let enb = Enb {
            peer,
            outbound_streams: streams.outbound,
            setup: None,
            connections: Default::default(),
            unproven: 0,
        };
        self.enbs.by_association.insert(association, enb);
        self.report(|| MmeEvent::Associated { association, peer });
        true
    }

    /// An eNB's association is gone, or began anew: every connection over it is lost (TS 36.412 7).
    pub fn s1_down(&mut self, at: At, node: &mut Node, association: AssociationId) {
        let Some(enb) = self.enbs.by_association.remove(&association) else {
            return;
        };
        let cycle = &mut Cycle { at, node };
        let mut lost: Vec<MmeUeS1apId> = enb.connections.into_values().collect();
        lost.sort_unstable();
        self.report(|| MmeEvent::EnbLost {
            association,
            connections: lost.len(),
        });
        for id in lost {
            self.lose(cycle, id);
        }
    }

    /// An eNB's association began anew (RFC 9260 5.2.4): its connections are lost, and S1 SETUP is awaited.
    pub fn s1_restarted(&mut self, at: At, node: &mut Node, association: AssociationId, streams: Streams) {
        let Some(peer) = self.enbs.get(association).map(|enb| enb.peer) else {
            return;
        };
        self.s1_down(at, node, association);
        self.s1_up(association, peer, streams);
    }

    /// The next thing to be done on SCTP.
    pub fn poll_s1(&mut self) -> Option<S1Output> {
        self.out.pop_front()
    }

    // --- S6a --------------------------------------------------------------------------------------------------------

    /// A request of the HSS or an answer to one of ours; see [`Node::handle_message`].
    pub fn handle(&mut self, at: At, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        match inbound {
            Inbound::Done => {}
            Inbound::Request(request) => self.serve(&mut Cycle { at, node }, connection, &request),
            Inbound::Answer { handle, message } => {
                if let Some((whose, answer)) = self.hss.answered(handle, &message) {
                    self.hss_answered(&mut Cycle { at, node }, handle, whose, answer);
                }
            }
        }
    }

    /// Something happened to a peer or to a request of ours.
    pub fn handle_event(&mut self, at: At, node: &mut Node, event: &NodeEvent) {
        if let NodeEvent::RequestFailed { handle, .. } = event
            && let Some((whose, answer)) = self.hss.failed(*handle)
        {
            self.hss_answered(&mut Cycle { at, node }, *handle, whose, answer);
        }
    }

    fn hss_answered(&mut self, cycle: &mut Cycle<'_>, handle: RequestHandle, whose: For, answer: Answer) {
        let id = match (whose, &answer) {
            (For::Session(id), _) => id,
            (For::Confirmation(imsi), Answer::Confirmed(false)) => {
                let id = self.table.by_imsi(imsi);
                if let Some(record) = id.and_then(|id| self.table.record_mut(id)) {
                    record.location_confirmed = false;
                }
                return;
            }
            (For::Confirmation(_) | For::Nobody, _) => return,
        };
        // A session knows what it waits for, but not of whom an answer is: only that to its last request may reach it.
        let waits = self
            .connections
            .get_mut(id)
            .and_then(|connection| connection.asked.take_if(|asked| *asked == handle));
        if waits.is_none() {
            return;
        }
        match answer {
            Answer::Vectors(outcome) => {
                let _ = self.drive(cycle, id, Input::Vectors(outcome));
            }
            Answer::Location(outcome) => {
                let location = outcome.map(|data| crate::hss::location(&data));
                let input = Input::Location(location.as_ref().map_err(|failure| *failure));
                let _ = self.drive(cycle, id, input);
            }
            Answer::Confirmed(_) | Answer::Purged => {}
        }
    }

    // --- Time -------------------------------------------------------------------------------------------------------

    /// When [`timeout`](Self::timeout) is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.schedule.next()
    }

    /// Time passed.
    pub fn timeout(&mut self, at: At, node: &mut Node) {
        let cycle = &mut Cycle { at, node };
        while let Some(due) = self.schedule.pop(at.now) {
            match due {
                Due::Connection(id) => self.connection_due(cycle, id),
                Due::Context(id) => self.context_due(cycle, id),
            }
        }
    }

    // --- Store ------------------------------------------------------------------------------------------------------

    /// The next change to keep durably.
    pub fn poll_save(&mut self) -> Option<Save> {
        let table = &self.table;
        let record = |key| {
            let context = table.get(ContextId(key))?;
            Some(durable::encode(context, Counts::Reserved))
        };
        self.saves.next(record)
    }

    /// Takes back a record of before a restart, in the order of keys. `Err` with the reason if it is of no use.
    ///
    /// # Errors
    /// A record that cannot be read, or one that contradicts another.
    pub fn restore(&mut self, at: At, key: u32, record: &[u8], stop: Stop) -> Result<(), String> {
        let context = durable::decode(record, stop).map_err(|error| error.to_string())?;
        let id = ContextId(key);
        if context.guti.gummei() != self.config.gummei {
            return Err("its GUTI is of another MME".to_owned());
        }
        if !self.table.restore(id, context) {
            return Err("another context has its place or identity, or there are too many".to_owned());
        }
        // The HSS may have lost it, and said so, while this MME was away (TS 23.007 14).
        if let Some(record) = self.table.record_mut(id) {
            record.location_confirmed = false;
        }
        self.now_idle(at, id);
        Ok(())
    }

    /// Every context as it stands, for a clean stop: afterwards the node must not serve any more.
    pub fn final_saves(&self) -> impl Iterator<Item = Save> + '_ {
        self.table
            .iter()
            .map(|(id, record)| save::put(id, &record.context, Counts::Exact))
    }

    // --- Operator ---------------------------------------------------------------------------------------------------

    /// Detaches a UE: at once over its connection, after paging if it is idle.
    ///
    /// # Errors
    /// [`Unreachable`]; its context is deregistered all the same if there is one.
    pub fn detach(&mut self, at: At, node: &mut Node, imsi: Imsi, reattach: bool) -> Result<(), Unreachable> {
        let id = self.table.by_imsi(imsi).ok_or(Unreachable::Unknown)?;
        self.detach_context(&mut Cycle { at, node }, id, reattach, None)
    }

    /// Pages an idle UE.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub fn page(&mut self, at: At, node: &mut Node, imsi: Imsi) -> Result<(), Unreachable> {
        let id = self.table.by_imsi(imsi).ok_or(Unreachable::Unknown)?;
        self.page_context(&mut Cycle { at, node }, id, crate::idle::Purpose::Reach)
    }

    /// Authenticates a connected UE anew, once nothing else is under way with it.
    ///
    /// # Errors
    /// [`Unreachable::Unknown`] without a context, [`Unreachable::Deregistered`] if it is not connected.
    pub fn reauthenticate(&mut self, at: At, node: &mut Node, imsi: Imsi) -> Result<(), Unreachable> {
        let id = self.table.by_imsi(imsi).ok_or(Unreachable::Unknown)?;
        let connection = self.table.record(id).and_then(|record| record.connection);
        let connection = connection.ok_or(Unreachable::Deregistered)?;
        let _ = self.drive(&mut Cycle { at, node }, connection, Input::Reauthenticate);
        Ok(())
    }

    /// For laboratories: the next COUNTs of a subscriber's current security context, as if so many messages had been
    /// protected. `false` if there is none.
    pub fn set_counts(&mut self, imsi: Imsi, counts: NasCounts) -> bool {
        let context = self.table.by_imsi(imsi).and_then(|id| self.table.get_mut(id));
        let Some(security) = context.and_then(|context| context.security.as_mut()) else {
            return false;
        };
        security.nas = security.nas.clone().with_counts(counts);
        true
    }

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

    /// eNBs that are set up: name or address of each.
    pub fn enbs(&self) -> impl Iterator<Item = (AssociationId, SocketAddr, Option<&crate::EnbSetup>)> {
        let enbs = self.enbs.by_association.iter();
        enbs.map(|(association, enb)| (*association, enb.peer, enb.setup.as_ref()))
    }

    /// The context of a subscriber.
    #[must_use]
    pub fn context(&self, imsi: Imsi) -> Option<&quintet_emm::network::Context> {
        self.table.get(self.table.by_imsi(imsi)?)
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The next event. There are some only if [`Policy::events`](quintet_emm::network::Policy) asks for them.
    pub fn poll_event(&mut self) -> Option<MmeEvent> {
        self.events.pop_front()
    }

    pub(crate) fn report(&mut self, event: impl FnOnce() -> MmeEvent) {
        if self.config.policy.events && self.events.len() < MAX_EVENTS {
            self.events.push_back(event());
        }
    }

    /// Something of a connection is due.
    fn connection_due(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.armed = None;
        let now = cycle.at.now;
        let silent = connection.heard + self.config.inactivity_timeout <= now;
        let session_due = connection
            .session
            .as_ref()
            .and_then(|session| session.poll_timeout())
            .is_some_and(|at| at <= now);
        match connection.phase {
            Phase::Releasing(until) if until <= now => return self.lose(cycle, id),
            Phase::SettingUp(until) if until <= now => {
                connection.phase = Phase::Signalling;
                let failed = quintet_emm::network::ContextSetupFailure::NoAnswer;
                let _ = self.drive(cycle, id, Input::ContextSetup(Err(failed)));
            }
            _ if session_due => {
                let _ = self.drive(cycle, id, Input::Timeout);
            }
            _ if silent => {
                let _ = self.drive(cycle, id, Input::ReleaseRequested);
            }
            _ => {}
        }
        self.arm(id);
    }
}
