//! Requests of this node, and what becomes of all that are outstanding (RFC 6733 5.5.4, 6.1).

use super::outstanding::RequestOrigin;
use super::receive::set_hop_by_hop;
use super::refusal::Refusal;
use super::routing::{Wanted, destination};
use super::{
    ConnectionId, Direction, Event, FailedReason, Node, PeerId, PeerState, Priority, RequestHandle,
    RouteError, TimerKey,
};
use crate::dict::avp;
use crate::{CommandFlags, Header, MAX_MESSAGE_OCTETS, Message, MessageWriter, ResultCode};
use std::fmt::Write as _;
use std::time::Duration;

/// Who a request is for.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// Destination-Host; none for any host of the realm.
    pub host: Option<&'a str>,
    /// Destination-Realm.
    pub realm: &'a str,
}

impl Node {
    /// Sends a request. `build` writes its AVPs, Session-Id first; Origin-Host, Origin-Realm, Destination-Host and
    /// Destination-Realm are added behind them, DRMP by the command, and OC-Supported-Features of a node that heeds reports. `timeout` is [`super::NodeTimers::request`] if not given.
    ///
    /// Exactly one outcome follows: [`super::Inbound::Answer`] or [`Event::RequestFailed`].
    ///
    /// # Errors
    /// [`RouteError`]; then nothing was sent and no outcome follows.
    pub fn request(
        &mut self,
        now: Duration,
        destination: Destination<'_>,
        application_id: u32,
        code: u32,
        build: impl FnOnce(&mut MessageWriter<'_>),
        timeout: Option<Duration>,
    ) -> Result<RequestHandle, RouteError> {
        let priority = Priority::of_command(application_id, code);
        self.prioritized_request(now, destination, (application_id, code, priority), build, timeout)
    }

    /// The same with a priority of its own (RFC 7944) instead of its command's.
    ///
    /// # Errors
    /// As [`Node::request`].
    pub fn prioritized_request(
        &mut self,
        now: Duration,
        destination: Destination<'_>,
        (application_id, code, priority): (u32, u32, Priority),
        build: impl FnOnce(&mut MessageWriter<'_>),
        timeout: Option<Duration>,
    ) -> Result<RequestHandle, RouteError> {
        self.now = now;
        if self.stopping.is_some() {
            return Err(RouteError::ShuttingDown);
        }
        let limits = &self.config.limits;
        let room = priority.has_room(self.table.len(), limits.outstanding.min(1 << 20))
            && priority.has_room(self.table.octets(), limits.outstanding_octets);
        if !room {
            return Err(RouteError::TooBusy);
        }
        let wanted = Wanted {
            host: destination.host.map(str::as_bytes),
            realm: destination.realm.as_bytes(),
            application_id,
            except: &[],
            relayed: None,
        };
        let peer = match self.next_hop(&wanted) {
            Ok(peer) => self.spare(peer, &wanted, priority)?,
            Err(error) => {
                self.wake(&destination, error);
                return Err(error);
            }
        };
        let Some(connection) = self.peers[peer.index as usize].connection() else {
            return Err(RouteError::NotConnected);
        };
        self.handles += 1;
        let handle = RequestHandle(self.handles);
        let deadline = now + timeout.unwrap_or(self.config.timers.request);
        let origin = RequestOrigin::Local(handle);
        let slot = self
            .table
            .open(origin, peer, connection, [now, deadline], &mut self.timers);
        let header = Header {
            version: 1,
            length: 0,
            flags: CommandFlags(CommandFlags::REQUEST | CommandFlags::PROXIABLE),
            code,
            application_id,
            hop_by_hop: self.table.hop_by_hop(slot),
            end_to_end: self.next_end_to_end(),
        };
        let mut writer = MessageWriter::new(&mut self.table.at_mut(slot).octets, &header);
        build(&mut writer);
        writer.text(avp::ORIGIN_HOST, &self.config.identity);
        writer.text(avp::ORIGIN_REALM, &self.config.realm);
        if let Some(host) = destination.host {
            writer.text(avp::DESTINATION_HOST, host);
        }
        writer.text(avp::DESTINATION_REALM, destination.realm);
        // Without M (RFC 7944 9.2).
        if priority != Priority::DEFAULT {
            writer.u32(avp::DRMP, priority.value().into());
        }
        Self::announce(&mut writer, &self.config.overload);
        let octets = writer.finish().len();
        self.table.filled(slot);
        self.peers[peer.index as usize].outstanding += 1;
        if octets > MAX_MESSAGE_OCTETS {
            self.release(slot);
            return Err(RouteError::TooLong);
        }
        self.transmit_request(slot);
        Ok(handle)
    }

    /// Appends a new Session-Id: identity, start and a count (RFC 6733 8.8).
    pub fn next_session_id(&mut self, out: &mut String) {
        self.sessions = self.sessions.wrapping_add(1);
        let (high, low) = (self.sessions >> 32, self.sessions as u32);
        // Writing into a String cannot fail.
        let _ = write!(out, "{};{high};{low}", self.config.identity);
    }

    /// A request for a peer that was left alone is the reason to connect to it again (RFC 6733 5.4).
    fn wake(&mut self, destination: &Destination<'_>, error: RouteError) {
        if error == RouteError::NotConnected
            && let Some(id) = destination.host.and_then(|host| self.find_peer(host))
        {
            let peer = &self.peers[id.index as usize];
            if peer.dormant && peer.config.connect && peer.state == PeerState::Closed {
                self.connect(self.now, id);
            }
        }
    }

    /// Copies a request of the table into its connection's output.
    pub(super) fn transmit_request(&mut self, slot: u32) {
        let entry = self.table.at(slot);
        let (peer, id) = (entry.peer, entry.connection);
        if let Ok(header) = Header::decode(&entry.octets) {
            self.counters.count(Direction::Sent, &header, ResultCode(0));
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.output.extend_from_slice(&entry.octets);
        }
        self.peers[peer.index as usize].counters.requests_sent += 1;
        self.wrote(id);
    }

    /// Ends a request of the table.
    pub(super) fn release(&mut self, slot: u32) {
        let peer = self.table.at(slot).peer;
        self.peers[peer.index as usize].outstanding -= 1;
        self.table.release(slot);
    }

    // --- Failover ---------------------------------------------------------------------------------------------------

    /// Sends what waits for a peer to others, with T set (RFC 6733 5.5.4). If its connection is `lost`, what nobody else
    /// takes has failed; if it is only suspect, that stays and may still be answered.
    pub(super) fn fail_over(&mut self, peer: PeerId, lost: bool) {
        // A peer that comes and goes must not cost a scan of the table each time.
        if self.peers[peer.index as usize].outstanding == 0 {
            return;
        }
        let mut from = 0;
        while let Some(slot) = self.table.next_of(peer, from) {
            from = slot + 1;
            if self.try_elsewhere(slot, true) {
                self.counters.failovers += 1;
                self.peers[peer.index as usize].counters.failovers += 1;
            } else if lost {
                self.give_up(slot, FailedReason::ConnectionLost);
            }
        }
    }

    /// TOO_BUSY and UNABLE_TO_DELIVER from an agent: another peer may do better (RFC 6733 7.1.3). Nobody has worked on
    /// the request, so it is no retransmission.
    pub(super) fn retry_elsewhere(&mut self, slot: u32, answer: &Header, result: ResultCode) -> bool {
        answer.flags.error()
            && matches!(result, ResultCode::TOO_BUSY | ResultCode::UNABLE_TO_DELIVER)
            && self.try_elsewhere(slot, false)
    }

    /// Sends a request to a peer it was not sent to before.
    fn try_elsewhere(&mut self, slot: u32, retransmitted: bool) -> bool {
        let entry = self.table.at(slot);
        let tried = entry.tried;
        if tried.iter().all(Option::is_some) || self.stopping.is_some() {
            return false;
        }
        let Ok(message) = Message::decode(&entry.octets) else {
            return false;
        };
        let (host, realm) = destination(&message);
        let (sender, relayed) = match entry.origin {
            RequestOrigin::Local(_) => (None, None),
            RequestOrigin::Relayed { sender, .. } => (sender, Some(&message)),
        };
        let [a, b, c, d] = tried;
        let application_id = message.header().application_id;
        let wanted = Wanted {
            host,
            realm,
            application_id,
            except: &[a, b, c, d, sender],
            relayed,
        };
        let Ok(next) = self.next_hop(&wanted) else {
            return false;
        };
        let Some(connection) = self.peers[next.index as usize].connection() else {
            return false;
        };
        let before = entry.peer;
        self.peers[before.index as usize].outstanding -= 1;
        self.peers[next.index as usize].outstanding += 1;
        self.table.moved(slot, next, connection);
        let hop_by_hop = self.table.hop_by_hop(slot);
        let octets = &mut self.table.at_mut(slot).octets;
        set_hop_by_hop(octets, hop_by_hop);
        if retransmitted {
            octets[4] |= CommandFlags::RETRANSMITTED;
        }
        self.transmit_request(slot);
        true
    }

    /// A request ends without an answer: this node's is reported, another's is answered with 3002.
    pub(super) fn give_up(&mut self, slot: u32, reason: FailedReason) {
        match self.table.at(slot).origin {
            RequestOrigin::Local(handle) => {
                self.release(slot);
                self.event(Event::RequestFailed { handle, reason });
            }
            RequestOrigin::Relayed {
                connection,
                hop_by_hop,
                ..
            } => {
                let mut octets = std::mem::take(&mut self.table.at_mut(slot).octets);
                set_hop_by_hop(&mut octets, hop_by_hop);
                self.refuse_relayed(connection, &octets);
                self.table.at_mut(slot).octets = octets;
                self.release(slot);
            }
        }
    }

    fn refuse_relayed(&mut self, connection: ConnectionId, octets: &[u8]) {
        if let Ok(message) = Message::decode(octets) {
            let refusal = Refusal::new(ResultCode::UNABLE_TO_DELIVER, "the next hop did not answer");
            self.refuse(connection, &message, &refusal);
        }
    }

    pub(super) fn request_timer(&mut self, entry: (Duration, TimerKey)) {
        if !self.table.expire(entry, self.now, &mut self.timers) {
            return;
        }
        let mut from = 0;
        while let Some(slot) = self.table.next_expired(self.now, from) {
            from = slot + 1;
            self.counters.timeouts += 1;
            let peer = self.table.at(slot).peer;
            self.peers[peer.index as usize].counters.timeouts += 1;
            self.give_up(slot, FailedReason::Timeout);
        }
        self.table.rearm(self.now, &mut self.timers);
    }
}
