//! Capture files, read without touching a file: pcap and pcapng, of every byte order and time resolution.
//!
//! ```text
//!  octets ─► format by magic ─┬─► pcap   ─► record after record ─┐
//!                             └─► pcapng ─► block after block   ─┴─► Frame, Damage, More, End
//!                                    ▲                         │
//!                                    └── next plausible one ◄──┘ damage
//! ```
//!
//! The caller owns the buffer: [`Reader::next`] looks at what is there, says how many octets of it are done with, and asks
//! for more when a frame is not whole. Frames borrow from that buffer; nothing is copied. What is damaged is skipped up to
//! the next plausible header, and said.
//!
//! Own code rather than a crate: the readers at hand stop at the first malformed header, where this one has to go on.

mod damage;
mod pcap;
mod pcapng;
mod resolution;
mod word;

use crate::{Frame, Timestamp};

pub use damage::{Damage, DamageKind};

/// Longest block or record taken for one, in octets. It bounds what the caller has to buffer; it is the limit Wireshark
/// puts on a block of pcapng.
pub const MAX_BLOCK_OCTETS: usize = 16 * 1024 * 1024;

/// How many octets tell the format of a file: a section header up to its byte-order magic.
const MAGIC_OCTETS: usize = 12;

/// What [`Reader::next`] found.
#[derive(Clone, Copy, Debug)]
pub enum Item<'b> {
    /// A frame.
    Frame(Frame<'b>),
    /// Octets that are not what they should be, and were skipped.
    Damage(Damage),
    /// Nothing yet: call again with at least so many octets, or with `end` if there are no more.
    More(usize),
    /// The file has come to its end.
    End,
}

/// One step through a file.
#[derive(Clone, Copy, Debug)]
pub struct Step<'b> {
    /// How many of the octets given are done with: leave them out of the next call.
    pub consumed: usize,
    /// Where in the octets given those of a frame begin: for callers that keep the place and not the borrow.
    pub frame_at: usize,
    /// What was found.
    pub item: Item<'b>,
}

/// Reads one file.
///
/// ```
/// use quintet_capture::{Item, LinkType, PcapngWriter, Reader};
///
/// let mut file = Vec::new();
/// let mut writer = PcapngWriter::begin(&mut file, "example");
/// let interface = writer.interface(&mut file, "a", LinkType::ETHERNET);
/// writer.packet(&mut file, interface, core::time::Duration::from_secs(7), &[1, 2, 3], &[]);
///
/// let mut reader = Reader::new(0);
/// let step = reader.next(&file, true);
/// let Item::Frame(frame) = step.item else { panic!() };
/// assert_eq!((frame.seen.frame, frame.seen.time.0, frame.octets), (1, 7_000_000_000, &[1, 2, 3][..]));
/// assert!(matches!(reader.next(&file[step.consumed..], true).item, Item::End));
/// ```
#[derive(Debug)]
pub struct Reader {
    place: Place,
    format: Format,
}

/// Where in the file the reader stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: u16,
    /// Frames seen so far.
    frames: u64,
    /// Octets consumed so far.
    offset: u64,
    /// Time of the frame before.
    time: Timestamp,
    /// Damage whose end is not found yet: where it began and what it is.
    damage: Option<(u64, DamageKind)>,
}

#[derive(Debug)]
enum Format {
    /// Not known yet.
    Unknown,
    Pcap(pcap::Pcap),
    Pcapng(pcapng::Pcapng),
    /// Neither, or at its end.
    Done,
}

/// What a format found in the octets from where it was asked to look.
enum Found<'b> {
    /// A frame of a block or record of so many octets, of which its own begin at the second place.
    Frame(usize, usize, Frame<'b>),
    /// So many octets are done with and were no frame.
    Skip(usize),
    Damage(usize, Damage),
    More(usize),
}

impl Reader {
    /// A reader at the beginning of the capture with this number.
    #[must_use]
    pub fn new(file: u16) -> Self {
        Self {
            place: Place {
                file,
                frames: 0,
                offset: 0,
                time: Timestamp::default(),
                damage: None,
            },
            format: Format::Unknown,
        }
    }

