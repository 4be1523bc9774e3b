//! The program, and what is needed beside it.

pub(crate) mod browser;
pub(crate) mod captures;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_quintet");

/// How long anything may take before it counts as hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// `quintet doctor` with these arguments, in this directory.
pub(crate) fn doctor(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command
        .arg("doctor")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null());
    command.output().expect("the program was built with this test")
}

/// Standard output as text.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the report is UTF-8")
}

/// Standard error as text.
pub(crate) fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The one JSON object on standard output.
pub(crate) fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|fault| panic!("{fault}; stderr: {}", complained(output)))
}

/// A program of the machine, by the first of these names; `None`, and a line that says so, where there is none. CI has all.
pub(crate) fn program(names: &[&str]) -> Option<Command> {
    let found = names.iter().find(|name| {
        let asked = Command::new(name)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "must run in CI: none of {names:?} is there"
        );
        eprintln!("skipped: none of {names:?} is there");
    }
    found.map(Command::new)
}
