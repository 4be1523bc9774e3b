//! KASME and KNASint by another rule.

use super::play::*;
use crate::keys::{KeyNote, Opened};
use crate::report::MacVerdict;
use crate::s6a::VectorSeen;
use quintet_crypto::{KNasInt, KdfInput};

fn because(opened: &Opened, note: KeyNote) {
    assert_eq!(
        (opened.mac, &opened.notes[..]),
        (MacVerdict::Invalid, &[note][..]),
        "{opened:?}"
    );
}

#[test]
fn kasme_for_another_network() {
    for other in ["001001", "001010"] {
        let plmn = other.parse().unwrap();
        let mut session = Session::authenticated();
        let mut protect = session.downlink(3, 0);
        protect.kasme = kasme_for(plmn, &quintet(session.rand, 0x1000));
        because(
            &session.down(&protect.pdu(&command(KSI))),
            KeyNote::KasmeOfOtherPlmn { plmn },
        );
        protect.header_type = 2;
        protect.count = 1;
        let opened = session.down(&protect.pdu(INFORMATION));
        assert_eq!(
            opened.plain.as_deref(),
            Some(INFORMATION),
            "it is opened with what fits"
        );
    }
}

#[test]
fn the_hss_derived_for_another_network_than_the_cell_broadcasts() {
    let plmn = "00102".parse().unwrap();
    for (visited, note) in [
        (Some(plmn), KeyNote::KasmeOfOtherPlmn { plmn }),
        (None, KeyNote::KasmeOfHssDiffers),
    ] {
        let mut session = Session::authenticated();
        let quintet = quintet([0x66; 16], 0x1040);
        let vector = VectorSeen {
            rand: quintet.rand,
            autn: quintet.autn.octets().unwrap(),
            xres: quintet.xres,
            kasme: kasme_for(plmn, &quintet),
        };
        session.verifier.vector(&vector, Some(imsi()), visited);
        challenge(&mut session.verifier, &vector.rand, &vector.autn, 3);
        let mut protect = session.downlink(3, 0);
        protect.kasme = vector.kasme.clone();
        because(&session.down(&protect.pdu(&command(3))), note);
    }
}

#[test]
fn kasme_of_an_earlier_challenge() {
    let mut session = Session::authenticated();
    let old = session.kasme.clone();
    authenticate(&mut session.verifier, 0x44, 0x1020, 3);
    let mut protect = session.downlink(3, 0);
    protect.kasme = old;
    because(
        &session.down(&protect.pdu(&command(3))),
        KeyNote::KasmeOfEarlierChallenge,
    );
}

#[test]
fn knasint_by_every_other_rule_in_the_list() {
    let s = |fc: u8, first: &[u8], second: &[u8]| {
        KdfInput::new(fc)
            .try_parameter(first)
            .unwrap()
            .try_parameter(second)
            .unwrap()
    };
    let rules = [
        ("upper", s(0x15, &[2], &[2])),
        ("distinguisher 01", s(0x15, &[1], &[2])),
        ("distinguisher 04", s(0x15, &[4], &[2])),
        ("distinguisher 06", s(0x15, &[6], &[2])),
        ("FC 69", s(0x69, &[2], &[2])),
        ("upper half", s(0x15, &[2], &[0x20])),
        (
            "without a length",
            KdfInput::new(0x15).try_parameter(&[2, 2]).unwrap(),
        ),
    ];
    for (name, s) in rules {
        let mut session = Session::authenticated();
        let derived = s.derive(session.kasme.expose());
        let half = if name == "upper" {
            &derived[..16]
        } else {
            &derived[16..]
        };
        let mut protect = session.downlink(3, 0);
        protect.key = Some(KNasInt::new(half.try_into().unwrap()));
        let opened = session.down(&protect.pdu(&command(KSI)));
        match &opened.notes[..] {
            [KeyNote::WrongDerivation { what }] => assert!(what.contains(name), "{name}: {what}"),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(opened.mac, MacVerdict::Invalid);
    }
}
