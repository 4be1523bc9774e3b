//! HTTP/2 (RFC 9113), and HTTP/1.1 (RFC 9112) as far as the core's service based interfaces speak it.
//!
//! ```text
//!  octets of a direction ─► Half: preface, frames, header blocks ─► Event ─► Streams: by stream ─► HttpExchange
//!                           or request and status lines, bodies
//! ```
//!
//! A connection is one of HTTP if a client begins with the preface, if either side speaks in frames and nothing but
//! frames, or if a request line has a path of a service (TS 29.501 4.4.1) or asks for the upgrade to h2c. Other HTTP/1.1
//! is foreign: nothing of the web is kept.

mod exchange;
mod frame;
mod half;
mod hpack;
mod huffman;
mod streams;
mod table;
mod text;

use super::span::Sight;
use crate::{Flow, HttpState, Seen, Sink};
use half::Half;
use streams::Streams;

/// What a client says first (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Octets searched in vain before a connection that never showed a message is none of HTTP.
const MAX_SEARCHED_OCTETS: usize = 64 * 1024;

/// What a direction said.
#[derive(Debug)]
enum Event<'a> {
    /// The connection's first message, or its preface.
    Began,
    /// Header fields. `end` if nothing follows.
    Fields {
        stream: u32,
        block: hpack::Block,
        end: bool,
    },
    /// A piece of a body.
    Data {
        stream: u32,
        octets: &'a [u8],
        end: bool,
    },
    /// Octets of a body are missing, or of all bodies.
    Hole(Option<u32>),
    /// A frame without content is missing: it may have ended a body.
    MayHaveEnded,
    Reset {
        stream: u32,
        code: u32,
    },
    GoAway {
        last: u32,
        code: u32,
    },
    /// The request of this number goes on as stream 1 (RFC 7540 3.2).
    Upgraded(u32),
}

/// Whether a segment begins a connection of HTTP that is to be followed, or goes on with one.
#[inline]
pub(super) fn resembles(payload: &[u8]) -> bool {
    match payload.first() {
        Some(0) => frame::are_frames(payload),
        Some(b'P') if payload.starts_with(&PREFACE[..PREFACE.len().min(payload.len())]) => payload.len() >= 4,
        Some(b'A'..=b'Z') => text::is_service_request(payload),
        _ => false,
    }
}

/// A connection of HTTP.
#[derive(Debug)]
pub(super) struct Conversation {
    halves: [Half; 2],
    streams: Streams,
}

impl Conversation {
    /// One whose flow has this number.
    pub(super) fn new(flow: u64) -> Self {
        Self {
            halves: [Half::default(), Half::default()],
            streams: Streams::new(flow),
        }
    }

    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        self.halves[0].octets() + self.halves[1].octets() + self.streams.octets()
    }

    /// Whether it was searched in vain.
    pub(super) fn is_hopeless(&self) -> bool {
        !self.streams.proven && self.halves.iter().any(|half| half.searched > MAX_SEARCHED_OCTETS)
    }

    /// The next octets of a direction; `flow` is from its sender.
    pub(super) fn feed<S: Sink>(
        &mut self,
        direction: usize,
        octets: &[u8],
        sight: Sight,
        flow: Flow,
        sink: &mut S,
    ) {
        let Self { halves, streams } = self;
        let mut out = streams::Out {
            direction,
            flow,
            sink,
        };
        halves[direction].feed(octets, sight, &mut |event, sight| {
            streams.take(event, sight, &mut out);
        });
    }

    /// So many octets of a direction are missing.
    pub(super) fn miss<S: Sink>(
        &mut self,
        direction: usize,
        octets: usize,
        seen: Seen,
        flow: Flow,
        sink: &mut S,
    ) {
        let Self { halves, streams } = self;
        let mut out = streams::Out {
            direction,
            flow,
            sink,
        };
        let sight = Sight {
            seen,
            first_frame: seen.frame,
        };
        halves[direction].miss(octets, &mut |event| streams.take(event, sight, &mut out));
    }

    /// Room is wanted: what is begun will not be finished.
    pub(super) fn give_up<S: Sink>(&mut self, direction: usize, seen: Seen, flow: Flow, sink: &mut S) {
        self.halves[direction].give_up();
        let mut out = streams::Out {
            direction,
            flow,
            sink,
        };
        self.streams.end(HttpState::GivenUp, seen, &mut out);
    }

    /// The capture ended; `flow` is from the end of direction 0.
    pub(super) fn finish<S: Sink>(&mut self, seen: Seen, flow: Flow, sink: &mut S) {
        let mut out = streams::Out {
            direction: 0,
            flow,
            sink,
        };
        self.streams.finish(seen, &mut out);
    }

    /// The connection ended; `flow` is from the end of direction 0.
    pub(super) fn close<S: Sink>(&mut self, aborted: bool, seen: Seen, flow: Flow, sink: &mut S) {
        for direction in 0..2 {
            let turned = Flow {
                source: flow.destination,
                destination: flow.source,
                ..flow
            };
            let flow = if direction == 0 { flow } else { turned };
            let mut out = streams::Out {
                direction,
                flow,
                sink: &mut *sink,
            };
            let sight = Sight {
                seen,
                first_frame: seen.frame,
            };
            let streams = &mut self.streams;
            // A body without a length ends with the connection (RFC 9112 6.3).
            if let Some(event) = self.halves[direction].ended().filter(|_| !aborted) {
                streams.take(event, sight, &mut out);
            }
        }
        let mut out = streams::Out {
            direction: 0,
            flow,
            sink,
        };
        let state = if aborted {
            HttpState::Aborted
        } else {
            HttpState::Closed
        };
        self.streams.end(state, seen, &mut out);
    }
}
