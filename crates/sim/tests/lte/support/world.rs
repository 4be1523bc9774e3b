//! HSS ⟷ MME ⟷ eNBs ⟷ UEs.

use super::Invariants;
use super::home::{HSS, Home, WALL};
use quintet_crypto::{CipheringAlgorithm as Eea, IntegrityAlgorithm as Eia};
use quintet_diameter::node::Application;
use quintet_diameter::{Action, ConnectionId, Inbox, Node, NodeConfig, PeerConfig};
use quintet_emm::network::durable::Stop;
use quintet_emm::network::{At, Policy, ReauthenticationPolicy};
use quintet_hss::HssEvent;
use quintet_identity::{Gummei, Tai};
use quintet_mme::{Config, Mme, MmeEvent, S1Disposition, S1Output, Save};
use quintet_s1ap::PPID;
use quintet_sctp::{AssociationId, Message, Streams};
use quintet_sim::enb::{Enb, EnbConfig, EnbEvent, EnbOutput, Random};
use quintet_sim::lte::{ContextFacts, Demand, Hss, LabTimers, Play, Restart, serving_plmn};
use quintet_sim::{S6A, VENDOR_3GPP, demo};
use quintet_subscriber::model::Subscriber;
use quintet_telemetry::AttemptId;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

/// Steps at one moment after which a run is a bug of a node.
const MAX_STEPS: usize = 1_000_000;

/// Streams of an association.
const STREAMS: u16 = 8;

/// How long a store takes to write.
const WRITE: Duration = Duration::from_millis(100);

/// How long an MME is away, and an association until it is tried again.
const AWAY: Duration = Duration::from_millis(300);

#[derive(Debug)]
enum Arrival {
    Diameter {
        to_hss: bool,
        wire: u64,
        octets: Vec<u8>,
    },
    ToMme {
        cell: usize,
        association: AssociationId,
        stream: u16,
        payload: Vec<u8>,
    },
    ToEnb {
        cell: usize,
        association: AssociationId,
        stream: u16,
        payload: Vec<u8>,
    },
    Associate {
        cell: usize,
    },
}

pub(crate) struct Cell {
    pub(crate) enb: Enb,
    pub(crate) association: Option<AssociationId>,
    pub(crate) events: Vec<EnbEvent>,
    last: [Duration; 2],
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) random: Random,
    home: Home,
    pub(crate) mme: Mme,
    node: Node,
    config: Config,
    pub(crate) cells: Vec<Cell>,
    pub(crate) invariants: Invariants,
    pub(crate) mme_events: Vec<MmeEvent>,
    hss: Hss,
    timers: LabTimers,
    wires: u64,
    inboxes: [Inbox; 2],
    wire_last: [Duration; 2],
    /// What the MME sent to associations that are no cell's.
    pub(crate) heard: Vec<(AssociationId, Vec<u8>)>,
    /// What the store has, and what is on its way there: a kill loses that.
    pub(crate) records: BTreeMap<u32, Vec<u8>>,
    unwritten: VecDeque<(Duration, Save)>,
    queue: BinaryHeap<Reverse<(Duration, u64)>>,
    arrivals: BTreeMap<u64, Arrival>,
    sequence: u64,
    associations: u64,
}

/// The operator's decisions of the tests, and of a laboratory.
pub(crate) fn policy(timers: &LabTimers) -> Policy {
    Policy {
        plmn: serving_plmn(),
        tracking_areas: vec![tai(1), tai(2)],
        integrity: vec![Eia::EIA2, Eia::EIA1, Eia::EIA3],
        ciphering: vec![Eea::EEA2, Eea::EEA1, Eea::EEA3, Eea::EEA0],
        unauthenticated_emergency: true,
        emergency_apn: "sos".parse().ok(),
        reauthentication: ReauthenticationPolicy {
            every: None,
            after: None,
        },
        vectors_at_once: 1,
        request_imeisv: true,
        events: true,
        timers: timers.mme,
        address_pool: ([10, 0, 0, 0], 8),
        dns: None,
        network_name: None,
    }
}

pub(crate) fn tai(tac: u16) -> Tai {
    Tai {
        plmn: serving_plmn(),
        tac,
    }
}

