//! The endpoint: one local port, its associations, and what comes for neither.

mod admit;
mod serve;
mod setup;
mod stray;
mod table;

use crate::association::{Association, Phase};
use crate::cookie::Baker;
use crate::drbg::Drbg;
use crate::packet::{Packet, REFLECTED, kind};
use crate::transfer::Output;
use crate::{AssociationId, Config, ConnectError, Event, Message, Path, SendError, Transmit};
use std::time::Duration;
use stray::Strays;
use table::Table;

/// One local SCTP port, listener and client in one. Not `Send`: it lives in the thread that made it.
pub struct Endpoint {
    config: Config,
    drbg: Drbg,
    baker: Baker,
    table: Table,
    /// Associations that got packets since they were last looked at.
    arrived: Vec<AssociationId>,
    /// Associations that may have something to send.
    waiting: Vec<AssociationId>,
    strays: Strays,
    output: Output,
    /// The latest time that was told.
    now: Duration,
}

impl Endpoint {
    /// An endpoint whose verification tags, initial TSNs and cookies all come from `seed`, which must be secret and
    /// never used twice. The configuration is brought into its bounds ([`Config::bounded`]).
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let config = config.bounded();
        let mut drbg = Drbg::new(seed);
        Self {
            baker: Baker::new(drbg.draw()),
            drbg,
            table: Table::new(config.first_association),
            arrived: Vec::new(),
            waiting: Vec::new(),
            strays: Strays::default(),
            output: Output::default(),
            now: Duration::ZERO,
            config,
        }
    }

    /// Begins an association with `remote_port` at `path`. [`Event::Up`] or [`Event::Down`] follows.
    ///
    /// # Errors
    /// [`ConnectError`]: nothing was begun.
    pub fn connect(
        &mut self,
        now: Duration,
        path: Path,
        remote_port: u16,
    ) -> Result<AssociationId, ConnectError> {
        self.tell(now);
        let path = canonical(path);
        if remote_port == 0 {
            return Err(ConnectError::Port);
        }
        if let Some(existing) = self.table.of_peer(path.remote.ip(), remote_port) {
            return Err(ConnectError::Exists(existing));
        }
        if self.table.len() >= self.config.max_associations {
            return Err(ConnectError::TooMany);
        }
        Ok(self.begin_setup(path, remote_port))
    }

    /// A packet arrived on `path`. Any octets are allowed. It may be worked off only at the next poll.
    pub fn receive(&mut self, now: Duration, path: Path, packet: &[u8]) {
        self.tell(now);
        let path = canonical(path);
        let Some(packet) = Packet::parse(packet) else {
            return;
        };
        if packet.destination != self.config.port || packet.source == 0 || is_unusable(path) {
            return;
        }
        let Some(first) = packet.chunks().next() else {
            return;
        };
        match first.kind {
            kind::INIT => self.handle_init(path, &packet, &first),
            kind::COOKIE_ECHO => self.handle_cookie_echo(path, &packet, &first),
            kind::ABORT | kind::SHUTDOWN_COMPLETE if first.flags & REFLECTED != 0 => {
                self.handle_reflected(path, &packet);
            }
            _ => match self.find(path, &packet, first.kind) {
                Some(id) => self.handle_chunks(id, path, &packet),
                // Someone who knows the tag, at an address the peer did not list: neither obeyed nor answered, since our
                // ABORT would be believed.
                None if self.table.of_tag(packet.tag).is_some() => {}
                None => self.handle_stray(path, &packet, &first),
            },
        }
    }

    /// The association whose packet it is: by its tag, and by whose address it has.
    fn find(&self, path: Path, packet: &Packet<'_>, kind: u8) -> Option<AssociationId> {
        let id = self.table.of_tag(packet.tag)?;
        let association = self.table.get(id)?;
        let known = association.addresses.contains(&path.remote.ip());
        // The peer answers an INIT from where it likes, and says in the INIT ACK where else it is.
        let answers = kind == kind::INIT_ACK && matches!(association.phase, Phase::Setup(_));
        (association.peer.port() == packet.source && (known || answers)).then_some(id)
    }

    /// Queues a message; it leaves with the next [`poll_transmit`](Self::poll_transmit). Before `Up` it waits for the
    /// association, and is given up if the peer turns out not to have its stream.
    ///
    /// # Errors
    /// [`SendError`]: the message was not taken.
    pub fn send(
        &mut self,
        now: Duration,
        association: AssociationId,
        message: Message,
    ) -> Result<(), SendError> {
        self.tell(now);
        let (octets, limit) = (message.payload.len(), self.config.max_message);
        if octets == 0 {
            return Err(SendError::Empty);
        }
        if octets > limit {
            return Err(SendError::TooLong { octets, limit });
        }
        let found = self.table.get_mut(association).ok_or(SendError::Unknown)?;
        let (streams, departures) = match &mut found.phase {
            Phase::Setup(setup) => (self.config.outbound_streams, &mut setup.departures),
            Phase::Open(transfer) if transfer.ended.is_some() => return Err(SendError::Unknown),
            Phase::Open(transfer) if !transfer.is_open() => return Err(SendError::ShuttingDown),
            Phase::Open(transfer) => (transfer.agreement.streams.outbound, &mut transfer.departures),
        };
        let stream = message.stream;
        if stream >= streams {
            return Err(SendError::Stream { stream, streams });
        }
        departures.push(message, self.config.send_buffer)?;
        self.wait(association);
        Ok(())
    }

    /// Octets that [`send`](Self::send) still takes on this association; 0 where there is none.
    pub fn room(&self, association: AssociationId) -> usize {
        let departures = match self.table.get(association).map(|found| &found.phase) {
            Some(Phase::Setup(setup)) => &setup.departures,
            Some(Phase::Open(transfer)) if transfer.is_open() => &transfer.departures,
            _ => return 0,
        };
        departures.room(self.config.send_buffer)
    }

    /// Ends the association after everything queued was acknowledged (RFC 9260 9.2); one that is being set up, at once.
    /// [`Event::Down`] follows.
    pub fn shutdown(&mut self, now: Duration, association: AssociationId) {
        self.tell(now);
        self.with_open(association, |transfer, scope| transfer.shutdown(scope));
        self.give_up_setup(association);
        self.wait(association);
    }

    /// Ends the association at once with an ABORT (RFC 9260 9.1). [`Event::Down`] follows.
    pub fn abort(&mut self, now: Duration, association: AssociationId) {
        self.tell(now);
        self.with_open(association, |transfer, scope| transfer.abort(scope));
        self.give_up_setup(association);
    }

    /// The next packet to carry.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.feed();
        self.flush();
        self.output.packets.pop_front()
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        if self.output.events.is_empty() {
            self.feed();
        }
        self.output.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due; never, if nothing waits. It may be in the past, and it may
    /// be too early.
    pub fn poll_timeout(&self) -> Option<Duration> {
        if self.arrived.is_empty() && self.waiting.is_empty() {
            self.table.next_timeout()
        } else {
            Some(self.now)
        }
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.tell(now);
        for id in self.table.take_due(self.now) {
            if self
                .table
                .get(id)
                .is_some_and(|due| matches!(due.phase, Phase::Setup(_)))
            {
                self.handle_setup_timeout(id);
                self.schedule(id);
            } else {
                self.with_open(id, |transfer, scope| transfer.handle_timeout(scope));
                self.wait(id);
            }
        }
    }

    /// Associations at this time, those being set up and ending included.
    pub fn association_count(&self) -> usize {
        self.table.len()
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Time never goes back.
    fn tell(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }

    /// The association, if any, has something to send, perhaps.
    fn wait(&mut self, id: AssociationId) {
        if let Some(association) = self.table.get_mut(id)
            && !std::mem::replace(&mut association.waiting, true)
        {
            self.waiting.push(id);
        }
    }
}

/// IPv4 addresses in IPv6 notation, as a dual-stack socket gives them, are IPv4 addresses.
fn canonical(path: Path) -> Path {
    let mut path = path;
    path.local = path.local.to_canonical();
    path.remote.set_ip(path.remote.ip().to_canonical());
    path
}

/// RFC 9260 8.4, rule 1: nobody is at such an address.
fn is_unusable(path: Path) -> bool {
    let remote = path.remote.ip();
    let broadcast = matches!(remote, std::net::IpAddr::V4(address) if address.is_broadcast());
    remote.is_multicast() || remote.is_unspecified() || broadcast
}

/// An association as tests and reports name it.
impl Endpoint {
    /// Whether the association is established and neither side began to end it.
    pub fn is_up(&self, association: AssociationId) -> bool {
        matches!(
            self.table.get(association),
            Some(Association { phase: Phase::Open(transfer), .. }) if transfer.is_open() && transfer.ended.is_none()
        )
    }
}
