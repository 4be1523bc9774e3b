//! Network access identifier, `username@realm` (TS 23.003 14.2, 28.7; RFC 7542), which is what a network specific
//! identifier looks like as a SUPI.
//!
//! Left out: the quoting of RFC 7542 and characters beyond ASCII, which no operator's SUPI was seen to use.

use crate::IdentityError;
use std::{fmt, str::FromStr};

/// Longest NAI in octets: what RADIUS and Diameter carry of a user name (RFC 7542 2.3).
pub const MAX_NAI_OCTETS: usize = 253;

/// `username@realm`: visible ASCII characters; the username may be empty (an anonymous SUCI), the realm may not.
/// `Debug` masks the username.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nai {
    text: Box<str>,
    at: u8,
}

impl Nai {
    /// Of both parts.
    ///
    /// # Errors
    /// `Nai` as for [`FromStr`].
    pub fn new(username: &str, realm: &str) -> Result<Self, IdentityError> {
        format!("{username}@{realm}").parse()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is in front of the `@`.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.text[..usize::from(self.at)]
    }

    /// What is behind the `@`.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.text[usize::from(self.at) + 1..]
    }
}

/// Whether `text` can be a realm: letters, digits and hyphens in labels that are not empty (RFC 7542 2.2).
pub(crate) fn is_realm(text: &str) -> bool {
    text.split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'))
}

impl FromStr for Nai {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |why| IdentityError::Nai { why };
        if text.len() > MAX_NAI_OCTETS {
            return Err(wrong("it is longer"));
        }
        if !text.bytes().all(|c| c.is_ascii_graphic()) {
            return Err(wrong("it holds a character that is not visible ASCII"));
        }
        let (username, realm) = text.split_once('@').ok_or(wrong("it has no @"))?;
        if !is_realm(realm) {
            return Err(wrong("its realm is not labels of letters, digits and hyphens"));
        }
        Ok(Self {
            at: username.len() as u8,
            text: text.into(),
        })
    }
}

impl fmt::Display for Nai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Nai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nai(***@{})", self.realm())
    }
}

impl serde::Serialize for Nai {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}

impl<'de> serde::Deserialize<'de> for Nai {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_print() {
        let nai: Nai = "bob.smith@5gc.example".parse().unwrap();
        assert_eq!((nai.username(), nai.realm()), ("bob.smith", "5gc.example"));
        assert_eq!(nai.to_string(), "bob.smith@5gc.example");
        assert_eq!(format!("{nai:?}"), "Nai(***@5gc.example)");
        assert_eq!(Nai::new("", "a.b").unwrap().username(), "");
    }

    #[test]
    fn wrong_texts_are_refused() {
        let long = format!("{}@a.b", "x".repeat(250));
        for text in [
            "",
            "bob",
            "bob@",
            "bob@a..b",
            "bob@a@b",
            "b b@a",
            "bob@a b",
            "b\u{e9}b@a",
            "bob@a.",
            &long,
        ] {
            assert!(text.parse::<Nai>().is_err(), "{text}");
        }
        assert_eq!(long[1..].parse::<Nai>().unwrap().username().len(), 249);
    }
}
