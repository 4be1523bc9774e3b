//! One direction: frames out of its octets, or lines and bodies.
//!
//! ```text
//!            preface, or frames               octets missing, not a frame
//!   Start ──────────────────────► Frames ────────────────────────────────► Searching
//!    ▲ │ request or status line     ▲ │ as many octets missing             ▲ │
//!    │ │                            │ └─► Between ──── no frame ───────────┘ │
//!    │ │                            └─frame─┘                                │
//!    │ └──► Body, Chunks, Rest ──┐                                           │ a segment that is
//!    └───────────────────────────┘◄──────────────────────────────────────────┘ frames or a line
//! ```
//!
//! `Between` is a hole between two frames that is as long as a frame's header. Who captures the messages only leaves out
//! the acknowledgement of SETTINGS, which is one: what it hides has no content, so that the tables of header compression
//! are still known.

use super::frame::{self, Header, MAX_FRAME_OCTETS};
use super::{Event, PREFACE, hpack, text};
use crate::dissect::span::Sight;

/// Octets of a header block that are put together over CONTINUATION: what a list may have, Huffman coded or not.
const MAX_BLOCK_OCTETS: usize = 64 * 1024;

/// An empty buffer longer than this gives its memory back.
const KEPT_OCTETS: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// A message, or the preface, begins.
    #[default]
    Start,
    Frames,
    /// So many octets of a frame that is not read are still to come.
    Behind(usize),
    /// A frame without content is missing, if another begins here.
    Between,
    /// So many octets of a body of HTTP/1.1 are still to come; or of a chunk.
    Body {
        left: usize,
        chunked: bool,
    },
    /// The size of a chunk comes.
    Chunks,
    /// A body until the connection ends.
    Rest,
    /// Nobody knows where the next frame begins.
    Searching,
}

/// A header block whose end has not come.
#[derive(Debug)]
struct Begun {
    stream: u32,
    octets: Vec<u8>,
    end: bool,
    /// Whether it is a request that the server foretells.
    promised: bool,
}

/// How far reading got.
enum Step {
    /// So many octets are read.
    Read(usize),
    /// More are needed.
    Wait,
    /// This is not what it should be.
    Lost,
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Half {
    mode: Mode,
    buffer: Vec<u8>,
    /// Where the octets in the buffer were seen.
    from: Sight,
    decoder: hpack::Decoder,
    begun: Option<Begun>,
    /// Messages of HTTP/1.1 so far.
    texts: u32,
    pub(super) searched: usize,
}

impl Half {
    pub(super) fn octets(&self) -> usize {
        let begun = self.begun.as_ref().map_or(0, |begun| begun.octets.len());
        self.buffer.len() + self.decoder.octets() + begun
    }

