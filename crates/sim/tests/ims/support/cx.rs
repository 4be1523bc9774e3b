//! The HSS with its store, and the Diameter nodes of the CSCFs that ask it, joined by wires.

use quintet_cscf::cx::APPLICATION;
use quintet_diameter::node::UnknownPeers;
use quintet_diameter::{Action, ConnectionId, Event, Inbound, Inbox, Node, NodeConfig, PeerConfig, PeerId};
use quintet_hss::{Hss, HssConfig, HssEvent};
use quintet_identity::Imsi;
use quintet_sim::demo;
use quintet_sim::radio::Random;
use quintet_store::{Command, ImsKey, MemoryStore, PutMode, Reply, Store, StoredIms};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::ims::{Deregister, ImsSubscription};
use quintet_subscriber::model::Subscriber;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const HSS: &str = "hss.ims.mnc001.mcc001.3gppnetwork.org";

/// Wall clock at virtual time zero.
pub(crate) const WALL: Duration = Duration::from_secs(1_760_000_000);

/// Octets on their way.
struct Flight {
    at: Duration,
    to_hss: bool,
    wire: usize,
    octets: Vec<u8>,
}

/// A connection between a CSCF and the HSS, under one number at both ends.
struct Wire {
    station: usize,
    open: bool,
    inboxes: [Inbox; 2],
}

