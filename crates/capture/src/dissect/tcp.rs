//! TCP (RFC 9293) as it passes: connections, streams, Diameter messages in them.
//!
//! Left out so far: streams; a message is found only where a segment begins with it.

use super::{Context, Packet};
use crate::{End, Flow, FlowId, Pdu, Protocol, Sink};
use std::collections::HashMap;
use std::net::SocketAddr;

const MAX_CONNECTIONS: usize = 65_536;

/// The connections seen.
#[derive(Debug, Default)]
pub(super) struct Connections {
    flows: HashMap<(SocketAddr, SocketAddr), FlowId>,
}

impl Connections {
    /// Takes in a segment, from its header on.
    pub(super) fn packet<S: Sink>(&mut self, packet: &Packet<'_>, context: &mut Context<'_, S>) {
        let Some(header) = packet.octets.first_chunk::<20>() else {
            return;
        };
        let source = SocketAddr::new(packet.source, u16::from_be_bytes([header[0], header[1]]));
        let destination = SocketAddr::new(packet.destination, u16::from_be_bytes([header[2], header[3]]));
        let ports = &context.options.diameter_ports;
        if !ports.contains(&source.port()) && !ports.contains(&destination.port()) {
            return;
        }
        let mut rest = packet
            .octets
            .get(usize::from(header[12] >> 4) * 4..)
            .unwrap_or_default();
        while let Some(&[1, a, b, c]) = rest.first_chunk::<4>() {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let Some((octets, next)) = rest.split_at_checked(length.max(20)) else {
                return;
            };
            rest = next;
            if self.flows.len() > MAX_CONNECTIONS {
                return;
            }
            let pair = (source.min(destination), source.max(destination));
            let id = *self.flows.entry(pair).or_insert_with(|| context.flows.next());
            context.sink.pdu(&Pdu {
                seen: packet.seen,
                first_frame: packet.first_frame,
                protocol: Protocol::Diameter,
                flow: Flow {
                    id,
                    source: End::Address(source),
                    destination: End::Address(destination),
                },
                direction: None,
                octets,
            });
        }
    }

    /// The capture has ended.
    pub(super) fn finish<S: Sink>(&mut self, _context: &mut Context<'_, S>) {}
}
