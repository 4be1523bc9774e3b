//! The endpoint: one local port, its associations, and what comes for neither.

use crate::{AssociationId, Config, ConnectError, Event, Message, Path, SendError, Transmit};
use std::collections::VecDeque;
use std::time::Duration;

/// One local SCTP port, listener and client in one. Not `Send`: it lives in the thread that made it.
pub struct Endpoint {
    config: Config,
    events: VecDeque<Event>,
    packets: VecDeque<Transmit>,
}

impl Endpoint {
    /// An endpoint whose verification tags, initial TSNs and cookies all come from `seed`, which must be secret and
    /// never used twice.
    pub fn new(config: Config, _seed: [u8; 32]) -> Self {
        Self {
            config,
            events: VecDeque::new(),
            packets: VecDeque::new(),
        }
    }

    /// Begins an association with `remote_port` at `path`. [`Event::Up`] or [`Event::Down`] follows.
    ///
    /// # Errors
    /// [`ConnectError`]: nothing was begun.
    pub fn connect(
        &mut self,
        _now: Duration,
        _path: Path,
        _remote_port: u16,
    ) -> Result<AssociationId, ConnectError> {
        Err(ConnectError::TooMany)
    }

    /// A packet arrived on `path`. Any octets are allowed. It may be worked off only at the next poll.
    pub fn receive(&mut self, _now: Duration, _path: Path, _packet: &[u8]) {}

    /// Queues a message; it leaves with the next [`poll_transmit`](Self::poll_transmit). Before `Up` it waits for the
    /// association.
    ///
    /// # Errors
    /// [`SendError`]: the message was not taken.
    pub fn send(
        &mut self,
        _now: Duration,
        _association: AssociationId,
        _message: Message,
    ) -> Result<(), SendError> {
        Err(SendError::Unknown)
    }

    /// Octets that [`send`](Self::send) still takes on this association; 0 where there is none.
    pub fn room(&self, _association: AssociationId) -> usize {
        0
    }

    /// Ends the association after everything queued was acknowledged (RFC 9260 9.2). [`Event::Down`] follows.
    pub fn shutdown(&mut self, _now: Duration, _association: AssociationId) {}

    /// Ends the association at once with an ABORT (RFC 9260 9.1). [`Event::Down`] follows.
    pub fn abort(&mut self, _now: Duration, _association: AssociationId) {}

    /// The next packet to carry.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.packets.pop_front()
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due; never, if nothing waits. It may be in the past.
    pub fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, _now: Duration) {}

    /// Associations at this time, those being set up and ending included.
    pub fn association_count(&self) -> usize {
        0
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }
}
