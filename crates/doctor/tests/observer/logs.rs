//! Logs of NAS PDUs.

use crate::support::{Case, IDENTITY_REQUEST, attach_reject, attach_request, frames};
use quintet_crypto::Direction;
use quintet_doctor::report::Ending;

/// ESM INFORMATION REQUEST, in the clear.
const CLEAR: &[u8] = &[0x02, 0x01, 0xd9];
/// The same, ciphered.
const CIPHERED: &[u8] = &[0x27, 1, 2, 3, 4, 9, 0xaa, 0xbb, 0xcc];

#[test]
fn directions_are_those_of_the_messages() {
    let mut case = Case::new();
    case.log(None, &attach_request(1));
    case.log(None, IDENTITY_REQUEST);
    case.log(None, &attach_reject(7));
    let attempts = case.finish();
    let from: Vec<_> = attempts[0].messages.iter().map(|message| message.from).collect();
    assert_eq!(from, ["UE", "MME", "MME"]);
    assert_eq!(attempts[0].ending, Ending::RejectedBeforeAuthentication);
}

#[test]
fn a_clear_and_a_protected_copy_are_one_message_whichever_comes_first() {
    for pair in [[CLEAR, CIPHERED], [CIPHERED, CLEAR]] {
        let mut case = Case::new();
        case.log(Some(Direction::Uplink), &attach_request(1));
        for octets in pair {
            case.log(Some(Direction::Downlink), octets);
        }
        let attempts = case.finish();
        let messages = &attempts[0].messages;
        assert_eq!(messages.len(), 2, "{pair:x?}");
        assert_eq!(messages[1].name, "ESM INFORMATION REQUEST");
        assert_eq!(messages[1].header, Some("integrity protected and ciphered"));
    }
}

#[test]
fn what_cannot_be_read_goes_the_way_whose_sequence_it_continues() {
    let ciphered = |sequence: u8| [0x27, 1, 2, 3, 4, sequence, 0xaa, 0xbb, 0xcc];
    let mut case = Case::new();
    case.log(Some(Direction::Uplink), &attach_request(1));
    case.log(Some(Direction::Downlink), &ciphered(7));
    case.log(Some(Direction::Uplink), &ciphered(3));
    for sequence in [4, 8, 9, 5] {
        case.log(None, &ciphered(sequence));
    }
    let attempts = case.finish();
    let from: Vec<_> = attempts[0].messages.iter().map(|message| message.from).collect();
    assert_eq!(from, ["UE", "MME", "UE", "UE", "MME", "MME", "UE"]);
}

#[test]
fn what_comes_much_later_is_no_copy() {
    let mut case = Case::new();
    case.log(Some(Direction::Uplink), &attach_request(1));
    case.log(Some(Direction::Downlink), CIPHERED);
    case.wait(5 * crate::support::SECOND);
    case.log(Some(Direction::Downlink), CLEAR);
    assert_eq!(case.finish()[0].messages.len(), 3);
}

#[test]
fn an_initial_message_begins_an_attempt() {
    let mut case = Case::new();
    for round in 1..=3 {
        case.wait(crate::support::SECOND);
        case.log(None, &attach_request(round));
        case.log(None, &attach_reject(7));
    }
    let attempts = case.finish();
    assert_eq!(
        attempts.iter().map(frames).collect::<Vec<_>>(),
        [[1, 2], [3, 4], [5, 6]]
    );
}

#[test]
fn the_same_twice_at_once_is_one_and_after_a_timer_two() {
    let mut case = Case::new();
    for _ in 0..2 {
        case.log(None, &attach_request(1));
    }
    for wait in [0, 0, 6 * crate::support::SECOND] {
        case.wait(wait);
        case.log(None, IDENTITY_REQUEST);
    }
    let attempts = case.finish();
    assert_eq!(attempts.len(), 1);
    assert_eq!(frames(&attempts[0]), [1, 3, 5]);
    let repeated: Vec<_> = attempts[0]
        .messages
        .iter()
        .map(|message| message.repeated)
        .collect();
    assert_eq!(repeated, [false, false, true]);
}
