//! Messages of our own making.

use crate::{Message, Method, Name, ParseError, Status};
use std::fmt::{self, Display, Write};
use std::net::SocketAddr;

/// Writes one message behind what is in a buffer: start line, headers in the order they are given, body.
///
/// What a value must not have, line ends and other controls, is written as spaces: whatever a value is made of, it stays one
/// header.
#[derive(Debug)]
pub struct Writer<'b> {
    out: &'b mut Vec<u8>,
}

/// Text into octets, controls replaced.
struct Clean<'b>(&'b mut Vec<u8>);

impl Write for Clean<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        put_text(self.0, text);
        Ok(())
    }
}

/// Appends `text` in one line.
fn put_text(out: &mut Vec<u8>, text: &str) {
    let control = |octet: u8| octet < b' ' || octet == 0x7f;
    let start = out.len();
    out.extend_from_slice(text.as_bytes());
    // Without an early end, so that it is done many octets at a time.
    if text.bytes().fold(false, |any, octet| any | control(octet)) {
        for octet in &mut out[start..] {
            if control(*octet) {
                *octet = b' ';
            }
        }
    }
}

/// Appends `value` in one line.
pub(crate) fn put(out: &mut Vec<u8>, value: impl Display) {
    // Writing into a Vec cannot fail; a Display that fails leaves its value short.
    let _ = write!(Clean(out), "{value}");
}

impl<'b> Writer<'b> {
    /// Begins a request.
    pub fn request(out: &'b mut Vec<u8>, method: Method<'_>, uri: impl Display) -> Self {
        out.extend_from_slice(method.as_str().as_bytes());
        out.push(b' ');
        put(out, uri);
        out.extend_from_slice(b" SIP/2.0\r\n");
        Self { out }
    }

    /// Begins a response with the usual phrase.
    pub fn response(out: &'b mut Vec<u8>, status: Status) -> Self {
        Self::response_with(out, status, status.phrase())
    }

    /// Begins a response with a phrase.
    pub fn response_with(out: &'b mut Vec<u8>, status: Status, reason: impl Display) -> Self {
        put(out, format_args!("SIP/2.0 {status} {reason}"));
        out.extend_from_slice(b"\r\n");
        Self { out }
    }

    /// Begins the response to `request` (RFC 3261 8.2.6): its Via, From, To, Call-ID and CSeq, letter by letter, the topmost Via
    /// stamped with where the request came from ([`crate::Via::stamped`]). `tag` is added to a To that has none, unless the response is 100; Record-Route is kept where the response may make a dialog (12.1.1).
    ///
    /// # Errors
    /// A request without one of these, or with a To that cannot be read.
    pub fn response_to(
        out: &'b mut Vec<u8>,
        request: &Message<'_>,
        status: Status,
        tag: &str,
        source: SocketAddr,
    ) -> Result<Self, ParseError> {
        let to_has_tag = request.to()?.tag().is_some();
        for name in [Name::Via, Name::From, Name::CallId, Name::CSeq] {
            if !request.has(name) {
                return Err(ParseError::missing(name));
            }
        }
        let dialog = matches!(
            request.method(),
            Some(Method::Invite | Method::Subscribe | Method::Refer | Method::Notify)
        ) && (status.code() > 100 && status.code() < 300);
        request.top_via()?;
        let mut writer = Self::response(out, status);
        let mut vias = false;
        for entry in &request.entries {
            let (name, value) = (entry.name, request.value(entry));
            match name {
                Name::Via if vias => {}
                Name::Via => {
                    writer = writer.via(request, source);
                    vias = true;
                }
                Name::From | Name::CallId | Name::CSeq => writer = writer.text(name, value),
                Name::Timestamp if status == Status::TRYING => writer = writer.text(name, value),
                Name::RecordRoute if dialog => writer = writer.text(name, value),
                Name::To if to_has_tag || status == Status::TRYING || tag.is_empty() => {
                    writer = writer.text(name, value);
                }
                Name::To => writer = writer.header(Name::To, format_args!("{value};tag={tag}")),
                _ => {}
            }
        }
        Ok(writer)
    }

    /// Appends every Via of a request, the topmost stamped with where it came from.
    pub(crate) fn via(mut self, request: &Message<'_>, source: SocketAddr) -> Self {
        let top = request.top_via().ok();
        let mut stamp = top.and_then(|top| Some((top.as_str(), top.stamped(source)?)));
        for value in request.headers(Name::Via) {
            // A line may hold no value at all: the topmost is in the first that does.
            let place = stamp
                .as_ref()
                .and_then(|(top, _)| Some(value.find(top)? + top.len()));
            self = match place.and_then(|end| Some((stamp.take()?.1, &value[end..]))) {
                Some((stamp, rest)) => self.header(Name::Via, format_args!("{stamp}{rest}")),
                None => self.text(Name::Via, value),
            };
        }
        self
    }

    /// Appends a header whose value is there already.
    fn text(self, name: Name, value: &str) -> Self {
        self.out.extend_from_slice(name.as_str().as_bytes());
        self.out.extend_from_slice(b": ");
        put_text(self.out, value);
        self.out.extend_from_slice(b"\r\n");
        self
    }

    /// Appends a header.
    #[must_use]
    pub fn header(self, name: Name, value: impl Display) -> Self {
        self.out.extend_from_slice(name.as_str().as_bytes());
        self.out.extend_from_slice(b": ");
        put(self.out, value);
        self.out.extend_from_slice(b"\r\n");
        self
    }

    /// Appends a header by its text, for one that [`Name`] does not know.
    #[must_use]
    pub fn named(self, name: &str, value: impl Display) -> Self {
        put(self.out, name);
        self.out.extend_from_slice(b": ");
        put(self.out, value);
        self.out.extend_from_slice(b"\r\n");
        self
    }

    /// Appends a header if there is a value.
    #[must_use]
    pub fn optional(self, name: Name, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Appends every line `name` of `message`, letter by letter.
    #[must_use]
    pub fn copied(mut self, name: Name, message: &Message<'_>) -> Self {
        for value in message.headers(name) {
            self = self.text(name, value);
        }
        self
    }

    /// Ends the message without a body.
    pub fn finish(self) {
        self.out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    }

    /// Ends the message with a body.
    pub fn body(self, content_type: &str, body: &[u8]) {
        let this = self
            .header(Name::ContentType, content_type)
            .header(Name::ContentLength, body.len());
        this.out.extend_from_slice(b"\r\n");
        this.out.extend_from_slice(body);
    }
}

/// A text as a quoted string (RFC 3261 25.1).
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut rest = self.0;
        while let Some(at) = rest.find(['"', '\\']) {
            f.write_str(&rest[..at])?;
            f.write_char('\\')?;
            f.write_str(&rest[at..at + 1])?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)?;
        f.write_char('"')
    }
}
