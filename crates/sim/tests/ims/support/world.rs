//! UEs ⟷ P-CSCF ⟷ I-CSCF ⟷ S-CSCF ⟷ HSS.

use super::Invariants;
use super::core::{ACCESS, ICSCF, PCSCF, SCSCF, at, icscf_config, pcscf_config, scscf_config, seed};
use super::cx::Home;
use super::esp::{End, Out};
use super::nat::Nats;
use super::tap::{Place, Tap};
use quintet_cscf::icscf::{self, Icscf};
use quintet_cscf::pcscf::{self, Pcscf, PcscfEvent};
use quintet_cscf::scscf::{self, Scscf, ScscfEvent};
use quintet_esp::{Drop, Path};
use quintet_procedure::node::Save;
use quintet_sim::ims::{LabTimers, SimEvent, Ues};
use quintet_sim::radio::Random;
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Steps at one moment after which a run is a bug of a node.
const MAX_STEPS: usize = 2_000_000;

/// How long a store takes to write.
const WRITE: Duration = Duration::from_millis(20);

/// The Diameter nodes of the CSCFs.
const I: usize = 0;
const S: usize = 1;

/// What happens to datagrams: chances in 1,000.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Noise {
    pub(crate) loss: u16,
    pub(crate) duplication: u16,
    pub(crate) delay: u16,
    pub(crate) latest: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Ues,
    Pcscf,
    Icscf,
    Scscf,
}

#[derive(Debug)]
enum Arrival {
    Sip { to: Node, hop: Hop, octets: Vec<u8> },
    Packet { path: Path, octets: Vec<u8> },
}

/// What a CSCF has written, and what is on its way there: a kill loses that.
#[derive(Default)]
struct Disk {
    records: BTreeMap<u32, Vec<u8>>,
    unwritten: VecDeque<(Duration, Save)>,
}

impl Disk {
    fn write(&mut self, now: Duration) {
        while let Some((_, save)) = self.unwritten.pop_front_if(|(at, _)| *at <= now) {
            match save {
                Save::Put { key, record } => drop(self.records.insert(key, record.to_vec())),
                Save::Delete { key } => drop(self.records.remove(&key)),
            }
        }
    }
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) random: Random,
    pub(crate) home: Home,
    pub(crate) ues: Ues,
    ue_end: End,
    pub(crate) pcscf: Pcscf,
    pcscf_end: End,
    pub(crate) icscf: Icscf,
    pub(crate) scscf: Scscf,
    configs: (pcscf::Config, icscf::Config, scscf::Config),
    disks: [Disk; 2],
    pub(crate) noise: Noise,
    pub(crate) invariants: Invariants,
    pub(crate) events: Vec<SimEvent>,
    pub(crate) pcscf_events: Vec<PcscfEvent>,
    pub(crate) scscf_events: Vec<ScscfEvent>,
    /// ESP packets that were dropped at the P-CSCF.
    pub(crate) dropped: Vec<Drop>,
    /// Every message that was sent, for who looks for a fault.
    pub(crate) trace: Option<Vec<String>>,
    /// Everything that passed, for who asks for it.
    pub(crate) tap: Tap,
    queue: BinaryHeap<Reverse<(Duration, u64)>>,
    arrivals: BTreeMap<u64, Arrival>,
    sequence: u64,
    streams: HashMap<(SocketAddr, SocketAddr), Duration>,
    ephemeral: HashMap<(IpAddr, SocketAddr), u16>,
    nats: Nats,
}

impl World {
    pub(crate) fn new(value: u64, timers: LabTimers) -> Self {
        Self::heard_by(Tap::default(), value, timers)
    }

    /// With a tap everywhere.
    pub(crate) fn listening(value: u64, timers: LabTimers) -> Self {
        Self::heard_by(Tap::listening(), value, timers)
    }

