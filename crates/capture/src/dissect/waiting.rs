//! Who waits for octets that may never come, and when to stop waiting.
//!
//! Time is the capture's own. Frames a little out of order do not set it back; the next file may, which begins when it
//! likes. Flows with a gap are looked through at most once in [`SWEEP_NS`], so that a capture with thousands of gaps does
//! not pay for them at every packet.

use super::slots::Slot;
use crate::Timestamp;

/// How long a gap is waited for. Above the retransmission timeouts a live peer needs (SCTP starts at 3 s and doubles,
/// RFC 9260 16; TCP at 1 s, RFC 6298): what was lost before the tap comes again within it.
pub(super) const GAP_NS: i64 = 10_000_000_000;

/// How long a gap is waited for once the receiver has acknowledged it: it was on the wire and not captured, unless
/// captures of several points stand out of order by this little.
pub(super) const ACKNOWLEDGED_NS: i64 = 50_000_000;

/// How often those who wait are looked through.
const SWEEP_NS: i64 = 20_000_000;

/// Entries at which those who wait are looked through whatever the time, which may stand still: twice as many as can live
/// in a table, the others having left it, so that a look always makes room for as many again.
const MAX_WAITING: usize = 262_144;

/// Since when a direction waits, and since when it knows that the receiver does not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    since: Option<Timestamp>,
    acknowledged: Option<Timestamp>,
}

impl Gap {
    /// Something is missing, from now on if it was not before.
    pub(super) fn open(&mut self, now: Timestamp) {
        self.since.get_or_insert(now);
    }

    /// The receiver has what is missing.
    pub(super) fn acknowledge(&mut self, now: Timestamp) {
        self.open(now);
        self.acknowledged.get_or_insert(now);
    }

    /// Nothing is missing, or it was given up.
    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    /// Whether something is missing.
    pub(super) fn is_open(&self) -> bool {
        self.since.is_some()
    }

    /// Whether it was waited for long enough.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        // Set back as far, time says nothing any more.
        self.since
            .is_some_and(|since| now.since(since).saturating_abs() >= GAP_NS)
            || self
                .acknowledged
                .is_some_and(|at| now.since(at) >= ACKNOWLEDGED_NS)
    }
}

/// The directions of flows that wait.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    directions: Vec<(Slot, usize)>,
    now: Timestamp,
    swept: Timestamp,
}

impl Waiting {
    /// The time it is.
    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// A packet of this time was seen. Whether those who wait are to be looked through.
    #[inline]
    pub(super) fn advance(&mut self, time: Timestamp) -> bool {
        let ahead = time.since(self.now);
        if ahead > 0 || ahead <= -GAP_NS {
            self.now = time;
        }
        let due =
            self.now.since(self.swept).saturating_abs() >= SWEEP_NS || self.directions.len() >= MAX_WAITING;
        due && !self.directions.is_empty()
    }

    /// A direction waits; to be said once a gap.
    pub(super) fn add(&mut self, slot: Slot, direction: usize) {
        self.directions.push((slot, direction));
    }

    /// All who wait, to be added again if they still do.
    pub(super) fn take(&mut self) -> Vec<(Slot, usize)> {
        self.swept = self.now;
        std::mem::take(&mut self.directions)
    }

    /// How many wait.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.directions.len()
    }
}
