//! The node: its state, its inputs, what it wants done.

use super::config::Config;
use super::event::{Counters, Ended, PcscfEvent};
use super::rate::RateLimit;
use super::register::Exchange;
use super::table::{Registration, Table};
use crate::proxy::{self, Arrival, Branches, Own, Rejection, Relay, RelayEvent, Target, Whose};
use quintet_esp::SaCommand;
use quintet_ims::agreement::{Entry, Role, SpiPool, Which};
use quintet_ims::registrar::At;
use quintet_procedure::node::{Saves, Schedule};
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use quintet_sip::{Edit, Message, Method, Name, Status};
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
    installs: VecDeque<SaCommand>,
    /// What is to be deleted, after what is still to be sent.
    removals: VecDeque<SaCommand>,
    out: VecDeque<SipOutput>,
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
            Arrival::Response(client, whose) => self.response(at, client, whose, &message),
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

    fn response(&mut self, at: At, client: ClientId, whose: Whose, message: &Message<'_>) {
        match whose {
            Whose::Own(number) => self.subscribed(at, number, message),
            Whose::Forwarded(_) if self.exchanges.contains_key(&client) => {
                self.registrar_answered(at, client, message);
            }
            Whose::Forwarded(server) => self.pass_response(at, client, server, message),
        }
    }

    /// What was sent to a hop does not arrive.
    pub fn hop_failed(&mut self, at: At, hop: Hop) {
        self.relay.hop_failed(at.now, hop);
        self.failures(at);
    }

    /// When [`timeout`](Self::timeout) is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.relay.poll_timeout(), self.schedule.next()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Time passed.
    pub fn timeout(&mut self, at: At) {
        self.epoch = at.wall.saturating_sub(at.now);
        self.relay.timeout(at.now);
        self.failures(at);
        while let Some(place) = self.schedule.pop(at.now) {
            if let Some(registration) = self.table.get_mut(place) {
                registration.armed = None;
            }
            self.due(at, place);
        }
    }

    /// Requests that got no answer: a REGISTER's attempt ends with it.
    fn failures(&mut self, at: At) {
        while let Some(event) = self.relay.poll_event() {
            let RelayEvent::Failed(client, whose, status) = event else {
                continue;
            };
            match whose {
                Whose::Own(number) => self.subscription_failed(number),
                Whose::Forwarded(_) => {
                    // TS 24.229 5.2.2.1: the home network cannot be reached.
                    let status = match self.exchanges.remove(&client) {
                        Some(exchange) => {
                            self.attempt_failed(exchange.place, Status::SERVER_TIME_OUT);
                            Status::SERVER_TIME_OUT
                        }
                        None => status,
                    };
                    self.relay.fail(at.now, client, status);
                }
            }
        }
    }

    /// What a registration's deadline brings: attempts, identities and associations that have expired.
    fn due(&mut self, at: At, place: u32) {
        let now = at.now;
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        registration.sets.timeout(now);
        let impi = registration.impi.clone();
        let given_up = registration
            .attempt
            .take_if(|attempt| attempt.until <= now)
            .is_some();
        if given_up {
            registration.sets.fail();
            self.report(|| PcscfEvent::Unanswered { impi: impi.clone() });
        }
        let expired = self.table.get_mut(place).and_then(|registration| {
            let bound = registration.bound.as_mut()?;
            let before = bound.aors.len();
            bound.aors.retain(|aor| aor.expires > now);
            (bound.aors.len() < before).then_some(bound.aors.is_empty())
        });
        if expired.is_some() {
            self.saves.note(place);
        }
        if expired == Some(true) {
            self.end(at, place, Ended::Expired);
            return;
        }
        self.settle(place);
    }

    /// The registration is over: associations last for what is still to be said.
    pub(super) fn end(&mut self, at: At, place: u32, why: Ended) {
        self.table.bind(place, None);
        self.saves.note(place);
        if let Some(registration) = self.table.get_mut(place) {
            registration.subscription = None;
            registration.sets.close(at.now);
            let impi = registration.impi.clone();
            self.report(|| PcscfEvent::Deregistered { impi, why });
        }
        self.settle(place);
    }

    /// After a change: associations set up and deleted, the deadline moved, what is empty forgotten.
    pub(super) fn settle(&mut self, place: u32) {
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        let mut gone = Vec::new();
        while let Some(command) = registration.sets.poll_command() {
            match command {
                SaCommand::RemoveSet(set) => {
                    gone.push(set);
                    self.removals.push_back(command);
                }
                command => self.installs.push_back(command),
            }
        }
        for set in gone {
            if let Some(spis) = self.table.release(set) {
                self.spis.release(spis);
            }
        }
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        if registration.is_idle() {
            self.schedule.set(&mut registration.armed, None, place);
            self.table.remove(place);
            return;
        }
        let deadline = registration.deadline();
        self.schedule.set(&mut registration.armed, deadline, place);
    }

    pub(super) fn reject(&mut self, come: Come<'_, '_>, rejection: &Rejection) {
        self.relay
            .reply(come.at.now, come.server, come.hop, come.message, rejection);
    }

    /// Sends towards the core: where to, and what stands in our Via.
    pub(super) fn core_hop(&self, target: Target) -> Hop {
        let mut local = self.config.core;
        if target.protocol != Protocol::Udp {
            local.set_port(0);
        }
        Hop {
            protocol: target.protocol,
            local,
            remote: target.address,
        }
    }

    /// Our Via, with a branch for this request.
    pub(super) fn via(&mut self, protocol: Protocol, sent_by: SocketAddr, message: &Message<'_>) -> String {
        let branch = self.branches.next(proxy::loop_key(message));
        format!("SIP/2.0/{protocol} {sent_by};branch={branch}")
    }

    /// Passes a request to the core.
    pub(super) fn send_to_core(
        &mut self,
        come: Come<'_, '_>,
        target: Target,
        edit: Edit<'_, '_>,
    ) -> Option<ClientId> {
        let via = self.via(target.protocol, self.config.core, come.message);
        let mut octets = Vec::new();
        proxy::came_from(edit, come.message, &come.hop)
            .replace(Name::MaxForwards, proxy::max_forwards(come.message))
            .push(Name::Via, via)
            .write(&mut octets);
        let hop = self.core_hop(target);
        self.forward(come, hop, octets)
    }

    /// Passes a request on, or says why not.
    pub(super) fn forward(&mut self, come: Come<'_, '_>, hop: Hop, octets: Vec<u8>) -> Option<ClientId> {
        let forwarded = self
            .relay
            .forward(come.at.now, come.server, (&come.hop, come.message), hop, octets);
        match forwarded {
            Ok(client) => Some(client),
            Err(_) => {
                let busy = Rejection::new(Status::SERVICE_UNAVAILABLE, "too many transactions");
                self.reject(come, &busy.with(Name::RetryAfter, "5"));
                None
            }
        }
    }

    /// A number that nobody can guess.
    pub(super) fn draw(&mut self) -> u64 {
        self.random.next_u64()
    }

    /// The next thing to be done on SIP.
    pub fn poll_sip(&mut self) -> Option<SipOutput> {
        let output = self.out.pop_front().or_else(|| self.relay.poll_send())?;
        Some(match output {
            SipOutput::Send { hop, octets } => SipOutput::Send {
                hop: self.send_hop(hop),
                octets,
            },
            output => output,
        })
    }

    /// Where the answer to a message goes: datagrams through associations go from the client port to the server port of the
    /// same set (TS 33.203 7.1).
    fn answer_hop(&self, hop: Hop, side: Side) -> Hop {
        let Side::Protected(place, which) = side else {
            return hop;
        };
        let entry = self
            .table
            .get(place)
            .and_then(|registration| registration.sets.get(which));
        entry.map_or(hop, |entry| entry.associations.response_hop(Role::Pcscf, &hop))
    }

    /// A UE whose Via names its client port is answered there, from the server port: that is an association too.
    fn send_hop(&self, hop: Hop) -> Hop {
        let port = hop.local.port();
        if hop.protocol != Protocol::Udp || !self.config.protected_client_ports.contains(&port) {
            return hop;
        }
        let place = self.table.by_end(hop.remote);
        let Some(registration) = place.and_then(|place| self.table.get(place)) else {
            return hop;
        };
        let set = registration.sets.iter().map(|(_, entry)| entry.associations);
        match set.into_iter().find(|four| four.ue.client() == hop.remote) {
            Some(four) if four.ue.server() != hop.remote => Hop {
                local: four.pcscf.server(),
                ..hop
            },
            _ => hop,
        }
    }

    /// The next thing to be done with security associations. What is deleted comes after what is still to be sent.
    pub fn poll_sa(&mut self) -> Option<SaCommand> {
        if let Some(command) = self.installs.pop_front() {
            return Some(command);
        }
        if self.out.is_empty() {
            self.out.extend(self.relay.poll_send());
        }
        if !self.out.is_empty() {
            return None;
        }
        self.removals.pop_front()
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
