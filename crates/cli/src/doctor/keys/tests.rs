//! Files as those programs write them, and what is said of broken ones.

use super::*;
use quintet_doctor::keys::Operator;

const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
const OPC: &str = "e8ed289deba952e4283b54e88e6183ca";

/// The keys of a text: IMSI, and whose functions they are by a challenge of our own.
fn keys(text: &str) -> Result<Vec<(Option<String>, SubscriberKey)>> {
    let mut keys = Vec::new();
    each(text, &mut |place, entry| {
        let key = entry.key(place.to_owned())?;
        keys.push((key.imsi().map(|imsi| imsi.to_string()), key));
        Ok(())
    })?;
    Ok(keys)
}

/// What every form below says.
fn wanted(name: &str) -> SubscriberKey {
    use quintet_crypto::{K as Key, Opc};
    let octets = |hex: &str| <[u8; 16]>::try_from(hex::decode(hex).unwrap()).unwrap();
    SubscriberKey::new(
        Some("001010000000001".parse().unwrap()),
        name.to_owned(),
        Key::new_128(octets(K)),
        Operator::Opc(Opc::new(octets(OPC))),
    )
    .unwrap()
}

fn says_the_same(text: &str) {
    let found = keys(text).unwrap_or_else(|error| panic!("{error:#}: {text}"));
    assert_eq!(found.len(), 1, "{text}");
    let (_, key) = &found[0];
    let ours = wanted(key.name());
    assert!(ours == *key, "{text}: {key:?}");
}

#[test]
fn every_form_says_the_same() {
    says_the_same(&format!("imsi,k,opc\n001010000000001,{K},{OPC}\n"));
    says_the_same(&format!(
        "opc;k;imsi;algorithm\n{OPC};{};001010000000001;milenage\n",
        K.to_uppercase()
    ));
    says_the_same(&format!(
        "# comment\n\nIMSI\tKi\tOPc\n001010000000001\t0x{K}\t{OPC}\n"
    ));
    says_the_same(&format!(
        "imsi,k,op_type,op,amf\n001010000000001,{K},opc,{OPC},8000\n"
    ));
    // srsRAN, new and old.
    says_the_same(&format!(
        "# .csv\nue1,mil,001010000000001,{K},opc,{OPC},9001,000000001234,7,dynamic\n"
    ));
    says_the_same(&format!(
        "ue1,001010000000001,{K},opc,{OPC},9001,000000001234,7\n"
    ));
    // Open5GS by mongoexport, and by its web page with blanks in the values.
    says_the_same(&format!(
        r#"{{"_id":{{"$oid":"5f"}},"imsi":"001010000000001","msisdn":[],"security":{{"k":"{K}","amf":"8000","op":null,"opc":"{OPC}","sqn":{{"$numberLong":"513"}}}},"ambr":{{"uplink":{{"value":1,"unit":3}}}}}}"#
    ));
    says_the_same(&format!(
        r#"[{{"imsi":"001010000000001","security":{{"k":"465B5CE8 B199B49F AA5F0A2E E238A6BC","opc":"{OPC}","op":""}}}}]"#
    ));
    // free5GC.
    says_the_same(&format!(
        r#"{{"ueId":"imsi-001010000000001","AuthenticationSubscription":{{"permanentKey":{{"permanentKeyValue":"{K}"}},"milenage":{{"op":{{"opValue":""}}}},"opc":{{"opcValue":"{OPC}"}}}}}}"#
    ));
    // PyHSS, its table as CSV and its API's answer.
    says_the_same(&format!(
        "auc_id,ki,opc,amf,sqn,iccid,imsi,batch_name\n1,{K},{OPC},8000,0,,001010000000001,\n"
    ));
    says_the_same(&format!(
        r#"{{"auc_id":1,"ki":"{K}","opc":"{OPC}","amf":"8000","sqn":0,"imsi":"001010000000001"}}"#
    ));
    // Our own export.
    says_the_same(&format!(
        r#"{{"imsi":"001010000000001","algorithm":"milenage","k":"{K}","opc":"{OPC}","amf":"8000"}}"#
    ));
}

#[test]
fn op_tuak_xor_and_no_imsi() {
    let found = keys(&format!("k,op\n{K},{OPC}\n")).unwrap();
    assert_eq!(found[0].0, None);
    let long = "55".repeat(32);
    let text = format!(
        "imsi,algorithm,k,opc,tuak\n001010000000001,tuak,{K},{long},64/64/128/128/1\n001010000000002,xor,{K},,\n"
    );
    assert_eq!(keys(&text).unwrap().len(), 2);
    let text = format!(
        r#"{{"imsi":"001010000000001","algorithm":"tuak","k":"{K}","opc":"{long}","tuak":{{"res_bits":64,"mac_bits":64,"ck_bits":128,"ik_bits":128,"keccak_iterations":1}}}}"#
    );
    assert_eq!(keys(&text).unwrap().len(), 1);
    assert_eq!(
        keys(&format!(
            "ue1,xor,001010000000001,{K},opc,{OPC},8000,0,7,dynamic\n"
        ))
        .unwrap()
        .len(),
        1
    );
}

