//! Captures of others, read and dissected here and by tshark: the same frames at the same times, and the same PDUs.
//!
//! Needs tshark and the captures (`captures` in `shared` beside the checkout, or where `QUINTET_CORPUS` points). Without them
//! the test says so and passes, unless `CI=true`: there it must run.

use crate::support::outside::{captures, tshark};
use crate::support::{OwnFrame, read};
use quintet_capture::{
    Dissector, DissectorOptions, FlowEvent, FlowId, Item, LinkType, Pdu, Protocol, Reader, Seen, Sink,
    read_all,
};
use std::collections::{BTreeMap, BTreeSet};

type Pdus = BTreeMap<(u64, &'static str), usize>;

/// How many PDUs of each protocol every frame completed.
#[derive(Default)]
struct Tally {
    pdus: Pdus,
}

impl Sink for Tally {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let name = match pdu.protocol {
            Protocol::S1ap => "s1ap",
            Protocol::Ngap => "ngap",
            Protocol::Diameter => "diameter",
            Protocol::NasEps | Protocol::LteRrc(_) => "gsmtap",
            _ => return,
        };
        *self.pdus.entry((pdu.seen.frame, name)).or_default() += 1;
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, _event: FlowEvent) {}
}

/// The fields that tshark is asked for.
const FIELDS: [&str; 7] = [
    "frame.time_epoch",
    "frame.cap_len",
    "frame.len",
    "s1ap.S1AP_PDU",
    "ngap.NGAP_PDU",
    "diameter.cmd.code",
    "gsmtap.type",
];

/// GSMTAP's types of RRC and NAS of LTE.
const FOLLOWED: [&str; 2] = ["13", "18"];

/// How long after a frame, and how many frames after it, another is a copy.
const COPY_NS: i64 = 5_000_000;
const COPY_FRAMES: usize = 64;

fn count(values: &str) -> usize {
    values.split(',').filter(|value| !value.is_empty()).count()
}

/// Nanoseconds of `1700000000.123456789`.
fn nanoseconds(text: &str) -> i64 {
    let (seconds, fraction) = text.split_once('.').unwrap();
    assert_eq!(fraction.len(), 9, "{text}");
    seconds.parse::<i64>().unwrap() * 1_000_000_000 + fraction.parse::<i64>().unwrap()
}

