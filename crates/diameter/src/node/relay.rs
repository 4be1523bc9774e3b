//! Forwarding requests of others (RFC 6733 2.8.1, 6.1.6 to 6.1.9, 6.2.2).
//!
//! A relay reads what it routes by and nothing else: the request goes on as it came, with a Hop-by-Hop Identifier of
//! this node and a Route-Record naming the peer it came from; the answer goes back under the one it came with.

use super::envelope::Envelope;
use super::outstanding::RequestOrigin;
use super::receive::set_hop_by_hop;
use super::refusal::Refusal;
use super::routing::Wanted;
use super::{ConnectionId, Direction, Node, PeerId, Phase, RouteError};
use crate::dict::avp;
use crate::{HEADER_OCTETS, Header, MAX_MESSAGE_OCTETS, Message, MessageWriter, ResultCode};

impl Node {
    /// Forwards a request, or says why not.
    pub(super) fn relay(
        &mut self,
        id: ConnectionId,
        sender: PeerId,
        message: &Message<'_>,
        envelope: &Envelope<'_>,
    ) -> Result<(), Refusal> {
        let limits = &self.config.limits;
        let priority = envelope.priority();
        let room = priority.has_room(self.table.len(), limits.outstanding.min(1 << 20))
            && priority.has_room(self.table.octets(), limits.outstanding_octets);
        if self.stopping.is_some() {
            self.counters.too_busy += 1;
            return Err(Refusal::busy());
        }
        if !room {
            self.count_shed(priority);
            return Err(Refusal::busy());
        }
        let realm = envelope.destination_realm.unwrap_or_default();
        let header = *message.header();
        let wanted = Wanted {
            host: envelope.destination_host,
            realm,
            application_id: header.application_id,
            except: &[Some(sender)],
            relayed: Some(message),
        };
        let peer = self
            .next_hop(&wanted)
            .map_err(|error| self.unroutable(error, realm))?;
        let unreachable = || Refusal::new(ResultCode::UNABLE_TO_DELIVER, "the next hop is not connected");
        let connection = self.peers[peer.index as usize]
            .connection()
            .ok_or_else(unreachable)?;
        let origin = RequestOrigin::Relayed {
            connection: id,
            hop_by_hop: header.hop_by_hop,
            sender: Some(sender),
        };
        let deadline = self.now + self.config.timers.request;
        let slot = self
            .table
            .open(origin, peer, connection, [self.now, deadline], &mut self.timers);
        let hop_by_hop = self.table.hop_by_hop(slot);
        let from = &self.peers[sender.index as usize].config.identity;
        let out = &mut self.table.at_mut(slot).octets;
        let mut writer = MessageWriter::new(out, &Header { hop_by_hop, ..header });
        writer.append(&message.octets()[HEADER_OCTETS..]);
        writer.text(avp::ROUTE_RECORD, from);
        let octets = writer.finish().len();
        self.table.filled(slot);
        self.peers[peer.index as usize].outstanding += 1;
        if octets > MAX_MESSAGE_OCTETS {
            self.release(slot);
            return Err(Refusal::new(
                ResultCode::UNABLE_TO_DELIVER,
                "too long with its Route-Record",
            ));
        }
        self.counters.relayed += 1;
        self.transmit_request(slot);
        Ok(())
    }

    fn unroutable(&self, error: RouteError, realm: &[u8]) -> Refusal {
        let ours = realm.eq_ignore_ascii_case(self.config.realm.as_bytes());
        match error {
            RouteError::TooBusy | RouteError::Throttled => {
                Refusal::new(ResultCode::TOO_BUSY, "the next hop is busy")
            }
            RouteError::NoRoute if !ours && !self.serves_realm(realm) => {
                Refusal::new(ResultCode::REALM_NOT_SERVED, "no route to Destination-Realm")
            }
            _ => Refusal::new(ResultCode::UNABLE_TO_DELIVER, "no next hop is available"),
        }
    }

    /// Sends an answer back to where the request came from; if that is gone, nobody wants it.
    pub(super) fn relay_answer(&mut self, id: ConnectionId, hop_by_hop: u32, message: &Message<'_>) {
        let Some(connection) = self.connections.get_mut(&id).filter(|c| c.phase != Phase::Closed) else {
            self.counters.dropped += 1;
            return;
        };
        let start = connection.output.len();
        connection.output.extend_from_slice(message.octets());
        set_hop_by_hop(&mut connection.output[start..], hop_by_hop);
        let result = ResultCode(Envelope::of(message).result);
        self.counters.count(Direction::Sent, message.header(), result);
        if let Some(peer) = connection.peer {
            self.peers[peer.index as usize].counters.answers_sent += 1;
        }
        self.wrote(id);
    }
}
