//! Bit rates (TS 29.571 5.5.2, `BitRate`; 5.5.4.6, `Ambr`).

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A bit rate, bit/s; text such as `1 Gbps` or `2.5 Mbps` on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BitRate(pub u64);

/// What a UE or a session may use altogether.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambr {
    /// From the UE.
    pub uplink: BitRate,
    /// To the UE.
    pub downlink: BitRate,
}

const UNITS: [(&str, u64); 5] = [
    ("Tbps", 1_000_000_000_000),
    ("Gbps", 1_000_000_000),
    ("Mbps", 1_000_000),
    ("Kbps", 1_000),
    ("bps", 1),
];

/// Digits behind the point that count: a Tbps down to the bit.
const MAX_FRACTION: usize = 12;

impl BitRate {
    /// Reads text; `None` for what is no bit rate, or more than a `u64` of bit/s.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_once(' ')?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let (whole, fraction) = number
            .split_once('.')
            .map_or((number, None), |(a, b)| (a, Some(b)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        if !digits(whole) || fraction.is_some_and(|fraction| !digits(fraction)) {
            return None;
        }
        let mut rate = whole.parse::<u64>().ok()?.checked_mul(*factor)?;
        let mut part = *factor;
        for digit in fraction.unwrap_or_default().bytes().take(MAX_FRACTION) {
            part /= 10;
            rate = rate.checked_add(part * u64::from(digit - b'0'))?;
        }
        Some(Self(rate))
    }
}

impl fmt::Display for BitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = UNITS
            .into_iter()
            .find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor))
            .unwrap_or(("bps", 1));
        write!(f, "{} {unit}", self.0 / factor)
    }
}

impl Serialize for BitRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = BitRate;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bit rate: a number, a space, and bps, Kbps, Mbps, Gbps or Tbps")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<BitRate, E> {
        BitRate::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl<'de> Deserialize<'de> for BitRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_and_written() {
        for (text, rate, written) in [
            ("1 Gbps", 1_000_000_000, "1 Gbps"),
            ("2.5 Mbps", 2_500_000, "2500 Kbps"),
            ("0 bps", 0, "0 bps"),
            ("1048576 Kbps", 1_048_576_000, "1048576 Kbps"),
            ("18446744073709551615 bps", u64::MAX, "18446744073709551615 bps"),
        ] {
            assert_eq!(BitRate::parse(text), Some(BitRate(rate)), "{text}");
            assert_eq!(BitRate(rate).to_string(), written);
        }
        for wrong in [
            "1Gbps",
            "1 gbps",
            "-1 bps",
            "1. bps",
            ".5 Mbps",
            "",
            "99999999 Tbps",
            "1e3 bps",
        ] {
            assert_eq!(BitRate::parse(wrong), None, "{wrong}");
        }
    }
}