/// What tshark says of a frame, or must say.
struct Line {
    time_ns: i64,
    captured: usize,
    original: u32,
    pdus: [(&'static str, usize); 4],
}

impl Line {
    fn parse(fields: &[String], link: LinkType) -> Self {
        let [time, captured, original, s1ap, ngap, diameter, gsmtap] = fields else {
            panic!("{fields:?}")
        };
        let followed = gsmtap.split(',').filter(|kind| FOLLOWED.contains(kind)).count();
        let log = usize::from(link == LinkType(148));
        Self {
            time_ns: nanoseconds(time),
            captured: captured.parse().unwrap(),
            original: original.parse().unwrap(),
            pdus: [
                ("s1ap", count(s1ap)),
                ("ngap", count(ngap)),
                ("diameter", count(diameter)),
                ("gsmtap", followed + log),
            ],
        }
    }
}

/// PDUs of each protocol by frame.
fn dissect(octets: &[u8]) -> Tally {
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut tally = Tally::default();
    read_all(octets, 0, |frame| dissector.frame(frame, &mut tally), |_| ());
    dissector.finish(&mut tally);
    tally
}

#[test]
fn frames_times_and_pdus_are_tsharks() {
    let Some(captures) = captures() else { return };
    let mut wrong = Vec::new();
    let (mut frames_seen, mut pdus_seen) = (0, BTreeMap::<&str, usize>::new());
    for (name, path) in &captures {
        let Some(lines) = tshark(path, &FIELDS) else {
            return;
        };
        let octets = std::fs::read(path).unwrap();
        let (frames, damage) = read(&octets);
        // Where we go on after damage, tshark ends or makes up frames.
        let trusted = damage
            .first()
            .map_or(u64::MAX, |damage| damage.after_frame)
            .min(frames.iter().map(|frame| frame.number).max().unwrap_or(0));
        if damage.is_empty() && lines.len() != frames.len() {
            wrong.push(format!("{name}: {} frames, tshark {}", frames.len(), lines.len()));
            continue;
        }
        let mut theirs = BTreeMap::new();
        for frame in frames.iter().filter(|frame| frame.number <= trusted) {
            let line = Line::parse(&lines[frame.number as usize - 1], frame.link);
            let said = (line.time_ns, line.captured, line.original);
            if (frame.time_ns, frame.octets.len(), frame.original) != said {
                wrong.push(format!("{name}: frame {}: tshark {said:?}", frame.number));
            }
            for (protocol, pdus) in line.pdus {
                if pdus > 0 {
                    theirs.insert((frame.number, protocol), pdus);
                }
            }
        }
        let mut ours = dissect(&octets).pdus;
        for (&(_, protocol), pdus) in &ours {
            *pdus_seen.entry(protocol).or_default() += pdus;
        }
        frames_seen += frames.len();
        for damage in &damage {
            println!(
                "{name}: {damage}; {} frames, tshark {}",
                frames.len(),
                lines.len()
            );
        }
        ours.retain(|&(frame, _), _| frame <= trusted);
        let copies = copies(&frames);
        theirs.retain(|place, _| ours.contains_key(place) || !copies.contains(&place.0));
        wrong.extend(differences(name, &ours, &theirs));
    }
    println!(
        "{} captures, {frames_seen} frames, PDUs: {pdus_seen:?}",
        captures.len()
    );
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Frames that are octet by octet one of shortly before: a log that says the same twice may be taken at its word.
fn copies(frames: &[OwnFrame]) -> BTreeSet<u64> {
    let within = |a: &OwnFrame, b: &OwnFrame| (a.time_ns - b.time_ns).abs() <= COPY_NS;
    let is_copy = |at: usize| {
        let before = &frames[at.saturating_sub(COPY_FRAMES)..at];
        let frame = &frames[at];
        before
            .iter()
            .any(|other| within(frame, other) && other.octets == frame.octets)
    };
    (0..frames.len())
        .filter(|&at| is_copy(at))
        .map(|at| frames[at].number)
        .collect()
}

/// Frames of a capture that complete other PDUs than tshark has there.
fn differences(name: &str, ours: &Pdus, theirs: &Pdus) -> Vec<String> {
    let mut places: Vec<_> = ours.keys().chain(theirs.keys()).collect();
    places.sort_unstable();
    places.dedup();
    places
        .into_iter()
        .filter(|place| ours.get(place) != theirs.get(place))
        .map(|place| {
            let of = |pdus: &Pdus| pdus.get(place).copied().unwrap_or_default();
            format!(
                "{name}: frame {}: {} {}, tshark {}",
                place.0,
                of(ours),
                place.1,
                of(theirs)
            )
        })
        .collect()
}

/// Copies with octets changed, left out, doubled and put in: whatever is read of them, nobody falls over, and what stands
/// before the first change is read as ever.
#[test]
fn mutated_captures_are_survived() {
    const MUTATIONS: u64 = 10;
    /// Longer captures are cut: what matters is how many different packets are spoilt.
    const MAX_OCTETS: usize = 100_000;
    const SEED: u64 = 0x5eed_0001;
    const LOOKAHEAD_OCTETS: usize = 24;

    let Some(captures) = captures() else { return };
    println!("seed {SEED:#x}");
    let mut random = Random(SEED);
    let mut pdus = 0;
    for (name, path) in &captures {
        let mut octets = std::fs::read(path).unwrap();
        octets.truncate(MAX_OCTETS);
        let whole = frames_with_ends(&octets);
        for mutation in 0..MUTATIONS {
            let mut copy = octets.clone();
            let mut first = copy.len();
            for _ in 0..=random.below(20) {
                let at = random.below(copy.len());
                first = first.min(at);
                mutate(&mut copy, at, &mut random);
            }
            let kept = read(&copy).0;
            for ((before, end), after) in whole.iter().zip(&kept) {
                // The next header may cast doubt on a frame.
                if end + LOOKAHEAD_OCTETS > first {
                    break;
                }
                assert!(
                    before == after,
                    "{name}, mutation {mutation}: frame {}",
                    before.number
                );
            }
            pdus += dissect(&copy).pdus.len();
        }
    }
    println!(
        "{} mutated captures, PDUs in {pdus} frames",
        captures.len() as u64 * MUTATIONS
    );
    assert!(pdus > 0);
}

/// Frames, and where in the file each ends.
fn frames_with_ends(octets: &[u8]) -> Vec<(OwnFrame, usize)> {
    let mut reader = Reader::new(0);
    let mut found = Vec::new();
    loop {
        let at = reader.offset() as usize;
        match reader.next(&octets[at..], true).item {
            Item::Frame(frame) => found.push((OwnFrame::from(&frame), reader.offset() as usize)),
            Item::Damage(_) => {}
            Item::More(_) | Item::End => return found,
        }
    }
}

fn mutate(octets: &mut Vec<u8>, at: usize, random: &mut Random) {
    let length = 1 + random.below(40).min(octets.len() - at - 1);
    match random.below(5) {
        0 => octets[at] ^= 1 << random.below(8),
        1 => octets[at] = random.below(256) as u8,
        2 if octets.len() > 100 => drop(octets.drain(at..at + length)),
        3 => {
            let piece = octets[at..at + length].to_vec();
            drop(octets.splice(at..at, piece));
        }
        _ => octets[at..at + length].fill(random.below(256) as u8),
    }
}

/// Knuth's generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}
