//! SUCI: TS 33.501 C.4, what other implementations state, and what must be refused.

use crate::rows::{array, octets, optional_octets, rows};
use quintet_crypto::suci::{
    HomeNetworkPrivateKey, HomeNetworkPublicKey, MAX_SCHEME_INPUT_OCTETS, Profile, SuciError,
};
use serde_json::Value;

fn profile(row: &Value) -> Profile {
    match row["profile"].as_str().unwrap() {
        "A" => Profile::A,
        "B" => Profile::B,
        other => panic!("{}: profile {other}", row["id"]),
    }
}

/// The scheme output, which some rows give as the text of a NAI.
fn output(row: &Value) -> Vec<u8> {
    optional_octets(row, "scheme_output").unwrap_or_else(|| {
        [
            octets(row, "eph_public_key"),
            octets(row, "ciphertext"),
            octets(row, "mac_tag"),
        ]
        .concat()
    })
}

#[test]
fn suci_rows() {
    let (mut both_ways, mut one_way, mut refused, mut null, mut agreements) = (0, 0, 0, 0, 0);
    for row in rows("suci.json", 21) {
        let id = &row["id"];
        if row["profile"] == "null-scheme" {
            // Written by `quintet-identity`, whose tests have it.
            null += 1;
            continue;
        }
        let profile = profile(&row);
        if row["type"] == "ecdh" {
            agreement(&row, profile);
            agreements += 1;
            continue;
        }
        let private = HomeNetworkPrivateKey::new(profile, &array(&row, "hn_private_key")).unwrap();
        assert_eq!(
            private.public_key().octets(),
            octets(&row, "hn_public_key"),
            "{id}"
        );
        if row.get("expect").is_some() {
            assert_eq!(row["expect"], "failure", "{id}");
            let error = private.deconceal(&octets(&row, "scheme_output")).unwrap_err();
            let expected = if id.as_str().unwrap().ends_with("badpoint") {
                SuciError::Point
            } else {
                SuciError::Tag
            };
            assert_eq!(error, expected, "{id}");
            refused += 1;
            continue;
        }
        let plain = octets(&row, "plaintext_block");
        assert_eq!(*private.deconceal(&output(&row)).unwrap(), plain, "{id}");
        if let Some(ephemeral) = optional_octets(&row, "eph_private_key") {
            let public = HomeNetworkPublicKey::new(profile, &octets(&row, "hn_public_key")).unwrap();
            let concealed = public.conceal(&ephemeral.try_into().unwrap(), &plain).unwrap();
            assert_eq!(concealed, output(&row), "{id}");
            both_ways += 1;
        } else {
            one_way += 1;
        }
        for i in 0..output(&row).len() {
            let mut spoilt = output(&row);
            spoilt[i] ^= 0x01;
            assert!(private.deconceal(&spoilt).is_err(), "{id}, octet {i}");
        }
    }
    assert_eq!((both_ways, one_way, refused, null, agreements), (11, 1, 3, 2, 4));
}

/// What an ECDH row proves without the shared secret being public: a SUCI concealed for the key on the other side of the
/// agreement is deconcealed with this one.
fn agreement(row: &Value, profile: Profile) {
    let private = HomeNetworkPrivateKey::new(profile, &array(row, "private_key")).unwrap();
    let output = private.public_key();
    assert_eq!(output.octets().len(), profile.public_key_octets());
    let other = HomeNetworkPublicKey::new(profile, &octets(row, "public_key")).unwrap();
    assert_eq!(other.octets(), octets(row, "public_key"), "{}", row["id"]);
    let concealed = other.conceal(&array(row, "private_key"), b"12345").unwrap();
    let shared = octets(row, "shared_key");
    assert_eq!(
        by_shared_secret(&shared, &concealed, profile),
        b"12345",
        "{}",
        row["id"]
    );
}

