//! 128-EEA0–3, 128-EIA0–3 and UIA2 from outside: every row of `vectors/eea_eia.json` but the keystream rows (the unit
//! tests of `keystream.rs` have those), each counted, and the properties that hold for any message.

#[path = "published/rows.rs"]
mod rows;

use proptest::prelude::*;
use quintet_crypto::{
    Bearer, CipherError, CipheringAlgorithm, Direction, IntegrityAlgorithm, SecurityInput, eea, eia,
};
use rows::{array, number, octets, rows};
use serde_json::Value;

/// Rows of the file by type; a row of another type, or one more of these, must be looked at first.
const ROWS: [(&str, usize); 3] = [("keystream", 7), ("confidentiality", 33), ("integrity", 39)];

const CIPHERING: [CipheringAlgorithm; 4] = [
    CipheringAlgorithm::EEA0,
    CipheringAlgorithm::EEA1,
    CipheringAlgorithm::EEA2,
    CipheringAlgorithm::EEA3,
];

const INTEGRITY: [IntegrityAlgorithm; 4] = [
    IntegrityAlgorithm::EIA0,
    IntegrityAlgorithm::EIA1,
    IntegrityAlgorithm::EIA2,
    IntegrityAlgorithm::EIA3,
];

const INPUT: SecurityInput = SecurityInput {
    count: 0x0123_4567,
    bearer: Bearer::EPS_NAS,
    direction: Direction::Uplink,
};

/// All the rows of the file.
fn every_row() -> Vec<Value> {
    rows("eea_eia.json", ROWS.iter().map(|(_, count)| count).sum())
}

fn direction(row: &Value) -> Direction {
    match number(row, "direction") {
        0 => Direction::Uplink,
        1 => Direction::Downlink,
        other => panic!("{}: direction {other}", row["id"]),
    }
}

fn bearer(value: u64) -> Bearer {
    u8::try_from(value)
        .ok()
        .and_then(Bearer::new)
        .unwrap_or_else(|| panic!("bearer {value} has more than 5 bits"))
}

fn input(row: &Value) -> SecurityInput {
    SecurityInput {
        count: u32::from_be_bytes(array(row, "count")),
        bearer: bearer(number(row, "bearer")),
        direction: direction(row),
    }
}

fn length_bits(row: &Value) -> usize {
    number(row, "length_bits") as usize
}

#[test]
fn the_file_has_the_rows_that_the_tests_count() {
    let rows = every_row();
    for (kind, count) in ROWS {
        assert_eq!(
            rows.iter().filter(|row| row["type"] == kind).count(),
            count,
            "{kind}"
        );
    }
}

#[test]
fn every_published_ciphertext_both_ways() {
    let mut checked = 0;
    for row in every_row().iter().filter(|row| row["type"] == "confidentiality") {
        let algorithm = *CIPHERING
            .iter()
            .find(|a| row["algorithm"] == a.to_string())
            .unwrap();
        let (plaintext, ciphertext) = (octets(row, "plaintext"), octets(row, "ciphertext"));
        for (from, to) in [(&plaintext, &ciphertext), (&ciphertext, &plaintext)] {
            let mut message = from.clone();
            eea::apply(
                algorithm,
                &array(row, "key"),
                input(row),
                &mut message,
                length_bits(row),
            )
            .unwrap();
            assert_eq!(hex::encode(&message), hex::encode(to), "{}", row["id"]);
        }
        checked += 1;
    }
    assert_eq!(checked, ROWS[1].1);
}

#[test]
fn every_published_mac() {
    let mut checked = 0;
    for row in every_row().iter().filter(|row| row["type"] == "integrity") {
        let (key, message, expected): ([u8; 16], _, [u8; 4]) =
            (array(row, "key"), octets(row, "message"), array(row, "mac"));
        let mac = if row["algorithm"] == "UIA2" {
            let [count, fresh] = ["count", "fresh"].map(|member| u32::from_be_bytes(array(row, member)));
            eia::uia2(&key, count, fresh, direction(row), &message, length_bits(row)).unwrap()
        } else {
            let algorithm = *INTEGRITY
                .iter()
                .find(|a| row["algorithm"] == a.to_string())
                .unwrap();
            let verify = |received| {
                eia::verify(algorithm, &key, input(row), &message, length_bits(row), received).unwrap()
            };
            assert!(verify(expected), "{}: the published MAC", row["id"]);
            for bit in 0..32 {
                let flipped = (u32::from_be_bytes(expected) ^ 1 << bit).to_be_bytes();
                assert!(!verify(flipped), "{}: bit {bit} of the MAC flipped", row["id"]);
            }
            eia::mac(algorithm, &key, input(row), &message, length_bits(row)).unwrap()
        };
        assert_eq!(hex::encode(mac), hex::encode(expected), "{}", row["id"]);
        checked += 1;
    }
    assert_eq!(checked, ROWS[2].1);
}

#[test]
fn the_null_algorithms_change_nothing_and_check_nothing() {
    let mut message = *b"\xff\xff\xff";
    eea::apply(CipheringAlgorithm::EEA0, &[1; 16], INPUT, &mut message, 20).unwrap();
    assert_eq!(message, *b"\xff\xff\xf0");
    assert_eq!(
        eia::mac(IntegrityAlgorithm::EIA0, &[1; 16], INPUT, &message, 24),
        Ok([0; 4])
    );
    assert_eq!(
        eia::verify(IntegrityAlgorithm::EIA0, &[1; 16], INPUT, &message, 24, [9; 4]),
        Ok(true)
    );
}

