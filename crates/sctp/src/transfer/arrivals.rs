//! DATA that arrived and is not delivered yet.
//!
//! dcsctp writes every packet it sees as hexadecimal text before it asks whether anyone wants the text; that costs four
//! times what all its other work costs. So it is not shown what it need not see: in each DATA chunk it gets the TSN in
//! place of the payload, and the payloads stay here until it says in which order they make up a message. The limits on
//! what waits, and the a_rwnd that tells the peer, are therefore ours.

use std::collections::{HashMap, HashSet};

/// The farthest that a TSN may be ahead of the last one without a gap before it: the window full of small chunks, and
/// few enough that a peer which sends one octet each cannot make us keep long lists.
const MAX_AHEAD: u32 = 8192;

/// Chunks that are kept at one time, so that a peer gains nothing by sending small ones.
const MAX_HELD: usize = 2 * MAX_AHEAD as usize;

/// What becomes of a DATA chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is kept, or was before: dcsctp acknowledges it.
    Acknowledge,
    /// There is no room: the peer sends it again.
    Ignore,
    /// There never will be room, since fragments of one message fill the window.
    Exhausted,
}

struct Held {
    payload: Vec<u8>,
    unordered: bool,
}

/// The receiving side of an association.
pub(super) struct Arrivals {
    /// The last TSN before the first gap.
    cumulative: u32,
    /// TSNs beyond the gap.
    ahead: HashSet<u32>,
    held: HashMap<u32, Held>,
    octets: usize,
    window: usize,
}

impl Arrivals {
    pub(super) fn new(first_tsn: u32, window: usize) -> Self {
        Self {
            cumulative: first_tsn.wrapping_sub(1),
            ahead: HashSet::new(),
            held: HashMap::new(),
            octets: 0,
            window,
        }
    }

    pub(super) fn cumulative(&self) -> u32 {
        self.cumulative
    }

    /// Whether something is missing.
    pub(super) fn has_gaps(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// The a_rwnd.
    pub(super) fn window(&self) -> u32 {
        u32::try_from(self.window.saturating_sub(self.octets)).unwrap_or(u32::MAX)
    }

    pub(super) fn accept(&mut self, tsn: u32, unordered: bool, payload: &[u8]) -> Verdict {
        let distance = tsn.wrapping_sub(self.cumulative);
        if distance == 0 || distance > u32::MAX / 2 || self.ahead.contains(&tsn) {
            // What lies half the number space behind is no duplicate but noise; dcsctp would refuse it.
            return if self.cumulative.wrapping_sub(tsn) <= MAX_AHEAD || distance <= MAX_AHEAD {
                Verdict::Acknowledge
            } else {
                Verdict::Ignore
            };
        }
        if distance == 1 {
            // The one that is missing is taken beyond the window, since nothing goes on without it.
            if self.octets + payload.len() > 2 * self.window || self.held.len() >= MAX_HELD {
                return Verdict::Exhausted;
            }
        } else if distance > MAX_AHEAD
            || self.octets + payload.len() > self.window
            || self.held.len() >= MAX_AHEAD as usize
        {
            return Verdict::Ignore;
        }
        self.octets += payload.len();
        let payload = payload.to_vec();
        self.held.insert(tsn, Held { payload, unordered });
        if distance == 1 {
            self.cumulative = tsn;
            while !self.ahead.is_empty() && self.ahead.remove(&self.cumulative.wrapping_add(1)) {
                self.cumulative = self.cumulative.wrapping_add(1);
            }
        } else {
            self.ahead.insert(tsn);
        }
        Verdict::Acknowledge
    }

    /// The payload of a message and whether it is unordered, from what dcsctp put together.
    pub(super) fn redeem(&mut self, tokens: &[u8]) -> (Vec<u8>, bool) {
        let mut whole = (Vec::new(), false);
        for token in tokens.as_chunks::<4>().0 {
            let Some(held) = self.held.remove(&u32::from_be_bytes(*token)) else {
                continue;
            };
            self.octets -= held.payload.len();
            if whole.0.is_empty() {
                whole = (held.payload, held.unordered);
            } else {
                whole.0.extend(held.payload);
            }
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tsns: &[u32]) -> Vec<u8> {
        tsns.iter().flat_map(|tsn| tsn.to_be_bytes()).collect()
    }

    #[test]
    fn tsns_wrap_and_gaps_close() {
        let mut arrivals = Arrivals::new(u32::MAX, 100);
        for tsn in [1, u32::MAX, 2, 0] {
            assert_eq!(arrivals.accept(tsn, false, &[tsn as u8]), Verdict::Acknowledge);
        }
        assert_eq!(arrivals.cumulative(), 2);
        assert!(!arrivals.has_gaps());
        assert_eq!(arrivals.window(), 96);
        assert_eq!(
            arrivals.redeem(&tokens(&[u32::MAX, 0, 1, 2])),
            (vec![255, 0, 1, 2], false)
        );
        assert_eq!(arrivals.window(), 100);
    }

    #[test]
    fn a_duplicate_is_kept_once() {
        let mut arrivals = Arrivals::new(1, 100);
        for _ in 0..3 {
            assert_eq!(arrivals.accept(1, true, b"one"), Verdict::Acknowledge);
            assert_eq!(arrivals.accept(3, true, b"three"), Verdict::Acknowledge);
        }
        assert_eq!(arrivals.window(), 92);
        assert_eq!(arrivals.redeem(&tokens(&[1])), (b"one".to_vec(), true));
        assert_eq!(arrivals.accept(1, true, b"one"), Verdict::Acknowledge);
        assert_eq!(arrivals.window(), 95, "what was delivered is not kept again");
    }

    #[test]
    fn the_window_holds_but_for_what_closes_the_gap() {
        let mut arrivals = Arrivals::new(1, 100);
        assert_eq!(arrivals.accept(2, false, &[0; 100]), Verdict::Acknowledge);
        assert_eq!(arrivals.accept(3, false, &[0]), Verdict::Ignore);
        assert_eq!(arrivals.accept(2 + MAX_AHEAD, false, &[]), Verdict::Ignore);
        assert_eq!(arrivals.accept(1, false, &[0; 100]), Verdict::Acknowledge);
        assert_eq!(arrivals.accept(3, false, &[0]), Verdict::Exhausted);
        assert_eq!(arrivals.window(), 0);
    }
}
