//! Every code: an attempt that has it, and one that is like it and has it not.

use super::rules;
use crate::findings::catalogue::{self as c, Code};
use crate::report::Technology;
use crate::s6a::Lone;
use crate::s6a::support::{HOME, IMSI, Tap, To, air, plmn};
use crate::sbi::{Exchange, Operation, State, Verdict};
use crate::trail::{Area, Procedure, Trail};
use quintet_capture::{FlowId, HttpState, Seen, Timestamp};
use quintet_identity::fgs::Tai;

const MS: i64 = 1_000_000;

/// A registration of which nothing is known but its cell.
pub(crate) fn trail() -> Trail {
    let mut lone = Lone::new();
    let mut tap = Tap::new();
    tap.pass(1, To::Hss, &air(0, IMSI));
    lone.add(tap.last().clone());
    lone.finish();
    let mut trail = lone.poll(Timestamp(0)).expect("an attempt");
    trail.s6a.clear();
    trail.technology = Technology::Fgs;
    trail.procedure = Procedure::Registration;
    trail.first = seen(0);
    trail.last = seen(100);
    trail.now = Timestamp(60_000 * MS);
    trail.area = Some(Area::Fgs(Tai {
        plmn: plmn(HOME),
        tac: "000001".parse().expect("a TAC"),
    }));
    trail
}

fn seen(ms: i64) -> Seen {
    Seen {
        file: 0,
        frame: 1 + ms as u64,
        time: Timestamp(ms * MS),
    }
}

/// Asked at 10 ms, answered 20 ms later.
pub(crate) fn exchange(operation: Operation, status: u16, cause: Option<&str>) -> Exchange {
    Exchange {
        id: 1,
        flow: FlowId(1),
        operation,
        supi: None,
        suci: None,
        serving_network_name: Some(super::name_of(plmn(HOME))),
        resynchronization: false,
        rand: None,
        autn: None,
        hxres_star: None,
        result: None,
        status: Some(status),
        cause: cause.map(str::to_owned),
        request: Some(seen(10)),
        answer: Some(seen(30)),
        state: State::Answered,
    }
}

fn unanswered(operation: Operation, state: State) -> Exchange {
    Exchange {
        status: None,
        answer: None,
        state,
        ..exchange(operation, 0, None)
    }
}

fn confirmed(result: Verdict) -> Exchange {
    Exchange {
        result: Some(result),
        ..exchange(Operation::Confirm5gAka, 200, None)
    }
}

fn named(name: &str) -> Exchange {
    Exchange {
        serving_network_name: Some(name.to_owned()),
        ..granted()
    }
}

fn granted() -> Exchange {
    exchange(Operation::Authenticate, 201, None)
}

fn refused(cause: &str) -> Exchange {
    exchange(Operation::GenerateAuthData, 403, Some(cause))
}

fn codes(exchanges: Vec<Exchange>) -> Vec<&'static str> {
    let mut trail = trail();
    trail.sbi = exchanges;
    let found = rules(&trail);
    for finding in &found {
        assert!(
            !finding.frames.is_empty() && !finding.causes.is_empty(),
            "{finding:?}"
        );
    }
    found.iter().map(|finding| finding.code).collect()
}

/// HXRES* of the vector that the UDM hands out.
const HXRES_STAR: [u8; 16] = [7; 16];

/// A vector of the UDM, and what the AUSF makes of it.
fn starred(hxres_star: [u8; 16]) -> Vec<Exchange> {
    let made = Exchange {
        rand: Some([1; 16]),
        hxres_star: Some(HXRES_STAR),
        ..exchange(Operation::GenerateAuthData, 200, None)
    };
    let handed_out = Exchange {
        rand: Some([1; 16]),
        hxres_star: Some(hxres_star),
        ..granted()
    };
    vec![made, handed_out]
}

