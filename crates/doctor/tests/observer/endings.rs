//! Every way an attempt may end, message by message: those that the labelled captures have, and those they lack.

use crate::support::{Case, IDENTITY_REQUEST, SECOND, attach_reject, attach_request};
use quintet_doctor::report::{Attempt, Ending, Outcome, Reached};

/// What an attempt is made of, behind its ATTACH REQUEST.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Identity,
    Challenge(u8),
    Response,
    Failure(u8),
    AuthenticationReject,
    /// SECURITY MODE COMMAND with this sequence number.
    Command(u8),
    Complete,
    CommandReject,
    Accept(u8),
    AttachComplete,
    Reject(u8),
    Release,
}
use Step::*;

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).expect("hex")
}

fn play(steps: &[Step]) -> Attempt {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    for step in steps {
        let down = |case: &mut Case, octets: &[u8]| case.down(1, 5, 9, octets);
        let up = |case: &mut Case, octets: &[u8]| case.up(1, 5, 9, octets);
        match *step {
            Identity => down(&mut case, IDENTITY_REQUEST),
            Challenge(rand) => {
                let mut octets = vec![0x07, 0x52, 0x03];
                octets.extend([rand; 16]);
                octets.push(16);
                octets.extend([0x11; 16]);
                down(&mut case, &octets);
            }
            Response => up(&mut case, &hex("0753 08 0102030405060708")),
            Failure(21) => up(&mut case, &hex("075c 15 30 0e 0102030405060708090a0b0c0d0e")),
            Failure(cause) => up(&mut case, &[0x07, 0x5c, cause]),
            AuthenticationReject => down(&mut case, &hex("0754")),
            Command(sequence) => {
                let mut octets = hex("37 01020304 00 075d 02 03 02e0e0");
                octets[5] = sequence;
                down(&mut case, &octets);
            }
            Complete => up(&mut case, &hex("47 01020304 00 075e")),
            CommandReject => up(&mut case, &hex("075f 17")),
            Accept(sequence) => {
                let mut octets = hex("27 01020304 00 0742 01 49 06 00 00f110 0007 0003 5201c1");
                octets[5] = sequence;
                down(&mut case, &octets);
            }
            AttachComplete => up(&mut case, &hex("27 01020304 01 0743 0003 5200c2")),
            Reject(cause) => down(&mut case, &attach_reject(cause)),
            Release => case.release(1, 5, 9),
        }
    }
    let mut attempts = case.finish().to_vec();
    assert_eq!(attempts.len(), 1, "{steps:?}");
    attempts.remove(0)
}

/// Steps, how they end, where they broke, the cause.
type Row = (
    &'static [Step],
    Ending,
    Option<&'static str>,
    Option<&'static str>,
);

const IDENTIFICATION: Option<&str> = Some("identification");
const AUTHENTICATION: Option<&str> = Some("authentication");
const BETWEEN: Option<&str> = Some("authentication->security-mode");
const SECURITY_MODE: Option<&str> = Some("security-mode");
const POST: Option<&str> = Some("post-security");

const ROWS: &[Row] = &[
    (&[], Ending::NoNetworkAnswer, Some("initial-message"), None),
    (&[Identity], Ending::Incomplete, IDENTIFICATION, None),
    (
        &[Identity, Reject(8)],
        Ending::RejectedBeforeAuthentication,
        IDENTIFICATION,
        Some("#8"),
    ),
    (
        &[Identity, Release],
        Ending::ReleasedBeforeAuthentication,
        IDENTIFICATION,
        Some("nas:"),
    ),
    (
        &[Challenge(1)],
        Ending::AuthenticationNoResponse,
        AUTHENTICATION,
        None,
    ),
    (
        &[Challenge(1), Challenge(1)],
        Ending::AuthenticationNoResponse,
        AUTHENTICATION,
        None,
    ),
    (
        &[Challenge(1), Failure(20)],
        Ending::AuthenticationMacFailure,
        AUTHENTICATION,
        Some("#20"),
    ),
    (
        &[Challenge(1), Failure(21)],
        Ending::AuthenticationSyncFailure,
        AUTHENTICATION,
        Some("#21"),
    ),
    (
        &[Challenge(1), Failure(26)],
        Ending::NonEpsAuthenticationUnacceptable,
        AUTHENTICATION,
        Some("#26"),
    ),
    (
        &[Challenge(1), Response, AuthenticationReject],
        Ending::AuthenticationRejected,
        AUTHENTICATION,
        None,
    ),
    (
        &[Challenge(1), Failure(20), AuthenticationReject],
        Ending::AuthenticationRejected,
        AUTHENTICATION,
        Some("#20"),
    ),
    (
        &[Challenge(1), Failure(20), Reject(3)],
        Ending::RejectedAfterAuthenticationFailure,
        AUTHENTICATION,
        Some("#20"),
    ),
    (
        &[Challenge(1), Response],
        Ending::AuthenticationOkSmcNeverStarted,
        BETWEEN,
        None,
    ),
    (
        &[Challenge(1), Response, Reject(17)],
        Ending::RejectedAfterAuthentication,
        BETWEEN,
        Some("#17"),
    ),
    (
        &[Challenge(1), Failure(21), Challenge(2), Response, Command(0)],
        Ending::SmcNoResponse,
        SECURITY_MODE,
        None,
    ),
    (
        &[Challenge(1), Response, Command(0), CommandReject],
        Ending::SmcRejected,
        SECURITY_MODE,
        Some("#23"),
    ),
    (
        &[Challenge(1), Response, Command(0), Reject(5)],
        Ending::RejectedDuringSecurityMode,
        SECURITY_MODE,
        Some("#5"),
    ),
    (
        &[Challenge(1), Response, Command(0), Complete],
        Ending::SmcCompleteThenNothing,
        POST,
        None,
    ),
    (
        &[Challenge(1), Response, Command(0), Complete, Command(1)],
        Ending::SmcCompleteNotAccepted,
        SECURITY_MODE,
        None,
    ),
    (
        &[Challenge(1), Response, Command(0), Complete, Reject(6)],
        Ending::RejectedAfterSecurityMode,
        POST,
        Some("#6"),
    ),
    (
        &[Challenge(1), Response, Command(0), Complete, Accept(1), Accept(2)],
        Ending::AcceptRetransmittedNoComplete,
        POST,
        None,
    ),
    (
        &[
            Challenge(1),
            Response,
            Command(0),
            Complete,
            Accept(1),
            AttachComplete,
            Release,
        ],
        Ending::Success,
        None,
        None,
    ),
    (
        &[Challenge(1), Response, Command(0), Complete, AttachComplete],
        Ending::Success,
        None,
        None,
    ),
    (
        &[
            Challenge(1),
            Response,
            Command(0),
            Complete,
            Command(1),
            Complete,
            Accept(1),
            Accept(2),
            AttachComplete,
        ],
        Ending::Success,
        None,
        None,
    ),
];

