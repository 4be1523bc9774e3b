//! One Diameter node, sans-IO: peers, connections, requests, routes (RFC 6733).
//!
//! ```text
//!  runtime ── accepted, connected, connect_failed, closed, bad_frame, handle_message, timeout ──►┌──────┐
//!          ◄─ poll_action (Connect, Close, Event), poll_transmit + output, poll_timeout ─────────│ Node │
//!  application ── request, answer, reject ──────────────────────────────────────────────────────►└──────┘
//! ```
//!
//! After every input the runtime polls until nothing is left: `poll_action`, then `poll_transmit` (whose connections
//! it writes [`Node::output`] of, draining what was written), then `poll_timeout`. It reads a connection only while
//! [`Node::wants_read`], and calls [`Node::closed`] once for every connection that has ended, whoever ended it.
//!
//! Time is a [`Duration`] since an origin of the runtime, and never goes back. Nothing is allocated per request
//! received and answered. Left out: TLS (RFC 6733 2.2, 13; the transport's), dynamic peer discovery (5.2), following
//! redirects (6.12; the answer is the application's), sessions and accounting (8, 9; no application here has any).

mod answer;
mod capabilities;
mod config;
mod connection;
mod counters;
mod disconnect;
mod duplicates;
mod envelope;
mod event;
mod introduction;
mod latencies;
mod machine;
mod outstanding;
mod overload;
mod peer;
mod priority;
mod receive;
mod refusal;
mod relay;
mod request;
mod routing;
mod security;
pub(crate) mod seed;
mod table;
mod timers;
mod transactions;
mod watchdog;

pub use answer::{AnswerResult, AnswerWriter};
pub use config::{
    Application, ApplicationKind, ConfigError, MAX_APPLICATIONS, MAX_CONFIGURED_PEERS, MAX_FURTHER_REALMS,
    MIN_TW, NodeConfig, NodeLimits, NodeTimers, PeerConfig, RELAY_APPLICATION, Route, TW_JITTER,
    UnknownPeers,
};
pub use counters::{CommandKey, Counters, Direction, MAX_COUNTED_COMMANDS, PeerCounters};
pub use disconnect::DisconnectCause;
pub use event::{
    Action, ConnectionId, DownReason, Event, FailedReason, RefusedReason, RequestHandle, RouteError,
};
pub use latencies::{Latencies, MAX_TIMED_COMMANDS, Timed};
pub use overload::{MAX_REDUCTION, MAX_TARGET_WAIT, MIN_TARGET_WAIT, OverloadConfig, OverloadStatus, Queue};
pub use peer::{Capabilities, PeerId, PeerStatus};
pub use priority::{PRIORITIES, Priority};
pub use receive::Inbound;
pub use request::Destination;
pub use security::{Certificate, Fingerprint, PeerSecurity, Unproven};
pub use table::PeerState;
pub use transactions::Transaction;
pub use watchdog::WatchdogState;

use crate::MAX_IDENTITY_OCTETS;
use connection::{Connection, Phase};
use duplicates::Duplicates;
use outstanding::OutstandingTable;
use overload::Overload;
use peer::{Candidate, Peer};
use seed::Seed;
use table::{PeerMachineAction, PeerMachineEvent};
use timers::{Deadline, TimerKey, Timers};
use transactions::Transactions;
use watchdog::{Watchdog, WatchdogEvent};

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// Why a connection was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// [`NodeLimits::connections`].
    #[error("the limit on connections is reached")]
    Connections,
    /// [`NodeLimits::connections_per_remote`].
    #[error("the limit on connections from one address is reached")]
    PerRemote,
    /// After [`Node::shutdown`].
    #[error("the node is shutting down")]
    ShuttingDown,
}

