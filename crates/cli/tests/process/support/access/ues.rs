//! The UEs on a driver.

use super::{Board, Claim, State};
use crate::support::{Random, subscribers};
use quintet_crypto::Sqn;
use quintet_diameter::node::{ConnectionId, Event as NodeEvent, Inbound, Node};
use quintet_esp::{Encryption, Integrity, SaCommand, Suite};
use quintet_ims::agreement::UePolicy;
use quintet_ims::ue::{
    Configuration, DEFAULT_EXPIRES_S, Departure, Event, Identity, SET_NAMES, Security, Start, TimerValues, Ue,
};
use quintet_runtime::{Application, Moment};
use quintet_sim::Usim;
use quintet_sim::demo::home_plmn;
use quintet_sim::ims::{Ues, User, UserEvent, UserId};
use quintet_sip::transaction::Timers;
use quintet_sip::transport::{Hop, SipOutput};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The UEs' port where nothing is protected.
pub(super) const PORT: u16 = 5060;

/// The protected ports: server, clients.
const SERVER_PORT: u16 = 5064;
const CLIENT_PORTS: std::ops::RangeInclusive<u16> = 5070..=5099;

/// Before a UE does the next thing: at most; so too after it de-registered; and before it tries again what failed.
const PAUSE_MS: u64 = 30;
const REST_MS: u64 = 1_500;
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(200);

/// Transactions of the UEs: what a dead P-CSCF does not answer is repeated often, so that its successor hears it soon, and
/// given up after 6.4 s.
const TIMERS: Timers = Timers::of(
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(500),
);

/// Who the n-th subscriber is in the IMS.
pub(super) fn identity(n: u32) -> Identity {
    let imsi = subscribers::imsi(n).parse().unwrap();
    Identity::derived(imsi, home_plmn()).unwrap()
}

/// UEs of one access.
pub(super) struct Access {
    board: Arc<Board>,
    ues: Ues,
    random: Random,
    /// When each does the next thing.
    next: Vec<Duration>,
    /// Once there are sockets.
    open: bool,
}

impl Access {
    pub(super) fn new(board: Arc<Board>, pcscf: SocketAddr, addresses: &[IpAddr], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let suite = |integrity, encryption| Suite::new(integrity, encryption).unwrap();
        let configuration = Arc::new(Configuration {
            pcscf,
            port: PORT,
            server_port: SERVER_PORT,
            client_ports: CLIENT_PORTS,
            security: Security::Ipsec(UePolicy {
                suites: vec![
                    suite(Integrity::HmacSha1_96, Encryption::AesCbc),
                    suite(Integrity::HmacSha1_96, Encryption::Null),
                ],
                encapsulation: false,
            }),
            expires_s: DEFAULT_EXPIRES_S,
            subscribes: true,
            automatic: false,
            timers: TimerValues::default(),
        });
        let mut ues = Ues::new(TIMERS, random.next());
        for (n, address) in (1..).zip(addresses) {
            let imsi = subscribers::imsi(n).parse().unwrap();
            let card = Usim::new(imsi, &subscribers::authentication(), Sqn::default()).unwrap();
            let ue = Ue::new(Arc::clone(&configuration), identity(n), *address, n * SET_NAMES);
            ues.add(User::new(ue, Some(card))).unwrap();
        }
        Self {
            board,
            ues,
            random,
            next: vec![Duration::ZERO; addresses.len()],
            open: false,
        }
    }

    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// What comes next for a UE that is at rest.
    fn choose(&mut self, registered: bool, calm: bool) -> Start {
        if calm || !registered {
            return Start::Register;
        }
        match self.random.below(10) {
            0 | 1 => Start::Deregister,
            2 => Start::RegisterAnew,
            _ => Start::Register,
        }
    }