    fn heard_by(tap: Tap, value: u64, timers: LabTimers) -> Self {
        let mut random = Random::new(value);
        let configs = (
            pcscf_config(&timers),
            icscf_config(&timers),
            scscf_config(&timers),
        );
        let listener = tap.cx();
        let mut world = Self {
            now: Duration::ZERO,
            home: Home::new(random.next()),
            ues: Ues::new(timers.air, random.next()),
            ue_end: End::new(seed(&mut random)),
            pcscf: Pcscf::new(configs.0.clone(), seed(&mut random)),
            pcscf_end: End::new(seed(&mut random)),
            icscf: Icscf::new(configs.1.clone(), seed(&mut random)),
            scscf: Scscf::new(configs.2.clone(), seed(&mut random)),
            configs,
            disks: Default::default(),
            noise: Noise::default(),
            invariants: Invariants::default(),
            events: Vec::new(),
            pcscf_events: Vec::new(),
            scscf_events: Vec::new(),
            dropped: Vec::new(),
            trace: std::env::var_os("QUINTET_TRACE").map(|_| Vec::new()),
            tap,
            queue: BinaryHeap::new(),
            arrivals: BTreeMap::new(),
            sequence: 0,
            streams: HashMap::new(),
            ephemeral: HashMap::new(),
            nats: Nats::default(),
            random,
        };
        world.home.listener = listener;
        world
            .home
            .nodes
            .iter_mut()
            .for_each(|node| node.timeout(Duration::ZERO));
        world.run_for(Duration::from_secs(1));
        world
    }

    // --- Restarts -----------------------------------------------------------------------------------------------------

    /// The S-CSCF is killed and comes back with what was written, or with nothing.
    pub(crate) fn restart_scscf(&mut self, forgetful: bool) {
        let disk = &mut self.disks[S];
        disk.unwritten.clear();
        if forgetful {
            disk.records.clear();
        }
        self.scscf = Scscf::new(self.configs.2.clone(), seed(&mut self.random));
        self.home.restart_client(self.now, S);
        let at = at(self.now);
        for (key, record) in self.disks[S].records.clone() {
            if let Err(why) = self.scscf.restore(at, key, &record) {
                self.invariants
                    .broken
                    .push(format!("S-CSCF, record {key}: {why}"));
            }
        }
    }

    /// The P-CSCF is killed and comes back, its stack too.
    pub(crate) fn restart_pcscf(&mut self, forgetful: bool) {
        let disk = &mut self.disks[I];
        disk.unwritten.clear();
        if forgetful {
            disk.records.clear();
        }
        self.pcscf = Pcscf::new(self.configs.0.clone(), seed(&mut self.random));
        self.pcscf_end = End::new(seed(&mut self.random));
        let at = at(self.now);
        for (key, record) in self.disks[I].records.clone() {
            // One that has expired meanwhile is of no use, which is no fault.
            let _ = self.pcscf.restore(at, key, &record);
        }
        self.settle();
    }

    /// The I-CSCF is killed and comes back.
    pub(crate) fn restart_icscf(&mut self) {
        self.icscf = Icscf::new(self.configs.1.clone(), seed(&mut self.random));
        self.home.restart_client(self.now, I);
    }

    // --- Time ---------------------------------------------------------------------------------------------------------

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
            let unwritten = self.disks.iter().filter_map(|disk| disk.unwritten.front());
            let due = [
                self.queue.peek().map(|Reverse((at, _))| *at),
                self.home.poll_timeout(),
                self.ues.poll_timeout(),
                self.ue_end.endpoint.poll_timeout(),
                self.pcscf.poll_timeout(),
                self.pcscf_end.endpoint.poll_timeout(),
                self.icscf.poll_timeout(),
                self.scscf.poll_timeout(),
            ];
            let written = unwritten.map(|(at, _)| *at);
            match due.into_iter().flatten().chain(written).min() {
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
        let (now, at) = (self.now, at(self.now));
        self.home.timeout(now);
        for come in self.home.arrived(now) {
            let node = &mut self.home.nodes[come.station];
            let inbound = node.handle_message(now, come.connection, &come.octets);
            match come.station {
                I => self.icscf.handle(at, node, come.connection, inbound),
                _ => self.scscf.handle(at, node, come.connection, inbound),
            }
        }
        self.ues.timeout(now);
        self.ue_end.endpoint.timeout(now);
        self.pcscf.timeout(at);
        self.pcscf_end.endpoint.timeout(now);
        self.icscf.timeout(at, &mut self.home.nodes[I]);
        self.scscf.timeout(at, &mut self.home.nodes[S]);
        for disk in &mut self.disks {
            disk.write(now);
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Sip { to, mut hop, octets } => {
                hop.local = self.nats.inward(hop.local);
                self.hand(to, hop, &octets);
            }
            Arrival::Packet { mut path, octets } => {
                path.local = self.nats.inward(path.local);
                let now = self.now;
                if path.local.ip() == IpAddr::from(ACCESS.0) {
                    self.pcscf_end.packet(now, path, octets);
                } else {
                    self.ue_end.packet(now, path, octets);
                }
            }
        }
    }

