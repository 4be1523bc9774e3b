//! PDUs that are on their way, and what chance does to them.

use super::UeId;
use super::interference::{Fates, Tampered};
use super::random::Random;
use quintet_crypto::Direction;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::time::Duration;

/// What the radio does to NAS PDUs of all UEs, as if RLC had failed: chances in 1,000 for each PDU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    /// Lost.
    pub loss: u16,
    /// Delivered twice.
    pub duplication: u16,
    /// Delivered late, and so after others.
    pub delay: u16,
    /// How late at most.
    pub latest: Duration,
}

/// A PDU that arrives late. `C` is the node's identity of the connection.
#[derive(Debug)]
pub(crate) struct Flight<C> {
    at: Duration,
    /// Tells those of one moment apart, in their order.
    number: u64,
    pub(crate) ue: UeId,
    pub(crate) connection: C,
    pub(crate) direction: Direction,
    pub(crate) tampered: Option<Tampered>,
    pub(crate) nas: Vec<u8>,
}

impl<C> PartialEq for Flight<C> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<C> Eq for Flight<C> {}

impl<C> PartialOrd for Flight<C> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<C> Ord for Flight<C> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// All PDUs that arrive late, the next one first.
#[derive(Debug)]
pub(crate) struct Flights<C> {
    heap: BinaryHeap<Reverse<Flight<C>>>,
    begun: u64,
}

impl<C> Default for Flights<C> {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            begun: 0,
        }
    }
}

impl<C> Flights<C> {
    /// A PDU sets out, to arrive at a time.
    pub(crate) fn set_out(
        &mut self,
        at: Duration,
        (ue, connection): (UeId, C),
        direction: Direction,
        (tampered, nas): (Option<Tampered>, Vec<u8>),
    ) {
        self.begun += 1;
        self.heap.push(Reverse(Flight {
            at,
            number: self.begun,
            ue,
            connection,
            direction,
            tampered,
            nas,
        }));
    }

    /// The next one that has arrived.
    pub(crate) fn landed(&mut self, now: Duration) -> Option<Flight<C>> {
        let Reverse(first) = self.heap.peek()?;
        (first.at <= now)
            .then(|| self.heap.pop())?
            .map(|Reverse(flight)| flight)
    }
}

/// What the radio makes of a PDU.
pub(crate) fn noisy(random: &mut Random, noise: &Noise, nas: Vec<u8>) -> Fates {
    const NOW: Duration = Duration::ZERO;
    let mut late = || Duration::from_micros(random.below(noise.latest.as_micros() as u64 + 1));
    let (first, second) = (late(), late());
    if random.happens(noise.loss) {
        return vec![(NOW, Some(Tampered::Dropped), nas)];
    }
    if random.happens(noise.duplication) {
        return vec![(NOW, None, nas.clone()), (second, Some(Tampered::Repeated), nas)];
    }
    if random.happens(noise.delay) {
        return vec![(first, Some(Tampered::Delayed), nas)];
    }
    vec![(NOW, None, nas)]
}
