//! NAS COUNT: 24 bits, overflow counter ‖ sequence number (TS 24.301 4.4.3.1, TS 33.401 6.5).

use std::fmt;

/// How many COUNTs before the last a new authentication is due. TS 24.301 4.4.3.5 says "close to" the end only; the AKA
/// and security mode procedures that bring a new context, each message sent five times, take some twenty, and a
/// subscriber busy with anything else meanwhile is far from a thousand.
pub const NEAR_END_MARGIN: u32 = 1024;

/// A NAS COUNT. One value protects one message of one direction of one security context.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NasCount(u32);

impl NasCount {
    /// The first of a new context.
    pub const ZERO: Self = Self(0);
    /// The last: 2^24 - 1.
    pub const MAX: Self = Self(0x00ff_ffff);

    /// From its value; `None` above 24 bits.
    #[must_use]
    pub const fn new(value: u32) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// From the overflow counter and the sequence number.
    #[must_use]
    pub const fn from_parts(overflow: u16, sequence_number: u8) -> Self {
        Self((overflow as u32) << 8 | sequence_number as u32)
    }

    /// The value; with its eight leading zeros also what goes into EEA, EIA and the KDF (TS 24.301 4.4.3.1).
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// The overflow counter: the 16 bits that do not travel.
    #[must_use]
    pub const fn overflow(self) -> u16 {
        (self.0 >> 8) as u16
    }

    /// The sequence number: the eight bits that travel.
    #[must_use]
    pub const fn sequence_number(self) -> u8 {
        self.0 as u8
    }

    /// The next one; `None` after the last: COUNT does not wrap (TS 24.301 4.4.3.5).
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        Self::new(self.0 + 1)
    }

    /// Whether so few are left ([`NEAR_END_MARGIN`]) that a new context is due (TS 24.301 4.4.3.5).
    #[must_use]
    pub const fn is_near_end(self) -> bool {
        self.0 > Self::MAX.0 - NEAR_END_MARGIN
    }

    /// The lowest COUNT above `last` whose low `BITS` bits are `low`: what a receiver estimates, for it accepts no COUNT
    /// twice nor an older one (TS 24.301 4.4.3.1, 4.4.3.2). `None` if there is none left.
    #[must_use]
    pub fn estimate<const BITS: u32>(last: Option<Self>, low: u8) -> Option<Self> {
        let modulus = 1 << BITS;
        let low = u32::from(low) % modulus;
        let Some(Self(last)) = last else {
            return Some(Self(low));
        };
        let same_round = last - last % modulus + low;
        Self::new(if same_round > last {
            same_round
        } else {
            same_round + modulus
        })
    }

    /// The highest COUNT not above `last` whose low `BITS` bits are `low`: what a repeated message was sent with.
    #[must_use]
    pub fn latest_used<const BITS: u32>(last: Option<Self>, low: u8) -> Option<Self> {
        let modulus = 1 << BITS;
        let Self(last) = last?;
        let same_round = last - last % modulus + u32::from(low) % modulus;
        if same_round > last {
            same_round.checked_sub(modulus).map(Self)
        } else {
            Some(Self(same_round))
        }
    }

    /// The estimate with EIA0: `last` itself may come again, for there is no replay protection without integrity, and
    /// after the last comes zero (TS 33.401 B.0, TS 24.301 4.4.3.5).
    pub(super) fn estimate_wrapping<const BITS: u32>(last: Option<Self>, low: u8) -> Self {
        let modulus = 1 << BITS;
        let low = u32::from(low) % modulus;
        let Some(Self(last)) = last else {
            return Self(low);
        };
        let same_round = last - last % modulus + low;
        Self(
            (if same_round >= last {
                same_round
            } else {
                same_round + modulus
            }) & Self::MAX.0,
        )
    }
}

impl fmt::Display for NasCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for NasCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NasCount({:#08x})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(value: u32) -> NasCount {
        NasCount::new(value).unwrap()
    }

    #[test]
    fn a_count_is_overflow_and_sequence_number() {
        let c = NasCount::from_parts(0x0102, 0x03);
        assert_eq!(
            (c.value(), c.overflow(), c.sequence_number()),
            (0x01_0203, 0x0102, 3)
        );
        assert_eq!(NasCount::new(0x0100_0000), None);
        assert_eq!(NasCount::MAX.next(), None);
        assert_eq!(count(255).next(), Some(NasCount::from_parts(1, 0)));
        assert_eq!(format!("{c} {c:?}"), "66051 NasCount(0x010203)");
    }

    #[test]
    fn the_end_is_near_a_named_margin_before_it() {
        assert!(!count(0x00ff_ffff - NEAR_END_MARGIN).is_near_end());
        assert!(count(0x0100_0000 - NEAR_END_MARGIN).is_near_end());
    }

    #[test]
    fn every_gap_below_256_is_estimated_across_each_wrap_of_the_sequence_number() {
        for last in (0..1024)
            .chain(0x0000_ff00..0x0001_0100)
            .chain(0x00ff_fc00..0x0100_0000)
        {
            for gap in 1..=256 {
                let sent = last + gap;
                let estimate = NasCount::estimate::<8>(Some(count(last)), sent as u8);
                assert_eq!(estimate, NasCount::new(sent), "last {last}, gap {gap}");
                let estimate = NasCount::estimate::<5>(Some(count(last)), sent as u8 & 31);
                let nearest = if gap <= 32 {
                    sent
                } else {
                    last + (gap - 1) % 32 + 1
                };
                assert_eq!(
                    estimate,
                    NasCount::new(nearest),
                    "five bits: last {last}, gap {gap}"
                );
            }
        }
        assert_eq!(NasCount::estimate::<8>(None, 7), Some(count(7)));
        assert_eq!(NasCount::estimate::<5>(None, 31), Some(count(31)));
    }

    #[test]
    fn what_was_used_is_found_again() {
        for last in [0, 5, 255, 256, 300, 0x00ff_ffff] {
            for back in 0..256.min(last + 1) {
                let used = count(last - back);
                assert_eq!(
                    NasCount::latest_used::<8>(Some(count(last)), used.sequence_number()),
                    Some(used)
                );
            }
        }
        assert_eq!(NasCount::latest_used::<8>(Some(count(5)), 6), None);
        assert_eq!(NasCount::latest_used::<8>(None, 0), None);
    }

    #[test]
    fn without_integrity_counts_repeat_and_wrap() {
        assert_eq!(NasCount::estimate_wrapping::<8>(Some(count(7)), 7), count(7));
        assert_eq!(
            NasCount::estimate_wrapping::<8>(Some(count(7)), 6),
            count(256 + 6)
        );
        assert_eq!(
            NasCount::estimate_wrapping::<8>(Some(NasCount::MAX), 0),
            NasCount::ZERO
        );
    }
}
