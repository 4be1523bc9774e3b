//! UDM ⟷ AUSF ⟷ AMF ⟷ gNBs ⟷ UEs.

use super::Invariants;
use super::home::{Home, WALL, target};
use super::sbi::{Exchange, Fabric, Function};
use quintet_amf::{Amf, AmfEvent, Config, N2Disposition, N2Output, Save, SbiConfig};
use quintet_fgmm::network::At;
use quintet_fgmm::network::durable::Stop;
use quintet_identity::fgs::{Tac, Tai};
use quintet_ngap::PPID;
use quintet_sbi::Output;
use quintet_sctp::{AssociationId, Message, Streams};
use quintet_sim::fgs::{ContextFacts, Demand, LabTimers, Play, Restart, Verdict, policy, serving_plmn};
use quintet_sim::gnb::{Gnb, GnbConfig, GnbEvent, GnbOutput, Random};
use quintet_subscriber::auc::WallClock;
use quintet_subscriber::model::Subscriber;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

/// Steps at one moment after which a run is a bug of a node.
const MAX_STEPS: usize = 1_000_000;

/// Streams of an association.
const STREAMS: u16 = 8;

/// How long a store takes to write.
const WRITE: Duration = Duration::from_millis(100);

/// How long an AMF is away, and an association until it is tried again.
const AWAY: Duration = Duration::from_millis(300);

#[derive(Debug)]
enum Arrival {
    Sbi(Exchange),
    ToAmf {
        cell: usize,
        association: AssociationId,
        stream: u16,
        payload: Vec<u8>,
    },
    ToGnb {
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
    pub(crate) gnb: Gnb,
    pub(crate) association: Option<AssociationId>,
    pub(crate) events: Vec<GnbEvent>,
    /// When the last message arrives, downlink and uplink: they do not overtake.
    last: [Duration; 2],
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) random: Random,
    pub(crate) home: Home,
    pub(crate) fabric: Fabric,
    pub(crate) amf: Amf,
    config: Config,
    pub(crate) cells: Vec<Cell>,
    pub(crate) invariants: Invariants,
    pub(crate) amf_events: Vec<AmfEvent>,
    /// What the AMF sent to associations that are no cell's.
    pub(crate) heard: Vec<(AssociationId, Vec<u8>)>,
    /// What the store has, and what is on its way there: a kill loses that.
    pub(crate) records: BTreeMap<u32, Vec<u8>>,
    unwritten: VecDeque<(Duration, Save)>,
    queue: BinaryHeap<Reverse<(Duration, u64)>>,
    arrivals: BTreeMap<u64, Arrival>,
    sequence: u64,
    associations: u64,
}

pub(crate) fn tai(tac: u32) -> Tai {
    Tai {
        plmn: serving_plmn(),
        tac: Tac::new(tac).unwrap(),
    }
}

fn amf_seed(random: &mut Random) -> [u8; 32] {
    std::array::from_fn(|_| random.next() as u8)
}

