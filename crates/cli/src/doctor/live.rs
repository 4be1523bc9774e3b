//! An interface as a source: frames as they pass, and how late it is while none does.

use super::interrupt::Interrupt;
use super::source::{Next, Source};
use anyhow::{Context, Result};
use jiff::Timestamp as Instant;
use quintet_capture::{Frame, LinkType, Seen, Timestamp};
use quintet_doctor::report::Capture;
use quintet_runtime::live::{LiveCapture, LiveLink};
use std::collections::VecDeque;
use std::time::Duration;

/// How long a read waits for frames: how soon Ctrl-C is heard, and how often the doctor is told the time.
const PATIENCE: Duration = Duration::from_millis(500);

/// An interface being watched.
pub(super) struct Interface {
    name: String,
    capture: LiveCapture,
    link: LinkType,
    interrupt: Interrupt,
    /// Frames that one read brought: when, and how many octets of `octets`.
    waiting: VecDeque<(Timestamp, usize)>,
    octets: Vec<u8>,
    /// Octets of the frames handed on.
    taken: usize,
    frames: u64,
    read: u64,
    times: Option<(Timestamp, Timestamp)>,
}

impl Interface {
    /// Begins to watch.
    ///
    /// # Errors
    /// If it cannot be watched; the message says why and what to do.
    pub(super) fn watch(name: &str, interrupt: &Interrupt) -> Result<Self> {
        let capture = LiveCapture::open(name).context("--live")?;
        let link = match capture.link() {
            LiveLink::Ethernet => LinkType::ETHERNET,
            LiveLink::Ip => LinkType::RAW,
        };
        anstream::eprintln!("watching {name}: Ctrl-C ends it and shows the summary");
        Ok(Self {
            name: name.to_owned(),
            capture,
            link,
            interrupt: interrupt.clone(),
            waiting: VecDeque::new(),
            octets: Vec::new(),
            taken: 0,
            frames: 0,
            read: 0,
            times: None,
        })
    }

    /// Waits for frames, not longer than [`PATIENCE`].
    fn fill(&mut self) -> Result<()> {
        self.octets.clear();
        self.taken = 0;
        let (waiting, octets) = (&mut self.waiting, &mut self.octets);
        self.capture
            .read(PATIENCE, |frame| {
                let time = i64::try_from(frame.time.as_nanos()).unwrap_or(i64::MAX);
                waiting.push_back((Timestamp(time), frame.octets.len()));
                octets.extend_from_slice(frame.octets);
            })
            .with_context(|| format!("{} cannot be watched any longer", self.name))?;
        Ok(())
    }
}

impl Source for Interface {
    fn next(&mut self) -> Result<Next<'_>> {
        if self.waiting.is_empty() {
            self.fill()?;
        }
        if self.interrupt.came() {
            return Ok(Next::End);
        }
        let Some((time, length)) = self.waiting.pop_front() else {
            return Ok(Next::Quiet(now()));
        };
        let octets = &self.octets[self.taken..self.taken + length];
        self.taken += length;
        self.frames += 1;
        self.read += length as u64;
        let (first, last) = self.times.unwrap_or((time, time));
        self.times = Some((first.min(time), last.max(time)));
        Ok(Next::Frame(Frame {
            seen: Seen {
                file: 0,
                frame: self.frames,
                time,
            },
            link: self.link,
            interface: 0,
            octets,
            original: u32::try_from(length).unwrap_or(u32::MAX),
        }))
    }

    fn captures(&self) -> Vec<Capture> {
        let text = |time: Timestamp| {
            Instant::from_nanosecond(i128::from(time.0))
                .ok()
                .map(|time| time.to_string())
        };
        let lost = self.capture.lost();
        vec![Capture {
            file: self.name.clone(),
            frames: self.frames,
            first: self.times.and_then(|(first, _)| text(first)),
            last: self.times.and_then(|(_, last)| text(last)),
            damage: match lost {
                0 => Vec::new(),
                lost => vec![format!(
                    "{lost} frames were lost: they came faster than they could be looked at"
                )],
            },
        }]
    }

    fn progress(&self) -> (u64, Option<u64>) {
        (self.read, None)
    }
}

/// What the clock says: the time of kernel's stamps.
#[expect(clippy::disallowed_methods, reason = "the program is where time enters")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
