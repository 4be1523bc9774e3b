//! `quintet lab` as its users run it: the program, its output, its capture.

#![cfg(test)]

mod fgs;
mod ims;
mod lte;
mod s6a;

use std::path::Path;
use std::process::{Command, Output};

fn lab(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quintet"));
    command.arg("lab").args(arguments).current_dir(directory);
    command.output().expect("the program was built with this test")
}

fn json(output: &Output) -> serde_json::Value {
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| panic!("{fault}; stderr: {error}"))
}

#[test]
fn what_cannot_be_done_is_said() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["lte", "s6a"][..], "one network at a time"),
        (&["5g", "--scenario", "registre"], "did you mean `register`?"),
        (&["5g", "--scenario", "attach"], "there is no scenario `attach`"),
        (&["--scenario", "nonsense"], "choose of attach, "),
        (&["s6a", "--scenario", "nonsense"], "attach, tuak"),
        (&["--scenario", "atach"], "did you mean `attach`?"),
        (
            &["--pcap", "/dev/full", "--scenario", "attach"],
            "cannot write the capture /dev/full",
        ),
        (
            &["--pcap", "no/such/directory/x.pcapng"],
            "cannot write the capture no/such/directory/x.pcapng",
        ),
        (&["--rate", "0"], "0.001 to 100000"),
    ] {
        let output = lab(directory.path(), arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}

/// tshark on the capture of a directory; `None` where there is none, which fails in CI.
fn tshark(directory: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("tshark");
    command
        .args(["-r", "quintet-lab.pcapng"])
        .args(arguments)
        .current_dir(directory);
    let Ok(output) = command.output() else {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "must run in CI: no tshark"
        );
        eprintln!("skipped: no tshark");
        return None;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn scenarios_are_listed_with_a_line_each() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["--list"][..], "smc-reject-capability"),
        (&["--list"], "suci-wrong-key"),
        (&["5g", "--list"], "res-star-mismatch"),
        (&["s6a", "--list"], "tuak-256"),
        (&["ims", "--list"], "secagree-tampered"),
    ] {
        let text = String::from_utf8(lab(directory.path(), arguments).stdout).unwrap();
        let row = text.lines().find(|line| line.starts_with(expected));
        assert!(row.is_some_and(|row| row.len() > expected.len() + 10), "{text}");
    }
    assert!(
        !directory.path().join("quintet-lab.pcapng").exists(),
        "nothing was played"
    );
}
