//! One capture: its reader, its buffer, and what there is to say of it.

use super::{ReadError, compressed};
use quintet_capture::{Damage, DamageKind, Frame, Item, LinkType, Reader, Seen, Timestamp};
use quintet_doctor::report::Capture;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The buffer of a capture that is read alone: large enough that system calls do not count.
const BUFFER_OCTETS: usize = 1024 * 1024;
/// The buffer of one of several.
const SMALL_BUFFER_OCTETS: usize = 128 * 1024;

/// Most damage listed of a capture; beyond it the rest is only counted.
const MAX_DAMAGE: usize = 50;

/// A capture that is being read.
pub struct Stream {
    name: String,
    reader: Reader,
    input: Box<dyn Read>,
    /// Octets of the file read so far.
    read: Arc<AtomicU64>,
    /// Octets of the file, if that is known.
    octets: Option<u64>,
    buffer: Vec<u8>,
    /// What of the buffer is read and not consumed.
    filled: Range<usize>,
    /// Whether the input has come to its end.
    ended: bool,
    frame: Option<Waiting>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    damage: Vec<String>,
    more_damage: u64,
}

/// A frame in the buffer.
struct Waiting {
    seen: Seen,
    link: LinkType,
    interface: u32,
    octets: Range<usize>,
    original: u32,
}

impl Stream {
    /// Begins capture `number` of `of`. `octets`: how long the file is.
    ///
    /// # Errors
    /// If its first octets cannot be read.
    pub fn new(
        number: u16,
        name: String,
        input: Box<dyn Read>,
        octets: Option<u64>,
        of: usize,
    ) -> Result<Self, ReadError> {
        let (input, read) = compressed::open(&name, input)?;
        let size = if of == 1 {
            BUFFER_OCTETS
        } else {
            SMALL_BUFFER_OCTETS
        };
        Ok(Self {
            name,
            reader: Reader::new(number),
            input,
            read,
            octets,
            buffer: vec![0; size],
            filled: 0..0,
            ended: false,
            frame: None,
            first: None,
            last: None,
            damage: Vec::new(),
            more_damage: 0,
        })
    }

    /// Goes on to the next frame; its time, or `None` at the end.
    ///
    /// # Errors
    /// If it is no capture at all, or cannot be read.
    pub fn advance(&mut self) -> Result<Option<Timestamp>, ReadError> {
        self.frame = None;
        loop {
            let start = self.filled.start;
            let step = self.reader.next(&self.buffer[self.filled.clone()], self.ended);
            self.filled.start += step.consumed;
            match step.item {
                Item::Frame(frame) => {
                    let begin = start + step.frame_at;
                    let waiting = Waiting {
                        seen: frame.seen,
                        link: frame.link,
                        interface: frame.interface,
                        octets: begin..begin + frame.octets.len(),
                        original: frame.original,
                    };
                    let time = frame.seen.time;
                    self.first = Some(self.first.map_or(time, |first| first.min(time)));
                    self.last = Some(self.last.map_or(time, |last| last.max(time)));
                    self.frame = Some(waiting);
                    return Ok(Some(time));
                }
                Item::Damage(damage) => self.damaged(damage)?,
                Item::More(wanted) => self.fill(wanted)?,
                Item::End => return Ok(None),
            }
        }
    }

    /// The frame that [`Stream::advance`] went on to.
    #[must_use]
    pub fn frame(&self) -> Option<Frame<'_>> {
        let waiting = self.frame.as_ref()?;
        Some(Frame {
            seen: waiting.seen,
            link: waiting.link,
            interface: waiting.interface,
            octets: &self.buffer[waiting.octets.clone()],
            original: waiting.original,
        })
    }

    /// What there is to say of it.
    #[must_use]
    pub fn capture(&self) -> Capture {
        let text = |time: Option<Timestamp>| {
            let time = jiff::Timestamp::from_nanosecond(time?.0.into()).ok()?;
            Some(format!("{time:.9}"))
        };
        let mut damage = self.damage.clone();
        if self.more_damage > 0 {
            damage.push(format!("{} more places", self.more_damage));
        }
        Capture {
            file: self.name.clone(),
            frames: self.reader.frames(),
            first: text(self.first),
            last: text(self.last),
            damage,
        }
    }

    /// Octets of the file read so far.
    #[must_use]
    pub fn octets_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Octets of the file, if that is known.
    #[must_use]
    pub fn octets(&self) -> Option<u64> {
        self.octets
    }

    /// How long its buffer is.
    #[must_use]
    pub fn buffer_octets(&self) -> usize {
        self.buffer.len()
    }

    fn damaged(&mut self, damage: Damage) -> Result<(), ReadError> {
        if damage.kind == DamageKind::NotACapture {
            let name = self.name.clone();
            return Err(ReadError::NotACapture { name });
        }
        self.say(damage.to_string());
        Ok(())
    }

    fn say(&mut self, damage: String) {
        if self.damage.len() < MAX_DAMAGE {
            self.damage.push(damage);
        } else {
            self.more_damage += 1;
        }
    }

    /// Reads until `wanted` octets are there, or the input ends.
    fn fill(&mut self, wanted: usize) -> Result<(), ReadError> {
        let room = self.buffer.len() - self.filled.start;
        if room < wanted || self.filled.end == self.buffer.len() {
            self.buffer.copy_within(self.filled.clone(), 0);
            self.filled = 0..self.filled.len();
            if self.buffer.len() < wanted {
                self.buffer.resize(wanted.next_power_of_two(), 0);
            }
        }
        while self.filled.len() < wanted && !self.ended {
            match self.input.read(&mut self.buffer[self.filled.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.filled.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // What a compressed file holds up to its damage is a capture that ends early.
                Err(error) if is_of_content(&error) => {
                    self.say(format!("the compressed file is damaged: {error}"));
                    self.ended = true;
                }
                Err(error) => {
                    let name = self.name.clone();
                    return Err(ReadError::Read { name, error });
                }
            }
        }
        Ok(())
    }
}

/// Whether an error is of what a compressed file holds, and not of the file.
fn is_of_content(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof
    )
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, frames) = (&self.name, self.reader.frames());
        write!(f, "Stream {{ name: {name:?}, frames: {frames} }}")
    }
}
