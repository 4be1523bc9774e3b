//! One direction of one signalling radio bearer: messages put together from the pieces in its PDUs.
//!
//! ```text
//!  PDU n:    …tail of A │ B │ head of C…      B is handed on at once
//!  PDU n+1:  …middle of C…
//!  PDU n+2:  …tail of C │ D                    C and D are handed on
//! ```
//!
//! The last PDUs are remembered by sequence number: for their open pieces, and so that a retransmission is not taken for
//! a message again. The same sequence number with other contents means that the entity began anew (re-establishment, or
//! another UE under the same C-RNTI): what was remembered is then forgotten.

use super::segments::{Piece, assembled, lengths, segment_boundaries};
use super::{AmdPdu, SEQUENCE_NUMBERS};
use crate::tally::NotDecoded;
use crate::ue::Bearer;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most PDUs remembered. A sender may have half the sequence numbers in flight, yet on a signalling radio bearer it
/// waits after a few; a retransmission that comes later than this is taken for new.
pub(crate) const MAX_REMEMBERED: usize = 64;

/// The most octets of a message: 8188 of RRC (TS 36.323 4.3.1), the PDCP header and MAC-I.
pub(crate) const MAX_MESSAGE: usize = 8188 + 1 + 4;

/// The most octets of open pieces kept; the oldest go first. Two of the longest messages: more are not open at once.
pub(crate) const MAX_OPEN: usize = 2 * MAX_MESSAGE;

/// The most segments of one PDU kept.
pub(crate) const MAX_SEGMENTS: usize = 64;

/// Takes what an entity finds: a message, or why there is none.
type Out<'o> = &'o mut dyn FnMut(Result<&[u8], NotDecoded>);

/// Receiving side of one direction of a bearer.
#[derive(Debug, Default)]
pub(crate) struct Entity {
    slots: VecDeque<Slot>,
    /// Octets in the slots' pieces and segments.
    open: usize,
}

/// A PDU remembered.
#[derive(Debug)]
struct Slot {
    sequence_number: u16,
    state: State,
}

#[derive(Debug)]
enum State {
    Whole(Whole),
    /// Sent again in segments, before it was seen in one.
    Segments(Vec<Piece>),
}

/// What is kept of a PDU that was seen whole.
#[derive(Debug)]
struct Whole {
    /// Of its data and how it is divided.
    digest: u64,
    open: Open,
}

/// Pieces of a PDU whose message goes on in another.
#[derive(Debug, Default)]
struct Open {
    /// Ends a message that began before.
    tail: Option<Box<[u8]>>,
    /// Begins a message that goes on behind.
    head: Option<Box<[u8]>>,
    /// The whole PDU, within a message.
    middle: Option<Box<[u8]>>,
}

impl Open {
    fn len(&self) -> usize {
        [&self.tail, &self.head, &self.middle]
            .into_iter()
            .flatten()
            .map(|piece| piece.len())
            .sum()
    }
}

impl Bearer for Entity {
    fn restart(&mut self) -> usize {
        let open = self.slots.iter().filter(|slot| slot.octets() > 0).count();
        self.slots.clear();
        self.open = 0;
        open
    }
}

impl Entity {
    /// Takes in a PDU.
    pub(crate) fn receive(&mut self, pdu: &[u8], out: Out<'_>) {
        match AmdPdu::read(pdu) {
            Ok(None) => {}
            Err(fault) => out(Err(fault)),
            Ok(Some(pdu)) if pdu.segment.is_some() => self.segment(&pdu, out),
            Ok(Some(pdu)) => self.whole(&pdu, out),
        }
    }

    fn position(&self, sequence_number: u16) -> Option<usize> {
        // The one asked for is mostly the latest or the one before it.
        self.slots
            .iter()
            .rposition(|slot| slot.sequence_number == sequence_number)
    }

    fn whole(&mut self, pdu: &AmdPdu<'_>, out: Out<'_>) {
        let digest = digest(pdu.begins, pdu.ends, pdu.lengths(), pdu.data);
        let position = self.position(pdu.sequence_number);
        if let Some(position) = position {
            match &self.slots[position].state {
                State::Whole(whole) if whole.digest == digest => return out(Err(NotDecoded::RlcRepeated)),
                State::Whole(_) => {
                    for _ in 0..self.restart() {
                        out(Err(NotDecoded::RlcIncomplete));
                    }
                }
                // Better than its segments.
                State::Segments(_) => self.remove(position),
            }
        }
        let mut boundaries = Vec::with_capacity(pdu.lengths().len() + 2);
        let mut at = 0;
        for length in pdu.lengths() {
            at += usize::from(*length);
            boundaries.push(at);
        }
        self.divide(
            pdu.sequence_number,
            digest,
            pdu.data,
            (pdu.begins, pdu.ends),
            &boundaries,
            out,
        );
    }

    /// Hands on the messages of a PDU's data, divided at `boundaries` (its own ends not among them), and remembers the
    /// pieces at its ends.
    fn divide(
        &mut self,
        sequence_number: u16,
        digest: u64,
        data: &[u8],
        (begins, ends): (bool, bool),
        boundaries: &[usize],
        out: Out<'_>,
    ) {
        let mut open = Open::default();
        let mut start = 0;
        let last = boundaries.len();
        let mut whole = Vec::new();
        for (index, end) in boundaries.iter().copied().chain([data.len()]).enumerate() {
            let piece = &data[start..end];
            start = end;
            match (index > 0 || begins, index < last || ends) {
                (true, true) => whole.push(piece),
                (true, false) => open.head = Some(piece.into()),
                (false, true) => open.tail = Some(piece.into()),
                (false, false) => open.middle = Some(piece.into()),
            }
        }
        let (has_tail, is_open) = (open.tail.is_some() || open.middle.is_some(), open.head.is_some());
        self.remember(
            Slot {
                sequence_number,
                state: State::Whole(Whole { digest, open }),
            },
            out,
        );
        // In the order in which they were sent.
        if has_tail {
            self.join(sequence_number, out);
        }
        for message in whole {
            out(Ok(message));
        }
        if is_open {
            self.join(sequence_number.wrapping_add(1) % SEQUENCE_NUMBERS, out);
        }
    }

