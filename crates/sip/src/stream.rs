//! Framing of a connection: messages by Content-Length (RFC 3261 18.3), keep-alives between them (RFC 5626 3.5.1).
//!
//! A stream is cut anywhere; what comes out depends on the octets alone, never on the cuts. Where the header part ends is looked
//! for once: what was searched is not searched again.

use crate::message::{MAX_HEAD_OCTETS, MAX_MESSAGE_OCTETS};
use crate::{Name, ParseError, ParseErrorKind};
use memchr::memmem;

/// Octets [`Inbox::space`] offers at least.
pub const READ_OCTETS: usize = 16 * 1024;
/// An empty inbox longer than this gives its memory back: a node has many connections.
const KEPT_OCTETS: usize = 32 * 1024;
/// Line ends without a message between them: two a ping, one ping in two minutes (RFC 5626 4.4.1) for days. A flood of them is no
/// keep-alive.
pub const MAX_LINE_ENDS: usize = 16_384;

/// The answer to a [`Frame::Ping`].
pub const PONG: &[u8] = b"\r\n";
/// What a client sends to keep a flow alive.
pub const PING: &[u8] = b"\r\n\r\n";

/// What a stream brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// One whole message.
    Message(&'a [u8]),
    /// The second of two line ends, to be answered with [`PONG`].
    Ping,
    /// A line end: an answer to our ping, or the first half of one.
    Pong,
}

/// The receive buffer of one connection. Holds at most one message and what one read adds, as long as [`Inbox::next`] is called
/// until it has nothing.
#[derive(Debug, Default)]
pub struct Inbox {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// How far behind `start` the end of the header part was looked for.
    searched: usize,
    /// The length of the message at `start`, once it is known.
    length: Option<usize>,
    /// Line ends since the last message.
    line_ends: usize,
    failed: Option<ParseError>,
}

impl Inbox {
    /// An empty inbox; allocates with the first octet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Room for the next read, [`READ_OCTETS`] or more; [`Inbox::filled`] says how much of it was used.
    pub fn space(&mut self) -> &mut [u8] {
        self.reserve(READ_OCTETS);
        &mut self.buffer[self.end..]
    }

    /// Takes over the first `octets` octets written into [`Inbox::space`].
    ///
    /// # Panics
    /// If that is more than `space` offered.
    pub fn filled(&mut self, octets: usize) {
        assert!(
            octets <= self.buffer.len() - self.end,
            "more octets than the inbox had space for"
        );
        self.end += octets;
    }

    /// Appends octets, for callers that have them in a buffer of their own.
    pub fn fill(&mut self, octets: &[u8]) {
        self.reserve(octets.len());
        self.buffer[self.end..self.end + octets.len()].copy_from_slice(octets);
        self.end += octets.len();
    }