fn node(seed: u64) -> Node {
    let realm = serving_plmn().epc_realm();
    let mut config = NodeConfig::new(format!("mme.{realm}"), realm, [127, 0, 0, 2].into());
    config.applications = vec![Application::auth(VENDOR_3GPP, S6A)];
    config.timers.tc = Duration::from_secs(1);
    config.peers = vec![PeerConfig {
        identity: HSS.into(),
        address: Some(([127, 0, 0, 1], 3868).into()),
        connect: true,
        ..PeerConfig::default()
    }];
    Node::new(config, seed).unwrap()
}

fn mme_seed(random: &mut Random) -> [u8; 32] {
    std::array::from_fn(|_| random.next() as u8)
}

impl World {
    pub(crate) fn new(seed: u64, timers: LabTimers, subscribers: Vec<Subscriber>) -> Self {
        Self::with(seed, timers, subscribers, |_| ())
    }

    pub(crate) fn with(
        seed: u64,
        timers: LabTimers,
        subscribers: Vec<Subscriber>,
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let mut random = Random::new(seed);
        let gummei = Gummei {
            plmn: serving_plmn(),
            mme_group_id: 0x8001,
            mme_code: 1,
        };
        let realm = demo::home_plmn().epc_realm();
        let mut config = Config::new("mme", gummei, policy(&timers), realm);
        config.hss_timeout = timers.hss_timeout;
        config.t3413 = timers.t3413;
        configure(&mut config);
        let own = serving_plmn().epc_realm();
        let mut home = Home::new(seed, (format!("mme.{own}"), own));
        home.add(subscribers);
        let mme = Mme::new(config.clone(), mme_seed(&mut random));
        let mut world = Self {
            now: Duration::ZERO,
            home,
            mme,
            node: node(seed),
            config,
            cells: Vec::new(),
            invariants: Invariants::default(),
            mme_events: Vec::new(),
            hss: Hss::Running,
            timers,
            wires: 0,
            inboxes: [Inbox::new(), Inbox::new()],
            wire_last: [Duration::ZERO; 2],
            heard: Vec::new(),
            records: BTreeMap::new(),
            unwritten: VecDeque::new(),
            queue: BinaryHeap::new(),
            arrivals: BTreeMap::new(),
            sequence: 0,
            associations: 0,
            random,
        };
        world.node.timeout(Duration::ZERO);
        world.run_for(Duration::from_secs(1));
        world
    }

    pub(crate) fn at(&self) -> At {
        At {
            now: self.now,
            wall: WALL + self.now,
        }
    }

    /// Adds an eNB in tracking area 1 and lets it set up.
    pub(crate) fn cell(&mut self, configure: impl FnOnce(&mut EnbConfig)) -> usize {
        let number = self.cells.len() as u32 + 1;
        let mut config = EnbConfig::new(format!("enb-{number}"), tai(1), number);
        config.seed = self.random.next();
        config.nas_events = true;
        configure(&mut config);
        let cell = self.cells.len();
        self.cells.push(Cell {
            enb: Enb::new(config),
            association: None,
            events: Vec::new(),
            last: [Duration::ZERO; 2],
        });
        self.associate(cell);
        self.run_for(Duration::from_millis(100));
        cell
    }

    fn associate(&mut self, cell: usize) {
        self.associations += 1;
        let association = AssociationId(self.associations);
        let streams = Streams {
            outbound: STREAMS,
            inbound: STREAMS,
        };
        let peer = ([127, 0, 1, cell as u8 + 1], 36412).into();
        if self.mme.s1_up(association, peer, streams) {
            self.cells[cell].association = Some(association);
            self.cells[cell].enb.handle_up(self.now, STREAMS);
        }
    }

    /// An association breaks, and comes up again after a while.
    pub(crate) fn break_association(&mut self, cell: usize) {
        if let Some(association) = self.cells[cell].association.take() {
            let at = self.at();
            self.mme.s1_down(at, &mut self.node, association);
            self.cells[cell].enb.handle_down(self.now);
            self.after(AWAY, Arrival::Associate { cell });
        }
    }

