//! `quintet serve --events`: what the doctor sees of a node's own messages, a line of JSON each.

use crate::support::mme::{Mme, result};
use crate::support::server::{PROGRAM, Server, Settings, quintet};
use rustix::process::Signal;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const STRANGER: &str = "001017777777777";
const USER_UNKNOWN: u32 = 5001;

fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Plays an AIR of somebody the HSS does not know to a server with these arguments, and stops it.
fn stranger(directory: &Path, arguments: &[&str]) {
    let settings = Settings::new(directory.join("q.db"));
    let mut command = Command::new(PROGRAM);
    command
        .args(["serve", "-c"])
        .arg(settings.write(directory))
        .args(arguments);
    let mut server = Server::run(command);
    let mut mme = Mme::connect(server.address(), "mme.epc.mnc001.mcc001.3gppnetwork.org");
    let air = mme.air(STRANGER, 1, None);
    assert_eq!(result(&mme.ask(&air).unwrap()), USER_UNKNOWN);
    server.signal(Signal::TERM);
    assert_eq!(server.await_end().code(), Some(0));
}

#[test]
fn what_the_hss_refuses_is_told_with_its_finding() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("events.jsonl");
    let name = file.to_str().unwrap();
    stranger(directory.path(), &["--events", name]);
    stranger(directory.path(), &["--events", name, "--identities"]);
    let said = lines(&file);
    let attempts: Vec<&Value> = said.iter().filter_map(|line| line.get("attempt")).collect();
    assert_eq!(attempts.len(), 2, "{said:?}");
    for attempt in &attempts {
        assert_eq!(attempt["outcome"], "failure");
        assert_eq!(attempt["findings"][0]["code"], "subscriber-unknown");
    }
    assert!(said.iter().all(|line| line["schema"] == "quintet.event/1"));
    let imsi = |attempt: &&Value| attempt["subscriber"]["imsi"].as_str().unwrap().to_owned();
    let imsis: Vec<String> = attempts.iter().map(imsi).collect();
    assert!(imsis[0].starts_with("00101") && imsis[0] != STRANGER, "{imsis:?}");
    assert_eq!(imsis[1], STRANGER);
}

#[test]
fn a_place_that_cannot_be_written_is_said_before_anything_starts() {
    let output = quintet(["serve", "--events", "/nowhere/events.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("--events") && said.contains("/nowhere/events.jsonl"),
        "{said}"
    );
}
