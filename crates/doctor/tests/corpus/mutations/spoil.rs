//! Captures, spoilt from seeds.

use quintet_capture::{Frame, LinkType, Seen, Timestamp, read_all};
use std::collections::BTreeSet;

/// The most frames of a capture that are played.
const MAX_FRAMES: usize = 3_000;
/// The most times that something is done to one capture.
const MAX_TIMES: usize = 5;
/// How far a frame is moved at the most.
const MAX_MOVE: usize = 4;

/// Link types whose meaning is the user's.
const USER_LINKS: std::ops::RangeInclusive<u16> = 147..=162;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or_default()
    }
}

/// A frame of a capture, apart from its file.
#[derive(Clone)]
pub(super) struct Played {
    pub(super) seen: Seen,
    pub(super) link: LinkType,
    interface: u32,
    octets: Vec<u8>,
    original: u32,
}

impl Played {
    /// Whether it is of a log, by its link type.
    pub(super) fn is_user_link(&self) -> bool {
        USER_LINKS.contains(&self.link.0)
    }

    pub(super) fn frame(&self) -> Frame<'_> {
        Frame {
            seen: self.seen,
            link: self.link,
            interface: self.interface,
            octets: &self.octets,
            original: self.original,
        }
    }
}

/// The frames of a capture file.
pub(super) fn frames_of(octets: &[u8]) -> Vec<Played> {
    let mut frames = Vec::new();
    let mut take = |frame: &Frame<'_>| {
        if frames.len() < MAX_FRAMES {
            frames.push(Played {
                seen: frame.seen,
                link: frame.link,
                interface: frame.interface,
                octets: frame.octets.to_vec(),
                original: frame.original,
            });
        }
    };
    read_all(octets, 0, &mut take, |_| {});
    frames
}

/// What is done to a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Frames stand twice, the copy right behind. Not those of logs on user link types: nothing lies between the modem and
    /// the file that could double them, and the doctor takes each for a message.
    Doubled,
    /// Frames are left out.
    Dropped,
    /// Frames stand up to [`MAX_MOVE`] places later, with the times they had.
    Moved,
    /// Nothing is left from one frame on.
    Ended,
    /// The ends of frames are left out, as behind a short snap length.
    Cut,
    /// Bits are flipped.
    Flipped,
    /// All of these.
    Everything,
}

const KINDS: [Kind; 7] = [
    Kind::Doubled,
    Kind::Dropped,
    Kind::Moved,
    Kind::Ended,
    Kind::Cut,
    Kind::Flipped,
    Kind::Everything,
];

/// What was done to a capture.
#[derive(Debug)]
pub(super) struct Mutation {
    pub(super) kind: Kind,
    /// When the frames were seen that are not as, or where, they were.
    pub(super) touched: BTreeSet<(u64, Timestamp)>,
}

/// Spoils a few frames. A copy has its original's number, so that numbers mean the same as before.
pub(super) fn mutate(draw: &mut Draw, frames: &mut Vec<Played>) -> Mutation {
    let kind = KINDS[draw.below(KINDS.len())];
    let mut touched = BTreeSet::new();
    for _ in 0..=draw.below(MAX_TIMES) {
        if frames.is_empty() {
            break;
        }
        let what = match kind {
            // All but itself.
            Kind::Everything => KINDS[draw.below(KINDS.len() - 1)],
            one => one,
        };
        let at = draw.below(frames.len());
        spoil(draw, what, frames, at, &mut |frame: &Played| {
            touched.insert((frame.seen.frame, frame.seen.time));
        });
        if kind == Kind::Ended {
            break;
        }
    }
    Mutation { kind, touched }
}

fn spoil(
    draw: &mut Draw,
    kind: Kind,
    frames: &mut Vec<Played>,
    at: usize,
    touched: &mut impl FnMut(&Played),
) {
    touched(&frames[at]);
    match kind {
        Kind::Doubled if frames[at].is_user_link() => {}
        Kind::Doubled => frames.insert(at + 1, frames[at].clone()),
        Kind::Dropped => drop(frames.remove(at)),
        Kind::Moved => {
            let to = (at + 1 + draw.below(MAX_MOVE)).min(frames.len() - 1);
            frames[at..=to].iter().for_each(touched);
            frames[at..=to].rotate_left(1);
        }
        Kind::Ended => {
            frames[at..].iter().for_each(touched);
            frames.truncate(at);
        }
        Kind::Cut => {
            let octets = &mut frames[at].octets;
            octets.truncate(draw.below(octets.len()));
        }
        Kind::Flipped | Kind::Everything => {
            let octets = &mut frames[at].octets;
            for _ in 0..=draw.below(3) {
                let (place, bit) = (draw.below(octets.len()), draw.below(8));
                if let Some(octet) = octets.get_mut(place) {
                    *octet ^= 1 << bit;
                }
            }
        }
    }
}
