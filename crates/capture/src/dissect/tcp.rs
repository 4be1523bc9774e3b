//! TCP (RFC 9293) as it passes: connections, streams, Diameter messages in them.

use super::{Context, Packet};
use crate::Sink;

/// The connections seen.
#[derive(Debug, Default)]
pub(super) struct Connections {}

impl Connections {
    /// Takes in a segment, from its header on.
    pub(super) fn packet<S: Sink>(&mut self, packet: &Packet<'_>, context: &mut Context<'_, S>) {
        let _ = (packet.is_cut(), context);
    }

    /// The capture has ended.
    pub(super) fn finish<S: Sink>(&mut self, _context: &mut Context<'_, S>) {}
}
