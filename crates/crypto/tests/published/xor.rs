//! The XOR test algorithm (TS 34.108 8.1.2) against the stated output of `flipk/pfk-milenage`, an implementation of its
//! own, and the RES length of srsRAN's UE. No values are published by 3GPP.

use quintet_crypto::{Amf, AuthenticationFunctions, Auts, K, MacFailure, Rand, Sqn, WrongKeyLength, Xor};

const K_DEFAULT: &str = "000102030405060708090a0b0c0d0e0f";
const RAND: &str = "f87a8a8cd94de52eb4d960ea52f664de";

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn xor() -> Xor {
    Xor::new(K::new_128(array(K_DEFAULT))).unwrap()
}

#[test]
fn stated_output() {
    let functions = AuthenticationFunctions::Xor(xor());
    let rand: Rand = array(RAND);
    let (sqn, amf) = (Sqn::new(0x5a82).unwrap(), Amf([0x80, 0x00]));
    let outputs = functions.outputs(&rand, sqn, amf);
    assert_eq!(hex::encode(outputs.mac_a.octets()), "f87b888f87ca6329");
    assert_eq!(
        hex::encode(outputs.res.octets()),
        "f87b888fdd48e329bcd06ae15efb6ad1"
    );
    assert_eq!(
        hex::encode(outputs.ck.expose()),
        "7b888fdd48e329bcd06ae15efb6ad1f8"
    );
    assert_eq!(
        hex::encode(outputs.ik.expose()),
        "888fdd48e329bcd06ae15efb6ad1f87b"
    );
    assert_eq!(hex::encode(outputs.ak.expose()), "8fdd48e329bc");
    assert_eq!(hex::encode(outputs.ak_star.expose()), "8fdd48e329bc");

    let quintet = functions.quintet(&rand, sqn, amf);
    assert_eq!(
        hex::encode(quintet.autn.octets().unwrap()),
        "8fdd48e3733e8000f87b888f87ca6329"
    );
    let (seen, res, ck, ik) = functions.verify_autn(&rand, &quintet.autn).unwrap();
    assert_eq!(
        (seen, res, ck, ik),
        (sqn, quintet.xres, quintet.ck.clone(), quintet.ik.clone())
    );

    let auts = Auts::from_octets(&array::<14>("8fdd48e3733ef87b888f87cae329")).unwrap();
    assert_eq!(functions.auts(&rand, sqn), auts);
    assert_eq!(functions.verify_auts(&rand, &auts), Ok(sqn));
    let altered = Auts::from_octets(&array::<14>("8fdd48e3733ef87b888f87cae328")).unwrap();
    assert_eq!(functions.verify_auts(&rand, &altered), Err(MacFailure));
}

#[test]
fn res_of_another_length() {
    let (res, ..) = xor().with_res_octets(8).unwrap().f2345(&array(RAND));
    assert_eq!(hex::encode(res.octets()), "f87b888fdd48e329");
    assert_eq!(xor().with_res_octets(3), None);
    assert_eq!(xor().with_res_octets(17), None);
}

#[test]
fn a_long_k_is_refused() {
    assert_eq!(
        Xor::new(K::new(&[1; 32]).unwrap()),
        Err(WrongKeyLength { algorithm: "XOR" })
    );
}
