//! Challenges that the peer must not answer with RES, each a genuine one that somebody changed and gave a right AT_MAC.

use crate::support::*;
use quintet_crypto::eap_aka_prime::KAut;
use quintet_eap::{
    Attribute, AttributeType, Code, Message, NotificationCode, Peer, PeerStep, Refusal, ServerOptions,
    Subtype, Type,
};

fn request(identifier: u8, subtype: Subtype, attributes: Vec<Attribute<'_>>) -> Vec<u8> {
    let k_aut = KAut::new(array(K_AUT));
    Message::new(subtype, attributes)
        .to_octets(Code::Request, identifier, Type::AKA_PRIME, Some(&k_aut))
        .unwrap()
}

/// The attributes of a genuine challenge.
fn attributes() -> Vec<Attribute<'static>> {
    vec![
        Attribute::Rand(array(RAND)),
        Attribute::Autn(array(AUTN)),
        Attribute::Kdf(1),
        Attribute::KdfInput(NAME.as_bytes()),
        Attribute::Mac([0; 16]),
    ]
}

fn without(kind: AttributeType) -> Vec<Attribute<'static>> {
    attributes()
        .into_iter()
        .filter(|attribute| attribute.kind() != kind)
        .collect()
}

fn with(kind: AttributeType, other: &[Attribute<'static>]) -> Vec<Attribute<'static>> {
    [without(kind), other.to_vec()].concat()
}

#[test]
fn challenges_that_never_reach_the_usim() {
    let reject = Subtype::AUTHENTICATION_REJECT;
    let error = Subtype::CLIENT_ERROR;
    let mut unseparated: [u8; 16] = array(AUTN);
    unseparated[6] &= 0x7f;
    for (attributes, subtype_of_answer, refusal) in [
        (without(AttributeType::KDF_INPUT), reject, Refusal::NetworkName),
        (
            with(AttributeType::KDF_INPUT, &[Attribute::KdfInput(b"")]),
            reject,
            Refusal::NetworkName,
        ),
        (
            with(
                AttributeType::KDF_INPUT,
                &[Attribute::KdfInput(&NAME.as_bytes()[..31])],
            ),
            reject,
            Refusal::NetworkName,
        ),
        (
            with(
                AttributeType::KDF_INPUT,
                &[Attribute::KdfInput(
                    b"5G:mnc840.mcc405.3gppnetwork.org:00000000001",
                )],
            ),
            reject,
            Refusal::NetworkName,
        ),
        (without(AttributeType::KDF), reject, Refusal::Kdf),
        (
            with(AttributeType::KDF, &[Attribute::Kdf(2)]),
            reject,
            Refusal::Kdf,
        ),
        (
            with(AttributeType::KDF, &[Attribute::Kdf(1), Attribute::Kdf(1)]),
            reject,
            Refusal::Kdf,
        ),
        (
            with(
                AttributeType::KDF,
                &[Attribute::Kdf(1), Attribute::Kdf(2), Attribute::Kdf(2)],
            ),
            reject,
            Refusal::Kdf,
        ),
        (
            with(AttributeType::AUTN, &[Attribute::Autn(unseparated)]),
            reject,
            Refusal::SeparationBit,
        ),
        (without(AttributeType::RAND), error, Refusal::Unprocessable),
        (without(AttributeType::AUTN), error, Refusal::Unprocessable),
        (without(AttributeType::MAC), error, Refusal::Unprocessable),
        (
            [attributes(), vec![Attribute::Checkcode(&[1; 32])]].concat(),
            error,
            Refusal::Checkcode,
        ),
        (
            [
                attributes(),
                vec![Attribute::Unknown {
                    kind: AttributeType(77),
                    value: &[0, 0],
                }],
            ]
            .concat(),
            error,
            Refusal::Unprocessable,
        ),
    ] {
        let (answer, got) = answered(peer().handle(&request(1, Subtype::CHALLENGE, attributes.clone())));
        assert_eq!(
            (subtype(&answer), got),
            (subtype_of_answer, Some(refusal)),
            "{attributes:?}"
        );
        assert_eq!((answer[0], answer[1]), (2, 1));
    }
    let skippable = [
        attributes(),
        vec![Attribute::Unknown {
            kind: AttributeType(153),
            value: &[0, 1],
        }],
    ]
    .concat();
    let (answer, refusal) = through_usim(&mut peer(), &request(1, Subtype::CHALLENGE, skippable), genuine());
    assert_eq!(
        (subtype(&answer), refusal),
        (Subtype::CHALLENGE, None),
        "forward secrecy is skipped"
    );
}

/// After a negotiation only the chosen KDF in front of the same list will do; anything else is as AT_MAC not holding.
#[test]
fn the_list_of_kdfs_must_come_back_as_it_was() {
    let list = |kdfs: &[u16]| kdfs.iter().map(|kdf| Attribute::Kdf(*kdf)).collect::<Vec<_>>();
    for (kdfs, fits) in [
        (&[1, 4, 1, 9][..], true),
        (&[4, 1, 9], false),
        (&[1, 4, 9], false),
        (&[1, 4, 1], false),
        (&[1, 4, 1, 9, 8], false),
        (&[1], false),
        (&[4, 4, 1, 9], false),
        (&[], false),
    ] {
        let mut peer = peer();
        let first = request(1, Subtype::CHALLENGE, with(AttributeType::KDF, &list(&[4, 1, 9])));
        assert_eq!(
            message(&answered(peer.handle(&first)).0)
                .kdfs()
                .collect::<Vec<_>>(),
            [1]
        );
        let second = request(2, Subtype::CHALLENGE, with(AttributeType::KDF, &list(kdfs)));
        if fits {
            assert_eq!(through_usim(&mut peer, &second, genuine()).1, None);
        } else {
            let (answer, refusal) = answered(peer.handle(&second));
            assert_eq!(
                (subtype(&answer), refusal),
                (Subtype::CLIENT_ERROR, Some(Refusal::KdfList)),
                "{kdfs:?}"
            );
        }
    }
}

#[test]
fn a_challenge_that_was_changed_anywhere_gives_no_res() {
    let whole = request(1, Subtype::CHALLENGE, attributes());
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 1 << bit;
            let mut peer = peer();
            let step = match peer.handle(&spoilt) {
                // RAND and AUTN are the USIM's to check; here it finds both genuine.
                PeerStep::Usim { .. } => peer.handle_usim(genuine()),
                step => step,
            };
            if let PeerStep::Send {
                refusal: None,
                packet,
            } = step
            {
                assert_ne!(
                    message(&packet).subtype,
                    Subtype::CHALLENGE,
                    "octet {at}, bit {bit}"
                );
            }
            assert!(
                matches!(peer.handle(&[3, 1, 0, 4]), PeerStep::Discard(_)),
                "octet {at}, bit {bit}"
            );
        }
    }
    let (_, refusal) = through_usim(&mut peer(), &whole, genuine());
    assert_eq!(refusal, None);
}

