//! An HSS and clients in one thread on virtual time, joined by wires that delay by a seed's whim, and may break.

use quintet_diameter::node::{Application, UnknownPeers};
use quintet_diameter::{Action, ConnectionId, Event, Inbound, Inbox, Node, NodeConfig, PeerConfig, PeerId};
use quintet_hss::{Hss, HssConfig};
use quintet_identity::{Imsi, Plmn};
use quintet_sim::{LoadGenerator, Mme, MmeConfig, MmeEvent, S6A, Ue, Usim, VENDOR_3GPP, demo};
use quintet_store::{Command, MemoryStore, PutMode, Store};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::model::Subscriber;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) const HSS: &str = "hss.epc.mnc001.mcc001.3gppnetwork.org";

/// Wall clock at virtual time zero.
const WALL: Duration = Duration::from_secs(1_760_000_000);

pub(crate) enum Client {
    Mme(Box<Mme>),
    Load(Box<LoadGenerator>),
}

pub(crate) struct Station {
    pub(crate) node: Node,
    pub(crate) client: Client,
}

/// Octets on their way.
struct Flight {
    at: Duration,
    to_hss: bool,
    wire: usize,
    octets: Vec<u8>,
}

/// A wire: a connection between a station and the HSS, under one number at both ends.
struct Wire {
    station: usize,
    open: bool,
    inboxes: [Inbox; 2],
}

pub(crate) struct Network {
    pub(crate) now: Duration,
    random: u64,
    pub(crate) hss: Hss,
    pub(crate) hss_node: Node,
    pub(crate) store: MemoryStore,
    pub(crate) stations: Vec<Station>,
    wires: Vec<Wire>,
    flights: VecDeque<Flight>,
    /// Of this many messages to the MMEs one is lost with its connection; 0: none.
    pub(crate) break_every: u64,
    /// What somebody on the wire does to messages of the HSS.
    pub(crate) tamper: Option<Tamper>,
    hosts: BTreeMap<ConnectionId, usize>,
}

pub(crate) type Tamper = Box<dyn FnMut(&mut Vec<u8>)>;

impl Network {
    pub(crate) fn new(seed: u64, subscribers: Vec<Subscriber>) -> Self {
        let (hss, hss_node) = hss(seed, false);
        let mut store = MemoryStore::new();
        store
            .execute(Command::Put {
                subscribers,
                mode: PutMode::Upsert,
            })
            .unwrap();
        let mut network = Self {
            now: Duration::ZERO,
            random: seed,
            hss,
            hss_node,
            store,
            stations: Vec::new(),
            wires: Vec::new(),
            flights: VecDeque::new(),
            break_every: 0,
            tamper: None,
            hosts: BTreeMap::new(),
        };
        network.hss.start(Duration::ZERO);
        network.settle();
        network
    }

    /// Adds a client named `name` of `plmn` and lets it connect.
    pub(crate) fn station(&mut self, name: &str, plmn: Plmn, client: Client) -> usize {
        let realm = plmn.epc_realm();
        let mut config = NodeConfig::new(format!("{name}.{realm}"), realm, [127, 0, 0, 2].into());
        config.applications = vec![Application::auth(VENDOR_3GPP, S6A)];
        config.timers.tc = Duration::from_secs(1);
        let address: SocketAddr = ([127, 0, 0, 1], 3868).into();
        let peer = PeerConfig {
            identity: HSS.into(),
            address: Some(address),
            connect: true,
            ..PeerConfig::default()
        };
        config.peers = vec![peer];
        let mut node = Node::new(config, self.random ^ name.len() as u64).unwrap();
        node.timeout(self.now);
        self.stations.push(Station { node, client });
        self.run_for(Duration::from_millis(200));
        self.stations.len() - 1
    }

    pub(crate) fn mme(&mut self, name: &str, plmn: Plmn, vectors: u32) -> usize {
        let mut config = MmeConfig::new(plmn, demo::home_plmn().epc_realm());
        config.vectors = vectors;
        self.station(name, plmn, Client::Mme(Box::new(Mme::new(config))))
    }

    /// Works with one MME and its node at the present time.
    pub(crate) fn with<R>(
        &mut self,
        station: usize,
        work: impl FnOnce(Duration, &mut Node, &mut Mme) -> R,
    ) -> R {
        let Station {
            node,
            client: Client::Mme(mme),
        } = &mut self.stations[station]
        else {
            panic!("an MME")
        };
        let result = work(self.now, node, mme);
        self.settle();
        result
    }

