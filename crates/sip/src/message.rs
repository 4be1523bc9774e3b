//! A message in the octets it arrived in: start line, an index of its headers, body (RFC 3261 7).
//!
//! Reading a message finds lines and names, and understands no value: whoever asks for one reads it then. Nothing is changed or
//! normalised, so what is forwarded is what came, but for what [`crate::Edit`] names.

mod start;

use crate::scan::{TOKEN, is_white, trim};
use crate::{List, Method, Name, ParseError, ParseErrorKind, Status, Via};
use memchr::memchr2;
pub use start::StartLine;
use start::start_line;

/// The longest message read. A datagram has no more, and the largest of IMS, a full reg-event notification, a third.
pub const MAX_MESSAGE_OCTETS: usize = 65_536;
/// The longest header part: thirty times an IMS REGISTER.
pub const MAX_HEAD_OCTETS: usize = 32_768;
/// The most header lines of a message: an INVITE through many proxies has about sixty.
pub const MAX_HEADERS: usize = 256;
/// Entries room is made for at once: an IMS REGISTER has about twenty.
const USUAL_HEADERS: usize = 32;

/// Where a header is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    /// The first octet of its line.
    pub(crate) line: u32,
    /// The first octet of its value.
    value: u32,
    /// The octet behind its value.
    end: u32,
}

/// One header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name.
    pub name: Name,
    /// Its name as written.
    pub written: &'a str,
    /// Its value as written, without white space about it; line ends inside, if it is folded.
    pub value: &'a str,
}

/// A message in the octets it arrived in.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    pub(crate) octets: &'a [u8],
    /// Start line and headers, the empty line included.
    pub(crate) head: &'a str,
    start: StartLine<'a>,
    version: &'a str,
    pub(crate) entries: Vec<Entry>,
    body: &'a [u8],
    seen: u128,
}

impl<'a> Message<'a> {
    /// Reads one whole message: a datagram, or what a stream was cut into. Line ends before it are passed over, and what follows a
    /// body that Content-Length ends is no part of it (RFC 3261 7.5, 18.3).
    ///
    /// # Errors
    /// No start line, a header without colon, a lone CR or LF, a header part without end or no UTF-8, something above a limit, a
    /// Content-Length that is none, contradicts another, or promises more than there is.
    pub fn parse(octets: &'a [u8]) -> Result<Self, ParseError> {
        let (message, defect) = Self::parse_head(octets)?;
        defect.map_or(Ok(message), Err)
    }

    /// As [`Message::parse`], but two faults leave a message, enough to refuse it with a response: a body that is not as
    /// Content-Length says, whose body is what there is, and a Request-URI with white space in it or about it.
    ///
    /// # Errors
    /// As [`Message::parse`], but for these.
    pub fn parse_head(octets: &'a [u8]) -> Result<(Self, Option<ParseError>), ParseError> {
        let octets = skip_line_ends(octets)?;
        if octets.len() > MAX_MESSAGE_OCTETS {
            return Err(ParseError {
                at: MAX_MESSAGE_OCTETS,
                kind: ParseErrorKind::Limit("MAX_MESSAGE_OCTETS"),
            });
        }
        let first_end = line_end(octets, 0)?;
        let first = str::from_utf8(&octets[..first_end]).map_err(|error| ParseError {
            at: error.valid_up_to(),
            kind: ParseErrorKind::NotUtf8,
        })?;
        let (start, version, mut defect) = start_line(first)?;
        let mut entries = Vec::with_capacity(USUAL_HEADERS);
        let mut seen = 0;
        let mut at = first_end + 2;
        while octets.get(at..at + 2) != Some(b"\r\n") {
            if entries.len() == MAX_HEADERS {
                return Err(ParseError {
                    at,
                    kind: ParseErrorKind::Limit("MAX_HEADERS"),
                });
            }
            let (entry, next) = header(octets, at)?;
            seen |= entry.name.bit();
            entries.push(entry);
            at = next;
            if at > MAX_HEAD_OCTETS {
                return Err(ParseError {
                    at,
                    kind: ParseErrorKind::Limit("MAX_HEAD_OCTETS"),
                });
            }
        }
        let head_end = at + 2;
        let head = str::from_utf8(&octets[..head_end]).map_err(|error| ParseError {
            at: error.valid_up_to(),
            kind: ParseErrorKind::NotUtf8,
        })?;
        let mut message = Self {
            octets,
            head,
            start,
            version,
            entries,
            body: &octets[head_end..],
            seen,
        };
        match message.content_length() {
            Ok(None) => {}
            Ok(Some(length)) if length <= message.body.len() => {
                message.body = &message.body[..length];
                message.octets = &octets[..head_end + length];
            }
            Ok(Some(promised)) => {
                let available = message.body.len();
                defect = defect.or(Some(ParseError {
                    at: head_end,
                    kind: ParseErrorKind::Truncated { promised, available },
                }));
            }
            Err(error) => defect = defect.or(Some(error)),
        }
        Ok((message, defect))
    }

