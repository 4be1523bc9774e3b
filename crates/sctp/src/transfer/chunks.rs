//! What each chunk of a packet does to an established association.

use super::arrivals::Verdict;
use super::engine::DATA_HEADER;
use super::{Closing, MAX_PENDING, Scope, Transfer};
use crate::Down;
use crate::packet::{Chunk, Chunks, cause, kind, put_tlv, tlvs, u16_at, u32_at};

/// Error cause No User Data (RFC 9260 3.3.10.9).
const NO_USER_DATA: u16 = 9;

/// The U bit of DATA.
const UNORDERED: u8 = 4;

/// Octets of a SACK's value before its blocks.
const SACK_HEADER: usize = 12;

/// Octets of an unrecognized chunk that are sent back.
const MAX_REPORTED: usize = 256;

/// Whether to go on with the next chunk of the packet.
#[derive(PartialEq, Eq)]
enum Then {
    Continue,
    Stop,
}

impl Transfer {
    /// The chunks of a packet whose tag is right. DATA and SACK wait for [`feed`](Transfer::feed).
    pub(crate) fn receive(&mut self, scope: &mut Scope<'_>, chunks: Chunks<'_>) {
        let mut data = false;
        for chunk in chunks {
            data |= chunk.kind == kind::DATA;
            if self.chunk(scope, &chunk) == Then::Stop || self.ended.is_some() {
                break;
            }
        }
        if data {
            self.unacknowledged += 1;
        }
        if self.pending.len() > MAX_PENDING {
            self.feed(scope);
        }
    }

    fn chunk(&mut self, scope: &mut Scope<'_>, chunk: &Chunk<'_>) -> Then {
        match chunk.kind {
            kind::DATA => self.data(scope, chunk),
            kind::SACK => self.sack(chunk),
            kind::HEARTBEAT => {
                let packet = self.writer().chunk(kind::HEARTBEAT_ACK, 0, chunk.value).finish();
                scope.transmit(scope.heard, packet);
            }
            kind::HEARTBEAT_ACK => {
                // By itself: if dcsctp cannot read it, it drops the packet.
                self.feed(scope);
                self.put(chunk.kind, 0, chunk.value);
                self.feed(scope);
            }
            kind::ABORT => {
                self.feed(scope);
                self.ended = Some(Down::Aborted(describe(chunk.value)));
            }
            kind::SHUTDOWN => self.peer_shutdown(scope, chunk),
            kind::SHUTDOWN_ACK if self.closing == Closing::ShutdownSent || self.is_shutdown_ack_sent() => {
                self.feed(scope);
                self.put(chunk.kind, 0, &[]);
                self.feed(scope);
            }
            kind::SHUTDOWN_COMPLETE if self.is_shutdown_ack_sent() => {
                self.feed(scope);
                self.put(chunk.kind, 0, &[]);
                self.feed(scope);
            }
            // INIT and INIT ACK come alone; the others have nothing to say any more, or nothing to a sender without ECN.
            kind::INIT | kind::INIT_ACK => return Then::Stop,
            kind::ERROR
            | kind::COOKIE_ECHO
            | kind::COOKIE_ACK
            | kind::ECNE
            | kind::CWR
            | kind::SHUTDOWN_ACK
            | kind::SHUTDOWN_COMPLETE => {}
            _ => return self.unrecognized(scope, chunk),
        }
        Then::Continue
    }

    fn data(&mut self, scope: &mut Scope<'_>, chunk: &Chunk<'_>) {
        let Some((header, payload)) = chunk.value.split_first_chunk::<DATA_HEADER>() else {
            return self.refuse(
                scope,
                cause::PROTOCOL_VIOLATION,
                b"DATA too short",
                "DATA too short",
            );
        };
        let [a, b, c, d, ..] = *header;
        if payload.is_empty() {
            return self.refuse(scope, NO_USER_DATA, &[a, b, c, d], "DATA without user data");
        }
        let tsn = u32::from_be_bytes([a, b, c, d]);
        match self.arrivals.accept(tsn, chunk.flags & UNORDERED != 0, payload) {
            Verdict::Acknowledge => {
                let mut value = [a, b, c, d].repeat(4);
                value[..DATA_HEADER].copy_from_slice(header);
                self.put(kind::DATA, chunk.flags, &value);
            }
            Verdict::Ignore => {}
            Verdict::Exhausted => self.refuse(
                scope,
                cause::OUT_OF_RESOURCE,
                &[],
                "a message longer than the window",
            ),
        }
    }