/// An error names file, place and field, and no digit of a value.
#[test]
fn errors_name_the_place_and_no_value() {
    let cases = [
        (
            format!(
                "imsi,k,opc\n001010000000001,{K},{OPC}\n001010000000002,{},{OPC}\n",
                &K[1..]
            ),
            ["line 3", "field k"],
        ),
        (
            format!("imsi,k,opc\n001010000000001,{}z,{OPC}\n", &K[1..]),
            ["line 2", "character 32"],
        ),
        (
            format!("imsi,k,opc\n001010000000001,{K},{}\n", &OPC[2..]),
            ["line 2", "field opc: 15 octets"],
        ),
        (
            format!("imsi,k,opc\n001010000000001,{K},\n"),
            ["line 2", "field opc"],
        ),
        (
            format!("imsi,k,opc\n001010000000001,,{OPC}\n"),
            ["line 2", "field k"],
        ),
        (
            format!("imsi,k,opc\n00101000000000100000,{K},{OPC}\n"),
            ["line 2", "field imsi"],
        ),
        (
            format!("imsi,k,opc,algorithm\n001010000000001,{K},{OPC},comp128\n"),
            ["line 2", "field algorithm"],
        ),
        (format!("{K},{OPC}\n"), ["line 1", "neither a header"]),
        (
            format!(r#"[{{"k":"{K}","opc":"{OPC}"}},{{"k":"{K}"}}]"#),
            ["object 2", "field opc"],
        ),
        (
            format!(r#"[{{"k":"{K}","opc":"{OPC}"}},{{"k":{K}}}]"#),
            ["line 1", "not JSON"],
        ),
        ("\n".to_owned(), ["holds no keys", "CSV"]),
    ];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.txt");
    for (text, words) in cases {
        std::fs::write(&path, &text).unwrap();
        let error = format!("{:#}", read(Some(&path), None).unwrap_err());
        assert!(error.contains("keys.txt"), "{error}");
        for word in words {
            assert!(error.contains(word), "{word}: {error}");
        }
        assert!(
            !error.contains(&K[8..16]) && !error.contains(&OPC[8..16]),
            "{error}"
        );
    }
}

#[test]
fn a_file_of_an_operator_is_not_shown_by_debug() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("subscribers.csv");
    std::fs::write(&path, format!("imsi,k,opc\n001010000000001,{K},{OPC}\n")).unwrap();
    let ring = read(Some(&path), None).unwrap();
    assert_eq!(ring.len(), 1);
    let shown = format!("{ring:?}");
    assert!(
        shown.contains("subscribers.csv, line 2") && !shown.contains(&K[8..16]),
        "{shown}"
    );
}

#[test]
fn an_hss_lends_its_keys() {
    use quintet_store::{Command, PutMode, contract::fixture};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("quintet.db");
    let options = quintet_store_sqlite::Options {
        masters: Sources::beside(&path).for_database(&path),
        ..quintet_store_sqlite::Options::default()
    };
    let store = quintet_store_sqlite::SqliteStore::open(&path, options).unwrap();
    let subscribers = (0..5).map(fixture::subscriber).collect();
    store
        .execute(Command::Put {
            subscribers,
            mode: PutMode::Insert,
        })
        .unwrap();
    let ring = read(None, Some(&path)).unwrap();
    assert_eq!(ring.len(), 5);
    let missing = directory.path().join("none.db");
    let error = format!("{:#}", read(None, Some(&missing)).unwrap_err());
    assert!(error.contains("none.db"), "{error}");
}

/// The private key of TS 33.501 C.4.3.
const HOME: &str = "c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d";

#[test]
fn home_network_keys_stand_among_subscribers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.txt");
    let json = format!(
        r#"[{{"imsi":"001010000000001","k":"{K}","opc":"{OPC}"}},
            {{"home_network_key":"{HOME}","id":1,"profile":"A"}}]"#
    );
    let csv = format!("home_network_key,id,profile\n{HOME},1,a\n");
    for (text, keys) in [(json, 1), (csv, 0)] {
        std::fs::write(&path, &text).unwrap();
        let ring = read(Some(&path), None).unwrap().without_published();
        assert_eq!((ring.len(), ring.home_network_keys()), (keys, 1), "{text}");
        let shown = format!("{ring:?}");
        assert!(!shown.contains(&HOME[8..16]), "{shown}");
    }
    let wrong = [
        (r#"{"home_network_key":"00","id":1,"profile":"A"}"#, "32 octets"),
        (r#"{"home_network_key":"00","id":256,"profile":"A"}"#, "field id"),
        (
            r#"{"home_network_key":"00","id":1,"profile":"C"}"#,
            "field profile",
        ),
    ];
    for (text, word) in wrong {
        std::fs::write(&path, text).unwrap();
        let error = format!("{:#}", read(Some(&path), None).unwrap_err());
        assert!(error.contains(word), "{error}");
    }
}
