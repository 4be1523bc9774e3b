//! PLMN identity: MCC and MNC (TS 23.003 2.2, 12.1; three octets as in TS 24.008 10.5.1.13, TS 29.272 7.3.9).

use crate::IdentityError;
use std::{fmt, str::FromStr};

/// A PLMN: three digits of MCC, two or three of MNC. `001-01` and `001-001` differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Plmn {
    digits: [u8; 6],
    length: u8,
}

const WHAT: &str = "PLMN";

impl Plmn {
    /// From five or six ASCII digits.
    ///
    /// # Errors
    /// `Length` or `Digit`.
    pub fn from_ascii(text: &[u8]) -> Result<Self, IdentityError> {
        if !(5..=6).contains(&text.len()) {
            return Err(IdentityError::Length {
                what: WHAT,
                got: text.len(),
                expected: "5 or 6",
            });
        }
        if !text.iter().all(u8::is_ascii_digit) {
            return Err(IdentityError::Digit { what: WHAT });
        }
        let mut digits = [0; 6];
        digits[..text.len()].copy_from_slice(text);
        Ok(Self {
            digits,
            length: text.len() as u8,
        })
    }

    /// From the three octets `MCC2 MCC1 | MNC3 MCC3 | MNC2 MNC1`, MNC3 = `f` for a two-digit MNC.
    ///
    /// # Errors
    /// `Digit`.
    pub fn from_octets([a, b, c]: [u8; 3]) -> Result<Self, IdentityError> {
        let half = [a & 15, a >> 4, b & 15, c & 15, c >> 4, b >> 4];
        let length = if half[5] == 15 { 5 } else { 6 };
        let mut digits = [0; 6];
        for (to, &from) in digits[..length].iter_mut().zip(&half) {
            if from > 9 {
                return Err(IdentityError::Digit { what: WHAT });
            }
            *to = b'0' + from;
        }
        Ok(Self {
            digits,
            length: length as u8,
        })
    }

    /// The three octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 3] {
        let d = self.digits.map(|c| c & 15);
        let mnc3 = if self.length == 5 { 15 } else { d[5] };
        [d[1] << 4 | d[0], mnc3 << 4 | d[2], d[4] << 4 | d[3]]
    }

    /// The digits as ASCII: the array and how many of it count.
    #[must_use]
    pub fn ascii(self) -> ([u8; 6], usize) {
        (self.digits, usize::from(self.length))
    }

    /// MCC and MNC as text.
    #[must_use]
    pub fn mcc_mnc(&self) -> (&str, &str) {
        let text = std::str::from_utf8(&self.digits[..usize::from(self.length)]).unwrap_or("00000");
        text.split_at(3)
    }

    /// The EPC realm of this PLMN: `epc.mncNNN.mccNNN.3gppnetwork.org` (TS 23.003 19.2).
    #[must_use]
    pub fn epc_realm(&self) -> String {
        let (mcc, mnc) = self.mcc_mnc();
        format!("epc.mnc{mnc:0>3}.mcc{mcc}.3gppnetwork.org")
    }

    /// The home network domain of this PLMN in 5GS: `5gc.mncNNN.mccNNN.3gppnetwork.org` (TS 23.003 28.2).
    #[must_use]
    pub fn fgs_realm(&self) -> String {
        let (mcc, mnc) = self.mcc_mnc();
        format!("5gc.mnc{mnc:0>3}.mcc{mcc}.3gppnetwork.org")
    }

    /// The home network domain of this PLMN in the IMS: `ims.mncNNN.mccNNN.3gppnetwork.org` (TS 23.003 13.2).
    #[must_use]
    pub fn ims_domain(&self) -> String {
        let (mcc, mnc) = self.mcc_mnc();
        format!("ims.mnc{mnc:0>3}.mcc{mcc}.3gppnetwork.org")
    }

    /// Of a realm that ends in `mncNNN.mccNNN.3gppnetwork.org`; `None` for another. An MNC that begins with a zero is
    /// taken for one of two digits, as padding made it (TS 23.003 19.2, 28.2).
    #[must_use]
    pub fn of_realm(realm: &str) -> Option<Self> {
        let prefix = realm.strip_suffix(".3gppnetwork.org")?;
        let (prefix, mcc) = prefix.rsplit_once(".mcc")?;
        let mnc = prefix
            .rsplit_once("mnc")
            .filter(|(before, _)| before.is_empty() || before.ends_with('.'))?
            .1;
        if mcc.len() != 3 || mnc.len() != 3 {
            return None;
        }
        Self::from_ascii(format!("{mcc}{}", mnc.strip_prefix('0').unwrap_or(mnc)).as_bytes()).ok()
    }
}

impl FromStr for Plmn {
    type Err = IdentityError;
    /// `00101`, or `001-01`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('-') {
            Some((mcc, mnc)) if mcc.len() == 3 => Self::from_ascii(format!("{mcc}{mnc}").as_bytes()),
            _ => Self::from_ascii(text.as_bytes()),
        }
    }
}

impl fmt::Display for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mcc, mnc) = self.mcc_mnc();
        write!(f, "{mcc}{mnc}")
    }
}

impl fmt::Debug for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mcc, mnc) = self.mcc_mnc();
        write!(f, "Plmn({mcc}-{mnc})")
    }
}

impl serde::Serialize for Plmn {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Plmn {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_follow_24_008() {
        let two: Plmn = "00101".parse().unwrap();
        assert_eq!(two.octets(), [0x00, 0xf1, 0x10]);
        let three: Plmn = "310-410".parse().unwrap();
        assert_eq!(three.octets(), [0x13, 0x00, 0x14]);
        for plmn in [two, three] {
            assert_eq!(Plmn::from_octets(plmn.octets()), Ok(plmn));
        }
        assert!(Plmn::from_octets([0xaa, 0xf1, 0x10]).is_err());
    }

    #[test]
    fn realm_pads_the_mnc() {
        let plmn: Plmn = "00101".parse().unwrap();
        assert_eq!(plmn.epc_realm(), "epc.mnc001.mcc001.3gppnetwork.org");
        assert_eq!(plmn.fgs_realm(), "5gc.mnc001.mcc001.3gppnetwork.org");
        assert_eq!(Plmn::of_realm(&plmn.fgs_realm()), Some(plmn));
        assert_eq!(
            Plmn::of_realm("nai.5gc.mnc410.mcc310.3gppnetwork.org"),
            "310410".parse().ok()
        );
        for other in [
            "example.org",
            "xmnc001.mcc001.3gppnetwork.org",
            "mnc01.mcc001.3gppnetwork.org",
            "mnc0a1.mcc001.3gppnetwork.org",
        ] {
            assert_eq!(Plmn::of_realm(other), None, "{other}");
        }
    }
}
