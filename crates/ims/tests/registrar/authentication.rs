//! Challenge and response: TS 33.203 6.1.1.

use crate::support::*;
use quintet_crypto::digest::{AkaNonce, AkaPassword, HashA1};
use quintet_cx::ServerAssignmentType;
use quintet_ims::registrar::*;
use std::time::Duration;

#[test]
fn from_nothing_to_registered() {
    let mut bench = Bench::new();
    let register = bench.initial();
    bench.send(register);
    match bench.cx() {
        CxRequest::Mar {
            impu: asked,
            scheme,
            count,
            resynchronisation,
        } => {
            assert_eq!((asked, scheme, count), (impu(ALICE), Scheme::Aka, 1));
            assert!(resynchronisation.is_none());
        }
        other => panic!("{other:?}"),
    }
    bench.input(Input::Vectors(Ok(vec![aka(1)])));
    let challenge = bench.challenge();
    let nonce = AkaNonce::parse(&challenge.nonce).expect("a nonce of AKA");
    let vector = vector(1);
    assert_eq!((nonce.rand, nonce.autn), (vector.rand, vector.autn));
    assert_eq!(nonce.server_data.len(), SERVER_DATA_OCTETS);
    assert_eq!(challenge.keys, Some((vector.ck, vector.ik)));
    assert_eq!(
        (challenge.algorithm.to_string().as_str(), challenge.realm.as_str()),
        ("AKAv1-MD5", REALM)
    );
    assert!(!challenge.stale);
    assert!(
        !bench.session.is_registered(&impu(ALICE)),
        "a challenge registers nobody"
    );

    let answer = bench.answer(&challenge, 1);
    bench.send(answer);
    assert_eq!(bench.sar(ServerAssignmentType::REGISTRATION), [impu(ALICE)]);
    assert!(
        !bench.session.is_registered(&impu(ALICE)),
        "nor does a response alone"
    );
    bench.input(Input::Assigned(granted()));
    assert_eq!(bench.changes, 1);
    let accepted = bench.accepted();
    assert!(accepted.registered);
    assert_eq!(
        accepted.associated,
        [impu(ALICE), impu(TEL)],
        "what is barred is not told"
    );
    assert_eq!(accepted.path, ["<sip:pcscf.visited.test;lr>"]);
    assert_eq!((accepted.contacts.len(), accepted.contacts[0].1), (1, 600));
    for identity in [ALICE, TEL, BARRED] {
        assert!(
            bench.session.is_registered(&impu(identity)),
            "{identity}: implicitly"
        );
    }
    assert_eq!(bench.set_changes(), [SetChange::Registered]);
    bench.silent();
}

#[test]
fn no_changed_bit_of_a_response_is_taken() {
    for bit in 0..128 {
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let mut answer = bench.answer(&challenge, 1);
        let authorization = answer.authorization.as_mut().expect("credentials");
        let digit = bit / 4;
        let value = u8::from_str_radix(&authorization.response[digit..=digit], 16).expect("a digit");
        let changed = format!("{:x}", value ^ (1 << (bit % 4)));
        authorization.response.replace_range(digit..=digit, &changed);
        bench.send(answer);
        bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
        bench.input(Input::Assigned(Ok(Assigned::default())));
        assert_eq!(bench.refused(), (403, RefusalCause::WrongResponse), "bit {bit}");
    }
}

#[test]
fn a_part_of_the_response_is_not_enough() {
    for length in [1, 8, 31] {
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let mut answer = bench.answer(&challenge, 1);
        answer
            .authorization
            .as_mut()
            .expect("credentials")
            .response
            .truncate(length);
        bench.send(answer);
        bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
    }
}

