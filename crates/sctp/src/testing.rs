//! Endpoints on a network in memory, on virtual time, from a seed: for tests of this crate and of those above it.
//!
//! Packets are lost, doubled, held up and corrupted as [`Faults`] says; the same seed gives the same run. A test either
//! lets it run ([`Network::run_for`], [`Network::run_until`]) and reads [`Host::events`], or answers events in between
//! ([`Network::step`]).

use crate::{AssociationId, Config, ConnectError, Endpoint, Event, Message, Path, Transmit};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The UDP encapsulation port of every host (RFC 6951).
pub const UDP_PORT: u16 = 9899;

/// Steps after which a run that does not end is a bug of an endpoint.
const MAX_STEPS: usize = 5_000_000;

/// What the network does to packets, each in so many of 1000.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Lost.
    pub loss: u32,
    /// Delivered twice.
    pub duplication: u32,
    /// Held up by up to ten times the delay, so that others overtake.
    pub reordering: u32,
    /// One octet changed.
    pub corruption: u32,
}

/// An endpoint and where it is.
pub struct Host {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its addresses; the first is the one it connects from.
    pub addresses: Vec<IpAddr>,
    /// What it reported and nobody took.
    pub events: VecDeque<Event>,
    /// Addresses whose packets are lost, both ways.
    pub cut: Vec<IpAddr>,
}

struct Flight {
    due: Duration,
    sequence: u64,
    transmit: Transmit,
}

impl PartialEq for Flight {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Flight {}

impl PartialOrd for Flight {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Flight {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.sequence).cmp(&(other.due, other.sequence))
    }
}

/// Hosts and the packets between them.
pub struct Network {
    /// The hosts, in the order of [`add`](Self::add).
    pub hosts: Vec<Host>,
    /// What happens to packets from now on.
    pub faults: Faults,
    /// How long a packet takes.
    pub delay: Duration,
    /// Every packet that was sent, with its time, where that is wanted.
    pub transcript: Option<Vec<(Duration, Transmit)>>,
    now: Duration,
    flights: BinaryHeap<Reverse<Flight>>,
    sequence: u64,
    random: u64,
}

impl Network {
    /// An empty network without faults and a delay of 1 ms.
    pub fn new(seed: u64) -> Self {
        Self {
            hosts: Vec::new(),
            faults: Faults::default(),
            delay: Duration::from_millis(1),
            transcript: None,
            now: Duration::ZERO,
            flights: BinaryHeap::new(),
            sequence: 0,
            random: seed,
        }
    }

    /// Adds a host with one address; its index.
    pub fn add(&mut self, config: Config, address: IpAddr) -> usize {
        let mut seed = [0; 32];
        seed.fill_with(|| self.random() as u8);
        self.hosts.push(Host {
            endpoint: Endpoint::new(config, seed),
            addresses: vec![address],
            events: VecDeque::new(),
            cut: Vec::new(),
        });
        self.hosts.len() - 1
    }

    /// The virtual time.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// A number from the seed (SplitMix64).
    pub fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn chance(&mut self, of_1000: u32) -> bool {
        of_1000 > 0 && self.random() % 1000 < u64::from(of_1000)
    }

    /// The path from one host to the other.
    pub fn path(&self, from: usize, to: usize) -> Path {
        Path {
            local: self.hosts[from].addresses[0],
            remote: SocketAddr::new(self.hosts[to].addresses[0], UDP_PORT),
        }
    }

    /// Has `from` connect to `to`.
    ///
    /// # Errors
    /// As [`Endpoint::connect`].
    pub fn connect(&mut self, from: usize, to: usize) -> Result<AssociationId, ConnectError> {
        let (path, port) = (self.path(from, to), self.hosts[to].endpoint.config().port);
        let connected = self.hosts[from].endpoint.connect(self.now, path, port);
        self.collect(from);
        connected
    }

    /// Has a host send.
    ///
    /// # Errors
    /// As [`Endpoint::send`].
    pub fn send(
        &mut self,
        host: usize,
        association: AssociationId,
        message: Message,
    ) -> Result<(), crate::SendError> {
        self.hosts[host].endpoint.send(self.now, association, message)
    }

    /// Puts a packet on the way, as if someone had sent it along `path`.
    pub fn inject(&mut self, path: Path, packet: Vec<u8>) {
        self.launch(Transmit { path, packet });
    }

    /// Takes events and packets from a host.
    pub fn collect(&mut self, host: usize) {
        let mut packets = Vec::new();
        let Host { endpoint, events, .. } = &mut self.hosts[host];
        events.extend(std::iter::from_fn(|| endpoint.poll_event()));
        packets.extend(std::iter::from_fn(|| endpoint.poll_transmit()));
        events.extend(std::iter::from_fn(|| endpoint.poll_event()));
        for packet in packets {
            self.launch(packet);
        }
    }

    fn launch(&mut self, transmit: Transmit) {
        if let Some(transcript) = &mut self.transcript {
            transcript.push((self.now, transmit.clone()));
        }
        if self.chance(self.faults.loss) {
            return;
        }
        let copies = 1 + usize::from(self.chance(self.faults.duplication));
        for _ in 0..copies {
            let mut transmit = transmit.clone();
            if self.chance(self.faults.corruption) {
                let at = self.random() as usize % transmit.packet.len();
                transmit.packet[at] ^= 1 << (self.random() % 8);
            }
            let mut due = self.now + self.delay;
            if self.chance(self.faults.reordering) {
                due += self.delay * (self.random() % 10) as u32;
            }
            self.sequence += 1;
            self.flights.push(Reverse(Flight {
                due,
                sequence: self.sequence,
                transmit,
            }));
        }
    }