    /// The first line.
    #[must_use]
    pub const fn start(&self) -> &StartLine<'a> {
        &self.start
    }

    /// The version, as written: `SIP/2.0`, or another that is answered 505.
    #[must_use]
    pub const fn version(&self) -> &'a str {
        self.version
    }

    /// Whether it is a request.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self.start, StartLine::Request { .. })
    }

    /// The method of a request.
    #[must_use]
    pub const fn method(&self) -> Option<Method<'a>> {
        match self.start {
            StartLine::Request { method, .. } => Some(method),
            StartLine::Response { .. } => None,
        }
    }

    /// The status of a response.
    #[must_use]
    pub const fn status(&self) -> Option<Status> {
        match self.start {
            StartLine::Request { .. } => None,
            StartLine::Response { status, .. } => Some(status),
        }
    }

    /// The message as it came, without what Content-Length leaves out.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Start line and headers, with the empty line.
    #[must_use]
    pub const fn head(&self) -> &'a str {
        self.head
    }

    /// Whether there is a header `name`.
    #[must_use]
    pub const fn has(&self, name: Name) -> bool {
        self.seen & name.bit() != 0
    }

    /// The value of the first header `name`.
    #[must_use]
    pub fn header(&self, name: Name) -> Option<&'a str> {
        if !self.has(name) {
            return None;
        }
        self.headers(name).next()
    }

    /// The values of every header `name`, one for each line.
    pub fn headers(&self, name: Name) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.entries
            .iter()
            .filter(move |entry| entry.name == name)
            .map(|entry| self.value(entry))
    }

    /// The values of a list header, over all its lines.
    pub fn values(&self, name: Name) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.headers(name).flat_map(List::new)
    }

    /// Whether a list of tokens such as Supported, Require or Allow has `token`.
    #[must_use]
    pub fn lists(&self, name: Name, token: &str) -> bool {
        self.values(name).any(|value| value.eq_ignore_ascii_case(token))
    }

    /// The value of the first header of that name, for one that [`Name`] does not know; case does not count.
    #[must_use]
    pub fn header_named(&self, name: &str) -> Option<&'a str> {
        let known = Name::of(name);
        if known != Name::Other {
            return self.header(known);
        }
        self.all_headers()
            .find(|header| header.written.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    }

    /// Every header in its order.
    pub fn all_headers(&self) -> impl ExactSizeIterator<Item = Header<'a>> + use<'_, 'a> {
        self.entries.iter().map(|entry| {
            let line = &self.head[entry.line as usize..entry.value as usize];
            let written = line.split(':').next().unwrap_or_default();
            Header {
                name: entry.name,
                written: trim(written),
                value: self.value(entry),
            }
        })
    }

    /// The value of an entry.
    pub(crate) fn value(&self, entry: &Entry) -> &'a str {
        &self.head[entry.value as usize..entry.end as usize]
    }

    /// Content-Length; two that differ are an error, since each reader would cut elsewhere.
    fn content_length(&self) -> Result<Option<usize>, ParseError> {
        if !self.has(Name::ContentLength) {
            return Ok(None);
        }
        let mut length = None;
        for entry in self
            .entries
            .iter()
            .filter(|entry| entry.name == Name::ContentLength)
        {
            let value =
                crate::scan::number(self.value(entry), "the number of Content-Length").map_err(|error| {
                    ParseError {
                        at: entry.value as usize,
                        ..error
                    }
                })?;
            if length.is_some_and(|length| length != value) {
                return Err(ParseError {
                    at: entry.line as usize,
                    kind: ParseErrorKind::Repeated(Name::ContentLength),
                });
            }
            length = Some(value);
        }
        Ok(length.map(|length| length as usize))
    }
}

