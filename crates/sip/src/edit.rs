//! Forwarding: a message that came, with named changes, everything else letter by letter.

use crate::scan::split_at;
use crate::writer::put;
use crate::{Message, Name, StartLine};
use std::fmt::Display;
use std::ops::Range;

/// Changes to a received message. They apply in the order they are made, to each header by itself, and are written at once by
/// [`Edit::write`].
#[derive(Debug)]
pub struct Edit<'m, 'a> {
    message: &'m Message<'a>,
    changes: Vec<Change>,
    /// The names that any change is about.
    touched: u128,
    /// The texts of the changes, one behind the other.
    text: Vec<u8>,
    uri: Option<Range<usize>>,
    body: Option<(Range<usize>, Range<usize>)>,
}

#[derive(Debug)]
struct Change {
    name: Name,
    action: Action,
}

#[derive(Debug)]
enum Action {
    /// A line before the first of its name.
    Push(Range<usize>),
    /// A line behind the last of its name.
    Append(Range<usize>),
    /// Take the first `n` values away.
    Pop(usize),
    /// Take all lines away.
    Remove,
    /// Text behind the first value.
    Suffix(Range<usize>),
}

impl<'m, 'a> Edit<'m, 'a> {
    /// No changes yet.
    #[must_use]
    pub fn new(message: &'m Message<'a>) -> Self {
        Self {
            message,
            changes: Vec::with_capacity(8),
            touched: 0,
            text: Vec::with_capacity(256),
            uri: None,
            body: None,
        }
    }

    fn keep(&mut self, value: impl Display) -> Range<usize> {
        let start = self.text.len();
        put(&mut self.text, value);
        start..self.text.len()
    }

    fn change(mut self, name: Name, action: Action) -> Self {
        debug_assert!(name != Name::Other, "a change is to a header that is known");
        self.touched |= name.bit();
        self.changes.push(Change { name, action });
        self
    }

    /// Another Request-URI.
    #[must_use]
    pub fn uri(mut self, uri: impl Display) -> Self {
        self.uri = Some(self.keep(uri));
        self
    }

    /// A line before the first `name`; the last pushed comes first. Where there is none, Via and the route headers go to the top of
    /// the headers and others to their end.
    #[must_use]
    pub fn push(mut self, name: Name, value: impl Display) -> Self {
        let text = self.keep(value);
        self.change(name, Action::Push(text))
    }

    /// A line behind the last `name`, or at the end of the headers.
    #[must_use]
    pub fn append(mut self, name: Name, value: impl Display) -> Self {
        let text = self.keep(value);
        self.change(name, Action::Append(text))
    }

    /// Takes the first value of `name` away, and its line if it was alone there. Each call takes one more.
    #[must_use]
    pub fn pop(mut self, name: Name) -> Self {
        for change in &mut self.changes {
            if let Change {
                name: popped,
                action: Action::Pop(count),
            } = change
                && *popped == name
            {
                *count += 1;
                return self;
            }
        }
        self.change(name, Action::Pop(1))
    }

    /// Takes every line `name` away; what is pushed or appended stays.
    #[must_use]
    pub fn remove(self, name: Name) -> Self {
        self.change(name, Action::Remove)
    }

    /// One line `name` in the place of all there are.
    #[must_use]
    pub fn replace(self, name: Name, value: impl Display) -> Self {
        self.remove(name).push(name, value)
    }

    /// `text` directly behind the first value of `name` that came and is not popped: `;received=192.0.2.1` behind the topmost Via (RFC
    /// 3261 18.2.1).
    #[must_use]
    pub fn suffix(mut self, name: Name, text: impl Display) -> Self {
        let text = self.keep(text);
        self.change(name, Action::Suffix(text))
    }

