//! The user-space stack: whole UDP datagrams and TCP connections above, ESP packets below.
//!
//! ```text
//!  SaCommand ──command──►┌──────────┐
//!  ESP packets ──packet─►│ Endpoint │──poll_packet──► ESP packets
//!         time ──timeout►│          │──poll_event───► Datagram, Opened, Stream, Closed, Expired, Dropped …
//!  octets by flow ──send►└──────────┘──poll_timeout─► when to call timeout
//! ```
//!
//! The poll order of a driver: feed every packet that waits, take every event and send the answers, then take every
//! packet until there is none, then sleep until [`Endpoint::poll_timeout`].

mod connection;
mod connections;
mod receive;
mod send;

use crate::Suite;
use crate::association::{Mode, SaCommand, SaKey, SaParameters};
use crate::database::{Association, CommandError, Database, End, Path};
use crate::event::{Closed, Event, Flow, Transport};
use crate::spi::SaSet;
use aes::Aes128Enc;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use connections::Connections;
pub use send::SendError;
use std::collections::VecDeque;
use std::time::Duration;

/// Events that wait for the node, beyond which datagrams are dropped as a full socket buffer would.
const MAX_EVENTS: usize = 65_536;

/// Packets that wait for the carrier, beyond which they are dropped as a full socket buffer would.
const MAX_PACKETS: usize = 65_536;

/// How an endpoint is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Most associations; four for each registration, eight while it is renewed.
    pub max_associations: usize,
    /// Most TCP connections.
    pub max_connections: usize,
    /// If transport mode goes in UDP too, between our port and the peer's: where protocol 50 is not to be had. A peer that
    /// was heard on another port is answered there.
    pub encapsulation: Option<Encapsulation>,
    /// How often something is sent through the tunnels to keep NATs open (RFC 3948 4): for who is behind one.
    pub keep_alive: Option<Duration>,
}

/// The UDP ports of transport mode in UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encapsulation {
    /// Ours.
    pub local_port: u16,
    /// The peer's, as long as it was not heard.
    pub remote_port: u16,
}

/// The UDP port of RFC 3948.
pub const UDP_PORT: u16 = 4500;

impl Default for Config {
    fn default() -> Self {
        Self {
            max_associations: 262_144,
            max_connections: 16_384,
            encapsulation: None,
            keep_alive: None,
        }
    }
}

impl Default for Encapsulation {
    fn default() -> Self {
        Self {
            local_port: UDP_PORT,
            remote_port: UDP_PORT,
        }
    }
}

/// A packet for the carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// From and to where. Port 0: ESP follows IP; else these are the UDP ports around it.
    pub path: Path,
    /// ESP, from SPI to ICV; or one octet, a keep-alive.
    pub octets: Vec<u8>,
}

/// An association as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaStatus {
    /// Its name.
    pub key: SaKey,
    /// What it belongs with.
    pub set: SaSet,
    /// Its algorithms.
    pub suite: Suite,
    /// What is around the packets.
    pub mode: Mode,
    /// Until it ends, from the time that was told last.
    pub remaining: Duration,
    /// Packets sealed or opened.
    pub packets: u64,
    /// Octets of them.
    pub octets: u64,
    /// The last sequence number sent, or the highest received.
    pub sequence: u32,
}

/// The user-space stack.
pub struct Endpoint {
    config: Config,
    database: Database,
    connections: Connections,
    secrets: Secrets,
    events: VecDeque<Event>,
    packets: VecDeque<Transmit>,
    keep_alive_due: Option<Duration>,
    now: Duration,
}

