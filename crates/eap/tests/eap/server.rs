//! Answers that the server must not take.

use crate::support::*;
use quintet_crypto::eap_aka_prime::{KAut, KDF_CK_IK_PRIME};
use quintet_eap::{
    Attribute, AttributeType, Code, FailureReason, Message, NotificationCode, Server, ServerOptions,
    ServerStep, Subtype, Type,
};

/// An answer of these attributes, with AT_MAC where one is among them.
fn answer(identifier: u8, subtype: Subtype, attributes: Vec<Attribute<'_>>) -> Vec<u8> {
    let k_aut = KAut::new(array(K_AUT));
    Message::new(subtype, attributes)
        .to_octets(Code::Response, identifier, Type::AKA_PRIME, Some(&k_aut))
        .unwrap()
}

/// The server tells of a general failure, without AT_MAC, and fails whatever the peer says to that.
fn refuses(mut server: Server, answer: &[u8]) -> FailureReason {
    let notification = sent(server.handle(answer));
    let told = message(&notification);
    assert_eq!(
        (told.subtype, told.notification()),
        (Subtype::NOTIFICATION, Some(NotificationCode::GENERAL_FAILURE))
    );
    assert!(!told.has(AttributeType::MAC) && NotificationCode::GENERAL_FAILURE.is_before_authentication());
    let mut peer = peer();
    let (acknowledgement, refusal) = answered(peer.handle(&notification));
    assert_eq!(
        (subtype(&acknowledgement), refusal),
        (Subtype::NOTIFICATION, None)
    );
    assert!(
        matches!(server.handle(answer), ServerStep::Discard(_)),
        "the answer to a request before"
    );
    failed(server.handle(&acknowledgement))
}

fn begun() -> (Server, u8) {
    let (server, challenge) = server(ServerOptions::default());
    (server, challenge[1])
}

#[test]
fn wrong_answers_to_a_challenge() {
    let res = hex::decode(RES).unwrap();
    let mac = Attribute::Mac([0; 16]);
    let mut long = res.clone();
    long.push(0);
    for (attributes, reason) in [
        (vec![Attribute::Res(&res[..7]), mac], FailureReason::Res),
        (vec![Attribute::Res(&long), mac], FailureReason::Res),
        (vec![Attribute::Res(&[0; 8]), mac], FailureReason::Res),
        (
            vec![Attribute::Res(&res), mac, Attribute::Checkcode(&[3; 32])],
            FailureReason::Checkcode,
        ),
        (vec![Attribute::Res(&res)], FailureReason::Malformed),
        (vec![mac], FailureReason::Malformed),
        (vec![], FailureReason::Malformed),
        (vec![Attribute::Kdf(1)], FailureReason::Kdf),
        (vec![Attribute::Kdf(2)], FailureReason::Kdf),
        (
            vec![Attribute::Res(&res), mac, Attribute::Kdf(2)],
            FailureReason::Kdf,
        ),
        (
            vec![Attribute::Res(&res), mac, Attribute::Kdf(1), Attribute::Kdf(1)],
            FailureReason::Kdf,
        ),
        (vec![mac, Attribute::Kdf(1)], FailureReason::Malformed),
        (vec![Attribute::Res(&res), Attribute::Kdf(1)], FailureReason::Kdf),
        (
            vec![Attribute::Res(&res[1..]), mac, Attribute::Kdf(1)],
            FailureReason::Res,
        ),
        (
            vec![
                Attribute::Res(&res),
                mac,
                Attribute::Unknown {
                    kind: AttributeType(99),
                    value: &[0, 0],
                },
            ],
            FailureReason::Malformed,
        ),
    ] {
        let (server, identifier) = begun();
        let octets = answer(identifier, Subtype::CHALLENGE, attributes.clone());
        assert_eq!(refuses(server, &octets), reason, "{attributes:?}");
    }
    let (mut server, identifier) = begun();
    let skipped = Attribute::Unknown {
        kind: AttributeType(200),
        value: &[0, 0],
    };
    let octets = answer(
        identifier,
        Subtype::CHALLENGE,
        vec![Attribute::Res(&res), mac, skipped],
    );
    assert!(
        matches!(server.handle(&octets), ServerStep::Success { .. }),
        "what may be skipped is"
    );
}