/// AT_MAC that does not hold: what was changed is what only AT_MAC covers.
#[test]
fn a_mac_that_does_not_hold_is_a_client_error() {
    let mut octets = request(1, Subtype::CHALLENGE, attributes());
    *octets.last_mut().unwrap() ^= 1;
    let (answer, refusal) = through_usim(&mut peer(), &octets, genuine());
    assert_eq!(
        (subtype(&answer), refusal),
        (Subtype::CLIENT_ERROR, Some(Refusal::Mac))
    );
    assert_eq!(message(&answer).client_error_code(), Some(0));
}

/// RFC 9048 4: who has EAP-AKA' and is asked for EAP-AKA by a server that prefers EAP-AKA' is lied to.
#[test]
fn bidding_down_is_rejected() {
    let aka = |bidding: &[Attribute<'static>]| {
        let attributes = [&attributes()[..2], bidding].concat();
        Message::new(Subtype::CHALLENGE, attributes)
            .to_octets(Code::Request, 1, Type::AKA, None)
            .unwrap()
    };
    let (answer, refusal) = answered(peer().handle(&aka(&[Attribute::Bidding {
        prefers_aka_prime: true,
    }])));
    assert_eq!(
        (answer[4], subtype(&answer)),
        (23, Subtype::AUTHENTICATION_REJECT)
    );
    assert_eq!(refusal, Some(Refusal::BiddingDown));
    for bidding in [
        &[][..],
        &[Attribute::Bidding {
            prefers_aka_prime: false,
        }],
    ] {
        let (answer, refusal) = answered(peer().handle(&aka(bidding)));
        assert_eq!(
            (&answer[..], refusal),
            (&[2, 1, 0, 6, 3, 50][..], Some(Refusal::Method))
        );
    }
    let (answer, _) = answered(peer().handle(&[1, 9, 0, 6, 13, 0]));
    assert_eq!(answer, [2, 9, 0, 6, 3, 50], "EAP-TLS is refused as well");
}

/// TS 33.501 6.1.3.1: nothing of fast re-authentication is there.
#[test]
fn fast_re_authentication_is_refused() {
    let encr = Attribute::Unknown {
        kind: AttributeType::ENCR_DATA,
        value: &[0; 18],
    };
    let iv = Attribute::Unknown {
        kind: AttributeType::IV,
        value: &[0; 18],
    };
    let octets = request(
        1,
        Subtype::REAUTHENTICATION,
        vec![iv, encr, Attribute::Mac([0; 16])],
    );
    let (answer, refusal) = answered(peer().handle(&octets));
    assert_eq!(
        (subtype(&answer), refusal),
        (Subtype::CLIENT_ERROR, Some(Refusal::Unprocessable))
    );
    let offered = [attributes(), vec![iv, encr]].concat();
    let (answer, refusal) = through_usim(&mut peer(), &request(1, Subtype::CHALLENGE, offered), genuine());
    assert_eq!(
        (subtype(&answer), refusal),
        (Subtype::CHALLENGE, None),
        "an identity for it is not taken"
    );
}

