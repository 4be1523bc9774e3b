//! What cannot be done is said: what, where, and what to do.

use crate::support::{captures, complained, doctor, json, said};
use std::fs;

#[test]
fn what_is_no_capture_costs_no_report_that_was_there() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let at = |name: &str| directory.path().join(name);
    fs::write(at("notes.txt"), b"These are notes, and no capture at all.\n").expect("room for a file");
    for option in ["--html", "--decrypt"] {
        fs::write(at("before"), b"of yesterday").expect("room for a file");
        let output = doctor(directory.path(), &["notes.txt", option, "before"]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert_eq!(
            fs::read(at("before")).expect("it is there"),
            b"of yesterday",
            "{option}"
        );
        let output = doctor(directory.path(), &["notes.txt", option, "new"]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(!at("new").exists(), "{option} made a file for nothing");
    }
}

#[test]
fn wrong_arguments_end_with_2_and_a_reason() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("folder")).expect("room for a directory");
    fs::write(at("empty.pcap"), b"").expect("room for a file");
    fs::write(at("notes.txt"), b"These are notes, and no capture at all.\n").expect("room for a file");
    fs::write(at("s6a.pcapng"), captures::refused("no")).expect("room for a file");
    fs::hard_link(at("s6a.pcapng"), at("link.pcapng")).expect("room for a name");
    for (arguments, expected) in [
        (&[][..], "required"),
        (&["missing.pcap"], "cannot open missing.pcap"),
        (&["folder"], "folder"),
        (&["empty.pcap"], "empty.pcap: not a pcap or pcapng file"),
        (&["notes.txt"], "notes.txt: not a pcap or pcapng file"),
        (&["s6a.pcapng", "missing.pcap"], "cannot open missing.pcap"),
        (&["-", "-"], "standard input (`-`) can be read once only"),
        (
            &["s6a.pcapng", "--html", "s6a.pcapng"],
            "is read and cannot be written too",
        ),
        (
            &["s6a.pcapng", "--decrypt", "link.pcapng"],
            "is read and cannot be written too",
        ),
        (
            &["s6a.pcapng", "--keys", "notes.txt", "--decrypt", "notes.txt"],
            "notes.txt is read and cannot be written too",
        ),
        (
            &["s6a.pcapng", "--hss", "notes.txt", "--html", "notes.txt"],
            "notes.txt is read and cannot be written too",
        ),
        (
            &["s6a.pcapng", "--html", "new", "--decrypt", "new"],
            "new cannot be written twice",
        ),
        (
            &["s6a.pcapng", "--html", "no/such/page.html"],
            "cannot write the page no/such/page.html",
        ),
        (
            &["s6a.pcapng", "--html", "folder"],
            "cannot write the page folder",
        ),
        (
            &["s6a.pcapng", "--compare", "missing.pcap"],
            "cannot open missing.pcap",
        ),
        (&["s6a.pcapng", "--json", "--filter"], "cannot be used with"),
        (&["s6a.pcapng", "--since", "yesterday"], "2024-05-06T07:08:09Z"),
        (&["s6a.pcapng", "--imsi", "12x"], "--imsi"),
        (&["s6a.pcapng", "--dlt", "1=nas-eps"], "those are 147 to 162"),
        (&["s6a.pcapng", "--port", "0"], "--port"),
        (&["s6a.pcapng", "--integrity", "EIA9"], "expected names like EIA2"),
    ] {
        let output = doctor(directory.path(), arguments);
        let error = complained(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
        assert!(!error.contains("panicked"), "{error}");
    }
    assert_eq!(
        fs::read(at("s6a.pcapng")).expect("it is there"),
        captures::refused("no"),
        "untouched"
    );
}