    /// Takes the next step. `octets` begins where the step before left off; `end` says that the file ends with them.
    pub fn next<'b>(&mut self, octets: &'b [u8], end: bool) -> Step<'b> {
        let mut at = 0;
        loop {
            let rest = &octets[at..];
            let found = match &mut self.format {
                Format::Unknown => self.detect(rest, end),
                Format::Pcap(pcap) => pcap.next(&mut self.place, rest, end),
                Format::Pcapng(pcapng) => pcapng.next(&mut self.place, rest, end),
                Format::Done => Found::Skip(rest.len()),
            };
            let mut frame_at = 0;
            let (taken, item) = match found {
                Found::Frame(taken, begin, frame) => {
                    frame_at = at + begin;
                    (taken, Some(Item::Frame(frame)))
                }
                Found::Damage(taken, damage) => (taken, Some(Item::Damage(damage))),
                Found::Skip(taken) => (taken, None),
                Found::More(wanted) => (0, Some(Item::More(wanted))),
            };
            at += taken;
            self.place.offset += taken as u64;
            if let Some(item) = item {
                return Step {
                    consumed: at,
                    frame_at,
                    item,
                };
            }
            if at == octets.len() {
                let item = if end { self.ended() } else { Item::More(1) };
                return Step {
                    consumed: at,
                    frame_at,
                    item,
                };
            }
        }
    }

    /// Octets of the file consumed so far.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.place.offset
    }

    /// Frames found so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.place.frames
    }

    fn ended(&mut self) -> Item<'static> {
        let empty = self.place.offset == 0 && matches!(self.format, Format::Unknown);
        self.format = Format::Done;
        if empty {
            self.place.damage = Some((0, DamageKind::NotACapture));
        }
        self.place.settle(0).map_or(Item::End, Item::Damage)
    }

    fn detect(&mut self, octets: &[u8], end: bool) -> Found<'static> {
        if octets.len() < MAGIC_OCTETS && !end {
            return Found::More(MAGIC_OCTETS);
        }
        if pcapng::looks_like(octets) {
            self.format = Format::Pcapng(pcapng::Pcapng::default());
            return Found::Skip(0);
        }
        match pcap::Pcap::begin(octets) {
            pcap::Begin::More(wanted) if !end => Found::More(wanted),
            pcap::Begin::Pcap { pcap, header, intact } => {
                self.format = Format::Pcap(pcap);
                if intact {
                    return Found::Skip(header);
                }
                self.place.begin_damage(0, DamageKind::FileHeader);
                self.place.go_on(header)
            }
            pcap::Begin::More(_) | pcap::Begin::Other => {
                self.format = Format::Done;
                self.place.begin_damage(0, DamageKind::NotACapture);
                self.place.go_on(octets.len())
            }
        }
    }
}

impl Place {
    /// Notes damage `ahead` octets from here, if none is open.
    fn begin_damage(&mut self, ahead: usize, kind: DamageKind) {
        self.damage.get_or_insert((self.offset + ahead as u64, kind));
    }

    /// So many octets are done with, and the damage that is open ends with them.
    fn go_on(&mut self, ahead: usize) -> Found<'static> {
        match self.settle(ahead) {
            Some(damage) => Found::Damage(ahead, damage),
            None => Found::Skip(ahead),
        }
    }

    /// The damage that is open ends `ahead` octets from here.
    fn settle(&mut self, ahead: usize) -> Option<Damage> {
        let (offset, kind) = self.damage.take()?;
        Some(Damage {
            file: self.file,
            offset,
            octets: (self.offset + ahead as u64).saturating_sub(offset),
            after_frame: self.frames,
            kind,
        })
    }
}

/// Reads a whole file that is in memory: frames to one closure, damage to another.
pub fn read_all<'b>(
    octets: &'b [u8],
    file: u16,
    mut each: impl FnMut(&Frame<'b>),
    mut damaged: impl FnMut(Damage),
) {
    let mut reader = Reader::new(file);
    let mut rest = octets;
    loop {
        let step = reader.next(rest, true);
        rest = &rest[step.consumed..];
        match step.item {
            Item::Frame(frame) => each(&frame),
            Item::Damage(damage) => damaged(damage),
            Item::More(_) | Item::End => return,
        }
    }
}
