//! Which context a message is under.

use super::play::*;
use crate::keys::{Challenge, KeyNote, KeyRing, SubscriberId, Verifier, in_the_clear};
use crate::report::MacVerdict;
use crate::s6a::VectorSeen;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm, hash_mme};
use quintet_nas::security::{NasSecurityContext, Protection, Role};

/// The nodes' own code protects, this one opens: every pair of algorithms, past a wrap of the sequence number.
#[test]
fn what_the_nodes_protect_is_opened() {
    for (eia, eea) in (1..=3).flat_map(|eia| (0..=3).map(move |eea| (eia, eea))) {
        let mut session = Session::authenticated();
        let (eia, eea) = (IntegrityAlgorithm(eia), CipheringAlgorithm(eea));
        let mut network = NasSecurityContext::derive(Role::Network, &session.kasme, eia, eea).unwrap();
        let mut ue = NasSecurityContext::derive(Role::Ue, &session.kasme, eia, eea).unwrap();
        let mut pdu = Vec::new();
        let command = [0x07, 0x5d, eea.0 << 4 | eia.0, KSI, 0x02, 0xf0, 0xf0];
        network
            .protect(Protection::IntegrityNewContext, &command, &mut pdu)
            .unwrap();
        assert_eq!(session.down(&pdu).mac, MacVerdict::Valid, "{eia} {eea}");
        pdu.clear();
        ue.protect(Protection::CipheredNewContext, COMPLETE, &mut pdu)
            .unwrap();
        let opened = session.up(&pdu);
        assert_eq!(
            (opened.mac, opened.plain.as_deref()),
            (MacVerdict::Valid, Some(COMPLETE))
        );
        for count in 1..600 {
            pdu.clear();
            network
                .protect(Protection::Ciphered, INFORMATION, &mut pdu)
                .unwrap();
            let opened = session.down(&pdu);
            assert_eq!((opened.mac, opened.count), (MacVerdict::Valid, Some(count)));
            assert_eq!(opened.plain.as_deref(), Some(INFORMATION));
            assert_eq!(opened.deciphered, eea != CipheringAlgorithm::EEA0);
        }
        pdu.clear();
        let count = ue.protect_service_request(KSI, &mut pdu).unwrap();
        let opened = session.up(&pdu);
        assert_eq!(
            (opened.mac, opened.count),
            (MacVerdict::Valid, Some(count.value()))
        );
        pdu[3] ^= 1;
        assert_eq!(session.up(&pdu).mac, MacVerdict::Invalid);
    }
}

#[test]
fn a_context_outlives_its_connection_and_is_found_by_its_ksi() {
    let mut session = Session::secured();
    let old = session.kasme.clone();
    let (_, _, new) = authenticate(&mut session.verifier, 0x44, 0x1020, 3);
    session.kasme = new;
    let pdu = session.downlink(3, 0).pdu(&command(3));
    assert_eq!(session.down(&pdu).mac, MacVerdict::Valid);
    // Until the UE answers, either may be in use.
    let mut protect = session.uplink(2, 1);
    protect.kasme = old.clone();
    assert_eq!(session.up(&protect.pdu(&[0x07, 0x60, 0x61])).notes, []);
    let pdu = session.uplink(4, 0).pdu(COMPLETE);
    assert_eq!(session.up(&pdu).mac, MacVerdict::Valid);
    protect.count = 2;
    let stale = session.up(&protect.pdu(&[0x07, 0x60, 0x61]));
    assert_eq!(
        (stale.mac, &stale.notes[..]),
        (MacVerdict::Invalid, &[KeyNote::PreviousContext { ksi: KSI }][..])
    );
    // A message that names its KSI is checked with the context of that KSI.
    protect.count = 3;
    protect.header_type = 1;
    let update = [
        0x07,
        0x48,
        KSI << 4,
        0x0b,
        0xf6,
        0,
        0xf1,
        0x10,
        0,
        1,
        1,
        0,
        0,
        0,
        1,
    ];
    let opened = session.up(&protect.pdu(&update));
    assert_eq!((opened.mac, &opened.notes[..]), (MacVerdict::Valid, &[][..]));
}

