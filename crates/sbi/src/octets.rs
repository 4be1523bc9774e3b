//! Octet strings in JSON: hexadecimal as TS 29.503 and TS 29.509 write them, base64 for `format: byte` (TS 29.571 5.2.2).
//!
//! Those that are keys, or tell whether an authentication holds, are zeroised, never printed, and compared in constant
//! time.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// The longest XRES, octets (TS 33.102 6.3.7: 32 to 128 bits).
const MAX_XRES: usize = 16;
/// The shortest XRES, octets.
const MIN_XRES: usize = 4;

/// `N` octets written as `2N` hexadecimal digits: RAND, AUTN, AUTS, an SD. Read in either case, written in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hex<const N: usize>(pub [u8; N]);

/// A key, or a response that proves one, of `N` octets written as `2N` hexadecimal digits.
#[derive(Clone)]
pub struct SecretHex<const N: usize>([u8; N]);

/// XRES of EAP-AKA': 4 to 16 octets in hexadecimal (TS 29.503 6.3.6.3.2).
#[derive(Clone)]
pub struct Xres {
    octets: [u8; MAX_XRES],
    length: u8,
}

/// Octets in base64: an EAP packet. May be `null` in JSON where the specification says so; that is `Option`'s.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Base64(pub Vec<u8>);

impl<const N: usize> SecretHex<N> {
    /// From its octets.
    #[must_use]
    pub const fn new(octets: [u8; N]) -> Self {
        Self(octets)
    }

    /// The octets: for a derivation, never for a log.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl Xres {
    /// From 4 to 16 octets; `None` for any other length.
    #[must_use]
    pub fn new(octets: &[u8]) -> Option<Self> {
        if !(MIN_XRES..=MAX_XRES).contains(&octets.len()) {
            return None;
        }
        let mut xres = Self {
            octets: [0; MAX_XRES],
            length: octets.len() as u8,
        };
        xres.octets[..octets.len()].copy_from_slice(octets);
        Some(xres)
    }

    /// The octets.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }
}

impl<const N: usize> Drop for SecretHex<N> {
    fn drop(&mut self) {
        self.0 = [0; N];
        zeroize::optimization_barrier(&self.0);
    }
}

impl Drop for Xres {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

impl<const N: usize> PartialEq for SecretHex<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl<const N: usize> Eq for SecretHex<N> {}

impl PartialEq for Xres {
    fn eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}
impl Eq for Xres {}

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl<const N: usize> fmt::Debug for SecretHex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretHex({N} octets)")
    }
}

impl fmt::Debug for Xres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Xres({} octets)", self.length)
    }
}

impl fmt::Debug for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // EAP packets carry AT_RES and identities.
        write!(f, "Base64({} octets)", self.0.len())
    }
}

impl<const N: usize> From<[u8; N]> for Hex<N> {
    fn from(octets: [u8; N]) -> Self {
        Self(octets)
    }
}

impl<const N: usize> From<[u8; N]> for SecretHex<N> {
    fn from(octets: [u8; N]) -> Self {
        Self(octets)
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

/// Room for the digits of the longest fixed octet string, an MSK of 64 octets.
const MAX_DIGITS: usize = 128;

fn write_hex<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let mut digits = Zeroizing::new([0u8; MAX_DIGITS]);
    let digits = digits
        .get_mut(..octets.len() * 2)
        .ok_or_else(|| serde::ser::Error::custom("octet string too long"))?;
    hex::encode_to_slice(octets, digits).map_err(serde::ser::Error::custom)?;
    let text = std::str::from_utf8(digits).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(text)
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_hex(&self.0, serializer)
    }
}

impl<const N: usize> Serialize for SecretHex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_hex(&self.0, serializer)
    }
}

impl Serialize for Xres {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_hex(self.expose(), serializer)
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(STANDARD.encode(&self.0)))
    }
}

struct FixedVisitor<const N: usize>;

impl<const N: usize> Visitor<'_> for FixedVisitor<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hexadecimal digits", N * 2)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let mut octets = [0; N];
        // What was sent may be a key with one digit wrong: it is not repeated in the error.
        hex::decode_to_slice(text, &mut octets)
            .map_err(|_| E::invalid_value(Unexpected::Other("another string"), &self))?;
        Ok(octets)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(FixedVisitor).map(Self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for SecretHex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(FixedVisitor).map(Self)
    }
}

struct XresVisitor;

impl Visitor<'_> for XresVisitor {
    type Value = Xres;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("8 to 32 hexadecimal digits, an even number of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Xres, E> {
        let mut octets = Zeroizing::new([0; MAX_XRES]);
        octets
            .get_mut(..text.len() / 2)
            .and_then(|octets| {
                hex::decode_to_slice(text, octets).ok()?;
                Xres::new(octets)
            })
            .ok_or_else(|| E::invalid_value(Unexpected::Other("another string"), &self))
    }
}

impl<'de> Deserialize<'de> for Xres {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(XresVisitor)
    }
}

struct Base64Visitor;

impl Visitor<'_> for Base64Visitor {
    type Value = Base64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Base64, E> {
        STANDARD
            .decode(text)
            .or_else(|_| STANDARD_NO_PAD.decode(text))
            .map(Base64)
            .map_err(|_| E::invalid_value(Unexpected::Other("another string"), &self))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_of_either_case_and_the_right_length_only() {
        let read: Hex<3> = serde_json::from_str("\"0aFf10\"").expect("valid");
        assert_eq!(read, Hex([0x0a, 0xff, 0x10]));
        assert_eq!(serde_json::to_string(&read).expect("valid"), "\"0aff10\"");
        for wrong in [
            "\"0aff1\"",
            "\"0aff1000\"",
            "\"0aff1g\"",
            "\"\"",
            "7",
            "null",
            "[]",
        ] {
            assert!(serde_json::from_str::<Hex<3>>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let key = SecretHex::new([0xab; 32]);
        assert_eq!(format!("{key:?}"), "SecretHex(32 octets)");
        assert_eq!(
            serde_json::to_string(&key).expect("valid"),
            format!("\"{}\"", "ab".repeat(32))
        );
        let wrong = serde_json::from_str::<SecretHex<4>>("\"abababxx\"").expect_err("not hexadecimal");
        assert!(!wrong.to_string().contains("abab"), "{wrong}");
        assert_ne!(key, SecretHex::new([0xac; 32]));
    }

    #[test]
    fn xres_has_4_to_16_octets() {
        for length in [3, 4, 8, 16, 17] {
            let text = format!("\"{}\"", "5c".repeat(length));
            let read = serde_json::from_str::<Xres>(&text);
            assert_eq!(read.is_ok(), (4..=16).contains(&length), "{length}");
            if let Ok(xres) = read {
                assert_eq!(xres.expose(), vec![0x5c; length]);
                assert_eq!(serde_json::to_string(&xres).expect("valid"), text);
            }
        }
    }

    #[test]
    fn base64_with_and_without_padding() {
        for text in ["\"AQIDBA==\"", "\"AQIDBA\""] {
            assert_eq!(
                serde_json::from_str::<Base64>(text).expect("valid").0,
                [1, 2, 3, 4]
            );
        }
        assert!(serde_json::from_str::<Base64>("\"AQ*D\"").is_err());
        assert_eq!(
            serde_json::to_string(&Base64(vec![1, 2, 3, 4])).expect("valid"),
            "\"AQIDBA==\""
        );
    }
}
