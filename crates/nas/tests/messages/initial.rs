//! Initial messages of 5GS: what is sent in the clear, what in the container, and what the other end makes of it
//! (TS 24.501 4.4.6).

use crate::support::Random;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, fgs::KAmf};
use quintet_nas::fgs::*;
use quintet_nas::security::fgs::{OpenError, cleartext};
use quintet_nas::security::{Access, NasSecurityContext, Protection, Role, SecurityHeader};

fn ends(nea: u8) -> (NasSecurityContext, NasSecurityContext) {
    let end = |role| {
        let algorithms = (IntegrityAlgorithm(2), CipheringAlgorithm(nea));
        NasSecurityContext::derive_fgs(
            role,
            Access::ThreeGpp,
            &KAmf::new([0x51; 32]),
            algorithms.0,
            algorithms.1,
        )
        .unwrap()
    };
    (end(Role::Ue), end(Role::Network))
}

/// A REGISTRATION REQUEST and a SERVICE REQUEST with elements of both kinds, and a CONTROL PLANE SERVICE REQUEST.
const MESSAGES: [&str; 4] = [
    "7e004179000bf200f110020040c0ffee01100107 2e02f0f0 2f020101 50022000",
    "7e004c10 0007f40040c0ffee01 40022000 50022000",
    "7e004510 000bf200f110020040c0ffee013c0101",
    "7e004f10 81 7b000101",
];

/// The elements that may be in the clear (TS 24.501 4.4.6), and the container of the others.
const CLEAR: [&str; 14] = [
    "5GS registration type",
    "ngKSI",
    "5GS mobile identity",
    "UE security capability",
    "Additional GUTI",
    "UE status",
    "EPS NAS message container",
    "NID",
    "UE determined PLMN with disaster condition",
    "De-registration type",
    "Service type",
    "5G-S-TMSI",
    "Control plane service type",
    "NAS message container",
];

fn octets(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

fn message(octets: &[u8]) -> FgmmMessage<'_> {
    let decoded = FgmmMessage::decode_uplink(octets).unwrap();
    assert!(decoded.soft_errors.is_empty(), "{:?}", decoded.soft_errors);
    decoded.message
}

#[test]
fn what_is_hidden_comes_out_at_the_other_end() {
    for (nea, text) in (0..4).flat_map(|nea| MESSAGES.map(|text| (nea, text))) {
        let (mut ue, mut network) = ends(nea);
        let whole = octets(text);
        let mut pdu = Vec::new();
        ue.protect_initial(&message(&whole), &mut pdu).unwrap();
        let header = SecurityHeader::parse_fgs(&pdu).unwrap();
        assert_eq!(
            header.header_type.protection(),
            Some(Protection::Integrity),
            "{text}"
        );
        let outer = message(header.payload);
        assert_eq!(
            cleartext(&outer),
            cleartext(&message(&whole)),
            "the clear part is clear: {text}"
        );
        for field in outer.describe() {
            assert!(CLEAR.contains(&&*field.name), "{} is in the clear", field.name);
        }
        if nea != 0 {
            let hidden = &whole[whole.len() - 4..];
            assert!(
                !pdu.windows(4).any(|window| window == hidden),
                "and the rest is not: {text}"
            );
        }
        let (mut plain, mut inner) = (Vec::new(), Vec::new());
        let verified = network.unprotect(&pdu, &mut plain).unwrap();
        let opened = network.open_initial(verified, &mut inner).unwrap();
        assert_eq!(hex::encode(opened.message()), hex::encode(&whole), "nea {nea}");
    }
}

#[test]
fn what_has_nothing_to_hide_has_no_container() {
    let (mut ue, mut network) = ends(2);
    let whole = octets("7e004c10 0007f40040c0ffee01");
    let (mut pdu, mut plain, mut inner) = (Vec::new(), Vec::new(), Vec::new());
    ue.protect_initial(&message(&whole), &mut pdu).unwrap();
    assert_eq!(&pdu[SecurityHeader::FGS_OCTETS..], whole);
    let verified = network.unprotect(&pdu, &mut plain).unwrap();
    assert_eq!(
        *network.open_initial(verified, &mut inner).unwrap().message(),
        whole
    );
}

#[test]
fn a_small_data_container_is_ciphered_in_its_place() {
    let (mut ue, mut network) = ends(2);
    let whole = octets("7e004f106f0401020304");
    let (mut pdu, mut plain, mut inner) = (Vec::new(), Vec::new(), Vec::new());
    ue.protect_initial(&message(&whole), &mut pdu).unwrap();
    let payload = &pdu[SecurityHeader::FGS_OCTETS..];
    assert_eq!((payload.len(), &payload[..6]), (whole.len(), &whole[..6]));
    assert_ne!(payload[6..], whole[6..]);
    let verified = network.unprotect(&pdu, &mut plain).unwrap();
    assert_eq!(
        *network.open_initial(verified, &mut inner).unwrap().message(),
        whole
    );
}

#[test]
fn a_container_of_anything_else_is_refused() {
    let seed = 0x0c04_7a14;
    println!("seed {seed:#x}");
    let mut random = Random(seed);
    let (mut ue, mut network) = ends(2);
    for _ in 0..200 {
        let junk: Vec<u8> = (0..1 + random.below(40)).map(|_| random.next() as u8).collect();
        let request = octets("7e004c10 0007f40040c0ffee01");
        let FgmmMessage::ServiceRequest(mut outer) = message(&request) else {
            unreachable!()
        };
        outer.nas_message_container = Some(NasMessageContainer(&junk));
        let (mut octets, mut pdu, mut plain, mut inner) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        outer.encode(&mut octets);
        ue.protect(Protection::Integrity, &octets, &mut pdu).unwrap();
        let verified = network.unprotect(&pdu, &mut plain).unwrap();
        assert_eq!(
            network.open_initial(verified, &mut inner).map(drop),
            Err(OpenError::Container)
        );
    }
}

#[test]
fn the_two_accesses_do_not_read_each_other() {
    let (mut ue, network) = ends(2);
    let other = network
        .over(Access::NonThreeGpp, quintet_nas::security::NasCounts::NEW)
        .unwrap();
    let (mut pdu, mut out) = (Vec::new(), Vec::new());
    ue.protect(Protection::Ciphered, &octets("7e0055"), &mut pdu)
        .unwrap();
    assert!(network.verify(&pdu, &mut out).is_ok() && other.verify(&pdu, &mut out).is_err());
}
