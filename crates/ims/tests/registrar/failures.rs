//! Every way that an authentication fails: TS 33.203 6.1.2, 6.1.3, and what the HSS refuses.

use crate::support::*;
use quintet_crypto::digest::AkaNonce;
use quintet_cx::ServerAssignmentType;
use quintet_ims::registrar::*;
use std::time::Duration;

/// The answers that fail, each with what they are refused as.
fn failing(bench: &mut Bench, challenge: &Challenge) -> [(Register, RefusalCause, Phase); 2] {
    let mut wrong = bench.answer(challenge, 99);
    wrong
        .authorization
        .as_mut()
        .expect("credentials")
        .nonce
        .clone_from(&challenge.nonce);
    let mut empty = bench.answer(challenge, 1);
    empty
        .authorization
        .as_mut()
        .expect("credentials")
        .response
        .clear();
    [
        (wrong, RefusalCause::WrongResponse, Phase::WrongResponse),
        (empty, RefusalCause::NetworkRefused, Phase::NetworkRefused),
    ]
}

#[test]
fn a_failure_of_one_who_is_not_registered_is_told_to_the_hss() {
    for at in 0..2 {
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let (answer, cause, phase) = failing(&mut bench, &challenge)[at].clone();
        bench.send(answer);
        assert_eq!(
            bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE),
            [impu(ALICE)]
        );
        bench.silent();
        bench.input(Input::Assigned(Ok(Assigned::default())));
        assert_eq!(bench.refused(), (403, cause));
        assert!(bench.phases().contains(&phase));
        assert!(bench.session.is_over(), "nothing is kept");
        bench.silent();
    }
}

#[test]
fn a_failure_of_one_who_is_registered_changes_nothing() {
    for at in 0..2 {
        let mut bench = Bench::registered();
        let challenge = {
            let again = bench.initial();
            bench.send(again);
            bench.mar();
            bench.input(Input::Vectors(Ok(vec![aka(2)])));
            bench.challenge()
        };
        let before = bench.session.sets().to_vec();
        let (answer, cause, _) = failing(&mut bench, &challenge)[at].clone();
        bench.send(answer);
        assert_eq!(bench.refused(), (403, cause));
        bench.silent();
        assert_eq!(bench.session.sets(), before);
        assert!(bench.set_changes().is_empty());
    }
}

#[test]
fn the_refusal_comes_whatever_the_hss_says() {
    let mut bench = Bench::new();
    let challenge = bench.challenged_with(1);
    let (answer, ..) = failing(&mut bench, &challenge)[0].clone();
    bench.send(answer);
    bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
    bench.input(Input::Assigned(Err(CxFailure::NoAnswer)));
    assert_eq!(bench.refused().0, 403);
    assert!(bench.session.is_over());
}

#[test]
fn a_wrong_answer_uses_the_challenge_up() {
    let mut bench = Bench::registered();
    let again = bench.initial();
    bench.send(again);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(2)])));
    let challenge = bench.challenge();
    let wrong = bench.answer(&challenge, 3);
    bench.send(wrong);
    bench.refused();
    let right = bench.answer(&challenge, 2);
    bench.send(right);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(4)])));
    bench.challenge();
}

#[test]
fn silence_ends_an_authentication() {
    let mut bench = Bench::new();
    let challenge = bench.challenged_with(1);
    let before = bench.now;
    bench.wait();
    assert_eq!(bench.now - before, bench.policy.reg_await_auth);
    assert_eq!(
        bench.sar(ServerAssignmentType::AUTHENTICATION_TIMEOUT),
        [impu(ALICE)]
    );
    bench.input(Input::Assigned(Ok(Assigned::default())));
    assert!(bench.session.is_over());
    bench.silent();
    let late = bench.answer(&challenge, 1);
    bench.send(late);
    bench.mar();
}

#[test]
fn silence_of_one_who_is_registered_changes_nothing() {
    let mut bench = Bench::registered();
    bench.policy.reg_await_auth = Duration::from_secs(10);
    let again = bench.initial();
    bench.send(again);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(2)])));
    bench.challenge();
    bench.wait();
    bench.silent();
    assert_eq!(bench.phases().last(), Some(&Phase::Unanswered));
    assert_eq!(bench.contacts(), [CONTACT]);
}

