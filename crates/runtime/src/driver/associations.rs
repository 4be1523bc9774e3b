//! SCTP associations as connections of the Diameter node (RFC 6733 2.1).
//!
//! A message of Diameter is a message of SCTP with payload protocol identifier 46. What arrives otherwise, several
//! messages in one or one in several of a stream, is put in order all the same: the octets of a stream are a stream of
//! octets.

use crate::sctp::SctpTransportId;
use crate::tap::{Link, SctpLink, Transport};
use quintet_diameter::dict::command;
use quintet_diameter::node::{ConnectionId, PeerId};
use quintet_diameter::{FrameError, Header, Inbox};
use quintet_sctp::{AssociationId, Message};
use std::collections::HashMap;

/// Payload protocol identifier of Diameter in clear text (RFC 6733 2.1).
const PPID_DIAMETER: u32 = 46;
/// Payload protocol identifier of Diameter in DTLS.
const PPID_DIAMETER_DTLS: u32 = 47;

/// Streams on which a message may be incomplete at one time; each may hold one message. A peer has no reason for any.
const MAX_PARTIAL_STREAMS: usize = 4;

/// Streams we send on: as many as make it unlikely that one lost packet holds up everybody, fewer than any stack
/// offers.
const MAX_OUTBOUND_STREAMS: u16 = 8;

struct Association {
    link: Link,
    outbound_streams: u16,
    partial: Vec<(u16, Inbox)>,
    draining: bool,
    /// DTLS was told once.
    unreadable: bool,
}

/// The associations that serve the node, and how its peers are reached.
#[derive(Default)]
pub(super) struct Associations {
    open: HashMap<AssociationId, Association>,
    numbers: HashMap<ConnectionId, AssociationId>,
    asked_for: HashMap<AssociationId, PeerId>,
    ways: HashMap<PeerId, (SctpTransportId, Option<u16>)>,
}

impl Associations {
    pub(super) fn reach(&mut self, peer: PeerId, transport: SctpTransportId, udp_port: Option<u16>) {
        self.ways.insert(peer, (transport, udp_port));
    }

    pub(super) fn way_to(&self, peer: PeerId) -> Option<(SctpTransportId, Option<u16>)> {
        self.ways.get(&peer).copied()
    }

    /// The node asked for this association.
    pub(super) fn ask_for(&mut self, association: AssociationId, peer: PeerId) {
        self.asked_for.insert(association, peer);
    }

    /// Who asked for this association, told once.
    pub(super) fn asked_for(&mut self, association: AssociationId) -> Option<PeerId> {
        self.asked_for.remove(&association)
    }

    pub(super) fn up(&mut self, connection: ConnectionId, sctp: &SctpLink) -> Link {
        let link = Link {
            connection,
            local: sctp.local,
            remote: sctp.remote,
            initiated: sctp.initiated,
            transport: Transport::Sctp(sctp.association),
        };
        self.numbers.insert(connection, sctp.association);
        self.open.insert(
            sctp.association,
            Association {
                link,
                outbound_streams: sctp.streams.outbound,
                partial: Vec::new(),
                draining: false,
                unreadable: false,
            },
        );
        link
    }

    pub(super) fn remove(&mut self, association: AssociationId) -> Option<Link> {
        let link = self.open.remove(&association)?.link;
        self.numbers.remove(&link.connection);
        Some(link)
    }

    pub(super) fn association(&self, connection: ConnectionId) -> Option<AssociationId> {
        self.numbers.get(&connection).copied()
    }

    pub(super) fn connection(&self, association: AssociationId) -> Option<ConnectionId> {
        Some(self.open.get(&association)?.link.connection)
    }

    /// Close when the output is out.
    pub(super) fn drain(&mut self, association: AssociationId) {
        if let Some(open) = self.open.get_mut(&association) {
            open.draining = true;
        }
    }

    pub(super) fn is_draining(&self, association: AssociationId) -> bool {
        self.open.get(&association).is_some_and(|open| open.draining)
    }

    /// Hands out every whole message there now is.
    pub(super) fn message(
        &mut self,
        association: AssociationId,
        message: &Message,
        mut sink: impl FnMut(&Link, Result<&[u8], FrameError>),
    ) {
        let Some(open) = self.open.get_mut(&association) else {
            return;
        };
        if message.ppid == PPID_DIAMETER_DTLS {
            if !open.unreadable {
                tracing::warn!(remote = %open.link.remote, "Diameter over DTLS/SCTP is not supported: nothing is read");
                open.unreadable = true;
            }
            return;
        }
        let held = open
            .partial
            .iter()
            .position(|(stream, _)| *stream == message.stream);
        if held.is_none() && is_one_message(&message.payload) {
            return sink(&open.link, Ok(&message.payload));
        }
        let index = held.unwrap_or_else(|| {
            if open.partial.len() == MAX_PARTIAL_STREAMS {
                // Whatever began there is given up; its watchdog will find the peer out.
                open.partial.remove(0);
            }
            open.partial.push((message.stream, Inbox::new()));
            open.partial.len() - 1
        });
        let (_, inbox) = &mut open.partial[index];
        inbox.fill(&message.payload);
        while let Some(frame) = inbox.next() {
            let broken = frame.is_err();
            sink(&open.link, frame);
            if broken {
                break;
            }
        }
        if inbox.is_empty() {
            open.partial.remove(index);
        }
    }

    /// A message of the node as one of SCTP. What must stay in order with everything else (capabilities, disconnection)
    /// is on stream 0; requests and answers are spread over the others, so that a lost packet holds up few of them
    /// (RFC 6733 2.1.1).
    pub(super) fn outbound(&self, association: AssociationId, octets: &[u8]) -> Option<(&Link, Message)> {
        let open = self.open.get(&association)?;
        let others = open.outbound_streams.min(MAX_OUTBOUND_STREAMS).saturating_sub(1);
        let stream = match Header::decode(octets) {
            Ok(header) if others > 0 && !is_for_the_connection(header.code) => {
                1 + (header.hop_by_hop % u32::from(others)) as u16
            }
            _ => 0,
        };
        let message = Message {
            stream,
            ppid: PPID_DIAMETER,
            unordered: false,
            payload: octets.to_vec(),
        };
        Some((&open.link, message))
    }
}

fn is_for_the_connection(code: u32) -> bool {
    matches!(
        code,
        command::CAPABILITIES_EXCHANGE | command::DISCONNECT_PEER | command::DEVICE_WATCHDOG
    )
}

fn is_one_message(octets: &[u8]) -> bool {
    Header::decode(octets).is_ok_and(|header| header.length as usize == octets.len())
        && octets.len() >= quintet_diameter::HEADER_OCTETS
        && octets.len().is_multiple_of(4)
}
