//! SIP Digest: TS 24.229 5.4.1.2.1A, RFC 7616.

use crate::support::*;
use quintet_crypto::digest::{DigestAlgorithm, HashA1};
use quintet_cx::ServerAssignmentType;
use quintet_ims::registrar::*;

fn hash(algorithm: DigestAlgorithm) -> HashA1 {
    HashA1::new(algorithm, IMPI, REALM, b"secret")
}

fn item(algorithm: DigestAlgorithm) -> AuthenticationItem {
    AuthenticationItem::Digest(Box::new(DigestItem {
        realm: REALM.to_owned(),
        algorithm,
        ha1: hash(algorithm).expose().to_owned().into(),
        auth_int: false,
    }))
}

fn plain(bench: &mut Bench) -> Register {
    let mut register = bench.initial();
    register.protection = IntegrityProtected::Absent;
    register
}

fn challenged(bench: &mut Bench, algorithm: DigestAlgorithm) -> Box<Challenge> {
    let register = plain(bench);
    bench.send(register);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![item(algorithm)])));
    bench.challenge()
}

fn answered(bench: &mut Bench, challenge: &Challenge, count: u32) -> Register {
    let mut register = plain(bench);
    let authorization = register.authorization.as_mut().expect("credentials");
    answer_with(authorization, challenge, &hash(challenge.algorithm), count);
    register
}

#[test]
fn a_password_registers_and_the_network_proves_that_it_knows_it() {
    for algorithm in [
        DigestAlgorithm::Md5,
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha512_256,
    ] {
        let mut bench = Bench::new();
        let challenge = challenged(&mut bench, algorithm);
        assert_eq!((challenge.algorithm, challenge.keys.is_none()), (algorithm, true));
        let answer = answered(&mut bench, &challenge, 1);
        bench.send(answer);
        bench.sar(ServerAssignmentType::REGISTRATION);
        bench.input(Input::Assigned(granted()));
        let info = bench.accepted().info.expect("Authentication-Info");
        assert_eq!((info.qop, info.nonce_count), ("auth", 1));
        assert!(!info.rspauth.is_empty());
    }
}

#[test]
fn the_nonce_serves_on_with_a_higher_count_each_time() {
    let mut bench = Bench::new();
    let challenge = challenged(&mut bench, DigestAlgorithm::Md5);
    for count in [1, 2, 7] {
        let answer = answered(&mut bench, &challenge, count);
        bench.send(answer);
        bench.cx();
        bench.input(Input::Assigned(granted()));
        bench.accepted();
    }
    // The count of before, and one below it.
    for count in [7, 3] {
        let replay = answered(&mut bench, &challenge, count);
        bench.send(replay);
        let anew = bench.challenge();
        assert!(anew.stale && anew.nonce != challenge.nonce);
    }
}

#[test]
fn a_nonce_ends_with_its_time() {
    let mut bench = Bench::new();
    let challenge = challenged(&mut bench, DigestAlgorithm::Md5);
    let answer = answered(&mut bench, &challenge, 1);
    bench.send(answer);
    bench.cx();
    bench.input(Input::Assigned(granted()));
    bench.accepted();
    bench.policy.expiry_margin *= 1_000;
    bench.now += bench.policy.nonce_lifetime;
    let late = answered(&mut bench, &challenge, 2);
    bench.send(late);
    assert!(bench.challenge().stale);
}

#[test]
fn a_wrong_password_is_refused_and_another_asked_for() {
    let mut bench = Bench::new();
    let challenge = challenged(&mut bench, DigestAlgorithm::Md5);
    let mut wrong = answered(&mut bench, &challenge, 1);
    let other = HashA1::new(DigestAlgorithm::Md5, IMPI, REALM, b"wrong");
    answer_with(
        wrong.authorization.as_mut().expect("credentials"),
        &challenge,
        &other,
        1,
    );
    bench.send(wrong);
    bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
    bench.input(Input::Assigned(Ok(Assigned::default())));
    assert_eq!(bench.refused(), (403, RefusalCause::WrongResponse));
}

#[test]
fn a_response_without_qop_is_none() {
    let mut bench = Bench::new();
    let challenge = challenged(&mut bench, DigestAlgorithm::Md5);
    let bare = Challenge {
        qop: None,
        ..(*challenge).clone()
    };
    let answer = answered(&mut bench, &bare, 1);
    bench.send(answer);
    bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
}

#[test]
fn another_password_is_fetched_when_the_hss_says_so() {
    let mut bench = Bench::new();
    let challenge = challenged(&mut bench, DigestAlgorithm::Md5);
    let answer = answered(&mut bench, &challenge, 1);
    bench.send(answer);
    bench.cx();
    bench.input(Input::Assigned(granted()));
    bench.accepted();
    bench.input(Input::CredentialsChanged);
    let again = answered(&mut bench, &challenge, 2);
    bench.send(again);
    bench.mar();
}
