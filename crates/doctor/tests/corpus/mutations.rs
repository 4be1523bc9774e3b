//! Mutated captures: octets flipped, frames dropped, doubled and reordered, from seeds. Nothing panics, every attempt ends, and
//! what is said of attempts whose frames were not touched does not change for the worse.
//!
//! `QUINTET_MUTATIONS` sets how many; a failure names its seed, and `QUINTET_MUTATION_SEED` plays one again.

use crate::labels::Corpus;
use crate::run;
use quintet_capture::{Dissector, DissectorOptions, Frame, Seen, Timestamp, read_all};
use quintet_doctor::report::{Attempt, Outcome, Severity};
use quintet_doctor::{Doctor, Settings};
use std::collections::BTreeSet;

/// How many without being told.
const MUTATIONS: u64 = 2_000;
/// Captures above this are left out: the time goes to more seeds.
const MAX_FILE_OCTETS: u64 = 1 << 20;
/// The most frames of a capture that are played.
const MAX_FRAMES: usize = 3_000;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or_default()
    }
}

/// A frame, and whether it is as it was.
#[derive(Clone)]
struct Played {
    seen: Seen,
    link: quintet_capture::LinkType,
    interface: u32,
    octets: Vec<u8>,
    original: u32,
}

fn frames_of(octets: &[u8]) -> Vec<Played> {
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

fn diagnose(frames: &[Played]) -> Vec<Attempt> {
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut doctor = Doctor::new(Settings {
        identities: true,
        ..Settings::default()
    });
    let mut attempts = Vec::new();
    let mut last = Timestamp::default();
    for frame in frames {
        last = last.max(frame.seen.time);
        let frame = Frame {
            seen: frame.seen,
            link: frame.link,
            interface: frame.interface,
            octets: &frame.octets,
            original: frame.original,
        };
        dissector.frame(&frame, &mut doctor);
        run::collect(&mut doctor, &mut attempts);
    }
    dissector.finish(&mut doctor);
    doctor.quiet(last);
    doctor.finish();
    run::collect(&mut doctor, &mut attempts);
    attempts
}

/// What was done to a capture.
struct Mutation {
    /// Frames that are not as, or where, they were.
    touched: BTreeSet<u64>,
    /// Nothing but frames left out.
    only_drops: bool,
}

/// Spoils a few frames.
fn mutate(draw: &mut Draw, frames: &mut Vec<Played>) -> Mutation {
    let mut touched = BTreeSet::new();
    let only_drops = draw.below(4) == 0;
    for _ in 0..=draw.below(4) {
        let at = draw.below(frames.len());
        touched.insert(frames[at].seen.frame);
        match if only_drops { 2 } else { draw.below(5) } {
            0 | 1 => {
                let octets = &mut frames[at].octets;
                for _ in 0..=draw.below(3) {
                    let place = draw.below(octets.len());
                    let bit = 1 << draw.below(8);
                    if let Some(octet) = octets.get_mut(place) {
                        *octet ^= bit;
                    }
                }
            }
            2 => {
                frames.remove(at);
            }
            3 => {
                let again = frames[at].clone();
                frames.insert(at + 1, again);
            }
            _ => {
                let other = (at + 1 + draw.below(3)).min(frames.len() - 1);
                touched.insert(frames[other].seen.frame);
                frames.swap(at, other);
            }
        }
        if frames.is_empty() {
            break;
        }
    }
    Mutation { touched, only_drops }
}

/// Faults and frames of an attempt.
fn faults(attempt: &Attempt) -> BTreeSet<&'static str> {
    attempt
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Fault)
        .map(|finding| finding.code)
        .collect()
}

/// The frames of an attempt's messages.
fn frames(attempt: &Attempt) -> BTreeSet<u64> {
    attempt.messages.iter().map(|message| message.frame).collect()
}

/// Faults that contradict the unmutated part: on an attempt all of whose frames are as they were and that had succeeded;
/// and, where frames are only left out, on one that still succeeds.
fn contradictions(before: &[Attempt], after: &[Attempt], mutation: &Mutation) -> Vec<String> {
    let touched = &mutation.touched;
    let mut found = Vec::new();
    let known: BTreeSet<_> = before.iter().flat_map(faults).collect();
    for attempt in after
        .iter()
        .filter(|attempt| mutation.only_drops && attempt.outcome == Outcome::Success)
    {
        let new: Vec<_> = faults(attempt).difference(&known).copied().collect();
        if !new.is_empty() {
            found.push(format!(
                "frames left out, success in frames {:?}: faults {new:?}",
                attempt.frames
            ));
        }
    }
    for attempt in before
        .iter()
        .filter(|attempt| attempt.outcome == Outcome::Success)
    {
        let own = frames(attempt);
        // An attempt is touched by a spoilt frame of its own, and by one between its first and last: what it carried may
        // have been a part of the association, or of what came before of the subscriber.
        let near = touched
            .iter()
            .any(|frame| (attempt.frames[0]..=attempt.frames[1]).contains(frame));
        if near {
            continue;
        }
        let same = after.iter().find(|other| frames(other) == own);
        let Some(same) = same else { continue };
        let new: Vec<_> = faults(same).difference(&faults(attempt)).copied().collect();
        if !new.is_empty() || same.outcome != Outcome::Success {
            found.push(format!(
                "attempt of frames {:?}: {:?}, faults {new:?}",
                attempt.frames, same.ending
            ));
        }
    }
    found
}

#[test]
fn spoilt_captures_panic_nothing_and_accuse_nobody() {
    let Some(corpus) = Corpus::load() else {
        return;
    };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let files: Vec<(String, Vec<Played>, Vec<Attempt>)> = corpus
        .files_with_eps()
        .map(|(file, _)| file.to_owned())
        .filter(|file| {
            std::fs::metadata(corpus.path(file)).is_ok_and(|metadata| metadata.len() <= MAX_FILE_OCTETS)
        })
        .map(|file| {
            let octets = std::fs::read(corpus.path(&file)).expect("it was there a moment ago");
            let frames = frames_of(&octets);
            let attempts = diagnose(&frames);
            (file, frames, attempts)
        })
        .collect();
    assert!(!files.is_empty(), "no captures of EPS");
    let seeds = match number("QUINTET_MUTATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("QUINTET_MUTATIONS").unwrap_or(MUTATIONS),
    };
    let mut wrong = Vec::new();
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let mut draw = Draw(seed);
        let (file, original, before) = &files[draw.below(files.len())];
        let mut frames = original.clone();
        let mutation = mutate(&mut draw, &mut frames);
        let attempts = std::panic::catch_unwind(|| diagnose(&frames));
        let Ok(after) = attempts else {
            wrong.push(format!("seed {seed}: {file}: panic"));
            continue;
        };
        let messages: usize = after.iter().map(|attempt| attempt.messages.len()).sum();
        assert!(
            messages > 0 || mutation.touched.len() >= frames.len() || before.is_empty(),
            "seed {seed}: {file}: nothing was found"
        );
        for what in contradictions(before, &after, &mutation) {
            wrong.push(format!(
                "seed {seed}: {file}: touched {:?}: {what}",
                mutation.touched
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    println!(
        "{count} spoilt captures of {} files: no panic, no contradiction",
        files.len()
    );
}