#[test]
fn identities_are_told_concealed_and_not_for_ever() {
    let mut peer = peer();
    let (answer, _) = answered(peer.handle(&[1, 0, 0, 5, 1]));
    assert_eq!(&answer[5..], SUCI.as_bytes(), "EAP's own identity request");
    for identifier in 1..=4 {
        let (answer, refusal) = answered(peer.handle(&request(
            identifier,
            Subtype::IDENTITY,
            vec![Attribute::PermanentIdReq],
        )));
        assert_eq!(refusal, None);
        assert!(
            message(&answer)
                .attributes
                .contains(&Attribute::Identity(SUCI.as_bytes())),
            "never the SUPI"
        );
    }
    let refused =
        |peer: &mut Peer, attributes| answered(peer.handle(&request(9, Subtype::IDENTITY, attributes))).1;
    assert_eq!(
        refused(&mut peer, vec![Attribute::AnyIdReq]),
        Some(Refusal::Unprocessable),
        "too often"
    );
    let mut silent = Peer::new(name().octets(), SUPI, None, false);
    assert_eq!(
        refused(&mut silent, vec![Attribute::AnyIdReq]),
        Some(Refusal::Unprocessable)
    );
    assert!(matches!(silent.handle(&[1, 0, 0, 5, 1]), PeerStep::Discard(_)));
    let both = vec![Attribute::AnyIdReq, Attribute::PermanentIdReq];
    assert_eq!(
        refused(&mut crate::support::peer(), both),
        Some(Refusal::Unprocessable)
    );
}

#[test]
fn notifications_before_and_after() {
    let challenge = request(1, Subtype::CHALLENGE, attributes());
    let general = vec![Attribute::Notification(NotificationCode::GENERAL_FAILURE)];
    let after = |code| vec![Attribute::Notification(code), Attribute::Mac([0; 16])];
    let (_, refusal) = answered(peer().handle(&request(
        2,
        Subtype::NOTIFICATION,
        after(NotificationCode::SUCCESS),
    )));
    assert_eq!(refusal, Some(Refusal::Unprocessable), "nothing was answered");
    let (_, refusal) = answered(peer().handle(&request(2, Subtype::NOTIFICATION, vec![])));
    assert_eq!(refusal, Some(Refusal::Unprocessable), "no code");
    let mut peer = peer();
    through_usim(&mut peer, &challenge, genuine());
    let (answer, _) = answered(peer.handle(&request(2, Subtype::NOTIFICATION, general)));
    assert!(message(&answer).attributes.is_empty(), "without AT_MAC");
    let failure = after(NotificationCode::GENERAL_FAILURE_AFTER_AUTHENTICATION);
    let (answer, refusal) = answered(peer.handle(&request(3, Subtype::NOTIFICATION, failure)));
    assert_eq!((message(&answer).has(AttributeType::MAC), refusal), (true, None));
    assert!(
        matches!(peer.handle(&[3, 3, 0, 4]), PeerStep::Discard(_)),
        "it failed"
    );
    assert!(matches!(peer.handle(&[4, 3, 0, 4]), PeerStep::Failure));
}

#[test]
fn results_nobody_waits_for_are_discarded() {
    let mut peer = peer();
    assert!(
        matches!(peer.handle(&[3, 1, 0, 4]), PeerStep::Discard(_)),
        "success before a challenge"
    );
    assert!(
        matches!(peer.handle_usim(genuine()), PeerStep::Discard(_)),
        "an answer to no question"
    );
    assert!(
        matches!(peer.handle(&[2, 1, 0, 5, 50]), PeerStep::Discard(_)),
        "a response"
    );
    assert!(matches!(peer.handle(&[7]), PeerStep::Discard(_)));
    // A result indication is an option of this end as well.
    let octets = request(
        1,
        Subtype::CHALLENGE,
        [attributes(), vec![Attribute::ResultInd]].concat(),
    );
    let mut without = Peer::new(name().octets(), SUPI, None, false);
    let (answer, _) = through_usim(&mut without, &octets, genuine());
    assert!(!message(&answer).has(AttributeType::RESULT_IND));
    assert!(matches!(without.handle(&[3, 1, 0, 4]), PeerStep::Success(_)));
    let _ = ServerOptions::default();
}
