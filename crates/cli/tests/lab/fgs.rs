//! The lab of 5GS.

use super::{is_shown, json, lab, play_all, tshark};

/// Every scenario of 5GS, the ladder, the capture: the same run serves all three.
#[test]
fn every_scenario_of_5gs_ends_as_its_name_says_and_tshark_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let text = play_all(directory.path(), "5g");
    let expected = [
        "REGISTRATION REQUEST",
        "AUTHENTICATION REQUEST",
        "SECURITY MODE COMMAND",
        "INITIAL CONTEXT SETUP REQUEST",
        "COUNT 0, ngKSI 1",
        "128-NIA2",
        "HRES* = HXRES*",
        "UEAuthentication",
        "KgNB of UE and AMF agree",
        "#20 MAC failure",
        "#21 Synch failure",
        "T3560 expired for the last time",
        "first protected message",
    ];
    is_shown(&text, &expected);
    // tshark takes what is ciphered for plain when the first octet happens to look so.
    let clean = "(_ws.malformed || _ws.expert.severity >= \"Error\") && !(frame.comment contains \"malformed\") && \
                 !(nas_5gs.security_header_type == 2 || nas_5gs.security_header_type == 4)";
    let Some(found) = tshark(directory.path(), &["-Y", clean]) else {
        return;
    };
    assert_eq!(found, "");
    for filter in ["ngap", "nas-5gs", "http2", "json", "sctp && udp"] {
        let seen = tshark(directory.path(), &["-Y", filter, "-c", "500"]);
        assert!(seen.is_some_and(|seen| seen.lines().count() > 10), "{filter}");
    }
    assert_eq!(
        tshark(
            directory.path(),
            &["-Y", "tcp.analysis.flags || frame.time_delta < 0"]
        )
        .as_deref(),
        Some("")
    );
}

#[test]
fn json_of_5gs_tells_each_message_and_who_was_asked() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [
        "5g",
        "--scenario",
        "register",
        "--scenario",
        "suci-wrong-key",
        "--json",
    ];
    let answer = json(&lab(directory.path(), &arguments));
    assert_eq!(answer["technology"], "5g");
    let scenarios = answer["scenarios"].as_array().unwrap();
    assert!(
        scenarios.iter().all(|scenario| scenario["as_named"] == true),
        "{answer:#}"
    );
    assert_eq!(scenarios[0]["reached"], "complete");
    assert_eq!(scenarios[1]["reached"], "identity");
    let messages = scenarios[0]["messages"].as_array().unwrap();
    let of = |protocol: &str| -> Vec<&str> {
        let of = messages.iter().filter(|message| message["protocol"] == protocol);
        of.map(|message| message["name"].as_str().unwrap()).collect()
    };
    assert_eq!(
        of("NAS-5GS")[..5],
        [
            "REGISTRATION REQUEST",
            "AUTHENTICATION REQUEST",
            "AUTHENTICATION RESPONSE",
            "SECURITY MODE COMMAND",
            "SECURITY MODE COMPLETE"
        ]
    );
    assert!(
        of("SBI")
            .iter()
            .any(|name| name.starts_with("Nudm_UEAuthentication_Get 200"))
    );
    let command = messages
        .iter()
        .find(|message| message["name"] == "SECURITY MODE COMMAND")
        .unwrap();
    assert_eq!(command["count"], 0);
    assert_eq!(command["integrity"], "128-NIA2");
    assert_eq!(command["from"], "AMF");
}

#[test]
fn a_load_of_5gs_is_measured() {
    let directory = tempfile::tempdir().unwrap();
    let answer = json(&lab(
        directory.path(),
        &["5g", "--ues", "40", "--rate", "100", "--json"],
    ));
    assert_eq!(answer["load"]["registered"], 40, "{answer}");
    assert_eq!(answer["load"]["failed"], 0);
    assert!(answer["load"]["p99_ms"].as_f64().is_some_and(|p99| p99 > 0.0));
}
