//! ESP (RFC 4303), in IP and in UDP (RFC 3948): found, not opened.

use super::frame::Part;
use super::{Dissector, Packet};
use crate::{End, Flow, FlowId, Pdu, Protocol, Sink};
use std::net::SocketAddr;

/// The port of ESP in UDP (RFC 3948 2.1), which it shares with IKE.
pub(super) const PORT: u16 = 4500;

/// SPI and sequence number.
const HEADER_OCTETS: usize = 8;

/// Whether a payload at [`PORT`] is ESP: IKE stands behind four zeros, a keepalive is one octet (RFC 3948 2.2, 2.3).
pub(super) fn is_esp(part: Part<'_>) -> bool {
    part.octets.len() > HEADER_OCTETS && part.u32(0) != Some(0)
}

impl Dissector {
    /// Takes in a packet of ESP; `ports` if it is in UDP.
    ///
    /// Copies of several capture points are all given: who opens one knows by SPI and sequence number that it is another's
    /// copy (RFC 4303 3.4.3), and whoever rewrites the capture needs each.
    pub(super) fn esp<S: Sink>(
        &mut self,
        packet: &Packet<'_>,
        ports: Option<(u16, u16)>,
        part: Part<'_>,
        sink: &mut S,
    ) {
        self.counts.encrypted += 1;
        if part.missing > 0 || part.octets.len() <= HEADER_OCTETS {
            return;
        }
        let (from, to) = ports.unwrap_or_default();
        sink.pdu(&Pdu {
            seen: packet.seen,
            first_frame: packet.first_frame,
            protocol: Protocol::Esp,
            flow: Flow {
                id: FlowId::DATAGRAM,
                source: End::Address(SocketAddr::new(packet.source, from)),
                destination: End::Address(SocketAddr::new(packet.destination, to)),
            },
            direction: None,
            octets: part.octets,
        });
    }
}
