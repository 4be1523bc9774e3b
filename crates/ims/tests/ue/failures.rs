//! Every way in which it goes wrong (TS 33.203 6.1.2, 6.1.3, 7.3; TS 24.229 5.1.1.2, 5.1.1.5; RFC 5626 4.5).

use crate::support::{Rig, ok, s, status};
use quintet_crypto::digest::{DigestAlgorithm, DigestInput, HashA1, Qop, read_auts};
use quintet_ims::agreement::{UePolicy, Unacceptable};
use quintet_ims::ue::{
    Challenge, Event, Failure, MAX_CHALLENGES, Password, Procedure, Reply, Security, Start, Unanswered,
};
use std::time::Duration;

fn why(events: &[Event]) -> Option<Failure> {
    events.iter().find_map(|event| match event {
        Event::Failed { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn two_challenges_that_are_not_genuine_are_refused_and_the_third_is_left() {
    let mut rig = Rig::new();
    let mut register = rig.start(Start::Register).register();
    for _ in 0..2 {
        let reply = rig.foreign_challenge(&register);
        let said = rig.answer(&register, &reply);
        assert_eq!(said.events, [Event::MacFailure]);
        let refusal = said.register();
        assert_eq!(refusal.authorization.response, "");
        assert_eq!(
            (
                refusal.authorization.auts.as_ref(),
                refusal.authorization.qop.as_ref()
            ),
            (None, None)
        );
        assert_eq!(refusal.authorization.nonce, reply.challenges[0].nonce);
        assert!(!refusal.way.protected && rig.sets.is_empty(), "no set");
        assert_ne!(refusal.security_client, register.security_client, "another offer");
        register = refusal;
    }
    let reply = rig.foreign_challenge(&register);
    let said = rig.answer(&register, &reply);
    assert!(said.registers.is_empty());
    assert_eq!(why(&said.events), Some(Failure::MacFailure));
}

#[test]
fn a_used_number_is_told_with_auts_and_the_next_challenge_is_answered() {
    let mut rig = Rig::new();
    let first = rig.start(Start::Register).register();
    let quintet = rig.quintet();
    let autn = quintet.autn.octets().unwrap();
    rig.card.answer(&quintet.rand, &autn);
    let reply = crate::support::challenge(&first, &quintet);
    let said = rig.answer(&first, &reply);
    assert_eq!(said.events, [Event::SynchFailure]);
    let refusal = said.register();
    let auts = read_auts(refusal.authorization.auts.as_deref().unwrap()).unwrap();
    assert!(crate::support::is_synch_failure(
        &rig.card.answer(&quintet.rand, &autn)
    ));
    // RFC 3310 3.4: the response of an empty password.
    let a1 = HashA1::new(
        DigestAlgorithm::AkaV1Md5,
        &refusal.authorization.username,
        &refusal.authorization.realm,
        b"",
    );
    let input = DigestInput {
        algorithm: DigestAlgorithm::AkaV1Md5,
        method: "REGISTER",
        uri: &refusal.authorization.uri,
        nonce: &refusal.authorization.nonce,
        qop: Qop::None,
    };
    assert!(input.response(&a1).verify(&refusal.authorization.response));
    let mut octets = Vec::new();
    auts.put(&mut octets);
    assert_eq!(octets.len(), 14);
    assert!(rig.sets.is_empty());

    let reply = rig.challenge(&refusal);
    let second = rig.answer(&refusal, &reply).register();
    assert!(matches!(
        rig.answer(&second, &ok(600)).events[..],
        [Event::Registered { .. }]
    ));
}

#[test]
fn what_the_pcscf_answers_must_answer_the_offer() {
    let altered = |from: &str, to: &str| {
        let mut rig = Rig::new();
        let first = rig.start(Start::Register).register();
        let mut reply = rig.challenge(&first);
        let server = &mut reply.security_server[0];
        *server = server.replace(from, to);
        let said = rig.answer(&first, &reply);
        assert!(said.registers.is_empty() && rig.sets.is_empty());
        why(&said.events)
    };
    let unacceptable = |why| Some(Failure::SecurityServer(why));
    assert_eq!(
        altered("ipsec-3gpp", "ipsec-man"),
        unacceptable(Unacceptable::NoCommon)
    );
    assert_eq!(
        altered("mod=trans", "mod=tun"),
        unacceptable(Unacceptable::NoCommon)
    );
    assert!(matches!(
        altered("port-s=5999", "port-s=5060"),
        Some(Failure::SecurityServer(Unacceptable::Numbers(_)))
    ));
    let mut rig = Rig::new();
    let first = rig.start(Start::Register).register();
    let mut reply = rig.challenge(&first);
    reply.security_server.clear();
    let said = rig.answer(&first, &reply);
    assert_eq!(why(&said.events), unacceptable(Unacceptable::Missing));
}

#[test]
fn a_challenge_that_is_none_of_aka_is_not_answered() {
    let rows = [
        ("MD5", None, Failure::Algorithm),
        ("", None, Failure::Algorithm),
        ("AKAv9-MD5", None, Failure::Algorithm),
        ("AKAv1-MD5", Some("AAAA"), Failure::Malformed),
        ("AKAv1-MD5", Some("%%%"), Failure::Malformed),
    ];
    for (algorithm, nonce, expected) in rows {
        let mut rig = Rig::new();
        let first = rig.start(Start::Register).register();
        let mut reply = rig.challenge(&first);
        reply.challenges[0].algorithm = algorithm.to_owned();
        if let Some(nonce) = nonce {
            reply.challenges[0].nonce = nonce.to_owned();
        }
        let said = rig.answer(&first, &reply);
        assert_eq!(why(&said.events), Some(expected), "{algorithm:?}");
        assert!(said.registers.is_empty());
    }
}

#[test]
fn keys_in_a_challenge_are_told() {
    let mut rig = Rig::new();
    let first = rig.start(Start::Register).register();
    let mut reply = rig.challenge(&first);
    reply.leaks_keys = true;
    assert_eq!(
        rig.answer(&first, &reply).events,
        [Event::KeysLeaked, Event::Answered]
    );
}

#[test]
fn challenges_without_end_are_left() {
    let mut rig = Rig::new();
    let mut register = rig.start(Start::Register).register();
    for _ in 0..MAX_CHALLENGES {
        let reply = rig.challenge(&register);
        register = rig.answer(&register, &reply).register();
    }
    let reply = rig.challenge(&register);
    assert_eq!(
        why(&rig.answer(&register, &reply).events),
        Some(Failure::ChallengeLoop)
    );
    assert!(rig.sets.is_empty());
}

#[test]
fn a_brief_expiry_is_corrected_and_not_for_ever() {
    let mut rig = Rig::with(|configuration| configuration.expires_s = 10);
    let brief = |min_expires_s| Reply {
        min_expires_s: Some(min_expires_s),
        ..status(423)
    };
    let first = rig.start(Start::Register).register();
    let said = rig.answer(&first, &brief(60));
    assert_eq!(said.events, [Event::TooBrief { min_expires_s: 60 }]);
    let second = said.register();
    assert_eq!(second.expires_s, 60);
    let third = rig.answer(&second, &brief(90)).register();
    assert_eq!(
        why(&rig.answer(&third, &brief(120)).events),
        Some(Failure::Refused(423))
    );
    // One that asks for no more than it was given.
    let first = rig.start(Start::Register).register();
    assert_eq!(
        why(&rig.answer(&first, &brief(90)).events),
        Some(Failure::Refused(423))
    );
}

#[test]
fn pauses_grow_and_end_at_half_an_hour() {
    let mut rig = Rig::new();
    let mut register = rig.start(Start::Register).register();
    let mut pauses = Vec::new();
    for _ in 0..10 {
        let said = rig.answer(&register, &status(503));
        assert_eq!(why(&said.events), Some(Failure::Unavailable(503)));
        let began = rig.now;
        register = rig.wait().register();
        assert!(!register.way.protected);
        pauses.push((rig.now - began).as_secs_f64());
    }
    for (place, pause) in pauses.iter().enumerate() {
        let upper = f64::from(30 << place).min(1_800.0);
        assert!((upper / 2.0..=upper).contains(pause), "{place}: {pause}");
    }
    // Retry-After counts where it is longer.
    let reply = Reply {
        retry_after: Some(s(7_200)),
        ..status(503)
    };
    rig.answer(&register, &reply);
    let began = rig.now;
    rig.wait();
    assert_eq!(rig.now - began, s(7_200));
}

#[test]
fn a_refusal_is_final() {
    for refusal in [400, 403, 404, 405, 494, 600] {
        let mut rig = Rig::new();
        let first = rig.start(Start::Register).register();
        let said = rig.answer(&first, &status(refusal));
        let expected = if refusal == 494 {
            Failure::SecurityAgreement
        } else {
            Failure::Refused(refusal)
        };
        assert_eq!(why(&said.events), Some(expected));
        assert_eq!(rig.ue.poll_timeout(), None, "{refusal}");
    }
}

#[test]
fn a_refused_answer_takes_the_new_set_alone() {
    let mut rig = Rig::new();
    rig.register();
    let again = rig.wait().register();
    let reply = rig.challenge(&again);
    let second = rig.answer(&again, &reply).register();
    assert_eq!(rig.sets.len(), 2);
    rig.answer(&second, &status(403));
    assert_eq!(rig.sets.len(), 1);
    assert!(
        rig.ue.is_registered(),
        "a failed authentication ends no registration"
    );
    assert_eq!(rig.ue.way(), again.way);
}

#[test]
fn who_is_not_heard_over_its_set_begins_anew() {
    let mut rig = Rig::new();
    let (before, _) = rig.register();
    let again = rig.wait().register();
    let said = rig.no_answer(&again);
    assert_eq!(why(&said.events), Some(Failure::Unanswered(Unanswered::TimerF)));
    let began = rig.now;
    let anew = rig.wait().register();
    assert_eq!(
        (rig.now - began, anew.procedure),
        (Duration::ZERO, Procedure::Registration)
    );
    assert!(!anew.way.protected);
    assert_ne!(anew.call_id, before.call_id);
    assert!(rig.ue.is_registered());
    let reply = rig.challenge(&anew);
    let second = rig.answer(&anew, &reply).register();
    rig.answer(&second, &ok(3_600));
    assert_eq!(rig.sets.len(), 1, "nothing is left of the old one");
}

#[test]
fn an_answer_that_is_not_heard_is_followed_by_a_registration_over_the_old_set() {
    let mut rig = Rig::new();
    let (before, _) = rig.register();
    let again = rig.wait().register();
    let reply = rig.challenge(&again);
    let second = rig.answer(&again, &reply).register();
    rig.no_answer(&second);
    assert_eq!(rig.sets.len(), 1);
    // TS 33.203 7.3.1.4.
    let next = rig.wait().register();
    assert_eq!(
        (next.way, next.procedure),
        (before.way, Procedure::ReRegistration)
    );
}

#[test]
fn a_password_answers_a_digest_and_never_a_challenge_of_aka() {
    let mut rig = Rig::with(|configuration| {
        configuration.security = Security::SipDigest(Password::new("secret"));
    });
    let first = rig.start(Start::Register).register();
    assert_eq!(first.security_client, None);
    let digest = |stale| Reply {
        challenges: vec![Challenge {
            realm: "r".to_owned(),
            nonce: "n".to_owned(),
            algorithm: "SHA-256".to_owned(),
            opaque: Some("o".to_owned()),
            has_qop: true,
            qop: vec!["auth".to_owned()],
            stale,
        }],
        ..status(401)
    };
    let second = rig.answer(&first, &digest(false)).register();
    let (authorization, qop) = (&second.authorization, second.authorization.qop.as_ref().unwrap());
    assert_eq!(
        (qop.value, qop.nonce_count, authorization.opaque.as_deref()),
        ("auth", 1, Some("o"))
    );
    let a1 = HashA1::new(DigestAlgorithm::Sha256, &authorization.username, "r", b"secret");
    let input = DigestInput {
        algorithm: DigestAlgorithm::Sha256,
        method: "REGISTER",
        uri: &authorization.uri,
        nonce: "n",
        qop: Qop::Auth {
            nc: "00000001",
            cnonce: &qop.cnonce,
        },
    };
    assert!(input.response(&a1).verify(&authorization.response));
    let third = rig.answer(&second, &digest(true)).register();
    assert_eq!(
        why(&rig.answer(&third, &digest(false)).events),
        Some(Failure::Refused(401))
    );

    let first = rig.start(Start::Register).register();
    let reply = rig.challenge(&first);
    assert_eq!(why(&rig.answer(&first, &reply).events), Some(Failure::Algorithm));
    assert!(!format!("{:?}", rig.ue).contains("secret"));
}

#[test]
fn a_200_that_does_not_list_the_contact_registers_nobody() {
    let mut rig = Rig::new();
    let first = rig.start(Start::Register).register();
    let reply = rig.challenge(&first);
    let second = rig.answer(&first, &reply).register();
    assert_eq!(
        why(&rig.answer(&second, &status(200)).events),
        Some(Failure::NotBound)
    );
    assert!(!rig.ue.is_registered());
}

#[test]
fn a_200_without_a_challenge_registers_nobody() {
    for security in [Security::Ipsec(UePolicy::default()), Security::AkaAlone] {
        let mut rig = Rig::with(|configuration| configuration.security = security);
        let first = rig.start(Start::Register).register();
        let granted = Reply {
            expires_s: Some(600),
            ..status(200)
        };
        assert_eq!(
            why(&rig.answer(&first, &granted).events),
            Some(Failure::NotChallenged)
        );
        assert!(!rig.ue.is_registered());
    }
}
