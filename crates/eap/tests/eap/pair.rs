//! Server and peer together.

use crate::support::*;
use quintet_crypto::fgs::KAusf;
use quintet_eap::{FailureReason, PeerStep, Refusal, ServerOptions, ServerStep, Subtype, UsimAnswer};

/// Ends a run: the answer succeeds, EAP-Success reaches the peer, both have the keys of the row.
fn succeeds(server: &mut quintet_eap::Server, peer: &mut quintet_eap::Peer, answer: &[u8]) {
    let ServerStep::Success { packet, keys } = server.handle(answer) else {
        panic!("no success")
    };
    assert_eq!(
        packet,
        [3, answer[1], 0, 4],
        "EAP-Success answers the last response"
    );
    assert_eq!(hex::encode(KAusf::from_emsk(&keys.emsk).expose()), K_AUSF);
    let PeerStep::Success(ours) = peer.handle(&packet) else {
        panic!("no success at the peer")
    };
    assert_eq!(ours, keys);
    assert!(
        matches!(server.handle(answer), ServerStep::Discard(_)),
        "it is over"
    );
    assert!(matches!(peer.handle(&packet), PeerStep::Discard(_)), "it is over");
}

#[test]
fn an_authentication_succeeds() {
    for checkcode in [false, true] {
        let (mut server, challenge) = server(ServerOptions {
            checkcode,
            ..ServerOptions::default()
        });
        let mut peer = peer();
        let (answer, refusal) = through_usim(&mut peer, &challenge, genuine());
        assert_eq!(
            (refusal, message(&answer).checkcode()),
            (None, checkcode.then_some(&[][..]))
        );
        assert_eq!(
            answered(peer.handle(&challenge)).0,
            answer,
            "a retransmission gets the same answer"
        );
        succeeds(&mut server, &mut peer, &answer);
    }
}

#[test]
fn a_protected_result_comes_before_the_success() {
    let (mut server, challenge) = server(ServerOptions {
        result_ind: true,
        ..ServerOptions::default()
    });
    let mut peer = peer();
    let (answer, _) = through_usim(&mut peer, &challenge, genuine());
    let indication = sent(server.handle(&answer));
    assert!(
        matches!(peer.handle(&[3, 0, 0, 4]), PeerStep::Discard(_)),
        "not before the result"
    );
    let mut spoilt = indication.clone();
    *spoilt.last_mut().unwrap() ^= 1;
    assert_eq!(answered(peer.handle(&spoilt)).1, Some(Refusal::Mac));
    assert!(
        matches!(peer.handle(&[3, 0, 0, 4]), PeerStep::Discard(_)),
        "nor by a forged one"
    );
    let (acknowledgement, refusal) = answered(peer.handle(&indication));
    assert_eq!(
        (subtype(&acknowledgement), refusal),
        (Subtype::NOTIFICATION, None)
    );
    succeeds(&mut server, &mut peer, &acknowledgement);
}

/// RFC 9048 3.2: the KDF that the peer has comes back in front of the whole list.
#[test]
fn another_kdf_of_the_list_is_negotiated() {
    let (mut server, challenge) = server(ServerOptions {
        kdfs: vec![0xfff0, 7, 1],
        ..ServerOptions::default()
    });
    let mut peer = peer();
    let (wish, refusal) = answered(peer.handle(&challenge));
    assert_eq!(
        (message(&wish).kdfs().collect::<Vec<_>>(), refusal),
        (vec![1], Some(Refusal::Kdf))
    );
    assert_eq!(message(&wish).attributes.len(), 1, "AT_KDF alone");
    let again = sent(server.handle(&wish));
    assert_eq!(message(&again).kdfs().collect::<Vec<_>>(), [1, 0xfff0, 7, 1]);
    assert_eq!(message(&again).rand(), message(&challenge).rand());
    let (answer, _) = through_usim(&mut peer, &again, genuine());
    succeeds(&mut server, &mut peer, &answer);
}

