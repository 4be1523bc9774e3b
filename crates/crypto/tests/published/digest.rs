//! `vectors/digest_aka.json`: nonces, passwords, H(A1), responses, AUTS, with the vectors behind them where they are known.

use crate::rows::{array, octets, optional_octets, rows};
use quintet_crypto::digest::{
    AkaNonce, AkaPassword, DigestAlgorithm, DigestInput, HashA1, Qop, auts_text, read_auts,
};
use quintet_crypto::{Amf, AuthenticationFunctions, Autn, Ck, Ik, K, Milenage, Opc, Res, Sqn, Xor};
use serde_json::Value;

/// A member that is text; empty if the row has none.
fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_default()
}

/// The subscriber's functions, if the row has K.
fn functions(row: &Value) -> Option<AuthenticationFunctions> {
    let k = K::new_128(optional_octets(row, "K")?.try_into().unwrap());
    Some(match optional_octets(row, "OPc") {
        Some(opc) => {
            AuthenticationFunctions::Milenage(Milenage::new(k, Opc::new(opc.try_into().unwrap())).unwrap())
        }
        None => AuthenticationFunctions::Xor(Xor::new(k).unwrap()),
    })
}

/// The nonce codes RAND and AUTN, and those are what the functions make of K and SQN.
fn check_nonce(row: &Value) {
    let nonce = AkaNonce {
        rand: array(row, "RAND"),
        autn: array(row, "AUTN"),
        server_data: optional_octets(row, "server_specific_data").unwrap_or_default(),
    };
    assert_eq!(nonce.to_string(), text(row, "nonce"), "{}", row["id"]);
    assert_eq!(AkaNonce::parse(text(row, "nonce")), Some(nonce), "{}", row["id"]);
}

/// RES, CK and IK of the row are those of its vector, where it says K.
fn check_vector(row: &Value) {
    let (Some(functions), false) = (functions(row), row.get("auts").is_some()) else {
        return;
    };
    let sqn = Sqn::from_octets(array(row, "SQN"));
    let quintet = functions.quintet(&array(row, "RAND"), sqn, Amf(array(row, "AMF")));
    assert_eq!(
        quintet.autn,
        Autn::from_octets(&array(row, "AUTN")),
        "{}",
        row["id"]
    );
    assert_eq!(quintet.xres.octets(), octets(row, "RES"), "{}", row["id"]);
}

/// The password the row states, from what AKA gave.
fn check_password(row: &Value, algorithm: DigestAlgorithm) {
    let password = if let Some(auts) = row.get("auts").and_then(Value::as_str) {
        let read = read_auts(auts).unwrap();
        assert_eq!(auts_text(&read), auts, "{}", row["id"]);
        let verified = functions(row).unwrap().verify_auts(&array(row, "RAND"), &read);
        assert_eq!(
            verified,
            Ok(Sqn::from_octets(array(row, "SQN_MS"))),
            "{}",
            row["id"]
        );
        AkaPassword::of_resynchronisation()
    } else {
        let key = |member| optional_octets(row, member).unwrap_or(vec![0; 16]);
        let (ck, ik) = (Ck::new(&key("CK")).unwrap(), Ik::new(&key("IK")).unwrap());
        AkaPassword::new(algorithm, &Res::new(&octets(row, "RES")).unwrap(), &ck, &ik)
    };
    assert_eq!(password.expose(), octets(row, "password_hex"), "{}", row["id"]);
}

#[test]
fn digests() {
    let (mut responses, mut nonces) = (0, 0);
    for row in &rows("digest_aka.json", 22) {
        if text(row, "type") == "nonce" {
            check_nonce(row);
            nonces += 1;
            continue;
        }
        let algorithm = DigestAlgorithm::of(text(row, "algorithm")).unwrap();
        if algorithm.is_aka() {
            check_nonce(row);
            check_vector(row);
            check_password(row, algorithm);
        }
        let a1 = HashA1::new(
            algorithm,
            text(row, "username"),
            text(row, "realm"),
            &octets(row, "password_hex"),
        );
        assert_eq!(a1.expose(), text(row, "HA1"), "{}", row["id"]);
        let (nc, cnonce) = (text(row, "nc"), text(row, "cnonce"));
        let body = optional_octets(row, "entity_body_hex").unwrap_or_default();
        let qop = match text(row, "qop") {
            "" => Qop::None,
            "auth" => Qop::Auth { nc, cnonce },
            "auth-int" => Qop::AuthInt {
                nc,
                cnonce,
                body: &body,
            },
            other => panic!("{}: qop {other}", row["id"]),
        };
        let (method, uri, nonce) = (text(row, "method"), text(row, "uri"), text(row, "nonce"));
        let input = DigestInput {
            algorithm,
            method,
            uri,
            nonce,
            qop,
        };
        assert!(input.response(&a1).verify(text(row, "response")), "{}", row["id"]);
        let other = DigestInput {
            method: "OPTIONS",
            ..input
        };
        assert!(
            !other.response(&a1).verify(text(row, "response")),
            "{}",
            row["id"]
        );
        responses += 1;
    }
    assert_eq!((responses, nonces), (19, 3));
}

/// The PRF of AKAv2 with SHA-256, by Python's `hmac`.
#[test]
fn the_password_of_akav2_sha_256() {
    let (ck, ik) = (Ck::new_128([1; 16]), Ik::new_128([2; 16]));
    let password = AkaPassword::new(
        DigestAlgorithm::AkaV2Sha256,
        &Res::new(&[3; 8]).unwrap(),
        &ck,
        &ik,
    );
    assert_eq!(
        str::from_utf8(password.expose()).unwrap(),
        "g4T+lcF49rKwM6wEuN2u/dnEQtoNQLI2uaX3H62vf8I="
    );
    assert_eq!(format!("{password:?}"), "AkaPassword(redacted)");
}

#[test]
fn what_is_no_nonce() {
    let short = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
    for nonce in [
        "",
        "x",
        short,
        &format!("{}=", "A".repeat(43))[1..],
        &"A".repeat(4000),
    ] {
        assert_eq!(AkaNonce::parse(nonce), None, "{nonce}");
    }
    for auts in [
        "",
        "aw1hHLRiUW5khj9FWg==",
        "aw1hHLRiUW5khj9FWto",
        &"A".repeat(100),
    ] {
        assert_eq!(read_auts(auts), None, "{auts}");
    }
}
