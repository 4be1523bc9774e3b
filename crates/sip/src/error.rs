//! What is wrong with octets that should be SIP.

use std::fmt;

/// Why octets or a header's value could not be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The octet it was noticed at, from the beginning of what was given to the parser: a message, or one value.
    pub at: usize,
    /// What is wrong.
    pub kind: ParseErrorKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Nothing but line ends: a keep-alive, not a message (RFC 3261 7.5, RFC 5626 4.4.1).
    Empty,
    /// Longer, or more of something, than the named limit.
    Limit(&'static str),
    /// The header part ends before its empty line.
    Unterminated,
    /// The header part is no UTF-8.
    NotUtf8,
    /// A CR without LF, an LF without CR, or a NUL.
    LineEnd,
    /// Something else was expected there.
    Expected(&'static str),
    /// A header that must be there is missing.
    Missing(crate::Name),
    /// A header that may occur once occurs again.
    Repeated(crate::Name),
    /// Content-Length says more than there is.
    Truncated {
        /// Octets the header promises.
        promised: usize,
        /// Octets behind the header part.
        available: usize,
    },
}

impl ParseError {
    /// `what` was expected at octet `at`.
    pub(crate) const fn expected(at: usize, what: &'static str) -> Self {
        Self {
            at,
            kind: ParseErrorKind::Expected(what),
        }
    }

    /// The header `name` is missing.
    pub(crate) const fn missing(name: crate::Name) -> Self {
        Self {
            at: 0,
            kind: ParseErrorKind::Missing(name),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ParseErrorKind::Missing(name) => return write!(f, "no {name} header"),
            ParseErrorKind::Repeated(name) => return write!(f, "more than one {name} header"),
            _ => write!(f, "octet {}: ", self.at)?,
        }
        match self.kind {
            ParseErrorKind::Empty => f.write_str("nothing but line ends"),
            ParseErrorKind::Limit(limit) => write!(f, "above the limit of {limit}"),
            ParseErrorKind::Unterminated => f.write_str("the header part has no end"),
            ParseErrorKind::NotUtf8 => f.write_str("the header part is no UTF-8"),
            ParseErrorKind::LineEnd => f.write_str("a lone CR or LF, or a NUL"),
            ParseErrorKind::Expected(what) => write!(f, "expected {what}"),
            ParseErrorKind::Truncated { promised, available } => {
                write!(
                    f,
                    "Content-Length is {promised}, but there are {available} octets"
                )
            }
            ParseErrorKind::Missing(_) | ParseErrorKind::Repeated(_) => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}