/// The chosen KDF again beside RES and MAC asks for nothing; AT_MAC covers it.
#[test]
fn the_chosen_kdf_may_be_repeated_in_the_answer() {
    let res = hex::decode(RES).unwrap();
    let attributes = || {
        vec![
            Attribute::Res(&res),
            Attribute::Mac([0; 16]),
            Attribute::Kdf(KDF_CK_IK_PRIME),
        ]
    };
    let (mut server, identifier) = begun();
    let octets = answer(identifier, Subtype::CHALLENGE, attributes());
    assert!(matches!(server.handle(&octets), ServerStep::Success { .. }));
    // One that was negotiated too.
    let options = ServerOptions {
        kdfs: vec![5, 1],
        ..ServerOptions::default()
    };
    let (mut server, challenge) = crate::support::server(options);
    let again = sent(server.handle(&answer(challenge[1], Subtype::CHALLENGE, vec![Attribute::Kdf(1)])));
    let octets = answer(again[1], Subtype::CHALLENGE, attributes());
    assert!(matches!(server.handle(&octets), ServerStep::Success { .. }));
    // What was changed on the way, or was never under the MAC, is not taken.
    let (server, identifier) = begun();
    let mut spoilt = answer(identifier, Subtype::CHALLENGE, attributes());
    *spoilt.last_mut().unwrap() = 2;
    assert_eq!(refuses(server, &spoilt), FailureReason::Kdf);
    let (server, identifier) = begun();
    let mut added = answer(identifier, Subtype::CHALLENGE, attributes()[..2].to_vec());
    added.extend([24, 1, 0, 1]);
    added[3] += 4;
    assert_eq!(refuses(server, &added), FailureReason::Mac);
}

/// Every octet counts, but the two that are reserved beside what AT_MAC covers are covered as well.
#[test]
fn an_answer_that_was_changed_anywhere_is_not_taken() {
    let res = hex::decode(RES).unwrap();
    let whole = answer(
        0xff,
        Subtype::CHALLENGE,
        vec![Attribute::Res(&res), Attribute::Mac([0; 16])],
    );
    for at in 0..whole.len() {
        for bit in 0..8 {
            let (mut server, identifier) = begun();
            assert_eq!(identifier, 0xff);
            let mut spoilt = whole.clone();
            spoilt[at] ^= 1 << bit;
            let step = server.handle(&spoilt);
            assert!(
                !matches!(step, ServerStep::Success { .. }),
                "octet {at}, bit {bit}"
            );
        }
    }
    assert!(matches!(begun().0.handle(&whole), ServerStep::Success { .. }));
}

#[test]
fn a_wrong_mac_is_told_apart_from_a_wrong_res() {
    let res = hex::decode(RES).unwrap();
    let (server, identifier) = begun();
    let mut octets = answer(
        identifier,
        Subtype::CHALLENGE,
        vec![Attribute::Res(&res), Attribute::Mac([0; 16])],
    );
    *octets.last_mut().unwrap() ^= 0x80;
    assert_eq!(refuses(server, &octets), FailureReason::Mac);
}

#[test]
fn what_ends_at_once() {
    for (octets, reason) in [
        (
            answer(0xff, Subtype::AUTHENTICATION_REJECT, vec![]),
            FailureReason::AuthenticationReject,
        ),
        (
            answer(0xff, Subtype::CLIENT_ERROR, vec![Attribute::ClientErrorCode(0)]),
            FailureReason::ClientError(0),
        ),
        (
            answer(0xff, Subtype::CLIENT_ERROR, vec![Attribute::ClientErrorCode(3)]),
            FailureReason::ClientError(3),
        ),
        (vec![2, 0xff, 0, 6, 3, 23], FailureReason::Nak),
    ] {
        let (mut server, _) = begun();
        assert_eq!(failed(server.handle(&octets)), reason);
        assert!(!server.is_waiting() && matches!(server.handle(&octets), ServerStep::Discard(_)));
    }
}