/// One Diameter node. See the module for the order of calls.
#[derive(Debug)]
pub struct Node {
    config: NodeConfig,
    now: Duration,
    seed: Seed,
    /// Ordered, so that a run from one seed is the same run every time.
    connections: BTreeMap<ConnectionId, Connection>,
    peers: Vec<Peer>,
    /// By identity in lower case.
    identities: BTreeMap<Box<[u8]>, PeerId>,
    table: OutstandingTable,
    duplicates: Duplicates,
    overload: Overload,
    timers: Timers,
    actions: VecDeque<Action>,
    transmit: VecDeque<ConnectionId>,
    counters: Counters,
    latencies: Latencies,
    transactions: Transactions,
    end_to_end: u32,
    sessions: u64,
    handles: u64,
    stopping: Option<DisconnectCause>,
    stopping_deadline: Deadline,
    stopped: bool,
    /// Where an answer is written whose requester is gone, so that it can be remembered.
    undeliverable: Vec<u8>,
}

impl Node {
    /// A node; peers to connect to are asked for by the first [`Node::timeout`]. `seed` decides jitter and
    /// identifiers and must differ between starts.
    ///
    /// # Errors
    /// What [`ConfigError`] lists.
    pub fn new(config: NodeConfig, seed: u64) -> Result<Self, ConfigError> {
        config.check()?;
        let mut seed = Seed::new(seed);
        let limits = config.limits;
        let mut node = Self {
            now: Duration::ZERO,
            connections: BTreeMap::new(),
            peers: Vec::new(),
            identities: BTreeMap::new(),
            table: OutstandingTable::new(seed.next() as u32),
            duplicates: Duplicates::new(seed.next(), limits.duplicate_entries, limits.duplicate_octets),
            overload: Overload::new(config.started_at_unix),
            timers: Timers::default(),
            actions: VecDeque::new(),
            transmit: VecDeque::new(),
            counters: Counters::default(),
            latencies: Latencies::default(),
            transactions: Transactions::default(),
            end_to_end: config.started_at_unix << 20 | seed.next() as u32 >> 12,
            sessions: u64::from(config.started_at_unix) << 32 | seed.next() >> 32,
            handles: 0,
            stopping: None,
            stopping_deadline: Deadline::default(),
            stopped: false,
            undeliverable: Vec::new(),
            seed,
            config,
        };
        for peer in node.config.peers.clone() {
            let connect = peer.connect;
            let id = node.add_peer(peer, true);
            if connect {
                node.set_peer_deadline(id, Duration::ZERO);
            }
        }
        Ok(node)
    }

    // --- What there is ---------------------------------------------------------------------------------------------

    /// The configuration it was made with.
    #[must_use]
    pub fn config(&self) -> &NodeConfig {
        &self.config
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How long requests took: those of others here, and this node's with others.
    #[must_use]
    pub fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    /// A peer, unless its place was taken over since.
    #[must_use]
    pub fn peer(&self, id: PeerId) -> Option<PeerStatus<'_>> {
        self.peers
            .get(id.index as usize)
            .filter(|p| p.id == id)
            .map(status)
    }