/// `quintet doctor - --decrypt a.pcapng < a.pcapng` would read what it writes.
#[test]
fn what_standard_input_comes_from_is_not_written() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let capture = directory.path().join("s6a.pcapng");
    fs::write(&capture, captures::refused("no")).expect("room for a file");
    for option in ["--decrypt", "--html"] {
        let output = std::process::Command::new(crate::support::PROGRAM)
            .args(["doctor", "-", option, "s6a.pcapng"])
            .current_dir(directory.path())
            .stdin(fs::File::open(&capture).expect("it is there"))
            .output()
            .expect("the program was built with this test");
        let error = complained(&output);
        assert_eq!(output.status.code(), Some(2), "{option}: {error}");
        assert!(error.contains("- is read and cannot be written too"), "{error}");
    }
    assert_eq!(
        fs::read(&capture).expect("it is there"),
        captures::refused("no"),
        "untouched"
    );
}

/// What ciphering hid stands in it.
#[test]
fn a_capture_in_the_clear_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("s6a.pcapng"), captures::refused("no")).expect("room for a file");
    doctor(directory.path(), &["s6a.pcapng", "--decrypt", "clear.pcapng"]);
    let written = fs::metadata(directory.path().join("clear.pcapng")).expect("it was written");
    assert_eq!(written.permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_truncated_capture_is_used_up_to_its_end_and_the_damage_is_said() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let whole = captures::refused("no");
    fs::write(directory.path().join("cut.pcapng"), &whole[..whole.len() - 10]).expect("room for a file");
    let output = doctor(directory.path(), &["cut.pcapng", "--json"]);
    let report = json(&output);
    assert!(
        !report["captures"][0]["damage"]
            .as_array()
            .expect("a list")
            .is_empty(),
        "{report}"
    );
    assert!(
        report["captures"][0]["frames"]
            .as_u64()
            .is_some_and(|frames| frames > 2),
        "{report}"
    );
    let text = said(&doctor(directory.path(), &["cut.pcapng"]));
    assert!(text.contains("damaged: "), "{text}");
}

#[test]
fn a_full_disk_is_said() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("s6a.pcapng"), captures::refused("no")).expect("room for a file");
    let output = doctor(directory.path(), &["s6a.pcapng", "--html", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2));
    let error = complained(&output);
    assert!(
        error.contains("cannot write the page /dev/full") && error.contains("No space left"),
        "{error}"
    );
    for form in ["--json", "--filter", "--verbose"] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let output = std::process::Command::new(crate::support::PROGRAM)
            .args(["doctor", "s6a.pcapng", form])
            .current_dir(directory.path())
            .stdout(full)
            .output()
            .expect("the program was built with this test");
        let error = complained(&output);
        assert_eq!(output.status.code(), Some(2), "{form}: {error}");
        assert!(
            error.contains("cannot write the report to standard output"),
            "{form}: {error}"
        );
    }
}

#[test]
fn a_page_that_was_there_is_replaced_whole() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("s6a.pcapng"), captures::refused("no")).expect("room for a file");
    let page = directory.path().join("report.html");
    fs::write(&page, "x".repeat(1 << 20)).expect("room for a file");
    assert_eq!(
        doctor(directory.path(), &["s6a.pcapng", "--html", "report.html"])
            .status
            .code(),
        Some(1)
    );
    let text = fs::read_to_string(&page).expect("it is there");
    assert!(
        text.starts_with("<!doctype html>") && text.ends_with("</html>\n"),
        "{} octets",
        text.len()
    );
}

#[test]
fn a_capture_cannot_speak_to_the_terminal() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(
        directory.path().join("s6a.pcapng"),
        captures::refused("\u{1b}]0;owned\u{7}\u{9b}2J"),
    )
    .expect("room");
    for arguments in [
        &["s6a.pcapng"][..],
        &["s6a.pcapng", "--filter"],
        &["s6a.pcapng", "--json"],
    ] {
        let output = doctor(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
        assert!(!said(&output).contains(['\u{1b}', '\u{7}']), "{arguments:?}");
    }
    assert!(
        said(&doctor(directory.path(), &["s6a.pcapng"])).contains("]0;owned"),
        "what is harmless of it is shown"
    );
}
