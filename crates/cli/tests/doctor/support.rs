//! The program, and what is needed beside it.

pub(crate) mod captures;

pub(crate) use quintet_browser::{PATIENCE, program};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_quintet");

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
