//! What holds for any message, context and loss.

use proptest::prelude::*;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme, fgs::KAmf};
use quintet_nas::security::{
    Access, Discard, NasCount, NasCounts, NasSecurityContext, ProtectError, Protection, Role, SecurityHeader,
};

/// The two ends of one context, both at `count`: the sender's next, and one past what the receiver last accepted.
pub(crate) fn ends(
    kasme: [u8; 32],
    eia: u8,
    eea: u8,
    sender: Role,
    count: u32,
) -> (NasSecurityContext, NasSecurityContext) {
    let receiver = if sender == Role::Ue {
        Role::Network
    } else {
        Role::Ue
    };
    let counts = NasCounts {
        next_sent: NasCount::new(count),
        last_received: count.checked_sub(1).and_then(NasCount::new),
    };
    let end = |role| {
        NasSecurityContext::derive(
            role,
            &Kasme::new(kasme),
            IntegrityAlgorithm(eia),
            CipheringAlgorithm(eea),
        )
        .unwrap()
        .with_counts(counts)
    };
    (end(sender), end(receiver))
}

/// UE and AMF of the fuzz target's selector: integrity in its lowest bits, ciphering above them, access in the highest.
pub(crate) fn fgs_ends(selector: u8) -> (NasSecurityContext, NasSecurityContext) {
    let access = if selector & 128 == 0 {
        Access::ThreeGpp
    } else {
        Access::NonThreeGpp
    };
    let end = |role| {
        NasSecurityContext::derive_fgs(
            role,
            access,
            &KAmf::new([0x51; 32]),
            IntegrityAlgorithm(selector % 3 + 1),
            CipheringAlgorithm(selector >> 2 & 3),
        )
        .unwrap()
    };
    (end(Role::Ue), end(Role::Network))
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Network), Just(Role::Ue)]
}

fn protection() -> impl Strategy<Value = Protection> {
    prop_oneof![
        Just(Protection::Integrity),
        Just(Protection::Ciphered),
        Just(Protection::IntegrityNewContext),
        Just(Protection::CipheredNewContext),
    ]
}

fn plain() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..200)
}