    fn hand(&mut self, to: Node, hop: Hop, octets: &[u8]) {
        let at = at(self.now);
        match to {
            Node::Ues => self.ues.handle_sip(self.now, hop, octets),
            Node::Pcscf => self.pcscf.handle_sip(at, hop, octets),
            Node::Icscf => self.icscf.handle_sip(at, &mut self.home.nodes[I], hop, octets),
            Node::Scscf => self.scscf.handle_sip(at, &mut self.home.nodes[S], hop, octets),
        }
    }

    fn schedule(&mut self, at: Duration, arrival: Arrival) {
        self.sequence += 1;
        self.queue.push(Reverse((at, self.sequence)));
        self.arrivals.insert(self.sequence, arrival);
    }

    fn moment(&mut self) -> Duration {
        Duration::from_micros(100 + self.random.below(1_900))
    }

    /// When a datagram arrives that is sent now: never, once, or twice.
    fn fates(&mut self) -> Vec<Duration> {
        let noise = self.noise;
        if self.random.happens(noise.loss) {
            return Vec::new();
        }
        let mut fates = vec![self.moment()];
        if self.random.happens(noise.duplication) {
            fates.push(self.moment());
        }
        if self.random.happens(noise.delay) {
            fates[0] += Duration::from_micros(self.random.below(noise.latest.as_micros() as u64 + 1));
        }
        fates
    }

    // --- What the nodes want ------------------------------------------------------------------------------------------

    /// Lets everything happen that happens now.
    pub(crate) fn settle(&mut self) {
        while self.settle_access() | self.settle_core() | self.settle_packets() {}
    }

    fn settle_access(&mut self) -> bool {
        let (mut busy, now) = (false, self.now);
        while let Some(command) = self.ues.poll_sa() {
            busy = true;
            self.tap.command(&command);
            self.ue_end.command(now, command);
        }
        while let Some(output) = self.ues.poll_sip() {
            busy = true;
            self.output(Node::Ues, output);
        }
        while let Some(altered) = self.ues.poll_altered() {
            self.tap.altered(&altered);
        }
        while let Some(event) = self.ues.poll_event() {
            busy = true;
            self.invariants.user(&event);
            self.events.push(event);
        }
        while let Some(command) = self.pcscf.poll_sa() {
            busy = true;
            self.pcscf_end.command(now, command);
        }
        while let Some(output) = self.pcscf.poll_sip() {
            busy = true;
            self.output(Node::Pcscf, output);
        }
        while let Some(event) = self.pcscf.poll_event() {
            self.pcscf_events.push(event);
        }
        while let Some(save) = self.pcscf.poll_save() {
            self.disks[I].unwritten.push_back((now + WRITE, save));
        }
        busy
    }

    fn settle_core(&mut self) -> bool {
        let (now, at) = (self.now, at(self.now));
        let mut busy = self.home.settle(now);
        while let Some((station, event)) = self.home.events.pop_front() {
            busy = true;
            let node = &mut self.home.nodes[station];
            match station {
                I => self.icscf.handle_event(at, node, &event),
                _ => self.scscf.handle_event(at, node, &event),
            }
        }
        while let Some(output) = self.icscf.poll_sip() {
            busy = true;
            self.output(Node::Icscf, output);
        }
        while let Some(output) = self.scscf.poll_sip() {
            busy = true;
            if let SipOutput::Send { octets, .. } = &output {
                self.invariants.scscf(octets);
            }
            self.output(Node::Scscf, output);
        }
        while let Some(event) = self.scscf.poll_event() {
            self.scscf_events.push(event);
        }
        while let Some(save) = self.scscf.poll_save(at) {
            self.disks[S].unwritten.push_back((now + WRITE, save));
        }
        busy
    }

    fn settle_packets(&mut self) -> bool {
        let mut busy = false;
        for of_ues in [true, false] {
            let end = if of_ues {
                &mut self.ue_end
            } else {
                &mut self.pcscf_end
            };
            for out in end.take() {
                busy = true;
                let to = if of_ues { Node::Ues } else { Node::Pcscf };
                match out {
                    Out::Message(hop, octets) => {
                        if to == Node::Pcscf {
                            self.tap
                                .message(Place::WithinEsp, self.now, (hop.remote, hop.local), &octets);
                        }
                        self.hand(to, hop, &octets);
                    }
                    Out::Failed(hop) => self.fail(to, hop),
                    Out::Dropped(drop) => self.dropped.push(drop),
                }
            }
            loop {
                let end = if of_ues {
                    &mut self.ue_end
                } else {
                    &mut self.pcscf_end
                };
                let Some(packet) = end.poll_packet() else { break };
                busy = true;
                let path = Path {
                    local: packet.path.remote,
                    remote: self.nats.outward(packet.path.local),
                };
                self.tap
                    .message(Place::Esp, self.now, (path.remote, path.local), &packet.octets);
                for after in self.fates() {
                    let octets = packet.octets.clone();
                    self.schedule(self.now + after, Arrival::Packet { path, octets });
                }
            }
        }
        busy
    }

