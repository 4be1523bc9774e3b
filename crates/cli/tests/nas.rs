//! `quintet nas` as its users run it: JSON, exit codes, and the shared rows both ways.

#![cfg(test)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const KEY: &str = "ab3b40d1049aeb3ab37ded54ca6c1dad";
const REQUEST: &str = "07417108091010103254769802e0e000050201d011d1";

fn nas(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quintet"));
    command.arg("nas").args(arguments);
    command.output().expect("the program was built with this test")
}

/// The JSON answer and the exit code.
fn json(arguments: &[&str]) -> (Value, i32) {
    let output = nas(&[arguments, &["--json"]].concat());
    let error = String::from_utf8_lossy(&output.stderr);
    let answer = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|fault| panic!("{arguments:?}: {fault}; stderr: {error}"));
    (answer, output.status.code().unwrap())
}

fn error(arguments: &[&str]) -> String {
    let output = nas(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_plain_message_and_the_one_inside_it() {
    let (answer, code) = json(&["decode", "--eps", REQUEST]);
    assert_eq!(code, 0);
    assert_eq!(answer["schema"], "quintet.nas.decode/1");
    assert_eq!(answer["name"], "ATTACH REQUEST");
    assert_eq!(answer["security_header"]["type"], 0);
    assert_eq!(answer["soft_errors"], serde_json::json!([]));
    let fields = answer["fields"].as_array().unwrap();
    let container = fields
        .iter()
        .find(|f| f["name"] == "ESM message container")
        .unwrap();
    assert_eq!(container["fields"][0]["name"], "PDN CONNECTIVITY REQUEST");
    assert_eq!(container["fields"][0]["at"], 17);
    let text = String::from_utf8(nas(&["decode", "--eps", REQUEST]).stdout).unwrap();
    assert!(
        text.contains("ATTACH REQUEST") && text.contains("PDN CONNECTIVITY REQUEST"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn protected_messages_are_read_as_far_as_they_can_be() {
    let keys = [
        "--knas-int",
        KEY,
        "--knas-enc",
        KEY,
        "--count",
        "5",
        "--direction",
        "up",
        "--eia",
        "2",
        "--eea",
        "2",
    ];
    let (answer, _) = json(&[&["protect", "--eps", REQUEST], &keys[..]].concat());
    let ciphered = answer["pdu"].as_str().unwrap();
    let (answer, code) = json(&["decode", "--eps", ciphered]);
    assert_eq!(
        (answer["security_header"]["payload"].as_str(), code),
        (Some("ciphered"), 0)
    );
    let (answer, code) = json(&[&["decode", "--eps", ciphered], &keys[..]].concat());
    assert_eq!((answer["name"].as_str(), code), (Some("ATTACH REQUEST"), 0));
    assert_eq!(answer["security_header"]["payload"], "verified");
    assert_eq!(answer["security_header"]["count"], 5);

    let (answer, _) = json(&[&["protect", "--eps", REQUEST, "--header-type", "1"], &keys[..]].concat());
    let (answer, _) = json(&["decode", "--eps", answer["pdu"].as_str().unwrap()]);
    assert_eq!(
        (
            answer["name"].as_str(),
            answer["security_header"]["payload"].as_str()
        ),
        (Some("ATTACH REQUEST"), Some("clear"))
    );

    let (answer, _) = json(&["decode", "--eps", "27eec81e21040201d9"]);
    assert_eq!(answer["name"], "ESM INFORMATION REQUEST");
    assert_eq!(answer["security_header"]["payload"], "null-ciphering-assumed");
    assert_eq!(answer["security_header"]["mac"], "eec81e21");
}

#[test]
fn a_wrong_mac_is_a_finding_and_names_no_plain_text() {
    let keys = [
        "--knas-int",
        KEY,
        "--count",
        "4",
        "--direction",
        "down",
        "--eia",
        "1",
    ];
    let (answer, code) = json(&[&["unprotect", "--eps", "27eec81e21040201d9"], &keys[..]].concat());
    assert_eq!((answer["mac"].as_str(), code), (Some("valid"), 0));
    assert_eq!(
        (answer["plain"].as_str(), answer["count"].as_u64()),
        (Some("0201d9"), Some(4))
    );
    let (answer, code) = json(&[&["unprotect", "--eps", "27eec81e22040201d9"], &keys[..]].concat());
    assert_eq!((answer["mac"].as_str(), code), (Some("invalid"), 1));
    assert_eq!(
        (&answer["plain"], answer["count"].as_u64()),
        (&Value::Null, Some(4))
    );
}

#[test]
fn what_cannot_be_done_says_where_and_why() {
    let cut = error(&["decode", "--eps", "0741710809"]);
    assert!(
        cut.contains("octet 4") && cut.contains("EPS mobile identity"),
        "{cut}"
    );
    let cut = error(&["decode", "--5gs", "7e0041790003010203"]);
    assert!(
        cut.contains("octet 4") && cut.contains("5GS mobile identity"),
        "{cut}"
    );
    assert!(error(&["decode", "--5gs", "0743"]).contains("7e or 2e"));
    assert!(error(&["decode", "--eps", "7e0043"]).contains("give --5gs"));
    assert!(error(&["decode", "--eps", "0743", "--access", "3gpp"]).contains("--access"));
    assert!(error(&["decode", "--eps", "zz"]).contains("neither a file nor hex"));
    let no_key = error(&[
        "protect",
        "--eps",
        "0743",
        "--count",
        "0",
        "--direction",
        "up",
        "--eia",
        "2",
    ]);
    assert!(no_key.contains("--knas-int"), "{no_key}");
    let reserved = [
        "--header-type",
        "7",
        "--count",
        "0",
        "--direction",
        "up",
        "--eia",
        "0",
    ];
    assert!(error(&[&["protect", "--eps", "0743"], &reserved[..]].concat()).contains("1 to 5 and 12"));
}

const FGS_KEYS: [&str; 12] = [
    "--knas-int",
    KEY,
    "--knas-enc",
    KEY,
    "--count",
    "7",
    "--direction",
    "up",
    "--eia",
    "2",
    "--eea",
    "2",
];

#[test]
fn a_message_of_5gs_and_the_one_inside_it() {
    let transport =
        "7e00670100152e0101c1ffff91a12801007b000780000a00000d00120181220101250908696e7465726e6574";
    let (answer, code) = json(&["decode", "--5gs", transport]);
    assert_eq!((answer["name"].as_str(), code), (Some("UL NAS TRANSPORT"), 0));
    assert_eq!(
        answer["security_header"]["name"],
        "Plain 5GS NAS message, not security protected"
    );
    assert_eq!(answer["soft_errors"], serde_json::json!([]));
    let fields = answer["fields"].as_array().unwrap();
    let container = fields.iter().find(|f| f["name"] == "Payload container").unwrap();
    assert_eq!(
        (
            container["fields"][0]["name"].as_str(),
            container["fields"][0]["at"].as_u64()
        ),
        (Some("PDU SESSION ESTABLISHMENT REQUEST"), Some(6))
    );
    let dnn = fields.iter().find(|f| f["name"] == "DNN").unwrap();
    assert_eq!(dnn["value"], "internet");
}

#[test]
fn an_initial_message_of_5gs_hides_and_shows_its_container() {
    let request = "7e004c100007f40040c0ffee0140022000";
    for access in ["3gpp", "non-3gpp"] {
        let keys = [&FGS_KEYS[..], &["--access", access]].concat();
        let (answer, _) = json(&[&["protect", "--5gs", request, "--initial"], &keys[..]].concat());
        let pdu = answer["pdu"].as_str().unwrap();
        assert!(pdu.starts_with("7e01") && !pdu.contains("40022000"), "{pdu}");
        let (answer, code) = json(&[&["unprotect", "--5gs", pdu], &keys[..]].concat());
        assert_eq!((answer["mac"].as_str(), code), (Some("valid"), 0));
        assert_eq!(answer["initial"], request);
        let (answer, _) = json(&[&["decode", "--5gs", pdu], &keys[..]].concat());
        let fields = answer["fields"].as_array().unwrap();
        let container = fields
            .iter()
            .find(|f| f["name"] == "NAS message container")
            .unwrap();
        assert_eq!(container["fields"][0]["name"], "SERVICE REQUEST");
        assert_eq!(answer["soft_errors"], serde_json::json!([]));
        // Without keys the container is octets.
        let (answer, code) = json(&["decode", "--5gs", pdu]);
        assert_eq!(
            (answer["security_header"]["payload"].as_str(), code),
            (Some("clear"), 0)
        );
        let other = if access == "3gpp" { "non-3gpp" } else { "3gpp" };
        let wrong = [&FGS_KEYS[..], &["--access", other]].concat();
        let (answer, code) = json(&[&["unprotect", "--5gs", pdu], &wrong[..]].concat());
        assert_eq!((answer["mac"].as_str(), code), (Some("invalid"), 1));
    }
    let refused = error(&[&["protect", "--5gs", "7e0043", "--initial"], &FGS_KEYS[..]].concat());
    assert!(refused.contains("no initial message"), "{refused}");
    let reserved = [
        &["protect", "--5gs", "7e0043", "--header-type", "5"],
        &FGS_KEYS[..],
    ]
    .concat();
    assert!(error(&reserved).contains("1 to 4"));
}

/// A few rows of each kind of the shared files; all of them are tested in `quintet-nas`.
#[test]
fn shared_rows_both_ways() {
    both_ways("nas_eps.json", "--eps", 20);
    both_ways("nas_5gs.json", "--5gs", 18);
}

fn both_ways(file: &str, system: &str, rows_expected: usize) {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(shared.join("vectors").join(file)) else {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "must run in CI"
        );
        eprintln!("skipped: no shared rows; set QUINTET_SHARED");
        return;
    };
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut checked = 0;
    for row in rows
        .iter()
        .filter(|row| row["type"] == "protected" && row["class"] == "generated")
    {
        let text = |member: &str| {
            row[member]
                .as_str()
                .unwrap_or("00000000000000000000000000000000")
                .to_owned()
        };
        let number = |member: &str| row[member].as_u64().unwrap_or(0).to_string();
        let (knas_int, knas_enc, eia, eea) = (
            text("KNASint"),
            text("KNASenc"),
            number("integrity_algorithm"),
            number("ciphering_algorithm"),
        );
        let count = format!("0x{}", text("count"));
        let direction = if row["direction_bit"] == 0 { "up" } else { "down" };
        let keys = [
            "--knas-int",
            &knas_int,
            "--knas-enc",
            &knas_enc,
            "--count",
            &count,
            "--direction",
            direction,
            "--eia",
            &eia,
            "--eea",
            &eea,
        ];
        let access = if row["bearer"] == 2 { "non-3gpp" } else { "3gpp" };
        let mut keys = keys.to_vec();
        if system == "--5gs" {
            keys.extend(["--access", access]);
        }
        let (pdu, header_type) = (text("pdu"), number("security_header_type"));
        let (answer, code) = json(&[&["unprotect", system, &pdu], &keys[..]].concat());
        let negative = !row["expect"].is_null();
        assert_eq!(code, i32::from(negative), "{}: {answer}", row["id"]);
        checked += 1;
        if negative {
            continue;
        }
        let plain = row["plain_pdu"].as_str().unwrap_or(&pdu);
        assert_eq!(answer["plain"], plain, "{}", row["id"]);
        let (answer, _) = json(
            &[
                &["protect", system, plain, "--header-type", &header_type],
                &keys[..],
            ]
            .concat(),
        );
        assert_eq!(answer["pdu"], pdu, "{}", row["id"]);
    }
    assert_eq!(checked, rows_expected);
}