/// What the response was made over is checked beside it.
#[test]
fn a_right_response_for_something_else_is_refused() {
    type Spoil = fn(&mut Authorization);
    let spoils: [(&str, Spoil); 6] = [
        ("algorithm", |a| a.algorithm = Some("MD5".to_owned())),
        ("algorithm that nobody knows", |a| {
            a.algorithm = Some("AKAv9".to_owned())
        }),
        ("realm", |a| a.realm = "visited.test".to_owned()),
        ("username", |a| a.username = "bob@home.test".to_owned()),
        ("qop", |a| a.qop = Some("auth-conf".to_owned())),
        ("nc", |a| a.nonce_count = Some(2)),
    ];
    for (what, spoil) in spoils {
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let mut answer = bench.answer(&challenge, 1);
        spoil(answer.authorization.as_mut().expect("credentials"));
        bench.send(answer);
        match bench.cx() {
            CxRequest::Sar { assignment, .. } => {
                assert_eq!(assignment, ServerAssignmentType::AUTHENTICATION_FAILURE, "{what}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn a_response_for_another_realm_is_none_here() {
    let mut bench = Bench::new();
    let challenge = bench.challenged_with(1);
    let mut answer = bench.answer(&challenge, 1);
    let elsewhere = Challenge {
        realm: "visited.test".to_owned(),
        ..*challenge
    };
    let vector = vector(1);
    let password = AkaPassword::new(elsewhere.algorithm, &vector.xres, &vector.ck, &vector.ik);
    let hash = HashA1::new(elsewhere.algorithm, IMPI, &elsewhere.realm, password.expose());
    let authorization = answer.authorization.as_mut().expect("credentials");
    answer_with(authorization, &elsewhere, &hash, 1);
    bench.send(answer);
    bench.sar(ServerAssignmentType::AUTHENTICATION_FAILURE);
}

#[test]
fn only_a_response_that_is_late_is_stale() {
    for (response, stale) in [("0".repeat(32), true), (String::new(), false)] {
        let mut bench = Bench::new();
        let mut late = bench.initial();
        late.authorization = Some(Authorization {
            nonce: "b2xk".to_owned(),
            response,
            ..late.authorization.expect("credentials")
        });
        bench.send(late);
        bench.mar();
        bench.input(Input::Vectors(Ok(vec![aka(1)])));
        assert_eq!(bench.challenge().stale, stale);
    }
}

#[test]
fn a_response_counts_once_from_its_call_and_through_its_association() {
    type Spoil = fn(&mut Register);
    let spoils: [(&str, Spoil); 4] = [
        ("another call", |r| r.call_id = "call-2".to_owned()),
        ("outside of an association", |r| {
            r.protection = IntegrityProtected::No
        }),
        ("nobody vouches for it", |r| {
            r.protection = IntegrityProtected::Absent
        }),
        ("another identity", |r| r.impu = impu(TEL)),
    ];
    for (what, spoil) in spoils {
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let mut answer = bench.answer(&challenge, 1);
        spoil(&mut answer);
        let replaced = answer.impu != impu(ALICE);
        bench.send(answer);
        if replaced {
            // The authentication that it takes the place of ends first.
            bench.sar(ServerAssignmentType::AUTHENTICATION_TIMEOUT);
            bench.input(Input::Assigned(Ok(Assigned::default())));
        }
        match bench.cx() {
            CxRequest::Mar { .. } => {}
            other => panic!("{what}: {other:?}"),
        }
        bench.input(Input::Vectors(Ok(vec![aka(2)])));
        assert_ne!(bench.challenge().nonce, challenge.nonce, "{what}");
        assert!(!bench.session.is_registered(&impu(ALICE)), "{what}");
    }
}

#[test]
fn without_associations_where_the_operator_allows_it() {
    let mut bench = Bench::new();
    bench.policy.aka_needs_protection = false;
    let challenge = bench.challenged_with(1);
    let mut answer = bench.answer(&challenge, 1);
    answer.protection = IntegrityProtected::Absent;
    bench.send(answer);
    bench.sar(ServerAssignmentType::REGISTRATION);
}

#[test]
fn a_replayed_answer_is_challenged_and_not_for_ever() {
    let mut bench = Bench::registered();
    let mut old = bench.initial();
    old.authorization = Some(Authorization {
        nonce: "b2xk".to_owned(),
        response: "0".repeat(32),
        ..old.authorization.expect("credentials")
    });
    for round in 0..MAX_STALE {
        bench.send(old.clone());
        bench.mar();
        bench.input(Input::Vectors(Ok(vec![aka(round + 10)])));
        assert!(bench.challenge().stale, "the password is not in doubt");
    }
    bench.send(old);
    assert_eq!(bench.refused(), (403, RefusalCause::StaleAnswers));
    assert!(
        bench.session.is_registered(&impu(ALICE)),
        "who is registered stays so"
    );
    bench.silent();
}

#[test]
fn an_answer_cannot_be_given_twice() {
    let mut bench = Bench::new();
    let challenge = bench.challenged_with(1);
    let mut answer = bench.answer(&challenge, 1);
    bench.send(answer.clone());
    bench.sar(ServerAssignmentType::REGISTRATION);
    bench.input(Input::Assigned(granted()));
    bench.accepted();
    // The same credentials from outside of the association.
    answer.protection = IntegrityProtected::No;
    answer.cseq += 1;
    bench.send(answer);
    bench.mar();
}

#[test]
fn a_reregistration_is_challenged_as_the_operator_wants() {
    for (rechallenge, age, challenged) in [
        (Rechallenge::Always, 0, true),
        (Rechallenge::Never, 300, false),
        (Rechallenge::After(Duration::from_secs(100)), 99, false),
        (Rechallenge::After(Duration::from_secs(100)), 100, true),
    ] {
        let mut bench = Bench::registered();
        bench.policy.rechallenge = rechallenge;
        bench.pass(age);
        let again = bench.protected();
        bench.send(again);
        match bench.cx() {
            CxRequest::Mar { .. } => assert!(challenged, "{rechallenge:?}"),
            CxRequest::Sar {
                assignment,
                has_profile,
                ..
            } => {
                assert!(!challenged && has_profile, "{rechallenge:?}");
                assert_eq!(assignment, ServerAssignmentType::RE_REGISTRATION);
                bench.input(Input::Assigned(Ok(Assigned::default())));
                assert_eq!(bench.accepted().contacts[0].1, 600, "refreshed");
            }
        }
    }
}

#[test]
fn an_association_vouches_for_registered_users_only() {
    let mut bench = Bench::new();
    bench.policy.rechallenge = Rechallenge::Never;
    let register = bench.protected();
    bench.send(register);
    bench.mar();
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::Never;
    let other = Register {
        impu: impu("sip:another@home.test"),
        ..bench.protected()
    };
    bench.send(other);
    bench.mar();
    // Nor does its absence.
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::Never;
    let outside = bench.initial();
    bench.send(outside);
    bench.mar();
}

#[test]
fn the_hss_need_not_hear_of_reregistrations() {
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::Never;
    bench.policy.put_on_reregistration = false;
    bench.pass(100);
    let again = bench.protected();
    bench.send(again);
    bench.accepted();
    bench.silent();
    assert_eq!(bench.set_changes(), [SetChange::Refreshed]);
}

#[test]
fn a_new_challenge_takes_the_place_of_the_one_before() {
    let mut bench = Bench::new();
    let first = bench.challenged_with(1);
    let second = bench.challenged_with(2);
    let late = bench.answer(&first, 1);
    bench.send(late);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(3)])));
    let third = bench.challenge();
    assert!(third.nonce != second.nonce && second.nonce != first.nonce);
    let answer = bench.answer(&third, 3);
    bench.send(answer);
    bench.sar(ServerAssignmentType::REGISTRATION);
}

#[test]
fn the_scheme_is_what_access_and_ue_show() {
    for (protection, algorithm, expected) in [
        (IntegrityProtected::No, None, Scheme::Aka),
        (IntegrityProtected::Yes, Some("MD5"), Scheme::Aka),
        (IntegrityProtected::Absent, Some("AKAv1-MD5"), Scheme::Aka),
        (IntegrityProtected::Absent, Some("SHA-256"), Scheme::SipDigest),
        (IntegrityProtected::IpAssocPending, None, Scheme::Unknown),
    ] {
        let mut bench = Bench::new();
        let mut register = bench.initial();
        register.protection = protection;
        register.authorization.as_mut().expect("credentials").algorithm = algorithm.map(str::to_owned);
        bench.send(register);
        match bench.cx() {
            CxRequest::Mar { scheme, .. } => assert_eq!(scheme, expected, "{protection:?} {algorithm:?}"),
            other => panic!("{other:?}"),
        }
    }
}
