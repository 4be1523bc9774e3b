//! What a peer answers besides the challenge: notifications, identities, other methods.

use super::{MAX_IDENTITY_ROUNDS, Peer, PeerStep, Refusal, State};
use crate::aka::{Attribute, AttributeType, Message, Subtype};
use crate::packet::{self, Code, Packet, Type};

impl Peer {
    /// AKA'-Notification: with AT_MAC once the challenge is answered, which a success must be.
    pub(super) fn notification(&mut self, packet: &Packet<'_>, message: &Message<'_>) -> PeerStep {
        let Some(code) = message.notification() else {
            return self.client_error(packet, Refusal::Unprocessable);
        };
        let response = |protected: bool| {
            let attributes = if protected {
                vec![Attribute::Mac([0; 16])]
            } else {
                Vec::new()
            };
            Message::new(Subtype::NOTIFICATION, attributes)
        };
        if code.is_before_authentication() {
            // It can tell of a failure only, and nobody vouches for it: what was answered stays so until EAP-Failure.
            return self.answer(packet, &response(false), None, None);
        }
        let State::Answered { keys, awaits_result } = &mut self.state else {
            return self.client_error(packet, Refusal::Unprocessable);
        };
        let keys = keys.clone();
        if !message.mac_holds(packet, &keys.k_aut) {
            return self.client_error(packet, Refusal::Mac);
        }
        if code.is_success() {
            *awaits_result = false;
        } else {
            self.state = State::Done;
        }
        self.answer(packet, &response(true), Some(&keys), None)
    }

    /// AKA'-Identity: whatever is asked for, a SUCI is told, never the permanent identity (TS 33.501 6.12).
    pub(super) fn aka_identity(&mut self, packet: &Packet<'_>, message: &Message<'_>) -> PeerStep {
        let asked = [
            AttributeType::ANY_ID_REQ,
            AttributeType::FULLAUTH_ID_REQ,
            AttributeType::PERMANENT_ID_REQ,
        ];
        let requests = asked.into_iter().filter(|kind| message.has(*kind)).count();
        let too_many = self.identity_round.len() >= 2 * MAX_IDENTITY_ROUNDS;
        let (Some(identity), 1, false) = (self.identity.clone(), requests, too_many) else {
            return self.client_error(packet, Refusal::Unprocessable);
        };
        let response = Message::new(Subtype::IDENTITY, vec![Attribute::Identity(&identity)]);
        let step = self.answer(packet, &response, None, None);
        if let PeerStep::Send {
            packet: response,
            refusal: None,
        } = &step
        {
            self.identity_round.push(packet.octets.to_vec());
            self.identity_round.push(response.clone());
        }
        step
    }

    pub(super) fn eap_identity(&mut self, packet: &Packet<'_>) -> PeerStep {
        match self.identity.clone() {
            Some(identity) => {
                let octets = packet::encode(Code::Response, packet.identifier, Type::IDENTITY, &identity);
                self.send(packet, octets, None)
            }
            None => PeerStep::Discard("no identity to tell"),
        }
    }

    /// EAP-AKA, which 5GS does not use.
    pub(super) fn aka(&mut self, packet: &Packet<'_>) -> PeerStep {
        match Message::decode(packet) {
            Ok(message) if message.subtype == Subtype::CHALLENGE && message.prefers_aka_prime() => {
                let reject = Message::new(Subtype::AUTHENTICATION_REJECT, Vec::new());
                let octets = reject.to_octets(Code::Response, packet.identifier, Type::AKA, None);
                self.send(packet, octets, Some(Refusal::BiddingDown))
            }
            _ => self.nak(packet),
        }
    }

    pub(super) fn nak(&mut self, packet: &Packet<'_>) -> PeerStep {
        let octets = packet::encode(Code::Response, packet.identifier, Type::NAK, &[Type::AKA_PRIME.0]);
        self.send(packet, octets, Some(Refusal::Method))
    }
}
