//! Name and address: From, To, Contact, Route and their likes (RFC 3261 20.10, 25.1).

use crate::scan::{is_token, quoted_end, trim, trim_start, unquote};
use crate::{Params, ParseError, Uri};
use std::borrow::Cow;

/// A URI with its display name and the header's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameAddr<'a> {
    text: &'a str,
    /// The display name as written, quotes included.
    pub display: Option<&'a str>,
    /// The URI.
    pub uri: Uri<'a>,
    /// The parameters of the header, not of the URI.
    pub params: Params<'a>,
}

impl<'a> NameAddr<'a> {
    /// Reads one value: `"name" <uri>;params`, `<uri>;params` or `uri;params`.
    ///
    /// # Errors
    /// A URI that is none; one without brackets that holds a comma or question mark (RFC 3261 20); something between the closing
    /// bracket and the parameters.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let text = trim(text);
        let base = text.as_ptr() as usize;
        let place = |piece: &str| piece.as_ptr() as usize - base;
        let (display, rest) = if text.starts_with('"') {
            let end = quoted_end(text).ok_or(ParseError::expected(text.len(), "a closing quote"))?;
            (Some(&text[..end]), trim_start(&text[end..]))
        } else {
            match text.find('<') {
                Some(at) => {
                    let name = trim(&text[..at]);
                    (Some(name).filter(|name| !name.is_empty()), &text[at..])
                }
                None => (None, text),
            }
        };
        let Some(rest) = rest.strip_prefix('<') else {
            return match display {
                Some(_) => Err(ParseError::expected(place(rest), "< behind a display name")),
                None => Self::bare(text),
            };
        };
        if let Some(name) = display
            && !name.starts_with('"')
            && !name
                .split([' ', '\t', '\r', '\n'])
                .all(|word| word.is_empty() || is_token(word))
        {
            return Err(ParseError::expected(0, "a display name of tokens, or in quotes"));
        }
        let end = rest
            .find('>')
            .ok_or(ParseError::expected(text.len(), "> behind a URI"))?;
        let uri = Uri::parse(&rest[..end]).map_err(|error| ParseError {
            at: error.at + place(rest),
            ..error
        })?;
        let tail = trim(&rest[end + 1..]);
        let params = match tail.strip_prefix(';') {
            Some(params) => params,
            None if tail.is_empty() => "",
            None => return Err(ParseError::expected(place(tail), "; or the end behind >")),
        };
        Ok(Self {
            text,
            display,
            uri,
            params: Params::new(params),
        })
    }

    /// A URI without brackets: what follows a semicolon is the header's (RFC 3261 20.10).
    fn bare(text: &'a str) -> Result<Self, ParseError> {
        let (uri, params) = text.split_once(';').unwrap_or((text, ""));
        let uri = trim(uri);
        if let Some(at) = uri.find([',', '?']) {
            return Err(ParseError::expected(
                at,
                "a URI with comma or question mark to be in brackets",
            ));
        }
        Ok(Self {
            text,
            display: None,
            uri: Uri::parse(uri)?,
            params: Params::new(params),
        })
    }

    /// The whole value.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The display name without its quotes.
    #[must_use]
    pub fn display_name(&self) -> Option<Cow<'a, str>> {
        self.display.map(unquote)
    }

    /// The `tag` parameter.
    #[must_use]
    pub fn tag(&self) -> Option<&'a str> {
        self.params.get("tag")
    }

    /// The `expires` parameter of a contact in seconds; `None` if there is none, or it is no number (RFC 3261 10.3: the default then).
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        self.params.number("expires")
    }

    /// The `q` parameter of a contact in thousandths; `None` if there is none, or it is no qvalue.
    #[must_use]
    pub fn q(&self) -> Option<u16> {
        self.params.get("q").and_then(qvalue)
    }

    /// The `reg-id` parameter (RFC 5626 4.2).
    #[must_use]
    pub fn reg_id(&self) -> Option<u32> {
        self.params.number("reg-id").filter(|id| *id > 0)
    }

    /// The instance (RFC 5626 4.1) without quotes: `<urn:…>`.
    #[must_use]
    pub fn instance(&self) -> Option<Cow<'a, str>> {
        self.params.unquoted("+sip.instance")
    }
}

/// A qvalue in thousandths: 0 to 1 with at most three digits behind the point.
#[must_use]
pub fn qvalue(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
    let thousandths = digits.fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// A value of Contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact<'a> {
    /// `*`: all of them, to be removed (RFC 3261 10.2.2).
    All,
    /// One.
    Address(NameAddr<'a>),
}

impl<'a> Contact<'a> {
    /// Reads one value.
    ///
    /// # Errors
    /// As [`NameAddr::parse`].
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        if trim(text) == "*" {
            return Ok(Self::All);
        }
        NameAddr::parse(text).map(Self::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::{Contact, NameAddr, qvalue};

    #[test]
    fn forms() {
        let parsed = NameAddr::parse(r#""J \"R\" <x>" <sip:j@h;lr>;tag=1;expires=3600;q=0.7 "#).unwrap();
        assert_eq!(parsed.display_name().unwrap(), "J \"R\" <x>");
        assert_eq!((parsed.uri.as_str(), parsed.tag()), ("sip:j@h;lr", Some("1")));
        assert_eq!((parsed.expires(), parsed.q()), (Some(3600), Some(700)));
        // RFC 3261 20.10: without brackets, parameters are the header's.
        let parsed = NameAddr::parse("sip:j@h;tag=2").unwrap();
        assert_eq!((parsed.uri.as_str(), parsed.tag()), ("sip:j@h", Some("2")));
        // RFC 4475 3.1.1.6: no white space before the bracket; folded between tokens.
        assert_eq!(
            NameAddr::parse("caller<sip:c@h>;tag=3").unwrap().display,
            Some("caller")
        );
        assert_eq!(
            NameAddr::parse("a\r\n b <sip:c@h>").unwrap().display,
            Some("a\r\n b")
        );
        assert_eq!(Contact::parse(" * "), Ok(Contact::All));
        let parsed = NameAddr::parse(r#"<sip:c@h>;reg-id=1;+sip.instance="<urn:gsma:imei:1>""#).unwrap();
        assert_eq!(
            (parsed.reg_id(), parsed.instance().as_deref()),
            (Some(1), Some("<urn:gsma:imei:1>"))
        );
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "<>",
            "<sip:h",
            "\"a <sip:h>",
            "\"a\" sip:h",
            "<sip:h> x",
            "sip:a@h?x=y",
            "sip:a,b@h",
            "a@b <sip:h>",
            "< sip:h>",
            "\"a\"",
        ] {
            assert!(NameAddr::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn qvalues() {
        for (text, expected) in [
            ("0", 0),
            ("1", 1000),
            ("0.5", 500),
            ("0.125", 125),
            ("1.000", 1000),
            ("0.", 0),
        ] {
            assert_eq!(qvalue(text), Some(expected), "{text}");
        }
        for text in ["", "2", "1.1", "0.1234", ".5", "-0.1", "0.+1"] {
            assert_eq!(qvalue(text), None, "{text}");
        }
    }
}
