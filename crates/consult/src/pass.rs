//! One pass over a capture: frames to PDUs, PDUs to the doctor, what he says to whoever asks.

use quintet_capture::{Counts, Dissector, DissectorOptions, Frame, Timestamp};
use quintet_doctor::{Doctor, Output, Settings};

/// A capture, or several merged, on their way to the doctor. [`Pass::poll`] after each call, until it wants nothing.
#[derive(Debug)]
pub struct Pass {
    dissector: Dissector,
    doctor: Doctor,
    /// The latest time of a frame, with or without a PDU: the capture shows silence until then.
    last: Timestamp,
}

impl Pass {
    /// Before the first frame.
    #[must_use]
    pub fn new(options: DissectorOptions, settings: Settings) -> Self {
        Self {
            dissector: Dissector::new(options),
            doctor: Doctor::new(settings),
            last: Timestamp::default(),
        }
    }

    /// A frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        self.last = self.last.max(frame.seen.time);
        self.dissector.frame(frame, &mut self.doctor);
    }

    /// It is this late, and nothing passed.
    pub fn quiet(&mut self, now: Timestamp) {
        self.doctor.quiet(now);
    }

    /// The captures have come to their end: every attempt does.
    pub fn finish(&mut self) {
        self.dissector.finish(&mut self.doctor);
        self.doctor.quiet(self.last);
        self.doctor.finish();
    }

    /// What the doctor has to say.
    pub fn poll(&mut self) -> Option<Output> {
        self.doctor.poll()
    }

    /// What the frames were.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        self.dissector.counts()
    }
}
