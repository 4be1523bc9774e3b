//! Where frames come from. A file, a pipe and an interface look alike to the doctor, but that an interface also says how late
//! it is while nothing passes.

use anyhow::Result;
use quintet_capture::{Frame, Timestamp};
use quintet_doctor::report::Capture;

/// What a source brings next.
pub(super) enum Next<'a> {
    /// A frame.
    Frame(Frame<'a>),
    /// Nothing passes, and it is this late.
    Quiet(Timestamp),
    /// No more frames.
    End,
}

/// Brings frames, one after another.
pub(super) trait Source {
    /// The next one. Waits for it where it must, but not beyond Ctrl-C.
    ///
    /// # Errors
    /// If a capture cannot be read on; the message names it.
    fn next(&mut self) -> Result<Next<'_>>;

    /// The captures, as far as they were read.
    fn captures(&self) -> Vec<Capture>;

    /// Octets read so far, and of how many where that is known.
    fn progress(&self) -> (u64, Option<u64>);
}
