//! Octets that others made, and the forms of each attribute.

use crate::support::*;
use quintet_crypto::eap_aka_prime::KAut;
use quintet_eap::{
    Attribute, AttributeType, Code, MAX_ATTRIBUTES, MAX_KDFS, Message, NotificationCode, Packet,
    ServerOptions, Subtype, Type, describe,
};

/// AKA'-Challenge written by hand from RFC 4187 10 and RFC 9048 3, its AT_MAC computed with Python's `hmac`.
const CHALLENGE: &str = "01ff006c3201000001050000881ed72e966663e3010aacbd24b28424020500000a12765cbbc28000f7962627e61cb1651801\
00011709002035473a6d6e633834302e6d63633430352e336770706e6574776f726b2e6f72670b050000";
const CHALLENGE_MAC: &str = "8e853461958b0d4106b9dcbf603fef65";

/// AKA'-Challenge of the peer, the same way.
const RESPONSE: &str = "02ff002832010000030300400d071851ae2dc5d40b050000";
const RESPONSE_MAC: &str = "35c5dc3e4bef92c5ec0c3efdc43cbdf6";

fn challenge() -> Vec<u8> {
    hex::decode(format!("{CHALLENGE}{CHALLENGE_MAC}")).unwrap()
}

#[test]
fn a_challenge_is_written_as_by_hand() {
    let (_, written) = server(ServerOptions::default());
    assert_eq!(hex::encode(written), hex::encode(challenge()));
}

#[test]
fn a_response_is_written_as_by_hand() {
    let (answer, _) = through_usim(&mut peer(), &challenge(), genuine());
    assert_eq!(hex::encode(answer), format!("{RESPONSE}{RESPONSE_MAC}"));
}

#[test]
fn every_attribute_is_read_as_it_was_written() {
    let attributes = vec![
        Attribute::Rand([1; 16]),
        Attribute::Autn([2; 16]),
        Attribute::Res(&[3; 5]),
        Attribute::Auts([4; 14]),
        Attribute::Mac([0; 16]),
        Attribute::KdfInput(b"5G:"),
        Attribute::Kdf(1),
        Attribute::Kdf(2),
        Attribute::Checkcode(&[5; 32]),
        Attribute::ResultInd,
        Attribute::Bidding {
            prefers_aka_prime: true,
        },
        Attribute::Identity(b"bob@a"),
        Attribute::ClientErrorCode(0),
        Attribute::Notification(NotificationCode::SUCCESS),
        Attribute::PermanentIdReq,
        Attribute::FullauthIdReq,
        Attribute::AnyIdReq,
        Attribute::Unknown {
            kind: AttributeType(222),
            value: &[9; 6],
        },
    ];
    let message = Message::new(Subtype::CHALLENGE, attributes.clone());
    let octets = message
        .to_octets(Code::Response, 7, Type::AKA_PRIME, None)
        .unwrap();
    let packet = Packet::decode(&octets).unwrap();
    let read = Message::decode(&packet).unwrap();
    assert_eq!(
        (read.subtype, &read.attributes),
        (Subtype::CHALLENGE, &attributes)
    );
    assert_eq!(
        read.to_octets(Code::Response, 7, Type::AKA_PRIME, None).unwrap(),
        octets
    );
    let shown = describe(&octets).unwrap();
    assert_eq!(
        (&*shown.name, shown.value.as_str()),
        ("EAP-Response", "EAP-AKA', Challenge")
    );
    let at = |name: &str| {
        shown
            .fields
            .iter()
            .find(|field| field.name == name)
            .unwrap_or_else(|| panic!("{name}"))
    };
    for (name, value) in [
        ("AT_RES", "0303030303"),
        ("AT_KDF_INPUT", "5G:"),
        ("AT_IDENTITY", "bob@a"),
        ("AT_NOTIFICATION", "32768 (Success)"),
        ("attribute 222", "090909090909"),
        ("Identifier", "7"),
    ] {
        assert_eq!(at(name).value, value, "{name}");
    }
    for (field, kind) in shown.fields[1..].iter().zip(&attributes) {
        assert_eq!(
            octets[field.at],
            kind.kind().0,
            "{} stands where it is said to",
            field.name
        );
    }
    assert!(
        !read.mac_holds(&packet, &KAut::new([0; 32])),
        "nobody made its AT_MAC"
    );
}

