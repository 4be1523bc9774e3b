//! RLC of the signalling radio bearers in NR (TS 38.322): acknowledged mode, 12-bit sequence numbers (TS 38.331 9.2.1).
//!
//! ```text
//!  AMD PDU  D/C P SI SN        data      a whole SDU, or its first segment
//!  AMD PDU  D/C P SI SN SO SO  data      another segment, from octet SO of the SDU on
//! ```
//!
//! A sequence number is one SDU's. As with LTE there is no window to wait for: an SDU is handed on as soon as all of it
//! was seen. The last ones are remembered by their numbers, so that a retransmission is not taken for a message again; the
//! same number with other contents means that the entity began anew, and what was remembered is then forgotten.
//!
//! Transparent mode (CCCH) needs nothing: the MAC SDU is the message. Status PDUs carry none.

use crate::tally::NotDecoded;
use crate::ue::Bearer;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most SDUs remembered. A retransmission that comes later than this is taken for new.
pub(super) const MAX_REMEMBERED: usize = 64;

/// The most octets of an SDU: 9000 of RRC (TS 38.323 4.3.1), the PDCP header and MAC-I.
pub(super) const MAX_MESSAGE: usize = 9_000 + 2 + 4;

/// The most octets of segments kept; the oldest SDU's go first. Two of the longest: more are not open at once.
pub(super) const MAX_OPEN: usize = 2 * MAX_MESSAGE;

/// The most segments of one SDU kept.
pub(super) const MAX_SEGMENTS: usize = 64;

/// Takes what an entity finds: a message, or why there is none.
type Out<'o> = &'o mut dyn FnMut(Result<&[u8], NotDecoded>);

/// Receiving side of one direction of a bearer.
#[derive(Debug, Default)]
pub(super) struct Entity {
    slots: VecDeque<Slot>,
    /// Octets in the slots' segments.
    open: usize,
}

/// An SDU remembered.
#[derive(Debug)]
struct Slot {
    sequence_number: u16,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Handed on: the digest of its octets.
    Whole(u64),
    Segments(Vec<Segment>),
}

#[derive(Debug)]
struct Segment {
    offset: usize,
    octets: Box<[u8]>,
    is_last: bool,
}

/// What a PDU of acknowledged mode says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AmdPdu<'a> {
    sequence_number: u16,
    /// Where the data begins in the SDU.
    offset: usize,
    /// Whether the SDU ends with it.
    is_last: bool,
    data: &'a [u8],
}

impl<'a> AmdPdu<'a> {
    /// Reads the header. `None` for a control PDU.
    fn read(pdu: &'a [u8]) -> Result<Option<Self>, NotDecoded> {
        let [first, second, rest @ ..] = pdu else {
            return Err(NotDecoded::Rlc);
        };
        if first & 0x80 == 0 {
            return Ok(None);
        }
        let sequence_number = u16::from(first & 0x0f) << 8 | u16::from(*second);
        // Segmentation information: whole, first, last, in between.
        let (offset, is_last, data) = match (first >> 4 & 0x03, rest) {
            (0, _) => (0, true, rest),
            (1, _) => (0, false, rest),
            (kind, [high, low, data @ ..]) => {
                let offset = usize::from(u16::from_be_bytes([*high, *low]));
                if offset == 0 {
                    return Err(NotDecoded::Rlc);
                }
                (offset, kind == 2, data)
            }
            _ => return Err(NotDecoded::Rlc),
        };
        if data.is_empty() {
            return Err(NotDecoded::Rlc);
        }
        Ok(Some(Self {
            sequence_number,
            offset,
            is_last,
            data,
        }))
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
    pub(super) fn receive(&mut self, pdu: &[u8], out: Out<'_>) {
        match AmdPdu::read(pdu) {
            Ok(None) => {}
            Err(fault) => out(Err(fault)),
            Ok(Some(pdu)) if pdu.offset == 0 && pdu.is_last => self.whole(pdu.sequence_number, pdu.data, out),
            Ok(Some(pdu)) => self.segment(&pdu, out),
        }
    }

    fn position(&self, sequence_number: u16) -> Option<usize> {
        // The one asked for is mostly the latest or the one before it.
        self.slots
            .iter()
            .rposition(|slot| slot.sequence_number == sequence_number)
    }

    /// Hands on an SDU, unless it was handed on before.
    fn whole(&mut self, sequence_number: u16, sdu: &[u8], out: Out<'_>) {
        let digest = digest(sdu);
        if let Some(position) = self.position(sequence_number) {
            match self.slots[position].state {
                State::Whole(seen) if seen == digest => return out(Err(NotDecoded::RlcRepeated)),
                State::Whole(_) => {
                    for _ in 0..self.restart() {
                        out(Err(NotDecoded::RlcIncomplete));
                    }
                }
                // Better than its segments.
                State::Segments(_) => self.remove(position),
            }
        }
        let state = State::Whole(digest);
        self.remember(
            Slot {
                sequence_number,
                state,
            },
            out,
        );
        out(Ok(sdu));
    }

    fn segment(&mut self, pdu: &AmdPdu<'_>, out: Out<'_>) {
        let mut segments = Vec::new();
        if let Some(position) = self.position(pdu.sequence_number) {
            match &mut self.slots[position].state {
                State::Segments(seen) if !seen.iter().any(|segment| segment.covers(pdu)) => {
                    segments = std::mem::take(seen);
                    self.open -= octets(&segments);
                    self.remove(position);
                }
                _ => return out(Err(NotDecoded::RlcRepeated)),
            }
        }
        if segments.len() == MAX_SEGMENTS || pdu.offset + pdu.data.len() > MAX_MESSAGE {
            // Not what a sender does. The segments before it are forgotten with it.
            return out(Err(NotDecoded::Rlc));
        }
        segments.push(Segment {
            offset: pdu.offset,
            octets: pdu.data.into(),
            is_last: pdu.is_last,
        });
        if let Some(sdu) = assembled(&mut segments) {
            return self.whole(pdu.sequence_number, &sdu, out);
        }
        let slot = Slot {
            sequence_number: pdu.sequence_number,
            state: State::Segments(segments),
        };
        self.remember(slot, out);
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
}

impl Slot {
    fn octets(&self) -> usize {
        match &self.state {
            State::Whole(_) => 0,
            State::Segments(segments) => octets(segments),
        }
    }
}

impl Segment {
    fn covers(&self, pdu: &AmdPdu<'_>) -> bool {
        let end = self.offset + self.octets.len();
        self.offset <= pdu.offset && pdu.offset + pdu.data.len() <= end && (self.is_last || !pdu.is_last)
    }
}

fn octets(segments: &[Segment]) -> usize {
    segments.iter().map(|segment| segment.octets.len()).sum()
}

/// The SDU, if its segments, which may overlap, leave no gap.
fn assembled(segments: &mut [Segment]) -> Option<Vec<u8>> {
    segments.sort_by_key(|segment| segment.offset);
    let end = segments
        .iter()
        .find(|segment| segment.is_last)
        .map(|segment| segment.offset + segment.octets.len())?;
    let mut sdu = Vec::with_capacity(end);
    for segment in segments.iter() {
        if segment.offset > sdu.len() {
            return None;
        }
        if let Some(more) = segment.octets.get(sdu.len() - segment.offset..) {
            sdu.extend_from_slice(more);
        }
    }
    (sdu.len() == end).then_some(sdu)
}

fn digest(sdu: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    sdu.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
