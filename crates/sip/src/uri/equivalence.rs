//! When two URIs name the same (RFC 3261 19.1.4, RFC 3966 4), and the form that all ways of writing one share.

use super::{Scheme, Uri};
use crate::Params;

impl Uri<'_> {
    /// Appends what names a user, the same for every way of writing it: no parameters, headers or password, the host in lower case,
    /// no needless escapes; a telephone number without visual separators. TS 23.003 13.4 compares public identities so.
    pub fn canonical(&self, out: &mut String) {
        let lower = |text: &str, out: &mut String| out.extend(text.chars().map(|c| c.to_ascii_lowercase()));
        match self.scheme {
            Scheme::Sip | Scheme::Sips => {
                out.push_str(if self.scheme == Scheme::Sip {
                    "sip:"
                } else {
                    "sips:"
                });
                if let Some(user) = self.user {
                    unescape(user, out);
                    out.push('@');
                }
                lower(self.host, out);
                if let Some(port) = self.port {
                    out.push_str(&format!(":{port}"));
                }
            }
            Scheme::Tel => {
                out.push_str("tel:");
                let number = self.user.unwrap_or_default().chars();
                out.extend(
                    number
                        .filter(|c| !matches!(c, '-' | '.' | '(' | ')'))
                        .map(|c| c.to_ascii_lowercase()),
                );
                if let Some(context) = self.params.get("phone-context") {
                    out.push_str(";phone-context=");
                    lower(context, out);
                }
            }
            Scheme::Other(scheme) => {
                lower(scheme, out);
                out.push(':');
                out.push_str(self.user.unwrap_or_default());
            }
        }
    }

    /// [`Uri::canonical`] as a text of its own.
    #[must_use]
    pub fn to_canonical(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        self.canonical(&mut out);
        out
    }

    /// Whether the two name the same resource (RFC 3261 19.1.4, RFC 3966 4).
    #[must_use]
    pub fn is_equivalent(&self, other: &Uri<'_>) -> bool {
        let same_scheme = match (self.scheme, other.scheme) {
            (Scheme::Other(a), Scheme::Other(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        };
        let unescaped = |text: Option<&str>| {
            let mut out = String::new();
            unescape(text?, &mut out);
            Some(out)
        };
        if !same_scheme {
            return false;
        }
        match self.scheme {
            Scheme::Sip | Scheme::Sips => {
                unescaped(self.user) == unescaped(other.user)
                    && unescaped(self.password) == unescaped(other.password)
                    && self.host.eq_ignore_ascii_case(other.host)
                    && self.port == other.port
                    && same_params(self.params, other.params)
                    && same_params(other.params, self.params)
                    && same_headers(self.headers, other.headers)
            }
            Scheme::Tel => self.to_canonical() == other.to_canonical(),
            Scheme::Other(_) => self.user == other.user,
        }
    }
}

/// Appends `text` with those escapes undone that stand for unreserved characters (RFC 3261 19.1.4).
fn unescape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let escape = rest.get(at..at + 3).unwrap_or(&rest[at..]);
        let octet = escape
            .get(1..)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match octet {
            Some(octet) if is_unreserved(octet) => out.push(char::from(octet)),
            _ => out.extend(escape.chars().map(|c| c.to_ascii_uppercase())),
        }
        rest = &rest[at + escape.len()..];
    }
    out.push_str(rest);
}

/// Whether an octet needs no escape anywhere.
const fn is_unreserved(octet: u8) -> bool {
    matches!(octet, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
        | b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')')
}

/// Whether every parameter of `a` that must agree does: one that both have, and those that count also when only one has them.
fn same_params(a: Params<'_>, b: Params<'_>) -> bool {
    a.iter().all(|(name, value)| match b.get(name) {
        Some(other) => value.unwrap_or("").eq_ignore_ascii_case(other),
        None => !["transport", "user", "ttl", "method", "maddr"]
            .iter()
            .any(|must| name.eq_ignore_ascii_case(must)),
    })
}

/// Whether the headers of two URIs are the same, in whatever order.
fn same_headers(a: Option<&str>, b: Option<&str>) -> bool {
    let sorted = |headers: Option<&str>| {
        let mut headers: Vec<String> = headers
            .unwrap_or("")
            .split('&')
            .map(str::to_ascii_lowercase)
            .collect();
        headers.sort_unstable();
        headers
    };
    sorted(a) == sorted(b)
}
