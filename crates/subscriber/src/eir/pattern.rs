//! Equipment, and the leading digits that name some of it.

use quintet_identity::{Imei, Imeisv};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Digits of an IMEI that count: Type Allocation Code and serial number. The 15th is a check digit that is not
/// transmitted, or a spare zero (TS 23.003 6.2.1).
const IMEI_DIGITS: u32 = 14;

/// Digits of an IMEISV (TS 23.003 6.2.2).
const IMEISV_DIGITS: u32 = 16;

/// Where the number of digits stands in a packed pattern.
const LENGTH_SHIFT: u32 = 56;

/// Some equipment: an IMEI, with its software version if that is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Equipment {
    digits: u64,
    length: u32,
}

impl Equipment {
    /// Of an IMEI; its check digit does not count.
    #[must_use]
    pub fn of_imei(imei: Imei) -> Self {
        let (digits, _) = imei.ascii();
        Self::of_digits(&digits[..IMEI_DIGITS as usize])
    }

    /// Of an IMEI and a software version.
    #[must_use]
    pub fn of_imeisv(imeisv: Imeisv) -> Self {
        let (digits, n) = imeisv.ascii();
        Self::of_digits(&digits[..n])
    }

    fn of_digits(digits: &[u8]) -> Self {
        Self {
            digits: number(digits),
            length: digits.len() as u32,
        }
    }

    /// The patterns that fit it, the longest first.
    pub fn patterns(self) -> impl Iterator<Item = EquipmentPattern> {
        // Nothing stands between a whole IMEI and a whole IMEISV.
        let lengths = (1..=self.length)
            .rev()
            .filter(|length| *length != IMEI_DIGITS + 1);
        lengths.map(move |length| EquipmentPattern::new(self.head(length), length))
    }

    /// The IMEI alone, as a pattern.
    #[must_use]
    pub fn imei(self) -> EquipmentPattern {
        EquipmentPattern::new(self.head(IMEI_DIGITS), IMEI_DIGITS)
    }

    fn head(self, length: u32) -> u64 {
        self.digits / 10_u64.pow(self.length - length)
    }
}

impl fmt::Debug for Equipment {
    /// The Type Allocation Code; the serial number names a person's device.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Equipment({:08}…)", self.head(8))
    }
}

fn number(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0, |value, digit| value * 10 + u64::from(digit - b'0'))
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not only digits, or too few or many of them.
    #[error("equipment is 1 to 16 digits: the first of an IMEI, a whole IMEI (14 or 15), or an IMEISV (16)")]
    Digits,
    /// The 15th digit is neither the check digit nor a spare zero.
    #[error("the last digit of this IMEI is not its check digit, which is {expected}: a mistyped number?")]
    CheckDigit {
        /// What it must be.
        expected: u8,
    },
}

/// The equipment whose identity begins with these digits: 1 to 14 of an IMEI, or a whole IMEISV of 16.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EquipmentPattern(u64);

#[cfg(feature = "openapi")]
quintet_identity::text_schema!(
    EquipmentPattern, "^([0-9]{1,15}|[0-9]{16})$", "35209900", "The first digits of an IMEI, or a whole IMEISV of 16";
);

impl EquipmentPattern {
    const fn new(digits: u64, length: u32) -> Self {
        Self(digits | (length as u64) << LENGTH_SHIFT)
    }

    /// How many digits it has.
    #[must_use]
    pub const fn length(self) -> u32 {
        (self.0 >> LENGTH_SHIFT) as u32
    }

    const fn digits(self) -> u64 {
        self.0 & ((1 << LENGTH_SHIFT) - 1)
    }

    /// Whether equipment begins with it.
    #[must_use]
    pub fn fits(self, equipment: &Equipment) -> bool {
        self.length() <= equipment.length && equipment.head(self.length()) == self.digits()
    }

    /// Digits and their number in one, for use as a key of a database.
    #[must_use]
    pub const fn packed(self) -> u64 {
        self.0
    }

    /// From [`EquipmentPattern::packed`].
    ///
    /// # Errors
    /// [`PatternError::Digits`] if it is none.
    pub fn from_packed(packed: u64) -> Result<Self, PatternError> {
        let pattern = Self(packed);
        let length = pattern.length();
        let allowed = (1..=IMEI_DIGITS).contains(&length) || length == IMEISV_DIGITS;
        if allowed && pattern.digits() < 10_u64.pow(length) {
            Ok(pattern)
        } else {
            Err(PatternError::Digits)
        }
    }
}

