//! Vectors: in their order, as many as there is room for, and new ones for who is out of step (TS 33.203 6.1).

use crate::support::*;
use quintet_crypto::digest::AkaNonce;
use quintet_cx::ServerAssignmentType;
use quintet_ims::registrar::*;

#[test]
fn vectors_are_used_in_their_order_and_asked_for_when_none_is_left() {
    let mut bench = Bench::new();
    bench.policy.vectors_at_once = 3;
    let register = bench.initial();
    bench.send(register);
    assert_eq!(bench.mar().0, 3);
    bench.input(Input::Vectors(Ok(vec![aka(1), aka(2), aka(3)])));
    for n in 1..=3 {
        let challenge = bench.challenge();
        assert_eq!(AkaNonce::parse(&challenge.nonce).expect("a nonce").rand, [n; 16]);
        let answer = bench.answer(&challenge, n);
        bench.send(answer);
        bench.cx();
        bench.input(Input::Assigned(granted()));
        bench.accepted();
        let again = bench.protected();
        bench.send(again);
    }
    assert_eq!(bench.mar().0, 3, "the fourth challenge needs a vector");
}

#[test]
fn more_vectors_than_asked_for_are_not_hoarded() {
    let mut bench = Bench::new();
    let register = bench.initial();
    bench.send(register);
    bench.mar();
    bench.input(Input::Vectors(Ok((0..100).map(aka).collect())));
    let challenge = bench.challenge();
    let answer = bench.answer(&challenge, 0);
    bench.send(answer);
    bench.cx();
    bench.input(Input::Assigned(granted()));
    bench.accepted();
    for _ in 1..MAX_VECTORS {
        let again = bench.protected();
        bench.send(again);
        bench.challenge();
    }
    let again = bench.protected();
    bench.send(again);
    bench.mar();
}

#[test]
fn a_vector_left_over_challenges_only_whom_the_hss_knows_of() {
    let mut bench = Bench::new();
    bench.policy.vectors_at_once = 3;
    let register = bench.initial();
    bench.send(register);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(1), aka(2), aka(3)])));
    let challenge = bench.challenge();
    let answer = bench.answer(&challenge, 1);
    bench.send(answer);
    bench.cx();
    bench.input(Input::Assigned(granted()));
    bench.accepted();
    // MAR makes the authentication of an identity pending there (TS 29.228 6.3.1).
    let mut other = bench.initial();
    other.impu = impu("sip:alice@work.home.test");
    bench.send(other);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(4)])));
    bench.challenge();
    // Whom it has registered already needs none.
    let again = bench.protected();
    bench.send(again);
    bench.sar(ServerAssignmentType::AUTHENTICATION_TIMEOUT);
}

#[test]
fn who_gets_in_step_may_fall_out_of_it_again() {
    let mut bench = Bench::new();
    let mut register = bench.initial();
    for round in 0..=MAX_RESYNCHRONISATIONS {
        bench.send(register);
        bench.mar();
        bench.input(Input::Vectors(Ok(vec![aka(2 * round)])));
        let challenge = bench.challenge();
        let mut answer = bench.answer(&challenge, 2 * round);
        answer.authorization.as_mut().expect("credentials").auts = Some(Some(auts()));
        bench.send(answer);
        assert!(bench.mar().1.is_some());
        bench.input(Input::Vectors(Ok(vec![aka(2 * round + 1)])));
        let challenge = bench.challenge();
        let answer = bench.answer(&challenge, 2 * round + 1);
        bench.send(answer);
        bench.cx();
        bench.input(Input::Assigned(granted()));
        bench.accepted();
        register = bench.protected();
    }
}