    /// Who is at rest begins something.
    fn begin(&mut self, now: Duration, state: &mut State) {
        for (n, account) in (0..).zip(&mut state.accounts) {
            let id = UserId(n);
            let ue = self.ues.user(id).ue();
            if state.pause || ue.is_busy() || self.next[n as usize] > now {
                continue;
            }
            let registered = ue.is_registered();
            if state.calm && registered && account.successes > 0 {
                continue;
            }
            let start = self.choose(registered, state.calm);
            if start == Start::Deregister || account.claim == Claim::Deregistered {
                account.claim = Claim::Open;
            }
            self.next[n as usize] = now + Duration::from_millis(self.random.below(PAUSE_MS));
            self.ues.start(now, id, start);
        }
    }

    /// What users report.
    fn report(&mut self, now: Duration, state: &mut State) {
        while let Some(event) = self.ues.poll_event() {
            let account = &mut state.accounts[event.user.0 as usize];
            account.heard += 1;
            let next = &mut self.next[event.user.0 as usize];
            *next = now + Duration::from_millis(self.random.below(PAUSE_MS));
            match event.what {
                UserEvent::Ue(Event::Registered {
                    initial, protected, ..
                }) => {
                    account.claim = Claim::Registered;
                    account.successes += 1;
                    state.registered += u64::from(initial);
                    state.reregistered += u64::from(!initial);
                    if !protected {
                        state.faults.push(format!("{}: not protected", account.impi));
                    }
                }
                UserEvent::Ue(Event::Deregistered(Departure::Accepted)) => {
                    account.claim = Claim::Deregistered;
                    account.successes += 1;
                    state.deregistered += 1;
                    *next = now + Duration::from_millis(self.random.below(REST_MS));
                }
                UserEvent::Ue(Event::Deregistered(Departure::Unconfirmed)) => account.claim = Claim::Open,
                UserEvent::Ue(Event::Failed { procedure, why, .. }) => {
                    *state
                        .failures
                        .entry(format!("{procedure:?}: {why:?}"))
                        .or_default() += 1;
                    *next = now + PAUSE_AFTER_FAILURE;
                }
                // To who has asked for it, it may be told before the answer.
                UserEvent::Ue(Event::Deregistered(Departure::ByNetwork { .. }))
                    if account.claim == Claim::Open => {}
                UserEvent::Ue(
                    fault @ (Event::Deregistered(_)
                    | Event::SynchFailure
                    | Event::MacFailure
                    | Event::KeysLeaked),
                ) => state
                    .faults
                    .push(format!("{}, {:?}: {fault:?}", account.impi, account.claim)),
                _ => {}
            }
        }
    }

    /// What the board shows of them.
    fn show(&self, state: &mut State) {
        for (account, (_, user)) in state.accounts.iter_mut().zip(self.ues.users()) {
            let (ue, way) = (user.ue(), user.ue().way());
            account.protected = way.protected.then_some((way.local, way.remote));
            account.busy = ue.is_busy();
        }
    }
}

impl Application for Access {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        if !self.open {
            return;
        }
        let board = Arc::clone(&self.board);
        let mut state = board.lock();
        self.report(at.now, &mut state);
        self.begin(at.now, &mut state);
        self.show(&mut state);
        board.news.notify_all();
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let state = self.board.lock();
        let resting = self.ues.users().filter(|(id, user)| {
            let done = user.ue().is_registered() && state.accounts[id.0 as usize].successes > 0;
            let over = state.calm && done;
            self.open && !state.pause && !user.ue().is_busy() && !over
        });
        let next = resting.map(|(id, _)| self.next[id.0 as usize]).min();
        next.into_iter().chain(self.ues.poll_timeout()).min()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        self.ues.timeout(at.now);
    }

    fn sip(&mut self, at: Moment, _: &mut Node, hop: Hop, octets: &[u8]) {
        if let Some(id) = self.ues.user_at(&hop) {
            let mut state = self.board.lock();
            state.heard += 1;
            state.accounts[id.0 as usize].heard += 1;
        }
        self.ues.handle_sip(at.now, hop, octets);
    }

    fn sip_failed(&mut self, at: Moment, _: &mut Node, hop: Hop) {
        self.ues.hop_failed(at.now, hop);
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        self.ues.poll_sip()
    }

    fn poll_sa(&mut self) -> Option<SaCommand> {
        self.ues.poll_sa()
    }
}
