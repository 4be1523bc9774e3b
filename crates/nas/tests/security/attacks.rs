//! Classes of weakness known from other cores, one test each.

use crate::properties::ends;
use quintet_nas::security::{
    Discard, NasCount, NasCounts, Protection, Role, SecurityHeader, SecurityHeaderType,
};

const PLAIN: &[u8] = b"\x07\x48\x01\x0b\xf6";

/// A header of a stranger, with whatever sequence number and type (the one of a new context, too), neither resets nor
/// moves a COUNT: what comes next is read as if it had not come.
#[test]
fn count_is_not_reset_by_an_unauthenticated_header() {
    let (mut ue, mut network) = ends([9; 32], 2, 2, Role::Ue, 0x0003_0005);
    let (mut next, mut out) = (Vec::new(), Vec::new());
    ue.protect(Protection::Ciphered, PLAIN, &mut next).unwrap();
    let before = network.clone();
    for header_type in 0..=15 {
        for sequence_number in 0..=255 {
            let mut forged = Vec::new();
            let header_type = SecurityHeaderType(header_type);
            let mac = [0xde, 0xad, 0xbe, 0xef];
            SecurityHeader {
                header_type,
                mac,
                sequence_number,
                payload: PLAIN,
            }
            .encode(&mut forged);
            assert!(network.unprotect(&forged, &mut out).is_err());
            assert!(
                network
                    .unprotect_service_request(&[0xc7, sequence_number, 0xde, 0xad])
                    .is_err()
            );
        }
    }
    assert_eq!(network, before);
    let accepted = network
        .unprotect(&next, &mut out)
        .map(|verified| verified.count());
    assert_eq!(accepted, Ok(NasCount::new(0x0003_0005).unwrap()));
}

/// Four octets count, not a prefix: each MAC that differs in one octet, at whichever place, is refused.
#[test]
fn the_mac_is_compared_whole() {
    for eia in 1..=3 {
        let (mut ue, mut network) = ends([9; 32], eia, 0, Role::Ue, 0);
        let (mut pdu, mut out) = (Vec::new(), Vec::new());
        ue.protect(Protection::Integrity, PLAIN, &mut pdu).unwrap();
        for octet in 1..5 {
            for difference in 1..=255 {
                let mut forged = pdu.clone();
                forged[octet] ^= difference;
                let refused = network.unprotect(&forged, &mut out).err();
                assert_eq!(
                    refused,
                    Some(Discard::Mac {
                        estimate: NasCount::ZERO
                    }),
                    "octet {octet}"
                );
            }
        }
        for short in 0..=SecurityHeader::OCTETS {
            assert!(matches!(
                network.unprotect(&pdu[..short], &mut out),
                Err(Discard::Malformed(_))
            ));
        }
        assert!(network.unprotect(&pdu, &mut out).is_ok());
    }
}

#[test]
fn the_short_mac_is_compared_whole() {
    let (mut ue, mut network) = ends([9; 32], 2, 0, Role::Ue, 40);
    let mut pdu = Vec::new();
    ue.protect_service_request(3, &mut pdu).unwrap();
    for octet in 2..4 {
        for difference in 1..=255 {
            let mut forged = pdu.clone();
            forged[octet] ^= difference;
            assert!(network.unprotect_service_request(&forged).is_err());
        }
    }
    assert!(network.unprotect_service_request(&pdu[..3]).is_err());
    assert!(network.unprotect_service_request(&pdu).is_ok());
}

/// A MAC of zeros, which is what EIA0 gives, opens nothing under another algorithm.
#[test]
fn a_null_mac_is_no_mac() {
    for eia in 1..=3 {
        let (_, mut network) = ends([9; 32], eia, 0, Role::Ue, 0);
        let forged = [&[0x17, 0, 0, 0, 0, 0], PLAIN].concat();
        assert!(matches!(
            network.unprotect(&forged, &mut Vec::new()),
            Err(Discard::Mac { .. })
        ));
    }
}

/// What one end sent is not taken by itself: the direction is in the MAC.
#[test]
fn a_message_reflected_to_its_sender_is_refused() {
    let (mut ue, _) = ends([9; 32], 2, 2, Role::Ue, 0);
    let (mut pdu, mut out) = (Vec::new(), Vec::new());
    ue.protect(Protection::Ciphered, PLAIN, &mut pdu).unwrap();
    assert!(matches!(ue.unprotect(&pdu, &mut out), Err(Discard::Mac { .. })));
}

/// The header type is outside the MAC (TS 24.301 9.5): whoever changes it changes how the rest is read. The type the
/// message came with is told, so that a procedure can refuse one that does not belong to it.
#[test]
fn a_changed_header_type_is_told() {
    let (mut ue, network) = ends([9; 32], 2, 0, Role::Ue, 0);
    let (mut pdu, mut out) = (Vec::new(), Vec::new());
    ue.protect(Protection::Ciphered, PLAIN, &mut pdu).unwrap();
    pdu[0] = 0x47;
    let verified = network.verify(&pdu, &mut out).unwrap();
    assert_eq!(verified.protection(), Protection::CipheredNewContext);
    assert!(verified.protection().is_new_context());
    pdu[0] = 0x67;
    let refused = network.verify(&pdu, &mut out).err();
    assert_eq!(refused, Some(Discard::HeaderType(SecurityHeaderType(6))));
}

/// Verification commits nothing; a permission that has become old is refused.
#[test]
fn a_look_changes_nothing_and_an_old_permission_is_refused() {
    let (mut ue, mut network) = ends([9; 32], 2, 2, Role::Ue, 0);
    let (mut first, mut second, mut out) = (Vec::new(), Vec::new(), Vec::new());
    ue.protect(Protection::Ciphered, PLAIN, &mut first).unwrap();
    ue.protect(Protection::Ciphered, PLAIN, &mut second).unwrap();
    let old = network.verify(&first, &mut out).unwrap().accepted();
    assert_eq!(network.counts(), NasCounts::NEW);
    let new = network.verify(&second, &mut out).unwrap().accepted();
    assert_eq!(network.commit(new), Ok(()));
    assert_eq!(network.counts().last_received, NasCount::new(1));
    assert_eq!(
        network.commit(old),
        Err(Discard::Replayed {
            count: NasCount::ZERO
        })
    );
    assert_eq!(network.counts().last_received, NasCount::new(1));
}

#[test]
fn keys_are_not_printed() {
    let (ue, _) = ends([9; 32], 2, 2, Role::Ue, 0);
    let printed = format!("{ue:?}");
    assert!(
        printed.contains("KNasInt(redacted)") && printed.contains("KNasEnc(redacted)"),
        "{printed}"
    );
}