impl Endpoint {
    /// An endpoint whose IVs and TCP sequence numbers come from `seed`, which must be secret and never used twice.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        Self {
            database: Database::new(config.max_associations),
            connections: Connections::new(config.max_connections),
            secrets: Secrets::new(&seed),
            events: VecDeque::new(),
            packets: VecDeque::new(),
            keep_alive_due: None,
            now: Duration::ZERO,
            config,
        }
    }

    /// Carries out a command. Connections that can send no more end with [`Closed::Dropped`].
    ///
    /// # Errors
    /// [`CommandError`]: nothing changed. Removing what is not there is no error.
    pub fn command(&mut self, now: Duration, command: SaCommand) -> Result<(), CommandError> {
        self.tell(now);
        let secret = self.secrets.draw();
        let silenced = self.database.command(self.now, command, &secret)?;
        for key in silenced {
            self.drop_connection(key);
        }
        if let Some(interval) = self.config.keep_alive {
            self.keep_alive_due.get_or_insert(self.now + interval);
        }
        Ok(())
    }

    /// The next packet to carry.
    pub fn poll_packet(&mut self) -> Option<Transmit> {
        self.packets.pop_front()
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`timeout`](Self::timeout) is due; never, if nothing waits.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let dues = [
            self.database.next_expiry(),
            self.connections.next_due(),
            self.keep_alive_due,
        ];
        dues.into_iter().flatten().min()
    }

    /// Time passed.
    pub fn timeout(&mut self, now: Duration) {
        self.tell(now);
        while let Some((key, last)) = self.database.expire(self.now) {
            self.events.push_back(Event::Expired(key));
            if last {
                self.drop_connection(key);
            }
        }
        for flow in self.connections.take_due(self.now) {
            self.drive(flow);
        }
        if let (Some(due), Some(interval)) = (self.keep_alive_due, self.config.keep_alive)
            && due <= self.now
        {
            let paths = self.database.tunnels();
            self.keep_alive_due = (!paths.is_empty()).then_some(self.now + interval);
            for path in paths {
                self.transmit(Transmit {
                    path,
                    octets: vec![receive::KEEP_ALIVE],
                });
            }
        }
    }

    /// All associations, in no order.
    pub fn associations(&self) -> impl Iterator<Item = SaStatus> {
        self.database
            .iter()
            .map(|association| status(association, self.now))
    }

    /// One association with its keys, as it was commanded: for a store, or for who exports keys.
    pub fn parameters(&self) -> impl Iterator<Item = &SaParameters> {
        self.database.iter().map(|association| &association.parameters)
    }

    /// Whether there is an association to send on this flow.
    #[must_use]
    pub fn can_send(&self, flow: Flow) -> bool {
        self.database.can_send(flow.local, flow.remote)
    }

    /// How many associations there are.
    #[must_use]
    pub fn association_count(&self) -> usize {
        self.database.len()
    }

    /// How many TCP connections there are, those ending included.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.connections.len()
    }

    /// The flow lost the last association that it could send with.
    fn drop_connection(&mut self, key: SaKey) {
        let flow = Flow {
            transport: Transport::Tcp,
            local: key.source,
            remote: key.destination,
        };
        if let Some(connection) = self.connections.remove(flow)
            && connection.was_told()
        {
            self.events.push_back(Event::Closed(flow, Closed::Dropped));
        }
    }

    fn transmit(&mut self, transmit: Transmit) {
        if self.packets.len() < MAX_PACKETS {
            self.packets.push_back(transmit);
        }
    }

    /// Time never goes back.
    fn tell(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }
}

fn status(association: &Association, now: Duration) -> SaStatus {
    let parameters = &association.parameters;
    SaStatus {
        key: parameters.key(),
        set: parameters.set,
        suite: parameters.keys.suite(),
        mode: parameters.mode,
        remaining: association.expires.saturating_sub(now),
        packets: association.packets,
        octets: association.octets,
        sequence: match &association.end {
            End::Inbound(inbound) => inbound.sequence(),
            End::Outbound(outbound) => outbound.sequence(),
        },
    }
}

/// Octets that nobody can foresee: a counter enciphered with the seed.
struct Secrets {
    cipher: Aes128Enc,
    counter: u128,
}

impl Secrets {
    fn new(seed: &[u8; 32]) -> Self {
        let (halves, _) = seed.as_chunks::<16>();
        Self {
            cipher: Aes128Enc::new(&halves[0].into()),
            counter: u128::from_be_bytes(halves[1]),
        }
    }

    fn draw(&mut self) -> [u8; 16] {
        self.counter = self.counter.wrapping_add(1);
        let mut block = self.counter.to_be_bytes();
        self.cipher.encrypt_block((&mut block).into());
        block
    }
}
