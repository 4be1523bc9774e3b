//! From which frame to which something reaches that was put together.

use crate::Seen;

/// Where a piece was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sight {
    /// The frame that completed its packet.
    pub(super) seen: Seen,
    /// The frame in which its packet began.
    pub(super) first_frame: u64,
}

impl Sight {
    /// With another piece: begun in the earlier one, seen in the later one, in the order of the capture.
    pub(super) fn with(self, other: Self) -> Self {
        let order = |sight: &Self| (sight.seen.file, sight.seen.frame);
        let (one, last) = if order(&other) >= order(&self) {
            (self, other)
        } else {
            (other, self)
        };
        let first_frame = if one.seen.file == last.seen.file {
            one.first_frame.min(last.first_frame)
        } else {
            // Frames are numbered by file.
            last.first_frame
        };
        Self { first_frame, ..last }
    }
}