/// Method and topmost Via of a request of our own, which is not read any further.
pub(crate) fn method_and_via(octets: &[u8]) -> Result<(Method<'_>, Via<'_>), ParseError> {
    let text = |range: std::ops::Range<usize>| {
        str::from_utf8(&octets[range]).map_err(|error| ParseError {
            at: error.valid_up_to(),
            kind: ParseErrorKind::NotUtf8,
        })
    };
    let first_end = line_end(octets, 0)?;
    let (StartLine::Request { method, .. }, ..) = start_line(text(0..first_end)?)? else {
        return Err(ParseError::expected(0, "a request"));
    };
    let mut at = first_end + 2;
    while octets.get(at..at + 2) != Some(b"\r\n") {
        let (entry, next) = header(octets, at)?;
        if entry.name == Name::Via {
            let value = List::new(text(entry.value as usize..entry.end as usize)?).next();
            return Ok((method, Via::parse(value.unwrap_or_default())?));
        }
        at = next;
    }
    Err(ParseError::missing(Name::Via))
}

/// What follows the line ends that may precede a message.
fn skip_line_ends(octets: &[u8]) -> Result<&[u8], ParseError> {
    let mut rest = octets;
    while let Some(tail) = rest.strip_prefix(b"\r\n") {
        rest = tail;
    }
    if rest.is_empty() {
        return Err(ParseError {
            at: 0,
            kind: ParseErrorKind::Empty,
        });
    }
    Ok(rest)
}

/// Where the line that `at` is in ends: the octet of its CR.
#[inline]
fn line_end(octets: &[u8], at: usize) -> Result<usize, ParseError> {
    let bound = octets.len().min(MAX_HEAD_OCTETS + 2);
    let Some(found) = octets.get(at..bound).and_then(|rest| memchr2(b'\r', b'\n', rest)) else {
        let limit = ParseErrorKind::Limit("MAX_HEAD_OCTETS");
        let kind = if bound < octets.len() {
            limit
        } else {
            ParseErrorKind::Unterminated
        };
        return Err(ParseError { at: bound, kind });
    };
    let end = at + found;
    match octets.get(end..end + 2) {
        Some(b"\r\n") => Ok(end),
        None if octets[end] == b'\r' => Err(ParseError {
            at: end,
            kind: ParseErrorKind::Unterminated,
        }),
        _ => Err(ParseError {
            at: end,
            kind: ParseErrorKind::LineEnd,
        }),
    }
}

/// Reads the header whose line begins at `at`, and tells where the next line begins.
#[inline]
fn header(octets: &[u8], at: usize) -> Result<(Entry, usize), ParseError> {
    let mut name_end = at;
    while octets
        .get(name_end)
        .is_some_and(|octet| TOKEN[usize::from(*octet)])
    {
        name_end += 1;
    }
    let mut colon = name_end;
    while octets
        .get(colon)
        .is_some_and(|octet| matches!(octet, b' ' | b'\t'))
    {
        colon += 1;
    }
    if name_end == at || octets.get(colon) != Some(&b':') {
        let kind = match octets.get(colon) {
            None => ParseErrorKind::Unterminated,
            Some(_) => ParseErrorKind::Expected("a header's name and a colon"),
        };
        return Err(ParseError { at: colon, kind });
    }
    let name = Name::of_octets(&octets[at..name_end]);
    let mut end = line_end(octets, colon)?;
    // A line that begins with white space goes on with the one before (RFC 3261 7.3.1).
    while matches!(octets.get(end + 2), Some(b' ' | b'\t')) {
        end = line_end(octets, end + 2)?;
    }
    let next = end + 2;
    let mut value = colon + 1;
    while value < end && is_white(octets[value]) {
        value += 1;
    }
    while end > value && is_white(octets[end - 1]) {
        end -= 1;
    }
    let entry = Entry {
        name,
        line: at as u32,
        value: value as u32,
        end: end as u32,
    };
    Ok((entry, next))
}
