//! TCP (RFC 9293) as it passes: connections, streams, Diameter messages, SIP and HTTP in them.
//!
//! ```text
//!      first octets of a direction look like Diameter, SIP or HTTP, or a port says so
//!  Unknown ───────────────────────────────────────────────────────────────────► Followed(Stream, Stream)
//!     │ they do not, or MAX_LOOKS segments do not                                    │ 64 KiB without a message
//!     └──────────────────────────────────► Foreign ◄─────────────────────────────────┘
//! ```
//!
//! Nothing of a foreign connection is kept but its entry in the table. A SYN with another number, or with the same one
//! after data, begins a new connection. Checksums are not judged: offloading leaves them wrong in honest captures.

mod conversation;
mod framing;
mod search;
mod segment;
mod stream;

use super::address::number;
use super::diameter::{self, LOOK_OCTETS};
use super::http;
use super::sip;
use super::slots::{Slot, Slots};
use super::waiting::Waiting;
use super::{Context, Packet};
use crate::{Seen, Sink};
use conversation::Conversation;
use hashbrown::HashMap;
use segment::Segment;

/// Connections followed, foreign ones too: those that a busy host has at a time, at about 200 octets.
const MAX_CONNECTIONS: usize = 65_536;

/// Octets held for all connections, behind gaps and in messages not yet whole.
const MAX_HELD_OCTETS: usize = 64 * 1024 * 1024;

/// Segments of a direction that are looked at before a connection is foreign, if its beginning was not seen: the first
/// ones may stand in the middle of a message.
const MAX_LOOKS: u8 = 6;

/// A SYN that comes again within this time is another capture point's copy, whatever happened in between.
const COPY_NS: i64 = 10_000_000;

/// Two ends, the lesser first, whichever of them sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    low: u128,
    high: u128,
    /// Of the lesser end in the upper half.
    ports: u32,
}

impl Key {
    /// The key, and the direction: 0 if the lesser end sends.
    #[inline]
    fn new(packet: &Packet<'_>, segment: &Segment<'_>) -> (Self, usize) {
        let source = (number(packet.source), segment.source);
        let destination = (number(packet.destination), segment.destination);
        let (low, high, direction) = if source <= destination {
            (source, destination, 0)
        } else {
            (destination, source, 1)
        };
        let key = Self {
            low: low.0,
            high: high.0,
            ports: u32::from(low.1) << 16 | u32::from(high.1),
        };
        (key, direction)
    }
}

/// A SYN.
#[derive(Clone, Copy, Debug)]
struct Began {
    sequence: u32,
    seen: Seen,
}

/// What a connection carries.
#[derive(Debug)]
enum State {
    /// So many segments of each direction were looked at.
    Unknown([u8; 2]),
    Foreign,
    Followed(Box<Conversation>),
}

#[derive(Debug)]
struct Connection {
    key: Key,
    /// The SYN of each direction.
    began: [Option<Began>; 2],
    /// Whether any octets passed.
    used: bool,
    state: State,
}

/// The connections seen.
#[derive(Debug)]
pub(super) struct Connections {
    slots: Slots<Connection>,
    index: HashMap<Key, Slot>,
    waiting: Waiting,
    held_octets: usize,
    last: Seen,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            slots: Slots::new(MAX_CONNECTIONS),
            index: HashMap::new(),
            waiting: Waiting::default(),
            held_octets: 0,
            last: Seen::default(),
        }
    }
}