    /// The next frame, or `None` until more octets arrive. After an error the stream is lost: it is repeated, and the connection to be
    /// closed.
    ///
    /// # Errors
    /// A header part or a message above its limit; a Content-Length that is none, that is missing, or that differs from another;
    /// more line ends than anybody needs.
    #[expect(
        clippy::should_implement_trait,
        reason = "lends from itself, which Iterator cannot"
    )]
    pub fn next(&mut self) -> Option<Result<Frame<'_>, ParseError>> {
        if let Some(error) = self.failed {
            return Some(Err(error));
        }
        match self.advance() {
            Ok(Step::Wait) => None,
            Ok(Step::Ping) => Some(Ok(Frame::Ping)),
            Ok(Step::Pong) => Some(Ok(Frame::Pong)),
            Ok(Step::Message { from, to }) => Some(Ok(Frame::Message(&self.buffer[from..to]))),
            Err(error) => {
                self.failed = Some(error);
                Some(Err(error))
            }
        }
    }

    fn advance(&mut self) -> Result<Step, ParseError> {
        let held = &self.buffer[self.start..self.end];
        if self.searched == 0 && matches!(held.first(), Some(b'\r')) {
            return self.line_end();
        }
        let length = match self.length {
            Some(length) => length,
            None => {
                // The end may begin in what was searched last time.
                let from = self.searched.saturating_sub(3);
                let Some(found) = memmem::find(&held[from..], b"\r\n\r\n") else {
                    self.searched = held.len();
                    if held.len() > MAX_HEAD_OCTETS {
                        return Err(limit("MAX_HEAD_OCTETS", held.len()));
                    }
                    return Ok(Step::Wait);
                };
                let head = from + found + 4;
                if head > MAX_HEAD_OCTETS {
                    return Err(limit("MAX_HEAD_OCTETS", head));
                }
                let length = head + content_length(&held[..head])?;
                if length > MAX_MESSAGE_OCTETS {
                    return Err(limit("MAX_MESSAGE_OCTETS", length));
                }
                self.searched = head;
                self.length = Some(length);
                length
            }
        };
        if held.len() < length {
            return Ok(Step::Wait);
        }
        let from = self.start;
        self.start += length;
        (self.searched, self.length, self.line_ends) = (0, None, 0);
        Ok(Step::Message {
            from,
            to: from + length,
        })
    }

    /// Line ends between messages.
    fn line_end(&mut self) -> Result<Step, ParseError> {
        let held = &self.buffer[self.start..self.end];
        match held {
            [b'\r', b'\n', ..] => {}
            [b'\r'] => return Ok(Step::Wait),
            _ => {
                return Err(ParseError {
                    at: 0,
                    kind: ParseErrorKind::LineEnd,
                });
            }
        }
        self.line_ends += 1;
        if self.line_ends > MAX_LINE_ENDS {
            return Err(limit("MAX_LINE_ENDS", 0));
        }
        let step = if self.line_ends.is_multiple_of(2) {
            Step::Ping
        } else {
            Step::Pong
        };
        self.start += 2;
        Ok(step)
    }

    /// Octets received and not yet handed out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether nothing is left over: a connection that ends here ends between messages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Makes room for `octets` behind `end`.
    fn reserve(&mut self, octets: usize) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.buffer.len() > KEPT_OCTETS.max(octets) {
                self.buffer.truncate(KEPT_OCTETS.max(octets));
                self.buffer.shrink_to_fit();
            }
        }
        if self.buffer.len() - self.end >= octets {
            return;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() - self.end < octets {
            // Doubling keeps the copying of a long message linear.
            let wanted = (self.end + octets).max(2 * self.buffer.len().min(MAX_MESSAGE_OCTETS));
            self.buffer.resize(wanted, 0);
        }
    }
}

enum Step {
    Wait,
    Ping,
    Pong,
    Message { from: usize, to: usize },
}

const fn limit(name: &'static str, at: usize) -> ParseError {
    ParseError {
        at,
        kind: ParseErrorKind::Limit(name),
    }
}

/// Content-Length of a header part. On a stream it must be there (RFC 3261 18.3, 20.14), or nobody knows where the next message
/// begins.
fn content_length(head: &[u8]) -> Result<usize, ParseError> {
    let mut length = None;
    let mut at = 0;
    let mut in_ours = false;
    for end in memmem::find_iter(head, b"\r\n") {
        let line = &head[at..end];
        let folded = matches!(line.first(), Some(b' ' | b'\t'));
        if folded && in_ours {
            // A number may not be folded in two, and one that begins behind a fold is nothing any sender writes.
            return Err(ParseError::expected(at, "Content-Length in one line"));
        }
        in_ours = false;
        // Its long and its compact form: no other line is looked at.
        let may_be = matches!(line.first(), Some(b'C' | b'c' | b'L' | b'l'));
        if may_be
            && let Some(colon) = memchr::memchr(b':', line)
            && let Ok(name) = str::from_utf8(&line[..colon])
            && Name::of(name.trim_end_matches([' ', '\t'])) == Name::ContentLength
        {
            in_ours = true;
            let value = str::from_utf8(&line[colon + 1..]).unwrap_or_default();
            let value = crate::scan::number(value, "the number of Content-Length")
                .map_err(|error| ParseError { at, ..error })?;
            if length.is_some_and(|length| length != value) {
                return Err(ParseError {
                    at,
                    kind: ParseErrorKind::Repeated(Name::ContentLength),
                });
            }
            length = Some(value);
        }
        at = end + 2;
    }
    length
        .map(|length| length as usize)
        .ok_or(ParseError::missing(Name::ContentLength))
}