proptest! {
    #[test]
    fn what_one_end_protects_the_other_reads(
        kasme: [u8; 32], eia in 0u8..=3, eea in 0u8..=3, sender in role(), protection in protection(), plain in plain(),
        count in 0u32..0x00ff_ffff,
    ) {
        let (mut sender, mut receiver) = ends(kasme, eia, eea, sender, count);
        let (mut pdu, mut out) = (vec![0xaa], Vec::new());
        let used = sender.protect(protection, &plain, &mut pdu).unwrap();
        prop_assert_eq!(pdu.len(), 1 + SecurityHeader::OCTETS + plain.len());
        prop_assert_eq!(used.value(), count);
        if protection.is_ciphered() && eea != 0 && plain.len() > 8 {
            prop_assert_ne!(&pdu[7..], &plain[..]);
        }
        let verified = receiver.unprotect(&pdu[1..], &mut out).unwrap();
        prop_assert_eq!(*verified.message(), &plain[..]);
        prop_assert_eq!(verified.is_integrity_checked(), eia != 0);
        prop_assert_eq!(receiver.counts().last_received, Some(used));
    }

    /// Messages are lost, up to 255 in a row; each that arrives is accepted once and never again, in whatever order the
    /// copies come.
    #[test]
    fn a_replay_is_never_accepted(
        kasme: [u8; 32], eia in 1u8..=3, sender in role(), count in 0u32..0x00ff_0000,
        gaps in proptest::collection::vec(0u32..=255, 1..12), copies in proptest::collection::vec(any::<usize>(), 1..30),
    ) {
        let (mut sender, mut receiver) = ends(kasme, eia, 2, sender, count);
        let mut accepted: Vec<Vec<u8>> = Vec::new();
        let mut out = Vec::new();
        for gap in gaps {
            let next = sender.counts().next_sent.and_then(|next| NasCount::new(next.value() + gap));
            sender = sender.clone().with_counts(NasCounts { next_sent: next, ..sender.counts() });
            let mut pdu = Vec::new();
            let used = sender.protect(Protection::Ciphered, b"\x07\x43", &mut pdu).unwrap();
            prop_assert_eq!(receiver.unprotect(&pdu, &mut out).map(|v| v.count()), Ok(used), "gap {}", gap);
            accepted.push(pdu);
            for copy in &copies {
                let before = receiver.clone();
                let refused = receiver.unprotect(&accepted[copy % accepted.len()], &mut out);
                prop_assert!(matches!(refused, Err(Discard::Replayed { .. } | Discard::Mac { .. })), "{:?}", refused);
                prop_assert_eq!(&receiver, &before);
            }
        }
    }

    #[test]
    fn one_flipped_bit_anywhere_is_refused_and_changes_nothing(
        kasme: [u8; 32], eia in 1u8..=3, eea in 0u8..=3, sender in role(), count in 0u32..0x00ff_ffff,
        plain in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let (mut sender, mut receiver) = ends(kasme, eia, eea, sender, count);
        let (mut pdu, mut out) = (Vec::new(), Vec::new());
        sender.protect(Protection::Ciphered, &plain, &mut pdu).unwrap();
        let before = receiver.clone();
        // The header type itself is not covered by the MAC: see `attacks`.
        for bit in 8..8 * pdu.len() {
            let mut flipped = pdu.clone();
            flipped[bit / 8] ^= 0x80 >> (bit % 8);
            prop_assert!(receiver.unprotect(&flipped, &mut out).is_err(), "bit {}", bit);
            prop_assert_eq!(&receiver, &before, "bit {}", bit);
        }
        prop_assert!(receiver.unprotect(&pdu, &mut out).is_ok());
    }

    #[test]
    fn any_octets_change_nothing(kasme: [u8; 32], eia in 1u8..=3, octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let (_, mut receiver) = ends(kasme, eia, 2, Role::Ue, 77);
        let before = receiver.clone();
        let mut out = Vec::new();
        // A MAC of 32 bits is not met by chance; the short one, one time in 65 536, may be.
        prop_assert!(receiver.unprotect(&octets, &mut out).is_err());
        let short = receiver.verify_service_request(&octets).is_ok();
        prop_assert_eq!(&receiver, &before);
        prop_assume!(!short);
        prop_assert!(receiver.unprotect_service_request(&octets).is_err());
        prop_assert_eq!(&receiver, &before);
    }

    #[test]
    fn a_service_request_is_found_within_32_counts_and_accepted_once(
        kasme: [u8; 32], eia in 1u8..=3, count in 0u32..0x00ff_ff00, gap in 0u32..32, ksi in 0u8..7,
    ) {
        let (ue, mut network) = ends(kasme, eia, 0, Role::Ue, count);
        let mut ue = ue.clone().with_counts(NasCounts { next_sent: NasCount::new(count + gap), ..ue.counts() });
        let mut pdu = Vec::new();
        let used = ue.protect_service_request(ksi, &mut pdu).unwrap();
        let verified = network.unprotect_service_request(&pdu).unwrap();
        prop_assert_eq!((verified.count(), verified.message().ksi), (used, ksi));
        let replayed = network.unprotect_service_request(&pdu);
        prop_assert_eq!(replayed, Err(Discard::Replayed { count: used }));
    }
}

#[test]
fn the_end_of_count_refuses_and_does_not_wrap() {
    let (mut sender, mut receiver) = ends([1; 32], 2, 2, Role::Network, 0x00ff_ffff);
    assert!(sender.is_near_end() && receiver.is_near_end());
    let (mut pdu, mut out) = (Vec::new(), Vec::new());
    let last = sender.protect(Protection::Ciphered, b"\x07\x61", &mut pdu);
    assert_eq!(last, Ok(NasCount::MAX));
    assert!(receiver.unprotect(&pdu, &mut out).is_ok());
    let unchanged = pdu.clone();
    let (protected, requested) = (
        sender.protect(Protection::Ciphered, b"\x07\x61", &mut pdu),
        sender.protect_service_request(0, &mut out),
    );
    assert_eq!(
        (protected, requested),
        (
            Err(ProtectError::CountExhausted),
            Err(ProtectError::CountExhausted)
        )
    );
    assert_eq!(pdu, unchanged);
    // COUNT 0 of the same keys, as a sender that wraps would use it.
    let (mut wrapped, _) = ends([1; 32], 2, 2, Role::Network, 0);
    let mut pdu = Vec::new();
    wrapped
        .protect(Protection::Ciphered, b"\x07\x61", &mut pdu)
        .unwrap();
    assert_eq!(receiver.unprotect(&pdu, &mut out), Err(Discard::CountExhausted));
    assert_eq!(receiver.counts().last_received, Some(NasCount::MAX));
}

