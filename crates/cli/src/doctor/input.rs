//! Captures from files and pipes, merged by time.
//!
//! Every file has a buffer of its own that grows to the longest frame and no further, so that what is read may be larger
//! than memory. A pipe is answered as it comes: nothing waits for a buffer to be full.

#[cfg(test)]
mod tests;

use super::interrupt::Interrupt;
use super::source::{Next, Source};
use anyhow::{Context, Result};
use quintet_consult::read::Stream;
use quintet_doctor::report::Capture;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// How standard input is named.
const STANDARD_INPUT: &str = "-";

/// Most captures read at once: each holds a file descriptor and a buffer.
const MAX_CAPTURES: usize = 512;

/// Some captures, read together: the earliest of their next frames first.
///
/// The frames of one file stay in its order, whatever their times are.
pub(super) struct Captures {
    streams: Vec<Stream>,
    /// Streams whose next frame waits to be handed on, with its time.
    waiting: BinaryHeap<Reverse<(i64, usize)>>,
    /// The stream whose frame was handed on last: its next one is not read yet.
    taken: Option<usize>,
    begun: bool,
}

impl Captures {
    /// Opens files by name; `-` is standard input.
    ///
    /// # Errors
    /// If one cannot be opened; the message names it.
    pub(super) fn open(paths: &[PathBuf], interrupt: &Interrupt) -> Result<Self> {
        anyhow::ensure!(
            paths.len() <= MAX_CAPTURES,
            "{} captures are more than {MAX_CAPTURES}: merge some of them first",
            paths.len()
        );
        let streams = paths
            .iter()
            .enumerate()
            .map(|(number, path)| open(number as u16, path, paths.len(), interrupt))
            .collect::<Result<Vec<_>>>()?;
        let mut captures = Self::of(streams);
        // A file that is no capture is refused before anything is written because of it. A pipe may have to be waited for.
        if captures.streams.iter().all(|stream| stream.octets().is_some()) {
            captures.begin()?;
        }
        Ok(captures)
    }

    /// Goes to the first frame of each.
    fn begin(&mut self) -> Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            for index in 0..self.streams.len() {
                self.queue(index)?;
            }
        }
        Ok(())
    }

    fn of(streams: Vec<Stream>) -> Self {
        Self {
            streams,
            waiting: BinaryHeap::new(),
            taken: None,
            begun: false,
        }
    }

    fn queue(&mut self, index: usize) -> Result<()> {
        if let Some(time) = self.streams[index].advance()? {
            self.waiting.push(Reverse((time.0, index)));
        }
        Ok(())
    }
}

fn open(number: u16, path: &Path, of: usize, interrupt: &Interrupt) -> Result<Stream> {
    if path.as_os_str() == STANDARD_INPUT {
        let reader = Box::new(interrupt.ending(standard_input()?));
        return Ok(Stream::new(
            number,
            "standard input".to_owned(),
            reader,
            None,
            of,
        )?);
    }
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    let metadata = file.metadata().with_context(|| format!("cannot read {name}"))?;
    // A pipe by name has no length, and may keep its reader waiting.
    if metadata.is_file() {
        return Ok(Stream::new(
            number,
            name,
            Box::new(file),
            Some(metadata.len()),
            of,
        )?);
    }
    Ok(Stream::new(
        number,
        name,
        Box::new(interrupt.ending(file)),
        None,
        of,
    )?)
}

/// Standard input without the buffer of the standard library, in which octets would lie that nobody is woken for.
#[cfg(unix)]
fn standard_input() -> Result<File> {
    use std::os::fd::AsFd;
    let own = std::io::stdin().as_fd().try_clone_to_owned();
    Ok(own.context("cannot read standard input")?.into())
}

#[cfg(not(unix))]
fn standard_input() -> Result<std::io::Stdin> {
    Ok(std::io::stdin())
}

impl Source for Captures {
    fn next(&mut self) -> Result<Next<'_>> {
        self.begin()?;
        if let Some(index) = self.taken.take() {
            self.queue(index)?;
        }
        let Some(Reverse((_, index))) = self.waiting.pop() else {
            return Ok(Next::End);
        };
        self.taken = Some(index);
        Ok(self.streams[index].frame().map_or(Next::End, Next::Frame))
    }

    fn captures(&self) -> Vec<Capture> {
        self.streams.iter().map(Stream::capture).collect()
    }

    fn progress(&self) -> (u64, Option<u64>) {
        let read = self.streams.iter().map(Stream::octets_read).sum();
        let of = self.streams.iter().map(Stream::octets).sum::<Option<u64>>();
        (read, of)
    }
}
