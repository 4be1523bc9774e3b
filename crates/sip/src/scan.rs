//! The pieces of RFC 3261 25.1 that all headers are made of: white space, tokens, quoted strings, lists.

use crate::ParseError;
use std::borrow::Cow;

/// White space, line ends of folded lines included: what is inside a value may be folded anywhere between its pieces.
pub(crate) const fn is_white(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// Without white space at either end.
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    let octets = text.as_bytes();
    let (mut from, mut to) = (0, octets.len());
    while from < to && is_white(octets[from]) {
        from += 1;
    }
    while to > from && is_white(octets[to - 1]) {
        to -= 1;
    }
    &text[from..to]
}

/// Without white space at its beginning.
pub(crate) fn trim_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
}

/// Whether an octet may stand in a token.
pub(crate) const fn is_token_octet(octet: u8) -> bool {
    matches!(octet, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
        | b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// [`is_token_octet`] as a table, for the loop over every message's names.
pub(crate) static TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet < 256 {
        table[octet] = is_token_octet(octet as u8);
        octet += 1;
    }
    table
};

/// Whether `text` is a token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| TOKEN[usize::from(octet)])
}

/// A token, or the error that `what` was expected.
pub(crate) fn token<'a>(text: &'a str, what: &'static str) -> Result<&'a str, ParseError> {
    let text = trim(text);
    if is_token(text) {
        Ok(text)
    } else {
        Err(ParseError::expected(0, what))
    }
}

/// A decimal number of at most ten digits, or the error that `what` was expected.
pub(crate) fn number(text: &str, what: &'static str) -> Result<u32, ParseError> {
    let text = trim(text);
    if text.is_empty() || text.len() > 10 || !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(ParseError::expected(0, what));
    }
    text.parse().map_err(|_| ParseError::expected(0, what))
}

/// Where the quoted string that begins `text` ends, behind its closing quote.
pub(crate) fn quoted_end(text: &str) -> Option<usize> {
    let octets = text.as_bytes();
    if octets.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    while let Some(found) = octets
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found;
        if octets[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
    None
}

/// Octets that are looked at one by one before a search begins whose start costs as much: most parameters are shorter.
const NEAR: usize = 16;

/// The first separator, quote or bracket.
#[inline]
fn find3(separator: u8, octets: &[u8]) -> Option<usize> {
    let near = &octets[..octets.len().min(NEAR)];
    let found = near
        .iter()
        .position(|octet| *octet == separator || matches!(octet, b'"' | b'<'));
    found.or_else(|| Some(near.len() + memchr::memchr3(separator, b'"', b'<', &octets[near.len()..])?))
}

/// Splits at the first `separator` outside of quotes and angle brackets: what is before it, and what follows.
#[inline]
pub(crate) fn split_at(text: &str, separator: u8) -> (&str, Option<&str>) {
    let octets = text.as_bytes();
    let mut at = 0;
    while let Some(found) = find3(separator, &octets[at..]) {
        at += found;
        // A quote or bracket that never closes swallows the rest: whoever reads the piece finds it malformed.
        match octets[at] {
            b'"' => match quoted_end(&text[at..]) {
                Some(length) => at += length,
                None => return (text, None),
            },
            b'<' => match memchr::memchr(b'>', &octets[at..]) {
                Some(length) => at += length + 1,
                None => return (text, None),
            },
            _ => return (&text[..at], Some(&text[at + 1..])),
        }
    }
    (text, None)
}

/// The values of a list, separated by commas outside of quotes and angle brackets; empty ones are passed over.
#[derive(Clone, Copy, Debug)]
pub struct List<'a>(Option<&'a str>);

impl<'a> List<'a> {
    /// The values of `text`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(Some(text))
    }
}

impl<'a> Iterator for List<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let (value, rest) = split_at(self.0?, b',');
            self.0 = rest;
            let value = trim(value);
            if !value.is_empty() {
                return Some(value);
            }
        }
    }
}

/// The contents of a quoted string without quotes and backslashes; what is not quoted comes back as it is.
#[must_use]
pub fn unquote(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return Cow::Borrowed(text);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut escaped = false;
    for character in inner.chars() {
        if character == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(character);
            escaped = false;
        }
    }
    Cow::Owned(out)
}

/// A folded value in one line: each line end and the white space about it becomes one space (RFC 3261 7.3.1).
#[must_use]
pub fn unfold(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(trim(line));
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{List, unfold, unquote};

    #[test]
    fn lists_split_outside_of_quotes_and_brackets() {
        let text = r#" "a, \"b" <sip:x,y@h>;p="," , c,, d "#;
        let values: Vec<_> = List::new(text).collect();
        assert_eq!(values, [r#""a, \"b" <sip:x,y@h>;p=",""#, "c", "d"]);
        assert_eq!(List::new(" , ").count(), 0);
        assert_eq!(List::new("\"open, <a>, b").count(), 1);
    }

    #[test]
    fn quoted_and_folded() {
        assert_eq!(unquote(r#""a\\b\"c""#), "a\\b\"c");
        assert_eq!(unquote("plain"), "plain");
        assert_eq!(unfold("a\r\n \t b\r\n\tc"), "a b c");
    }
}
