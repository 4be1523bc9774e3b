//! The S-CSCF (TS 24.229 5.4), sans-IO: SIP on one side, Cx on the other, the registrar's sessions between them.
//!
//! ```text
//!  handle_sip ─► Relay ─┬─ REGISTER ─────────► registrar::Session ─► Cx ─► HSS
//!                       │                          └─ events ─► NOTIFY, third-party REGISTER
//!                       ├─ SUBSCRIBE reg ────► subscriptions
//!                       ├─ Route with "orig" ► originating: criteria ─► AS … ─► by Request-URI
//!                       └─ Request-URI ──────► terminating: criteria ─► AS … ─► contacts, along their Path
//! ```
//!
//! What is durable of a session leaves by [`Scscf::poll_save`] and comes back by [`Scscf::restore`]. Subscriptions and what
//! application servers have at the moment are not durable: subscribers refresh, callers call again.
//!
//! Left out: wildcarded identities (what matches one is not served: 403, 404, 480), and IMS restoration by the HSS (TS 23.380):
//! an S-CSCF here has its registrations from its own records, leaves no SCSCF-Restoration-Info and never asks SAR RESTORATION.

mod chain;
mod config;
mod deliver;
mod event;
mod hss;
mod notify;
mod originating;
mod rate;
mod read;
mod reginfo;
mod register;
mod registers;
mod reply;
mod restore;
mod sending;
mod serve;
mod sip;
mod subscribe;
mod subscription;
mod table;
mod terminating;
mod third_party;
mod unregistered;

pub use config::{Config, Limits};
pub use event::{Counters, ScscfEvent};
pub(crate) use hss::{granted, meaning};
pub use quintet_ims::registrar::At;
pub use read::{MAX_CALL_ID_OCTETS, MAX_VALUE_OCTETS};
pub(crate) use read::{impu_of, private_identity};

pub(crate) use crate::cx::Cycle;
use crate::cx::{Answered, CxClient};
pub(crate) use crate::proxy::Request;
use crate::proxy::{Branches, Relay, RelayConfig, RelayEvent, TIMER_C};
use chain::Chains;
use quintet_diameter::node::{Event as NodeEvent, Inbound};
use quintet_diameter::{ConnectionId, Node};
use quintet_identity::{Impi, Impu};
use quintet_ims::registrar::{Entropy, Input, NetworkReason, Output, Session};
use quintet_procedure::node::{Saves, Schedule};
use quintet_sip::transport::{Hop, SipOutput};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use rate::Rates;
use registers::Registers;
use sending::OwnRequests;
use std::collections::VecDeque;
use std::time::Duration;
use subscription::Subscriptions;
use table::Table;
use unregistered::Unregistered;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
const MAX_EVENTS: usize = 65_536;

/// The random octets of the sessions.
#[derive(Debug)]
pub(crate) struct Random(ChaCha20Rng);

impl Entropy for Random {
    fn fill(&mut self, to: &mut [u8]) {
        self.0.fill_bytes(to);
    }
}

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// For whom the HSS is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// A session, by its place, and which of its requests.
    Session(u32, u64),
    /// An identity that is not registered and was called.
    Unregistered(Impu),
    /// Nobody waits.
    Nobody,
}

/// Whose a deadline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    Session(u32),
    Subscription(u64),
    Unregistered(u64),
}

/// An S-CSCF. Inputs are methods; what it wants done is polled: [`poll_sip`](Self::poll_sip),
/// [`poll_save`](Self::poll_save), [`poll_event`](Self::poll_event), [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Scscf {
    pub(crate) config: Config,
    pub(crate) relay: Relay,
    pub(crate) branches: Branches,
    pub(crate) table: Table,
    pub(crate) cx: CxClient<For>,
    pub(crate) registers: Registers,
    pub(crate) schedule: Schedule<Due>,
    pub(crate) saves: Saves,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) unregistered: Unregistered,
    pub(crate) chains: Chains,
    pub(crate) own_requests: OwnRequests,
    pub(crate) rates: Rates,
    pub(crate) random: Random,
    /// Outputs of a session at work; kept for its allocation.
    pub(crate) outputs: Vec<Output>,
    /// What a session's outputs brought about, for after them.
    pub(crate) consequences: VecDeque<(u32, Input<'static>)>,
    /// Registrations that end because an application server failed.
    pub(crate) doomed: VecDeque<(u32, Impu)>,
    pub(crate) counters: Counters,
    /// The next request to the HSS.
    pub(crate) asked: u64,
    events: VecDeque<ScscfEvent>,
}

