//! Watchdog and disconnect messages, and the end of a node (RFC 6733 5.4, 5.5).

use super::{
    Action, ConnectionId, Direction, DownReason, Event, Node, PeerId, PeerMachineEvent as Happened,
    PeerState, Phase, RefusedReason, TimerKey, WatchdogEvent,
};
use crate::dict::{avp, command};
use crate::{CommandFlags, Header, Message, MessageWriter, ResultCode};
use std::time::Duration;

/// Disconnect-Cause (RFC 6733 5.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DisconnectCause(pub u32);

impl DisconnectCause {
    /// A restart: come back later.
    pub const REBOOTING: Self = Self(0);
    /// Out of resources: do not come back by yourself.
    pub const BUSY: Self = Self(1);
    /// No use for the connection: do not come back without a reason.
    pub const DO_NOT_WANT_TO_TALK_TO_YOU: Self = Self(2);

    /// Whether the receiver connects again by itself after Tc (RFC 6733 5.4).
    #[must_use]
    pub const fn reconnects(self) -> bool {
        self.0 == Self::REBOOTING.0
    }
}

impl Node {
    // --- Inputs -----------------------------------------------------------------------------------------------------

    /// Connects to a peer now, also one that is dormant after BUSY, DO_NOT_WANT_TO_TALK_TO_YOU or
    /// [`Node::disconnect`]. Does nothing for a peer without an address or one that is not closed.
    pub fn connect(&mut self, now: Duration, peer: PeerId) {
        self.now = now;
        if self.stopping.is_some() || self.live_peer(peer).is_none_or(|p| p.config.address.is_none()) {
            return;
        }
        self.peers[peer.index as usize].dormant = false;
        self.drive(peer, Happened::Start);
    }

    /// Disconnects from a peer with DPR, and leaves it alone until [`Node::connect`] or until it connects itself.
    pub fn disconnect(&mut self, now: Duration, peer: PeerId, cause: DisconnectCause) {
        self.now = now;
        if self.live_peer(peer).is_some() {
            self.stop_peer(peer, cause);
        }
    }

    /// Ends the node: requests in progress are answered, for [`super::NodeTimers::shutdown`] at most, new ones get 3004,
    /// every peer gets DPR. [`Event::ShutdownComplete`] follows when no connection is left.
    pub fn shutdown(&mut self, now: Duration, cause: DisconnectCause) {
        self.now = now;
        if self.stopping.is_some() {
            return;
        }
        self.stopping = Some(cause);
        let half_open: Vec<_> = self
            .connections
            .iter()
            .filter(|(_, c)| c.phase == Phase::AwaitingCer)
            .map(|(id, _)| *id)
            .collect();
        for id in half_open {
            self.close(id, false);
        }
        for index in 0..self.peers.len() {
            let (id, state) = (self.peers[index].id, self.peers[index].state);
            if state == PeerState::Closed {
                self.peers[index].deadline.clear();
            } else if !state.is_open() {
                self.drive(id, Happened::Stop);
            }
        }
        let patience = now + self.config.timers.shutdown;
        self.timers
            .set(&mut self.stopping_deadline, TimerKey::Shutdown, patience);
        self.disconnect_idle();
        self.check_stopped();
    }

    /// What to do next; `None` when everything is done.
    pub fn poll_action(&mut self) -> Option<Action> {
        if self.stopping.is_some() {
            self.disconnect_idle();
        }
        self.actions.pop_front()
    }

    // --- Shutting down ----------------------------------------------------------------------------------------------

    /// Says DPR to every open peer that has no request in progress here.
    fn disconnect_idle(&mut self) {
        self.disconnect_where(|in_progress| in_progress == 0);
    }

    /// Says DPR to every open peer: the application had its time.
    pub(super) fn disconnect_all(&mut self) {
        self.disconnect_where(|_| true);
    }

    fn disconnect_where(&mut self, ready: impl Fn(usize) -> bool) {
        let Some(cause) = self.stopping else { return };
        for index in 0..self.peers.len() {
            let peer = &self.peers[index];
            let in_progress = peer
                .connection()
                .and_then(|id| self.connections.get(&id))
                .map_or(0, |c| c.in_progress);
            if peer.state.is_open() && ready(in_progress) {
                let id = peer.id;
                self.stop_peer(id, cause);
            }
        }
    }

