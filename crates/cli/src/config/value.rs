//! Values that check themselves while the file is read, so that the error stands at the value.

use serde::Deserialize;

/// Longest DiameterIdentity: a domain name (RFC 1035 2.3.4).
const MAX_IDENTITY_OCTETS: usize = 255;

/// A DiameterIdentity: a fully qualified domain name (RFC 6733 4.3.1). Compared without case.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Identity(String);

impl Identity {
    /// From a name that is known to be one.
    pub(crate) fn of(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl TryFrom<String> for Identity {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let label = |l: &str| {
            (1..=63).contains(&l.len())
                && l.bytes()
                    .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        };
        if name.len() <= MAX_IDENTITY_OCTETS && name.split('.').all(label) {
            Ok(Self(name))
        } else {
            Err(format!(
                "{name:?} is not a DiameterIdentity: a domain name is wanted, labels of letters, digits and \
                 hyphens with dots between them"
            ))
        }
    }
}

/// Milliseconds within limits.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u64")]
pub(crate) struct Milliseconds<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Milliseconds<MIN, MAX> {
    /// A default, checked when compiled.
    pub(crate) const fn new(value: u64) -> Self {
        assert!(value >= MIN && value <= MAX, "outside the limits");
        Self(value)
    }

    pub(crate) fn duration(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0)
    }
}

impl<const MIN: u64, const MAX: u64> TryFrom<u64> for Milliseconds<MIN, MAX> {
    type Error = String;

    fn try_from(value: u64) -> Result<Self, String> {
        if (MIN..=MAX).contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("{value} ms is not allowed, expected {MIN} to {MAX}"))
        }
    }
}

/// A slot of the sequence number generator.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u64")]
pub(crate) struct SlotNumber(pub(crate) u8);

impl TryFrom<u64> for SlotNumber {
    type Error = String;

    fn try_from(value: u64) -> Result<Self, String> {
        match u8::try_from(value) {
            Ok(slot) if slot < 8 => Ok(Self(slot)),
            _ => Err(format!("slot {value} is not allowed, expected 0 to 7")),
        }
    }
}
