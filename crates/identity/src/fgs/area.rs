//! Where a UE is: tracking area and cell of NR (TS 23.003 19.4.2.3, 19.6A), in octets as in TS 24.501 9.11.3.8.

use crate::{IdentityError, Plmn};
use std::{fmt, str::FromStr};

/// Tracking area code of 5GS: 24 bits (TS 23.003 28.6). As text in decimal, or in hexadecimal after `0x`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tac(u32);

impl Tac {
    /// The highest.
    pub const MAX: u32 = 0x00ff_ffff;
    /// What no tracking area has: a deleted one's, and none (TS 23.003 19.4.2.3).
    pub const DELETED: [Self; 2] = [Self(0), Self(0x00ff_fffe)];

    /// Of a number of 24 bits.
    ///
    /// # Errors
    /// `Number` above.
    pub const fn new(value: u32) -> Result<Self, IdentityError> {
        if value > Self::MAX {
            return Err(IdentityError::Number {
                what: "TAC",
                expected: "24 bits",
            });
        }
        Ok(Self(value))
    }

    /// From three octets.
    #[must_use]
    pub const fn from_octets([a, b, c]: [u8; 3]) -> Self {
        Self(u32::from_be_bytes([0, a, b, c]))
    }

    /// The three octets.
    #[must_use]
    pub const fn octets(self) -> [u8; 3] {
        let [_, a, b, c] = self.0.to_be_bytes();
        [a, b, c]
    }

    /// As a number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl FromStr for Tac {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = IdentityError::Number {
            what: "TAC",
            expected: "0 to 16777215, or 0x and hexadecimal digits",
        };
        let value = match text.strip_prefix("0x") {
            Some(hex) if hex.bytes().all(|c| c.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16),
            None if text.bytes().all(|c| c.is_ascii_digit()) => text.parse(),
            _ => return Err(wrong),
        };
        Self::new(value.map_err(|_| wrong)?)
    }
}

impl fmt::Display for Tac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Tac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tac({})", self.0)
    }
}

/// Tracking area identity of 5GS: PLMN and tracking area code (TS 23.003 28.6). As text `00101-1` or `001-01-0x1`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tai {
    /// The PLMN.
    pub plmn: Plmn,
    /// Tracking area code, 24 bits.
    pub tac: Tac,
}

impl Tai {
    /// Octets on the wire.
    pub const OCTETS: usize = 6;

    /// From PLMN (3), TAC (3).
    ///
    /// # Errors
    /// `Digit` if the PLMN holds a half-octet that is no digit.
    pub fn from_octets([a, b, c, tac @ ..]: [u8; 6]) -> Result<Self, IdentityError> {
        Ok(Self {
            plmn: Plmn::from_octets([a, b, c])?,
            tac: Tac::from_octets(tac),
        })
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 6] {
        let ([a, b, c], [d, e, g]) = (self.plmn.octets(), self.tac.octets());
        [a, b, c, d, e, g]
    }
}

impl FromStr for Tai {
    type Err = IdentityError;
    /// `00101-1`, `001-01-1`, `00101-0x1a2b`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (plmn, tac) = text.rsplit_once('-').ok_or(IdentityError::Number {
            what: "TAI",
            expected: "PLMN, a hyphen and a TAC of 0 to 16777215, like 00101-1",
        })?;
        Ok(Self {
            plmn: plmn.parse()?,
            tac: tac.parse()?,
        })
    }
}

impl fmt::Display for Tai {
    /// `00101-1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.plmn, self.tac)
    }
}

impl fmt::Debug for Tai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tai({self})")
    }
}

impl serde::Serialize for Tai {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Tai {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// NR cell global identity: PLMN and NR cell identity of 36 bits (TS 23.003 19.6A).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ncgi {
    plmn: Plmn,
    cell: u64,
}

impl Ncgi {
    /// The highest cell identity: 36 bits.
    pub const MAX_CELL: u64 = 0x000f_ffff_ffff;

    /// Of `plmn` and a `cell` of 36 bits.
    ///
    /// # Errors
    /// `Number` above 36 bits.
    pub const fn new(plmn: Plmn, cell: u64) -> Result<Self, IdentityError> {
        if cell > Self::MAX_CELL {
            return Err(IdentityError::Number {
                what: "NR cell identity",
                expected: "36 bits",
            });
        }
        Ok(Self { plmn, cell })
    }

    /// The PLMN.
    #[must_use]
    pub const fn plmn(self) -> Plmn {
        self.plmn
    }

    /// The NR cell identity, 36 bits: 22 to 32 bits of the gNB, then those of the cell (TS 38.413 9.3.1.7).
    #[must_use]
    pub const fn cell(self) -> u64 {
        self.cell
    }
}

impl fmt::Display for Ncgi {
    /// `00101-000019b01`, the cell in nine hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:09x}", self.plmn, self.cell)
    }
}

impl fmt::Debug for Ncgi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ncgi({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tai_in_octets_and_text() {
        let tai: Tai = "00101-66051".parse().unwrap();
        assert_eq!(tai.octets(), [0x00, 0xf1, 0x10, 0x01, 0x02, 0x03]);
        assert_eq!(Tai::from_octets(tai.octets()), Ok(tai));
        assert_eq!("001-01-0x010203".parse(), Ok(tai));
        assert_eq!(
            (tai.to_string(), format!("{tai:?}")),
            ("00101-66051".to_owned(), "Tai(00101-66051)".to_owned())
        );
        for text in [
            "00101",
            "00101-",
            "00101-16777216",
            "00101-+1",
            "00101-0x",
            "00101-0x+1",
            "1-1",
        ] {
            assert!(text.parse::<Tai>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_cell_has_36_bits() {
        let plmn: Plmn = "310-410".parse().unwrap();
        assert_eq!(Ncgi::new(plmn, 0x19b01).unwrap().to_string(), "310410-000019b01");
        assert!(Ncgi::new(plmn, 1 << 36).is_err());
    }
}