/// An answer with AUTS.
fn out_of_step(bench: &mut Bench, challenge: &Challenge) -> Register {
    let mut register = bench.protected();
    let authorization = register.authorization.as_mut().expect("credentials");
    authorization.nonce.clone_from(&challenge.nonce);
    authorization.auts = Some(Some(auts()));
    register
}

#[test]
fn auts_brings_new_vectors_and_the_old_ones_are_gone() {
    let mut bench = Bench::new();
    bench.policy.vectors_at_once = 3;
    let register = bench.initial();
    bench.send(register);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(1), aka(2), aka(3)])));
    let challenge = bench.challenge();
    let answer = out_of_step(&mut bench, &challenge);
    bench.send(answer);
    assert_eq!(bench.mar(), (3, Some(([1; 16], auts()))));
    bench.input(Input::Vectors(Ok(vec![aka(4), aka(5), aka(6)])));
    let challenge = bench.challenge();
    assert_eq!(AkaNonce::parse(&challenge.nonce).expect("a nonce").rand, [4; 16]);
    let answer = bench.answer(&challenge, 4);
    bench.send(answer);
    bench.sar(ServerAssignmentType::REGISTRATION);
    bench.input(Input::Assigned(granted()));
    bench.accepted();
}

#[test]
fn a_loop_of_auts_ends() {
    let mut bench = Bench::new();
    let mut challenge = bench.challenged_with(1);
    for round in 0..MAX_RESYNCHRONISATIONS {
        let answer = out_of_step(&mut bench, &challenge);
        bench.send(answer);
        bench.mar();
        bench.input(Input::Vectors(Ok(vec![aka(round + 10)])));
        challenge = bench.challenge();
    }
    let answer = out_of_step(&mut bench, &challenge);
    bench.send(answer);
    bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
    bench.input(Input::Assigned(Ok(Assigned::default())));
    assert_eq!(bench.refused(), (403, RefusalCause::OutOfStep));
}

#[test]
fn a_loop_of_auts_ends_for_one_who_is_registered_without_ending_that() {
    let mut bench = Bench::registered();
    let again = bench.initial();
    bench.send(again);
    for round in 0..=MAX_RESYNCHRONISATIONS {
        bench.mar();
        bench.input(Input::Vectors(Ok(vec![aka(round + 10)])));
        let challenge = bench.challenge();
        let answer = out_of_step(&mut bench, &challenge);
        bench.send(answer);
    }
    assert_eq!(bench.refused(), (403, RefusalCause::OutOfStep));
    assert_eq!(bench.contacts(), [CONTACT]);
    bench.silent();
}

#[test]
fn what_is_no_auts_asks_for_nothing() {
    let mut bench = Bench::new();
    let challenge = bench.challenged_with(1);
    let mut answer = out_of_step(&mut bench, &challenge);
    answer.authorization.as_mut().expect("credentials").auts = Some(None);
    bench.send(answer);
    bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
}

#[test]
fn a_forged_auts_gets_no_further_than_the_hss() {
    let mut bench = Bench::new();
    let challenge = bench.challenged_with(1);
    let answer = out_of_step(&mut bench, &challenge);
    bench.send(answer);
    bench.mar();
    bench.input(Input::Vectors(Err(CxFailure::Refused(5012))));
    assert_eq!(bench.refused().0, 500);
}

#[test]
fn what_the_hss_refuses_is_said_with_its_status() {
    for (failure, status) in [
        (CxFailure::UserUnknown, 403),
        (CxFailure::IdentitiesDontMatch, 403),
        (CxFailure::RoamingNotAllowed, 403),
        (CxFailure::IdentityAlreadyRegistered, 403),
        (CxFailure::AuthSchemeNotSupported, 403),
        (CxFailure::AuthorizationRejected, 403),
        (CxFailure::IdentityNotRegistered, 403),
        (CxFailure::TooBusy, 480),
        (CxFailure::NoAnswer, 504),
        (CxFailure::Refused(5012), 500),
        (CxFailure::Unusable, 500),
    ] {
        let mut bench = Bench::new();
        let register = bench.initial();
        bench.send(register);
        bench.mar();
        bench.input(Input::Vectors(Err(failure)));
        assert_eq!(bench.refused(), (status, RefusalCause::Hss(failure)));
        assert!(bench.session.is_over());

        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let answer = bench.answer(&challenge, 1);
        bench.send(answer);
        bench.sar(ServerAssignmentType::REGISTRATION);
        bench.input(Input::Assigned(Err(failure)));
        if failure == CxFailure::Unusable {
            // It was granted: that is given back.
            bench.sar(ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION);
            bench.input(Input::Assigned(Ok(Assigned::default())));
        }
        assert_eq!(bench.refused(), (status, RefusalCause::Hss(failure)));
        assert!(bench.contacts().is_empty());
    }
}