    /// Another body, with its Content-Type and Content-Length.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        let content_type = self.keep(content_type);
        let start = self.text.len();
        self.text.extend_from_slice(body);
        self.body = Some((content_type, start..self.text.len()));
        self.touched |= Name::ContentType.bit() | Name::ContentLength.bit();
        self
    }

    /// Appends the changed message to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let message = self.message;
        out.reserve(message.octets.len() + self.text.len() + 32 * self.changes.len());
        self.write_start(out);
        let head = message.head.as_bytes();
        let headers_end = head.len() - 2;
        let first = message
            .entries
            .first()
            .map_or(headers_end, |entry| entry.line as usize);
        self.write_new(out, message, |name| goes_first(name) && !message.has(name));
        // What is kept is copied in pieces as long as possible.
        let mut kept_from = first;
        let mut met = 0_u128;
        for (index, entry) in message.entries.iter().enumerate() {
            if self.touched & entry.name.bit() == 0 || entry.name == Name::Other {
                continue;
            }
            let line = entry.line as usize;
            let next = message
                .entries
                .get(index + 1)
                .map_or(headers_end, |next| next.line as usize);
            let is_first = met & entry.name.bit() == 0;
            met |= entry.name.bit();
            out.extend_from_slice(&head[kept_from..line]);
            kept_from = next;
            if is_first {
                self.write_added(out, entry.name, Place::Front);
            }
            self.write_line(out, index, &head[line..next]);
            let is_last = message.entries[index + 1..]
                .iter()
                .all(|later| later.name != entry.name);
            if is_last {
                self.write_added(out, entry.name, Place::Back);
            }
        }
        out.extend_from_slice(&head[kept_from..headers_end]);
        self.write_new(out, message, |name| !goes_first(name) && !message.has(name));
        if let Some((content_type, body)) = &self.body {
            line(out, Name::ContentType, &self.text[content_type.clone()]);
            out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
            out.extend_from_slice(&self.text[body.clone()]);
        } else {
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(message.body());
        }
    }

    fn write_start(&self, out: &mut Vec<u8>) {
        let head = self.message.head;
        let end = 2 + head.find("\r\n").unwrap_or_default();
        match (&self.uri, self.message.start()) {
            (Some(text), StartLine::Request { method, uri }) => {
                out.extend_from_slice(method.as_str().as_bytes());
                out.push(b' ');
                out.extend_from_slice(&self.text[text.clone()]);
                out.extend_from_slice(&head.as_bytes()[method.as_str().len() + 1 + uri.len()..end]);
            }
            _ => out.extend_from_slice(&head.as_bytes()[..end]),
        }
    }

    /// Lines of names that the message does not have, of those that `chosen` picks.
    fn write_new(&self, out: &mut Vec<u8>, message: &Message<'_>, chosen: impl Fn(Name) -> bool) {
        let mut done = 0_u128;
        for change in &self.changes {
            let name = change.name;
            if message.has(name) || done & name.bit() != 0 || !chosen(name) {
                continue;
            }
            done |= name.bit();
            self.write_added(out, name, Place::Front);
            self.write_added(out, name, Place::Back);
        }
    }

    /// The lines added to `name`, before or behind those that came.
    fn write_added(&self, out: &mut Vec<u8>, name: Name, place: Place) {
        let of_name = self.changes.iter().filter(|change| change.name == name);
        match place {
            Place::Front => {
                for change in of_name.rev() {
                    if let Action::Push(text) = &change.action {
                        line(out, name, &self.text[text.clone()]);
                    }
                }
            }
            Place::Back => {
                for change in of_name {
                    if let Action::Append(text) = &change.action {
                        line(out, name, &self.text[text.clone()]);
                    }
                }
            }
        }
    }

    /// The line of entry `index`, as far as the changes leave it.
    fn write_line(&self, out: &mut Vec<u8>, index: usize, original: &[u8]) {
        let entries = &self.message.entries;
        let name = entries[index].name;
        let mut popped = 0;
        let mut suffix = None;
        for change in self.changes.iter().filter(|change| change.name == name) {
            match &change.action {
                Action::Remove => return,
                Action::Pop(count) => popped = *count,
                Action::Suffix(text) => suffix = Some(&self.text[text.clone()]),
                Action::Push(_) | Action::Append(_) => {}
            }
        }
        if self.body.is_some() && matches!(name, Name::ContentType | Name::ContentLength) {
            return;
        }
        if popped == 0 && suffix.is_none() {
            out.extend_from_slice(original);
            return;
        }
        // Values on earlier lines of that name count first.
        let earlier: usize = entries[..index]
            .iter()
            .filter(|entry| entry.name == name)
            .map(|entry| values(self.message.value(entry)))
            .sum();
        let value = self.message.value(&entries[index]);
        let take = popped.saturating_sub(earlier);
        let Some(rest) = after_values(value, take) else {
            return;
        };
        // The first value that is left is in this line, unless an earlier line had it.
        let Some(suffix) = suffix.filter(|_| popped >= earlier) else {
            if take == 0 {
                out.extend_from_slice(original);
            } else {
                line(out, name, rest.as_bytes());
            }
            return;
        };
        let end = split_at(rest, b',').0.trim_end().len();
        line_of(
            out,
            name,
            &[&rest.as_bytes()[..end], suffix, &rest.as_bytes()[end..]],
        );
    }
}

#[derive(Clone, Copy)]
enum Place {
    Front,
    Back,
}

/// Whether a header that is new to the message goes before the others: what every hop looks at first (RFC 3261 7.3.1).
const fn goes_first(name: Name) -> bool {
    matches!(
        name,
        Name::Via | Name::Route | Name::RecordRoute | Name::Path | Name::ServiceRoute
    )
}

fn line(out: &mut Vec<u8>, name: Name, value: &[u8]) {
    line_of(out, name, &[value]);
}

fn line_of(out: &mut Vec<u8>, name: Name, pieces: &[&[u8]]) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(b"\r\n");
}

/// How many values a line has.
fn values(value: &str) -> usize {
    crate::List::new(value).count()
}

/// What is left of a line without its first `count` values; `None` if nothing is.
fn after_values(value: &str, count: usize) -> Option<&str> {
    let mut rest = crate::scan::trim(value);
    let mut left = count;
    while left > 0 {
        let (first, tail) = split_at(rest, b',');
        if !crate::scan::trim(first).is_empty() {
            left -= 1;
        }
        match tail {
            Some(tail) => rest = crate::scan::trim(tail),
            None => return None,
        }
    }
    (!rest.is_empty()).then_some(rest)
}