    fn stop_peer(&mut self, id: PeerId, cause: DisconnectCause) {
        let peer = &mut self.peers[id.index as usize];
        peer.dormant = true;
        peer.cause = cause;
        if peer.state.is_open() {
            peer.reason = Some(DownReason::Disconnected(cause));
        }
        if peer.state == PeerState::Closed {
            peer.deadline.clear();
        }
        self.drive(id, Happened::Stop);
    }

    pub(super) fn check_stopped(&mut self) {
        if self.stopping.is_some() && !self.stopped && self.connections.is_empty() {
            self.stopped = true;
            self.stopping_deadline.clear();
            self.event(Event::ShutdownComplete);
        }
    }

    // --- Watchdog ---------------------------------------------------------------------------------------------------

    pub(super) fn send_dwr(&mut self, id: PeerId) {
        let Some(connection) = self.peers[id.index as usize].connection() else {
            return;
        };
        self.write_request(connection, command::DEVICE_WATCHDOG, |config, writer| {
            writer.text(avp::ORIGIN_HOST, &config.identity);
            writer.text(avp::ORIGIN_REALM, &config.realm);
            if let Some(state) = config.origin_state_id {
                writer.u32(avp::ORIGIN_STATE_ID, state);
            }
        });
    }

    /// DWR: answered in every state of the watchdog, or two nodes in REOPEN would wait for each other for ever.
    pub(super) fn receive_dwr(&mut self, id: ConnectionId, peer: PeerId, message: &Message<'_>) {
        self.note_state(peer, message);
        self.write_answer(id, message.header(), ResultCode::SUCCESS, |config, writer| {
            if let Some(state) = config.origin_state_id {
                writer.u32(avp::ORIGIN_STATE_ID, state);
            }
        });
    }

    /// DWA: whatever its identifiers, it proves life; a peer that bungles them must not flap.
    pub(super) fn receive_dwa(&mut self, peer: PeerId, message: &Message<'_>) {
        self.note_state(peer, message);
        self.watch(peer, WatchdogEvent::ReceiveDwa);
    }

    /// Origin-State-Id (RFC 6733 8.16): a higher one says the peer lost its sessions.
    pub(super) fn note_state(&mut self, id: PeerId, message: &Message<'_>) {
        let state = message.find(avp::ORIGIN_STATE_ID).and_then(|avp| avp.u32().ok());
        self.learn_state(id, state);
    }

    pub(super) fn learn_state(&mut self, id: PeerId, state: Option<u32>) {
        let Some(origin_state_id) = state else { return };
        let known = &mut self.peers[id.index as usize].capabilities.origin_state_id;
        let rose = known.is_some_and(|known| origin_state_id > known);
        if rose || known.is_none() {
            *known = state;
        }
        if rose {
            self.event(Event::PeerRestarted {
                peer: id,
                origin_state_id,
            });
        }
    }

    // --- Disconnect -------------------------------------------------------------------------------------------------

