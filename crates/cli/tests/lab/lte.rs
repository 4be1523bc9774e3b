//! The lab of LTE.

use super::{is_shown, json, lab, play_all, tshark};
use std::process::Command;

/// Every scenario of LTE, the ladder, the capture: the same run serves all three.
#[test]
fn every_scenario_of_lte_ends_as_its_name_says_and_tshark_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let text = play_all(directory.path(), "lte");
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    let expected = [
        "AUTHENTICATION REQUEST",
        "SECURITY MODE COMMAND",
        "COUNT 0, KSI",
        "128-EIA2",
        "#20 MAC failure",
        "#21 Synch failure",
        "T3460 expired for the last time",
        "first protected message",
        "no protected message followed it",
        "security mode never started",
        "each activates another context",
        "AIR",
        "ULA 2001",
    ];
    is_shown(&text, &expected);
    // tshark takes what is ciphered for plain when the first octet happens to look so, once in some 250 messages.
    let clean = "(_ws.malformed || _ws.expert.severity >= \"Error\") && !(frame.comment contains \"malformed\") && \
                 !(nas_eps.security_header_type == 2 || nas_eps.security_header_type == 4)";
    let Some(found) = tshark(directory.path(), &["-Y", clean]) else {
        return;
    };
    assert_eq!(found, "");
    for filter in ["s1ap", "nas-eps", "diameter", "sctp && udp"] {
        let seen = tshark(directory.path(), &["-Y", filter, "-c", "500"]);
        assert!(seen.is_some_and(|seen| seen.lines().count() > 10), "{filter}");
    }
    assert_eq!(
        tshark(directory.path(), &["-Y", "frame.time_delta < 0"]).as_deref(),
        Some("")
    );
}

#[test]
fn json_of_lte_tells_each_message_with_its_protection() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["lte", "--scenario", "attach", "--scenario", "wrong-key", "--json"];
    let answer = json(&lab(directory.path(), &arguments));
    assert_eq!(answer["schema"], "quintet.lab/1");
    assert_eq!(answer["technology"], "lte");
    let scenarios = answer["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 2);
    assert!(scenarios.iter().all(|scenario| scenario["as_named"] == true));
    assert_eq!(scenarios[0]["reached"], "complete");
    assert_eq!(scenarios[1]["reached"], "vectors");
    let messages = scenarios[0]["messages"].as_array().unwrap();
    let nas = messages.iter().filter(|message| message["protocol"] == "NAS-EPS");
    let names: Vec<_> = nas
        .clone()
        .map(|message| message["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names[..5],
        [
            "ATTACH REQUEST",
            "AUTHENTICATION REQUEST",
            "AUTHENTICATION RESPONSE",
            "SECURITY MODE COMMAND",
            "SECURITY MODE COMPLETE"
        ]
    );
    let command = nas
        .clone()
        .find(|message| message["name"] == "SECURITY MODE COMMAND")
        .unwrap();
    assert_eq!(command["count"], 0);
    assert_eq!(command["integrity"], "128-EIA2");
    assert_eq!(command["from"], "MME");
    assert!(command["header"].as_str().unwrap().contains("new"));
    let failure = scenarios[1]["messages"].as_array().unwrap();
    assert!(
        failure
            .iter()
            .any(|message| message["cause"] == "#20 MAC failure")
    );
}

/// The doctor reads the frames of each scenario, once with the subscribers' keys and S6a, once with S1AP alone, and names
/// what was injected.
#[test]
fn the_doctor_names_what_was_injected_with_keys_and_without() {
    let directory = tempfile::tempdir().unwrap();
    let names = [
        "attach",
        "attach-guti",
        "service-request",
        "op-used-as-opc",
        "wrong-key",
        "sync-failure",
        "non-eps-auth",
        "auth-then-nothing",
        "unknown-imsi",
        "smc-reject-unspecified",
        "bidding-down",
        "replay",
        "unprotected-after-smc",
    ];
    let mut arguments = vec!["lte", "--json"];
    arguments.extend(names.iter().flat_map(|name| ["--scenario", *name]));
    let answer = json(&lab(directory.path(), &arguments));
    let scenarios = answer["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), names.len());
    let codes = |scenario: &serde_json::Value, how: &str| -> Vec<String> {
        let findings = scenario["diagnosis"][how]["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|told| told["code"].as_str().unwrap().to_owned())
            .collect()
    };
    for scenario in scenarios {
        let name = scenario["name"].as_str().unwrap();
        let diagnosis = &scenario["diagnosis"];
        assert_eq!(diagnosis["named"], true, "{name}: {diagnosis:#}");
        for how in ["with_keys", "without_keys"] {
            assert!(diagnosis[how]["attempts"].as_u64().unwrap() > 0, "{name}");
            let healthy = ["attach", "attach-guti", "service-request"].contains(&name);
            let findings = diagnosis[how]["findings"].as_array().unwrap();
            let faults = findings.iter().filter(|told| told["severity"] == "fault").count();
            assert!(!healthy || faults == 0, "{name} {how}: {findings:#?}");
        }
        let (with, without) = (codes(scenario, "with_keys"), codes(scenario, "without_keys"));
        for (injected, code) in [
            ("op-used-as-opc", "op-opc-confused"),
            ("wrong-key", "usim-other-key"),
        ] {
            if name == injected {
                assert!(with.iter().any(|found| found == code), "{name}: {with:?}");
                assert!(!without.iter().any(|found| found == code), "{name}: {without:?}");
            }
        }
    }
    // The frames it names are those of the file.
    let rejected = scenarios
        .iter()
        .find(|scenario| scenario["name"] == "smc-reject-unspecified");
    let findings = rejected.unwrap()["diagnosis"]["without_keys"]["findings"]
        .as_array()
        .unwrap();
    let told = findings
        .iter()
        .find(|told| told["code"] == "smc-rejected")
        .unwrap();
    let frames: Vec<String> = told["frames"]
        .as_array()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let filter = format!(
        "nas_eps.nas_msg_emm_type == 0x5f && frame.number in {{{}}}",
        frames.join(",")
    );
    if let Some(seen) = tshark(directory.path(), &["-Y", &filter]) {
        assert_eq!(seen.lines().count(), 1, "{frames:?}: {seen}");
    }
}

#[test]
fn a_load_of_lte_is_measured_and_two_labs_do_not_meet() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quintet"));
        command.args(["lab", "lte", "--ues", "40", "--rate", "200", "--json"]);
        command
            .current_dir(directory.path())
            .stdout(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let (one, other) = (start(), start());
    for child in [one, other] {
        let answer = json(&child.wait_with_output().unwrap());
        assert_eq!(answer["load"]["attached"], 40, "{answer}");
        assert_eq!(answer["load"]["failed"], 0);
        assert!(answer["load"]["p99_ms"].as_f64().is_some_and(|p99| p99 > 0.0));
    }
    for file in ["quintet-lab.pcapng", "quintet-lab-2.pcapng"] {
        assert!(directory.path().join(file).is_file(), "{file}");
    }
}
