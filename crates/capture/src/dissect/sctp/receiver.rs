//! One direction of an association: DATA chunks put into the order of their TSNs, each once.
//!
//! ```text
//!      holes: given up            next           held: came early
//!  ──┬────────┬──────────────────┬┄┄┄┄┄┄┄┄┄┄┄┄┬──────┬┄┄┄┬────┬──► TSN
//!    │ late ─►│  again: dropped  │  the gap   │      │   │    │
//! ```
//!
//! A gap is closed by the chunk that fills it, or given up: when too much is held, when the receiver has acknowledged
//! it or time has passed ([`Gap`]), when the association ends. What was given up and comes after all is delivered late.

use super::chunk::{Data, FLAG_BEGIN, FLAG_END, FLAG_UNORDERED};
use super::message::{Messages, Out};
use crate::dissect::span::Sight;
use crate::dissect::waiting::Gap;
use crate::{Sink, Timestamp};

/// Chunks that may be held behind a gap: more than any window of S1AP or Diameter has outstanding.
const MAX_HELD: usize = 256;

/// Octets that may be held behind a gap: twice the receive window Linux announces.
const MAX_HELD_OCTETS: usize = 256 * 1024;

/// How far a TSN may be from the expected one and still belong to the same numbering. Nobody has so much outstanding; a
/// generator of packets that numbers them at random is followed instead of losing half of them.
const MAX_JUMP: u32 = 1 << 20;

/// TSNs before the first one seen that are delivered if they come later.
const EARLIER: u32 = 64;

/// Gaps that were given up and may still be filled.
const MAX_HOLES: usize = 32;

/// A chunk that came before its turn.
#[derive(Debug)]
struct Held {
    tsn: u32,
    /// Delivered already: it has no place in any order.
    done: bool,
    flags: u8,
    stream: u16,
    message: Option<u32>,
    ppid: u32,
    cut: bool,
    sight: Sight,
    payload: Box<[u8]>,
}

impl Held {
    fn data(&self) -> Data<'_> {
        Data {
            tsn: self.tsn,
            flags: self.flags,
            stream: self.stream,
            message: self.message,
            ppid: self.ppid,
            payload: &self.payload,
            cut: self.cut,
        }
    }
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Receiver {
    next: Option<u32>,
    messages: Messages,
    /// In the order of their TSNs, all behind `next`.
    held: Vec<Held>,
    held_octets: usize,
    /// First and last TSN of each.
    holes: Vec<(u32, u32)>,
    gap: Gap,
    /// The highest TSN the receiver has acknowledged of what was never seen.
    acknowledged: Option<u32>,
}

fn distance(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from) as i32)
}

impl Receiver {
    /// The TSN that comes next is known: from INIT, INIT ACK.
    pub(super) fn begin(&mut self, tsn: u32) {
        self.next = Some(tsn);
    }

