//! Serving network name (TS 24.501 9.12.1, TS 33.501 6.1.1.4): what binds the keys of 5GS to the network that serves.

use crate::kdf::KdfInput;
use std::fmt;
use std::str::FromStr;

/// Octets of the longest serving network name: with a NID.
pub const MAX_SERVING_NETWORK_NAME_OCTETS: usize = NAME_OCTETS + 1 + NID_DIGITS;

/// Octets of a name without a NID.
const NAME_OCTETS: usize = "5G:mnc001.mcc001.3gppnetwork.org".len();

/// Hexadecimal digits of a network identifier (TS 23.003 12.7).
const NID_DIGITS: usize = 11;

/// The text is no serving network name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a serving network name is 5G:mncNNN.mccNNN.3gppnetwork.org, perhaps with a colon and a NID of 11 upper-case hexadecimal digits"
)]
pub struct WrongServingNetworkName;

/// `5G:mnc001.mcc001.3gppnetwork.org`, and for a stand-alone non-public network `:` and its NID. Written so by both ends:
/// the octets go into the keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServingNetworkName {
    octets: [u8; MAX_SERVING_NETWORK_NAME_OCTETS],
    length: u8,
}

impl ServingNetworkName {
    /// Of a PLMN, in three octets as TS 24.501 codes it; `None` if a half-octet is no digit.
    #[must_use]
    pub fn of_plmn(plmn: &[u8; 3]) -> Option<Self> {
        let [a, b, c] = *plmn;
        let mcc = [a & 15, a >> 4, b & 15];
        // A network code of two digits is written with a zero in front.
        let mnc = if b >> 4 == 15 {
            [0, c & 15, c >> 4]
        } else {
            [c & 15, c >> 4, b >> 4]
        };
        if mcc.iter().chain(&mnc).any(|&digit| digit > 9) {
            return None;
        }
        let mut octets = [0; MAX_SERVING_NETWORK_NAME_OCTETS];
        octets[..NAME_OCTETS].copy_from_slice(b"5G:mnc000.mcc000.3gppnetwork.org");
        for i in 0..3 {
            octets[6 + i] += mnc[i];
            octets[13 + i] += mcc[i];
        }
        Some(Self {
            octets,
            length: NAME_OCTETS as u8,
        })
    }

    /// The same with a network identifier of 44 bits; `None` above.
    #[must_use]
    pub fn with_nid(mut self, nid: u64) -> Option<Self> {
        if nid >> (4 * NID_DIGITS) != 0 {
            return None;
        }
        self.octets[NAME_OCTETS] = b':';
        for (i, digit) in self.octets[NAME_OCTETS + 1..].iter_mut().rev().enumerate() {
            *digit = b"0123456789ABCDEF"[(nid >> (4 * i)) as usize & 15];
        }
        self.length = MAX_SERVING_NETWORK_NAME_OCTETS as u8;
        Some(self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // ASCII by both constructors.
        std::str::from_utf8(self.octets()).unwrap_or_default()
    }

    /// The octets that go into keys and into AT_KDF_INPUT.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }

    /// MCC and MNC, three digits each; an MNC of two digits has a zero in front here.
    #[must_use]
    pub fn mcc_mnc(&self) -> (&str, &str) {
        (&self.as_str()[13..16], &self.as_str()[6..9])
    }

    pub(super) fn into_s(self, s: KdfInput) -> KdfInput {
        s.parameter_up_to::<MAX_SERVING_NETWORK_NAME_OCTETS>(self.octets())
    }
}

impl FromStr for ServingNetworkName {
    type Err = WrongServingNetworkName;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let shape = b"5G:mnc000.mcc000.3gppnetwork.org:HHHHHHHHHHH";
        let fits = bytes.len() == NAME_OCTETS || bytes.len() == MAX_SERVING_NETWORK_NAME_OCTETS;
        let agrees = |(i, (&is, &shape)): (usize, (&u8, &u8))| match shape {
            b'0' if i < NAME_OCTETS => is.is_ascii_digit(),
            b'H' => matches!(is, b'0'..=b'9' | b'A'..=b'F'),
            _ => is == shape,
        };
        if !fits || !bytes.iter().zip(shape).enumerate().all(agrees) {
            return Err(WrongServingNetworkName);
        }
        let mut octets = [0; MAX_SERVING_NETWORK_NAME_OCTETS];
        octets[..bytes.len()].copy_from_slice(bytes);
        Ok(Self {
            octets,
            length: bytes.len() as u8,
        })
    }
}

impl fmt::Display for ServingNetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ServingNetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServingNetworkName({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_plmn_and_with_a_nid() {
        let two = ServingNetworkName::of_plmn(&[0x09, 0xf1, 0x07]).unwrap();
        assert_eq!(two.as_str(), "5G:mnc070.mcc901.3gppnetwork.org");
        assert_eq!(two.mcc_mnc(), ("901", "070"));
        let three = ServingNetworkName::of_plmn(&[0x13, 0x00, 0x62]).unwrap();
        assert_eq!(three.as_str(), "5G:mnc260.mcc310.3gppnetwork.org");
        assert_eq!(three.as_str().parse(), Ok(three));
        let private = two.with_nid(0x0123_4567_89ab).unwrap();
        assert_eq!(private.as_str(), "5G:mnc070.mcc901.3gppnetwork.org:123456789AB");
        assert_eq!(private.as_str().parse(), Ok(private));
        assert_eq!(two.with_nid(1 << 44), None);
        assert_eq!(ServingNetworkName::of_plmn(&[0xa9, 0xf1, 0x07]), None);
        assert_eq!(ServingNetworkName::of_plmn(&[0x09, 0xf1, 0xf7]), None);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "5G:mnc70.mcc901.3gppnetwork.org",
            "5g:mnc070.mcc901.3gppnetwork.org",
            "5G:mnc070.mcc901.3gppnetwork.org:",
            "5G:mnc070.mcc901.3gppnetwork.org:123456789ab",
            "5G:mnc070.mcc9o1.3gppnetwork.org",
            "5G:mnc070.mcc901.3gppnetwork.com",
            "5G:mnc070.mcc901.4gppnetwork.org",
        ] {
            assert_eq!(
                text.parse::<ServingNetworkName>(),
                Err(WrongServingNetworkName),
                "{text}"
            );
        }
    }
}
