//! Extended regular expressions of POSIX, as trigger points have them (TS 29.228 Annex F).

use regex::{Regex, RegexBuilder};
use std::fmt;
use std::sync::OnceLock;

/// The most octets a compiled expression takes. A profile has hundreds of them; one of the longest in use takes 40 kB.
const MAX_COMPILED_OCTETS: usize = 512 * 1024;

/// The longest expression that is compiled; a longer one matches nothing.
const MAX_PATTERN_OCTETS: usize = 1024;

/// An expression, compiled when it is first used. Matching takes time linear in the text, whatever the expression.
#[derive(Clone)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
    /// As a name: in any case.
    compiled_name: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// From its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            compiled: OnceLock::new(),
            compiled_name: OnceLock::new(),
        }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether some part of `text` matches. What is no expression matches nothing.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| compile(&self.text, false));
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Whether it is `name` or an expression for the whole of it, without regard to case: header fields' names.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        if self.text.eq_ignore_ascii_case(name) {
            return true;
        }
        // A name of RFC 3261 is a token: what has other characters is an expression.
        if self
            .text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            return false;
        }
        let compiled = self.compiled_name.get_or_init(|| compile(&self.text, true));
        compiled.as_ref().is_some_and(|regex| {
            regex
                .find(name)
                .is_some_and(|found| found.start() == 0 && found.end() == name.len())
        })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.text)
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

fn compile(text: &str, any_case: bool) -> Option<Regex> {
    if text.len() > MAX_PATTERN_OCTETS {
        return None;
    }
    RegexBuilder::new(&translate(text))
        .case_insensitive(any_case)
        .unicode(true)
        .size_limit(MAX_COMPILED_OCTETS)
        .dfa_size_limit(MAX_COMPILED_OCTETS)
        .build()
        .ok()
}

/// From POSIX to the engine's syntax: a backslash makes the next character literal and is itself literal inside
/// brackets, where nothing but ranges and classes has a meaning.
fn translate(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some(next) => literal(next, &mut out),
                None => out.push_str(r"\\"),
            },
            '[' => bracket(&mut rest, &mut out),
            // `(?` would begin the engine's own extensions.
            '(' => {
                out.push('(');
                if rest.peek() == Some(&'?') {
                    out.push_str(r"\?");
                    let _ = rest.next();
                }
            }
            // A brace that begins no interval stands for itself.
            '{' if !rest.peek().is_some_and(char::is_ascii_digit) => out.push_str(r"\{"),
            _ => out.push(c),
        }
    }
    out
}

fn literal(c: char, out: &mut String) {
    let mut octets = [0; 4];
    out.push_str(&regex::escape(c.encode_utf8(&mut octets)));
}

/// A bracket expression after its `[`. One that does not end is left for the engine to refuse.
fn bracket(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.next_if_eq(&']').is_some() {
        out.push_str(r"\]");
    }
    while let Some(c) = rest.next() {
        match c {
            ']' => {
                out.push(']');
                return;
            }
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                for inner in rest.by_ref() {
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            // `&&`, `--` and `~~` are set operations of the engine; a hyphen alone makes a range in both.
            '[' | '\\' | '&' | '~' | '^' => {
                out.push('\\');
                out.push(c);
            }
            '-' if rest.peek() == Some(&'-') => out.push_str(r"\-"),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_posix() {
        let cases = [
            ("INVITE", "INVITE", true),
            ("^sip:.*@example\\.com$", "sip:alice@example.com", true),
            ("^sip:.*@example\\.com$", "sip:alice@exampleXcom", false),
            ("[[:digit:]]{3}", "abc123", true),
            ("[\\d]", "7", false),
            ("[\\d]", "d", true),
            ("[\\d]", "\\", true),
            ("[]a]", "]", true),
            ("[^]a]", "]", false),
            ("[a&&b]", "&", true),
            ("(audio|video)", "m=video 4000", true),
            ("{", "a{b", true),
            ("a{2}", "aa", true),
            (
                "\\+g\\.3gpp\\.icsi-ref=.*mmtel",
                "*;+g.3gpp.icsi-ref=\"urn.mmtel\"",
                true,
            ),
        ];
        for (expression, text, expected) in cases {
            assert_eq!(
                Pattern::new(expression).is_match(text),
                expected,
                "{expression} {text}"
            );
        }
    }

    #[test]
    fn what_is_no_expression_matches_nothing() {
        for text in [
            "(",
            "[a",
            "*",
            "a{99999}{99999}",
            &"a".repeat(MAX_PATTERN_OCTETS + 1),
        ] {
            assert!(!Pattern::new(text).is_match("a"), "{text}");
        }
    }

    #[test]
    fn names_are_whole() {
        assert!(Pattern::new("P-Asserted-Identity").names("p-asserted-identity"));
        assert!(!Pattern::new("To").names("Reply-To"));
        assert!(Pattern::new("P-.*").names("P-Access-Network-Info"));
        assert!(!Pattern::new("P-.").names("P-Access-Network-Info"));
    }
}
