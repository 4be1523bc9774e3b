//! The lab of S6a alone.

use super::{json, lab, tshark};

#[test]
fn every_scenario_of_s6a_ends_as_it_must_and_the_ladder_is_plain_and_narrow() {
    let directory = tempfile::tempdir().unwrap();
    let output = lab(directory.path(), &["s6a"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("12 of 12 scenarios ended as they must"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    let widest = text
        .lines()
        .filter(|line| line.contains('│'))
        .map(|line| line.chars().count())
        .max();
    assert!(widest.unwrap() <= 100, "{widest:?} columns");
    for expected in [
        "AIR",
        "ULA 2001 SUCCESS",
        "5001 USER_UNKNOWN",
        "CLR",
        "IDR",
        "DSR",
        "PUR",
        "AUTS",
        "APN ims",
    ] {
        assert!(text.contains(expected), "{expected} is not shown");
    }
    assert!(directory.path().join("quintet-lab.pcapng").is_file());
    assert!(!text.contains("database:"), "nothing but the capture is left");
}

#[test]
fn json_lists_scenarios_and_messages_with_keys_redacted() {
    let directory = tempfile::tempdir().unwrap();
    let answer = json(&lab(directory.path(), &["s6a", "--scenario", "resync", "--json"]));
    assert_eq!(answer["schema"], "quintet.lab/1");
    assert_eq!(answer["passed"], true);
    assert_eq!(answer["scenarios"].as_array().unwrap().len(), 1);
    let messages = answer["messages"].as_array().unwrap();
    let played = messages.iter().filter(|m| m["scenario"] == "resync");
    let names: Vec<_> = played.map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["AIR", "AIA", "AIR", "AIA", "ULR", "ULA"]);
    assert!(
        values(&answer, "KASME").iter().all(|kasme| kasme.len() < 24),
        "abbreviated"
    );
    let shown = json(&lab(
        directory.path(),
        &["s6a", "--scenario", "attach", "--json", "--show-keys"],
    ));
    assert_eq!(values(&shown, "KASME")[0].len(), 64);
}

/// The values of all details of this name.
fn values(answer: &serde_json::Value, name: &str) -> Vec<String> {
    let messages = answer["messages"].as_array().unwrap();
    let details = messages.iter().flat_map(|m| m["details"].as_array().unwrap());
    details
        .filter(|d| d["name"] == name)
        .map(|d| d["value"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_seed_decides_the_order_of_a_crowd() {
    let directory = tempfile::tempdir().unwrap();
    let order = |seed: &str| {
        let answer = json(&lab(
            directory.path(),
            &["s6a", "--ues", "8", "--seed", seed, "--json"],
        ));
        let messages = answer["messages"].as_array().unwrap().clone();
        messages
            .into_iter()
            .filter(|m| m["name"] == "AIR")
            .map(|m| m["imsi"].to_string())
            .collect::<Vec<_>>()
    };
    let first = order("1");
    assert_eq!(first.len(), 8);
    assert_eq!(first, order("1"));
    assert_ne!(first, order("2"));
}

#[test]
fn a_crowd_attaches_and_the_database_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let output = lab(
        directory.path(),
        &["s6a", "--ues", "25", "--keep", "kept", "--json"],
    );
    let answer = json(&output);
    assert_eq!(answer["scenarios"][0]["name"], "crowd");
    assert_eq!(answer["scenarios"][0]["messages"], 100);
    for file in ["quintet-lab.db", "quintet-lab.pcapng"] {
        assert!(directory.path().join("kept").join(file).is_file(), "{file}");
    }
}

/// All of a capture of S6a is Diameter that tshark can decode, and the comments name the steps.
#[test]
fn tshark_finds_nothing_malformed_in_s6a() {
    let directory = tempfile::tempdir().unwrap();
    let output = lab(directory.path(), &["s6a", "--json"]);
    let messages = json(&output)["message_count"].as_u64().unwrap();
    let bad = "_ws.malformed || _ws.expert.severity >= \"Error\" || tcp.analysis.flags";
    let Some(found) = tshark(directory.path(), &["-Y", bad]) else {
        return;
    };
    assert_eq!(found, "");
    let fields = |filter: &str, field: &str| {
        tshark(directory.path(), &["-Y", filter, "-T", "fields", "-e", field]).unwrap_or_default()
    };
    let codes = fields("diameter", "diameter.cmd.code");
    let seen: usize = codes.lines().map(|line| line.split(',').count()).sum();
    assert_eq!(seen as u64, messages);
    let comments = fields("diameter.cmd.code == 317", "frame.comment");
    assert!(comments.contains("handover: CLR"), "{comments}");
    assert_eq!(
        fields("frame.time_delta < 0", "frame.number"),
        "",
        "time goes forward"
    );
}