    /// The next octets.
    pub(super) fn feed(&mut self, octets: &[u8], sight: Sight, take: &mut impl FnMut(Event<'_>, Sight)) {
        if self.mode == Mode::Between {
            if frame::are_frames(octets) {
                take(Event::MayHaveEnded, sight);
                self.mode = Mode::Frames;
            } else {
                self.lost(&mut |event| take(event, sight));
            }
        }
        if self.mode == Mode::Searching {
            self.searched += octets.len();
            if !super::resembles(octets) && !octets.starts_with(b"HTTP/1.") {
                return;
            }
            self.mode = Mode::Start;
        }
        if self.buffer.is_empty() {
            self.from = sight;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let held = buffer.len();
        let from = self.from.with(sight);
        buffer.extend_from_slice(octets);
        let mut at = 0;
        while at < buffer.len() {
            let seen = if at < held { from } else { sight };
            match self.step(&buffer[at..], &mut |event| take(event, seen)) {
                Step::Read(octets) => at += octets,
                Step::Wait => break,
                Step::Lost => {
                    self.lost(&mut |event| take(event, seen));
                    at = buffer.len();
                }
            }
        }
        if at >= held && at > 0 {
            self.from = sight;
        }
        buffer.drain(..at);
        if buffer.is_empty() && buffer.capacity() > KEPT_OCTETS {
            buffer = Vec::new();
        }
        self.buffer = buffer;
    }

    /// So many octets are missing.
    pub(super) fn miss(&mut self, octets: usize, take: &mut impl FnMut(Event<'_>)) {
        match self.mode {
            Mode::Body { left, chunked } if left >= octets => {
                take(Event::Hole(Some(self.number())));
                self.mode = Mode::Body {
                    left: left - octets,
                    chunked,
                };
                if left == octets && !chunked {
                    self.mode = Mode::Start;
                    take(Event::Data {
                        stream: self.number(),
                        octets: &[],
                        end: true,
                    });
                }
            }
            Mode::Rest => take(Event::Hole(Some(self.number()))),
            Mode::Behind(left) if left > octets => self.mode = Mode::Behind(left - octets),
            Mode::Behind(left) if left == octets => self.mode = Mode::Frames,
            Mode::Frames
                if octets == frame::HEADER_OCTETS && self.buffer.is_empty() && self.begun.is_none() =>
            {
                self.mode = Mode::Between;
            }
            Mode::Frames => self.miss_in_frame(octets, take),
            _ => self.lost(take),
        }
    }

    /// A hole within one frame: what comes behind the frame is whole again.
    fn miss_in_frame(&mut self, octets: usize, take: &mut impl FnMut(Event<'_>)) {
        let header = Header::decode(&self.buffer);
        let left =
            header.and_then(|h| (frame::HEADER_OCTETS + h.length).checked_sub(self.buffer.len() + octets));
        let (Some(header), Some(left)) = (header, left) else {
            return self.lost(take);
        };
        self.pass_over(&header, take);
        self.buffer.clear();
        self.mode = if left > 0 {
            Mode::Behind(left)
        } else {
            Mode::Frames
        };
    }

    /// A frame will not be read.
    fn pass_over(&mut self, header: &Header, take: &mut impl FnMut(Event<'_>)) {
        match header.kind {
            frame::DATA => {
                take(Event::Hole(Some(header.stream)));
                if header.flags & frame::END_STREAM != 0 {
                    take(Event::Data {
                        stream: header.stream,
                        octets: &[],
                        end: true,
                    });
                }
            }
            frame::HEADERS | frame::CONTINUATION | frame::PUSH_PROMISE => {
                self.decoder.forget();
                let begun = self.begun.take();
                let (end, promised) = match begun.filter(|begun| begun.stream == header.stream) {
                    Some(begun) if header.kind == frame::CONTINUATION => (begun.end, begun.promised),
                    _ => (
                        header.kind == frame::HEADERS && header.flags & frame::END_STREAM != 0,
                        header.kind == frame::PUSH_PROMISE,
                    ),
                };
                if !promised {
                    take(Event::Fields {
                        stream: header.stream,
                        block: hpack::Block::default(),
                        end,
                    });
                }
            }
            _ => {}
        }
    }

    /// What is begun will not be finished.
    pub(super) fn give_up(&mut self) {
        self.buffer = Vec::new();
        self.begun = None;
        self.decoder.forget();
        self.mode = Mode::Searching;
    }

    fn lost(&mut self, take: &mut impl FnMut(Event<'_>)) {
        take(Event::Hole(None));
        self.give_up();
    }

    /// What the end of the connection ends.
    pub(super) fn ended(&mut self) -> Option<Event<'static>> {
        (self.mode == Mode::Rest).then(|| {
            self.mode = Mode::Start;
            Event::Data {
                stream: self.number(),
                octets: &[],
                end: true,
            }
        })
    }

    /// The number of the message of HTTP/1.1 at hand.
    fn number(&self) -> u32 {
        text::STREAM | self.texts
    }

    fn step(&mut self, octets: &[u8], take: &mut impl FnMut(Event<'_>)) -> Step {
        match self.mode {
            Mode::Start => self.start(octets, take),
            Mode::Frames => self.frame(octets, take),
            Mode::Behind(left) => {
                let passed = left.min(octets.len());
                self.mode = match left - passed {
                    0 => Mode::Frames,
                    left => Mode::Behind(left),
                };
                Step::Read(passed)
            }
            Mode::Body { left, chunked } => self.body(octets, left, chunked, take),
            Mode::Chunks => self.chunk(octets, take),
            Mode::Rest => {
                take(Event::Data {
                    stream: self.number(),
                    octets,
                    end: false,
                });
                Step::Read(octets.len())
            }
            Mode::Between | Mode::Searching => Step::Read(octets.len()),
        }
    }

    fn start(&mut self, octets: &[u8], take: &mut impl FnMut(Event<'_>)) -> Step {
        if octets.starts_with(PREFACE) {
            take(Event::Began);
            self.mode = Mode::Frames;
            return Step::Read(PREFACE.len());
        }
        if PREFACE.starts_with(octets) || octets[0] == 0 && octets.len() < frame::HEADER_OCTETS {
            return Step::Wait;
        }
        if octets[0] == 0 {
            // What is joined in the middle may stand within a frame.
            if !Header::decode(octets).is_some_and(|header| header.is_plain()) {
                return Step::Lost;
            }
            self.mode = Mode::Frames;
            return Step::Read(0);
        }
        let head = match text::head(octets) {
            text::Found::Head(head) => head,
            text::Found::More => return Step::Wait,
            text::Found::Nothing => return Step::Lost,
        };
        let status = head.status;
        if status.is_none_or(|status| status >= 200) {
            self.texts += 1;
        }
        if status == Some(101) {
            take(Event::Upgraded(text::STREAM | (self.texts + 1)));
            self.mode = Mode::Frames;
            return Step::Read(head.octets);
        }
        if status.is_some_and(|status| status < 200) {
            return Step::Read(head.octets);
        }
        self.mode = match head.length {
            text::Length::Octets(0) => Mode::Start,
            text::Length::Octets(left) => Mode::Body { left, chunked: false },
            text::Length::Chunked => Mode::Chunks,
            text::Length::Rest => Mode::Rest,
        };
        take(Event::Fields {
            stream: self.number(),
            block: head.block,
            end: self.mode == Mode::Start,
        });
        Step::Read(head.octets)
    }

    fn body(&mut self, octets: &[u8], left: usize, chunked: bool, take: &mut impl FnMut(Event<'_>)) -> Step {
        let passed = left.min(octets.len());
        let end = left == passed && !chunked;
        self.mode = match left - passed {
            0 if chunked => Mode::Chunks,
            0 => Mode::Start,
            left => Mode::Body { left, chunked },
        };
        take(Event::Data {
            stream: self.number(),
            octets: &octets[..passed],
            end,
        });
        Step::Read(passed)
    }

    fn chunk(&mut self, octets: &[u8], take: &mut impl FnMut(Event<'_>)) -> Step {
        match text::chunk(octets) {
            text::Chunk::Of { line, octets } => {
                self.mode = Mode::Body {
                    left: octets,
                    chunked: true,
                };
                Step::Read(line)
            }
            text::Chunk::Last(line) => {
                self.mode = Mode::Start;
                take(Event::Data {
                    stream: self.number(),
                    octets: &[],
                    end: true,
                });
                Step::Read(line)
            }
            text::Chunk::More => Step::Wait,
            text::Chunk::Nothing => Step::Lost,
        }
    }

    fn frame(&mut self, octets: &[u8], take: &mut impl FnMut(Event<'_>)) -> Step {
        // The client's preface comes behind its upgrade, and the server may have spoken in frames before.
        if octets[0] == b'P' && PREFACE.starts_with(&octets[..octets.len().min(PREFACE.len())]) {
            return if octets.len() < PREFACE.len() {
                Step::Wait
            } else {
                Step::Read(PREFACE.len())
            };
        }
        let Some(header) = Header::decode(octets) else {
            return Step::Wait;
        };
        if !header.is_possible() {
            return Step::Lost;
        }
        if header.length > MAX_FRAME_OCTETS {
            self.pass_over(&header, take);
            self.mode = Mode::Behind(header.length);
            return Step::Read(frame::HEADER_OCTETS);
        }
        let whole = frame::HEADER_OCTETS + header.length;
        let Some(content) = octets.get(frame::HEADER_OCTETS..whole) else {
            return Step::Wait;
        };
        self.content(&header, content, take);
        Step::Read(whole)
    }

    fn content(&mut self, header: &Header, octets: &[u8], take: &mut impl FnMut(Event<'_>)) {
        let stream = header.stream;
        let word = |at: usize| {
            let word = octets.get(at..).and_then(|octets| octets.first_chunk());
            word.map_or(0, |word| u32::from_be_bytes(*word))
        };
        match header.kind {
            frame::DATA => match header.content(octets) {
                Some(octets) => take(Event::Data {
                    stream,
                    octets,
                    end: header.flags & frame::END_STREAM != 0,
                }),
                None => self.pass_over(header, take),
            },
            frame::HEADERS | frame::PUSH_PROMISE | frame::CONTINUATION => {
                self.block(header, octets, take);
            }
            frame::RST_STREAM => take(Event::Reset {
                stream,
                code: word(0),
            }),
            frame::GOAWAY => take(Event::GoAway {
                last: word(0) & 0x7fff_ffff,
                code: word(4),
            }),
            _ => {}
        }
    }

    fn block(&mut self, header: &Header, octets: &[u8], take: &mut impl FnMut(Event<'_>)) {
        let mut begun = if header.kind == frame::CONTINUATION {
            match self.begun.take() {
                Some(begun) if begun.stream == header.stream => begun,
                _ => return self.pass_over(header, take),
            }
        } else {
            Begun {
                stream: header.stream,
                octets: Vec::new(),
                end: header.kind == frame::HEADERS && header.flags & frame::END_STREAM != 0,
                promised: header.kind == frame::PUSH_PROMISE,
            }
        };
        // CONTINUATION has neither padding nor priority; its flags are others' (6.10).
        let content = match header.kind {
            frame::CONTINUATION => Some(octets),
            _ => header.content(octets),
        };
        let Some(content) = content.filter(|more| begun.octets.len() + more.len() <= MAX_BLOCK_OCTETS) else {
            self.begun = Some(begun);
            return self.pass_over(header, take);
        };
        begun.octets.extend_from_slice(content);
        if header.flags & frame::END_HEADERS == 0 {
            self.begun = Some(begun);
            return;
        }
        let block = self.decoder.decode(&begun.octets);
        if !begun.promised {
            take(Event::Fields {
                stream: begun.stream,
                block,
                end: begun.end,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a direction tells of these octets, a segment each: streams of header blocks with their end, `None` for the
    /// rest.
    fn told(segments: &[&[u8]]) -> Vec<Option<(u32, bool, bool)>> {
        let mut half = Half::default();
        let mut told = Vec::new();
        for octets in segments {
            half.feed(octets, Sight::default(), &mut |event, _| {
                told.push(match event {
                    Event::Fields { stream, block, end } => Some((stream, block.whole, end)),
                    _ => None,
                });
            });
        }
        told
    }

    fn frame(kind: u8, flags: u8, octets: &[u8]) -> Vec<u8> {
        let length = (octets.len() as u32).to_be_bytes();
        [&length[1..], &[kind, flags, 0, 0, 0, 1], octets].concat()
    }

    const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

    #[test]
    fn a_block_that_is_too_long_still_ends_the_stream() {
        let begin = frame(frame::HEADERS, frame::END_STREAM, &[0x88]);
        let more = frame(frame::CONTINUATION, 0, &vec![0x88; MAX_BLOCK_OCTETS]);
        let found = told(&[SETTINGS, &begin, &more]);
        assert_eq!(found, [Some((1, false, true))]);
    }

    #[test]
    fn a_promise_that_is_not_read_is_no_answer() {
        let promise = frame(frame::PUSH_PROMISE, frame::END_HEADERS, &[0, 0]);
        let answer = frame(frame::HEADERS, frame::END_HEADERS | frame::END_STREAM, &[0x88]);
        assert_eq!(told(&[SETTINGS, &promise, &answer]), [Some((1, true, true))]);
    }

    #[test]
    fn what_is_joined_within_a_frame_is_searched() {
        let answer = frame(frame::HEADERS, frame::END_HEADERS | frame::END_STREAM, &[0x88]);
        // The rest of JSON, and octets that would be a frame of an unknown type with 3000 octets.
        for rest in [&b"1,\"b\":true}"[..], &[0, 0x0b, 0xb8, 0x1e, 0, 0, 0, 0, 9, 9]] {
            assert_eq!(
                told(&[rest, &answer]),
                [None, Some((1, true, true))],
                "{rest:02x?}"
            );
        }
    }
}
