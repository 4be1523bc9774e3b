//! SCTP (RFC 9260) as it passes: associations, chunks, reassembled user messages.

use super::{Context, Packet};
use crate::Sink;

/// The associations seen.
#[derive(Debug, Default)]
pub(super) struct Associations {}

impl Associations {
    /// Takes in a packet, from its common header on; `udp_ports` are those around it (RFC 6951), if there are any.
    pub(super) fn packet<S: Sink>(
        &mut self,
        packet: &Packet<'_>,
        udp_ports: Option<(u16, u16)>,
        context: &mut Context<'_, S>,
    ) {
        let _ = (packet.is_cut(), udp_ports, context);
    }

    /// The capture has ended.
    pub(super) fn finish<S: Sink>(&mut self, _context: &mut Context<'_, S>) {}
}
