//! Frames (RFC 9113 4.1, 6).

pub(super) const HEADER_OCTETS: usize = 9;

/// The longest frame that is put together. Nodes of a core leave SETTINGS_MAX_FRAME_SIZE at 16 kB, or say a few times as
/// much; the 16 MB of the field are for damage.
pub(super) const MAX_FRAME_OCTETS: usize = 256 * 1024;

/// The longest frame that passes for one where it is not known that there are any: SETTINGS_MAX_FRAME_SIZE unless said
/// otherwise (6.5.2).
const MAX_GUESSED_OCTETS: usize = 16_384;

/// Types above this are of no extension in use (IANA has given out up to 0x10).
const MAX_TYPE: u8 = 0x1f;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
pub(super) const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 0x01;
pub(super) const END_HEADERS: u8 = 0x04;
const PADDED: u8 = 0x08;
const PRIORITY_FIELDS: u8 = 0x20;

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) length: usize,
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
}

impl Header {
    /// The header that stands first in these octets.
    pub(super) fn decode(octets: &[u8]) -> Option<Self> {
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3, ..] = *octets else {
            return None;
        };
        Some(Self {
            length: u32::from_be_bytes([0, l0, l1, l2]) as usize,
            kind,
            flags,
            stream: u32::from_be_bytes([s0, s1, s2, s3]),
        })
    }

    /// Whether a peer in step may have sent it, as far as its header tells.
    pub(super) fn is_possible(&self) -> bool {
        let on_stream = self.stream != 0;
        let fits = match self.kind {
            DATA | CONTINUATION => on_stream,
            HEADERS | PUSH_PROMISE => on_stream && self.length > 0,
            PRIORITY => on_stream && self.length == 5,
            RST_STREAM => on_stream && self.length == 4,
            SETTINGS => !on_stream && self.length.is_multiple_of(6),
            PING => !on_stream && self.length == 8,
            GOAWAY => !on_stream && self.length >= 8,
            WINDOW_UPDATE => self.length == 4,
            other => other <= MAX_TYPE,
        };
        fits && self.stream < 1 << 31
    }

    /// Whether it passes for a frame where none is known to be: only flags that its type has, no extension.
    pub(super) fn is_plain(&self) -> bool {
        let flags = match self.kind {
            DATA => END_STREAM | PADDED,
            HEADERS => END_STREAM | END_HEADERS | PADDED | PRIORITY_FIELDS,
            SETTINGS | PING => 1,
            PUSH_PROMISE => END_HEADERS | PADDED,
            CONTINUATION => END_HEADERS,
            PRIORITY | RST_STREAM | GOAWAY | WINDOW_UPDATE => 0,
            _ => return false,
        };
        self.is_possible() && self.flags & !flags == 0 && self.length <= MAX_GUESSED_OCTETS
    }

    /// What the frame holds beside padding and priority (6.1, 6.2). `None` if these reach beyond it.
    pub(super) fn content<'a>(&self, mut octets: &'a [u8]) -> Option<&'a [u8]> {
        let mut padding = 0;
        if self.flags & PADDED != 0 {
            let (first, rest) = octets.split_first()?;
            (padding, octets) = (usize::from(*first), rest);
        }
        if self.kind == HEADERS && self.flags & PRIORITY_FIELDS != 0 {
            octets = octets.get(5..)?;
        }
        if self.kind == PUSH_PROMISE {
            octets = octets.get(4..)?;
        }
        octets.get(..octets.len().checked_sub(padding)?)
    }
}

/// Whether these octets are frames, one behind the other, and nothing else; the last may be cut.
pub(super) fn are_frames(mut octets: &[u8]) -> bool {
    let mut walked = 0;
    while let Some(header) = Header::decode(octets) {
        if !header.is_plain() {
            return false;
        }
        walked += 1;
        octets = octets.get(HEADER_OCTETS + header.length..).unwrap_or_default();
    }
    walked > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS_AND_WINDOW: &str = "00000604000000000000030000006400000408000000000000010000";

    #[test]
    fn frames_are_recognised_whole_and_cut() {
        let octets = hex::decode(SETTINGS_AND_WINDOW).unwrap();
        assert!(are_frames(&octets));
        assert!((HEADER_OCTETS..octets.len()).all(|end| are_frames(&octets[..end])));
        assert!(!are_frames(&octets[..HEADER_OCTETS - 1]));
        for (at, value) in [(2, 7), (3, 5), (3, 10), (4, 2), (5, 0x80), (8, 1), (17, 5)] {
            let mut octets = octets.clone();
            octets[at] = value;
            assert!(!are_frames(&octets), "octet {at} is {value}");
        }
    }

    #[test]
    fn padding_and_priority_are_not_content() {
        let header = |kind, flags| Header {
            length: 8,
            kind,
            flags,
            stream: 1,
        };
        let octets = [2, 1, 2, 3, 4, 5, 0, 0];
        assert_eq!(header(DATA, 0).content(&octets), Some(&octets[..]));
        assert_eq!(header(DATA, PADDED).content(&octets), Some(&octets[1..6]));
        assert_eq!(
            header(HEADERS, PADDED | PRIORITY_FIELDS).content(&octets),
            Some(&[][..])
        );
        assert_eq!(header(DATA, PADDED).content(&[2, 1]), None);
        assert_eq!(header(HEADERS, PRIORITY_FIELDS).content(&[2, 1]), None);
    }
}
