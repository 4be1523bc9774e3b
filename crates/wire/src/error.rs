//! A decode error: what, where, why.

use std::fmt;

/// Why octets could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Fewer octets than the element needs.
    Truncated {
        /// Octets the element needs.
        needed: usize,
        /// Octets that were there.
        available: usize,
    },
    /// A length field that the element's definition does not allow.
    Length {
        /// The length as received, in octets.
        got: usize,
        /// What is allowed, for people.
        expected: &'static str,
    },
    /// A value that the element's definition does not allow.
    Value {
        /// The value as received.
        got: u64,
        /// What is allowed, for people.
        expected: &'static str,
    },
    /// Nested deeper than the named limit.
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// More elements than the named limit.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Octets left over after the element.
    Trailing {
        /// How many.
        octets: usize,
    },
    /// Text that is not what its type demands (UTF-8, digits, …).
    Text {
        /// What is allowed, for people.
        expected: &'static str,
    },
}

/// A decode error with its place.
///
/// `at` is the offset in octets from the start of the decoded input; `path` names the elements from the outermost
/// inwards (empty at the top level). The path costs an allocation only when an error is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Offset of the offending octet from the start of the input.
    pub at: usize,
    /// Element names from the outermost inwards, joined by `/`.
    pub path: String,
    /// Why.
    pub kind: DecodeErrorKind,
}

impl DecodeError {
    /// An error at `at` octets from the start, with an empty path.
    #[must_use]
    pub fn new(at: usize, kind: DecodeErrorKind) -> Self {
        Self {
            at,
            path: String::new(),
            kind,
        }
    }

    /// The same error seen from inside `element`: prepends it to the path.
    #[must_use]
    pub fn within(mut self, element: &str) -> Self {
        if self.path.is_empty() {
            self.path.push_str(element);
        } else {
            self.path.insert(0, '/');
            self.path.insert_str(0, element);
        }
        self
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { needed, available } => {
                write!(f, "needs {needed} octets, {available} are there")
            }
            Self::Length { got, expected } => write!(f, "length {got} is not allowed, expected {expected}"),
            Self::Value { got, expected } => write!(f, "value {got} is not allowed, expected {expected}"),
            Self::TooDeep { limit } => write!(f, "nested deeper than {limit}"),
            Self::TooMany { limit } => write!(f, "more than {limit} elements"),
            Self::Trailing { octets } => write!(f, "{octets} octets too many"),
            Self::Text { expected } => write!(f, "text is not {expected}"),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "octet {}: {}", self.at, self.kind)
        } else {
            write!(f, "octet {}, {}: {}", self.at, self.path, self.kind)
        }
    }
}

impl std::error::Error for DecodeError {}
