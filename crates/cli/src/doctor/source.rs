//! Where frames come from. A file and a pipe look alike to the doctor, and so will an interface: it is one more [`Source`],
//! with one more [`Next`] that says how late it is while nothing passes.

use anyhow::Result;
use quintet_capture::Frame;
use quintet_doctor::report::Capture;

/// What a source brings next.
pub(super) enum Next<'a> {
    /// A frame.
    Frame(Frame<'a>),
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
