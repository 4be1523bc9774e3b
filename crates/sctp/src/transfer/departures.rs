//! Messages on their way out: those that dcsctp has not got yet, and the octets it has and the peer did not acknowledge.
//! dcsctp tells neither number, so they are counted from the packets that pass.

use crate::{Message, SendError};
use std::collections::VecDeque;

/// The sending side of an association.
#[derive(Default)]
pub(crate) struct Departures {
    outbox: VecDeque<Message>,
    /// Octets of the outbox.
    waiting: usize,
    /// Octets that dcsctp has and the peer has not acknowledged.
    inside: usize,
    /// Octets of each chunk in flight, from `first` on.
    flight: VecDeque<u32>,
    /// The TSN of the first chunk in flight; of the next, if none is.
    first: u32,
    /// Whether `Full` was said and `Writable` was not.
    refused: bool,
}

impl Departures {
    /// The association is established. Messages for streams that the peer turned out not to have are given up.
    pub(super) fn begin(&mut self, tsn: u32, streams: u16) {
        self.first = tsn;
        self.outbox.retain(|message| message.stream < streams);
        self.waiting = self.outbox.iter().map(|message| message.payload.len()).sum();
    }

    pub(crate) fn room(&self, limit: usize) -> usize {
        limit.saturating_sub(self.waiting + self.inside)
    }

    pub(crate) fn push(&mut self, message: Message, limit: usize) -> Result<(), SendError> {
        if self.room(limit) < message.payload.len() {
            self.refused = true;
            return Err(SendError::Full);
        }
        self.waiting += message.payload.len();
        self.outbox.push_back(message);
        Ok(())
    }

    /// Messages for dcsctp, up to where the order changes.
    pub(super) fn take(&mut self) -> Option<(bool, Vec<dcsctp::api::Message>)> {
        let unordered = self.outbox.front()?.unordered;
        let run = self
            .outbox
            .iter()
            .take_while(|message| message.unordered == unordered)
            .count();
        let mut messages = Vec::with_capacity(run);
        for message in self.outbox.drain(..run) {
            self.waiting -= message.payload.len();
            self.inside += message.payload.len();
            messages.push(dcsctp::api::Message::new(
                dcsctp::api::StreamId(message.stream),
                dcsctp::api::PpId(message.ppid),
                message.payload,
            ));
        }
        Some((unordered, messages))
    }

    /// A DATA chunk left; whether for the first time.
    pub(super) fn sent(&mut self, tsn: u32, octets: usize) -> bool {
        let first_time = tsn == self.first.wrapping_add(self.flight.len() as u32);
        if first_time {
            self.flight.push_back(octets as u32);
        }
        first_time
    }

    /// The peer has everything up to this TSN.
    pub(super) fn acknowledged(&mut self, cumulative: u32) {
        let count = cumulative.wrapping_sub(self.first).wrapping_add(1) as usize;
        if count > self.flight.len() {
            return;
        }
        self.inside -= self
            .flight
            .drain(..count)
            .map(|octets| octets as usize)
            .sum::<usize>();
        self.first = cumulative.wrapping_add(1);
    }

    /// Whether everything was acknowledged.
    pub(super) fn is_drained(&self) -> bool {
        self.outbox.is_empty() && self.inside == 0
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Whether to say `Writable` now: at half, so that it is not said for every octet.
    pub(super) fn became_writable(&mut self, limit: usize) -> bool {
        let writable = self.refused && self.room(limit) >= limit / 2;
        if writable {
            self.refused = false;
        }
        writable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(octets: usize, unordered: bool) -> Message {
        Message {
            stream: 0,
            ppid: 0,
            unordered,
            payload: vec![0; octets],
        }
    }

    #[test]
    fn octets_are_counted_until_they_are_acknowledged() {
        let mut departures = Departures::default();
        departures.begin(u32::MAX, 1);
        assert_eq!(departures.push(message(60, false), 100), Ok(()));
        assert_eq!(departures.push(message(41, false), 100), Err(SendError::Full));
        assert_eq!(departures.push(message(40, true), 100), Ok(()));
        assert_eq!(
            departures.take().map(|(unordered, run)| (unordered, run.len())),
            Some((false, 1))
        );
        assert_eq!(
            departures.take().map(|(unordered, run)| (unordered, run.len())),
            Some((true, 1))
        );
        assert!(departures.sent(u32::MAX, 60));
        assert!(!departures.sent(u32::MAX, 60), "a retransmission");
        assert!(departures.sent(0, 40));
        departures.acknowledged(7);
        assert_eq!(departures.room(100), 0, "an acknowledgement of what was not sent");
        assert!(!departures.became_writable(100));
        departures.acknowledged(u32::MAX);
        assert_eq!(departures.room(100), 60);
        assert!(departures.became_writable(100));
        assert!(!departures.became_writable(100), "once");
        departures.acknowledged(0);
        assert!(departures.is_drained());
    }
}
