//! Where a UE is: tracking area and cell of E-UTRAN (TS 23.003 19.4.2.3, 19.6), in octets as in TS 24.301 9.9.3.32 and
//! TS 36.413 9.2.1.38.

use crate::{IdentityError, Plmn};
use std::{fmt, str::FromStr};

/// Tracking area identity: PLMN and tracking area code (TS 23.003 19.4.2.3). As text `00101-1` or `001-01-1`: the code
/// in decimal, or in hexadecimal after `0x`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tai {
    /// The PLMN.
    pub plmn: Plmn,
    /// Tracking area code, 16 bits.
    pub tac: u16,
}

impl Tai {
    /// Octets on the wire.
    pub const OCTETS: usize = 5;
    /// The code of a tracking area that was deleted, or of none (TS 23.003 19.4.2.3).
    pub const DELETED_TACS: [u16; 2] = [0x0000, 0xfffe];

    /// From PLMN (3), TAC (2).
    ///
    /// # Errors
    /// `Digit` if the PLMN holds a half-octet that is no digit.
    pub fn from_octets([a, b, c, high, low]: [u8; 5]) -> Result<Self, IdentityError> {
        Ok(Self {
            plmn: Plmn::from_octets([a, b, c])?,
            tac: u16::from_be_bytes([high, low]),
        })
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 5] {
        let [a, b, c] = self.plmn.octets();
        let [high, low] = self.tac.to_be_bytes();
        [a, b, c, high, low]
    }
}

impl FromStr for Tai {
    type Err = IdentityError;
    /// `00101-1`, `001-01-1`, `00101-0x1a2b`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = IdentityError::Number {
            what: "TAI",
            expected: "PLMN, a hyphen and a TAC of 0 to 65535, like 00101-1",
        };
        let Some((plmn, tac)) = text.rsplit_once('-') else {
            return Err(wrong);
        };
        let tac = match tac.strip_prefix("0x") {
            Some(hex) if hex.bytes().all(|c| c.is_ascii_hexdigit()) => u16::from_str_radix(hex, 16),
            None if tac.bytes().all(|c| c.is_ascii_digit()) => tac.parse(),
            _ => return Err(wrong),
        };
        Ok(Self {
            plmn: plmn.parse()?,
            tac: tac.map_err(|_| wrong)?,
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

/// E-UTRAN cell global identity: PLMN and E-UTRAN cell identity of 28 bits (TS 23.003 19.6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ecgi {
    plmn: Plmn,
    cell: u32,
}

impl Ecgi {
    /// Octets on the wire: four spare bits, zero, stand before the cell identity (TS 29.274 8.21.5).
    pub const OCTETS: usize = 7;
    /// The highest cell identity: 28 bits.
    pub const MAX_CELL: u32 = 0x0fff_ffff;

    /// Of `plmn` and a `cell` of 28 bits.
    ///
    /// # Errors
    /// `Number` above 28 bits.
    pub const fn new(plmn: Plmn, cell: u32) -> Result<Self, IdentityError> {
        if cell > Self::MAX_CELL {
            return Err(IdentityError::Number {
                what: "E-UTRAN cell identity",
                expected: "28 bits",
            });
        }
        Ok(Self { plmn, cell })
    }

    /// From PLMN (3), four spare bits which are ignored, cell identity (28 bits).
    ///
    /// # Errors
    /// `Digit` if the PLMN holds a half-octet that is no digit.
    pub fn from_octets([a, b, c, cell @ ..]: [u8; 7]) -> Result<Self, IdentityError> {
        Ok(Self {
            plmn: Plmn::from_octets([a, b, c])?,
            cell: u32::from_be_bytes(cell) & Self::MAX_CELL,
        })
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 7] {
        let mut octets = [0; 7];
        octets[..3].copy_from_slice(&self.plmn.octets());
        octets[3..].copy_from_slice(&self.cell.to_be_bytes());
        octets
    }

    /// The PLMN.
    #[must_use]
    pub const fn plmn(self) -> Plmn {
        self.plmn
    }

    /// The E-UTRAN cell identity, 28 bits: for a macro eNB its 20 bits and eight of the cell (TS 36.300 8.2).
    #[must_use]
    pub const fn cell(self) -> u32 {
        self.cell
    }
}

impl fmt::Display for Ecgi {
    /// `00101-0019b01`, the cell in seven hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:07x}", self.plmn, self.cell)
    }
}

impl fmt::Debug for Ecgi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ecgi({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tai_in_octets_and_text() {
        let tai: Tai = "00101-258".parse().unwrap();
        assert_eq!(tai.octets(), [0x00, 0xf1, 0x10, 0x01, 0x02]);
        assert_eq!(Tai::from_octets(tai.octets()), Ok(tai));
        assert_eq!("001-01-0x0102".parse(), Ok(tai));
        assert_eq!(tai.to_string(), "00101-258");
        assert_eq!(format!("{tai:?}"), "Tai(00101-258)");
    }

    #[test]
    fn wrong_texts_are_refused() {
        for text in [
            "00101",
            "00101-",
            "00101-65536",
            "00101-+1",
            "00101-0x",
            "00101-0x+1",
            "1-1",
            "0010a-1",
        ] {
            assert!(text.parse::<Tai>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_cell_has_28_bits() {
        let plmn: Plmn = "310-410".parse().unwrap();
        let ecgi = Ecgi::new(plmn, 0x0001_9b01).unwrap();
        assert_eq!(ecgi.octets(), [0x13, 0x00, 0x14, 0x00, 0x01, 0x9b, 0x01]);
        assert_eq!(ecgi.to_string(), "310410-0019b01");
        let mut spare_bits_set = ecgi.octets();
        spare_bits_set[3] |= 0xf0;
        assert_eq!(Ecgi::from_octets(spare_bits_set), Ok(ecgi));
        assert!(Ecgi::new(plmn, 0x1000_0000).is_err());
    }
}