#[test]
fn keys_from_before_the_capture_are_not_called_wrong() {
    let mut session = Session::secured();
    let stranger = kasme_for("26201".parse().unwrap(), &quintet([9; 16], 1));
    let mut protect = session.uplink(1, 5);
    protect.kasme = stranger.clone();
    let update = [0x07, 0x48, 5 << 4, 0x0b, 0xf6, 0, 0xf1, 0x10, 0, 1, 1, 0, 0, 0, 1];
    assert_eq!(session.up(&protect.pdu(&update)).mac, MacVerdict::Unverifiable);
    let mut protect = session.downlink(2, 9);
    protect.kasme = stranger;
    let opened = session.down(&protect.pdu(INFORMATION));
    assert_eq!((opened.mac, opened.plain), (MacVerdict::Unverifiable, None));
}

#[test]
fn a_challenge_that_no_key_fits_leaves_its_messages_unverifiable() {
    let mut session = Session::secured();
    let mut verifier = std::mem::take(&mut session.verifier);
    let mut autn = session.autn;
    autn[9] ^= 1;
    challenge(&mut verifier, &[8; 16], &autn, 4);
    session.verifier = verifier;
    let mut protect = session.downlink(3, 0);
    protect.kasme = kasme_for("26201".parse().unwrap(), &quintet([9; 16], 1));
    assert_eq!(
        session.down(&protect.pdu(&command(4))).mac,
        MacVerdict::Unverifiable
    );
    protect.header_type = 2;
    protect.count = 1;
    assert_eq!(
        session.down(&protect.pdu(INFORMATION)).mac,
        MacVerdict::Unverifiable
    );
}

/// A log of NAS names no cell: where the subscriber roams, nobody who reads it knows the network.
#[test]
fn a_network_that_is_guessed_is_not_held_against_macs() {
    // 001001 is what a mistake makes of 00101, and as good a guess.
    for (served_by, held) in [
        ("00101", MacVerdict::Valid),
        ("001001", MacVerdict::Valid),
        ("26201", MacVerdict::Unverifiable),
    ] {
        let mut verifier = Verifier::new(ring());
        let quintet = quintet([0xa5; 16], 0x1000);
        let autn = quintet.autn.octets().unwrap();
        let challenge = Challenge {
            rand: &quintet.rand,
            autn: &autn,
            ksi: KSI,
            imsi: Some(imsi()),
            serving: None,
            possible: &[],
            method: crate::keys::Method::EpsAka,
        };
        verifier.challenge(UE, &challenge);
        verifier.response(UE, quintet.xres.octets());
        let kasme = kasme_for(served_by.parse().unwrap(), &quintet);
        let (down, up) = (Direction::Downlink, Direction::Uplink);
        let command = Protect::new(&kasme, down, 3, 0).pdu(&command(KSI));
        let complete = Protect::new(&kasme, up, 4, 0).pdu(COMPLETE);
        for pdu in [&command, &command] {
            let opened = verifier.open(UE, down, pdu);
            assert_eq!(opened.mac, held, "{served_by}: {opened:?}");
            let blamed = |note: &KeyNote| matches!(note, KeyNote::KasmeOfOtherPlmn { .. });
            assert!(!opened.notes.iter().any(blamed), "{served_by}: {opened:?}");
        }
        assert_eq!(verifier.open(UE, up, &complete).mac, held, "{served_by}");
    }
}