/// A code, exchanges that have it, and some that have it not.
type Row = (&'static Code, fn() -> Vec<Exchange>, fn() -> Vec<Exchange>);

const TABLE: &[Row] = &[
    (
        &c::SUCI_DECONCEALMENT_FAILED,
        || vec![refused("INVALID_HN_PUBLIC_KEY_IDENTIFIER")],
        || vec![refused("AUTHENTICATION_REJECTED")],
    ),
    (
        &c::SUCI_DECONCEALMENT_FAILED,
        || {
            vec![exchange(
                Operation::GenerateAuthData,
                501,
                Some("UNSUPPORTED_PROTECTION_SCHEME"),
            )]
        },
        || vec![exchange(Operation::GenerateAuthData, 404, Some("USER_NOT_FOUND"))],
    ),
    (
        &c::SUBSCRIBER_UNKNOWN_5G,
        || vec![exchange(Operation::Authenticate, 404, Some("USER_NOT_FOUND"))],
        || vec![exchange(Operation::Authenticate, 404, Some("CONTEXT_NOT_FOUND"))],
    ),
    (
        &c::SERVING_NETWORK_REFUSED,
        || {
            vec![exchange(
                Operation::Authenticate,
                403,
                Some("SERVING_NETWORK_NOT_AUTHORIZED"),
            )]
        },
        || vec![granted()],
    ),
    (
        &c::SERVING_NETWORK_NAME_WRONG,
        || vec![named("5G:mnc01.mcc001.3gppnetwork.org")],
        || vec![named("5G:mnc001.mcc001.3gppnetwork.org")],
    ),
    (
        &c::RES_STAR_MISMATCH,
        || vec![confirmed(Verdict::Failure)],
        || vec![confirmed(Verdict::Success)],
    ),
    (
        &c::AUSF_UNREACHABLE,
        || {
            vec![unanswered(
                Operation::Authenticate,
                State::Broken(HttpState::Aborted),
            )]
        },
        || {
            vec![
                exchange(Operation::Authenticate, 504, None),
                unanswered(Operation::GenerateAuthData, State::Open),
            ]
        },
    ),
    (
        &c::UDM_UNREACHABLE,
        || {
            vec![exchange(
                Operation::Authenticate,
                504,
                Some("UPSTREAM_SERVER_ERROR"),
            )]
        },
        || vec![exchange(Operation::Authenticate, 503, Some("NF_CONGESTION"))],
    ),
    (
        &c::UDM_SLOW,
        || {
            vec![Exchange {
                answer: Some(seen(2_010)),
                ..granted()
            }]
        },
        || {
            vec![Exchange {
                answer: Some(seen(2_009)),
                ..granted()
            }]
        },
    ),
    (&c::HXRES_STAR_WRONG, || starred([5; 16]), || starred(HXRES_STAR)),
    (
        &c::EAP_FAILED,
        || {
            vec![Exchange {
                result: Some(Verdict::Failure),
                ..exchange(Operation::EapSession, 200, None)
            }]
        },
        || vec![confirmed(Verdict::Failure)],
    ),
    (
        &c::SUBSCRIPTION_REFUSES,
        || vec![exchange(Operation::AmfRegistration, 403, Some("RAT_NOT_ALLOWED"))],
        || {
            vec![exchange(
                Operation::AmfRegistration,
                403,
                Some("CONTEXT_NOT_FOUND"),
            )]
        },
    ),
    (
        &c::SBI_REFUSED,
        || vec![refused("AUTHENTICATION_REJECTED")],
        || vec![refused("INVALID_SCHEME_OUTPUT")],
    ),
];

#[test]
fn every_row_finds_its_code_and_not_where_it_is_not() {
    for (code, has, has_not) in TABLE {
        let (has, has_not) = (codes(has()), codes(has_not()));
        assert!(has.contains(&code.name), "{} not found, but {has:?}", code.name);
        assert!(!has_not.contains(&code.name), "{} found: {has_not:?}", code.name);
    }
}

#[test]
fn every_code_has_a_row() {
    let chapter = c::ALL
        .iter()
        .find(|chapter| chapter.title == "AUSF and UDM (SBI)");
    // `findings/tests/stars.rs` has the one that takes a UE's answer.
    let codes = chapter.expect("the chapter").codes.iter();
    for code in codes.filter(|code| code.name != c::HXRES_STAR_MISMATCH.name) {
        assert!(
            TABLE.iter().any(|(row, ..)| row.name == code.name),
            "{}",
            code.name
        );
    }
}

#[test]
fn a_healthy_registration_has_no_finding_and_a_refusal_on_two_hops_one() {
    let healthy = vec![
        granted(),
        exchange(Operation::GenerateAuthData, 200, None),
        confirmed(Verdict::Success),
        exchange(Operation::AuthEvent, 201, None),
    ];
    assert_eq!(codes(healthy), [""; 0]);
    let twice = vec![
        exchange(Operation::Authenticate, 404, Some("USER_NOT_FOUND")),
        exchange(Operation::GenerateAuthData, 404, Some("USER_NOT_FOUND")),
    ];
    assert_eq!(codes(twice), ["subscriber-unknown-5g"]);
}

/// What the reader of the capture had no room for was perhaps answered, and what a server turned away unseen was asked again.
#[test]
fn an_exchange_that_was_not_seen_through_is_no_silence() {
    let gone = || unanswered(Operation::Authenticate, State::Broken(HttpState::GoneAway(0)));
    let refused = HttpState::Reset {
        by_client: false,
        code: 7,
    };
    assert_eq!(
        codes(vec![unanswered(
            Operation::Authenticate,
            State::Broken(HttpState::GivenUp)
        )]),
        [""; 0]
    );
    assert_eq!(codes(vec![gone(), granted()]), [""; 0]);
    assert_eq!(
        codes(vec![
            unanswered(Operation::Authenticate, State::Broken(refused)),
            granted()
        ]),
        [""; 0]
    );
    assert_eq!(codes(vec![gone()]), ["ausf-unreachable"]);
    assert_eq!(
        codes(vec![granted(), gone()]),
        ["ausf-unreachable"],
        "not asked again"
    );
}
