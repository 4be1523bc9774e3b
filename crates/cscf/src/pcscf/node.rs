//! The node: its state, its inputs, what it wants done.

use super::config::Config;
use super::event::{Counters, PcscfEvent};
use super::rate::RateLimit;
use super::register::Exchange;
use super::sending::Held;
use super::table::{Registration, Table};
use crate::proxy::{self, Arrival, Branches, Own, Rejection, Relay, Whose};
use quintet_esp::SaCommand;
use quintet_ims::agreement::{Entry, SpiPool, Which};
use quintet_ims::registrar::At;
use quintet_procedure::node::{Saves, Schedule};
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::transport::{Hop, SipOutput};
use quintet_sip::{Message, Method, Status};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
const MAX_EVENTS: usize = 65_536;

/// What Proxy-Require may ask for.
pub(super) const SUPPORTED: &[&str] = &["sec-agree", "path", "outbound", "gruu"];

/// Where a message came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// From a CSCF.
    Core,
    /// From a UE, outside of associations.
    Access,
    /// From a UE, through associations of its registration.
    Protected(u32, Which),
}

/// A request that came.
#[derive(Clone, Copy)]
pub(super) struct Come<'x, 'a> {
    pub(super) at: At,
    pub(super) hop: Hop,
    pub(super) server: ServerId,
    pub(super) message: &'x Message<'a>,
}

/// A P-CSCF. Inputs are methods; what it wants done is polled: [`poll_sip`](Self::poll_sip), [`poll_sa`](Self::poll_sa),
/// [`poll_save`](Self::poll_save), [`poll_event`](Self::poll_event), [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Pcscf {
    pub(super) config: Config,
    pub(super) own: Own,
    pub(super) relay: Relay,
    pub(super) branches: Branches,
    pub(super) table: Table,
    pub(super) spis: SpiPool,
    pub(super) rate: RateLimit,
    pub(super) random: ChaCha20Rng,
    pub(super) schedule: Schedule<u32>,
    pub(super) saves: Saves,
    pub(super) next_set: u32,
    /// REGISTERs at the registrar.
    pub(super) exchanges: HashMap<ClientId, Exchange>,
    pub(super) counters: Counters,
    /// The wall clock's lead over [`At::now`], as of the last input.
    pub(super) epoch: Duration,
    /// What is to be set up, at once.
    pub(super) installs: VecDeque<SaCommand>,
    /// What is to be deleted, after what is still to be sent.
    pub(super) removals: VecDeque<SaCommand>,
    /// What is sent once what is to be set up is there.
    pub(super) held: VecDeque<Held>,
    pub(super) out: VecDeque<SipOutput>,
    events: VecDeque<PcscfEvent>,
}

