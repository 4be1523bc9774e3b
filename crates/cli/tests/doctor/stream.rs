//! Pipes: read as they come, given up when nobody listens, ended by Ctrl-C; and two runs beside each other.

use crate::support::{PATIENCE, PROGRAM, captures, complained, doctor, json};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;

fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(PROGRAM);
    command.arg("doctor").args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the program was built with this test")
}

/// Its end, within reason, and all it said.
fn ended(mut child: Child) -> (ExitStatus, String, String) {
    let (done, waited) = channel();
    std::thread::spawn(move || {
        let mut out = String::new();
        let mut err = String::new();
        if let Some(mut pipe) = child.stdout.take() {
            pipe.read_to_string(&mut out).expect("UTF-8");
        }
        if let Some(mut pipe) = child.stderr.take() {
            pipe.read_to_string(&mut err).expect("UTF-8");
        }
        let status = child.wait().expect("it was started");
        let _ = done.send((status, out, err));
    });
    waited.recv_timeout(PATIENCE).expect("it ends in time")
}

#[test]
fn ctrl_c_on_a_pipe_reports_what_was_found() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut child = start(&["-", "--json"]);
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(&captures::refused("no")).expect("it listens");
        stdin.flush().expect("it listens");
        // The beginning of the report says that signals are taken over.
        let mut begun = [0; 1];
        let out = child.stdout.as_mut().expect("it is piped");
        out.read_exact(&mut begun).expect("the report begins");
        let pid = Pid::from_child(&child);
        kill_process(pid, signal).expect("it runs");
        let (status, rest, err) = ended(child);
        drop(stdin);
        let report: serde_json::Value = serde_json::from_str(&format!("{{{rest}")).expect("one object");
        assert_eq!(report["doctor"]["interrupted"], true, "{err}");
        // The signal may come before any frame was looked at, or between the request and its answer.
        let failed = report["totals"]["eps"]["failure"].as_u64().unwrap_or(0);
        let text = report["attempts"].to_string();
        let bad = failed > 0 || text.contains("\"severity\":\"fault\"");
        assert_eq!(status.code(), Some(i32::from(bad)), "{text}\n{err}");
    }
}

#[test]
fn what_was_found_before_ctrl_c_is_reported() {
    let mut child = start(&["-", "--json"]);
    let mut stdin = child.stdin.take().expect("it is piped");
    let capture = std::fs::read(captures::lab()).expect("it was made");
    stdin.write_all(&capture).expect("it listens");
    stdin.flush().expect("it listens");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut said = String::new();
    // The second line ends when a second attempt follows the first.
    for _ in 0..2 {
        out.read_line(&mut said).expect("UTF-8");
    }
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    out.read_to_string(&mut said).expect("UTF-8");
    let (status, _, err) = ended(child);
    drop(stdin);
    let report: serde_json::Value = serde_json::from_str(&said).expect("one object");
    assert_eq!(report["doctor"]["interrupted"], true, "{err}");
    assert!(
        report["attempts"]
            .as_array()
            .is_some_and(|attempts| attempts.len() > 1),
        "{said}"
    );
    assert_eq!(status.code(), Some(1), "{err}");
}

#[test]
fn an_attempt_is_told_while_the_pipe_goes_on() {
    let mut child = start(&["-"]);
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin
        .write_all(&std::fs::read(captures::lab()).expect("it was made"))
        .expect("it listens");
    stdin.flush().expect("it listens");
    let (line, told) = channel();
    let out = child.stdout.take().expect("it is piped");
    std::thread::spawn(move || {
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        let _ = line.send(lines.next());
        lines.for_each(drop);
    });
    let first = told
        .recv_timeout(PATIENCE)
        .expect("it says something before its input ends");
    assert!(first.is_some_and(|line| line.contains("#1 attach")));
    drop(stdin);
    let (status, _, err) = ended(child);
    assert_eq!(status.code(), Some(1), "{err}");
}

#[test]
fn a_pipe_gives_what_the_file_gives() {
    let mut child = start(&["-", "--json", "--identities"]);
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin
        .write_all(&std::fs::read(captures::lab()).expect("it was made"))
        .expect("it listens");
    drop(stdin);
    let (_, out, _) = ended(child);
    let piped: serde_json::Value = serde_json::from_str(&out).expect("one object");
    let read = json(&doctor(
        Path::new("."),
        &[captures::lab().to_str().expect("ASCII"), "--json", "--identities"],
    ));
    assert_eq!(piped["attempts"], read["attempts"]);
}

#[test]
fn a_reader_that_goes_away_is_no_fault_and_the_page_is_written_all_the_same() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let page = directory.path().join("report.html");
    let lab = captures::lab().display();
    for (more, wanted) in [
        (String::new(), false),
        (format!("--html {}", page.display()), true),
    ] {
        let script = format!("{PROGRAM} doctor {lab} --verbose {more} 2>\"$0\" | head -n 1");
        let errors = directory.path().join("errors");
        let output = Command::new("sh")
            .args(["-c", &script])
            .arg(&errors)
            .output()
            .expect("a shell");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
        assert_eq!(std::fs::read_to_string(&errors).expect("the shell made it"), "");
        assert_eq!(page.exists(), wanted);
    }
}

#[test]
fn two_at_once_do_not_disturb_each_other() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let lab = captures::lab().to_str().expect("ASCII");
    let pages = ["one.html", "two.html"].map(|name| directory.path().join(name));
    let children = pages.each_ref().map(|page| {
        start(&[
            lab,
            "--json",
            "--identities",
            "--html",
            page.to_str().expect("ASCII"),
        ])
    });
    let [one, two] = children.map(|child| {
        let output = child.wait_with_output().expect("it was started");
        assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
        json(&output)
    });
    assert_eq!(one, two);
    assert!(pages.iter().all(|page| page.is_file()));
}
