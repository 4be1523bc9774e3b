//! Every capture with PDUs of the radio.

use crate::support::{Trace, captures, names, skipped};
use crate::tshark::{self, Line, MESSAGES};
use quintet_crypto::Direction;
use quintet_radio::NotDecoded;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;

/// Octets or names by frame and direction's number.
type ByFrame<T> = BTreeMap<(u64, u8), Vec<T>>;

/// Says where two differ, of what tshark shows once. So many frames of tshark's may be missing.
fn differences<T: Clone + Debug + Ord>(
    capture: &str,
    ours: impl Iterator<Item = ((u64, u8), T)>,
    theirs: impl Iterator<Item = (bool, (u64, u8), Vec<T>)>,
    mut hidden: u64,
    wrong: &mut Vec<String>,
) {
    let mut found = ByFrame::new();
    for (place, item) in ours {
        found.entry(place).or_default().push(item);
    }
    found.values_mut().for_each(|items| items.sort());
    for (is_repeated, place, mut items) in theirs {
        items.sort();
        let here = found.remove(&place).unwrap_or_default();
        if here.is_empty() && !items.is_empty() && hidden > 0 && !is_repeated {
            hidden -= 1;
            continue;
        }
        if here != items && !(is_repeated && here.is_empty()) {
            wrong.push(format!(
                "{capture} {place:?}: tshark {items:02x?}, here {here:02x?}"
            ));
        }
    }
    for (place, items) in found {
        wrong.push(format!("{capture} {place:?}: only here: {items:02x?}"));
    }
}

#[test]
fn nas_and_rrc_are_tsharks() {
    let Some(directory) = captures() else { return };
    let (mut traces, mut nas, mut signals) = (0, 0, 0);
    let mut wrong = Vec::new();
    for name in names(&directory) {
        let path = directory.join(&name);
        let trace = Trace::of(&path);
        if trace.pdus == 0 {
            continue;
        }
        let Some(lines) = tshark::lines(&path) else {
            return skipped("no tshark");
        };
        let place = |line: &Line| (line.frame, line.direction as u8);
        differences(
            &name,
            trace
                .nas
                .iter()
                .map(|nas| ((nas.frame, nas.direction as u8), nas.octets.clone())),
            lines
                .iter()
                .map(|line| (line.is_repeated, place(line), line.nas.clone())),
            0,
            &mut wrong,
        );
        differences(
            &name,
            trace
                .signals
                .iter()
                .filter(|signal| MESSAGES.contains(&signal.name))
                .map(|signal| ((signal.frame, signal.direction as u8), signal.name)),
            lines
                .iter()
                .map(|line| (line.is_repeated, place(line), line.messages.clone())),
            // tshark takes what it does not know for plain.
            trace.radio.not_decoded().count(NotDecoded::AsLooksCiphered),
            &mut wrong,
        );
        eprintln!(
            "{name}: {} PDUs, {} signals, {} NAS, not decoded: {:?}",
            trace.pdus,
            trace.signals.len(),
            trace.nas.len(),
            trace.radio.not_decoded().iter().collect::<Vec<_>>()
        );
        traces += 1;
        nas += trace.nas.len();
        signals += trace.signals.len();
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        traces >= 14 && nas >= 385 && signals > 2_000,
        "{traces} traces, {nas} NAS, {signals} RRC"
    );
}

/// NAS that the labels tell of, by frame.
fn labelled(directory: &Path) -> BTreeMap<String, Vec<(u64, Option<Direction>, String)>> {
    let labels: Value =
        serde_json::from_slice(&std::fs::read(directory.join("labels.json")).unwrap()).unwrap();
    let mut labelled = BTreeMap::<String, Vec<_>>::new();
    for (name, label) in labels.as_object().unwrap() {
        let procedures = label["procedures"].as_array().into_iter().flatten();
        for message in procedures
            .filter(|procedure| procedure["technology"] == "eps")
            .flat_map(|procedure| procedure["messages"].as_array().into_iter().flatten())
            .filter(|message| message["ap"] == "RRC")
        {
            // `?` where they do not know.
            let direction = match message["dir"].as_str() {
                Some("UL") => Some(Direction::Uplink),
                Some("DL") => Some(Direction::Downlink),
                _ => None,
            };
            let message = (
                message["frame"].as_u64().unwrap(),
                direction,
                message["nas"].to_string(),
            );
            labelled.entry(name.clone()).or_default().push(message);
        }
    }
    labelled
}

#[test]
fn every_labelled_message_is_found() {
    let Some(directory) = captures() else { return };
    let mut missing = Vec::new();
    let mut found = 0;
    for (name, messages) in labelled(&directory) {
        let path = directory.join(&name);
        let trace = Trace::of(&path);
        let Some(lines) = tshark::lines(&path) else {
            return skipped("no tshark");
        };
        // Retransmissions of RLC stand in some labels, too.
        let repeated: BTreeSet<u64> = lines
            .iter()
            .filter(|line| line.is_repeated)
            .map(|line| line.frame)
            .collect();
        for (frame, direction, nas) in messages
            .into_iter()
            .filter(|(frame, ..)| !repeated.contains(frame))
        {
            if trace
                .nas
                .iter()
                .any(|nas| nas.frame == frame && direction.is_none_or(|direction| nas.direction == direction))
            {
                found += 1;
            } else {
                missing.push(format!("{name} {frame} {direction:?} {nas}"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "{} missing:\n{}",
        missing.len(),
        missing.join("\n")
    );
    assert!(found >= 325, "{found} found");
    eprintln!("{found} labelled messages found");
}