const fn streams() -> Streams {
    Streams {
        outbound: STREAMS,
        inbound: STREAMS,
    }
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
        let id = "6dd5e5c6-d3f1-4e2b-8f5a-1d2c3b4a5968";
        let mut sbi = SbiConfig::new(id, target("amf"), target("ausf"), target("udm"));
        sbi.timeout = timers.sbi_timeout;
        let policy = policy(&timers, vec![tai(1), tai(2)]);
        let mut config = Config::new("amf", policy, sbi);
        config.t3513 = timers.t3513;
        configure(&mut config);
        let mut home = Home::new(seed, &timers);
        home.add(subscribers);
        let mut world = Self {
            now: Duration::ZERO,
            home,
            fabric: Fabric::new(timers.slow),
            amf: Amf::new(config.clone(), amf_seed(&mut random)),
            config,
            cells: Vec::new(),
            invariants: Invariants::default(),
            amf_events: Vec::new(),
            heard: Vec::new(),
            records: BTreeMap::new(),
            unwritten: VecDeque::new(),
            queue: BinaryHeap::new(),
            arrivals: BTreeMap::new(),
            sequence: 0,
            associations: 0,
            random,
        };
        world.run_for(Duration::from_secs(1));
        world
    }

    pub(crate) fn at(&self) -> At {
        At {
            now: self.now,
            wall: WALL + self.now,
        }
    }

    /// Adds a gNB in tracking area 1 and lets it set up.
    pub(crate) fn cell(&mut self, configure: impl FnOnce(&mut GnbConfig)) -> usize {
        let number = self.cells.len() as u32 + 1;
        let mut config = GnbConfig::new(format!("gnb-{number}"), tai(1), number);
        config.seed = self.random.next();
        config.nas_events = true;
        configure(&mut config);
        let cell = self.cells.len();
        self.cells.push(Cell {
            gnb: Gnb::new(config),
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
        let peer = ([127, 0, 1, cell as u8 + 1], 38412).into();
        if self.amf.n2_up(association, peer, streams()) {
            self.cells[cell].association = Some(association);
            self.cells[cell].gnb.handle_up(self.now, STREAMS);
        }
    }

    /// An association breaks, and comes up again after a while.
    pub(crate) fn break_association(&mut self, cell: usize) {
        if let Some(association) = self.cells[cell].association.take() {
            let at = self.at();
            self.amf.n2_down(at, association);
            self.cells[cell].gnb.handle_down(self.now);
            self.after(AWAY, Arrival::Associate { cell });
        }
    }

    /// The AMF stops and comes back.
    pub(crate) fn restart(&mut self, how: Restart) {
        self.settle();
        let unwritten = std::mem::take(&mut self.unwritten);
        match how {
            Restart::Clean => {
                let saves: Vec<Save> = self.amf.final_saves().collect();
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
        self.amf = Amf::new(self.config.clone(), amf_seed(&mut self.random));
        for (key, record) in self.records.clone() {
            self.amf.restore(at, key, &record, stop).unwrap();
        }
        self.fabric.amf_again();
        for cell in 0..self.cells.len() {
            if self.cells[cell].association.take().is_some() {
                self.cells[cell].gnb.handle_down(self.now);
                self.after(AWAY, Arrival::Associate { cell });
            }
        }
    }

    // --- Time -------------------------------------------------------------------------------------------------------

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
                self.amf.poll_timeout(),
            ];
            let gnbs = self.cells.iter().filter_map(|cell| cell.gnb.poll_timeout());
            match own.into_iter().flatten().chain(gnbs).min() {
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
        if self.amf.poll_timeout().is_some_and(|due| due <= self.now) {
            self.amf.timeout(at);
        }
        for cell in &mut self.cells {
            if cell.gnb.poll_timeout().is_some_and(|due| due <= self.now) {
                cell.gnb.handle_timeout(self.now);
            }
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        let at = self.at();
        match arrival {
            Arrival::Sbi(exchange) => self.exchange(exchange),
            Arrival::ToAmf {
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
                    let _ = self.amf.n2_message(at, association, &message);
                }
            }
            Arrival::ToGnb {
                cell,
                association,
                stream,
                payload,
            } => {
                if self.cells[cell].association == Some(association) {
                    self.cells[cell].gnb.handle_message(self.now, stream, &payload);
                }
            }
            Arrival::Associate { cell } => self.associate(cell),
        }
    }

    fn exchange(&mut self, exchange: Exchange) {
        let (now, at) = (self.now, self.at());
        match exchange {
            Exchange::Request { to, id, request } => match to {
                Function::Amf(_) if to == self.fabric.amf() => self.amf.handle_request(at, id, &request),
                Function::Amf(_) => {}
                Function::Ausf => self.home.ausf.handle_request(now, at.wall, id, &request),
                Function::Udm => self
                    .home
                    .udm
                    .handle_request(now, WallClock(at.wall), id, &request),
            },
            Exchange::Outcome { to, id, outcome } if self.fabric.is_awaited(to, id) => match to {
                Function::Amf(_) => self.amf.handle_response(at, id, outcome),
                Function::Ausf => self.home.ausf.handle_response(now, at.wall, id, outcome),
                Function::Udm => self.home.udm.handle_response(now, id, outcome),
            },
            Exchange::Outcome { .. } => {}
        }
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

    // --- What the nodes want ----------------------------------------------------------------------------------------

    /// Lets everything happen that happens now.
    pub(crate) fn settle(&mut self) {
        while self.settle_sbi() | self.settle_amf() | self.settle_gnbs() {}
    }

    fn settle_sbi(&mut self) -> bool {
        let mut busy = self.home.settle(self.now);
        let amf = self.fabric.amf();
        let mut outputs = Vec::new();
        outputs.extend(std::iter::from_fn(|| self.amf.poll_sbi()).map(|output| (amf, output)));
        let ausf = std::iter::from_fn(|| self.home.ausf.poll_sbi());
        outputs.extend(ausf.map(|output| (Function::Ausf, output)));
        let udm = std::iter::from_fn(|| self.home.udm.poll_sbi());
        outputs.extend(udm.map(|output| (Function::Udm, output)));
        for (from, output) in outputs {
            busy = true;
            let exchanges = match output {
                Output::Respond { id, response } => vec![self.fabric.respond(id, response)],
                Output::Call {
                    id,
                    target,
                    request,
                    timeout,
                } => self.fabric.call(from, id, &target, request, timeout),
            };
            for (later, exchange) in exchanges {
                let delay = self.moment() + later;
                self.after(delay, Arrival::Sbi(exchange));
            }
        }
        busy
    }

    fn cell_of(&self, association: AssociationId) -> Option<usize> {
        let is = |cell: &Cell| cell.association == Some(association);
        self.cells.iter().position(is)
    }

    /// When what is sent now arrives, in its order.
    fn in_order(&mut self, cell: usize, direction: usize) -> Duration {
        let at = (self.now + self.moment()).max(self.cells[cell].last[direction]);
        self.cells[cell].last[direction] = at;
        at
    }

    fn settle_amf(&mut self) -> bool {
        let mut busy = false;
        while let Some(output) = self.amf.poll_n2() {
            busy = true;
            match output {
                N2Output::Send {
                    association,
                    stream,
                    payload,
                } => {
                    if let Some(cell) = self.cell_of(association) {
                        let at = self.in_order(cell, 0);
                        let arrival = Arrival::ToGnb {
                            cell,
                            association,
                            stream,
                            payload,
                        };
                        self.schedule(at, arrival);
                    } else {
                        self.heard.push((association, payload));
                    }
                }
                N2Output::Shutdown { association } => {
                    if let Some(cell) = self.cell_of(association) {
                        self.break_association(cell);
                    }
                }
            }
        }
        while let Some(save) = self.amf.poll_save() {
            self.unwritten.push_back((self.now + WRITE, save));
        }
        while let Some((_, save)) = self.unwritten.pop_front_if(|(at, _)| *at <= self.now) {
            keep(&mut self.records, save);
        }
        while let Some(event) = self.amf.poll_event() {
            self.invariants.amf(&event);
            self.amf_events.push(event);
        }
        busy
    }

    fn settle_gnbs(&mut self) -> bool {
        let mut busy = false;
        for cell in 0..self.cells.len() {
            while let Some(output) = self.cells[cell].gnb.poll_output() {
                busy = true;
                match output {
                    GnbOutput::Send { stream, payload } => {
                        let Some(association) = self.cells[cell].association else {
                            continue;
                        };
                        let at = self.in_order(cell, 1);
                        let arrival = Arrival::ToAmf {
                            cell,
                            association,
                            stream,
                            payload,
                        };
                        self.schedule(at, arrival);
                    }
                    GnbOutput::Event(event) => {
                        self.invariants.gnb(cell, &event);
                        self.cells[cell].events.push(event);
                    }
                }
            }
        }
        busy
    }

    // --- Plays ------------------------------------------------------------------------------------------------------

    /// Plays until the verdict.
    pub(crate) fn play(&mut self, cell: usize, play: &mut Play) -> Verdict {
        self.home.add(play.subscribers());
        loop {
            self.settle();
            for event in std::mem::take(&mut self.cells[cell].events) {
                play.handle_gnb_event(self.now, &mut self.cells[cell].gnb, &event);
            }
            for event in std::mem::take(&mut self.amf_events) {
                play.handle_amf_event(self.now, &event);
            }
            for event in std::mem::take(&mut self.home.ausf_events) {
                play.handle_ausf_event(self.now, &event);
            }
            for event in std::mem::take(&mut self.home.udm_events) {
                play.handle_udm_event(self.now, &event);
            }
            play.advance(self.now, &mut self.cells[cell].gnb);
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
            self.run(end, |world| world.is_eventful(cell));
        }
    }

    fn is_eventful(&self, cell: usize) -> bool {
        let home = &self.home;
        let quiet = self.amf_events.is_empty() && self.cells[cell].events.is_empty();
        !(quiet && home.ausf_events.is_empty() && home.udm_events.is_empty())
    }

    fn serve(&mut self, play: &mut Play, demand: Demand) {
        let at = self.at();
        match demand {
            Demand::Ausf(condition) => self.fabric.set_ausf(condition),
            Demand::Udm(condition) => self.fabric.set_udm(condition),
            Demand::RestartAmf(how) => self.restart(how),
            Demand::SetCounts { supi, counts } => assert!(self.amf.set_counts(&supi, counts)),
            Demand::Page(supi) => self.amf.page(at, &supi).unwrap(),
            Demand::Deregister { supi, reregister } => self.amf.deregister(at, &supi, reregister).unwrap(),
            Demand::Reauthenticate(supi) => self.amf.reauthenticate(at, &supi).unwrap(),
            Demand::Inspect(supi) => {
                play.inspected(&supi, self.amf.context(&supi).map(ContextFacts::from));
            }
            Demand::Finished(_) => {}
        }
    }

    /// An association of somebody who is no gNB of ours; what the AMF sends it is in [`Self::heard`].
    pub(crate) fn stranger(&mut self) -> AssociationId {
        self.associations += 1;
        let association = AssociationId(self.associations);
        let peer = ([127, 0, 9, 9], 38412).into();
        assert!(self.amf.n2_up(association, peer, streams()));
        association
    }

    /// A stranger sends something.
    pub(crate) fn say(&mut self, association: AssociationId, payload: Vec<u8>) -> N2Disposition {
        let at = self.at();
        let message = Message {
            stream: 1,
            ppid: PPID,
            unordered: false,
            payload,
        };
        let disposition = self.amf.n2_message(at, association, &message);
        self.settle();
        disposition
    }

    /// What was reported and nobody wants to know.
    pub(crate) fn forget_events(&mut self) {
        self.amf_events.clear();
        self.home.ausf_events.clear();
        self.home.udm_events.clear();
        self.cells.iter_mut().for_each(|cell| cell.events.clear());
    }

    /// The AMF, for what an operator does.
    pub(crate) fn operate<T>(&mut self, act: impl FnOnce(&mut Amf, At) -> T) -> T {
        let at = self.at();
        let done = act(&mut self.amf, at);
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
