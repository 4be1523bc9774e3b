//! Diameter messages out of the octets of one direction.
//!
//! ```text
//!            header fits: message by message
//!          ┌────────────────┐
//!          ▼                │     a header cannot be, or octets are missing and
//!   ┌── InStep ─────────────┘ ──── where the next message begins is not known ───► Searching
//!   │      ▲ ▲                                                                        │
//!   │      │ └──────────── a whole message among the octets ([`Search`]) ──────────────┘
//!   └► Behind (octets are missing within one message: its rest is passed over)
//! ```

use super::search::{Found, Search};
use crate::dissect::diameter::{self, Likeness};
use crate::dissect::http;
use crate::dissect::sip;
use crate::dissect::span::Sight;
use crate::{Flow, FlowEvent, Pdu, Protocol, Seen, Sink};

/// Octets searched without ever finding a message, on a port that promised some: TLS, or something else altogether.
const MAX_SEARCHED_OCTETS: usize = 64 * 1024;

/// An empty buffer longer than this gives its memory back.
const KEPT_OCTETS: usize = 16 * 1024;

/// Where messages go.
pub(super) struct Out<'a, S> {
    pub(super) sink: &'a mut S,
    pub(super) flow: Flow,
    /// The packet at hand, for what befalls the flow.
    pub(super) now: Seen,
    /// Where the beginning of the connection was seen, if that is still to be said.
    pub(super) opened: &'a mut Option<Seen>,
    /// Whether a message was found in this connection.
    pub(super) proven: &'a mut bool,
    /// Who reads the octets instead, and their direction, if the connection is one of HTTP.
    pub(super) http: Option<(&'a mut http::Conversation, usize)>,
    /// Who reads the octets instead, if the connection is one of SIP.
    pub(super) sip: Option<&'a mut sip::Half>,
}