/// The check digit of 14 digits (TS 23.003 Annex B).
fn check_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(
            |(at, digit)| match u32::from(digit - b'0') * (1 + at as u32 % 2) {
                doubled @ 10.. => doubled - 9,
                single => single,
            },
        )
        .sum();
    ((10 - sum % 10) % 10) as u8
}

impl FromStr for EquipmentPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let digits = text.as_bytes();
        let length = digits.len();
        if !(1..=IMEISV_DIGITS as usize).contains(&length) || !digits.iter().all(u8::is_ascii_digit) {
            return Err(PatternError::Digits);
        }
        let (imei, rest) = digits.split_at(length.min(IMEI_DIGITS as usize));
        match rest {
            [] => Ok(Self::new(number(imei), imei.len() as u32)),
            [check] => {
                let expected = check_digit(imei);
                if *check == b'0' || *check - b'0' == expected {
                    Ok(Self::new(number(imei), IMEI_DIGITS))
                } else {
                    Err(PatternError::CheckDigit { expected })
                }
            }
            _ => Ok(Self::new(number(digits), IMEISV_DIGITS)),
        }
    }
}

impl fmt::Display for EquipmentPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:0width$}", self.digits(), width = self.length() as usize);
        f.pad(&text)
    }
}

impl fmt::Debug for EquipmentPattern {
    /// The first eight digits; a serial number names a person's device.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        let (head, tail) = text.split_at(text.len().min(8));
        write!(f, "EquipmentPattern({head}{})", "*".repeat(tail.len()))
    }
}

impl Serialize for EquipmentPattern {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EquipmentPattern {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> EquipmentPattern {
        text.parse().unwrap()
    }

    #[test]
    fn patterns_fit_what_begins_with_them() {
        let imei = Equipment::of_imei("352099001761481".parse().unwrap());
        let version = Equipment::of_imeisv("3520990017614823".parse().unwrap());
        for text in ["3", "35209900", "35209900176148", "352099001761481"] {
            assert!(
                pattern(text).fits(&imei) && pattern(text).fits(&version),
                "{text}"
            );
        }
        assert!(pattern("3520990017614823").fits(&version));
        for text in ["3520990017614823", "35209901", "36"] {
            assert!(!pattern(text).fits(&imei), "{text}");
        }
        assert!(!pattern("3520990017614824").fits(&version));
        let leading = Equipment::of_imei("00209900176148".parse().unwrap());
        assert!(pattern("00").fits(&leading) && !pattern("2").fits(&leading));
        assert!(version.patterns().all(|pattern| pattern.fits(&version)));
        assert_eq!(version.patterns().count(), 15);
    }

    #[test]
    fn texts_come_back_and_mistakes_are_told() {
        for text in ["0", "35209900", "00000000000000", "3520990017614823"] {
            let read = pattern(text);
            assert_eq!(read.to_string(), text);
            assert_eq!(EquipmentPattern::from_packed(read.packed()), Ok(read));
        }
        // The example of TS 23.003 Annex B has no number; this one is a well-known test IMEI.
        assert_eq!(pattern("490154203237518"), pattern("49015420323751"));
        assert_eq!(
            "490154203237517".parse::<EquipmentPattern>(),
            Err(PatternError::CheckDigit { expected: 8 })
        );
        assert_eq!(
            pattern("490154203237510"),
            pattern("49015420323751"),
            "a spare zero"
        );
        for text in ["", "12a", "12345678901234567", "-1"] {
            assert_eq!(
                text.parse::<EquipmentPattern>(),
                Err(PatternError::Digits),
                "{text}"
            );
        }
        assert!(EquipmentPattern::from_packed(15 << LENGTH_SHIFT).is_err());
        assert!(EquipmentPattern::from_packed(1 << LENGTH_SHIFT | 10).is_err());
    }

    #[test]
    fn serial_numbers_are_not_printed() {
        let imei = Equipment::of_imei("35209900176148".parse().unwrap());
        assert!(!format!("{imei:?} {:?}", imei.imei()).contains("176148"));
    }
}
