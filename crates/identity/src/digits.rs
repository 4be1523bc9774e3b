//! Identities that are runs of decimal digits: packed into a `u64`, length included, so that they are `Copy`, hash
//! fast and keep leading zeros.

use crate::{IdentityError, Plmn};
use std::{fmt, str::FromStr};

const LENGTH_SHIFT: u32 = 56;

/// Packs decimal digits: value in the low 56 bits, number of digits above (16 digits < 2^54).
fn pack(
    what: &'static str,
    text: &[u8],
    min: usize,
    max: usize,
    expected: &'static str,
) -> Result<u64, IdentityError> {
    if !(min..=max).contains(&text.len()) {
        return Err(IdentityError::Length {
            what,
            got: text.len(),
            expected,
        });
    }
    let mut value = 0u64;
    for &c in text {
        if !c.is_ascii_digit() {
            return Err(IdentityError::Digit { what });
        }
        value = value * 10 + u64::from(c - b'0');
    }
    Ok(value | (text.len() as u64) << LENGTH_SHIFT)
}

/// The digits of a packed value as ASCII, and how many there are.
fn unpack(packed: u64) -> ([u8; 16], usize) {
    let length = ((packed >> LENGTH_SHIFT) as usize).min(16);
    let mut value = packed & ((1 << LENGTH_SHIFT) - 1);
    let mut out = [b'0'; 16];
    for slot in out[..length].iter_mut().rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
    }
    (out, length)
}