#[test]
fn an_unknown_algorithm_is_an_error_and_leaves_the_message() {
    for identifier in 4..=u8::MAX {
        let mut message = [0xff; 2];
        let algorithm = CipheringAlgorithm(identifier);
        assert_eq!(
            eea::apply(algorithm, &[0; 16], INPUT, &mut message, 9),
            Err(CipherError::UnsupportedCiphering(algorithm))
        );
        assert_eq!(message, [0xff; 2]);
        let algorithm = IntegrityAlgorithm(identifier);
        let unsupported = CipherError::UnsupportedIntegrity(algorithm);
        assert_eq!(
            eia::mac(algorithm, &[0; 16], INPUT, &message, 9),
            Err(unsupported)
        );
        assert_eq!(
            eia::verify(algorithm, &[0; 16], INPUT, &message, 9, [0; 4]),
            Err(unsupported)
        );
    }
}

#[test]
fn a_length_beyond_the_message_is_an_error() {
    for length_bits in [25, 64, usize::MAX] {
        for algorithm in CIPHERING {
            let mut message = [0xff; 3];
            assert!(eea::apply(algorithm, &[0; 16], INPUT, &mut message, length_bits).is_err());
            assert_eq!(message, [0xff; 3]);
        }
        for algorithm in INTEGRITY {
            assert!(eia::mac(algorithm, &[0; 16], INPUT, &[0; 3], length_bits).is_err());
        }
        assert!(eia::uia2(&[0; 16], 0, 0, Direction::Uplink, &[0; 3], length_bits).is_err());
    }
}

#[test]
fn an_empty_message_has_a_mac_that_depends_on_the_key() {
    for algorithm in CIPHERING {
        assert_eq!(eea::apply(algorithm, &[7; 16], INPUT, &mut [], 0), Ok(()));
    }
    for algorithm in &INTEGRITY[1..] {
        let mac = |key| eia::mac(*algorithm, &[key; 16], INPUT, &[], 0).unwrap();
        assert_ne!(mac(7), mac(8), "{algorithm}");
        assert_eq!(
            eia::mac(*algorithm, &[7; 16], INPUT, &[0xaa; 9], 0),
            Ok(mac(7)),
            "{algorithm}"
        );
    }
}

fn any_input() -> impl Strategy<Value = SecurityInput> {
    (any::<u32>(), 0u64..32, any::<bool>()).prop_map(|(count, value, down)| SecurityInput {
        count,
        bearer: bearer(value),
        direction: if down {
            Direction::Downlink
        } else {
            Direction::Uplink
        },
    })
}

/// Long enough for two of the widest batches of AES counter blocks (64) and what remains.
fn any_message() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..2500)
}

fn cleared(mut octets: Vec<u8>, length_bits: usize) -> Vec<u8> {
    octets.truncate(length_bits.div_ceil(8));
    let octets_bits = octets.len() * 8;
    if let Some(last) = octets.last_mut() {
        *last &= 0xff << (octets_bits - length_bits);
    }
    octets
}

proptest! {
    #[test]
    fn ciphering_twice_is_the_message(
        which in 0usize..4, key: [u8; 16], input in any_input(), message in any_message(), cut in 0usize..16,
    ) {
        let length_bits = (message.len() * 8).saturating_sub(cut);
        let mut twice = message.clone();
        for _ in 0..2 {
            eea::apply(CIPHERING[which], &key, input, &mut twice, length_bits).unwrap();
        }
        let needed = length_bits.div_ceil(8);
        prop_assert_eq!(&twice[needed..], &message[needed..], "octets after the message are left alone");
        twice.truncate(needed);
        prop_assert_eq!(twice, cleared(message, length_bits));
    }

    #[test]
    fn a_shorter_message_is_ciphered_as_the_prefix(
        which in 0usize..4, key: [u8; 16], input in any_input(), message in any_message(), at in any::<prop::sample::Index>(),
    ) {
        let short_bits = at.index(message.len() * 8 + 1);
        let (mut short, mut long) = (message.clone(), message.clone());
        eea::apply(CIPHERING[which], &key, input, &mut short, short_bits).unwrap();
        eea::apply(CIPHERING[which], &key, input, &mut long, message.len() * 8).unwrap();
        short.truncate(short_bits.div_ceil(8));
        prop_assert_eq!(short, cleared(long, short_bits));
    }

    #[test]
    fn bits_beyond_the_length_have_no_influence_and_every_other_has(
        which in 1usize..4, key: [u8; 16], input in any_input(), message in any_message(), cut in 0usize..8,
        at in any::<prop::sample::Index>(),
    ) {
        let length_bits = message.len() * 8 - cut;
        let mac = |message: &[u8]| eia::mac(INTEGRITY[which], &key, input, message, length_bits).unwrap();
        let expected = mac(&message);
        prop_assert_eq!(mac(&cleared(message.clone(), length_bits)), expected);
        let mut flipped = message;
        let bit = at.index(length_bits);
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        prop_assert_ne!(mac(&flipped), expected);
    }
}
