//! A network of nodes in memory, on virtual time, from a seed: for tests of this crate and of those above it.
//!
//! Streams are delivered in order, cut anywhere, after a delay drawn from the seed; connections can be lost
//! ([`Network::lose`]), silenced ([`Network::mute`]) and left unread ([`Network::block`]). The same seed gives the same
//! run.

use crate::node::seed::Seed;
use crate::node::{Action, ConnectionId, Event, Inbound, Node, PeerId};
use crate::{Inbox, Message, ResultCode};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Steps after which a run that does not advance time is a bug of a node.
const MAX_STEPS: usize = 1_000_000;

/// The application of a host.
pub trait Application {
    /// A request arrived; answer it now or later.
    fn request(&mut self, node: &mut Node, now: Duration, connection: ConnectionId, request: Message<'_>);

    /// An answer arrived.
    fn answer(
        &mut self,
        _node: &mut Node,
        _now: Duration,
        _handle: crate::node::RequestHandle,
        _answer: Message<'_>,
    ) {
    }

    /// Something happened.
    fn event(&mut self, _node: &mut Node, _now: Duration, _event: &Event) {}
}

/// Answers every request with 2001.
#[derive(Debug, Default)]
pub struct Agreeable;

impl Application for Agreeable {
    fn request(&mut self, node: &mut Node, _: Duration, connection: ConnectionId, request: Message<'_>) {
        if let Some(answer) = node.answer(connection, &request, ResultCode::SUCCESS) {
            answer.finish();
        }
    }
}

/// One node with its application.
pub struct Host<A> {
    /// The node.
    pub node: Node,
    /// What it serves.
    pub application: A,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it takes connections.
    pub listening: bool,
    /// Everything it reported, with the time.
    pub events: Vec<(Duration, Event)>,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    host: usize,
    connection: ConnectionId,
}

#[derive(Debug)]
struct Side {
    end: End,
    open: bool,
    /// Octets towards this side vanish.
    muted: bool,
    /// This side does not take what its peer's node writes: the peer's output stays where it is.
    blocked: bool,
    inbox: Inbox,
    last: Duration,
}

#[derive(Debug)]
enum Arrival {
    Connect {
        host: usize,
        peer: PeerId,
        address: SocketAddr,
    },
    Octets {
        link: usize,
        side: usize,
        octets: Vec<u8>,
    },
    Closed {
        link: usize,
        side: usize,
    },
}

/// Nodes and what is on its way between them.
pub struct Network<A> {
    /// Virtual time.
    pub now: Duration,
    /// The hosts, in the order they were added.
    pub hosts: Vec<Host<A>>,
    /// The longest time octets take.
    pub delay: Duration,
    /// The longest piece a stream is cut into.
    pub piece: usize,
    seed: Seed,
    links: Vec<[Side; 2]>,
    ends: BTreeMap<End, (usize, usize)>,
    queue: BinaryHeap<Reverse<(Duration, u64)>>,
    arrivals: BTreeMap<u64, Arrival>,
    sequence: u64,
    connections: u64,
}

impl<A: Application> Network<A> {
    /// An empty network.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            now: Duration::ZERO,
            hosts: Vec::new(),
            delay: Duration::from_millis(5),
            piece: 64,
            seed: Seed::new(seed),
            links: Vec::new(),
            ends: BTreeMap::new(),
            queue: BinaryHeap::new(),
            arrivals: BTreeMap::new(),
            sequence: 0,
            connections: 0,
        }
    }

    /// Adds a listening host; its index.
    pub fn add(&mut self, node: Node, application: A, address: SocketAddr) -> usize {
        let events = Vec::new();
        self.hosts.push(Host {
            node,
            application,
            address,
            listening: true,
            events,
        });
        self.hosts.len() - 1
    }

    /// Lets everything happen that happens until `at`.
    ///
    /// # Panics
    /// If a node never comes to rest.
    pub fn run_until(&mut self, at: Duration) {
        for _ in 0..MAX_STEPS {
            self.settle();
            let queued = self.queue.peek().map(|Reverse((t, _))| *t);
            let due = self
                .hosts
                .iter()
                .filter_map(|h| h.node.poll_timeout())
                .chain(queued)
                .min();
            match due {
                Some(due) if due <= at => self.now = self.now.max(due),
                _ => {
                    self.now = at;
                    return;
                }
            }
            while let Some(Reverse((t, sequence))) = self.queue.peek().copied()
                && t <= self.now
            {
                self.queue.pop();
                if let Some(arrival) = self.arrivals.remove(&sequence) {
                    self.arrive(arrival);
                }
                self.settle();
            }
            for host in &mut self.hosts {
                host.node.timeout(self.now);
            }
        }
        panic!("the network does not come to rest at {:?}", self.now);
    }

    /// Lets everything happen that happens within `time`.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(self.now + time);
    }

    /// Connections that are open at both ends.
    pub fn connections(&self) -> impl Iterator<Item = usize> + '_ {
        self.links
            .iter()
            .enumerate()
            .filter(|(_, l)| l[0].open && l[1].open)
            .map(|(i, _)| i)
    }

    /// Cuts a connection; what was under way is lost.
    pub fn lose(&mut self, link: usize) {
        for side in 0..2 {
            let state = &mut self.links[link][side];
            if std::mem::replace(&mut state.open, false) {
                let End { host, connection } = state.end;
                self.hosts[host].node.closed(self.now, connection);
            }
        }
        self.settle();
    }

    /// Has a connection lose everything silently from now on, both ways.
    pub fn mute(&mut self, link: usize, muted: bool) {
        self.links[link].iter_mut().for_each(|side| side.muted = muted);
    }

    /// As [`Network::mute`], for what goes to `host` only.
    pub fn mute_towards(&mut self, link: usize, host: usize, muted: bool) {
        self.links[link]
            .iter_mut()
            .filter(|side| side.end.host == host)
            .for_each(|side| side.muted = muted);
    }

    /// Has `host` stop reading all its connections: what its peers write stays in their output.
    pub fn block(&mut self, host: usize, blocked: bool) {
        self.links
            .iter_mut()
            .flatten()
            .filter(|s| s.end.host == host)
            .for_each(|s| s.blocked = blocked);
    }

    /// The open connection of two hosts.
    #[must_use]
    pub fn between(&self, a: usize, b: usize) -> Option<usize> {
        self.connections().find(|&l| {
            let [x, y] = &self.links[l];
            (x.end.host, y.end.host) == (a, b) || (x.end.host, y.end.host) == (b, a)
        })
    }

    fn delay(&mut self) -> Duration {
        let most = self.delay.as_micros() as u32;
        Duration::from_micros(u64::from(self.seed.below(most + 1)))
    }

    fn schedule(&mut self, at: Duration, arrival: Arrival) {
        self.sequence += 1;
        self.queue.push(Reverse((at, self.sequence)));
        self.arrivals.insert(self.sequence, arrival);
    }

    /// Runs all nodes until none wants anything at this time.
    fn settle(&mut self) {
        let mut busy = true;
        while busy {
            busy = false;
            for host in 0..self.hosts.len() {
                while let Some(action) = self.hosts[host].node.poll_action() {
                    busy = true;
                    self.act(host, action);
                }
                while let Some(connection) = self.hosts[host].node.poll_transmit() {
                    busy = true;
                    self.transmit(host, connection);
                }
            }
        }
    }

    fn act(&mut self, host: usize, action: Action) {
        match action {
            Action::Connect { peer, address } => {
                let at = self.now + self.delay();
                self.schedule(at, Arrival::Connect { host, peer, address });
            }
            Action::Close {
                connection,
                after_flush,
            } => {
                if after_flush {
                    self.transmit(host, connection);
                }
                let end = End { host, connection };
                let blocked = self
                    .ends
                    .get(&end)
                    .is_some_and(|&(l, s)| self.links[l][1 - s].blocked);
                if after_flush && blocked && !self.hosts[host].node.output(connection).is_empty() {
                    return;
                }
                self.close(end);
                self.hosts[host].node.closed(self.now, connection);
            }
            Action::Event(event) => {
                let Host {
                    node,
                    application,
                    events,
                    ..
                } = &mut self.hosts[host];
                application.event(node, self.now, &event);
                events.push((self.now, event));
            }
        }
    }

    fn close(&mut self, end: End) {
        let Some(&(link, side)) = self.ends.get(&end) else {
            return;
        };
        if !std::mem::replace(&mut self.links[link][side].open, false) {
            return;
        }
        let at = (self.now + self.delay()).max(self.links[link][1 - side].last);
        self.links[link][1 - side].last = at;
        self.schedule(at, Arrival::Closed { link, side: 1 - side });
    }

    fn transmit(&mut self, host: usize, connection: ConnectionId) {
        let Some(&(link, side)) = self.ends.get(&End { host, connection }) else {
            return;
        };
        if self.links[link][1 - side].blocked {
            return;
        }
        let octets = std::mem::take(self.hosts[host].node.output(connection));
        let mut rest = octets.as_slice();
        while !rest.is_empty() {
            let cut = 1 + self.seed.below(self.piece as u32) as usize;
            let (piece, tail) = rest.split_at(cut.min(rest.len()));
            rest = tail;
            let at = (self.now + self.delay()).max(self.links[link][1 - side].last);
            self.links[link][1 - side].last = at;
            self.schedule(
                at,
                Arrival::Octets {
                    link,
                    side: 1 - side,
                    octets: piece.to_vec(),
                },
            );
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Connect { host, peer, address } => self.connect(host, peer, address),
            Arrival::Octets { link, side, octets } => self.deliver(link, side, &octets),
            Arrival::Closed { link, side } => {
                let state = &mut self.links[link][side];
                if std::mem::replace(&mut state.open, false) {
                    let End { host, connection } = state.end;
                    self.hosts[host].node.closed(self.now, connection);
                }
            }
        }
    }

    fn connect(&mut self, host: usize, peer: PeerId, address: SocketAddr) {
        let target = self
            .hosts
            .iter()
            .position(|h| h.address == address && h.listening);
        let Some(target) = target else {
            return self.hosts[host]
                .node
                .connect_failed(self.now, peer, "connection refused");
        };
        self.connections += 2;
        let ours = End {
            host,
            connection: ConnectionId(self.connections),
        };
        let theirs = End {
            host: target,
            connection: ConnectionId(self.connections + 1),
        };
        let remote = self.hosts[host].address;
        if self.hosts[target]
            .node
            .accepted(self.now, theirs.connection, remote)
            .is_err()
        {
            return self.hosts[host]
                .node
                .connect_failed(self.now, peer, "connection reset");
        }
        let link = self.links.len();
        let now = self.now;
        let side = |end| Side {
            end,
            open: true,
            muted: false,
            blocked: false,
            inbox: Inbox::new(),
            last: now,
        };
        self.links.push([side(ours), side(theirs)]);
        self.ends.insert(ours, (link, 0));
        self.ends.insert(theirs, (link, 1));
        self.hosts[host]
            .node
            .connected(self.now, ours.connection, peer, remote);
    }

    fn deliver(&mut self, link: usize, side: usize, octets: &[u8]) {
        let Self {
            now, hosts, links, ..
        } = self;
        let state = &mut links[link][side];
        if !state.open || state.muted {
            return;
        }
        state.inbox.fill(octets);
        let End { host, connection } = state.end;
        let Host {
            node, application, ..
        } = &mut hosts[host];
        while let Some(message) = state.inbox.next() {
            let message = match message {
                Ok(message) => message,
                Err(error) => return node.bad_frame(*now, connection, error),
            };
            match node.handle_message(*now, connection, message) {
                Inbound::Done => {}
                Inbound::Request(request) => application.request(node, *now, connection, request),
                Inbound::Answer { handle, message } => application.answer(node, *now, handle, message),
            }
        }
    }
}

/// The usual address of the `n`th host.
#[must_use]
pub fn address(n: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::from([10, 0, 0, n]), 3868)
}
