//! Octet strings as people write them: hex, with or without separators.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Octets that are hex in files; zeroised when dropped, and printed redacted: most of them are keys.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hex(Zeroizing<Vec<u8>>);

/// The octets of a text in hex; blanks, `:` and a leading `0x` are ignored.
///
/// # Errors
/// What is wrong with it, without the text itself.
pub fn octets_of_hex(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim();
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    let digits: Zeroizing<String> = digits
        .chars()
        .filter(|c| !c.is_whitespace() && *c != ':')
        .collect::<String>()
        .into();
    hex::decode(&*digits).map_err(|error| match error {
        hex::FromHexError::OddLength => format!("{} hex digits: an octet has two", digits.len()),
        _ => "not hexadecimal".to_owned(),
    })
}

impl Hex {
    /// From octets.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self(octets.into())
    }

    /// The octets.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Exactly `N` octets.
    ///
    /// # Errors
    /// How many there are, and how many `what` has.
    pub fn exactly<const N: usize>(&self, what: &str) -> Result<[u8; N], String> {
        let length = self.0.len();
        self.0[..].try_into().map_err(|_| {
            format!(
                "{what} has {length} octets, {N} are needed ({} hex digits)",
                2 * N
            )
        })
    }
}

impl TryFrom<String> for Hex {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        octets_of_hex(&Zeroizing::new(text)).map(Self::new)
    }
}

impl std::str::FromStr for Hex {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        octets_of_hex(text).map(Self::new)
    }
}

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex::encode(&*hex.0)
    }
}

impl std::fmt::Debug for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hex({} octets)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_ignored_and_nothing_shows() {
        let hex: Hex = " 0x46:5B 5c ".parse().unwrap();
        assert_eq!(hex.expose(), [0x46, 0x5b, 0x5c]);
        assert_eq!(format!("{hex:?}"), "Hex(3 octets)");
        assert_eq!(String::from(hex.clone()), "465b5c");
        assert!(hex.exactly::<2>("amf").unwrap_err().contains("3 octets, 2 are"));
        for (wrong, said) in [("465", "an octet has two"), ("zz", "not hexadecimal")] {
            let error = wrong.parse::<Hex>().unwrap_err();
            assert!(error.contains(said) && !error.contains("zz"), "{error}");
        }
    }
}
