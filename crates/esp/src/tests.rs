//! Sealing and opening against each other: what holds for any packet.

use crate::{Encryption, EspKeys, Inbound, Integrity, OpenError, Outbound, Spi, Suite};
use proptest::prelude::*;
use quintet_crypto::{Ck, Ik};
use std::collections::BTreeSet;

fn suites() -> impl Strategy<Value = Suite> {
    (0..Suite::ALL.len()).prop_map(|index| Suite::ALL[index])
}

fn pair(suite: Suite) -> (Outbound, Inbound) {
    let keys = EspKeys::derive(suite, &Ck::new_128([3; 16]), &Ik::new_128([4; 16])).unwrap();
    let spi = Spi::new(0x1234_5678).unwrap();
    (
        Outbound::new(spi, &keys, 0, &[5; 16]).unwrap(),
        Inbound::new(spi, &keys),
    )
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened(suite in suites(), next in any::<u8>(), payload in prop::collection::vec(any::<u8>(), 0..700)) {
        let (mut outbound, mut inbound) = pair(suite);
        let mut packet = Vec::new();
        outbound.seal(next, &[&payload], &mut packet).unwrap();
        prop_assert_eq!(packet.len() % 4, 0);
        let opened = inbound.open(&mut packet).unwrap();
        prop_assert_eq!((opened.next_header, &*opened.payload, opened.sequence), (next, &payload[..], 1));
    }

    #[test]
    fn an_altered_packet_is_not_opened_and_moves_nothing(
        suite in suites(), payload in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let (mut outbound, mut inbound) = pair(suite);
        let mut packet = Vec::new();
        outbound.seal(17, &[&payload], &mut packet).unwrap();
        let whole = packet.clone();
        let at = at.index(packet.len());
        packet[at] ^= 1 << bit;
        prop_assert!(inbound.open(&mut packet).is_err());
        prop_assert_eq!(inbound.sequence(), 0);
        prop_assert!(inbound.open(&mut whole.clone()).is_ok());
    }

    #[test]
    fn any_octets_are_survived(suite in suites(), mut octets in prop::collection::vec(any::<u8>(), 0..100)) {
        let (_, mut inbound) = pair(suite);
        octets.splice(..octets.len().min(4), 0x1234_5678_u32.to_be_bytes());
        prop_assert!(inbound.open(&mut octets).is_err());
    }
}

/// Nonces of GCM and GMAC: the four associations of a sec-agree have the same key and salt.
#[test]
fn initialisation_vectors_never_repeat_in_a_set_of_associations() {
    for suite in Suite::ALL {
        let keys = EspKeys::derive(suite, &Ck::new_128([3; 16]), &Ik::new_128([4; 16])).unwrap();
        let mut seen = BTreeSet::new();
        let mut sealed = 0;
        for spi in 1000..1004 {
            let mut outbound = Outbound::new(Spi::new(spi).unwrap(), &keys, 0, &[9; 16]).unwrap();
            for _ in 0..500 {
                let mut packet = Vec::new();
                outbound.seal(17, &[b"same"], &mut packet).unwrap();
                seen.insert(packet[8..24].to_vec());
                sealed += 1;
            }
        }
        let has_iv = suite.encryption() != Encryption::Null || suite.integrity() == Integrity::AesGmac;
        assert_eq!(seen.len(), if has_iv { sealed } else { seen.len() }, "{suite}");
    }
}

#[test]
fn an_authentic_packet_with_wrong_padding_is_told_apart() {
    use hmac::{Hmac, KeyInit, Mac};
    let keys = EspKeys::new(
        Suite::new(Integrity::HmacSha1_96, Encryption::Null).unwrap(),
        &[1; 20],
        &[],
    )
    .unwrap();
    let mut inbound = Inbound::new(Spi::new(256).unwrap(), &keys);
    for (sequence, body, expected) in [
        (1_u32, &[9, 9, 9, 9, 1, 2, 2, 17][..], Ok(4)),
        (2, &[9, 9, 9, 9, 1, 3, 2, 17], Err(OpenError::Padding)),
        (3, &[9, 9, 9, 9, 0, 0, 2, 17], Err(OpenError::Padding)),
        (4, &[9, 9, 9, 9, 9, 9, 7, 17], Err(OpenError::Padding)),
        (5, &[1, 2, 2, 17], Ok(0)),
        (6, &[9, 9, 0, 17], Ok(2)),
    ] {
        let mut packet = [&256_u32.to_be_bytes()[..], &sequence.to_be_bytes(), body].concat();
        let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&[1; 20]).unwrap();
        mac.update(&packet);
        packet.extend(&mac.finalize().into_bytes()[..12]);
        let opened = inbound.open(&mut packet).map(|opened| opened.payload.len());
        assert_eq!(opened, expected);
        assert_eq!(inbound.sequence(), sequence, "it was authentic");
    }
}