    /// The MME stops and comes back.
    pub(crate) fn restart(&mut self, how: Restart) {
        self.settle();
        let unwritten = std::mem::take(&mut self.unwritten);
        match how {
            Restart::Clean => {
                let saves: Vec<Save> = self.mme.final_saves().collect();
                self.records.clear();
                saves.into_iter().for_each(|save| keep(&mut self.records, save));
            }
            Restart::Killed => drop(unwritten),
            Restart::Forgetful => self.records.clear(),
        }
        let stop = if how == Restart::Clean {
            Stop::Clean
        } else {
            Stop::Unclean
        };
        let at = self.at();
        self.mme = Mme::new(self.config.clone(), mme_seed(&mut self.random));
        for (key, record) in self.records.clone() {
            self.mme.restore(at, key, &record, stop).unwrap();
        }
        self.node = node(self.random.next());
        self.node.timeout(self.now);
        self.cut();
        for cell in 0..self.cells.len() {
            if self.cells[cell].association.take().is_some() {
                self.cells[cell].enb.handle_down(self.now);
                self.after(AWAY, Arrival::Associate { cell });
            }
        }
    }

    /// What the HSS reported so far, with the attempt.
    pub(crate) fn reported_by_hss(&self) -> &[(Option<AttemptId>, HssEvent)] {
        &self.home.reported
    }

    pub(crate) fn set_hss(&mut self, hss: Hss) {
        self.hss = hss;
    }

    /// The Diameter connection breaks.
    fn cut(&mut self) {
        let id = ConnectionId(self.wires);
        self.home.node.closed(self.now, id);
        self.inboxes = [Inbox::new(), Inbox::new()];
        self.wires += 1;
    }