    fn fail(&mut self, node: Node, hop: Hop) {
        let at = at(self.now);
        match node {
            Node::Ues => self.ues.hop_failed(self.now, hop),
            Node::Pcscf => self.pcscf.hop_failed(at, hop),
            Node::Icscf => self.icscf.hop_failed(at, &mut self.home.nodes[I], hop),
            Node::Scscf => self.scscf.hop_failed(at, &mut self.home.nodes[S], hop),
        }
    }

    fn output(&mut self, from: Node, output: SipOutput) {
        let SipOutput::Send { hop, octets } = output else {
            return;
        };
        if let Some(trace) = &mut self.trace {
            let text = String::from_utf8_lossy(&octets);
            trace.push(format!("{:?} {from:?} {hop:?}\n{text}", self.now));
        }
        if from == Node::Pcscf && node_at(hop.remote.ip()) == Node::Ues {
            self.invariants.leaves_for_ue(&octets);
        }
        let end = match from {
            Node::Ues => Some(&mut self.ue_end),
            Node::Pcscf => Some(&mut self.pcscf_end),
            Node::Icscf | Node::Scscf => None,
        };
        if let Some(end) = end
            && end.carries(&hop)
        {
            if from == Node::Pcscf {
                self.tap
                    .message(Place::WithinEsp, self.now, (hop.local, hop.remote), &octets);
            }
            if !end.send(self.now, hop, &octets) {
                self.fail(from, hop);
            }
            return;
        }
        self.carry(hop, octets);
    }

    /// Outside of associations.
    fn carry(&mut self, mut hop: Hop, octets: Vec<u8>) {
        if hop.local.port() == 0 {
            let next = 30_000 + self.ephemeral.len() as u16;
            let key = (hop.local.ip(), hop.remote);
            hop.local.set_port(*self.ephemeral.entry(key).or_insert(next));
        }
        let to = node_at(hop.remote.ip());
        let arrived = Hop {
            protocol: hop.protocol,
            local: hop.remote,
            remote: self.nats.outward(hop.local),
        };
        let gm = to == Node::Ues || node_at(hop.local.ip()) == Node::Ues;
        let place = if gm { Place::Gm } else { Place::Core };
        self.tap
            .message(place, self.now, (arrived.remote, arrived.local), &octets);
        if hop.protocol == Protocol::Udp {
            for after in self.fates() {
                let octets = octets.clone();
                self.schedule(
                    self.now + after,
                    Arrival::Sip {
                        to,
                        hop: arrived,
                        octets,
                    },
                );
            }
            return;
        }
        let at = (self.now + self.moment()).max(
            self.streams
                .get(&(hop.local, hop.remote))
                .copied()
                .unwrap_or_default(),
        );
        self.streams.insert((hop.local, hop.remote), at);
        self.schedule(
            at,
            Arrival::Sip {
                to,
                hop: arrived,
                octets,
            },
        );
    }

    /// A NAT stands between this address and the network from now on.
    pub(crate) fn nat(&mut self, inside: IpAddr) {
        let outside = [198, 51, 100, self.nats.0.len() as u8 + 1].into();
        self.nats.0.push((inside, outside));
    }

    /// What was told so far is not of interest.
    pub(crate) fn forget(&mut self) {
        self.events.clear();
        self.pcscf_events.clear();
        self.scscf_events.clear();
        self.dropped.clear();
        self.home.hss_events.clear();
    }
}

fn node_at(ip: IpAddr) -> Node {
    match ip {
        ip if ip == IpAddr::from(ACCESS.0) || ip == IpAddr::from(PCSCF.0) => Node::Pcscf,
        ip if ip == IpAddr::from(ICSCF.0) => Node::Icscf,
        ip if ip == IpAddr::from(SCSCF.0) => Node::Scscf,
        _ => Node::Ues,
    }
}