    /// All peers, the configured ones first.
    pub fn peers(&self) -> impl Iterator<Item = PeerStatus<'_>> {
        self.peers.iter().map(status)
    }

    /// The peer of this identity.
    #[must_use]
    pub fn find_peer(&self, identity: &str) -> Option<PeerId> {
        self.peer_by_identity(identity.as_bytes())
    }

    /// The peer at the other end of a connection, once capabilities are exchanged.
    #[must_use]
    pub fn peer_of(&self, connection: ConnectionId) -> Option<PeerId> {
        self.connections.get(&connection)?.peer
    }

    /// Connections, half-open and closing ones included.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.connections.len()
    }

    /// Requests sent and not yet answered.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.table.len()
    }

    // --- Inputs: transport ------------------------------------------------------------------------------------------

    /// A peer has connected. On an error the runtime closes it at once, and `closed` is not called for it.
    ///
    /// # Errors
    /// [`AcceptError`].
    pub fn accepted(
        &mut self,
        now: Duration,
        id: ConnectionId,
        remote: SocketAddr,
    ) -> Result<(), AcceptError> {
        self.now = now;
        let address = remote.ip();
        let limits = &self.config.limits;
        let error = if self.stopping.is_some() {
            Some(AcceptError::ShuttingDown)
        } else if self.connections.len() >= limits.connections {
            Some(AcceptError::Connections)
        } else if self
            .connections
            .values()
            .filter(|c| c.remote == Some(address))
            .count()
            >= limits.connections_per_remote
        {
            Some(AcceptError::PerRemote)
        } else {
            None
        };
        if let Some(error) = error {
            self.counters.connections_refused += 1;
            return Err(error);
        }
        self.counters.connections += 1;
        let mut connection = Connection::new(Phase::AwaitingCer);
        connection.remote = Some(address);
        self.connections.insert(id, connection);
        self.set_connection_deadline(id, now + self.config.timers.capabilities);
        Ok(())
    }

    /// The connection asked for by [`Action::Connect`] exists; `local` is this end of it. If it is no longer wanted it
    /// is closed again by the next [`Action::Close`].
    pub fn connected(&mut self, now: Duration, id: ConnectionId, peer: PeerId, local: SocketAddr) {
        self.now = now;
        self.counters.connections += 1;
        let mut connection = Connection::new(Phase::AwaitingCea);
        connection.local = Some(local.ip());
        self.connections.insert(id, connection);
        let wanted = self.live_peer(peer).is_some_and(|p| {
            p.initiator.is_none() && matches!(p.state, PeerState::WaitConnAck | PeerState::WaitConnAckElect)
        });
        if !wanted {
            return self.close(id, false);
        }
        self.peers[peer.index as usize].initiator = Some(id);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.peer = Some(peer);
        }
        self.drive(peer, PeerMachineEvent::IRcvConnAck);
    }

    /// The connection asked for by [`Action::Connect`] could not be made.
    pub fn connect_failed(&mut self, now: Duration, peer: PeerId, reason: &str) {
        self.now = now;
        let Some(p) = self.live_peer(peer) else { return };
        if p.initiator.is_some() {
            return;
        }
        let known = matches!(p.state, PeerState::WaitConnAck | PeerState::WaitConnAckElect);
        if known {
            self.event(Event::ConnectFailed {
                peer,
                reason: reason.to_owned(),
            });
            self.drive(peer, PeerMachineEvent::IRcvConnNack);
        }
    }

    /// A connection has ended: the peer's doing, the network's, or this node's own [`Action::Close`].
    pub fn closed(&mut self, now: Duration, id: ConnectionId) {
        self.now = now;
        if let Some(connection) = self.connections.get(&id) {
            if connection.phase != Phase::Closed {
                self.lost(id);
            }
            self.connections.remove(&id);
        }
        self.check_stopped();
    }

    /// Time has passed. To be called at [`Node::poll_timeout`], once at the start, and whenever it suits.
    pub fn timeout(&mut self, now: Duration) {
        self.now = now;
        while let Some(entry) = self.timers.pop(now) {
            match entry.1 {
                TimerKey::Peer(id) => self.peer_timer(id, entry),
                TimerKey::Watchdog(id) => self.watchdog_timer(id, entry),
                TimerKey::Connection(id) => self.connection_timer(id, entry),
                TimerKey::Requests => self.request_timer(entry),
                TimerKey::Overload => self.overload_timer(entry),
                TimerKey::Shutdown => {
                    if self.timers.expire(&mut self.stopping_deadline, entry, now) {
                        self.disconnect_all();
                    }
                }
            }
        }
    }

    // --- Outputs ----------------------------------------------------------------------------------------------------

    /// A connection with new output; each is named once until it is written to again.
    pub fn poll_transmit(&mut self) -> Option<ConnectionId> {
        while let Some(id) = self.transmit.pop_front() {
            let Some(connection) = self.connections.get_mut(&id) else {
                continue;
            };
            connection.dirty = false;
            if connection.output.len() > self.config.limits.output_octets_hard
                && connection.phase != Phase::Closed
            {
                self.counters.slow_readers_closed += 1;
                self.fail(id, DownReason::SlowReader, RefusedReason::ProtocolError);
                continue;
            }
            return Some(id);
        }
        None
    }

    /// What is to be written to a connection, oldest first; the runtime removes what it has written. Empty for a
    /// connection that is gone.
    pub fn output(&mut self, id: ConnectionId) -> &mut Vec<u8> {
        match self.connections.get_mut(&id) {
            Some(connection) => &mut connection.output,
            None => {
                self.undeliverable.clear();
                &mut self.undeliverable
            }
        }
    }

    /// Whether to read from a connection: not while it owes us the reading of [`NodeLimits::output_octets`], and not
    /// once it is being closed.
    #[must_use]
    pub fn wants_read(&self, id: ConnectionId) -> bool {
        self.connections
            .get(&id)
            .is_some_and(|c| c.phase != Phase::Closed && c.output.len() <= self.config.limits.output_octets)
    }

    /// What was answered since the last call is out, `now` as a clock says that was read after it: so much time they took. A
    /// runtime that has no such clock need not call it; then they count with the time of their last input.
    pub fn settled(&mut self, now: impl FnOnce() -> Duration) {
        self.latencies.settled(now);
    }

    /// Whether transactions are told one by one by [`Node::poll_transaction`]: those of this share (0 to 1) of all attempts.
    pub fn trace(&mut self, ratio: Option<f64>) {
        self.transactions.trace(ratio);
    }

    /// The next transaction that ended.
    pub fn poll_transaction(&mut self) -> Option<Transaction> {
        self.transactions.poll()
    }

    /// When [`Node::timeout`] must be called at the latest; `None` if nothing is waited for. May be in the past.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    // --- Inside -----------------------------------------------------------------------------------------------------

    fn event(&mut self, event: Event) {
        self.actions.push_back(Action::Event(event));
    }

    fn live_peer(&self, id: PeerId) -> Option<&Peer> {
        self.peers.get(id.index as usize).filter(|p| p.id == id)
    }

    fn peer_by_identity(&self, identity: &[u8]) -> Option<PeerId> {
        let mut lower = [0u8; MAX_IDENTITY_OCTETS];
        let lower = lower.get_mut(..identity.len())?;
        lower.copy_from_slice(identity);
        lower.make_ascii_lowercase();
        self.identities.get(&*lower).copied()
    }

    /// Adds a peer in a place of its own.
    fn add_peer(&mut self, config: PeerConfig, configured: bool) -> PeerId {
        let key = config
            .identity
            .to_ascii_lowercase()
            .into_bytes()
            .into_boxed_slice();
        let id = PeerId {
            index: self.peers.len() as u32,
            generation: 0,
        };
        self.identities.insert(key, id);
        self.peers.push(Peer::new(id, config, configured));
        id
    }

    /// Marks a connection as having output.
    fn wrote(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id)
            && !connection.dirty
        {
            connection.dirty = true;
            self.transmit.push_back(id);
        }
    }

    fn next_end_to_end(&mut self) -> u32 {
        self.end_to_end = self.end_to_end.wrapping_add(1);
        self.end_to_end
    }

    fn set_connection_deadline(&mut self, id: ConnectionId, at: Duration) {
        if let Some(connection) = self.connections.get_mut(&id) {
            self.timers
                .set(&mut connection.deadline, TimerKey::Connection(id), at);
        }
    }

    fn set_peer_deadline(&mut self, id: PeerId, at: Duration) {
        self.timers.set(
            &mut self.peers[id.index as usize].deadline,
            TimerKey::Peer(id),
            at,
        );
    }
}

fn status(peer: &Peer) -> PeerStatus<'_> {
    PeerStatus {
        id: peer.id,
        identity: &peer.config.identity,
        realm: peer.realm(),
        configured: peer.configured,
        state: peer.state,
        watchdog: peer.watchdog.state,
        connection: peer.connection(),
        capabilities: &peer.capabilities,
        outstanding: peer.outstanding,
        counters: peer.counters,
    }
}