#[test]
fn an_answer_without_vectors_is_of_no_use() {
    let mut bench = Bench::new();
    let register = bench.initial();
    bench.send(register);
    bench.mar();
    bench.input(Input::Vectors(Ok(Vec::new())));
    assert_eq!(bench.refused(), (500, RefusalCause::Hss(CxFailure::Unusable)));
}

#[test]
fn an_hss_that_forgot_a_registration_learns_it_again() {
    for failure in [CxFailure::IdentityNotRegistered, CxFailure::InAssignmentType] {
        let mut bench = Bench::registered();
        bench.policy.rechallenge = Rechallenge::Never;
        let again = bench.protected();
        bench.send(again);
        bench.sar(ServerAssignmentType::RE_REGISTRATION);
        bench.input(Input::Assigned(Err(failure)));
        bench.sar(ServerAssignmentType::REGISTRATION);
        bench.input(Input::Assigned(granted()));
        bench.accepted();
    }
}

#[test]
fn a_reregistration_that_the_hss_does_not_answer_leaves_the_registration() {
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::Never;
    let again = bench.protected();
    bench.send(again);
    bench.sar(ServerAssignmentType::RE_REGISTRATION);
    bench.input(Input::Assigned(Err(CxFailure::NoAnswer)));
    assert_eq!(bench.refused().0, 504);
    assert_eq!(bench.contacts(), [CONTACT]);
}

#[test]
fn a_profile_that_cannot_be_served_is_given_back() {
    let given = |profile| {
        Ok(Assigned {
            profile,
            shared: false,
        })
    };
    for (assigned, status) in [
        (given(Some(profile_of(&[(ALICE, true)]))), 403),
        (given(Some(profile_of(&[("sip:bob@home.test", false)]))), 500),
        (given(Some(profile_of(&[]))), 500),
        (given(None), 500),
        // What was granted came with a profile that nobody can read.
        (Err(CxFailure::Unusable), 500),
    ] {
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let answer = bench.answer(&challenge, 1);
        bench.send(answer);
        bench.sar(ServerAssignmentType::REGISTRATION);
        bench.input(Input::Assigned(assigned));
        bench.sar(ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION);
        bench.input(Input::Assigned(Ok(Assigned::default())));
        assert_eq!(bench.refused().0, status);
        assert!(bench.contacts().is_empty() && bench.session.is_over());
    }
}

#[test]
fn an_authentication_that_another_identitys_replaces_is_ended_at_the_hss() {
    let work = "sip:alice@work.home.test";
    let mut bench = Bench::new();
    let first = bench.challenged_with(1);
    let mut other = bench.initial();
    other.impu = impu(work);
    bench.send(other);
    assert_eq!(
        bench.sar(ServerAssignmentType::AUTHENTICATION_TIMEOUT),
        [impu(ALICE)]
    );
    bench.silent();
    bench.input(Input::Assigned(Ok(Assigned::default())));
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(2)])));
    let second = bench.challenge();
    assert_eq!(bench.session.authenticating(), Some(&impu(work)));
    // The same identity once more costs the HSS nothing but a vector.
    let mut again = bench.initial();
    again.impu = impu(work);
    bench.send(again);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(3)])));
    assert_ne!(bench.challenge().nonce, second.nonce);
    // An answer to the first is late by now.
    let late = bench.answer(&first, 1);
    bench.send(late);
    assert_eq!(
        bench.sar(ServerAssignmentType::AUTHENTICATION_TIMEOUT),
        [impu(work)]
    );
}

#[test]
fn who_is_registered_stays_so_when_another_identity_is_challenged() {
    let mut bench = Bench::registered();
    let again = bench.initial();
    bench.send(again);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(2)])));
    bench.challenge();
    let mut other = bench.initial();
    other.impu = impu("sip:alice@work.home.test");
    bench.send(other);
    bench.mar();
    bench.silent();
    assert_eq!(bench.contacts(), [CONTACT]);
}
