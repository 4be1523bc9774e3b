//! Keys: with those of the HSS the doctor says which value is wrong and opens what is ciphered, and shows none of them.

use crate::support::{PROGRAM, complained, doctor, json, program, said};
use std::path::Path;
use std::process::Command;

/// ATTACH ACCEPT, which the lab's MME ciphers.
const ATTACH_ACCEPT: &str = "nas_eps.nas_msg_emm_type == 0x42";

/// Runs another command of the program.
fn quintet(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(directory)
        .output();
    let output = output.expect("the program was built with this test");
    assert!(output.status.success(), "{arguments:?}: {}", complained(&output));
    output.stdout
}

/// The codes of all findings, in order.
fn codes(report: &serde_json::Value) -> Vec<String> {
    let attempts = report["attempts"].as_array().expect("a list");
    let findings = attempts
        .iter()
        .flat_map(|attempt| attempt["findings"].as_array().expect("a list"));
    findings
        .map(|finding| finding["code"].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn keys_tell_what_is_wrong_and_are_not_shown() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let here = directory.path();
    let scenarios = ["--scenario", "attach", "--scenario", "wrong-key"];
    let kept = ["--keep", "kept", "--pcap", "lab.pcapng", "--json"];
    quintet(here, &[&["lab"][..], &scenarios, &kept].concat());
    let database = "kept/quintet-lab.db";
    quintet(
        here,
        &[
            "subscriber",
            "export",
            "--db",
            database,
            "--with-keys",
            "--format",
            "csv",
            "keys.csv",
        ],
    );
    // K and OPc of the HSS; KASME, which the capture carries.
    let Some(mut tshark) = program(&["tshark"]) else {
        return;
    };
    let carried = tshark
        .current_dir(here)
        .args(["-r", "lab.pcapng", "-T", "fields", "-e", "diameter.KASME"])
        .output();
    let carried = said(&carried.expect("it was there a moment ago")).replace(':', "");
    let table = std::fs::read_to_string(here.join("keys.csv")).expect("it was written");
    let keys = table.split([',', '\n']).filter(|cell| cell.len() == 32);
    let secrets: Vec<String> = keys
        .chain(carried.split_whitespace())
        .map(str::to_lowercase)
        .collect();
    assert!(
        secrets.iter().filter(|secret| secret.len() == 64).count() >= 2,
        "KASME of two answers"
    );
    assert!(secrets.len() >= 6, "K and OPc of two subscribers");

    let of = |arguments: &[&str]| doctor(here, &[&["lab.pcapng"][..], arguments].concat());
    let by_database = of(&[
        "--hss",
        database,
        "--json",
        "--identities",
        "--html",
        "page.html",
        "--decrypt",
        "clear.pcapng",
    ]);
    let by_table = of(&["--keys", "keys.csv", "--json", "--identities"]);
    assert_eq!(by_database.status.code(), Some(1), "{}", complained(&by_database));
    let codes = codes(&json(&by_database));
    assert!(
        codes.iter().any(|code| code == "usim-other-key"),
        "the card has another key than the HSS: {codes:?}"
    );
    assert_eq!(
        codes,
        self::codes(&json(&by_table)),
        "a table is as good as the database"
    );
    let page = std::fs::read(here.join("page.html")).expect("it was written");
    for said in [
        &by_database.stdout,
        &by_database.stderr,
        &by_table.stdout,
        &of(&["--verbose", "--hss", database]).stdout,
        &page,
    ] {
        let said = String::from_utf8_lossy(said).to_lowercase();
        let shown: Vec<&String> = secrets
            .iter()
            .filter(|secret| said.contains(secret.as_str()))
            .collect();
        assert_eq!(shown, Vec::<&String>::new());
    }

    for (capture, readable) in [("lab.pcapng", false), ("clear.pcapng", true)] {
        let Some(mut tshark) = program(&["tshark"]) else {
            return;
        };
        let found = tshark
            .current_dir(here)
            .args(["-r", capture, "-Y", ATTACH_ACCEPT])
            .output()
            .expect("it is there");
        assert!(found.status.success(), "{capture}: {}", complained(&found));
        assert_eq!(!found.stdout.is_empty(), readable, "{capture}: ATTACH ACCEPT");
    }
}

#[test]
fn keys_that_cannot_be_read_are_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("notes.csv"), "these,are\nno,keys\n").expect("room for a file");
    for (option, file) in [
        ("--keys", "missing.csv"),
        ("--keys", "notes.csv"),
        ("--hss", "missing.db"),
    ] {
        let output = doctor(directory.path(), &["any.pcap", option, file]);
        let error = complained(&output);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(
            error.contains(file) && !error.contains("panicked"),
            "{option} {file}: {error}"
        );
    }
}
