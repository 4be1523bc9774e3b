//! Parameters: `;name=value` behind a URI or a value.

use crate::scan::{split_at, trim, unquote};
use std::borrow::Cow;
use std::fmt;

/// A list of parameters in the text it arrived in. Walked anew for each question: there are few, and most are never asked for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Params<'a>(&'a str);

impl<'a> Params<'a> {
    /// The parameters in `text`, which is what follows the first semicolon.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text, without its first semicolon.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Names and values as written; a flag's value is `None`.
    #[must_use]
    pub const fn iter(&self) -> ParamsIter<'a> {
        ParamsIter(Some(self.0))
    }

    /// The value of the first parameter `name`, as written; `""` for a flag.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.iter().find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value.unwrap_or(""))
    }

    /// Whether there is a parameter `name`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of `name` without its quotes.
    #[must_use]
    pub fn unquoted(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).map(unquote)
    }

    /// The value of `name` as a decimal number; `None` if it is no number that fits.
    #[must_use]
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        decimal(self.get(name)?)
    }
}

/// A decimal number, digits alone; `None` if it is no number that fits.
#[must_use]
pub fn decimal<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|octet| octet.is_ascii_digit())
        .then(|| text.parse().ok())?
}

impl<'a> IntoIterator for Params<'a> {
    type Item = (&'a str, Option<&'a str>);
    type IntoIter = ParamsIter<'a>;

    fn into_iter(self) -> ParamsIter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Params({:?})", self.0)
    }
}

/// The walk over [`Params`].
#[derive(Clone, Copy, Debug)]
pub struct ParamsIter<'a>(Option<&'a str>);

impl<'a> Iterator for ParamsIter<'a> {
    type Item = (&'a str, Option<&'a str>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (param, rest) = split_at(self.0?, b';');
            self.0 = rest;
            let param = trim(param);
            if param.is_empty() {
                continue;
            }
            let (name, value) = split_at(param, b'=');
            return Some((trim(name), value.map(trim)));
        }
    }
}