    pub(crate) fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        self.run(end, |_| false);
    }

    /// Runs until `end`, or until `done`.
    pub(crate) fn run(&mut self, end: Duration, mut done: impl FnMut(&mut Self) -> bool) {
        for _ in 0..MAX_STEPS {
            self.settle();
            if done(self) {
                return;
            }
            let own = [
                self.queue.peek().map(|Reverse((at, _))| *at),
                self.home.poll_timeout(),
                self.node.poll_timeout(),
                self.mme.poll_timeout(),
            ];
            let enbs = self.cells.iter().filter_map(|cell| cell.enb.poll_timeout());
            match own.into_iter().flatten().chain(enbs).min() {
                Some(next) if next <= end => self.now = self.now.max(next),
                _ => {
                    self.now = end;
                    return;
                }
            }
            self.due();
        }
        panic!("the network does not come to rest at {:?}", self.now);
    }

    fn due(&mut self) {
        while let Some(Reverse((at, sequence))) = self.queue.peek().copied()
            && at <= self.now
        {
            self.queue.pop();
            if let Some(arrival) = self.arrivals.remove(&sequence) {
                self.arrive(arrival);
            }
        }
        let at = self.at();
        self.home.timeout(self.now);
        self.node.timeout(self.now);
        if self.mme.poll_timeout().is_some_and(|due| due <= self.now) {
            self.mme.timeout(at, &mut self.node);
        }
        for cell in &mut self.cells {
            if cell.enb.poll_timeout().is_some_and(|due| due <= self.now) {
                cell.enb.handle_timeout(self.now);
            }
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        let at = self.at();
        match arrival {
            Arrival::Diameter { to_hss, wire, octets } if wire == self.wires => {
                self.diameter(to_hss, &octets);
            }
            Arrival::ToMme {
                cell,
                association,
                stream,
                payload,
            } => {
                if self.cells[cell].association == Some(association) {
                    let message = Message {
                        stream,
                        ppid: PPID,
                        unordered: false,
                        payload,
                    };
                    let _ = self.mme.s1_message(at, &mut self.node, association, &message);
                }
            }
            Arrival::ToEnb {
                cell,
                association,
                stream,
                payload,
            } => {
                if self.cells[cell].association == Some(association) {
                    self.cells[cell].enb.handle_message(self.now, stream, &payload);
                }
            }
            Arrival::Associate { cell } => self.associate(cell),
            Arrival::Diameter { .. } => {}
        }
    }

    fn diameter(&mut self, to_hss: bool, octets: &[u8]) {
        let (now, at, id) = (self.now, self.at(), ConnectionId(self.wires));
        let mut inbox = std::mem::take(&mut self.inboxes[usize::from(to_hss)]);
        inbox.fill(octets);
        while let Some(octets) = inbox.next() {
            let octets = octets.unwrap();
            if to_hss {
                self.home.message(now, id, octets);
            } else {
                let inbound = self.node.handle_message(now, id, octets);
                self.mme.handle(at, &mut self.node, id, inbound);
            }
        }
        self.inboxes[usize::from(to_hss)] = inbox;
    }

    fn after(&mut self, delay: Duration, arrival: Arrival) {
        self.schedule(self.now + delay, arrival);
    }

    fn schedule(&mut self, at: Duration, arrival: Arrival) {
        self.sequence += 1;
        self.queue.push(Reverse((at, self.sequence)));
        self.arrivals.insert(self.sequence, arrival);
    }

    fn moment(&mut self) -> Duration {
        Duration::from_micros(50 + self.random.below(950))
    }

    fn fly(&mut self, to_hss: bool, octets: Vec<u8>) {
        // A stopped HSS answers nothing, not even the watchdog; a slow one answers requests late.
        if self.hss == Hss::Stopped && !to_hss {
            return;
        }
        let slow = if self.hss == Hss::Slow && !to_hss {
            self.timers.hss_slow
        } else {
            Duration::ZERO
        };
        let last = self.wire_last[usize::from(to_hss)];
        let at = (self.now + self.moment() + slow).max(last);
        self.wire_last[usize::from(to_hss)] = at;
        let wire = self.wires;
        self.schedule(at, Arrival::Diameter { to_hss, wire, octets });
    }

    /// Lets everything happen that happens now.
    pub(crate) fn settle(&mut self) {
        while self.settle_diameter() | self.settle_mme() | self.settle_enbs() {}
    }

    fn settle_diameter(&mut self) -> bool {
        let mut closed = Vec::new();
        let mut busy = self.home.settle(self.now, &mut closed);
        while let Some(action) = self.node.poll_action() {
            busy = true;
            match action {
                Action::Connect { peer, .. } => {
                    self.wires += 1;
                    self.inboxes = [Inbox::new(), Inbox::new()];
                    let id = ConnectionId(self.wires);
                    self.home
                        .node
                        .accepted(self.now, id, ([127, 0, 0, 2], 40_000).into())
                        .unwrap();
                    self.node
                        .connected(self.now, id, peer, ([127, 0, 0, 2], 40_000).into());
                }
                Action::Close { connection, .. } => closed.push(connection),
                Action::Event(event) => {
                    let at = self.at();
                    self.mme.handle_event(at, &mut self.node, &event);
                }
            }
        }
        for id in closed {
            self.home.node.closed(self.now, id);
            self.node.closed(self.now, id);
        }
        while let Some(id) = self.home.node.poll_transmit() {
            busy = true;
            let octets = std::mem::take(self.home.node.output(id));
            self.fly(false, octets);
        }
        while let Some(id) = self.node.poll_transmit() {
            busy = true;
            let octets = std::mem::take(self.node.output(id));
            self.fly(true, octets);
        }
        busy
    }

    fn settle_mme(&mut self) -> bool {
        let mut busy = false;
        while let Some(output) = self.mme.poll_s1() {
            busy = true;
            match output {
                S1Output::Send {
                    association,
                    stream,
                    payload,
                } => {
                    let cell = self
                        .cells
                        .iter()
                        .position(|cell| cell.association == Some(association));
                    if let Some(cell) = cell {
                        let at = (self.now + self.moment()).max(self.cells[cell].last[0]);
                        self.cells[cell].last[0] = at;
                        self.schedule(
                            at,
                            Arrival::ToEnb {
                                cell,
                                association,
                                stream,
                                payload,
                            },
                        );
                    } else {
                        self.heard.push((association, payload));
                    }
                }
                S1Output::Shutdown { association } => {
                    let cell = self
                        .cells
                        .iter()
                        .position(|cell| cell.association == Some(association));
                    if let Some(cell) = cell {
                        self.break_association(cell);
                    }
                }
            }
        }
        while let Some(save) = self.mme.poll_save() {
            self.unwritten.push_back((self.now + WRITE, save));
        }
        while let Some((_, save)) = self.unwritten.pop_front_if(|(at, _)| *at <= self.now) {
            keep(&mut self.records, save);
        }
        while let Some(event) = self.mme.poll_event() {
            self.invariants.mme(&event);
            self.mme_events.push(event);
        }
        busy
    }

    fn settle_enbs(&mut self) -> bool {
        let mut busy = false;
        for cell in 0..self.cells.len() {
            while let Some(output) = self.cells[cell].enb.poll_output() {
                busy = true;
                match output {
                    EnbOutput::Send { stream, payload } => {
                        let Some(association) = self.cells[cell].association else {
                            continue;
                        };
                        let at = (self.now + self.moment()).max(self.cells[cell].last[1]);
                        self.cells[cell].last[1] = at;
                        self.schedule(
                            at,
                            Arrival::ToMme {
                                cell,
                                association,
                                stream,
                                payload,
                            },
                        );
                    }
                    EnbOutput::Event(event) => {
                        self.invariants.enb(cell, &event);
                        self.cells[cell].events.push(event);
                    }
                }
            }
        }
        busy
    }

    /// Plays until the verdict.
    pub(crate) fn play(&mut self, cell: usize, play: &mut Play) -> quintet_sim::lte::Verdict {
        self.home.add(play.subscribers());
        loop {
            self.settle();
            for event in std::mem::take(&mut self.cells[cell].events) {
                play.handle_enb_event(self.now, &mut self.cells[cell].enb, &event);
            }
            for event in std::mem::take(&mut self.mme_events) {
                play.handle_mme_event(self.now, &event);
            }
            play.advance(self.now, &mut self.cells[cell].enb);
            let mut asked = false;
            while let Some(demand) = play.poll_demand() {
                asked = true;
                match demand {
                    Demand::Finished(verdict) => return *verdict,
                    demand => self.serve(play, demand),
                }
            }
            if asked {
                continue;
            }
            let end = play.poll_timeout().unwrap();
            self.run(end, |world| {
                !world.mme_events.is_empty() || !world.cells[cell].events.is_empty()
            });
        }
    }

    fn serve(&mut self, play: &mut Play, demand: Demand) {
        let at = self.at();
        match demand {
            Demand::Hss(hss) => self.set_hss(hss),
            Demand::RestartMme(how) => self.restart(how),
            Demand::SetCounts { imsi, counts } => assert!(self.mme.set_counts(imsi, counts)),
            Demand::Page(imsi) => self.mme.page(at, &mut self.node, imsi).unwrap(),
            Demand::Detach { imsi, reattach } => {
                self.mme.detach(at, &mut self.node, imsi, reattach).unwrap();
            }
            Demand::Reauthenticate(imsi) => self.mme.reauthenticate(at, &mut self.node, imsi).unwrap(),
            Demand::Inspect(imsi) => play.inspected(imsi, self.mme.context(imsi).map(ContextFacts::from)),
            Demand::Finished(_) => {}
        }
    }

    /// An association of somebody who is no eNB of ours; what the MME sends it is in [`Self::heard`].
    pub(crate) fn stranger(&mut self) -> AssociationId {
        self.associations += 1;
        let association = AssociationId(self.associations);
        let streams = Streams {
            outbound: STREAMS,
            inbound: STREAMS,
        };
        assert!(
            self.mme
                .s1_up(association, ([127, 0, 9, 9], 36412).into(), streams)
        );
        association
    }

    /// A stranger sends something.
    pub(crate) fn say(&mut self, association: AssociationId, payload: Vec<u8>) -> S1Disposition {
        let at = self.at();
        let message = Message {
            stream: 1,
            ppid: PPID,
            unordered: false,
            payload,
        };
        let disposition = self.mme.s1_message(at, &mut self.node, association, &message);
        self.settle();
        disposition
    }

    /// Tells the HSS of further subscribers.
    pub(crate) fn add(&mut self, subscribers: Vec<Subscriber>) {
        self.home.add(subscribers);
    }

    /// What was reported and nobody wants to know.
    pub(crate) fn forget_events(&mut self) {
        self.mme_events.clear();
        self.cells.iter_mut().for_each(|cell| cell.events.clear());
    }

    /// The MME with its node: for what an operator does.
    pub(crate) fn operate<T>(&mut self, act: impl FnOnce(&mut Mme, At, &mut Node) -> T) -> T {
        let at = self.at();
        let done = act(&mut self.mme, at, &mut self.node);
        self.settle();
        done
    }
}

fn keep(records: &mut BTreeMap<u32, Vec<u8>>, save: Save) {
    match save {
        Save::Put { key, record } => {
            records.insert(key, record.to_vec());
        }
        Save::Delete { key } => {
            records.remove(&key);
        }
    }
}
