//! Access Point Name, network identifier part (TS 23.003 9.1.1).

use crate::IdentityError;
use std::{fmt, str::FromStr};

/// An APN network identifier in its text form, lower case (`internet`, `ims`); `*` is the wild card of TS 23.003 9.2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Apn(Box<str>);

/// Longest APN, in octets of its text form (TS 23.003 9.1: 100 octets encoded).
pub const MAX_APN_OCTETS: usize = 99;

impl Apn {
    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Apn {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |why| Err(IdentityError::Apn { why });
        if text == "*" {
            return Ok(Self(text.into()));
        }
        if text.len() > MAX_APN_OCTETS {
            return wrong("longer than 100 octets");
        }
        for label in text.split('.') {
            if label.is_empty() || label.len() > 63 {
                return wrong("a label is empty or longer than 63");
            }
            if !label
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
            {
                return wrong("a character that is not a letter, digit or hyphen");
            }
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for Apn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Apn {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        assert_eq!(
            "Internet.MNC001".parse::<Apn>().unwrap().as_str(),
            "internet.mnc001"
        );
        for wrong in ["", "a..b", ".a", "a b", &"x".repeat(64), &"ab.".repeat(40)] {
            assert!(wrong.parse::<Apn>().is_err(), "{wrong}");
        }
    }
}
