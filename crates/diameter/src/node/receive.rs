//! A message received: for the machine, for the application, for another peer, or for nobody.

use super::duplicates::Verdict;
use super::envelope::Envelope;
use super::outstanding::RequestOrigin;
use super::refusal::Refusal;
use super::routing::Local;
use super::{
    ConnectionId, Direction, DownReason, Node, PeerId, Phase, RefusedReason, RequestHandle, WatchdogEvent,
};
use crate::dict::command;
use crate::{FrameError, Header, Message, ResultCode};
use std::time::Duration;

/// What a message is to the application.
#[derive(Debug)]
#[must_use]
pub enum Inbound<'m> {
    /// Nothing: the node has dealt with it.
    Done,
    /// A request for a local application, routed, checked against its dictionary, and no duplicate. To be ended by
    /// [`Node::answer`] or [`Node::reject`].
    Request(Message<'m>),
    /// The answer to a request of this node.
    Answer {
        /// Which request.
        handle: RequestHandle,
        /// The answer, whatever its result.
        message: Message<'m>,
    },
}

impl Node {
    /// A whole message has arrived, as [`crate::Inbox::next`] gives it.
    pub fn handle_message<'m>(&mut self, now: Duration, id: ConnectionId, octets: &'m [u8]) -> Inbound<'m> {
        self.now = now;
        let Some(connection) = self.connections.get(&id) else {
            self.counters.dropped += 1;
            return Inbound::Done;
        };
        let (phase, peer) = (connection.phase, connection.peer);
        let Ok(message) = Message::decode(octets) else {
            self.receive_undecodable(id, phase, octets);
            return Inbound::Done;
        };
        match (phase, peer) {
            (Phase::AwaitingCer, _) => self.receive_first(id, &message),
            (Phase::AwaitingCea, _) => self.receive_first_answer(id, &message),
            (Phase::Open | Phase::Disconnecting, Some(peer)) => return self.receive(id, peer, message),
            // Before its CEA a peer has nothing to say.
            (Phase::Electing, _) => self.fail(id, DownReason::ProtocolError, RefusedReason::NotCapabilities),
            _ => self.counters.dropped += 1,
        }
        Inbound::Done
    }

    /// A version or a length that cannot be (5011, 5015).
    fn receive_undecodable(&mut self, id: ConnectionId, phase: Phase, octets: &[u8]) {
        match Header::decode(octets) {
            Ok(header) if header.version != 1 => {
                let established = Self::is_established(phase);
                if header.flags.request() && (established || phase == Phase::AwaitingCer) {
                    self.write_answer(id, &header, ResultCode::UNSUPPORTED_VERSION, |_, _| ());
                }
                if !established {
                    let reason = RefusedReason::CapabilitiesRefused(ResultCode::UNSUPPORTED_VERSION);
                    self.fail_after_flush(id, DownReason::ProtocolError, reason);
                }
            }
            Ok(header) => self.bad_frame(self.now, id, FrameError { header }),
            Err(_) => self.fail(id, DownReason::ProtocolError, RefusedReason::ProtocolError),
        }
    }

    /// A message on a connection whose capabilities are exchanged.
    fn receive<'m>(&mut self, id: ConnectionId, peer: PeerId, message: Message<'m>) -> Inbound<'m> {
        let header = *message.header();
        let base = header.application_id == 0;
        if !(base && header.code == command::DEVICE_WATCHDOG && !header.flags.request()) {
            self.watch(peer, WatchdogEvent::ReceiveNonDwa);
        }
        if !header.flags.request() {
            return self.receive_answer(id, peer, message);
        }
        self.counters.count(Direction::Received, &header, ResultCode(0));
        if base && is_base_command(header.code) {
            self.receive_base_request(id, peer, &message);
            return Inbound::Done;
        }
        self.receive_request(id, peer, message)
    }

    fn receive_base_request(&mut self, id: ConnectionId, peer: PeerId, message: &Message<'_>) {
        if message.header().code == command::CAPABILITIES_EXCHANGE {
            return self.receive_cer(id, message);
        }
        if let Err(refusal) = self.judge(message) {
            return self.refuse(id, message, &refusal);
        }
        if message.header().code == command::DEVICE_WATCHDOG {
            self.receive_dwr(id, peer, message);
        } else {
            self.receive_dpr(id, peer, message);
        }
    }

    /// A request of an application: loop, route, limit, grammar, duplicate; then it is the application's.
    fn receive_request<'m>(&mut self, id: ConnectionId, peer: PeerId, message: Message<'m>) -> Inbound<'m> {
        self.peers[peer.index as usize].counters.requests_received += 1;
        let envelope = Envelope::of(&message);
        let application_id = message.header().application_id;
        let may = self.peers[peer.index as usize].config.may_use(application_id);
        let refusal = match self.direct(&message, &envelope) {
            // Application 0 has base commands alone.
            Ok(_) if !may && application_id != 0 => Refusal::new(
                ResultCode::APPLICATION_UNSUPPORTED,
                "this peer is configured for other applications",
            ),
            Ok(Local::Here) => match self.admit_request(id, &message, &envelope) {
                Ok(Verdict::New) => return Inbound::Request(message),
                Ok(_) => return Inbound::Done,
                Err(refusal) => refusal,
            },
            Ok(Local::Forward) => match self.relay(id, peer, &message, &envelope) {
                Ok(()) => return Inbound::Done,
                Err(refusal) => refusal,
            },
            Err(refusal) => refusal,
        };
        self.refuse(id, &message, &refusal);
        Inbound::Done
    }

    /// Limits, grammar and duplicates of a request for a local application.
    fn admit_request(
        &mut self,
        id: ConnectionId,
        message: &Message<'_>,
        envelope: &Envelope<'_>,
    ) -> Result<Verdict, Refusal> {
        let limit = self.config.limits.requests_in_progress;
        let header = message.header();
        let priority = envelope.priority();
        self.offered();
        let open = self.connections.get(&id).filter(|c| c.phase == Phase::Open);
        let Some(connection) = open.filter(|_| self.stopping.is_none()) else {
            self.counters.too_busy += 1;
            return Err(Refusal::busy());
        };
        if !priority.has_room(connection.in_progress, limit) || !self.keeps_up(priority) {
            self.count_shed(priority);
            return Err(Refusal::busy());
        }
        self.judge(message)?;
        let key = self
            .duplicates
            .key(header, envelope.origin_host, envelope.session_id);
        let verdict = self.duplicates.admit(self.now, key, id, header);
        match verdict {
            Verdict::New => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.in_progress += 1;
                }
            }
            Verdict::InProgress => self.counters.duplicates_in_progress += 1,
            Verdict::Answered(slot) => {
                self.counters.duplicates_answered += 1;
                self.repeat_answer(id, header, slot);
            }
        }
        Ok(verdict)
    }

    /// Sends a remembered answer again, under the Hop-by-Hop Identifier of the copy.
    fn repeat_answer(&mut self, id: ConnectionId, request: &Header, slot: usize) {
        if let Some(connection) = self.connections.get_mut(&id) {
            let start = connection.output.len();
            connection.output.extend_from_slice(self.duplicates.answer(slot));
            set_hop_by_hop(&mut connection.output[start..], request.hop_by_hop);
            self.wrote(id);
        }
    }

    fn receive_answer<'m>(&mut self, id: ConnectionId, peer: PeerId, message: Message<'m>) -> Inbound<'m> {
        let header = *message.header();
        let envelope = Envelope::of(&message);
        self.counters
            .count(Direction::Received, &header, ResultCode(envelope.result));
        if header.application_id == 0 && is_base_command(header.code) {
            match header.code {
                command::DEVICE_WATCHDOG => self.receive_dwa(peer, &message),
                command::DISCONNECT_PEER => self.receive_dpa(id, peer, &message),
                _ => self.counters.unexpected_answers += 1,
            }
            return Inbound::Done;
        }
        let Some(slot) = self.table.matching(id, &header) else {
            self.counters.unexpected_answers += 1;
            return Inbound::Done;
        };
        self.peers[peer.index as usize].counters.answers_received += 1;
        if envelope.overload_report {
            self.learn_reports(slot, peer, &message);
        }
        if self.retry_elsewhere(slot, &header, ResultCode(envelope.result)) {
            return Inbound::Done;
        }
        let (origin, sent) = (self.table.at(slot).origin, self.table.at(slot).sent);
        self.release(slot);
        match origin {
            RequestOrigin::Local(handle) => {
                self.latencies.asked(&header, sent, self.now);
                let times = (sent, Some(self.now));
                self.transactions
                    .note(&message, (&header, envelope.result), times);
                Inbound::Answer { handle, message }
            }
            RequestOrigin::Relayed {
                connection,
                hop_by_hop,
                ..
            } => {
                self.relay_answer(connection, hop_by_hop, &message);
                Inbound::Done
            }
        }
    }
}

/// CER, DWR and DPR: between neighbours, never routed.
fn is_base_command(code: u32) -> bool {
    matches!(
        code,
        command::CAPABILITIES_EXCHANGE | command::DEVICE_WATCHDOG | command::DISCONNECT_PEER
    )
}

/// Overwrites the Hop-by-Hop Identifier of a whole message.
pub(super) fn set_hop_by_hop(message: &mut [u8], hop_by_hop: u32) {
    if let Some(field) = message.get_mut(12..16) {
        field.copy_from_slice(&hop_by_hop.to_be_bytes());
    }
}