impl<S: Sink> Out<'_, S> {
    #[inline]
    fn message(&mut self, sight: Sight, octets: &[u8]) {
        *self.proven = true;
        if let Some(seen) = self.opened.take() {
            self.sink.flow(seen, self.flow.id, FlowEvent::Opened);
        }
        self.sink.pdu(&Pdu {
            seen: sight.seen,
            first_frame: sight.first_frame,
            protocol: Protocol::Diameter,
            flow: self.flow,
            direction: None,
            octets,
        });
    }

    fn lost(&mut self) {
        // What never was Diameter cannot miss any.
        if *self.proven {
            self.sink.flow(self.now, self.flow.id, FlowEvent::Lost);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The next octet begins a message, or continues the one in the buffer.
    InStep,
    /// So many octets of a message with a hole are still to come.
    Behind(usize),
    /// Nobody knows where the next message begins.
    Searching,
}

/// One direction.
#[derive(Debug)]
pub(super) struct Framing {
    mode: Mode,
    /// The message that has begun.
    buffer: Vec<u8>,
    sight: Sight,
    search: Search,
    searched: usize,
}

impl Framing {
    /// `in_step` if the first octet is the connection's own.
    pub(super) fn new(in_step: bool) -> Self {
        Self {
            mode: if in_step { Mode::InStep } else { Mode::Searching },
            buffer: Vec::new(),
            sight: Sight::default(),
            search: Search::default(),
            searched: 0,
        }
    }

    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        self.buffer.len() + self.search.octets()
    }

    /// Whether this direction was searched in vain.
    pub(super) fn is_hopeless(&self) -> bool {
        self.searched > MAX_SEARCHED_OCTETS
    }

    /// The next octets.
    #[inline]
    pub(super) fn feed<S: Sink>(&mut self, mut octets: &[u8], sight: Sight, out: &mut Out<'_, S>) {
        if let Some((http, direction)) = &mut out.http {
            return http.feed(*direction, octets, sight, out.flow, out.sink);
        }
        if let Some(half) = &mut out.sip {
            return half.feed(octets, sight, out.flow, out.sink);
        }
        while !octets.is_empty() {
            octets = match self.mode {
                Mode::InStep if self.buffer.is_empty() => self.messages(octets, sight, out),
                Mode::InStep => self.complete(octets, sight, out),
                Mode::Behind(missing) => {
                    let passed = missing.min(octets.len());
                    self.mode = if passed == missing {
                        Mode::InStep
                    } else {
                        Mode::Behind(missing - passed)
                    };
                    &octets[passed..]
                }
                Mode::Searching => self.search(octets, sight, out),
            };
        }
    }

    /// So many octets are missing.
    pub(super) fn miss<S: Sink>(&mut self, octets: usize, out: &mut Out<'_, S>) {
        if let Some((http, direction)) = &mut out.http {
            return http.miss(*direction, octets, out.now, out.flow, out.sink);
        }
        if let Some(half) = &mut out.sip {
            return half.lose();
        }
        out.lost();
        self.end_search(out);
        self.mode = match self.mode {
            // The hole is not larger than the rest of the message: behind that, everything is as if nothing had been.
            Mode::InStep => match diameter::length(&self.buffer) {
                Some(length) if length - self.buffer.len() > octets => {
                    Mode::Behind(length - self.buffer.len() - octets)
                }
                Some(length) if length - self.buffer.len() == octets => Mode::InStep,
                _ => Mode::Searching,
            },
            Mode::Behind(missing) if missing > octets => Mode::Behind(missing - octets),
            Mode::Behind(missing) if missing == octets => Mode::InStep,
            Mode::Behind(_) | Mode::Searching => Mode::Searching,
        };
        self.release();
    }

    /// What is begun will not be finished.
    pub(super) fn give_up<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        if let Some((http, direction)) = &mut out.http {
            return http.give_up(*direction, out.now, out.flow, out.sink);
        }
        if let Some(half) = &mut out.sip {
            return half.lose();
        }
        self.end_search(out);
        if !self.buffer.is_empty() {
            out.lost();
            self.release();
        }
        self.mode = Mode::Searching;
    }

    fn release(&mut self) {
        self.buffer.clear();
        if self.buffer.capacity() > KEPT_OCTETS {
            self.buffer = Vec::new();
        }
    }

    /// In step, nothing begun: the messages that lie whole in these octets are taken where they stand.
    #[inline]
    fn messages<'o, S: Sink>(
        &mut self,
        mut octets: &'o [u8],
        sight: Sight,
        out: &mut Out<'_, S>,
    ) -> &'o [u8] {
        while octets.len() >= 4 {
            let length = match diameter::length(octets) {
                Some(length) if *out.proven || diameter::may_begin(octets) => length,
                _ => return self.fall_out_of_step(octets, out),
            };
            let Some((message, rest)) = octets.split_at_checked(length) else {
                break;
            };
            out.message(sight, message);
            octets = rest;
        }
        if !octets.is_empty() {
            if !diameter::may_begin(octets) {
                return self.fall_out_of_step(octets, out);
            }
            self.buffer.extend_from_slice(octets);
            self.sight = sight;
        }
        &[]
    }

    fn fall_out_of_step<'o, S: Sink>(&mut self, octets: &'o [u8], out: &mut Out<'_, S>) -> &'o [u8] {
        out.lost();
        self.mode = Mode::Searching;
        octets
    }

    /// In step, a message begun: takes what it lacks.
    fn complete<'o, S: Sink>(&mut self, octets: &'o [u8], sight: Sight, out: &mut Out<'_, S>) -> &'o [u8] {
        self.sight = self.sight.with(sight);
        let had = self.buffer.len();
        let wanted = match diameter::length(&self.buffer) {
            Some(length) => length,
            None if had < 4 => 4,
            None => 0,
        };
        let (end, rest) = octets.split_at(wanted.saturating_sub(had).min(octets.len()));
        self.buffer.extend_from_slice(end);
        if self.buffer.len() < wanted {
            return rest;
        }
        match diameter::length(&self.buffer) {
            // Only now its length is known.
            Some(length) if length > self.buffer.len() => {}
            Some(_) => {
                out.message(self.sight, &self.buffer);
                self.release();
            }
            None => {
                self.release();
                out.lost();
                self.mode = Mode::Searching;
            }
        }
        rest
    }

    /// Looks for a message. What remains of the octets is to be read in step.
    fn search<'o, S: Sink>(&mut self, octets: &'o [u8], sight: Sight, out: &mut Out<'_, S>) -> &'o [u8] {
        self.searched += octets.len();
        // Most often a segment begins with a message, and nothing need be kept.
        if self.search.octets() == 0 && matches!(diameter::likeness(octets), Likeness::Whole(_)) {
            self.found();
            return octets;
        }
        self.search.push(octets, sight);
        self.look(true, out);
        &[]
    }

    /// Nothing follows what was searched: what is whole in it is found now or never.
    fn end_search<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        if self.search.octets() > 0 {
            self.look(false, out);
        }
    }

    fn look<S: Sink>(&mut self, more_follows: bool, out: &mut Out<'_, S>) {
        let found = self
            .search
            .look(more_follows, |sight, message| out.message(sight, message));
        if let Found::InStep(begun) = found {
            self.found();
            if let Some((sight, octets)) = begun {
                self.sight = sight;
                self.buffer = octets;
            }
        }
    }

    fn found(&mut self) {
        self.mode = Mode::InStep;
        self.searched = 0;
    }
}