#[test]
fn count_that_a_new_context_does_not_reset() {
    let mut session = Session::secured();
    for count in 1..300 {
        let pdu = session.downlink(2, count).pdu(INFORMATION);
        session.down(&pdu);
    }
    let (_, _, new) = authenticate(&mut session.verifier, 0x44, 0x1020, 3);
    session.kasme = new;
    let pdu = session.downlink(3, 300).pdu(&command(3));
    let opened = session.down(&pdu);
    assert_eq!(
        (opened.mac, &opened.notes[..]),
        (MacVerdict::Invalid, &[KeyNote::CountNotReset { count: 300 }][..])
    );
}

#[test]
fn other_algorithms_without_a_new_authentication_keep_counting() {
    let mut session = Session::secured();
    let mut protect = session.downlink(3, 1);
    protect.integrity = IntegrityAlgorithm::EIA1;
    protect.ciphering = CipheringAlgorithm::EEA1;
    let command = [0x07, 0x5d, 0x11, KSI, 0x02, 0xf0, 0xf0];
    let opened = session.down(&protect.pdu(&command));
    assert_eq!((opened.mac, opened.count), (MacVerdict::Valid, Some(1)));
    let again = session.down(&protect.pdu(&command));
    assert_eq!(again.notes, [KeyNote::Repeated { count: 1 }]);
}

#[test]
fn a_lost_security_mode_command_is_made_up_for() {
    let mut session = Session::authenticated();
    let pdu = session.uplink(4, 0).pdu(COMPLETE);
    let opened = session.up(&pdu);
    assert_eq!(
        (opened.mac, opened.plain.as_deref()),
        (MacVerdict::Valid, Some(COMPLETE))
    );
    let pdu = session.downlink(2, 1).pdu(INFORMATION);
    assert_eq!(session.down(&pdu).plain.as_deref(), Some(INFORMATION));
}

#[test]
fn kasme_of_the_hss_opens_without_any_key() {
    let quintet = quintet([3; 16], 7);
    let vector = VectorSeen {
        rand: quintet.rand,
        autn: quintet.autn.octets().unwrap(),
        xres: quintet.xres,
        kasme: kasme_for(serving(), &quintet),
    };
    let mut verifier = Verifier::new(KeyRing::new().without_published());
    verifier.vector(&vector, Some(imsi()), Some(serving()));
    challenge(&mut verifier, &vector.rand, &vector.autn, KSI);
    let mut session = Session {
        verifier,
        kasme: vector.kasme.clone(),
        rand: vector.rand,
        autn: vector.autn,
    };
    let pdu = session.downlink(3, 0).pdu(&command(KSI));
    assert_eq!(session.down(&pdu).mac, MacVerdict::Valid);
    let pdu = session.downlink(2, 1).pdu(INFORMATION);
    assert_eq!(session.down(&pdu).plain.as_deref(), Some(INFORMATION));
}

#[test]
fn without_keys_nothing_is_claimed_and_what_is_clear_is_read() {
    let quintet = quintet([3; 16], 7);
    let kasme = kasme_for(serving(), &quintet);
    let mut verifier = Verifier::new(KeyRing::new().without_published());
    let pdu = Protect::new(&kasme, Direction::Downlink, 3, 0).pdu(&command(KSI));
    let opened = verifier.open(UE, Direction::Downlink, &pdu);
    assert_eq!(
        (opened.mac, opened.plain.as_deref()),
        (MacVerdict::Unverifiable, Some(&command(KSI)[..]))
    );
    let pdu = Protect::new(&kasme, Direction::Downlink, 2, 1).pdu(INFORMATION);
    let opened = verifier.open(UE, Direction::Downlink, &pdu);
    assert_eq!((opened.mac, opened.plain), (MacVerdict::Unverifiable, None));
}