    fn sack(&mut self, chunk: &Chunk<'_>) {
        let (Some(cumulative), Some(window)) = (u32_at(chunk.value, 0), u32_at(chunk.value, 4)) else {
            return;
        };
        let blocks = u16_at(chunk.value, 8).zip(u16_at(chunk.value, 10));
        let length =
            blocks.map(|(gaps, duplicates)| SACK_HEADER + 4 * (usize::from(gaps) + usize::from(duplicates)));
        if length != Some(chunk.value.len()) {
            // dcsctp would drop with it the DATA that came along.
            return;
        }
        self.departures.acknowledged(cumulative);
        self.peer_window = window;
        self.put(kind::SACK, 0, chunk.value);
    }

    /// RFC 9260 9.2: what it acknowledges counts at once; the rest waits until we have nothing left.
    fn peer_shutdown(&mut self, scope: &mut Scope<'_>, chunk: &Chunk<'_>) {
        let Some(cumulative) = u32_at(chunk.value, 0) else {
            return;
        };
        let mut value = [0; 12];
        value[..4].copy_from_slice(&cumulative.to_be_bytes());
        value[4..8].copy_from_slice(&self.peer_window.to_be_bytes());
        self.departures.acknowledged(cumulative);
        self.put(kind::SACK, 0, &value);
        if self.closing == Closing::No {
            self.begin_closing(scope.now);
        }
        self.peer_shutdown = true;
    }

    /// The two highest bits of the type say what to do (RFC 9260 3.2).
    fn unrecognized(&mut self, scope: &mut Scope<'_>, chunk: &Chunk<'_>) -> Then {
        if chunk.kind & 0x40 != 0 {
            let mut value = Vec::new();
            let reported = &chunk.whole[..chunk.whole.len().min(MAX_REPORTED)];
            put_tlv(&mut value, cause::UNRECOGNIZED_CHUNK, reported);
            let packet = self.writer().chunk(kind::ERROR, 0, &value).finish();
            scope.transmit(scope.heard, packet);
        }
        if chunk.kind & 0x80 != 0 {
            Then::Continue
        } else {
            Then::Stop
        }
    }
}

/// The error causes of an ABORT as text.
pub(crate) fn describe(causes: &[u8]) -> String {
    /// Causes that are read; an ABORT has one or two.
    const MAX_CAUSES: usize = 4;
    /// Octets of text taken from the peer.
    const MAX_TEXT: usize = 128;

    let mut text = String::new();
    for tlv in tlvs(causes).take(MAX_CAUSES) {
        let name = match tlv.kind {
            cause::INVALID_STREAM => "invalid stream identifier",
            cause::STALE_COOKIE => "stale cookie",
            cause::OUT_OF_RESOURCE => "out of resource",
            cause::UNRESOLVABLE_ADDRESS => "unresolvable address",
            cause::UNRECOGNIZED_CHUNK => "unrecognized chunk type",
            cause::INVALID_MANDATORY_PARAMETER => "invalid mandatory parameter",
            NO_USER_DATA => "no user data",
            cause::NEW_ADDRESSES => "restart with new addresses",
            cause::USER_INITIATED => "user-initiated abort",
            cause::PROTOCOL_VIOLATION => "protocol violation",
            _ => "cause",
        };
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(name);
        if name == "cause" {
            text.push_str(&format!(" {}", tlv.kind));
        }
        if matches!(tlv.kind, cause::USER_INITIATED | cause::PROTOCOL_VIOLATION) && !tlv.value.is_empty() {
            let said = String::from_utf8_lossy(&tlv.value[..tlv.value.len().min(MAX_TEXT)]);
            text.push_str(": ");
            text.extend(said.chars().map(|c| if c.is_control() { '.' } else { c }));
        }
    }
    text
}
