//! Members of JSON objects, taken one by one: what is left has no counterpart, and is said. Numbers may be extended JSON of MongoDB.

use crate::row::{Note, Refusal};
use crate::tables::Cell;
use serde_json::{Map, Value};
use std::net::IpAddr;
use std::str::FromStr;

/// The names of members left in a note: what follows is cut.
const MAX_NAMES_IN_A_NOTE: usize = 12;

/// The members of an object that were not taken yet.
pub(crate) struct Members {
    map: Map<String, Value>,
    /// Where the object is, with a dot at the end; empty for a whole one.
    at: String,
}

impl Members {
    /// Of a whole object.
    pub(crate) fn parse(octets: &[u8]) -> Result<Self, Refusal> {
        let map = serde_json::from_slice(octets).map_err(|error| {
            Refusal::new(format_args!("not JSON: {error}"))
                .remedy("export with mongoexport (not with the shell, whose output is no JSON)")
        })?;
        Ok(Self {
            map,
            at: String::new(),
        })
    }

    /// Where a member is.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}{name}", self.at)
    }

    /// Whether there is such a member, and it is not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|value| !value.is_null())
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, expected: &str) -> Refusal {
        Refusal::new(format_args!("{}: {expected} is expected", self.at(name)))
    }

    /// A text; a number is taken as its digits, an empty text as nothing.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.wrong(name, "a text")),
        }
    }

    /// A text that is something.
    pub(crate) fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match text.trim().parse() {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(Refusal::new(format_args!("{}: {error}", self.at(name)))),
        }
    }

    /// An address; a prefix length behind it is cut.
    pub(crate) fn address(&mut self, name: &str) -> Result<Option<IpAddr>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let address = text.split('/').next().unwrap_or_default().trim();
        address
            .parse()
            .map(Some)
            .map_err(|_| self.wrong(name, "an IP address"))
    }

    /// A number that is not negative.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        number_of(&value)
            .map(Some)
            .ok_or_else(|| self.wrong(name, "a number that is not negative"))
    }

    /// A number within the bounds of its type.
    pub(crate) fn small<T: TryFrom<u64>>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(number) = self.number(name)? else {
            return Ok(None);
        };
        T::try_from(number)
            .map(Some)
            .map_err(|_| Refusal::new(format_args!("{}: {number} is too large", self.at(name))))
    }

    /// True, false, or a number.
    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(value) => match number_of(&value) {
                Some(number) => Ok(Some(number != 0)),
                None => Err(self.wrong(name, "true or false")),
            },
        }
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, Refusal> {
        if self.has(name) && !self.is_object(name) {
            return Err(self.wrong(name, "an object"));
        }
        let at = format!("{}.", self.at(name));
        match self.take(name) {
            Some(Value::Object(map)) => Ok(Some(Self { map, at })),
            _ => Ok(None),
        }
    }

    /// Whether a member is an object.
    pub(crate) fn is_object(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(Value::is_object)
    }

    /// Names and values as a table has them.
    pub(crate) fn cells(self) -> impl Iterator<Item = (String, Cell)> {
        self.map.into_iter().map(|(name, value)| {
            let cell = match value {
                Value::Null => Cell::Null,
                Value::String(text) => Cell::from(text.as_str()),
                other => Cell::from(other.to_string().as_str()),
            };
            (name, cell)
        })
    }

    /// The object in JSON again.
    pub(crate) fn into_octets(self) -> Vec<u8> {
        Value::Object(self.map).to_string().into_bytes()
    }

    /// The members of an object that is a map, by their names.
    pub(crate) fn each(self) -> impl Iterator<Item = (String, Self)> {
        let at = self.at;
        self.map.into_iter().filter_map(move |(name, value)| {
            let at = format!("{at}{name}.");
            match value {
                Value::Object(map) => Some((name, Self { map, at })),
                _ => None,
            }
        })
    }

    /// A list of objects.
    pub(crate) fn objects(&mut self, name: &str) -> Result<Vec<Self>, Refusal> {
        let list = self.list(name)?;
        let at = self.at(name);
        list.into_iter()
            .enumerate()
            .map(|(i, value)| match value {
                Value::Object(map) => Ok(Self {
                    map,
                    at: format!("{at}[{i}]."),
                }),
                _ => Err(Refusal::new(format_args!("{at}[{i}]: an object is expected"))),
            })
            .collect()
    }

    /// A list of texts; one text alone is a list of one.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        if matches!(self.map.get(name), Some(Value::String(_))) {
            return Ok(self.text(name)?.into_iter().collect());
        }
        let list = self.list(name)?;
        let texts = list.into_iter().filter(|value| !value.is_null());
        texts
            .map(|value| match value {
                Value::String(text) => Ok(text),
                Value::Number(number) => Ok(number.to_string()),
                _ => Err(self.wrong(name, "a list of texts")),
            })
            .collect()
    }

    fn list(&mut self, name: &str) -> Result<Vec<Value>, Refusal> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(self.wrong(name, "a list")),
        }
    }

    /// Drops members that say nothing of a subscription.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        self.map.retain(|name, _| !names.contains(&name.as_str()));
    }

    /// Drops members whose counterpart is not carried, and says why, if one of them says anything.
    pub(crate) fn not_carried(&mut self, names: &[&str], why: &str, notes: &mut Vec<Note>) {
        let mut found = false;
        self.map.retain(|name, value| {
            let is_named = names.contains(&name.as_str());
            found |= is_named && says_something(value);
            !is_named
        });
        let note = Note::NotCarried(why.to_owned());
        if found && !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// Says what was not taken.
    pub(crate) fn rest(self, notes: &mut Vec<Note>) {
        let left = self.map.iter().filter(|(_, value)| says_something(value));
        // Positions in lists are left out: the same members of several entries are one note.
        let at: String = without_positions(&self.at);
        let mut names: Vec<String> = left.map(|(name, _)| format!("{at}{name}")).collect();
        if names.is_empty() {
            return;
        }
        let more = names.len().saturating_sub(MAX_NAMES_IN_A_NOTE);
        names.truncate(MAX_NAMES_IN_A_NOTE);
        let mut text = names.join(", ");
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        let note = Note::NotCarried(text);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}

/// `a[0].b[12].` is `a.b.`
fn without_positions(at: &str) -> String {
    let mut parts = at.split('[');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once(']').map_or(part, |(_, rest)| rest));
    }
    out
}