/// A message of one attribute in raw octets.
fn with(attribute: &[u8]) -> Vec<u8> {
    let mut octets = vec![1, 0, 0, (8 + attribute.len()) as u8, 50, 1, 0, 0];
    octets.extend_from_slice(attribute);
    octets
}

#[test]
fn lengths_that_are_wrong() {
    let zeros = |front: &[u8], octets: usize| [front, &vec![0; octets - front.len()]].concat();
    for (wrong, path) in [
        (vec![1], "unknown"),
        (vec![1, 0, 0, 0], "AT_RAND"),
        (vec![200, 0, 0, 0], "unknown attribute"),
        (zeros(&[1, 4], 16), "AT_RAND"),
        (zeros(&[1, 6], 24), "AT_RAND"),
        (zeros(&[2, 5], 16), "AT_AUTN"),
        (zeros(&[11, 1], 4), "AT_MAC"),
        (zeros(&[4, 5], 20), "AT_AUTS"),
        (zeros(&[4, 3], 12), "AT_AUTS"),
        (zeros(&[3, 3, 0, 63], 12), "AT_RES"),
        (zeros(&[3, 3, 0, 24], 12), "AT_RES"),
        (zeros(&[3, 6, 0, 136], 24), "AT_RES"),
        (zeros(&[3, 2, 0, 64], 8), "AT_RES"),
        (zeros(&[3, 4, 0, 64], 16), "AT_RES"),
        (zeros(&[23, 2, 0, 5], 8), "AT_KDF_INPUT"),
        (zeros(&[23, 3, 0, 4], 12), "AT_KDF_INPUT"),
        (zeros(&[14, 1, 0, 1], 4), "AT_IDENTITY"),
        (zeros(&[24, 2], 8), "AT_KDF"),
        (zeros(&[134, 2], 8), "AT_CHECKCODE"),
        (zeros(&[135, 2], 8), "AT_RESULT_IND"),
        (zeros(&[12, 2], 8), "AT_NOTIFICATION"),
    ] {
        let octets = with(&wrong);
        let packet = Packet::decode(&octets).unwrap();
        let error = Message::decode(&packet).unwrap_err();
        assert!(wrong.len() == 1 || error.path == path, "{wrong:?}: {error}");
        assert!(error.at >= 8, "{error}");
        assert!(describe(&octets).is_err());
    }
}

#[test]
fn attributes_stand_once_and_are_not_too_many() {
    let decode = |attributes: Vec<Attribute<'_>>| {
        let octets = Message::new(Subtype::CHALLENGE, attributes)
            .to_octets(Code::Request, 0, Type::AKA, None)
            .unwrap();
        Message::decode(&Packet::decode(&octets).unwrap()).map(|message| message.attributes.len())
    };
    assert!(decode(vec![Attribute::Rand([0; 16]); 2]).is_err());
    assert_eq!(decode(vec![Attribute::Kdf(1); MAX_KDFS]), Ok(MAX_KDFS));
    assert!(decode(vec![Attribute::Kdf(1); MAX_KDFS + 1]).is_err());
    let unknown = |count: usize| {
        (0..count)
            .map(|i| Attribute::Unknown {
                kind: AttributeType(200 + i as u8),
                value: &[0, 0],
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(decode(unknown(MAX_ATTRIBUTES)), Ok(MAX_ATTRIBUTES));
    assert!(decode(unknown(MAX_ATTRIBUTES + 1)).is_err());
    let octets = [2, 0, 0, 6, 1, b'x'];
    assert!(
        Message::decode(&Packet::decode(&octets).unwrap()).is_err(),
        "another type has no message"
    );
}

#[test]
fn what_is_too_long_is_not_written() {
    let write = |attribute| {
        Message::new(Subtype::CHALLENGE, vec![attribute])
            .to_octets(Code::Request, 0, Type::AKA_PRIME, None)
            .is_some()
    };
    let text = [b'x'; 1017];
    assert!(write(Attribute::Identity(&text[..1016])) && !write(Attribute::Identity(&text)));
    assert!(write(Attribute::Res(&text[..16])) && !write(Attribute::Res(&text[..17])));
}
