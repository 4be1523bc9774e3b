//! The anti-replay window (RFC 4303 3.4.3).

/// Sequence numbers that the window holds, the highest one included: the default of RFC 4303 3.4.3.
const WINDOW: u32 = 64;

/// Which sequence numbers came: all below the window count as come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    highest: u32,
    /// Bit 0 is the highest number, bit n the one n below it.
    seen: u64,
}

impl Replay {
    /// Whether a number may be accepted. Number 0 is never sent (RFC 4303 2.2).
    pub(crate) const fn admits(&self, sequence: u32) -> bool {
        if sequence > self.highest {
            return true;
        }
        let behind = self.highest - sequence;
        sequence != 0 && behind < WINDOW && self.seen & (1 << behind) == 0
    }

    /// A packet with an admitted number was found authentic.
    pub(crate) const fn commit(&mut self, sequence: u32) {
        if sequence > self.highest {
            let ahead = sequence - self.highest;
            self.seen = if ahead < WINDOW { self.seen << ahead } else { 0 };
            self.highest = sequence;
            self.seen |= 1;
        } else {
            let behind = self.highest - sequence;
            if behind < WINDOW {
                self.seen |= 1 << behind;
            }
        }
    }

    /// The highest number that came.
    pub(crate) const fn highest(&self) -> u32 {
        self.highest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// Against the definition: a set of all that came.
        #[test]
        fn the_window_is_what_its_definition_says(
            steps in prop::collection::vec((0u32..400, any::<bool>()), 1..400),
            base in prop_oneof![Just(0u32), Just(u32::MAX - 399)],
        ) {
            let mut window = Replay::default();
            let mut seen = BTreeSet::new();
            for (step, authentic) in steps {
                let sequence = base + step;
                let highest = seen.last().copied().unwrap_or(0);
                let expected = sequence != 0 && !seen.contains(&sequence)
                    && u64::from(sequence) + 64 > u64::from(highest);
                prop_assert_eq!(window.admits(sequence), expected, "{} after {}", sequence, highest);
                if expected && authentic {
                    window.commit(sequence);
                    seen.insert(sequence);
                }
            }
        }
    }
}