macro_rules! digits {
    ($(#[$doc:meta])* $name:ident, $what:literal, $min:literal..=$max:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            /// From ASCII digits.
            ///
            /// # Errors
            /// `Length` or `Digit`.
            pub fn from_ascii(text: &[u8]) -> Result<Self, IdentityError> {
                pack($what, text, $min, $max, $expected).map(Self)
            }

            /// From TBCD: low half-octet first, `f` fills an odd end (TS 29.002 TBCD-STRING).
            ///
            /// # Errors
            /// `Length` or `Digit`.
            pub fn from_tbcd(octets: &[u8]) -> Result<Self, IdentityError> {
                let mut text = [0u8; 16];
                let mut n = 0;
                for (i, &octet) in octets.iter().enumerate() {
                    for (half, digit) in [(0, octet & 15), (1, octet >> 4)] {
                        if digit == 15 && half == 1 && i + 1 == octets.len() {
                            break;
                        }
                        if digit > 9 {
                            return Err(IdentityError::Digit { what: $what });
                        }
                        if n == text.len() {
                            return Err(IdentityError::Length {
                                what: $what, got: octets.len() * 2, expected: $expected });
                        }
                        text[n] = b'0' + digit;
                        n += 1;
                    }
                }
                Self::from_ascii(&text[..n])
            }

            /// Appends the TBCD form (see [`Self::from_tbcd`]).
            pub fn put_tbcd(self, out: &mut Vec<u8>) {
                let (text, n) = unpack(self.0);
                for pair in text[..n].chunks(2) {
                    let high = pair.get(1).map_or(15, |c| c - b'0');
                    out.push(high << 4 | (pair[0] - b'0'));
                }
            }

            /// The digits as ASCII: the array and how many of it count.
            #[must_use]
            pub fn ascii(self) -> ([u8; 16], usize) {
                unpack(self.0)
            }

            /// The packed form (digits and their number), for use as a database key.
            #[must_use]
            pub fn packed(self) -> u64 {
                self.0
            }

            /// From [`Self::packed`].
            ///
            /// # Errors
            /// `Length` if the number of digits is not allowed, `Digit` if the value has more digits than it says.
            pub fn from_packed(packed: u64) -> Result<Self, IdentityError> {
                let length = (packed >> LENGTH_SHIFT) as usize;
                if !($min..=$max).contains(&length) {
                    return Err(IdentityError::Length { what: $what, got: length, expected: $expected });
                }
                let value = packed & ((1 << LENGTH_SHIFT) - 1);
                if value >= 10u64.pow(length as u32) {
                    return Err(IdentityError::Digit { what: $what });
                }
                Ok(Self(packed))
            }
        }

        impl FromStr for $name {
            type Err = IdentityError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_ascii(text.as_bytes())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (text, n) = unpack(self.0);
                f.pad(std::str::from_utf8(&text[..n]).unwrap_or("?"))
            }
        }

        impl fmt::Debug for $name {
            /// The first five digits (for an IMSI: about the PLMN) and the last two; the rest is masked.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (mut text, n) = unpack(self.0);
                let last = n.saturating_sub(2);
                for c in text.iter_mut().take(last).skip(5) {
                    *c = b'*';
                }
                write!(f, "{}({})", stringify!($name), std::str::from_utf8(&text[..n]).unwrap_or("?"))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

digits!(
    /// International Mobile Subscriber Identity: MCC, MNC, MSIN; 6 to 15 digits (TS 23.003 2.2).
    Imsi, "IMSI", 6..=15, "6 to 15"
);
digits!(
    /// Mobile Subscriber ISDN number: country code, national number; up to 15 digits (TS 23.003 3.3).
    Msisdn, "MSISDN", 1..=15, "1 to 15"
);
digits!(
    /// International Mobile Equipment Identity: 14 digits, or 15 with the check digit (TS 23.003 6.2.1).
    Imei, "IMEI", 14..=15, "14 or 15"
);
digits!(
    /// IMEI and software version: 16 digits (TS 23.003 6.2.2).
    Imeisv, "IMEISV", 16..=16, "16"
);
digits!(
    /// Mobile subscriber identification number: what follows MCC and MNC in an IMSI; 1 to 10 digits (TS 23.003 2.2).
    Msin, "MSIN", 1..=10, "1 to 10"
);
digits!(
    /// Routing indicator: with the home network it leads a SUCI to the AUSF and UDM of the subscriber; 1 to 4 digits,
    /// `0` when the home network assigned none (TS 23.003 2.2B).
    RoutingIndicator, "routing indicator", 1..=4, "1 to 4"
);

impl RoutingIndicator {
    /// Octets on the wire.
    pub const OCTETS: usize = 2;
    /// Of a USIM on which none is configured (TS 23.003 2.2B).
    pub const NONE: Self = Self(1 << LENGTH_SHIFT);

    /// From two octets: low half-octet first, `f` after the last digit (TS 24.501 9.11.3.4).
    ///
    /// # Errors
    /// `Digit` for a half-octet that is neither a digit nor a filler at the end, `Length` without a digit.
    pub fn from_octets([a, b]: [u8; 2]) -> Result<Self, IdentityError> {
        let halves = [a & 15, a >> 4, b & 15, b >> 4];
        let n = halves.iter().position(|&half| half == 15).unwrap_or(4);
        if halves[n..].iter().any(|&half| half != 15) || halves[..n].iter().any(|&half| half > 9) {
            return Err(IdentityError::Digit {
                what: "routing indicator",
            });
        }
        Self::from_ascii(&halves.map(|half| b'0' + half)[..n])
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 2] {
        let (text, n) = self.ascii();
        let half = |i: usize| if i < n { text[i] - b'0' } else { 15 };
        [half(1) << 4 | half(0), half(3) << 4 | half(2)]
    }
}

impl Imsi {
    /// Of a home network and a subscriber in it.
    ///
    /// # Errors
    /// `Length` when both together have not 6 to 15 digits.
    pub fn new(plmn: Plmn, msin: Msin) -> Result<Self, IdentityError> {
        let ((prefix, m), (text, n)) = (plmn.ascii(), msin.ascii());
        let mut digits = [0; 22];
        digits[..m].copy_from_slice(&prefix[..m]);
        digits[m..m + n].copy_from_slice(&text[..n]);
        Self::from_ascii(&digits[..m + n])
    }

    /// The digits after MCC and MNC, if the subscriber's home is `plmn`.
    #[must_use]
    pub fn msin(self, plmn: Plmn) -> Option<Msin> {
        let (text, n) = self.ascii();
        let (_, m) = plmn.ascii();
        if self.is_of(plmn) {
            Msin::from_ascii(&text[m..n]).ok()
        } else {
            None
        }
    }
}

impl Imsi {
    /// Whether this subscriber's home is `plmn`: MCC and MNC, the latter with the PLMN's own number of digits.
    #[must_use]
    pub fn is_of(self, plmn: Plmn) -> bool {
        let (text, n) = self.ascii();
        let (prefix, m) = plmn.ascii();
        n > m && text[..m] == prefix[..m]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_survive_packing() {
        let imsi: Imsi = "001010000000001".parse().unwrap();
        assert_eq!(imsi.to_string(), "001010000000001");
        assert_eq!(Imsi::from_packed(imsi.packed()), Ok(imsi));
        assert_ne!(imsi, "1010000000001".parse().unwrap());
    }

    #[test]
    fn tbcd_round_trips_odd_and_even() {
        for text in ["001010000000001", "33612345678", "4912345678"] {
            let m: Msisdn = text.parse().unwrap();
            let mut out = Vec::new();
            m.put_tbcd(&mut out);
            assert_eq!(Msisdn::from_tbcd(&out), Ok(m));
        }
        assert_eq!(
            Msisdn::from_tbcd(&[0x33, 0x16, 0xf2]).unwrap().to_string(),
            "33612"
        );
        assert!(Msisdn::from_tbcd(&[0xf1, 0x11]).is_err(), "filler inside");
        assert!(Msisdn::from_tbcd(&[0x11; 9]).is_err(), "too long");
    }

    #[test]
    fn debug_masks_the_middle() {
        let imsi: Imsi = "001010123456789".parse().unwrap();
        assert_eq!(format!("{imsi:?}"), "Imsi(00101********89)");
    }

    #[test]
    fn wrong_texts_are_refused() {
        assert!("12345".parse::<Imsi>().is_err());
        assert!("1234567890123456".parse::<Imsi>().is_err());
        assert!("00101000000000x".parse::<Imsi>().is_err());
        assert!(Imsi::from_packed(6 << 56 | 1_000_000).is_err());
    }

    #[test]
    fn an_imsi_is_a_plmn_and_an_msin() {
        let imsi: Imsi = "274012001002086".parse().unwrap();
        let plmn: Plmn = "274-012".parse().unwrap();
        let msin = imsi.msin(plmn).unwrap();
        assert_eq!(msin.to_string(), "001002086");
        assert_eq!(Imsi::new(plmn, msin), Ok(imsi));
        assert_eq!(imsi.msin("27402".parse().unwrap()), None);
        assert!(
            Imsi::new(plmn, "0123456789".parse().unwrap()).is_err(),
            "16 digits"
        );
    }

    #[test]
    fn a_routing_indicator_in_octets() {
        for (text, octets) in [
            ("0", [0xf0, 0xff]),
            ("12", [0x21, 0xff]),
            ("678", [0x76, 0xf8]),
            ("1234", [0x21, 0x43]),
        ] {
            let indicator: RoutingIndicator = text.parse().unwrap();
            assert_eq!(indicator.octets(), octets, "{text}");
            assert_eq!(RoutingIndicator::from_octets(octets), Ok(indicator));
        }
        assert_eq!(RoutingIndicator::NONE, "0".parse().unwrap());
        for octets in [[0xff, 0xff], [0x0f, 0xff], [0xf0, 0xf1], [0xa0, 0xff]] {
            assert!(RoutingIndicator::from_octets(octets).is_err(), "{octets:02x?}");
        }
        assert!("12345".parse::<RoutingIndicator>().is_err() && "".parse::<RoutingIndicator>().is_err());
    }

    #[test]
    fn home_plmn() {
        let imsi: Imsi = "310410123456789".parse().unwrap();
        assert!(imsi.is_of("310410".parse().unwrap()));
        assert!(imsi.is_of("31041".parse().unwrap()));
        assert!(!imsi.is_of("31042".parse().unwrap()));
    }
}