impl Connections {
    /// A frame was seen, whatever it holds: time passes for those who wait.
    #[inline]
    pub(super) fn tick<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        self.last = seen;
        if self.waiting.advance(seen.time) {
            self.sweep(seen, context);
        }
    }

    /// Takes in a segment, from its header on.
    pub(super) fn packet<S: Sink>(&mut self, packet: &Packet<'_>, context: &mut Context<'_, S>) {
        let Some(segment) = Segment::decode(packet.octets, packet.original) else {
            context.counts.malformed += u64::from(!packet.is_cut());
            return;
        };
        let (key, direction) = Key::new(packet, &segment);
        let known = self.index.get(&key).copied();
        let again = segment.syn() && self.is_another(known, direction, &segment, packet.seen);
        let slot = match known {
            Some(slot) if !again => slot,
            _ => self.begin(key, known, &segment, packet.seen, context),
        };
        let Some(connection) = self.slots.get_mut(slot) else {
            return;
        };
        if matches!(connection.state, State::Foreign) {
            return;
        }
        connection.see(direction, &segment, packet, context);
        let State::Followed(conversation) = &mut connection.state else {
            return;
        };
        let before = conversation.octets();
        conversation.take(direction, &segment, packet, self.waiting.now(), context);
        for (direction, stream) in conversation.streams.iter_mut().enumerate() {
            if stream.gap().is_open() && !std::mem::replace(&mut stream.waits, true) {
                self.waiting.add(slot, direction);
            }
        }
        if conversation.is_hopeless() {
            self.held_octets = self.held_octets.saturating_sub(before);
            connection.state = State::Foreign;
            return;
        }
        self.held_octets = (self.held_octets + conversation.octets()).saturating_sub(before);
        if self.held_octets > MAX_HELD_OCTETS {
            let before = conversation.octets();
            conversation.give_up(packet.seen, context);
            self.held_octets = self
                .held_octets
                .saturating_sub(before - conversation.octets().min(before));
        }
    }

    /// Whether a SYN is not that of the connection known by its ends.
    fn is_another(&self, known: Option<Slot>, direction: usize, segment: &Segment<'_>, seen: Seen) -> bool {
        let Some(connection) = known.and_then(|slot| self.slots.get(slot)) else {
            return true;
        };
        match connection.began[direction] {
            Some(began) if began.sequence == segment.sequence => {
                connection.used && seen.time.since(began.seen.time).saturating_abs() > COPY_NS
            }
            Some(_) => true,
            None => connection.used || connection.began[1 - direction].is_none(),
        }
    }

    /// A connection begins, or is seen for the first time.
    fn begin<S: Sink>(
        &mut self,
        key: Key,
        known: Option<Slot>,
        segment: &Segment<'_>,
        seen: Seen,
        context: &mut Context<'_, S>,
    ) -> Slot {
        let before = known.and_then(|slot| self.slots.get_mut(slot));
        if let Some(State::Followed(conversation)) = before.map(|connection| &mut connection.state) {
            let held = conversation.octets();
            conversation.close(false, seen, context);
            self.held_octets = self
                .held_octets
                .saturating_sub(held - conversation.octets().min(held));
        }
        let ports = &context.options.diameter_ports;
        let expected = ports.contains(&segment.source) || ports.contains(&segment.destination);
        let connection = Connection {
            key,
            began: [None; 2],
            used: false,
            state: if expected {
                State::Followed(Conversation::new(key, [None; 2], context.flows.next(), true))
            } else {
                State::Unknown([0; 2])
            },
        };
        let (slot, left) = self.slots.insert(connection);
        if let Some((old, connection)) = left {
            self.leave(old, connection, seen, context);
        }
        self.index.insert(key, slot);
        slot
    }

    /// A connection had to make room.
    fn leave<S: Sink>(
        &mut self,
        slot: Slot,
        connection: Connection,
        seen: Seen,
        context: &mut Context<'_, S>,
    ) {
        if self.index.get(&connection.key) == Some(&slot) {
            self.index.remove(&connection.key);
        }
        if let State::Followed(mut conversation) = connection.state {
            self.held_octets = self.held_octets.saturating_sub(conversation.octets());
            conversation.give_up(seen, context);
        }
    }

    /// Looks through those who wait.
    fn sweep<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        for (slot, direction) in self.waiting.take() {
            let Some(State::Followed(conversation)) =
                self.slots.get_mut(slot).map(|connection| &mut connection.state)
            else {
                continue;
            };
            let before = conversation.octets();
            let (stream, mut out) = conversation.stream(direction, seen, context);
            let waits = stream.sweep(self.waiting.now(), &mut out);
            stream.waits = waits;
            self.held_octets = (self.held_octets + conversation.octets()).saturating_sub(before);
            if waits {
                self.waiting.add(slot, direction);
            }
        }
    }

    /// The capture has ended.
    pub(super) fn finish<S: Sink>(&mut self, context: &mut Context<'_, S>) {
        for (slot, _) in self.waiting.take() {
            if let Some(State::Followed(conversation)) =
                self.slots.get_mut(slot).map(|connection| &mut connection.state)
            {
                conversation.flush(self.last, context);
            }
        }
        for connection in self.slots.iter_mut() {
            if let State::Followed(conversation) = &mut connection.state {
                conversation.finish(self.last, context);
            }
        }
    }

    /// Connections, keys of them, and directions that wait.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.slots.len(), self.index.len(), self.waiting.len()]
    }
}

impl Connection {
    /// Remembers a SYN; decides what an unknown connection is.
    fn see<S: Sink>(
        &mut self,
        direction: usize,
        segment: &Segment<'_>,
        packet: &Packet<'_>,
        context: &mut Context<'_, S>,
    ) {
        if segment.syn() && self.began[direction].is_none() {
            self.began[direction] = Some(Began {
                sequence: segment.sequence,
                seen: packet.seen,
            });
            if let State::Followed(conversation) = &mut self.state {
                conversation.begin(direction, segment.begins(), packet.seen, context);
            }
        }
        // SIP is kept alive by empty lines (RFC 5626 4.4.1), before its first message too.
        if segment.length == 0 || sip::is_keepalive(segment.payload) {
            return;
        }
        self.used = true;
        let State::Unknown(looks) = &mut self.state else {
            return;
        };
        let first =
            self.began[direction].is_some_and(|began| began.sequence.wrapping_add(1) == segment.begins());
        let is_http = http::resembles(segment.payload);
        let is_sip = !is_http && sip::resembles(segment.payload);
        if is_http || is_sip || resembles(segment.payload) {
            let next = self
                .began
                .map(|began| began.map(|began| began.sequence.wrapping_add(1)));
            let mut conversation = Conversation::new(self.key, next, context.flows.next(), false);
            conversation.opened = self
                .began
                .iter()
                .flatten()
                .map(|began| began.seen)
                .min_by_key(|seen| seen.frame);
            self.state = State::Followed(if is_http {
                conversation.of_http()
            } else if is_sip {
                conversation.of_sip()
            } else {
                conversation
            });
            return;
        }
        looks[direction] += 1;
        if first || looks[direction] >= MAX_LOOKS {
            self.state = State::Foreign;
        }
    }
}

/// Whether a segment begins with a message of Diameter, as far as it can be told.
#[inline]
fn resembles(payload: &[u8]) -> bool {
    if payload.first() != Some(&1) {
        return false;
    }
    if payload.len() < LOOK_OCTETS {
        diameter::may_begin(payload)
    } else {
        diameter::looks_like_message(payload)
    }
}