#[test]
fn each_ending_by_its_last_step() {
    for (steps, ending, broken_at, cause) in ROWS {
        let attempt = play(steps);
        assert_eq!(
            (attempt.ending, attempt.broken_at),
            (*ending, *broken_at),
            "{steps:?}"
        );
        let said = attempt.cause.as_deref();
        match cause {
            Some(cause) => assert!(
                said.is_some_and(|said| said.starts_with(cause)),
                "{steps:?}: {said:?}"
            ),
            None => assert_eq!(said, None, "{steps:?}"),
        }
    }
}

#[test]
fn how_far_it_came_and_under_what() {
    let all = [
        Challenge(1),
        Response,
        Command(0),
        Complete,
        Accept(1),
        AttachComplete,
    ];
    let reached: Vec<_> = (0..=all.len()).map(|count| play(&all[..count]).reached).collect();
    assert_eq!(
        reached,
        [
            Reached::Initial,
            Reached::Authentication,
            Reached::Authentication,
            Reached::SecurityMode,
            Reached::SecurityMode,
            Reached::Protected,
            Reached::Complete,
        ]
    );
    let attempt = play(&all);
    assert_eq!(attempt.outcome, Outcome::Success);
    let security = &attempt.security;
    assert_eq!(
        (security.ksi, security.integrity, security.ciphering),
        (Some(3), Some("128-EIA2"), Some("EEA0"))
    );
    assert_eq!(security.first_protected_frame, Some(6));
    assert_eq!(
        security.offered,
        ["EEA0", "128-EEA1", "128-EEA2", "EIA0", "128-EIA1", "128-EIA2"]
    );
}

/// A UE is challenged once, `again` more times; the capture goes on for so many seconds behind it.
fn challenged(again: usize, seconds: i64) -> Attempt {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    let mut challenge = vec![0x07, 0x52, 0x03];
    challenge.extend([7; 16]);
    challenge.push(16);
    challenge.extend([0x11; 16]);
    case.down(1, 5, 9, &challenge);
    for _ in 0..again {
        case.wait(6_000_000_000);
        case.down(1, 5, 9, &challenge);
    }
    case.wait(seconds * 1_000_000_000);
    // Another UE's message is the last frame.
    case.initial(1, 6, &attach_request(2), None);
    case.finish()[0].clone()
}

#[test]
fn a_capture_that_ends_inside_a_timer_does_not_tell_of_a_failure() {
    let cut = challenged(0, 2);
    assert_eq!(
        (cut.outcome, cut.ending),
        (Outcome::Incomplete, Ending::AuthenticationNoResponse)
    );
    for (again, seconds) in [(0, 7), (1, 2)] {
        let silent = challenged(again, seconds);
        assert_eq!(
            (silent.outcome, silent.ending),
            (Outcome::Failure, Ending::AuthenticationNoResponse),
            "{again} more times, then {seconds} s"
        );
    }
}

#[test]
fn the_end_of_the_capture_is_told_where_something_may_lie_behind_it() {
    let challenge = [&[0x07, 0x52, 0][..], &[6; 16], &[16], &[7; 16]].concat();
    let cut = |refused: bool, after: i64| {
        let mut case = Case::new();
        case.initial(1, 5, &attach_request(1), None);
        if refused {
            case.down(1, 5, 100, &attach_reject(7));
        } else {
            case.down(1, 5, 100, &challenge);
            case.wait(6 * SECOND);
            case.down(1, 5, 100, &challenge);
        }
        case.wait(after * SECOND);
        case.initial(1, 6, &attach_request(2), None);
        let attempts = case.finish();
        let told = |at: usize| {
            let shown = &attempts[at].not_shown;
            shown.iter().any(|line| line.starts_with("the capture ends"))
        };
        assert!(told(1), "it has just begun");
        (attempts[0].outcome, told(0))
    };
    assert_eq!(
        cut(true, 3),
        (Outcome::Failure, false),
        "nothing follows a reject"
    );
    assert_eq!(
        cut(false, 20),
        (Outcome::Failure, false),
        "no answer came in time"
    );
    assert_eq!(cut(false, 3), (Outcome::Failure, true), "T3460 still runs");
}