    /// Brings a demo subscriber's UE into an MME's area.
    pub(crate) fn arrive(&mut self, station: usize, subscriber: &demo::DemoSubscriber) -> Imsi {
        let demo::DemoSubscriber {
            subscriber, sqn_ms, ..
        } = subscriber;
        let usim = Usim::new(subscriber.imsi, &subscriber.authentication, *sqn_ms).unwrap();
        self.with(station, |_, _, mme| {
            mme.arrive(Ue {
                usim,
                imeisv: "3534900698733190".parse().ok(),
            })
        });
        subscriber.imsi
    }

    /// Lets an MME attach a UE and answers what it reported.
    pub(crate) fn attach(&mut self, station: usize, imsi: Imsi) -> Vec<MmeEvent> {
        self.with(station, |now, node, mme| mme.attach(now, node, imsi))
            .unwrap();
        self.run_for(Duration::from_secs(1));
        self.events(station)
    }

    pub(crate) fn events(&mut self, station: usize) -> Vec<MmeEvent> {
        self.with(station, |_, _, mme| {
            std::iter::from_fn(|| mme.poll_event()).collect()
        })
    }

    pub(crate) fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.settle();
            let flight = self.flights.iter().map(|f| f.at).min();
            let timers = self
                .stations
                .iter()
                .map(|s| earliest(s.node.poll_timeout(), s.client.poll_timeout()));
            let own = [flight, self.hss.poll_timeout(), self.hss_node.poll_timeout()];
            let next = own.into_iter().chain(timers).flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(next);
            self.step();
        }
    }

    fn wall(&self) -> WallClock {
        WallClock(WALL + self.now)
    }

    /// Delivers what has arrived, and lets timers expire.
    fn step(&mut self) {
        let now = self.now;
        while let Some(at) = self.flights.iter().position(|f| f.at <= now) {
            let flight = self.flights.remove(at).unwrap();
            self.deliver(flight);
        }
        let wall = self.wall();
        self.hss_node.timeout(now);
        self.hss.handle_timeout(now, wall, &mut self.hss_node);
        for station in &mut self.stations {
            station.node.timeout(now);
            if let Client::Load(load) = &mut station.client {
                load.handle_timeout(now, &mut station.node);
            }
        }
    }

    fn deliver(&mut self, flight: Flight) {
        let (now, wall, id) = (self.now, self.wall(), ConnectionId(flight.wire as u64));
        if !self.wires[flight.wire].open {
            return;
        }
        if !flight.to_hss && self.break_every != 0 && draw(&mut self.random).is_multiple_of(self.break_every)
        {
            return self.cut(flight.wire);
        }
        let wire = &mut self.wires[flight.wire];
        let inbox = &mut wire.inboxes[usize::from(flight.to_hss)];
        inbox.fill(&flight.octets);
        while let Some(octets) = inbox.next() {
            let octets = octets.expect("whole messages");
            if flight.to_hss {
                match self.hss_node.handle_message(now, id, octets) {
                    Inbound::Done => {}
                    Inbound::Request(request) => {
                        let _ = self
                            .hss
                            .handle_request(now, wall, &mut self.hss_node, id, request);
                    }
                    Inbound::Answer { handle, message } => self.hss.handle_answer(now, handle, &message),
                }
            } else {
                let mut octets = octets.to_vec();
                if let Some(tamper) = &mut self.tamper {
                    tamper(&mut octets);
                }
                let Station { node, client } = &mut self.stations[wire.station];
                let inbound = node.handle_message(now, id, &octets);
                match client {
                    Client::Mme(mme) => mme.handle(now, node, id, inbound),
                    Client::Load(load) => load.handle(now, node, id, inbound),
                }
            }
        }
    }

    /// The HSS dies and comes again, as one whose locations are volatile; subscribers are still there.
    pub(crate) fn restart_hss(&mut self) {
        (0..self.wires.len()).for_each(|wire| self.cut(wire));
        (self.hss, self.hss_node) = hss(self.random, true);
        self.hss.start(self.now);
        self.settle();
    }

    /// Both ends lose the connection, and all that is on its way.
    pub(crate) fn cut(&mut self, wire: usize) {
        let id = ConnectionId(wire as u64);
        if std::mem::replace(&mut self.wires[wire].open, false) {
            self.hss_node.closed(self.now, id);
            self.stations[self.wires[wire].station].node.closed(self.now, id);
        }
    }

    /// Lets everything happen that happens now.
    fn settle(&mut self) {
        while self.settle_hss() | (0..self.stations.len()).any(|station| self.settle_station(station)) {}
    }

    fn settle_hss(&mut self) -> bool {
        let (now, wall) = (self.now, self.wall());
        let mut busy = false;
        while let Some((ticket, command)) = self.hss.poll_store() {
            self.store.submit(ticket, command);
        }
        while let Some((ticket, reply)) = self.store.poll() {
            busy = true;
            self.hss
                .handle_store(now, wall, &mut self.hss_node, ticket, reply);
        }
        while let Some(action) = self.hss_node.poll_action() {
            busy = true;
            match action {
                Action::Event(Event::PeerUp { connection, .. }) => {
                    let host = self.hosts[&connection];
                    let config = self.stations[host].node.config();
                    let (host, realm) = (config.identity.clone(), config.realm.clone());
                    self.hss.peer_up(now, wall, &mut self.hss_node, &host, &realm);
                }
                Action::Event(Event::RequestFailed { handle, .. }) => self.hss.request_failed(now, handle),
                Action::Close { connection, .. } => self.cut(connection.0 as usize),
                _ => {}
            }
        }
        while let Some(id) = self.hss_node.poll_transmit() {
            busy = true;
            let octets = std::mem::take(self.hss_node.output(id));
            self.fly(false, id.0 as usize, octets);
        }
        busy
    }

    fn settle_station(&mut self, index: usize) -> bool {
        let now = self.now;
        let mut busy = false;
        if let Station {
            node,
            client: Client::Load(load),
        } = &mut self.stations[index]
        {
            load.pump(now, node);
        }
        while let Some(action) = self.stations[index].node.poll_action() {
            busy = true;
            match action {
                Action::Connect { peer, .. } => self.connect(index, peer),
                Action::Close { connection, .. } => self.cut(connection.0 as usize),
                Action::Event(event) => match &mut self.stations[index].client {
                    Client::Mme(mme) => mme.handle_event(&event),
                    Client::Load(load) => load.handle_event(now, &event),
                },
            }
        }
        while let Some(id) = self.stations[index].node.poll_transmit() {
            busy = true;
            let octets = std::mem::take(self.stations[index].node.output(id));
            self.fly(true, id.0 as usize, octets);
        }
        busy
    }

    fn connect(&mut self, station: usize, peer: PeerId) {
        let id = ConnectionId(self.wires.len() as u64);
        self.wires.push(Wire {
            station,
            open: true,
            inboxes: [Inbox::new(), Inbox::new()],
        });
        self.hosts.insert(id, station);
        self.hss_node
            .accepted(self.now, id, ([127, 0, 0, 2], 40_000 + station as u16).into())
            .unwrap();
        self.stations[station]
            .node
            .connected(self.now, id, peer, ([127, 0, 0, 2], 40_000).into());
    }

    /// Octets take 0.1 to 2 ms, in order on one wire.
    fn fly(&mut self, to_hss: bool, wire: usize, octets: Vec<u8>) {
        let delay = Duration::from_micros(100 + draw(&mut self.random) % 1900);
        let same = |f: &&Flight| f.wire == wire && f.to_hss == to_hss;
        let behind = self
            .flights
            .iter()
            .filter(same)
            .map(|f| f.at)
            .max()
            .unwrap_or_default();
        self.flights.push_back(Flight {
            at: (self.now + delay).max(behind),
            to_hss,
            wire,
            octets,
        });
    }
}

/// An HSS that has not begun; `volatile`: it tells every peer that locations were lost.
fn hss(seed: u64, volatile: bool) -> (Hss, Node) {
    let mut config = NodeConfig::new(HSS, demo::home_plmn().epc_realm(), [127, 0, 0, 1].into());
    config.applications = vec![Application::auth(VENDOR_3GPP, S6A)];
    config.unknown_peers = UnknownPeers::Accept;
    let mut n = seed;
    let entropy = move |out: &mut [u8]| out.iter_mut().for_each(|octet| *octet = draw(&mut n) as u8);
    let mut hss_config = HssConfig::new(vec![demo::home_plmn()]);
    hss_config.volatile_locations = volatile;
    let hss = Hss::new(hss_config, ChallengeKey::new(&[7; 16]), Box::new(entropy));
    (hss, Node::new(config, seed).unwrap())
}

impl Client {
    fn poll_timeout(&self) -> Option<Duration> {
        match self {
            Client::Mme(_) => None,
            Client::Load(load) => load.poll_timeout(),
        }
    }
}

fn earliest(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    [a, b].into_iter().flatten().min()
}

/// SplitMix64.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