    fn remember(&mut self, slot: Slot, out: Out<'_>) {
        self.open += slot.octets();
        self.slots.push_back(slot);
        while self.slots.len() > MAX_REMEMBERED || self.open > MAX_OPEN {
            if self.slots.front().is_some_and(|slot| slot.octets() > 0) {
                out(Err(NotDecoded::RlcIncomplete));
            }
            self.remove(0);
        }
    }

    fn remove(&mut self, position: usize) {
        if let Some(slot) = self.slots.remove(position) {
            self.open -= slot.octets();
        }
    }

    fn whole_at(&self, sequence_number: u16) -> Option<(usize, &Open)> {
        let position = self.position(sequence_number)?;
        match &self.slots[position].state {
            State::Whole(whole) => Some((position, &whole.open)),
            State::Segments(_) => None,
        }
    }

    /// Hands on the message that reaches from an earlier PDU into this one, if all of it is there.
    fn join(&mut self, sequence_number: u16, out: Out<'_>) {
        // Back to where it begins.
        let mut first = before(sequence_number);
        loop {
            match self.whole_at(first) {
                Some((_, open)) if open.head.is_some() => break,
                Some((_, open)) if open.middle.is_some() => first = before(first),
                _ => return,
            }
        }
        let mut message = Vec::new();
        let mut number = first;
        let mut used = Vec::new();
        // Every step is another of the PDUs remembered, and those are fewer than there are sequence numbers: this ends.
        loop {
            let Some((position, open)) = self.whole_at(number) else {
                return;
            };
            let is_end = number != first && open.tail.is_some();
            let piece = match (number == first, is_end) {
                (true, _) => &open.head,
                (false, true) => &open.tail,
                (false, false) => &open.middle,
            };
            let Some(piece) = piece else { return };
            message.extend_from_slice(piece);
            used.push(position);
            if is_end {
                break;
            }
            number = (number + 1) % SEQUENCE_NUMBERS;
        }
        for (index, position) in used.iter().enumerate() {
            self.take(*position, index == 0, index + 1 == used.len());
        }
        if message.len() > MAX_MESSAGE {
            return out(Err(NotDecoded::Rlc));
        }
        out(Ok(&message));
    }

    /// Drops a piece that was used.
    fn take(&mut self, position: usize, is_first: bool, is_last: bool) {
        let State::Whole(whole) = &mut self.slots[position].state else {
            return;
        };
        let piece = match (is_first, is_last) {
            (true, _) => whole.open.head.take(),
            (false, true) => whole.open.tail.take(),
            (false, false) => whole.open.middle.take(),
        };
        self.open -= piece.map_or(0, |piece| piece.len());
    }

    fn segment(&mut self, pdu: &AmdPdu<'_>, out: Out<'_>) {
        let Some(segment) = pdu.segment else { return };
        let offset = usize::from(segment.offset);
        let position = self.position(pdu.sequence_number);
        let mut pieces = Vec::new();
        if let Some(position) = position {
            match &mut self.slots[position].state {
                State::Segments(seen) if !seen.iter().any(|piece| piece.covers(offset, pdu.data.len())) => {
                    pieces = std::mem::take(seen);
                    self.open -= pieces.iter().map(|piece| piece.octets.len()).sum::<usize>();
                    self.remove(position);
                }
                _ => return out(Err(NotDecoded::RlcRepeated)),
            }
        }
        if pieces.len() == MAX_SEGMENTS || offset + pdu.data.len() > MAX_OPEN {
            // Not what a sender does. The segments before it are forgotten with it.
            return out(Err(NotDecoded::Rlc));
        }
        pieces.push(Piece {
            offset,
            octets: pdu.data.into(),
            boundaries: segment_boundaries(pdu, offset),
            is_last: segment.is_last,
        });
        match assembled(&mut pieces) {
            None => {
                let slot = Slot {
                    sequence_number: pdu.sequence_number,
                    state: State::Segments(pieces),
                };
                self.remember(slot, out);
            }
            Some((data, boundaries)) => {
                let ends = (
                    boundaries.first() == Some(&0),
                    boundaries.last() == Some(&data.len()),
                );
                let inner: Vec<usize> = boundaries
                    .into_iter()
                    .filter(|at| *at > 0 && *at < data.len())
                    .collect();
                let lengths = lengths(&inner);
                let digest = digest(ends.0, ends.1, &lengths, &data);
                self.divide(pdu.sequence_number, digest, &data, ends, &inner, out);
            }
        }
    }
}

impl Slot {
    fn octets(&self) -> usize {
        match &self.state {
            State::Whole(whole) => whole.open.len(),
            State::Segments(pieces) => pieces.iter().map(|piece| piece.octets.len()).sum(),
        }
    }
}

const fn before(sequence_number: u16) -> u16 {
    (sequence_number + SEQUENCE_NUMBERS - 1) % SEQUENCE_NUMBERS
}

/// Of what is the same in every transmission of a PDU: the polling bit is not.
fn digest(begins: bool, ends: bool, lengths: &[u16], data: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (begins, ends, lengths, data).hash(&mut hasher);
    hasher.finish()
}