/// What passes on a wire, or befalls it.
pub(crate) enum Passing<'a> {
    Opened,
    /// To the HSS.
    Asked(&'a [u8]),
    /// From it.
    Told(&'a [u8]),
    Closed,
}

/// Hears of every wire: when, its number and whose it is, what.
pub(crate) type Listener = Box<dyn FnMut(Duration, (usize, usize), Passing<'_>)>;

/// What came to a CSCF.
pub(crate) struct Come {
    pub(crate) station: usize,
    pub(crate) connection: ConnectionId,
    pub(crate) octets: Vec<u8>,
}

/// The HSS and its wires.
pub(crate) struct Home {
    pub(crate) hss: Hss,
    node: Node,
    store: MemoryStore,
    pub(crate) nodes: Vec<Node>,
    wires: Vec<Wire>,
    flights: VecDeque<Flight>,
    reachable: bool,
    /// What happens to the CSCFs' nodes.
    pub(crate) events: VecDeque<(usize, Event)>,
    pub(crate) hss_events: Vec<HssEvent>,
    pub(crate) listener: Option<Listener>,
    random: Random,
}

fn wall(now: Duration) -> WallClock {
    WallClock(WALL + now)
}

fn hss(random: &mut Random) -> (Hss, Node) {
    let realm = demo::home_plmn().ims_domain();
    let mut config = NodeConfig::new(HSS, realm, [127, 0, 0, 1].into());
    config.applications = vec![APPLICATION];
    config.unknown_peers = UnknownPeers::Accept;
    let mut own = Random::new(random.next());
    let entropy = move |out: &mut [u8]| out.iter_mut().for_each(|octet| *octet = own.next() as u8);
    let config_of_hss = HssConfig::new(vec![demo::home_plmn()]);
    let hss = Hss::new(config_of_hss, ChallengeKey::new(&[7; 16]), Box::new(entropy));
    (hss, Node::new(config, random.next()).unwrap())
}

/// The Diameter node of a CSCF.
pub(crate) fn client(name: &str, seed: u64) -> Node {
    let realm = demo::home_plmn().ims_domain();
    let mut config = NodeConfig::new(format!("{name}.{realm}"), realm, [127, 0, 0, 2].into());
    config.applications = vec![APPLICATION];
    config.timers.tc = Duration::from_secs(1);
    let address: SocketAddr = ([127, 0, 0, 1], 3868).into();
    config.peers = vec![PeerConfig {
        identity: HSS.into(),
        address: Some(address),
        connect: true,
        ..PeerConfig::default()
    }];
    Node::new(config, seed).unwrap()
}

impl Home {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (mut hss, node) = hss(&mut random);
        hss.start(Duration::ZERO);
        let nodes = ["icscf", "scscf"].map(|name| client(name, random.next()));
        Self {
            hss,
            node,
            store: MemoryStore::new(),
            nodes: nodes.into(),
            wires: Vec::new(),
            flights: VecDeque::new(),
            reachable: true,
            events: VecDeque::new(),
            hss_events: Vec::new(),
            listener: None,
            random,
        }
    }

    pub(crate) fn add(
        &mut self,
        now: Duration,
        subscribers: Vec<Subscriber>,
        subscriptions: Vec<Arc<ImsSubscription>>,
    ) {
        let mode = PutMode::Upsert;
        self.store.execute(Command::Put { subscribers, mode }).unwrap();
        let mode = PutMode::Upsert;
        self.store
            .execute(Command::PutIms { subscriptions, mode })
            .unwrap();
        if self.store.changed() {
            self.hss.store_changed(now);
        }
    }

    /// What the store has of an IMS subscription.
    pub(crate) fn record(&mut self, imsi: Imsi) -> Option<Box<StoredIms>> {
        let key = ImsKey::Imsi(imsi);
        match self.store.execute(Command::LoadIms { key }) {
            Ok(Reply::Ims(stored)) => stored,
            _ => None,
        }
    }

    pub(crate) fn deregister(&mut self, imsi: Imsi) {
        let reason = quintet_cx::ReasonCode::PERMANENT_TERMINATION;
        self.hss.deregister_ims(imsi, Deregister::All, reason);
    }

    /// Nobody reaches the HSS from now on, or they do again.
    pub(crate) fn set_reachable(&mut self, now: Duration, reachable: bool) {
        self.reachable = reachable;
        if !reachable {
            (0..self.wires.len()).for_each(|wire| self.cut(now, wire));
        }
    }

    /// The HSS is killed and comes back: what the store had stands.
    pub(crate) fn restart(&mut self, now: Duration) {
        (0..self.wires.len()).for_each(|wire| self.cut(now, wire));
        (self.hss, self.node) = hss(&mut self.random);
        self.hss.start(now);
    }

    /// A CSCF is killed and comes back.
    pub(crate) fn restart_client(&mut self, now: Duration, station: usize) {
        for wire in 0..self.wires.len() {
            if self.wires[wire].station == station {
                self.cut(now, wire);
            }
        }
        let name = ["icscf", "scscf"][station];
        self.nodes[station] = client(name, self.random.next());
        self.nodes[station].timeout(now);
    }

    fn cut(&mut self, now: Duration, wire: usize) {
        let id = ConnectionId(wire as u64);
        if std::mem::replace(&mut self.wires[wire].open, false) {
            self.tell(now, wire, Passing::Closed);
            self.node.closed(now, id);
            self.nodes[self.wires[wire].station].closed(now, id);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let flight = self.flights.iter().map(|flight| flight.at).min();
        let nodes = self.nodes.iter().filter_map(Node::poll_timeout);
        let own = [flight, self.hss.poll_timeout(), self.node.poll_timeout()];
        own.into_iter().flatten().chain(nodes).min()
    }

    pub(crate) fn timeout(&mut self, now: Duration) {
        self.node.timeout(now);
        self.hss.handle_timeout(now, wall(now), &mut self.node);
        self.nodes.iter_mut().for_each(|node| node.timeout(now));
    }

    /// The next messages that have arrived at a CSCF; those to the HSS are served.
    pub(crate) fn arrived(&mut self, now: Duration) -> Vec<Come> {
        let mut come = Vec::new();
        while let Some(at) = self.flights.iter().position(|flight| flight.at <= now) {
            let flight = self.flights.remove(at).unwrap();
            let (index, connection) = (flight.wire, ConnectionId(flight.wire as u64));
            if !self.wires[index].open {
                continue;
            }
            let station = self.wires[index].station;
            let mut messages = Vec::new();
            let inbox = &mut self.wires[index].inboxes[usize::from(flight.to_hss)];
            inbox.fill(&flight.octets);
            while let Some(octets) = inbox.next() {
                messages.push(octets.expect("whole messages").to_vec());
            }
            for octets in messages {
                let passing = if flight.to_hss {
                    Passing::Asked
                } else {
                    Passing::Told
                };
                self.tell(now, index, passing(&octets));
                if flight.to_hss {
                    self.serve(now, connection, &octets);
                } else {
                    come.push(Come {
                        station,
                        connection,
                        octets,
                    });
                }
            }
        }
        come
    }

    fn serve(&mut self, now: Duration, connection: ConnectionId, octets: &[u8]) {
        match self.node.handle_message(now, connection, octets) {
            Inbound::Done => {}
            Inbound::Request(request) => {
                let _ = self
                    .hss
                    .handle_request(now, wall(now), &mut self.node, connection, request);
            }
            Inbound::Answer { handle, message } => self.hss.handle_answer(now, handle, &message),
        }
    }

    /// Does what is to be done now; whether anything was.
    pub(crate) fn settle(&mut self, now: Duration) -> bool {
        let mut busy = self.settle_hss(now);
        for station in 0..self.nodes.len() {
            while let Some(action) = self.nodes[station].poll_action() {
                busy = true;
                match action {
                    Action::Connect { peer, .. } => self.connect(now, station, peer),
                    Action::Close { connection, .. } => self.cut(now, connection.0 as usize),
                    Action::Event(event) => self.events.push_back((station, event)),
                }
            }
            while let Some(id) = self.nodes[station].poll_transmit() {
                busy = true;
                let octets = std::mem::take(self.nodes[station].output(id));
                self.fly(now, true, id.0 as usize, octets);
            }
        }
        busy
    }

    fn settle_hss(&mut self, now: Duration) -> bool {
        let mut busy = false;
        while let Some((ticket, command)) = self.hss.poll_store() {
            self.store.submit(ticket, command);
        }
        while let Some((ticket, reply)) = self.store.poll() {
            busy = true;
            self.hss
                .handle_store(now, wall(now), &mut self.node, ticket, reply);
        }
        while let Some(action) = self.node.poll_action() {
            busy = true;
            match action {
                Action::Event(Event::PeerUp { connection, .. }) => {
                    let station = self.wires[connection.0 as usize].station;
                    let config = self.nodes[station].config();
                    let (host, realm) = (config.identity.clone(), config.realm.clone());
                    self.hss.peer_up(now, wall(now), &mut self.node, &host, &realm);
                }
                Action::Event(Event::RequestFailed { handle, .. }) => self.hss.request_failed(now, handle),
                Action::Close { connection, .. } => self.cut(now, connection.0 as usize),
                _ => {}
            }
        }
        while let Some(id) = self.node.poll_transmit() {
            busy = true;
            let octets = std::mem::take(self.node.output(id));
            self.fly(now, false, id.0 as usize, octets);
        }
        while let Some(event) = self.hss.poll_event() {
            self.hss_events.push(event);
        }
        busy
    }

    fn connect(&mut self, now: Duration, station: usize, peer: PeerId) {
        if !self.reachable {
            self.nodes[station].connect_failed(now, peer, "nobody is there");
            return;
        }
        let id = ConnectionId(self.wires.len() as u64);
        self.wires.push(Wire {
            station,
            open: true,
            inboxes: [Inbox::new(), Inbox::new()],
        });
        self.tell(now, id.0 as usize, Passing::Opened);
        let from: SocketAddr = ([127, 0, 0, 2], 40_000 + station as u16).into();
        self.node.accepted(now, id, from).unwrap();
        self.nodes[station].connected(now, id, peer, from);
    }

    fn tell(&mut self, now: Duration, wire: usize, passing: Passing<'_>) {
        let station = self.wires[wire].station;
        if let Some(listener) = &mut self.listener {
            listener(now, (wire, station), passing);
        }
    }

    /// Octets take 0.1 to 2 ms, in order on one wire.
    fn fly(&mut self, now: Duration, to_hss: bool, wire: usize, octets: Vec<u8>) {
        let delay = Duration::from_micros(100 + self.random.below(1_900));
        let same = |flight: &&Flight| flight.wire == wire && flight.to_hss == to_hss;
        let behind = self.flights.iter().filter(same).map(|flight| flight.at).max();
        self.flights.push_back(Flight {
            at: (now + delay).max(behind.unwrap_or_default()),
            to_hss,
            wire,
            octets,
        });
    }
}
