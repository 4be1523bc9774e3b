//! Small values: CSeq, RAck, and whatever is one value with parameters.

use crate::scan::{number, split_at, token, trim, unquote};
use crate::{Method, Params, ParseError};
use std::borrow::Cow;

/// CSeq (RFC 3261 20.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSeq<'a> {
    /// The number, below 2³¹.
    pub number: u32,
    /// The method.
    pub method: Method<'a>,
}

impl<'a> CSeq<'a> {
    /// Reads the value.
    ///
    /// # Errors
    /// A number that is none, or 2³¹ and above (RFC 3261 8.1.1.5); no method.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let text = trim(text);
        let space = text.find([' ', '\t', '\r', '\n']).unwrap_or(text.len());
        let value = number(&text[..space], "the number of CSeq")?;
        if value >= 1 << 31 {
            return Err(ParseError::expected(0, "the number of CSeq to be below 2^31"));
        }
        let method = Method::of(token(&text[space..], "the method of CSeq")?);
        Ok(Self {
            number: value,
            method,
        })
    }
}

/// A value and its parameters: Event, Subscription-State, Retry-After, Reason, P-Access-Network-Info, P-Visited-Network-ID,
/// Content-Type and others of that form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valued<'a> {
    /// The value as written, quotes included.
    pub value: &'a str,
    /// The parameters.
    pub params: Params<'a>,
}

impl<'a> Valued<'a> {
    /// Reads one value.
    ///
    /// # Errors
    /// Nothing before the first semicolon.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let (value, params) = match split_at(trim(text), b';') {
            (value, Some(params)) => (trim(value), params),
            (value, None) => (value, ""),
        };
        if value.is_empty() {
            return Err(ParseError::expected(0, "a value"));
        }
        Ok(Self {
            value,
            params: Params::new(params),
        })
    }

    /// The value without quotes.
    #[must_use]
    pub fn unquoted(&self) -> Cow<'a, str> {
        unquote(self.value)
    }

    /// Whether the value is `text`, in any case.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.value.eq_ignore_ascii_case(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{CSeq, Valued};
    use crate::Method;

    #[test]
    fn cseq() {
        let parsed = CSeq::parse("0009 \r\n INVITE").unwrap();
        assert_eq!((parsed.number, parsed.method), (9, Method::Invite));
        for text in [
            "",
            "1",
            "INVITE",
            "x INVITE",
            "2147483648 INVITE",
            "4294967296 INVITE",
            "-1 INVITE",
            "1 IN VITE",
        ] {
            assert!(CSeq::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn valued() {
        let parsed = Valued::parse("\"Visited; 1\" ; a=b").unwrap();
        assert_eq!(
            (&*parsed.unquoted(), parsed.params.get("a")),
            ("Visited; 1", Some("b"))
        );
        assert!(Valued::parse("active;expires=10").unwrap().is("Active"));
        assert!(Valued::parse(" ;a").is_err());
    }
}