    /// The next time at which something happens.
    fn next(&self) -> Option<Duration> {
        let flight = self.flights.peek().map(|Reverse(flight)| flight.due);
        let timers = self.hosts.iter().filter_map(|host| host.endpoint.poll_timeout());
        flight
            .into_iter()
            .chain(timers)
            .min()
            .map(|next| next.max(self.now))
    }

    /// Goes to the next time at which something happens, if that is not after `limit`, and does it.
    pub fn step(&mut self, limit: Duration) -> bool {
        let Some(next) = self.next().filter(|next| *next <= limit) else {
            return false;
        };
        self.now = next;
        while let Some(Reverse(flight)) = self.flights.peek()
            && flight.due <= self.now
        {
            if let Some(Reverse(flight)) = self.flights.pop() {
                self.land(flight.transmit);
            }
        }
        for host in 0..self.hosts.len() {
            if self.hosts[host]
                .endpoint
                .poll_timeout()
                .is_some_and(|due| due <= self.now)
            {
                self.hosts[host].endpoint.handle_timeout(self.now);
            }
            self.collect(host);
        }
        true
    }

    fn land(&mut self, Transmit { path, packet }: Transmit) {
        let to = path.remote.ip();
        let path = Path {
            local: to,
            remote: SocketAddr::new(path.local, UDP_PORT),
        };
        if self
            .hosts
            .iter()
            .any(|host| host.cut.contains(&to) || host.cut.contains(&path.remote.ip()))
        {
            return;
        }
        let reached = self.hosts.iter_mut().find(|host| host.addresses.contains(&to));
        if let Some(host) = reached {
            host.endpoint.receive(self.now, path, &packet);
        }
    }

    /// Lets so much time pass.
    ///
    /// # Panics
    /// When the endpoints keep each other busy without end.
    pub fn run_for(&mut self, duration: Duration) {
        let limit = self.now + duration;
        self.run_until(limit, |_| false);
        self.now = limit;
    }

    /// Runs until `done`, or until the time is `limit`; whether it was done.
    ///
    /// # Panics
    /// When the endpoints keep each other busy without end.
    pub fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        for host in 0..self.hosts.len() {
            self.collect(host);
        }
        for _ in 0..MAX_STEPS {
            if done(self) {
                return true;
            }
            if !self.step(limit) {
                return false;
            }
        }
        panic!("no end after {MAX_STEPS} steps, at {:?}", self.now);
    }

    /// Two hosts, on ports 36412 and 36413, with an association from the first to the second; its identifier at each.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn pair(seed: u64, adjust: impl Fn(&mut Config)) -> (Self, AssociationId, AssociationId) {
        let mut network = Self::new(seed);
        for (index, port) in [(1, 36413), (2, 36412)] {
            let mut config = Config::new(port);
            adjust(&mut config);
            network.add(config, IpAddr::from([10, 0, 0, index]));
        }
        let client = network.connect(0, 1).expect("nothing is in the way");
        let mut server = None;
        network.run_until(network.now + Duration::from_secs(60), |network| {
            server = network.hosts[1].events.iter().find_map(|event| match event {
                Event::Up { association, .. } => Some(*association),
                _ => None,
            });
            server.is_some() && network.hosts[0].endpoint.is_up(client)
        });
        let server = server.expect("the association comes up");
        network.hosts.iter_mut().for_each(|host| host.events.clear());
        (network, client, server)
    }
}

/// Lets octets be packets to an endpoint with an association, for fuzzing: whatever they are, it survives, and keeps no
/// more associations than there can be.
///
/// Each packet has a head of three octets: bits that say which verification tag is put in (none, that of the endpoint,
/// that of its peer, 0), whether it comes from a stranger, and how much time passes after it; then its length. The
/// checksum is made right.
///
/// # Panics
/// Where the endpoint is wrong.
pub fn play(octets: &[u8]) {
    let (mut network, client, server) = Network::pair(1, |config| config.max_associations = 4);
    network.transcript = Some(Vec::new());
    for (host, id) in [(0, client), (1, server)] {
        let message = Message {
            stream: 0,
            ppid: 0,
            unordered: false,
            payload: vec![1; 2000],
        };
        network.send(host, id, message).expect("there is room");
    }
    network.run_for(Duration::from_secs(1));
    let sent = network.transcript.take().unwrap_or_default();
    let tag_to = |host: usize| {
        let address = network.hosts[host].addresses[0];
        let found = sent
            .iter()
            .find(|(_, transmit)| transmit.path.remote.ip() == address);
        found
            .and_then(|(_, transmit)| transmit.packet.get(4..8))
            .expect("both sent")
            .to_vec()
    };
    let tags = [tag_to(0), tag_to(1), vec![0; 4]];
    let mut rest = octets;
    while let [bits, high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]) % 2048).min(tail.len());
        let (packet, tail) = tail.split_at(length);
        rest = tail;
        let mut packet = packet.to_vec();
        if packet.len() >= 12 {
            if let Some(tag) = (bits & 3)
                .checked_sub(1)
                .and_then(|which| tags.get(usize::from(which)))
            {
                packet[4..8].copy_from_slice(tag);
            }
            crate::packet::seal(&mut packet);
        }
        let mut path = network.path(1, 0);
        if bits & 4 != 0 {
            path.local = IpAddr::from([10, 0, 0, 99]);
        }
        network.inject(path, packet);
        network.run_for(Duration::from_millis(1 + 100 * u64::from(bits >> 4)));
    }
    network.run_for(Duration::from_secs(20));
    assert!(
        network
            .hosts
            .iter()
            .all(|host| host.endpoint.association_count() <= 4)
    );
}
