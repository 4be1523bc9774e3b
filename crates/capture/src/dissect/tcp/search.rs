//! The search for a message in a stream of which nobody knows where its next one begins.
//!
//! Octets that look like a header are found within messages too, and one taken for a header swallows up to 256 KiB of
//! messages that were captured. So octets are kept until a message is whole and its AVPs end where it does; if they do
//! not, the search goes on behind the first octet of what was none.

use crate::dissect::diameter::{Likeness, likeness};
use crate::dissect::span::Sight;

/// Octets at which the next message begins: its version (RFC 6733 3).
const VERSION: u8 = 1;

/// What a look ended with.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing that is certain.
    Nothing,
    /// A message at least: the next octets follow it, or the message that began behind it.
    InStep(Option<(Sight, Vec<u8>)>),
}

/// Octets in which a message is looked for: none, or those since the first that may begin one.
#[derive(Debug, Default)]
pub(super) struct Search {
    octets: Vec<u8>,
    /// Where the octets of each segment begin.
    segments: Vec<(usize, Sight)>,
}

impl Search {
    /// Octets held: fewer than the longest message has, and those of a segment.
    pub(super) fn octets(&self) -> usize {
        self.octets.len()
    }

    /// The next octets.
    pub(super) fn push(&mut self, octets: &[u8], sight: Sight) {
        self.segments.push((self.octets.len(), sight));
        self.octets.extend_from_slice(octets);
    }

    /// Gives the messages that are whole, each where it was seen. Keeps what may become one, if more follows.
    pub(super) fn look(&mut self, more_follows: bool, mut message: impl FnMut(Sight, &[u8])) -> Found {
        let mut at = 0;
        let mut in_step = false;
        while at < self.octets.len() {
            let rest = &self.octets[at..];
            match likeness(rest) {
                Likeness::Whole(length) => {
                    message(self.sight(at, at + length), &rest[..length]);
                    in_step = true;
                    at += length;
                }
                Likeness::Begun if in_step => {
                    let begun = (self.sight(at, self.octets.len()), rest.to_vec());
                    *self = Self::default();
                    return Found::InStep(Some(begun));
                }
                Likeness::Begun if more_follows => {
                    self.forget(at);
                    return Found::Nothing;
                }
                Likeness::Begun | Likeness::None => {
                    in_step = false;
                    let next = rest.iter().skip(1).position(|octet| *octet == VERSION);
                    at = next.map_or(self.octets.len(), |next| at + 1 + next);
                }
            }
        }
        *self = Self::default();
        if in_step {
            Found::InStep(None)
        } else {
            Found::Nothing
        }
    }

    /// Where the octets of a range, which is not empty, were seen.
    fn sight(&self, begin: usize, end: usize) -> Sight {
        let first = self
            .segments
            .partition_point(|(at, _)| *at <= begin)
            .saturating_sub(1);
        let segments = &self.segments[first..];
        let of_range = segments.iter().take_while(|(at, _)| *at < end);
        of_range
            .map(|(_, sight)| *sight)
            .reduce(Sight::with)
            .unwrap_or_default()
    }

    /// Drops the octets before this one.
    fn forget(&mut self, before: usize) {
        let first = self
            .segments
            .partition_point(|(at, _)| *at <= before)
            .saturating_sub(1);
        self.segments.drain(..first);
        for (at, _) in &mut self.segments {
            *at = at.saturating_sub(before);
        }
        self.octets.drain(..before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seen;

    /// A header and one AVP of so many octets.
    fn message(octets: u8) -> Vec<u8> {
        let length = 28 + octets;
        let mut message = vec![
            1, 0, 0, length, 0x80, 0, 1, 24, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 9,
        ];
        message.extend_from_slice(&[0, 0, 1, 7, 0x40, 0, 0, 8 + octets]);
        message.resize(length.into(), 1);
        message
    }

    fn sight(frame: u64) -> Sight {
        let seen = Seen {
            frame,
            ..Seen::default()
        };
        Sight {
            seen,
            first_frame: frame,
        }
    }

    /// Junk that begins as a message does and claims 128 KiB, two messages and the beginning of one, cut anywhere: all
    /// three are found, each where it was seen.
    #[test]
    fn messages_are_found_behind_what_claimed_to_be_one() {
        let junk = [1, 2, 3, 28, 0, 0, 0];
        let (one, other) = (message(8), message(60));
        let stream = [&junk[..], &one, &other, &other[..9]].concat();
        for cut in 1..stream.len() {
            let mut search = Search::default();
            let mut found = Vec::new();
            let mut end = None;
            for (frame, piece) in [&stream[..cut], &stream[cut..]].into_iter().enumerate() {
                search.push(piece, sight(frame as u64));
                let taken = |sight: Sight, octets: &[u8]| {
                    found.push((sight.first_frame, sight.seen.frame, octets.to_vec()));
                };
                match search.look(true, taken) {
                    Found::Nothing => {}
                    Found::InStep(begun) => {
                        // From here on the stream is read in step.
                        end = Some((frame, begun.map(|(_, octets)| octets)));
                        break;
                    }
                }
            }
            let frame_of = |at: usize| u64::from(at >= cut);
            let (first, last) = (junk.len(), junk.len() + one.len());
            assert_eq!(
                found[0],
                (frame_of(first), frame_of(last - 1), one.clone()),
                "cut at {cut}"
            );
            match end.unwrap_or_else(|| panic!("cut at {cut}: nothing is in step")) {
                (0, begun) => assert_eq!(
                    [
                        found[1..]
                            .iter()
                            .map(|found| &found.2[..])
                            .collect::<Vec<_>>()
                            .concat(),
                        begun.unwrap_or_default()
                    ]
                    .concat(),
                    stream[last..cut],
                ),
                (_, begun) => {
                    assert_eq!(found[1].2, other);
                    assert_eq!(begun.as_deref(), Some(&other[..9]), "cut at {cut}");
                }
            }
        }
    }

    #[test]
    fn what_no_more_follows_is_no_message_unless_whole() {
        let mut search = Search::default();
        search.push(&message(8)[..30], sight(1));
        assert!(matches!(
            search.look(false, |_, _| panic!("none is whole")),
            Found::Nothing
        ));
        assert_eq!(search.octets(), 0);
    }
}
