//! Octet strings on the command line: hex, with or without separators.

use std::str::FromStr;

/// Octets given as hex; blanks, `:` and a leading `0x` are ignored. Prints redacted: most of them are keys.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Octets(pub(crate) Vec<u8>);

impl FromStr for Octets {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text
            .strip_prefix("0x")
            .unwrap_or(text)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != ':')
            .collect();
        hex::decode(&digits).map(Self).map_err(|error| match error {
            hex::FromHexError::OddLength => format!("{} hex digits: an octet has two", digits.len()),
            other => format!("not hexadecimal: {other}"),
        })
    }
}

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Octets({} redacted)", self.0.len())
    }
}

/// Exactly `N` octets, for clap.
pub(crate) fn exactly<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let Octets(octets) = text.parse()?;
    let length = octets.len();
    octets
        .try_into()
        .map_err(|_| format!("{length} octets given, {N} needed ({} hex digits)", 2 * N))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_ignored_and_lengths_checked() {
        assert_eq!(exactly::<2>("0x80:00"), Ok([0x80, 0]));
        assert_eq!(exactly::<2>("80 00"), Ok([0x80, 0]));
        assert!(
            exactly::<2>("8000ff")
                .unwrap_err()
                .contains("3 octets given, 2 needed")
        );
        assert!(exactly::<2>("800").unwrap_err().contains("an octet has two"));
        assert!(exactly::<2>("80zz").unwrap_err().contains("not hexadecimal"));
    }
}
