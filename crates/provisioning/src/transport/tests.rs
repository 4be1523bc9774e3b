//! Published vectors, check values, lengths.

use super::*;

fn transport(cipher: &str, key: &str, iv: Option<&str>) -> Transport {
    let iv: Option<Hex> = iv.map(|iv| iv.parse().unwrap());
    let key = key.parse().unwrap();
    Transport::new(cipher.parse().unwrap(), &key, iv.as_ref(), Covers::K).unwrap()
}

/// NIST SP 800-38A F.1, F.2 (AES); SP 800-20 and SP 800-67 B.1 (triple DES).
#[test]
fn published_vectors() {
    let plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
    let (key_128, key_256) = (
        "2b7e151628aed2a6abf7158809cf4f3c",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
    );
    let iv = Some("000102030405060708090a0b0c0d0e0f");
    for (cipher, key, iv, enciphered) in [
        (
            "aes-128-ecb",
            key_128,
            None,
            "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf",
        ),
        (
            "aes-128-cbc",
            key_128,
            iv,
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
        ),
        (
            "aes-256-ecb",
            key_256,
            None,
            "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870",
        ),
        (
            "aes-256-cbc",
            key_256,
            iv,
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
        ),
    ] {
        let opened = transport(cipher, key, iv)
            .decipher(&hex::decode(enciphered).unwrap())
            .unwrap();
        assert_eq!(hex::encode(&*opened), plain, "{cipher}");
    }
    let key = "0123456789abcdef23456789abcdef01456789abcdef0123";
    let opened = transport("3des-3key-ecb", key, None)
        .decipher(&hex::decode("a826fd8ce53b855fcce21c8112256fe668d5c05dd9b6b900").unwrap())
        .unwrap();
    assert_eq!(&*opened, b"The qufck brown fox jump");
}

#[test]
fn two_keys_are_three_of_which_two_are_one() {
    let octets = hex::decode("a826fd8ce53b855fcce21c8112256fe6").unwrap();
    let two = transport("3des-2key-ecb", "0123456789abcdef23456789abcdef01", None);
    let three = transport(
        "3des-3key-ecb",
        "0123456789abcdef23456789abcdef010123456789abcdef",
        None,
    );
    assert_eq!(two.decipher(&octets), three.decipher(&octets));
}

#[test]
fn check_values_of_both_traditions() {
    // AES-128 of zeros under a key of zeros (FIPS 197's empty block) begins 66e94b.
    let zeros = transport("aes-128-ecb", &"00".repeat(16), None);
    zeros.check(&"66e94b".parse().unwrap()).unwrap();
    assert_eq!(
        zeros.check(&"66e94c".parse().unwrap()),
        Err(TransportError::KeyCheck)
    );
    let mut ones = [1u8; 16];
    zeros.block(&mut ones, true);
    zeros.check(&KeyCheck::new(&ones[..3]).unwrap()).unwrap();
    // Triple DES under zeros is DES under zeros: 8ca64de9c1b123a7.
    let tdes = transport("3des-2key-ecb", &"00".repeat(16), None);
    tdes.check(&"8ca64d".parse().unwrap()).unwrap();
    assert!(is_check_of_k(&[0; 16], &"66e94b".parse().unwrap()));
    assert!("66".parse::<KeyCheck>().is_err());
}

#[test]
fn lengths_are_checked() {
    let key: Hex = "00".repeat(15).parse().unwrap();
    let wrong = Transport::new(Cipher::Aes128Ecb, &key, None, Covers::K).unwrap_err();
    assert_eq!(
        wrong,
        TransportError::KeyLength {
            got: 15,
            expected: 16
        }
    );
    let iv: Hex = "00".repeat(16).parse().unwrap();
    assert!(Transport::new(Cipher::Aes128Ecb, &iv, Some(&iv), Covers::K).is_err());
    assert!(Transport::new(Cipher::Aes128Cbc, &iv, Some(&key), Covers::K).is_err());
    let short = transport("aes-128-ecb", &"00".repeat(16), None).decipher(&[0; 15]);
    assert_eq!(
        short,
        Err(TransportError::Blocks {
            octets: 15,
            block: 16
        })
    );
}