#[test]
fn without_integrity_the_count_wraps_as_the_specification_wants() {
    let (mut sender, mut receiver) = ends([1; 32], 0, 0, Role::Ue, 0x00ff_ffff);
    assert!(!sender.is_near_end());
    let mut out = Vec::new();
    for expected in [0x00ff_ffff, 0, 1] {
        let mut pdu = Vec::new();
        let used = sender
            .protect(Protection::Integrity, b"\x07\x43", &mut pdu)
            .unwrap();
        assert_eq!(used.value(), expected);
        assert_eq!(receiver.unprotect(&pdu, &mut out).map(|v| v.count()), Ok(used));
    }
}

#[test]
fn partial_ciphering_hides_the_container_only() {
    let (mut ue, mut network) = ends([3; 32], 2, 2, Role::Ue, 5);
    let plain = [
        0x07, 0x4d, 0x10, 0x57, 2, 0x20, 0, 0x78, 0, 9, 0x52, 0, 0xeb, 1, 2, 3, 4, 5, 6, 0xd1,
    ];
    let (mut pdu, mut out) = (Vec::new(), Vec::new());
    ue.protect(Protection::PartiallyCiphered, &plain, &mut pdu)
        .unwrap();
    assert_eq!(pdu[0], 0x57);
    let payload = &pdu[SecurityHeader::OCTETS..];
    assert_eq!((&payload[..10], &payload[19..]), (&plain[..10], &plain[19..]));
    assert_ne!(payload[10..19], plain[10..19]);
    let verified = network.unprotect(&pdu, &mut out).unwrap();
    assert_eq!(*verified.message(), plain);
    let refused = ue.protect(Protection::PartiallyCiphered, b"\x07\x43\x00", &mut pdu);
    assert_eq!(refused, Err(ProtectError::NotPartial));
}

#[test]
fn a_message_that_is_too_long_is_refused_both_ways() {
    let (mut sender, mut receiver) = ends([3; 32], 2, 2, Role::Ue, 5);
    let before = (sender.clone(), receiver.clone());
    let mut out = Vec::new();
    let octets = 65_536;
    let refused = sender.protect(Protection::Ciphered, &vec![7; octets], &mut out);
    assert_eq!(refused, Err(ProtectError::TooLong { octets }));
    let refused = receiver.unprotect(&vec![0x27; octets], &mut out);
    assert_eq!(refused, Err(Discard::TooLong { octets }));
    assert_eq!((sender, receiver), before);
}

proptest! {
    /// The header of 5GS is an octet longer; each bit of it and of what follows is covered.
    #[test]
    fn in_5gs_one_flipped_bit_anywhere_is_refused(selector: u8, plain in plain(), bit: usize, protection in protection()) {
        let (mut ue, mut network) = fgs_ends(selector);
        let (mut pdu, mut out) = (Vec::new(), Vec::new());
        ue.protect(protection, &plain, &mut pdu).unwrap();
        prop_assert_eq!(pdu.len(), SecurityHeader::FGS_OCTETS + plain.len());
        let before = network.clone();
        let bit = bit % (pdu.len() * 8);
        let mut changed = pdu.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // The spare half octet and the header type stand before what the MAC covers, as in EPS.
        if bit / 8 != 1 {
            prop_assert!(network.unprotect(&changed, &mut out).is_err());
            prop_assert_eq!(&network, &before);
        }
        let verified = network.unprotect(&pdu, &mut out).unwrap();
        prop_assert_eq!(*verified.message(), &plain[..]);
        prop_assert!(network.unprotect(&pdu, &mut out).is_err(), "a replay");
    }
}
