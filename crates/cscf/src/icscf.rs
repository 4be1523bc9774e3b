//! The I-CSCF (TS 24.229 5.3, TS 29.228 6.1.1, 6.1.4), sans-IO: asks the HSS which S-CSCF serves, and passes on.
//!
//! ```text
//!  REGISTER ─► UAR ─► Server-Name │ capabilities ─► S-CSCF ─┬─ an answer ─► back
//!                ▲                                          └─ none: the next one
//!                └── REGISTRATION_AND_CAPABILITIES ◄─ the named one is not there
//!  others ───► LIR ─► Server-Name │ capabilities ─► S-CSCF
//! ```
//!
//! Nothing of a user is kept once a request is answered, whatever the answer (TS 33.203 6.1.2.2).

mod ask;
mod attempt;
mod config;
mod event;
mod selection;
mod sip;

pub use config::{Config, Counters, Limits};
pub use event::IcscfEvent;
pub use selection::{MAX_CANDIDATES, Scscf, select};

pub(crate) use crate::cx::Cycle;
use crate::cx::{Answered, CxClient};
pub(crate) use crate::proxy::Request;
use crate::proxy::{Branches, Relay, RelayConfig, RelayEvent, TIMER_C};
use attempt::Attempt;
use event::MAX_EVENTS;
use quintet_diameter::Node;
use quintet_diameter::node::{Event as NodeEvent, Inbound};
use quintet_diameter::{ConnectionId, ResultCode};
use quintet_ims::registrar::At;
use quintet_sip::Status;
use quintet_sip::transaction::ServerId;
use quintet_sip::transport::{Hop, SipOutput};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// An I-CSCF. Inputs are methods; what it wants done is polled: [`poll_sip`](Self::poll_sip),
/// [`poll_event`](Self::poll_event), [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Icscf {
    pub(crate) config: Config,
    pub(crate) relay: Relay,
    pub(crate) branches: Branches,
    pub(crate) cx: CxClient<ServerId>,
    /// Requests that wait for the HSS or an S-CSCF.
    pub(crate) attempts: HashMap<ServerId, Attempt>,
    pub(crate) counters: Counters,
    events: VecDeque<IcscfEvent>,
}

impl Icscf {
    /// An I-CSCF. `seed` is from entropy and never used twice.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let part = |at: usize| {
            let mut octets = [0; 8];
            octets.copy_from_slice(&seed[at..at + 8]);
            u64::from_be_bytes(octets)
        };
        let relay = RelayConfig {
            timers: config.timers,
            transactions: config.limits.transactions,
            timer_c: TIMER_C,
        };
        Self {
            relay: Relay::new(relay, part(0)),
            branches: Branches::new(part(8)),
            cx: CxClient::new(config.cx.clone()),
            attempts: HashMap::new(),
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

    /// What an operator may want to see.
    pub fn poll_event(&mut self) -> Option<IcscfEvent> {
        self.events.pop_front()
    }

    pub(crate) fn report(&mut self, event: impl FnOnce() -> IcscfEvent) {
        if self.events.len() < MAX_EVENTS {
            self.events.push_back(event());
        }
    }

    /// A request was refused here: counted and told.
    pub(crate) fn refused(&mut self, status: Status) {
        self.counters.refused += 1;
        self.report(|| IcscfEvent::refused(status));
    }

    /// A request of the HSS, of which an I-CSCF serves none, or an answer to one of ours; see [`Node::handle_message`].
    pub fn handle(&mut self, at: At, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        match inbound {
            Inbound::Done => {}
            Inbound::Request(request) => {
                let unsupported = quintet_diameter::node::AnswerResult::Base(ResultCode::COMMAND_UNSUPPORTED);
                if let Some(answer) = node.answer(connection, &request, unsupported) {
                    answer.finish();
                }
            }
            Inbound::Answer { handle, message } => {
                if let Some(answered) = self.cx.answered(at.now, node, handle, &message) {
                    self.hss_answered(&mut Cycle { at, node }, answered);
                }
            }
        }
        self.settle(&mut Cycle { at, node });
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

    fn hss_answered(&mut self, cycle: &mut Cycle<'_>, answered: Answered<ServerId>) {
        if let Some(attempt) = self.attempts.remove(&answered.id) {
            self.located(cycle, answered.id, attempt, answered.result);
        }
    }

    /// When [`timeout`](Self::timeout) is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.relay.poll_timeout()
    }

    /// Time passed.
    pub fn timeout(&mut self, at: At, node: &mut Node) {
        self.relay.timeout(at.now);
        self.settle(&mut Cycle { at, node });
    }

    pub(crate) fn settle(&mut self, cycle: &mut Cycle<'_>) {
        while let Some(event) = self.relay.poll_event() {
            match event {
                RelayEvent::Failed(client, whose, status) => {
                    self.client_failed(cycle, client, whose, status);
                }
                RelayEvent::Abandoned(server) => {
                    self.attempts.remove(&server);
                }
            }
        }
    }

    /// Requests of which something is kept at the moment.
    #[must_use]
    pub fn len(&self) -> usize {
        self.attempts.len()
    }

    /// Whether nothing of any request is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}
