//! The program itself: what it answers on the command line.

#![cfg(test)]

use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn an_unknown_command_is_a_usage_error() {
    for arguments in [&[][..], &["tidi"], &["tidy", "now"], &["compliance", "now"]] {
        let output = xtask(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains("usage: cargo xtask tidy"), "{message}");
    }
}

#[test]
fn tidy_ends_with_its_count() {
    let output = xtask(&["tidy"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let last = text.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("tidy: ") && last.ends_with(" warnings"),
        "{text}"
    );
    assert_eq!(output.status.success(), last.contains(" 0 errors"), "{text}");
}

#[test]
fn compliance_says_what_it_would_change_and_changes_nothing() {
    let output = xtask(&["compliance", "--check"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.ends_with("compliance: checked, 0 errors\n"), "{text}");
    assert!(output.status.success());
}