#[test]
fn a_resynchronisation_leads_to_another_challenge() {
    let (mut server, challenge) = server(ServerOptions::default());
    let mut peer = peer();
    let auts = array("00112233445566778899aabbccdd");
    let (failure, refusal) = through_usim(&mut peer, &challenge, UsimAnswer::SynchronisationFailure { auts });
    assert_eq!(
        (subtype(&failure), refusal),
        (Subtype::SYNCHRONIZATION_FAILURE, Some(Refusal::Sqn))
    );
    assert_eq!(
        message(&failure).kdfs().collect::<Vec<_>>(),
        [1],
        "the KDFs are repeated"
    );
    let ServerStep::Resynchronise { rand, auts: got } = server.handle(&failure) else {
        panic!("no AUTS")
    };
    assert_eq!((rand, got), (array(RAND), auts));
    assert!(
        matches!(server.handle(&failure), ServerStep::Discard(_)),
        "the UDM is asked once"
    );
    let challenge = server.restart(vector()).unwrap();
    assert!(server.restart(vector()).is_none());
    let (answer, _) = through_usim(&mut peer, &challenge, genuine());
    succeeds(&mut server, &mut peer, &answer);
}

/// A serving network that is not what it says, towards the home network or the UE.
#[test]
fn another_serving_network_is_rejected() {
    let elsewhere = "5G:mnc001.mcc001.3gppnetwork.org";
    let vector = quintet_eap::Vector {
        keys: keys(elsewhere),
        ..vector()
    };
    let (mut server, challenge) =
        quintet_eap::Server::begin(vector, elsewhere.as_bytes(), SUPI, ServerOptions::default(), 1).unwrap();
    let (reject, refusal) = answered(peer().handle(&challenge));
    assert_eq!(
        (subtype(&reject), refusal),
        (Subtype::AUTHENTICATION_REJECT, Some(Refusal::NetworkName))
    );
    assert_eq!(
        failed(server.handle(&reject)),
        FailureReason::AuthenticationReject
    );
}

#[test]
fn a_wrong_autn_is_rejected() {
    let (mut server, challenge) = server(ServerOptions::default());
    let (reject, refusal) = through_usim(&mut peer(), &challenge, UsimAnswer::MacFailure);
    assert_eq!(
        (subtype(&reject), refusal),
        (Subtype::AUTHENTICATION_REJECT, Some(Refusal::MacA))
    );
    assert_eq!(
        failed(server.handle(&reject)),
        FailureReason::AuthenticationReject
    );
}

/// The identity round that others' servers begin with: the checkcode covers it.
#[test]
fn the_checkcode_covers_the_identity_round() {
    use quintet_crypto::eap_aka_prime::{KAut, checkcode};
    use quintet_eap::{Attribute, Code, Message, Type};
    let mut peer = peer();
    let ask = Message::new(Subtype::IDENTITY, vec![Attribute::FullauthIdReq]);
    let ask = ask.to_octets(Code::Request, 1, Type::AKA_PRIME, None).unwrap();
    let (told, _) = answered(peer.handle(&ask));
    assert!(
        message(&told)
            .attributes
            .contains(&Attribute::Identity(SUCI.as_bytes()))
    );
    let (_, challenge) = server(ServerOptions::default());
    let mut with = message(&challenge);
    let digest = checkcode(&[&ask, &told]);
    for (code, refusal) in [
        (&[][..], Some(Refusal::Checkcode)),
        (&[7; 32], Some(Refusal::Checkcode)),
        (&digest, None),
    ] {
        with.attributes
            .retain(|attribute| !matches!(attribute, Attribute::Checkcode(_)));
        with.attributes.push(Attribute::Checkcode(code));
        let k_aut = KAut::new(array(K_AUT));
        let octets = with
            .to_octets(Code::Request, 2, Type::AKA_PRIME, Some(&k_aut))
            .unwrap();
        match refusal {
            Some(_) => assert_eq!(answered(peer.handle(&octets)).1, refusal),
            None => {
                let (answer, refusal) = through_usim(&mut peer, &octets, genuine());
                assert_eq!((message(&answer).checkcode(), refusal), (Some(&digest[..]), None));
            }
        }
    }
}

#[test]
fn debug_names_nobody_and_no_key() {
    let ((mut server, challenge), mut peer) = (server(ServerOptions::default()), peer());
    let (answer, _) = through_usim(&mut peer, &challenge, genuine());
    let text = format!("{server:?} {peer:?} {:?}", server.handle(&answer));
    assert!(
        !text.contains("6405840319103415") && text.contains("MasterKeys") && text.contains("(redacted)"),
        "{text}"
    );
}