/// Whether a value is anything at all.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => list.iter().any(says_something),
        Value::Object(map) => map.values().any(says_something),
    }
}

/// A number, as JSON, as a text, or as extended JSON has it.
fn number_of(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            // Doubles that are whole: what a shell stores for a plain number.
            let double = number.as_f64()?;
            (double >= 0.0 && double.fract() == 0.0 && double < 9_007_199_254_740_992.0)
                .then_some(double as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        Value::Object(map) => {
            let names = ["$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"];
            let inner = names.iter().find_map(|name| map.get(*name))?;
            match inner {
                Value::String(text) => {
                    let text = text.trim();
                    text.strip_suffix(".0").unwrap_or(text).parse().ok()
                }
                other => number_of(other).filter(|_| !other.is_object()),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(json: &str) -> Members {
        Members::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_of_extended_json() {
        let mut found = members(
            r#"{"a":{"$numberLong":"281474976710655"},"b":{"$numberInt":"7"},"c":5.0,"d":"12","e":{"$numberDouble":"3.0"},"f":-1,"g":1.5,"h":null}"#,
        );
        assert_eq!(found.number("a"), Ok(Some((1 << 48) - 1)));
        for (name, number) in [("b", 7), ("c", 5), ("d", 12), ("e", 3)] {
            assert_eq!(found.number(name), Ok(Some(number)), "{name}");
        }
        for wrong in ["f", "g"] {
            assert!(found.number(wrong).is_err(), "{wrong}");
        }
        assert_eq!(found.number("h"), Ok(None));
        assert_eq!(
            members(r#"{"a":300}"#).small::<u8>("a").unwrap_err().why,
            "a: 300 is too large"
        );
    }

    #[test]
    fn what_is_left_is_said_once() {
        let mut found = members(r#"{"list":[{"x":1,"y":2},{"x":1,"y":0,"z":[]}],"empty":"","zero":0}"#);
        let mut notes = Vec::new();
        for mut entry in found.objects("list").unwrap() {
            entry.number("y").unwrap();
            entry.rest(&mut notes);
        }
        found.rest(&mut notes);
        assert_eq!(notes, [Note::NotCarried("list.x".to_owned())]);
    }
}
