//! The lab of IMS.

use super::{is_shown, json, lab, play_all, tshark};
use std::path::Path;
use std::process::Command;

/// What takes no timer of seconds: enough for the ladder and the capture. Every scenario is held to its ending on virtual
/// time in `crates/sim`, and in real time below.
const QUICK: [&str; 4] = ["register", "re-register", "mt-call-registered", "wrong-res"];

fn scenarios<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let named = names.iter().flat_map(|name| ["--scenario", *name]);
    ["ims", "--seed", "7"].into_iter().chain(named).collect()
}

/// Every scenario, the ladder, and what the doctor says of each: the same run serves all three.
#[test]
fn every_scenario_of_ims_ends_as_its_name_says_and_the_doctor_names_its_fault() {
    let directory = tempfile::tempdir().unwrap();
    let text = play_all(directory.path(), "ims");
    let expected = [
        "REGISTER",
        "401 REGISTER",
        "in ESP",
        "AKAv1-MD5",
        "with ck, ik",
        "Security-Verify",
        "MAR",
        "SAA 2001",
        "RES = XRES",
        "four associations stand",
        "AUTS",
        "bidding down",
        "registered for",
        "RTR",
    ];
    is_shown(&text, &expected);
}

#[test]
fn json_of_ims_tells_each_message() {
    let directory = tempfile::tempdir().unwrap();
    let mut arguments = scenarios(&["wrong-res", "expires-too-brief"]);
    arguments.push("--json");
    let answer = json(&lab(directory.path(), &arguments));
    assert_eq!(answer["technology"], "ims");
    let played = answer["scenarios"].as_array().unwrap();
    assert!(
        played.iter().all(|scenario| scenario["as_named"] == true),
        "{answer:#}"
    );
    assert_eq!(played[0]["reached"], "vectors");
    assert_eq!(played[1]["reached"], "complete");
    let messages = played[0]["messages"].as_array().unwrap();
    let of = |protocol: &str, from: &str| -> Vec<&str> {
        let of = messages
            .iter()
            .filter(|message| message["protocol"] == protocol && message["from"] == from);
        of.map(|message| message["name"].as_str().unwrap()).collect()
    };
    assert_eq!(of("SIP", "UE")[..2], ["REGISTER", "REGISTER"]);
    let asked = |who: &str, name: &str| of("Cx", who).into_iter().filter(|asked| *asked == name).count();
    assert!(asked("I-CSCF", "UAR") >= 2 && asked("S-CSCF", "MAR") >= 1);
    assert!(
        answer["esp_keys"]
            .as_str()
            .is_some_and(|path| Path::new(path).extension().is_some())
    );
}

/// tshark decodes all of a capture, and SIP inside ESP by the keys beside it.
#[test]
fn tshark_reads_the_capture_of_ims_and_opens_its_esp() {
    let directory = tempfile::tempdir().unwrap();
    let output = lab(directory.path(), &scenarios(&QUICK));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let bad =
        "_ws.malformed || _ws.expert.severity >= \"Error\" || tcp.analysis.flags || frame.time_delta < 0";
    let Some(found) = tshark(directory.path(), &["-Y", bad]) else {
        return;
    };
    assert_eq!(found, "");
    for filter in [
        "sip.CSeq.method == \"REGISTER\"",
        "diameter.applicationId == 16777216",
        "esp",
    ] {
        let seen = tshark(directory.path(), &["-Y", filter]).unwrap_or_default();
        assert!(seen.lines().count() > 10, "{filter}: {seen}");
    }
    let keys = std::fs::read_to_string(directory.path().join("quintet-lab.esp_sa")).unwrap();
    let rows: Vec<String> = keys.lines().map(|line| format!("uat:esp_sa:{line}")).collect();
    assert!(rows.len() >= 4 * QUICK.len(), "{keys}");
    let mut arguments = vec!["-o", "esp.enable_encryption_decode:TRUE"];
    arguments.extend(["-o", "esp.enable_authentication_check:TRUE"]);
    for row in &rows {
        arguments.extend(["-o", row]);
    }
    let opened = |filter: &str| {
        let mut arguments = arguments.clone();
        arguments.extend(["-Y", filter]);
        tshark(directory.path(), &arguments).unwrap_or_default()
    };
    let registers = opened("esp && sip.Method == \"REGISTER\"");
    assert!(registers.lines().count() >= QUICK.len(), "{registers}");
    assert!(opened("esp && sip.Method == \"INVITE\"").lines().count() >= 1);
    assert_eq!(opened("esp.icv_bad == 1"), "");
}

#[test]
fn a_load_of_ims_is_measured_and_two_labs_do_not_meet() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quintet"));
        command.args(["lab", "ims", "--ues", "40", "--rate", "100", "--json"]);
        command
            .current_dir(directory.path())
            .stdout(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let (one, other) = (start(), start());
    for child in [one, other] {
        let answer = json(&child.wait_with_output().unwrap());
        assert_eq!(answer["load"]["registered"], 40, "{answer}");
        assert_eq!(answer["load"]["failed"], 0);
        assert!(answer["load"]["p99_ms"].as_f64().is_some_and(|p99| p99 > 0.0));
    }
}