    /// Whether any DATA was seen, or at least expected and missed.
    pub(super) fn has_moved(&self, initial: u32) -> bool {
        self.next.is_some_and(|next| next != initial) || !self.held.is_empty()
    }

    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        self.held_octets + self.messages.octets()
    }

    /// Whether it waits for what may never come.
    pub(super) fn gap(&self) -> &Gap {
        &self.gap
    }

    /// A chunk.
    #[inline]
    pub(super) fn data<S: Sink>(
        &mut self,
        data: &Data<'_>,
        sight: Sight,
        now: Timestamp,
        out: &mut Out<'_, S>,
    ) {
        if self.next == Some(data.tsn) && !self.gap.is_open() {
            self.next = Some(data.tsn.wrapping_add(1));
            self.messages.take(data, sight, out);
            return;
        }
        let Some(next) = self.next else {
            self.holes
                .push((data.tsn.wrapping_sub(EARLIER), data.tsn.wrapping_sub(1)));
            self.next = Some(data.tsn.wrapping_add(1));
            self.messages.take(data, sight, out);
            return;
        };
        let ahead = distance(next, data.tsn);
        if ahead.unsigned_abs() > u64::from(MAX_JUMP) && !self.in_hole(data.tsn) {
            self.flush(out);
            out.lost();
            self.messages.give_up();
            self.holes.clear();
            self.next = Some(data.tsn.wrapping_add(1));
            self.messages.take(data, sight, out);
        } else if ahead == 0 {
            self.next = Some(data.tsn.wrapping_add(1));
            self.messages.take(data, sight, out);
            self.drain(out);
        } else if ahead > 0 {
            self.hold(data, sight, now, out);
        } else {
            self.late(data, sight, out);
        }
    }

    /// A chunk whose TSN says nothing.
    pub(super) fn unnumbered<S: Sink>(&mut self, data: &Data<'_>, sight: Sight, out: &mut Out<'_, S>) {
        self.messages.take(data, sight, out);
    }

    /// The receiver has every TSN up to this one.
    #[inline]
    pub(super) fn acknowledge(&mut self, cumulative: u32, now: Timestamp) {
        let Some(next) = self.next else { return };
        let ahead = distance(next, cumulative);
        if (0..i64::from(MAX_JUMP)).contains(&ahead) {
            self.gap.acknowledge(now);
            if self
                .acknowledged
                .is_none_or(|before| distance(before, cumulative) > 0)
            {
                self.acknowledged = Some(cumulative);
            }
        }
    }

    /// The sender gives up what it has sent up to this TSN: it is missing on the wire, not only here.
    pub(super) fn forward<S: Sink>(&mut self, cumulative: u32, out: &mut Out<'_, S>) {
        let Some(next) = self.next else { return };
        if !(0..i64::from(MAX_JUMP)).contains(&distance(next, cumulative)) {
            return;
        }
        self.messages.give_up();
        while let Some(first) = self.held.first() {
            let tsn = first.tsn;
            if distance(tsn, cumulative) < 0 {
                break;
            }
            self.next = Some(tsn);
            self.drain(out);
        }
        if self.next.is_some_and(|next| distance(next, cumulative) >= 0) {
            self.next = Some(cumulative.wrapping_add(1));
        }
        self.drain(out);
    }

    /// Gives up what has been waited for long enough. Whether it still waits.
    pub(super) fn sweep<S: Sink>(&mut self, now: Timestamp, out: &mut Out<'_, S>) -> bool {
        while self.gap.is_over(now) && self.skip(out) {}
        self.gap.is_open()
    }

    /// Nothing more will come: everything held is delivered.
    pub(super) fn flush<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        while self.gap.is_open() && self.skip(out) {}
        if self.messages.octets() > 0 {
            self.messages.give_up();
            out.lost();
        }
    }

    /// Gives up the first gap. Whether there was one.
    fn skip<S: Sink>(&mut self, out: &mut Out<'_, S>) -> bool {
        let Some(next) = self.next else { return false };
        let acknowledged = self
            .acknowledged
            .take()
            .filter(|tsn| distance(next, *tsn) >= 0)
            .map(|tsn| tsn.wrapping_add(1));
        let held = self.held.first().map(|held| held.tsn);
        let to = match (acknowledged, held) {
            (Some(one), Some(other)) if distance(one, other) > 0 => one,
            (Some(_), Some(other)) => other,
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => {
                self.gap.close();
                return false;
            }
        };
        if self.holes.len() == MAX_HOLES {
            self.holes.remove(0);
        }
        self.holes.push((next, to.wrapping_sub(1)));
        self.messages.give_up();
        out.lost();
        self.gap.close();
        self.next = Some(to);
        self.drain(out);
        true
    }

    /// Delivers what is held and has its turn now.
    fn drain<S: Sink>(&mut self, out: &mut Out<'_, S>) {
        let Some(mut next) = self.next else { return };
        let mut taken = 0;
        for held in &self.held {
            if distance(next, held.tsn) > 0 {
                break;
            }
            taken += 1;
            self.held_octets -= held.payload.len();
            if held.tsn == next {
                next = next.wrapping_add(1);
                if !held.done {
                    self.messages.take(&held.data(), held.sight, out);
                }
            }
        }
        self.held.drain(..taken);
        self.next = Some(next);
        let acknowledged = self.acknowledged.is_some_and(|tsn| distance(next, tsn) >= 0);
        if !acknowledged {
            self.acknowledged = None;
        }
        if self.held.is_empty() && !acknowledged {
            self.gap.close();
        } else if taken > 0 {
            // The next gap is another one: it has its own time.
            self.gap.close();
            self.gap.open(out.now.time);
            if acknowledged {
                self.gap.acknowledge(out.now.time);
            }
        } else {
            self.gap.open(out.now.time);
        }
    }

    fn hold<S: Sink>(&mut self, data: &Data<'_>, sight: Sight, now: Timestamp, out: &mut Out<'_, S>) {
        let Some(next) = self.next else { return };
        let ahead = distance(next, data.tsn);
        let Err(at) = self
            .held
            .binary_search_by_key(&ahead, |held| distance(next, held.tsn))
        else {
            return;
        };
        let whole = data.flags & (FLAG_BEGIN | FLAG_END) == FLAG_BEGIN | FLAG_END && !data.cut;
        let done = whole && data.flags & FLAG_UNORDERED != 0;
        if done {
            self.messages.take(data, sight, out);
        }
        let payload: Box<[u8]> = if done { Box::default() } else { data.payload.into() };
        self.held_octets += payload.len();
        self.held.insert(
            at,
            Held {
                tsn: data.tsn,
                done,
                flags: data.flags,
                stream: data.stream,
                message: data.message,
                ppid: data.ppid,
                cut: data.cut,
                sight,
                payload,
            },
        );
        self.gap.open(now);
        while self.held.len() > MAX_HELD || self.held_octets > MAX_HELD_OCTETS {
            if !self.skip(out) {
                break;
            }
        }
    }

    fn in_hole(&self, tsn: u32) -> bool {
        self.hole(tsn).is_some()
    }

    fn hole(&self, tsn: u32) -> Option<usize> {
        self.holes
            .iter()
            .position(|(first, last)| distance(*first, tsn) >= 0 && distance(tsn, *last) >= 0)
    }

    /// A chunk that was delivered, or one that was given up.
    fn late<S: Sink>(&mut self, data: &Data<'_>, sight: Sight, out: &mut Out<'_, S>) {
        let Some(at) = self.hole(data.tsn) else { return };
        let (first, last) = self.holes.swap_remove(at);
        if distance(first, data.tsn) > 0 {
            self.holes.push((first, data.tsn.wrapping_sub(1)));
        }
        if distance(data.tsn, last) > 0 && self.holes.len() < MAX_HOLES {
            self.holes.push((data.tsn.wrapping_add(1), last));
        }
        let whole = data.flags & (FLAG_BEGIN | FLAG_END) == FLAG_BEGIN | FLAG_END;
        // The rest of a message in pieces was given up with it.
        if whole && !data.cut {
            self.messages.take(data, sight, out);
        }
    }
}
