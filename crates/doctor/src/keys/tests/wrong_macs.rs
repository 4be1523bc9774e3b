//! MACs that hold with one thing changed.

use super::play::*;
use crate::keys::{KeyNote, Opened};
use crate::report::MacVerdict;
use quintet_crypto::{Direction, IntegrityAlgorithm};

/// An EMM INFORMATION that the network protects in its own way, after seven as they must be.
fn after_seven(change: impl FnOnce(&mut Protect)) -> Opened {
    let mut session = Session::secured();
    for count in 1..8 {
        let pdu = session.downlink(2, count).pdu(INFORMATION);
        assert_eq!(session.down(&pdu).mac, MacVerdict::Valid, "COUNT {count}");
    }
    let mut protect = session.downlink(2, 8);
    change(&mut protect);
    let pdu = protect.pdu(INFORMATION);
    session.down(&pdu)
}

/// It does not hold, and this is why.
fn because(opened: &Opened, note: KeyNote) {
    assert_eq!(
        (opened.mac, &opened.notes[..]),
        (MacVerdict::Invalid, &[note][..]),
        "{opened:?}"
    );
}

#[test]
fn as_it_must_be() {
    let opened = after_seven(|_| {});
    assert_eq!((opened.mac, opened.count), (MacVerdict::Valid, Some(8)));
    assert_eq!(opened.plain.as_deref(), Some(INFORMATION));
    assert!(opened.deciphered && opened.notes.is_empty());
}

#[test]
fn count_off_by_rounds_and_by_a_few() {
    for count in [8 + 256, 8 + 512, 8 + 16 * 256] {
        let opened = after_seven(|protect| protect.count = count);
        because(&opened, KeyNote::OtherCount { count, expected: 8 });
        assert_eq!(opened.count, Some(count));
        assert_eq!(
            opened.plain.as_deref(),
            Some(INFORMATION),
            "deciphered with the COUNT that holds"
        );
    }
    let opened = after_seven(|protect| {
        protect.count = 1;
        protect.sequence = Some(8);
    });
    because(
        &opened,
        KeyNote::OtherCount {
            count: 1,
            expected: 8,
        },
    );
    let opened = after_seven(|protect| protect.count = 8 + 17 * 256);
    assert_eq!(
        (opened.mac, opened.notes.len()),
        (MacVerdict::Invalid, 0),
        "that far is not looked"
    );
}

#[test]
fn the_other_direction() {
    let opened = after_seven(|protect| protect.mac_direction = Some(Direction::Uplink));
    because(&opened, KeyNote::OtherDirection);
}

#[test]
fn another_algorithm() {
    for (integrity, name) in [
        (IntegrityAlgorithm::EIA1, "128-EIA1"),
        (IntegrityAlgorithm::EIA3, "128-EIA3"),
    ] {
        let opened = after_seven(|protect| protect.integrity = integrity);
        because(&opened, KeyNote::OtherAlgorithm { name });
        let opened = after_seven(|protect| {
            protect.key = Some(protect.kasme.k_nas_int(IntegrityAlgorithm::EIA2));
            protect.integrity = integrity;
        });
        because(&opened, KeyNote::OtherAlgorithm { name });
    }
}

#[test]
fn another_bearer() {
    for bearer in [1, 2, 31] {
        let opened = after_seven(|protect| protect.bearer = bearer);
        because(&opened, KeyNote::OtherBearer { bearer });
    }
}

#[test]
fn over_other_octets() {
    because(
        &after_seven(|protect| protect.over_plain = true),
        KeyNote::MacOverPlain,
    );
    because(
        &after_seven(|protect| protect.without_sequence = true),
        KeyNote::MacWithoutSequenceNumber,
    );
}

#[test]
fn repeated_and_late() {
    let mut session = Session::secured();
    let pdus: Vec<Vec<u8>> = (0..10)
        .map(|count| session.downlink(2, count).pdu(INFORMATION))
        .collect();
    for count in [1, 2, 4] {
        assert_eq!(session.down(&pdus[count]).notes, []);
    }
    let late = session.down(&pdus[3]);
    assert_eq!((late.mac, late.count), (MacVerdict::Valid, Some(3)));
    assert_eq!(late.notes, [KeyNote::Late { count: 3, last: 4 }]);
    for count in [3, 4, 1] {
        let again = session.down(&pdus[count]);
        assert_eq!(again.notes, [KeyNote::Repeated { count: count as u32 }]);
        assert_eq!(again.plain.as_deref(), Some(INFORMATION));
    }
    assert_eq!(session.down(&pdus[5]).notes, [], "what came late moves nothing");
}

#[test]
fn a_count_used_for_two_messages() {
    let mut session = Session::secured();
    let first = session.downlink(2, 1).pdu(INFORMATION);
    assert_eq!(session.down(&first).notes, []);
    let second = session.downlink(2, 1).pdu(&[0x07, 0x60, 0x61]);
    let opened = session.down(&second);
    assert_eq!(
        (opened.mac, &opened.notes[..]),
        (MacVerdict::Valid, &[KeyNote::CountReused { count: 1 }][..])
    );
}

#[test]
fn a_mac_of_zeros_is_a_simulators_log() {
    let mut session = Session::secured();
    let mut pdu = session.uplink(2, 1).pdu(INFORMATION);
    pdu[1..5].fill(0);
    let opened = session.up(&pdu);
    assert_eq!(
        (opened.mac, &opened.notes[..]),
        (MacVerdict::Unverifiable, &[KeyNote::MacZero][..])
    );
    assert_eq!(opened.plain, None, "EMM INFORMATION is no uplink message");
    let status = [0x07, 0x60, 0x61];
    let mut pdu = session.uplink(2, 1).pdu(&status);
    pdu[1..5].fill(0);
    assert_eq!(session.up(&pdu).plain.as_deref(), Some(&status[..]));
}

#[test]
fn an_altered_message_has_no_reason_and_says_what_it_held() {
    let mut session = Session::secured();
    let mut pdu = session.downlink(2, 1).pdu(INFORMATION);
    pdu[2] ^= 0x40;
    let opened = session.down(&pdu);
    assert_eq!((opened.mac, opened.notes.len()), (MacVerdict::Invalid, 0));
    assert_eq!(opened.plain.as_deref(), Some(INFORMATION));
}

#[test]
fn searching_in_vain_has_an_end_and_begins_again() {
    let mut session = Session::secured();
    for count in 1..=20 {
        let mut pdu = session.downlink(2, count).pdu(INFORMATION);
        pdu[2] ^= 0x40;
        assert_eq!(session.down(&pdu).notes, []);
    }
    let off = session.downlink(2, 21 + 256).pdu(INFORMATION);
    assert_eq!(session.down(&off).notes, [], "no more is tried");
    let right = session.downlink(2, 22).pdu(INFORMATION);
    assert_eq!(session.down(&right).mac, MacVerdict::Valid);
    let off = session.downlink(2, 23 + 256).pdu(INFORMATION);
    assert_eq!(
        session.down(&off).notes,
        [KeyNote::OtherCount {
            count: 279,
            expected: 23
        }]
    );
}
