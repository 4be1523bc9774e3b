//! HXRES* beside the UE's RES*.

use super::tale::Tale;
use crate::findings::catalogue as c;
use crate::findings::sbi::tests::exchange;
use crate::outcome::Verdict;
use crate::report::Reached;
use crate::sbi::{Exchange, Operation};
use crate::trail::Procedure;
use quintet_crypto::fgs::ResStar;

const RAND: [u8; 16] = [3; 16];
const RES_STAR: [u8; 16] = [9; 16];

/// A challenge and the UE's answer, with what the AUSF handed out.
fn answered(hxres_star: [u8; 16]) -> Tale {
    let mut challenge = vec![0x7e, 0x00, 0x56, 0x00, 0x02, 0x00, 0x00, 0x21];
    challenge.extend(RAND);
    challenge.extend([0x20, 0x10]);
    challenge.extend([4; 16]);
    let mut response = vec![0x7e, 0x00, 0x57, 0x2d, 0x10];
    response.extend(RES_STAR);
    let handed_out = Exchange {
        rand: Some(RAND),
        hxres_star: Some(hxres_star),
        ..exchange(Operation::Authenticate, 201, None)
    };
    Tale::of_5gs(Procedure::Registration)
        .down(&challenge)
        .up(&response)
        .down(&[0x7e, 0x00, 0x58])
        .with(|trail| trail.sbi = vec![handed_out])
}

#[test]
fn the_seafs_refusal_is_told_from_hxres_star() {
    let right = *ResStar::new(RES_STAR).hres_star(&RAND).expose();
    let codes =
        |tale: Tale| -> Vec<&'static str> { tale.findings().iter().map(|found| found.code).collect() };
    let mismatch = c::HXRES_STAR_MISMATCH.name;
    assert!(codes(answered([0; 16])).contains(&mismatch));
    let found = codes(answered(right));
    assert!(!found.contains(&mismatch), "{found:?}");
}

/// After a resynchronisation RES* answers the second challenge, and says nothing of the first.
#[test]
fn res_star_answers_the_challenge_before_it() {
    let challenge = |rand: [u8; 16]| {
        let mut octets = vec![0x7e, 0x00, 0x56, 0x00, 0x02, 0x00, 0x00, 0x21];
        octets.extend(rand);
        octets.extend([0x20, 0x10]);
        octets.extend([4; 16]);
        octets
    };
    let handed_out = |rand, hxres_star| Exchange {
        rand: Some(rand),
        hxres_star: Some(hxres_star),
        ..exchange(Operation::Authenticate, 201, None)
    };
    let mut failure = vec![0x7e, 0x00, 0x59, 0x15, 0x30, 0x0e];
    failure.extend([5; 14]);
    let mut response = vec![0x7e, 0x00, 0x57, 0x2d, 0x10];
    response.extend(RES_STAR);
    let right = *ResStar::new(RES_STAR).hres_star(&RAND).expose();
    let exchanges = vec![handed_out([1; 16], [6; 16]), handed_out(RAND, right)];
    let found = Tale::of_5gs(Procedure::Registration)
        .down(&challenge([1; 16]))
        .up(&failure)
        .down(&challenge(RAND))
        .up(&response)
        .with(|trail| trail.sbi = exchanges)
        .findings();
    let codes: Vec<_> = found.iter().map(|found| found.code).collect();
    assert!(!codes.contains(&c::HXRES_STAR_MISMATCH.name), "{codes:?}");
}

/// IDENTITY REQUEST and RESPONSE, a SUCI, then REGISTRATION REJECT #7, with what the home network said.
fn turned_away(exchanges: Vec<Exchange>) -> Tale {
    let suci = [
        0x7e, 0x00, 0x5c, 0x00, 0x0d, 0x01, 0x00, 0xf1, 0x10, 0xf0, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x10,
    ];
    Tale::of_5gs(Procedure::Registration)
        .down(&[0x7e, 0x00, 0x5b, 0x01])
        .up(&suci)
        .down(&[0x7e, 0x00, 0x44, 0x07])
        .with(|trail| trail.sbi = exchanges)
}

#[test]
fn a_home_network_that_refuses_explains_the_reject() {
    let catcher = |tale: Tale| -> Option<String> {
        let found = tale.findings();
        let found = found
            .iter()
            .find(|found| found.code == c::POSSIBLE_IMSI_CATCHER.name);
        found.map(|found| format!("{:?}", found.causes))
    };
    let refused = exchange(Operation::Authenticate, 404, Some("USER_NOT_FOUND"));
    assert_eq!(catcher(turned_away(vec![refused])), None);
    let unseen = catcher(turned_away(Vec::new())).expect("nobody refused the UE");
    assert!(unseen.contains("N12 and N13 are not in the capture"), "{unseen}");
    let granted = exchange(Operation::Authenticate, 201, None);
    let seen = catcher(turned_away(vec![granted])).expect("nobody refused the UE");
    assert!(seen.contains("N12 and N13 are in the capture"), "{seen}");
}

#[test]
fn what_is_seen_of_n12_is_not_said_to_be_missing() {
    let said = |tale: Tale| format!("{:?}", tale.findings());
    let unanswered = Tale::of_5gs(Procedure::Registration).up(&[
        0x7e, 0x00, 0x41, 0x79, 0x00, 0x0d, 0x01, 0x00, 0xf1, 0x10, 0xf0, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x10, 0x2e, 0x02, 0xf0, 0xf0,
    ]);
    let with = |exchanges: Vec<Exchange>| said(unanswered.clone().with(|trail| trail.sbi = exchanges));
    let refused = exchange(Operation::Authenticate, 504, Some("UPSTREAM_SERVER_ERROR"));
    let unseen = with(Vec::new());
    assert!(unseen.contains(c::NO_NETWORK_ANSWER.name), "{unseen}");
    assert!(
        unseen.contains("no exchange of this attempt with AUSF or UDM is in the capture"),
        "{unseen}"
    );
    let seen = with(vec![refused]);
    assert!(
        seen.contains("AUSF answers 504") && !seen.contains("in the capture\""),
        "{seen}"
    );
}

#[test]
fn identity_request_of_5gs_asks_for_the_suci() {
    let asked = Tale::of_5gs(Procedure::Registration).down(&[0x7e, 0x00, 0x5b, 0x01]);
    let found = format!("{:?}", asked.findings());
    assert!(found.contains("asked for the SUCI"), "{found}");
}

#[test]
fn an_attempt_whose_vector_was_asked_for_has_come_so_far() {
    let reached = |exchanges| Verdict::of(&turned_away(exchanges).trail).reached;
    assert_eq!(reached(Vec::new()), Reached::Identity);
    let refused = exchange(Operation::Authenticate, 404, Some("USER_NOT_FOUND"));
    assert_eq!(reached(vec![refused]), Reached::Vectors);
}