    pub(super) fn send_dpr(&mut self, id: PeerId) {
        let cause = self.peers[id.index as usize].cause;
        let Some(connection) = self.peers[id.index as usize].connection() else {
            return;
        };
        let hop_by_hop = self.write_request(connection, command::DISCONNECT_PEER, |config, writer| {
            writer.text(avp::ORIGIN_HOST, &config.identity);
            writer.text(avp::ORIGIN_REALM, &config.realm);
            writer.u32(avp::DISCONNECT_CAUSE, cause.0);
        });
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.phase = Phase::Disconnecting;
            connection.dpr = Some(hop_by_hop);
        }
    }

    pub(super) fn receive_dpr(&mut self, id: ConnectionId, peer: PeerId, message: &Message<'_>) {
        let cause = message.find(avp::DISCONNECT_CAUSE).and_then(|avp| avp.u32().ok());
        let cause = DisconnectCause(cause.unwrap_or(DisconnectCause::REBOOTING.0));
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.cer = Some(*message.header());
        }
        let p = &mut self.peers[peer.index as usize];
        p.reason.get_or_insert(DownReason::DisconnectedByPeer(cause));
        p.dormant |= !cause.reconnects();
        let initiator = p.initiator == Some(id);
        self.drive(
            peer,
            if initiator {
                Happened::IRcvDpr
            } else {
                Happened::RRcvDpr
            },
        );
    }

    pub(super) fn send_dpa(&mut self, id: PeerId) {
        let Some(connection) = self.peers[id.index as usize].connection() else {
            return;
        };
        let Some(c) = self.connections.get_mut(&connection) else {
            return;
        };
        c.phase = Phase::Disconnecting;
        if let Some(request) = c.cer.take() {
            self.write_answer(connection, &request, ResultCode::SUCCESS, |_, _| ());
        }
    }

    /// DPA: only the answer to our DPR ends the connection.
    pub(super) fn receive_dpa(&mut self, id: ConnectionId, peer: PeerId, message: &Message<'_>) {
        let awaited = self.connections.get(&id).and_then(|c| c.dpr);
        if awaited != Some(message.header().hop_by_hop) {
            self.counters.unexpected_answers += 1;
            return;
        }
        let initiator = self.peers[peer.index as usize].initiator == Some(id);
        self.drive(
            peer,
            if initiator {
                Happened::IRcvDpa
            } else {
                Happened::RRcvDpa
            },
        );
    }

    /// The stream has lost its framing (RFC 6733 7.1.5): a request is answered with 5015, and the connection closed.
    pub fn bad_frame(&mut self, now: Duration, id: ConnectionId, error: crate::FrameError) {
        self.now = now;
        self.counters.bad_frames += 1;
        let open = self.connections.get(&id).is_some_and(|c| c.phase == Phase::Open);
        if open && error.header.version == 1 && error.header.flags.request() {
            self.write_answer(id, &error.header, ResultCode::INVALID_MESSAGE_LENGTH, |_, _| ());
        }
        self.fail_after_flush(id, DownReason::ProtocolError, RefusedReason::ProtocolError);
    }

    // --- Base messages ----------------------------------------------------------------------------------------------

    /// Writes a request of the base protocol, and says its Hop-by-Hop Identifier.
    pub(super) fn write_request(
        &mut self,
        id: ConnectionId,
        code: u32,
        fill: impl FnOnce(&super::NodeConfig, &mut MessageWriter<'_>),
    ) -> u32 {
        let end_to_end = self.next_end_to_end();
        // Not from the table of requests: answers to these are told by their command.
        let hop_by_hop = self.seed.next() as u32;
        let header = Header {
            version: 1,
            length: 0,
            flags: CommandFlags(CommandFlags::REQUEST),
            code,
            application_id: 0,
            hop_by_hop,
            end_to_end,
        };
        if let Some(connection) = self.connections.get_mut(&id) {
            let mut writer = MessageWriter::new(&mut connection.output, &header);
            fill(&self.config, &mut writer);
            writer.finish();
            self.counters.count(Direction::Sent, &header, ResultCode(0));
            self.wrote(id);
        }
        hop_by_hop
    }

    /// Writes an answer that has Result-Code, Origin-Host and Origin-Realm, and what `fill` adds.
    pub(super) fn write_answer(
        &mut self,
        id: ConnectionId,
        request: &Header,
        result: ResultCode,
        fill: impl FnOnce(&super::NodeConfig, &mut MessageWriter<'_>),
    ) {
        let error = if result.is_protocol_error() {
            CommandFlags::ERROR
        } else {
            0
        };
        let proxiable = request.flags.0 & CommandFlags::PROXIABLE;
        let header = Header {
            flags: CommandFlags(proxiable | error),
            ..*request
        };
        if let Some(connection) = self.connections.get_mut(&id) {
            let mut writer = MessageWriter::new(&mut connection.output, &header);
            writer.u32(avp::RESULT_CODE, result.0);
            writer.text(avp::ORIGIN_HOST, &self.config.identity);
            writer.text(avp::ORIGIN_REALM, &self.config.realm);
            fill(&self.config, &mut writer);
            writer.finish();
            self.counters.count(Direction::Sent, &header, result);
            self.wrote(id);
        }
    }
}