#[test]
fn hash_mme_of_another_message() {
    let initial = [
        0x07, 0x41, 0x71, 0x08, 0x29, 0x26, 0x24, 0x10, 0x32, 0x54, 0x76, 0x98, 0x02, 0xf0, 0x70,
    ];
    let command = |hash: [u8; 8]| {
        let mut command = command(KSI);
        command.extend_from_slice(&[0x4f, 8]);
        command.extend_from_slice(&hash);
        command
    };
    for (hash, notes) in [
        (hash_mme(&initial), vec![]),
        ([1; 8], vec![KeyNote::HashMmeDiffers]),
    ] {
        let mut session = Session::authenticated();
        session.verifier.initial(UE, &initial);
        let pdu = session.downlink(3, 0).pdu(&command(hash));
        let opened = session.down(&pdu);
        assert_eq!((opened.mac, opened.notes), (MacVerdict::Valid, notes));
    }
}

#[test]
fn two_that_are_one_share_their_contexts() {
    let mut session = Session::secured();
    let other = SubscriberId(99);
    let pdu = session.downlink(2, 1).pdu(INFORMATION);
    assert_eq!(
        session.verifier.open(other, Direction::Downlink, &pdu).mac,
        MacVerdict::Unverifiable
    );
    session.verifier.merge(other, UE);
    assert_eq!(
        session.verifier.open(other, Direction::Downlink, &pdu).mac,
        MacVerdict::Valid
    );
    assert_eq!(
        session.down(&pdu).mac,
        MacVerdict::Unverifiable,
        "the old handle is forgotten"
    );
}

#[test]
fn what_no_table_holds_any_more_is_forgotten_not_wrong() {
    let mut session = Session::secured();
    let quintet = quintet([0x55; 16], 5);
    let autn = quintet.autn.octets().unwrap();
    for number in 0..crate::keys::MAX_SUBSCRIBERS as u64 {
        let challenge = Challenge {
            rand: &quintet.rand,
            autn: &autn,
            ksi: 0,
            imsi: None,
            serving: None,
            possible: &[],
            method: crate::keys::Method::EpsAka,
        };
        session
            .verifier
            .challenge(SubscriberId(1000 + number), &challenge);
    }
    let pdu = session.downlink(2, 1).pdu(INFORMATION);
    assert_eq!(session.down(&pdu).mac, MacVerdict::Unverifiable);
}

#[test]
fn a_deciphered_pdu_stands_as_it_would_without_ciphering() {
    let clear = in_the_clear(&[0x27, 1, 2, 3, 4, 5, 0xaa, 0xbb], &[0x07, 0x61]).unwrap();
    assert_eq!(*clear, [0x17, 1, 2, 3, 4, 5, 0x07, 0x61]);
    let clear = in_the_clear(&[0x47, 1, 2, 3, 4, 5, 0xaa, 0xbb], &[0x07, 0x5e]).unwrap();
    assert_eq!(clear[0], 0x37);
    assert_eq!(
        in_the_clear(&[0x17, 1, 2, 3, 4, 5, 0x07, 0x61], &[0x07, 0x61]),
        None
    );
    assert_eq!(in_the_clear(&[0x27, 1, 2, 3, 4, 5, 0xaa], &[0x07, 0x61]), None);
    assert_eq!(in_the_clear(&[], &[]), None);
}

/// Nothing that holds keys shows them.
#[test]
fn debug_shows_no_key() {
    let mut session = Session::secured();
    let pdu = session.downlink(2, 1).pdu(INFORMATION);
    session.down(&pdu);
    let shown = format!("{:?} {:#?} {:?}", session.verifier, session.verifier, ring());
    for secret in [&K_OCTETS[..], &OPC_OCTETS, session.kasme.expose()] {
        let list = secret
            .iter()
            .take(4)
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        assert!(
            !shown.contains(&list) && !shown.contains(&hex::encode(secret)),
            "{list}"
        );
    }
}

#[test]
fn a_vector_used_twice_makes_a_context_of_its_own() {
    let mut session = Session::secured();
    authenticate(&mut session.verifier, 0xa5, 0x1000, KSI);
    let pdu = session.downlink(3, 0).pdu(&command(KSI));
    let opened = session.down(&pdu);
    assert_eq!((opened.mac, &opened.notes[..]), (MacVerdict::Valid, &[][..]));
}
