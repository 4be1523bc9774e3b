//! One direction of a connection: octets put into the order of their sequence numbers, each once.
//!
//! A gap is filled by a retransmission, or given up: when too much is held, when the receiver has acknowledged it or time
//! has passed ([`Gap`]), when the connection ends.

use super::framing::{Framing, Out};
use super::segment::Segment;
use crate::dissect::span::Sight;
use crate::dissect::waiting::Gap;
use crate::{Sink, Timestamp};

/// Octets that may be held behind a gap: a window of a Diameter peer, which seldom scales it far.
const MAX_HELD_OCTETS: usize = 512 * 1024;

/// Segments that may be held behind a gap, each of which costs more than its octets.
const MAX_HELD: usize = 512;

/// How far a sequence number may be from the expected one and still belong to the same numbering: the largest window
/// there is (RFC 7323 2.3) is 1 GiB, the largest anybody uses for Diameter far below this.
const MAX_JUMP: u64 = 64 * 1024 * 1024;

/// A segment that came before its turn.
#[derive(Debug)]
struct Held {
    sequence: u32,
    length: usize,
    sight: Sight,
    payload: Box<[u8]>,
}

/// One direction.
#[derive(Debug)]
pub(super) struct Stream {
    next: Option<u32>,
    framing: Framing,
    /// In the order of their sequence numbers, all behind `next`; they may overlap.
    held: Vec<Held>,
    held_octets: usize,
    gap: Gap,
    acknowledged: Option<u32>,
    /// Whether FIN was seen.
    pub(super) finished: bool,
    /// Whether it is looked through for gaps.
    pub(super) waits: bool,
}

fn distance(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from) as i32)
}

impl Stream {
    /// A direction whose first sequence number is known, if its SYN was seen.
    pub(super) fn new(next: Option<u32>) -> Self {
        Self {
            next,
            framing: Framing::new(next.is_some()),
            held: Vec::new(),
            held_octets: 0,
            gap: Gap::default(),
            acknowledged: None,
            finished: false,
            waits: false,
        }
    }

    /// Its SYN was seen.
    pub(super) fn begin(&mut self, next: u32) {
        if self.next.is_none() {
            self.next = Some(next);
            self.framing = Framing::new(true);
        }
    }

