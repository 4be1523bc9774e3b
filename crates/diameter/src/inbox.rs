//! Framing: one connection's receive buffer (RFC 6733 3, Message Length).
//!
//! A stream is cut anywhere; what comes out depends on the octets alone, never on the cuts. A message is handed out
//! in place, so the buffer is compacted only when the tail runs out of room, and then moves at most one partial
//! message. The version is not judged here: a foreign version with a usable length still leaves the stream in step
//! and is answered with 5011 by the node.

use crate::{HEADER_OCTETS, Header, MAX_MESSAGE_OCTETS};
use std::fmt;

/// Octets [`Inbox::space`] offers at least: large enough that a busy connection needs one read for dozens of messages.
pub const READ_OCTETS: usize = 16 * 1024;

/// An empty inbox longer than this gives its memory back: one long message must not hold a quarter megabyte for the
/// life of the connection.
const KEPT_OCTETS: usize = 64 * 1024;

/// A message length that cannot be: the stream has no next message, and the connection must be closed.
///
/// RFC 6733 7.1.5: a request is answered with 5015 first, see [`crate::Node::bad_frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameError {
    /// The header as received.
    pub header: Header,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Header { length, .. } = self.header;
        write!(
            f,
            "message length {length} is not allowed, expected a multiple of 4 from 20 to {MAX_MESSAGE_OCTETS}"
        )
    }
}

impl std::error::Error for FrameError {}

/// The receive buffer of one connection. Holds at most one message of [`MAX_MESSAGE_OCTETS`] and what one read or one
/// [`Inbox::fill`] adds, as long as [`Inbox::next`] is called until it has nothing.
#[derive(Debug, Default)]
pub struct Inbox {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
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

    /// The next whole message, or `None` until more octets arrive. After an error the stream is lost: it is repeated.
    ///
    /// # Errors
    /// A length below 20, above [`MAX_MESSAGE_OCTETS`] or no multiple of 4.
    #[expect(
        clippy::should_implement_trait,
        reason = "lends from itself, which Iterator cannot"
    )]
    pub fn next(&mut self) -> Option<Result<&[u8], FrameError>> {
        let held = &self.buffer[self.start..self.end];
        if held.len() < HEADER_OCTETS {
            return None;
        }
        let header = Header::decode(held).ok()?;
        let length = header.length as usize;
        if !(HEADER_OCTETS..=MAX_MESSAGE_OCTETS).contains(&length) || !length.is_multiple_of(4) {
            return Some(Err(FrameError { header }));
        }
        if held.len() < length {
            return None;
        }
        let at = self.start;
        self.start += length;
        Some(Ok(&self.buffer[at..at + length]))
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
