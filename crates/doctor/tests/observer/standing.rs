//! How an attempt stands while it goes on: as far as it came, with the findings that are certain by then.

use crate::support::{Case, attach_request};
use quintet_doctor::Settings;
use quintet_doctor::report::{Outcome, Reached, Severity};

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).expect("hex")
}

fn challenge() -> Vec<u8> {
    let mut octets = vec![0x07, 0x52, 0x03];
    octets.extend([1; 16]);
    octets.push(16);
    octets.extend([0x11; 16]);
    octets
}

fn is_faulty(attempt: &quintet_doctor::report::Attempt) -> bool {
    attempt
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Fault)
}

#[test]
fn each_message_is_told_with_what_is_certain_by_then() {
    let mut case = Case::with(Settings {
        identities: true,
        standing: true,
        ..Settings::default()
    });
    case.initial(1, 5, &attach_request(1), None);
    case.down(1, 5, 9, &challenge());
    case.up(1, 5, 9, &hex("0753 08 0102030405060708"));
    case.down(1, 5, 9, &hex("37 01020304 00 075d 02 03 02e0e0"));
    // What waits for an answer is no fault yet.
    assert_eq!(case.standing.len(), 4);
    for (n, attempt) in case.standing.iter().enumerate() {
        assert_eq!(attempt.id, case.standing[0].id);
        assert_eq!(attempt.messages.len(), n + 1);
        assert_ne!(attempt.outcome, Outcome::Failure, "message {n}");
        assert!(!is_faulty(attempt), "message {n}: {:?}", attempt.findings);
    }
    assert_eq!(case.standing[1].reached, Reached::Authentication);
    case.up(1, 5, 9, &hex("075f 17"));
    let rejected = case.standing.last().expect("it is told");
    assert_eq!(rejected.findings[0].code, "smc-rejected-capabilities");
    assert!(case.attempts.is_empty(), "it goes on");
    let id = rejected.id;
    assert_eq!(case.finish()[0].id, id);
}

#[test]
fn nothing_is_told_unless_it_is_wanted() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    assert!(case.standing.is_empty());
}
