//! Packets that belong to no association: out of the blue (RFC 9260 8.4).

use super::Endpoint;
use crate::packet::{Chunk, Packet, REFLECTED, Writer, kind, put_tlv};
use crate::{Path, Transmit};
use std::time::Duration;

/// How many answers are left in this second.
#[derive(Default)]
pub(super) struct Strays {
    second: u64,
    answered: u32,
}

impl Strays {
    fn admit(&mut self, now: Duration, limit: u32) -> bool {
        if self.second != now.as_secs() {
            (self.second, self.answered) = (now.as_secs(), 0);
        }
        self.answered += 1;
        self.answered <= limit
    }
}

impl Endpoint {
    /// RFC 9260 8.4 from rule 4 on; INIT and COOKIE ECHO do not come here.
    pub(super) fn handle_stray(&mut self, path: Path, packet: &Packet<'_>, first: &Chunk<'_>) {
        let has = |kind| packet.chunks().any(|chunk| chunk.kind == kind);
        if has(kind::ABORT) || has(kind::SHUTDOWN_COMPLETE) || has(kind::INIT) || has(kind::ERROR) {
            return;
        }
        match first.kind {
            kind::COOKIE_ACK => {}
            kind::SHUTDOWN_ACK => self.answer_stray(
                path,
                packet,
                packet.tag,
                (kind::SHUTDOWN_COMPLETE, REFLECTED),
                &[],
            ),
            _ => self.answer_stray(path, packet, packet.tag, (kind::ABORT, REFLECTED), &[]),
        }
    }

    /// Refuses an INIT with an ABORT.
    pub(super) fn refuse_init(
        &mut self,
        path: Path,
        packet: &Packet<'_>,
        tag: u32,
        cause: u16,
        information: &[u8],
    ) {
        let mut value = Vec::new();
        put_tlv(&mut value, cause, information);
        self.answer_stray(path, packet, tag, (kind::ABORT, 0), &value);
    }

    fn answer_stray(
        &mut self,
        path: Path,
        packet: &Packet<'_>,
        tag: u32,
        (kind, flags): (u8, u8),
        value: &[u8],
    ) {
        if self.strays.admit(self.now, self.config.strays_per_second) {
            let packet = Writer::new(packet.destination, packet.source, tag)
                .chunk(kind, flags, value)
                .finish();
            self.output.packets.push_back(Transmit { path, packet });
        }
    }
}
