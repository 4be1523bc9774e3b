//! One pass over a source: frames to PDUs, PDUs to the doctor, what it says to whoever asked.

use super::interrupt::Interrupt;
use super::source::{Next, Source};
use anyhow::Result;
use indicatif::ProgressBar;
use quintet_capture::{Counts, DissectorOptions, Frame, Seen};
use quintet_consult::Pass;
use quintet_doctor::report::{Attempt, Capture};
use quintet_doctor::{Output, Settings};

/// Frames between two looks at the progress.
const PROGRESS_FRAMES: u64 = 4096;

/// Takes what the doctor says.
pub(super) trait Listener {
    /// An attempt ended. `first_frame`: when the first frame of all captures was, in nanoseconds.
    ///
    /// # Errors
    /// If nobody is left to hear it: the pass ends.
    fn attempt(&mut self, attempt: Attempt, first_frame: Option<i128>) -> Result<()>;

    /// A frame is about to be looked at.
    ///
    /// # Errors
    /// If it cannot be taken: the pass ends.
    fn frame(&mut self, frame: &Frame<'_>) -> Result<()> {
        let _ = frame;
        Ok(())
    }

    /// A NAS PDU was opened: as it stands in the frame, and in the clear.
    ///
    /// # Errors
    /// If it cannot be taken: the pass ends.
    fn deciphered(&mut self, seen: Seen, pdu: &[u8], clear: &[u8]) -> Result<()> {
        let _ = (seen, pdu, clear);
        Ok(())
    }
}

/// What a pass came to.
pub(super) struct Passed {
    pub(super) captures: Vec<Capture>,
    pub(super) counts: Counts,
    pub(super) interrupted: bool,
}

/// One pass.
pub(super) struct Session {
    pass: Pass,
    first_frame: Option<i128>,
}

impl Session {
    /// Before the first frame.
    pub(super) fn new(options: DissectorOptions, settings: Settings) -> Self {
        Self {
            pass: Pass::new(options, settings),
            first_frame: None,
        }
    }

    /// Reads the source to its end, or until Ctrl-C.
    ///
    /// # Errors
    /// If the source cannot be read, or the listener hears no more.
    pub(super) fn run(
        mut self,
        source: &mut dyn Source,
        interrupt: &Interrupt,
        bar: &ProgressBar,
        listener: &mut impl Listener,
    ) -> Result<Passed> {
        let mut frames = 0_u64;
        while !interrupt.came() {
            match source.next() {
                // A pipe that Ctrl-C ends may have held nothing yet.
                Err(_) if interrupt.came() => break,
                Err(error) => return Err(error),
                Ok(Next::End) => break,
                Ok(Next::Quiet(now)) => self.pass.quiet(now),
                Ok(Next::Frame(frame)) => {
                    self.first_frame.get_or_insert(i128::from(frame.seen.time.0));
                    listener.frame(&frame)?;
                    self.pass.frame(&frame);
                }
            }
            self.hand_on(listener)?;
            frames += 1;
            if frames.is_multiple_of(PROGRESS_FRAMES) {
                show(source, bar);
            }
        }
        self.pass.finish();
        self.hand_on(listener)?;
        Ok(Passed {
            captures: source.captures(),
            counts: self.pass.counts().clone(),
            interrupted: interrupt.came(),
        })
    }

    fn hand_on(&mut self, listener: &mut impl Listener) -> Result<()> {
        while let Some(output) = self.pass.poll() {
            match output {
                Output::Attempt(attempt) => listener.attempt(*attempt, self.first_frame)?,
                Output::Deciphered { seen, pdu, clear } => listener.deciphered(seen, &pdu, &clear)?,
                Output::Event(_) | Output::Standing(_) | Output::Withdrawn(_) => {}
            }
        }
        Ok(())
    }
}

fn show(source: &dyn Source, bar: &ProgressBar) {
    let (read, of) = source.progress();
    if let Some(of) = of {
        bar.set_length(of);
    }
    bar.set_position(read);
}