impl Scscf {
    /// An S-CSCF without registrations. All its random choices come from `seed`, which must be secret and never used twice.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let mut random = Random(ChaCha20Rng::from_seed(seed));
        let relay = RelayConfig {
            timers: config.timers,
            transactions: config.limits.transactions,
            timer_c: TIMER_C,
        };
        let limits = config.limits;
        Self {
            relay: Relay::new(relay, random.next()),
            branches: Branches::new(random.next()),
            table: Table::new(limits.sessions),
            cx: CxClient::new(config.cx.clone()),
            registers: Registers::default(),
            schedule: Schedule::default(),
            saves: Saves::default(),
            subscriptions: Subscriptions::new(limits),
            unregistered: Unregistered::new(limits.unregistered),
            chains: Chains::new(limits.chains),
            own_requests: OwnRequests::default(),
            rates: Rates::new(limits.register_rate),
            random,
            outputs: Vec::new(),
            consequences: VecDeque::new(),
            doomed: VecDeque::new(),
            counters: Counters::default(),
            asked: 0,
            events: VecDeque::new(),
            config,
        }
    }

    /// The configuration it was made with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is asked of the HSS from now on is part of this attempt; `None` for none that is known.
    pub fn about(&mut self, attempt: Option<quintet_telemetry::AttemptId>) {
        self.cx.about(attempt);
    }

    /// One whole SIP message came.
    pub fn handle_sip(&mut self, at: At, node: &mut Node, hop: Hop, octets: &[u8]) {
        self.received(&mut Cycle { at, node }, hop, octets);
    }

    /// What was sent to this hop does not arrive: refused, reset, unreachable.
    pub fn hop_failed(&mut self, at: At, node: &mut Node, hop: Hop) {
        self.relay.hop_failed(at.now, hop);
        self.settle(&mut Cycle { at, node });
    }

    /// The next thing to be done on SIP.
    pub fn poll_sip(&mut self) -> Option<SipOutput> {
        self.relay.poll_send()
    }

    /// A request of the HSS or an answer to one of ours; see [`Node::handle_message`].
    pub fn handle(&mut self, at: At, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        let cycle = &mut Cycle { at, node };
        match inbound {
            Inbound::Done => {}
            Inbound::Request(request) => self.serve(cycle, connection, &request),
            Inbound::Answer { handle, message } => {
                if let Some(answered) = self.cx.answered(at.now, cycle.node, handle, &message) {
                    self.hss_answered(cycle, answered);
                }
            }
        }
        self.settle(cycle);
    }

    /// Something happened to a peer or to a request of ours.
    pub fn handle_event(&mut self, at: At, node: &mut Node, event: &NodeEvent) {
        let cycle = &mut Cycle { at, node };
        if let NodeEvent::RequestFailed { handle, reason, .. } = event
            && let Some(answered) = self.cx.failed(*handle, *reason)
        {
            self.hss_answered(cycle, answered);
        }
        self.settle(cycle);
    }

    fn hss_answered(&mut self, cycle: &mut Cycle<'_>, answered: Answered<For>) {
        match answered.id {
            For::Session(place, asked) => {
                self.session_answered(cycle, place, asked, answered.result, answered.hss);
            }
            For::Unregistered(impu) => self.unregistered_answered(cycle, &impu, answered.result),
            For::Nobody => {}
        }
    }

    /// When [`timeout`](Self::timeout) is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let both = [self.schedule.next(), self.relay.poll_timeout()];
        both.into_iter().flatten().min()
    }

    /// Time passed.
    pub fn timeout(&mut self, at: At, node: &mut Node) {
        let cycle = &mut Cycle { at, node };
        while let Some(due) = self.schedule.pop(at.now) {
            match due {
                Due::Session(place) => self.session_due(cycle, place),
                Due::Subscription(id) => self.subscription_due(cycle, id),
                Due::Unregistered(id) => self.unregistered_due(cycle, id),
            }
        }
        self.relay.timeout(at.now);
        self.settle(cycle);
    }

    /// What the transactions and application servers brought about.
    pub(crate) fn settle(&mut self, cycle: &mut Cycle<'_>) {
        loop {
            if let Some(event) = self.relay.poll_event() {
                match event {
                    RelayEvent::Failed(client, whose, status) => {
                        self.client_failed(cycle, client, whose, status);
                    }
                    RelayEvent::Abandoned(server) => self.abandoned(server),
                }
            } else if let Some((place, impu)) = self.doomed.pop_front() {
                let (impus, reason) = (&[impu][..], NetworkReason::Deactivated);
                self.drive(cycle, place, Input::Deregister { impus, reason });
            } else {
                return;
            }
        }
    }

    /// The operator ends the registrations of a private identity: of these public identities, or of all.
    pub fn deregister(
        &mut self,
        at: At,
        node: &mut Node,
        impi: &Impi,
        impus: &[Impu],
        reason: NetworkReason,
    ) -> bool {
        let Some(place) = self.table.by_impi(impi) else {
            return false;
        };
        let cycle = &mut Cycle { at, node };
        self.drive(cycle, place, Input::Deregister { impus, reason });
        self.settle(cycle);
        true
    }

    /// The operator wants a private identity authenticated anew: its registrations, of these public identities or of all, last so
    /// many seconds more, or less, and whoever subscribed is told (TS 24.229 5.4.1.6).
    pub fn reauthenticate(
        &mut self,
        at: At,
        node: &mut Node,
        impi: &Impi,
        impus: &[Impu],
        expires: u32,
    ) -> bool {
        let Some(place) = self.table.by_impi(impi) else {
            return false;
        };
        let cycle = &mut Cycle { at, node };
        self.drive(cycle, place, Input::Reauthenticate { impus, expires });
        self.settle(cycle);
        true
    }

    /// The sessions, for an operator's list.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.table.iter().map(|(_, session)| session)
    }

    /// The session of a private identity.
    #[must_use]
    pub fn session(&self, impi: &Impi) -> Option<&Session> {
        self.table.session(self.table.by_impi(impi)?)
    }

    /// How many private identities there are, and how many of them have no registration yet.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (self.table.len(), self.table.pending())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.len() == 0
    }

    /// Everything else that it keeps something for: subscriptions, identities served unregistered, requests of application
    /// servers, requests under way.
    #[must_use]
    pub fn kept(&self) -> [usize; 4] {
        [
            self.subscriptions.len(),
            self.unregistered.len(),
            self.chains.len(),
            self.registers.len() + self.own_requests.len(),
        ]
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<ScscfEvent> {
        self.events.pop_front()
    }

    pub(crate) fn report(&mut self, event: impl FnOnce() -> ScscfEvent) {
        if self.events.len() < MAX_EVENTS {
            self.events.push_back(event());
        }
    }
}
