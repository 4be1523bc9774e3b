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

/// Plays every scenario of a technology by one seed, and answers what is shown.
///
/// The lab runs in real time: a machine that stalls for half a second makes a timer late. What is wrong stays wrong, so one that
/// fails is played again alone; the same scenarios are held to their endings on virtual time in `crates/sim`.
fn play_all(directory: &Path, technology: &str) -> String {
    let output = lab(directory, &[technology, "--seed", "7"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let failed: Vec<&str> = text.lines().filter(|line| line.starts_with('✗')).collect();
    assert_eq!(
        output.status.code(),
        Some(i32::from(!failed.is_empty())),
        "{failed:#?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in failed {
        let name = line.split_whitespace().nth(1).unwrap();
        let alone = tempfile::tempdir().unwrap();
        let again = lab(alone.path(), &[technology, "--scenario", name, "--seed", "7"]);
        let said = String::from_utf8_lossy(&again.stdout);
        assert_eq!(again.status.code(), Some(0), "twice: {line}\n{said}");
    }
    text
}

/// All of this is in the ladders, which are no wider than they may be.
fn is_shown(text: &str, all: &[&str]) {
    let drawn = text.lines().filter(|line| line.contains('│'));
    // What stands beside the lifelines, without the breaks of its lines.
    let beside = drawn.clone().filter_map(|line| line.rsplit(['│', '●']).next());
    let told = beside.map(str::trim).collect::<Vec<_>>().join(" ");
    assert!(
        drawn
            .map(|line| line.chars().count())
            .max()
            .is_some_and(|widest| widest <= 100)
    );
    for expected in all {
        assert!(
            text.contains(expected) || told.contains(expected),
            "{expected} is not shown"
        );
    }
}
