//! HXRES* beside the UE's RES*.

use super::tale::Tale;
use crate::findings::catalogue as c;
use crate::findings::sbi::tests::exchange;
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
