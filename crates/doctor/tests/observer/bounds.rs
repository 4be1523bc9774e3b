//! Nothing grows without end.

use crate::support::{Case, SECOND, SERVICE_REQUEST, attach_request};
use quintet_doctor::observer::{MAX_ATTEMPTS, MAX_SILENCE_NS};
use quintet_doctor::report::Ending;
use quintet_doctor::trail::MAX_MESSAGES;

#[test]
fn a_flood_of_connections_ends_the_longest_silent() {
    let mut case = Case::new();
    let count = MAX_ATTEMPTS + 100;
    for enb in 0..count {
        case.initial(1, enb as u32, SERVICE_REQUEST, None);
    }
    assert_eq!(case.attempts.len(), 100);
    assert!(case.attempts.iter().all(|attempt| attempt.id <= 100));
    assert_eq!(case.finish().len(), count);
}

#[test]
fn an_attempt_of_many_messages_keeps_the_first_and_the_last() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    for sequence in 0..2 * MAX_MESSAGES {
        let [high, low] = (sequence as u16).to_be_bytes();
        case.down(1, 5, 100, &[0x27, 1, 2, high, low, 0, 0xaa, 0xbb, 0xcc]);
    }
    let attempts = case.finish();
    let messages = &attempts[0].messages;
    assert_eq!(messages.len(), MAX_MESSAGES);
    let frames = |range: std::ops::Range<usize>| messages[range.end - 1].frame - messages[range.start].frame;
    let half = MAX_MESSAGES / 2;
    assert_eq!(frames(0..half), half as u64 - 1, "the first ones are all there");
    assert_eq!(frames(half..MAX_MESSAGES), half as u64 - 1, "and the last ones");
    assert!(
        attempts[0]
            .not_shown
            .iter()
            .any(|line| line.contains("more messages")),
        "{:?}",
        attempts[0].not_shown
    );
}

#[test]
fn silence_ends_an_attempt() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.wait(MAX_SILENCE_NS + SECOND);
    case.initial(1, 6, &attach_request(2), None);
    assert_eq!(case.attempts.len(), 1);
    assert_eq!(case.attempts[0].ending, Ending::NoNetworkAnswer);
}