impl Pcscf {
    /// A P-CSCF without registrations. All its random choices come from `seed`, which must be secret and never used twice.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let mut random = ChaCha20Rng::from_seed(seed);
        let server = SocketAddr::new(config.access.ip(), config.protected_server_port);
        let own = Own::new()
            .name(&config.name, None)
            .address(config.core)
            .address(config.access)
            .address(server);
        Self {
            own,
            relay: Relay::new(config.relay, random.next_u64()),
            branches: Branches::new(random.next_u64()),
            table: Table::new(config.limits.registrations),
            spis: SpiPool::new(random.next_u32()),
            rate: RateLimit::new(config.limits.register_rate),
            schedule: Schedule::default(),
            saves: Saves::default(),
            next_set: 0,
            exchanges: HashMap::new(),
            counters: Counters::default(),
            epoch: Duration::ZERO,
            installs: VecDeque::new(),
            removals: VecDeque::new(),
            held: VecDeque::new(),
            out: VecDeque::new(),
            events: VecDeque::new(),
            random,
            config,
        }
    }

    /// The configuration it was made with.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// How often what happened.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Registrations, and those that are not finished.
    #[must_use]
    pub fn registrations(&self) -> (usize, usize) {
        (self.table.len() - self.table.pending(), self.table.pending())
    }

    /// Every set of associations, with the private identity it is of.
    pub fn associations(&self) -> impl Iterator<Item = (&str, Which, &Entry)> {
        self.table.iter().flat_map(|(_, registration)| {
            let sets = registration.sets.iter();
            sets.map(|(which, entry)| (registration.impi.as_str(), which, entry))
        })
    }

    /// One whole message came.
    pub fn handle_sip(&mut self, at: At, hop: Hop, octets: &[u8]) {
        self.counters.received += 1;
        self.epoch = at.wall.saturating_sub(at.now);
        if self.keep_alive(hop, octets) {
            return;
        }
        let Ok((message, defect)) = Message::parse_head(octets) else {
            self.counters.malformed += 1;
            return;
        };
        let Some(side) = self.side(&hop) else {
            self.counters.unprotected += 1;
            self.report(|| PcscfEvent::Unprotected { source: hop.remote });
            return;
        };
        let register = message.method() == Some(Method::Register);
        if register && side == Side::Access && !self.rate.allows(at.now, hop.remote.ip()) {
            self.counters.flooded += 1;
            self.report(|| PcscfEvent::Flood { source: hop.remote });
            return;
        }
        if !message.is_request() && !self.may_answer(&hop, side, &message) {
            self.counters.forged += 1;
            return;
        }
        let answers = self.answer_hop(hop, side);
        match self.relay.receive(at.now, answers, &message) {
            Arrival::Request(server) => {
                let come = Come {
                    at,
                    hop,
                    server,
                    message: &message,
                };
                let checked = match defect {
                    Some(defect) => Err(Rejection::new(Status::BAD_REQUEST, defect.to_string())),
                    None => proxy::check(&message, SUPPORTED),
                };
                match checked {
                    Ok(()) => self.request(come, side),
                    Err(rejection) => self.reject(come, &rejection),
                }
            }
            Arrival::Ack => self.acknowledge(at, hop, &message, side),
            Arrival::Response(client, whose) => {
                let from = self.place_at(&hop);
                self.response(at, client, whose, (&message, from));
            }
            // Every INVITE is forwarded or answered at once, so none is there to be cancelled that is neither.
            Arrival::Cancelled(_) | Arrival::Nothing => {}
        }
        self.failures(at);
    }

    /// Line ends between messages keep a flow alive, and a pair of them wants one back (RFC 5626 4.4.1).
    fn keep_alive(&mut self, hop: Hop, octets: &[u8]) -> bool {
        let only = octets.iter().all(|octet| matches!(octet, b'\r' | b'\n'));
        if only && octets == b"\r\n\r\n" {
            let octets = b"\r\n".to_vec();
            self.out.push_back(SipOutput::Send { hop, octets });
        }
        only
    }

    /// From which side a hop is. `None` for a protected port without associations behind it: nothing may come there
    /// (TS 33.203 7.1).
    fn side(&self, hop: &Hop) -> Option<Side> {
        let port = hop.local.port();
        let at_access = hop.local.ip() == self.config.access.ip();
        let protected =
            port == self.config.protected_server_port || self.config.protected_client_ports.contains(&port);
        if at_access && protected {
            let place = self.table.by_end(hop.remote)?;
            let which = self.table.get(place)?.sets.find(hop)?;
            return Some(Side::Protected(place, which));
        }
        let only_access = self.config.access.ip() != self.config.core.ip();
        if at_access && (port == self.config.access.port() || only_access) {
            return Some(Side::Access);
        }
        Some(Side::Core)
    }

    /// Whether a response may come from there. What a UE sends answers only what it was asked: a response that is matched by
    /// its branch alone could say of a UE what its registrar did not.
    fn may_answer(&mut self, hop: &Hop, side: Side, message: &Message<'_>) -> bool {
        if side == Side::Core {
            return true;
        }
        let from = self.place_at(hop);
        let asked = self.relay.asked(message);
        asked.is_none_or(|to| from.is_some() && !self.is_core(&to) && self.place_at(&to) == from)
    }

    /// The UE at the other end of a hop.
    fn place_at(&self, hop: &Hop) -> Option<u32> {
        self.table.by_end(hop.remote).or_else(|| self.table.by_flow(hop))
    }

    fn request(&mut self, come: Come<'_, '_>, side: Side) {
        if proxy::is_loop(come.message, &self.own) {
            self.reject(come, &Rejection::new(Status::LOOP_DETECTED, "Loop Detected"));
            return;
        }
        let register = come.message.method() == Some(Method::Register);
        match (side, register) {
            (Side::Access | Side::Protected(..), true) => self.register(come, side),
            (Side::Core, true) => {
                self.reject(
                    come,
                    &Rejection::new(Status::FORBIDDEN, "REGISTER comes from UEs only"),
                );
            }
            (Side::Core, false) => self.core_asks(come),
            (Side::Access | Side::Protected(..), false) => self.ue_asks(come, side),
        }
    }

    /// A response, with the UE that it came from.
    fn response(
        &mut self,
        at: At,
        client: ClientId,
        whose: Whose,
        (message, from): (&Message<'_>, Option<u32>),
    ) {
        match whose {
            Whose::Own(number) => self.subscribed(at, number, message),
            Whose::Forwarded(_) if self.exchanges.contains_key(&client) => {
                self.registrar_answered(at, client, message);
            }
            Whose::Forwarded(server) => self.pass_response(at, client, server, message, from),
        }
    }

    /// What was sent to a hop does not arrive.
    pub fn hop_failed(&mut self, at: At, hop: Hop) {
        self.relay.hop_failed(at.now, hop);
        self.failures(at);
    }

    pub(super) fn reject(&mut self, come: Come<'_, '_>, rejection: &Rejection) {
        self.relay
            .reply(come.at.now, come.server, come.hop, come.message, rejection);
    }

    /// A number that nobody can guess.
    pub(super) fn draw(&mut self) -> u64 {
        self.random.next_u64()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<PcscfEvent> {
        self.events.pop_front()
    }

    pub(super) fn report(&mut self, event: impl FnOnce() -> PcscfEvent) {
        if self.events.len() < MAX_EVENTS {
            self.events.push_back(event());
        }
    }

    pub(super) fn registration(&self, place: u32) -> Option<&Registration> {
        self.table.get(place)
    }
}
