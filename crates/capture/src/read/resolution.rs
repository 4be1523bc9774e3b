//! Time stamps of capture files: units of 10⁻ⁿ or 2⁻ⁿ seconds since the epoch, or since an offset from it.

use crate::Timestamp;

const NANOSECONDS: u128 = 1_000_000_000;

/// What one unit of a time stamp is (draft-ietf-opsawg-pcapng 4.2, if_tsresol).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// So many nanoseconds.
    Nanoseconds(u32),
    /// The so-manieth part of a nanosecond.
    PartOfNanosecond(u64),
    /// 2⁻ⁿ seconds.
    Binary(u8),
    /// Less than a time stamp of 64 bits can tell: every time is its offset.
    Nothing,
}

impl Resolution {
    pub(super) const MICROSECONDS: Self = Self::Nanoseconds(1_000);

    /// From the option's octet: an exponent of ten, or of two if the high bit is set.
    pub(super) fn from_option(octet: u8) -> Self {
        let exponent = octet & 0x7f;
        if octet & 0x80 != 0 {
            return if exponent < 64 {
                Self::Binary(exponent)
            } else {
                Self::Nothing
            };
        }
        match exponent {
            0..=9 => Self::Nanoseconds(10u32.pow(9 - u32::from(exponent))),
            10..=28 => Self::PartOfNanosecond(10u64.pow(u32::from(exponent) - 9)),
            _ => Self::Nothing,
        }
    }

    /// The time of so many units, `offset_s` seconds later. What 64 bits of nanoseconds cannot hold becomes the last time
    /// they can.
    #[inline]
    pub(super) fn time(self, units: u64, offset_s: i64) -> Timestamp {
        let ns = match self {
            Self::Nanoseconds(unit) => units.saturating_mul(u64::from(unit)),
            Self::PartOfNanosecond(parts) => units / parts,
            Self::Binary(exponent) => {
                u64::try_from((u128::from(units) * NANOSECONDS) >> exponent).unwrap_or(u64::MAX)
            }
            Self::Nothing => 0,
        };
        let ns = i64::try_from(ns).unwrap_or(i64::MAX);
        Timestamp(ns.saturating_add(offset_s.saturating_mul(1_000_000_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution_gives_nanoseconds() {
        for (option, units, ns) in [
            (0, 7, 7_000_000_000),
            (3, 7, 7_000_000),
            (6, 7, 7_000),
            (9, 7, 7),
            (12, 7_000, 7),
            (0x80, 7, 7_000_000_000),
            (0x81, 7, 3_500_000_000),
            (0x80 | 32, 3 << 31, 1_500_000_000),
            (0x80 | 63, 1 << 62, 500_000_000),
            (0xff, u64::MAX, 0),
            (29, u64::MAX, 0),
            (6, u64::MAX, i64::MAX),
        ] {
            assert_eq!(
                Resolution::from_option(option).time(units, 0).0,
                ns,
                "if_tsresol {option}, {units} units"
            );
        }
    }

    #[test]
    fn an_offset_is_in_seconds_and_may_be_negative() {
        let time = |offset_s| Resolution::MICROSECONDS.time(5_000_000, offset_s).0;
        assert_eq!(time(2), 7_000_000_000);
        assert_eq!(time(-6), -1_000_000_000);
        assert_eq!(time(i64::MAX), i64::MAX);
    }
}
