//! A run of octets on its way up the layers: what was captured of it, and how much was not.

use crate::{Frame, Seen};

/// What stands behind some header of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) seen: Seen,
    pub(super) interface: u32,
    pub(super) octets: &'a [u8],
    /// How many octets were on the wire behind these, and were not captured.
    pub(super) missing: usize,
}

impl<'a> Part<'a> {
    pub(super) fn of(frame: &Frame<'a>) -> Self {
        Self {
            seen: frame.seen,
            interface: frame.interface,
            octets: frame.octets,
            missing: (frame.original as usize).saturating_sub(frame.octets.len()),
        }
    }

    /// What stands behind so many octets; nothing if there are fewer.
    #[inline]
    pub(super) fn skip(self, octets: usize) -> Self {
        Self {
            octets: self.octets.get(octets..).unwrap_or_default(),
            ..self
        }
    }

    /// The first `length` octets, some of which may be missing.
    #[inline]
    pub(super) fn limit(self, length: usize) -> Self {
        let kept = length.min(self.octets.len());
        Self {
            octets: &self.octets[..kept],
            missing: length - kept,
            ..self
        }
    }

    /// Octets on the wire.
    #[inline]
    pub(super) fn length(&self) -> usize {
        self.octets.len() + self.missing
    }

    /// Two octets, big-endian.
    #[inline]
    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        let octets = self.octets.get(at..at + 2)?;
        Some(u16::from_be_bytes([octets[0], octets[1]]))
    }

    /// Four octets, big-endian.
    #[inline]
    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        let octets = self.octets.get(at..at + 4)?;
        Some(u32::from_be_bytes([octets[0], octets[1], octets[2], octets[3]]))
    }
}