#[test]
fn other_subtypes_types_and_texts_fail() {
    let auts = Attribute::Auts([1; 14]);
    for octets in [
        answer(0xff, Subtype::IDENTITY, vec![Attribute::Identity(b"bob")]),
        answer(0xff, Subtype::REAUTHENTICATION, vec![Attribute::Mac([0; 16])]),
        answer(0xff, Subtype::NOTIFICATION, vec![]),
        answer(0xff, Subtype(77), vec![]),
        answer(0xff, Subtype::SYNCHRONIZATION_FAILURE, vec![]),
        vec![2, 0xff, 0, 8, 1, b'b', b'o', b'b'],
        vec![2, 0xff, 0, 10, 50, 1, 0, 0, 3, 9],
    ] {
        assert_eq!(
            refuses(begun().0, &octets),
            FailureReason::Malformed,
            "{octets:02x?}"
        );
    }
    let octets = answer(
        0xff,
        Subtype::SYNCHRONIZATION_FAILURE,
        vec![auts, Attribute::Kdf(9)],
    );
    assert_eq!(
        refuses(begun().0, &octets),
        FailureReason::Kdf,
        "other KDFs than were sent"
    );
    let octets = answer(0xff, Subtype::SYNCHRONIZATION_FAILURE, vec![auts]);
    assert!(
        matches!(begun().0.handle(&octets), ServerStep::Resynchronise { .. }),
        "a peer may leave them out"
    );
}

#[test]
fn what_is_not_for_it_is_discarded() {
    let res = hex::decode(RES).unwrap();
    let (mut server, challenge) = server(ServerOptions::default());
    let other = answer(
        7,
        Subtype::CHALLENGE,
        vec![Attribute::Res(&res), Attribute::Mac([0; 16])],
    );
    for octets in [&other[..], &challenge, &[3, 0xff, 0, 4], &[2, 0xff, 0, 4], &[]] {
        assert!(
            matches!(server.handle(octets), ServerStep::Discard(_)),
            "{octets:02x?}"
        );
    }
    assert!(server.is_waiting());
}

#[test]
fn a_kdf_is_negotiated_once_and_from_the_list() {
    let options = || ServerOptions {
        kdfs: vec![5, 1],
        ..ServerOptions::default()
    };
    for wish in [vec![5], vec![2], vec![1, 1], vec![1, 5]] {
        let (server, challenge) = server(options());
        let attributes = wish.iter().copied().map(Attribute::Kdf).collect();
        let octets = answer(challenge[1], Subtype::CHALLENGE, attributes);
        assert_eq!(refuses(server, &octets), FailureReason::Kdf, "{wish:?}");
    }
    let (mut server, challenge) = server(options());
    let again = sent(server.handle(&answer(challenge[1], Subtype::CHALLENGE, vec![Attribute::Kdf(1)])));
    let octets = answer(again[1], Subtype::CHALLENGE, vec![Attribute::Kdf(5)]);
    assert_eq!(refuses(server, &octets), FailureReason::Kdf, "twice");
    // A peer that has the first one this server has not.
    let (server, challenge) = crate::support::server(options());
    let res = hex::decode(RES).unwrap();
    let octets = answer(
        challenge[1],
        Subtype::CHALLENGE,
        vec![Attribute::Res(&res), Attribute::Mac([0; 16])],
    );
    assert_eq!(refuses(server, &octets), FailureReason::Kdf);
}

#[test]
fn what_cannot_begin() {
    let begin = |name: &[u8], kdfs| {
        let options = ServerOptions {
            kdfs,
            ..ServerOptions::default()
        };
        Server::begin(vector(), name, SUPI, options, 0).is_some()
    };
    assert!(begin(NAME.as_bytes(), vec![1]));
    assert!(!begin(b"", vec![1]), "no name");
    assert!(!begin(&[b'x'; 1017], vec![1]), "longer than an attribute");
    assert!(!begin(NAME.as_bytes(), vec![]), "no KDF");
    assert!(!begin(NAME.as_bytes(), (1..=16).collect()), "too many KDFs");
}