    /// Whether none of its segments was seen.
    pub(super) fn is_silent(&self) -> bool {
        self.next.is_none()
    }

    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        self.held_octets + self.framing.octets()
    }

    /// Whether it waits for what may never come.
    pub(super) fn gap(&self) -> &Gap {
        &self.gap
    }

    /// Whether this direction was searched for messages in vain.
    pub(super) fn is_hopeless(&self) -> bool {
        self.framing.is_hopeless()
    }

    /// A segment with octets.
    #[inline]
    pub(super) fn take<S: Sink>(
        &mut self,
        segment: &Segment<'_>,
        sight: Sight,
        now: Timestamp,
        out: &mut Out<'_, S>,
    ) {
        let begins = segment.begins();
        let next = *self.next.get_or_insert(begins);
        let ahead = distance(next, begins);
        if ahead == 0 && !self.gap.is_open() {
            self.append(segment.payload, segment.length, sight, out);
        } else if ahead.unsigned_abs() > MAX_JUMP {
            self.flush(out);
            self.framing.give_up(out);
            self.next = Some(begins);
            self.append(segment.payload, segment.length, sight, out);
        } else if ahead > 0 {
            self.hold(begins, segment.payload, segment.length, sight);
            self.gap.open(now);
            while self.held.len() > MAX_HELD || self.held_octets > MAX_HELD_OCTETS {
                if !self.skip(out) {
                    break;
                }
            }
        } else {
            self.overlap(
                ahead.unsigned_abs() as usize,
                segment.payload,
                segment.length,
                sight,
                out,
            );
            self.drain(out);
        }
    }

    /// The receiver has everything up to this octet.
    #[inline]
    pub(super) fn acknowledge(&mut self, acknowledgement: u32, now: Timestamp) {
        let Some(next) = self.next else { return };
        // FIN has a sequence number and no octet.
        let octets = distance(next, acknowledgement) - i64::from(self.finished);
        if octets > 0 && octets.unsigned_abs() <= MAX_JUMP {
            self.gap.acknowledge(now);
            if self
                .acknowledged
                .is_none_or(|before| distance(before, acknowledgement) > 0)
            {
                self.acknowledged = Some(acknowledgement);
            }
        }
    }

    /// Gives up what has been waited for long enough. Whether it still waits.
    pub(super) fn sweep<S: Sink>(&mut self, now: Timestamp, out: &mut Out<'_, S>) -> bool {
        while self.gap.is_over(now) && self.skip(out) {}
        self.gap.is_open()
    }

    /// Nothing more will come: everything held is read.
    pub(super) fn flush<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        // What was acknowledged and never followed by anything is FIN as often as octets.
        self.acknowledged = None;
        while self.gap.is_open() && self.skip(out) {}
    }

    /// Gives up everything held, to make room for others.
    pub(super) fn give_up<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        self.flush(out);
        self.framing.give_up(out);
    }

    /// The next octets.
    #[inline]
    fn append<S: Sink>(&mut self, payload: &[u8], length: usize, sight: Sight, out: &mut Out<'_, S>) {
        self.next = self.next.map(|next| next.wrapping_add(length as u32));
        self.framing.feed(payload, sight, out);
        if payload.len() < length {
            self.framing.miss(length - payload.len(), out);
        }
    }

    /// Octets of which the first `known` came before: a retransmission, a keepalive, the probe of a closed window.
    fn overlap<S: Sink>(
        &mut self,
        known: usize,
        payload: &[u8],
        length: usize,
        sight: Sight,
        out: &mut Out<'_, S>,
    ) {
        if length > known {
            self.append(
                payload.get(known..).unwrap_or_default(),
                length - known,
                sight,
                out,
            );
        }
    }

    fn hold(&mut self, sequence: u32, payload: &[u8], length: usize, sight: Sight) {
        let Some(next) = self.next else { return };
        let ahead = distance(next, sequence);
        let at = self
            .held
            .partition_point(|held| distance(next, held.sequence) < ahead);
        let again = self
            .held
            .get(at)
            .is_some_and(|held| held.sequence == sequence && held.payload.len() >= payload.len());
        if again || length == 0 {
            return;
        }
        self.held_octets += payload.len();
        self.held.insert(
            at,
            Held {
                sequence,
                length,
                sight,
                payload: payload.into(),
            },
        );
    }

    /// Reads what is held and has its turn now.
    fn drain<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        let mut held = std::mem::take(&mut self.held);
        let mut taken = 0;
        for segment in &held {
            let Some(next) = self.next else { break };
            let ahead = distance(next, segment.sequence);
            if ahead > 0 {
                break;
            }
            taken += 1;
            self.held_octets -= segment.payload.len();
            let known = ahead.unsigned_abs() as usize;
            self.overlap(known, &segment.payload, segment.length, segment.sight, out);
        }
        held.drain(..taken);
        self.held = held;
        self.acknowledged = self
            .acknowledged
            .filter(|at| self.next.is_some_and(|next| distance(next, *at) > 0));
        if taken > 0 || self.held.is_empty() {
            self.gap.close();
        }
        if !self.held.is_empty() {
            self.gap.open(out.now.time);
        }
        if self.acknowledged.is_some() {
            self.gap.acknowledge(out.now.time);
        }
    }

    /// Gives up the first gap. Whether there was one.
    fn skip<S: Sink>(&mut self, out: &mut Out<'_, S>) -> bool {
        let Some(next) = self.next else { return false };
        let acknowledged = self.acknowledged.take().map(|at| distance(next, at));
        let held = self.held.first().map(|held| distance(next, held.sequence));
        let missing = match (acknowledged, held) {
            (Some(one), Some(other)) => one.min(other),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => 0,
        };
        self.gap.close();
        if missing <= 0 {
            return false;
        }
        self.framing.miss(missing.unsigned_abs() as usize, out);
        self.next = Some(next.wrapping_add(missing as u32));
        self.drain(out);
        true
    }
}
