//! Mutated captures: octets flipped, frames dropped, doubled, moved and cut, from seeds. Nothing panics, every attempt ends,
//! and nothing that is said contradicts the part that is as it was ([`judge`]).
//!
//! `QUINTET_SEEDS` says how many seeds are played, `QUINTET_SEED` which is the first (or the only one); a failure names its
//! own.

mod judge;
mod spoil;

use crate::labels::Corpus;
use crate::run;
use quintet_capture::{Dissector, DissectorOptions, Timestamp};
use quintet_doctor::report::Attempt;
use quintet_doctor::{Doctor, Settings};
use spoil::{Draw, Played, frames_of, mutate};
use std::collections::BTreeMap;

/// How many without being told: some seconds' worth.
const SEEDS: u64 = 2_000;
/// Captures above this are left out: the time goes to more seeds.
const MAX_FILE_OCTETS: u64 = 1 << 20;
/// The most failures that are told of.
const MAX_TOLD: usize = 40;

/// A capture as it was, and what the doctor says of it.
struct Original {
    file: String,
    frames: Vec<Played>,
    times: BTreeMap<u64, Timestamp>,
    /// Whether it is a log on a user link type, which numbers nothing.
    is_user_link: bool,
    attempts: Vec<Attempt>,
}

fn diagnose(frames: &[Played]) -> Vec<Attempt> {
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut doctor = Doctor::new(Settings {
        identities: true,
        ..Settings::default()
    });
    let mut attempts = Vec::new();
    let mut last = Timestamp::default();
    for played in frames {
        last = last.max(played.seen.time);
        dissector.frame(&played.frame(), &mut doctor);
        run::collect(&mut doctor, &mut attempts);
    }
    dissector.finish(&mut doctor);
    doctor.quiet(last);
    doctor.finish();
    run::collect(&mut doctor, &mut attempts);
    attempts
}

fn originals(corpus: &Corpus) -> Vec<Original> {
    let mut originals = Vec::new();
    for (file, _) in corpus.files_with("eps") {
        let path = corpus.path(file);
        if std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= MAX_FILE_OCTETS) {
            let octets = std::fs::read(&path).expect("it was there a moment ago");
            let frames = frames_of(&octets);
            originals.push(Original {
                file: file.to_owned(),
                is_user_link: frames.iter().any(Played::is_user_link),
                times: frames.iter().map(|f| (f.seen.frame, f.seen.time)).collect(),
                attempts: diagnose(&frames),
                frames,
            });
        }
    }
    originals
}

/// Plays a seed; what is wrong, in words.
fn play(seed: u64, originals: &[Original]) -> Vec<String> {
    let mut draw = Draw(seed);
    let original = &originals[draw.below(originals.len())];
    let mut frames = original.frames.clone();
    let mutation = mutate(&mut draw, &mut frames);
    let Ok(after) = std::panic::catch_unwind(|| diagnose(&frames)) else {
        return vec![format!("seed {seed}: {}: panic", original.file)];
    };
    let numbers: Vec<u64> = mutation.touched.iter().map(|(frame, _)| *frame).collect();
    let shown = &numbers[..numbers.len().min(8)];
    judge::contradictions(original, &after, &mutation)
        .into_iter()
        .map(|what| {
            format!(
                "seed {seed}: {}: {:?} {shown:?}: {what}",
                original.file, mutation.kind
            )
        })
        .collect()
}

#[test]
fn spoilt_captures_panic_nothing_and_accuse_nobody() {
    let Some(corpus) = Corpus::load() else {
        return;
    };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match (number("QUINTET_SEED"), number("QUINTET_SEEDS")) {
        (Some(seed), count) => seed..seed + count.unwrap_or(1),
        (None, count) => 0..count.unwrap_or(SEEDS),
    };
    let originals = originals(&corpus);
    assert!(!originals.is_empty(), "no captures of EPS");
    println!("seeds {seeds:?} over {} captures", originals.len());
    let wrong: Vec<String> = seeds.clone().flat_map(|seed| play(seed, &originals)).collect();
    assert!(
        wrong.is_empty(),
        "{} in seeds {seeds:?}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(MAX_TOLD)].join("\n")
    );
}