/// ECIES from the shared secret on, written once more over other crates.
fn by_shared_secret(z: &[u8], output: &[u8], profile: Profile) -> Vec<u8> {
    use aes::cipher::{BlockCipherEncrypt, KeyInit};
    use sha2::{Digest, Sha256};
    let (ephemeral, rest) = output.split_at(profile.public_key_octets());
    let keys: Vec<u8> = [1u32, 2]
        .iter()
        .flat_map(|i| Sha256::digest([z, &i.to_be_bytes(), ephemeral].concat()))
        .collect();
    let mut block = <[u8; 16]>::try_from(&keys[16..32]).unwrap().into();
    aes::Aes128::new_from_slice(&keys[..16])
        .unwrap()
        .encrypt_block(&mut block);
    rest[..rest.len() - 8]
        .iter()
        .zip(block)
        .map(|(a, b)| a ^ b)
        .collect()
}

#[test]
fn the_shared_secret_of_a_low_order_is_refused() {
    let private = HomeNetworkPrivateKey::new(Profile::A, &[0x42; 32]).unwrap();
    // Points of order 1, 2, 4 and 8 of Curve25519 and its twist (RFC 7748 6.1).
    let orders = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for order in orders {
        let output = [hex::decode(order).unwrap(), vec![0; 13]].concat();
        assert_eq!(private.deconceal(&output), Err(SuciError::Point), "{order}");
    }
}

#[test]
fn points_and_keys_that_are_none_are_refused() {
    let private = HomeNetworkPrivateKey::new(Profile::B, &[0x42; 32]).unwrap();
    let with = |point: &[u8]| private.deconceal(&[point, &[0; 13]].concat()).unwrap_err();
    let mut point = private.public_key().octets().to_vec();
    assert_eq!(with(&point), SuciError::Tag, "a point, but not this SUCI's");
    point[0] = 0x04;
    assert_eq!(with(&point), SuciError::Point, "no compressed point");
    point[0] = 0x00;
    assert_eq!(with(&point), SuciError::Point, "infinity");
    // x = 5 and x = p: no square root, and out of the field.
    let off = |x: &str| with(&hex::decode(format!("02{x:0>64}")).unwrap());
    assert_eq!(off("1"), SuciError::Point);
    assert_eq!(
        off("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
        SuciError::Point
    );
    let n = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    for out_of_range in [n, &"0".repeat(64), &"f".repeat(64)] {
        let octets = hex::decode(out_of_range).unwrap().try_into().unwrap();
        assert!(
            matches!(
                HomeNetworkPrivateKey::new(Profile::B, &octets),
                Err(SuciError::PrivateKey)
            ),
            "{out_of_range}"
        );
    }
    let public = private.public_key();
    assert!(HomeNetworkPublicKey::new(Profile::B, &public.octets()[..32]).is_err());
    assert!(HomeNetworkPublicKey::new(Profile::A, public.octets()).is_err());
}

#[test]
fn lengths_are_bounded() {
    for (profile, key_octets) in [(Profile::A, 32), (Profile::B, 33)] {
        let private = HomeNetworkPrivateKey::new(profile, &[0x42; 32]).unwrap();
        let public = private.public_key();
        for octets in [1, 15, 16, 17, 33, MAX_SCHEME_INPUT_OCTETS] {
            let concealed = public.conceal(&[0x17; 32], &vec![0x61; octets]).unwrap();
            assert_eq!(concealed.len(), key_octets + octets + 8);
            assert_eq!(*private.deconceal(&concealed).unwrap(), vec![0x61; octets]);
        }
        for octets in [0, MAX_SCHEME_INPUT_OCTETS + 1] {
            assert!(matches!(
                public.conceal(&[0x17; 32], &vec![0; octets]),
                Err(SuciError::Length { .. })
            ));
        }
        for octets in (0..=key_octets + 8).chain([key_octets + 8 + MAX_SCHEME_INPUT_OCTETS + 1]) {
            assert!(
                matches!(private.deconceal(&vec![9; octets]), Err(SuciError::Length { .. })),
                "{octets}"
            );
        }
        let other = HomeNetworkPrivateKey::new(profile, &[0x43; 32]).unwrap();
        let concealed = public.conceal(&[0x17; 32], b"0123456789").unwrap();
        assert_eq!(
            other.deconceal(&concealed),
            Err(SuciError::Tag),
            "another home network's"
        );
    }
}
