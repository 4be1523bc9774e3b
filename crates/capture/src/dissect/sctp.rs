//! SCTP (RFC 9260) as it passes: associations, chunks, user messages.
//!
//! Left out so far: fragments of user messages, duplicates, multi-homing.

use super::{Context, Packet};
use crate::{End, Flow, FlowId, Pdu, Protocol, Sink};
use std::collections::HashMap;
use std::net::SocketAddr;

const HEADER_OCTETS: usize = 12;
const DATA: u8 = 0;
const DATA_HEADER_OCTETS: usize = 16;
const WHOLE: u8 = 3;
const MAX_ASSOCIATIONS: usize = 65_536;

/// The associations seen.
#[derive(Debug, Default)]
pub(super) struct Associations {
    flows: HashMap<(SocketAddr, SocketAddr), FlowId>,
}

impl Associations {
    /// Takes in a packet, from its common header on; `udp_ports` are those around it (RFC 6951), if there are any.
    pub(super) fn packet<S: Sink>(
        &mut self,
        packet: &Packet<'_>,
        _udp_ports: Option<(u16, u16)>,
        context: &mut Context<'_, S>,
    ) {
        let Some((header, mut chunks)) = packet.octets.split_at_checked(HEADER_OCTETS) else {
            return;
        };
        let port = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let source = SocketAddr::new(packet.source, port(0));
        let destination = SocketAddr::new(packet.destination, port(2));
        let pair = (source.min(destination), source.max(destination));
        while let Some(&[kind, flags, a, b]) = chunks.first_chunk::<4>() {
            let length = usize::from(u16::from_be_bytes([a, b]));
            let Some(chunk) = chunks.get(..length) else { return };
            chunks = chunks.get(length.next_multiple_of(4)..).unwrap_or_default();
            if length < 4 {
                return;
            }
            let (DATA, Some((data, octets))) = (kind, chunk.split_at_checked(DATA_HEADER_OCTETS)) else {
                continue;
            };
            let payload_protocol = u32::from_be_bytes([data[12], data[13], data[14], data[15]]);
            let protocol = match (payload_protocol, port(0), port(2)) {
                (18, ..) | (_, 36_412, _) | (_, _, 36_412) => Protocol::S1ap,
                (60 | 66, ..) | (_, 38_412, _) | (_, _, 38_412) => Protocol::Ngap,
                (46 | 47, ..) | (_, 3_868, _) | (_, _, 3_868) => Protocol::Diameter,
                _ => continue,
            };
            if flags & WHOLE != WHOLE || self.flows.len() > MAX_ASSOCIATIONS {
                continue;
            }
            let id = *self.flows.entry(pair).or_insert_with(|| context.flows.next());
            context.sink.pdu(&Pdu {
                seen: packet.seen,
                first_frame: packet.first_frame,
                protocol,
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
