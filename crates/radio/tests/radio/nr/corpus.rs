//! Every capture with MAC of NR or F1AP.

use crate::support::{Trace, captures, names, skipped};
use quintet_crypto::Direction;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Preferences with which tshark 4.0 looks into MAC PDUs of NR: the user link type of the traces, and MAC over UDP.
const PREFERENCES: [&str; 6] = [
    "-o",
    "uat:user_dlts:\"User 2 (DLT=149)\",\"udp\",\"0\",\"\",\"0\",\"\"",
    "--enable-heuristic",
    "mac_nr_udp",
    "-o",
    "mac-nr.attempt_rrc_decode:true",
];

/// A frame's NAS, in order of its octets, by frame and direction's number.
type ByFrame = BTreeMap<(u64, u8), Vec<String>>;

/// What tshark finds of NAS in RRC. `None` if there is no tshark.
fn tsharks(path: &Path) -> Option<ByFrame> {
    let output = Command::new("tshark")
        .args(PREFERENCES)
        .arg("-r")
        .arg(path)
        .args(["-Y", "nr-rrc", "-T", "fields", "-e", "frame.number"])
        .args(["-e", "nr-rrc.UL_DCCH_Message_element"])
        .args([
            "-e",
            "nr-rrc.dedicatedNAS_Message",
            "-e",
            "nr-rrc.DedicatedNAS_Message",
        ])
        .output()
        .ok()?;
    assert!(
        output.status.success() || !output.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut found = ByFrame::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let &[frame, uplink, single, listed] = &line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let direction = if uplink.is_empty() {
            Direction::Downlink
        } else {
            Direction::Uplink
        };
        let mut nas: Vec<String> = [single, listed]
            .iter()
            .flat_map(|values| values.split(','))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect();
        nas.sort();
        if !nas.is_empty() {
            found.insert((frame.parse().unwrap(), direction as u8), nas);
        }
    }
    Some(found)
}

#[test]
fn nas_is_tsharks() {
    let Some(directory) = captures() else { return };
    let (mut traces, mut count) = (0, 0);
    let mut wrong = Vec::new();
    for name in names(&directory) {
        let path = directory.join(&name);
        let trace = Trace::of(&path);
        if trace.nr_pdus == 0 {
            continue;
        }
        let Some(mut theirs) = tsharks(&path) else {
            return skipped("no tshark");
        };
        let mut ours = ByFrame::new();
        for nas in &trace.nas {
            let place = (nas.frame, nas.direction as u8);
            ours.entry(place).or_default().push(hex::encode(&nas.octets));
        }
        ours.values_mut().for_each(|list| list.sort());
        // tshark shows what RLC repeats; here it is counted.
        let seen: BTreeSet<&Vec<String>> = ours.values().collect();
        theirs.retain(|place, list| ours.contains_key(place) || !seen.contains(list));
        if ours != theirs {
            wrong.push(format!("{name}: tshark {theirs:?}, here {ours:?}"));
        }
        eprintln!(
            "{name}: {} PDUs, {} signals, {} NAS, not decoded: {:?}",
            trace.nr_pdus,
            trace.signals.len(),
            trace.nas.len(),
            trace.radio.not_decoded().iter().collect::<Vec<_>>()
        );
        traces += 1;
        count += trace.nas.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(traces >= 10 && count >= 90, "{traces} traces, {count} NAS");
}

#[test]
fn every_labelled_message_of_5gs_is_found() {
    let Some(directory) = captures() else { return };
    let labels: Value =
        serde_json::from_slice(&std::fs::read(directory.join("labels.json")).unwrap()).unwrap();
    let (mut found, mut attempts) = (0, 0);
    let mut missing = Vec::new();
    for (name, label) in labels.as_object().unwrap() {
        let procedures: Vec<&Value> = label["procedures"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|procedure| procedure["technology"] == "5gs" && procedure["messages"][0]["ap"] == "RRC")
            .collect();
        if procedures.is_empty() {
            continue;
        }
        let trace = Trace::of(&directory.join(name));
        attempts += procedures.len();
        let ues: BTreeSet<_> = trace.nas.iter().map(|nas| nas.ue).collect();
        assert_eq!(ues.len(), 1, "{name}: each has one UE");
        for message in procedures
            .iter()
            .flat_map(|procedure| procedure["messages"].as_array().unwrap())
        {
            let frame = message["frame"].as_u64().unwrap();
            if trace.nas.iter().any(|nas| nas.frame == frame) {
                found += 1;
            } else {
                missing.push(format!("{name} {frame} {}", message["nas"]));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(
        attempts >= 12 && found >= 90,
        "{found} found of {attempts} attempts"
    );
}
