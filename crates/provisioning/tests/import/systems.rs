//! Each system's samples.

use crate::expected::{compare, octets, rows, rows_of};
use quintet_provisioning::{Cipher, Covers, KeyCheck, Options, Outcome, Row, Source, Transport};
use quintet_subscriber::model::Subscriber;

const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";

fn subscriber(row: &Row) -> &Subscriber {
    match &row.outcome {
        Outcome::Entry(entry) => &entry.subscriber,
        other => panic!("{}: {other:?}", row.identity),
    }
}

fn outcomes(rows: &[Row]) -> String {
    let letter = |row: &Row| match row.outcome {
        Outcome::Entry(_) => 'i',
        Outcome::Skipped(_) => 's',
        Outcome::Refused(_) => 'r',
    };
    rows.iter().map(letter).collect()
}

#[test]
fn open5gs() {
    let rows = rows(Source::Open5gs, &["open5gs.json"], &Options::default());
    assert_eq!(outcomes(&rows), "iiiirrr");
    let second = subscriber(&rows[1]);
    assert_eq!(
        (second.subscription.ambr.uplink, second.subscription.ambr.downlink),
        (1_500_000, 50_000_000)
    );
    assert_eq!(second.authentication.seq_seed, 97 >> 5);
    assert_eq!(
        second.authentication.algorithm,
        subscriber(&rows[0]).authentication.algorithm,
        "OPc of OP"
    );
    compare(&rows, "open5gs");
    // The form of --jsonArray is the same.
    let lines = String::from_utf8(octets(&["open5gs.json"]).remove(0)).expect("text");
    let array = format!("[{}]\n", lines.trim_end().replace('\n', ",\n"));
    let again = rows_of(Source::Open5gs, &[array.into_bytes()], &Options::default()).expect("it can be read");
    assert_eq!(again, rows);
}

#[test]
fn free5gc() {
    let files = [
        "free5gc-authentication.json",
        "free5gc-am.json",
        "free5gc-sm.json",
    ];
    let found = rows(Source::Free5gc, &files, &Options::default());
    assert_eq!(outcomes(&found), "iirirsr");
    let slices = &subscriber(&found[0]).subscription.fgs.nssai;
    let dnns: Vec<_> = slices[0]
        .dnns
        .iter()
        .map(|dnn| (dnn.dnn.as_str(), dnn.default))
        .collect();
    assert_eq!(dnns, [], "those of EPS");
    assert_eq!(slices[1].dnns[0].dnn.as_str(), "internet");
    compare(&found, "free5gc");
    let console = rows(Source::Free5gc, &["free5gc-console.json"], &Options::default());
    compare(&console, "free5gc-console");
}

#[test]
fn srsran() {
    let rows = rows(Source::Srsran, &["srsran-user_db.csv"], &Options::default());
    assert_eq!(outcomes(&rows), "iiirrrr");
    compare(&rows, "srsran");
}

#[test]
fn pyhss_in_every_form() {
    let mysql = rows(Source::Pyhss, &["pyhss-mysql.sql"], &Options::default());
    assert_eq!(outcomes(&mysql), "iiirrrss");
    compare(&mysql, "pyhss");
    let outcome = |rows: &[Row]| -> Vec<_> {
        rows.iter()
            .map(|row| (row.identity.clone(), row.outcome.clone(), row.notes.clone()))
            .collect()
    };
    for other in ["pyhss-sqlite.sql", "pyhss-postgresql.sql"] {
        let rows = rows(Source::Pyhss, &[other], &Options::default());
        assert_eq!(outcome(&rows), outcome(&mysql), "{other}");
    }
    let tables = [
        "auc",
        "subscriber",
        "apn",
        "ims_subscriber",
        "subscriber_routing",
        "roaming_rule",
        "roaming_network",
    ];
    let names: Vec<String> = tables
        .iter()
        .map(|table| format!("pyhss-api-{table}.json"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let api = rows(Source::Pyhss, &names, &Options::default());
    assert_eq!(
        outcome(&api),
        outcome(&mysql)[..7],
        "the API has no list of the EIR here"
    );
    // A list of AuC entries without keys, as the API answers it by default.
    let mut files = octets(&names);
    let auc = String::from_utf8(files.remove(0))
        .expect("text")
        .replace("\"ki\"", "\"hidden\"");
    files.insert(0, auc.into_bytes());
    let hidden = rows_of(Source::Pyhss, &files, &Options::default()).expect("it can be read");
    let Outcome::Refused(refusal) = &hidden[0].outcome else {
        panic!("{hidden:?}")
    };
    assert!(
        refusal
            .remedy
            .as_ref()
            .is_some_and(|remedy| remedy.contains("insecure_auc"))
    );
}

#[test]
fn fhoss() {
    let mut options = Options::default();
    let alice = "001010000000004".parse().expect("an IMSI");
    options.imsi_of.insert("alice@open-ims.test".to_owned(), alice);
    let rows = rows(Source::Fhoss, &["fhoss.sql"], &options);
    assert_eq!(outcomes(&rows), "iiiirsrrsss");
    compare(&rows, "fhoss");
}

#[test]
fn our_own() {
    let rows = rows(Source::Csv, &["own.csv"], &Options::default());
    assert_eq!(outcomes(&rows), "iiirri");
    compare(&rows, "own");
}

#[test]
fn vendors() {
    let found = rows(Source::Vendor, &["vendor.out"], &Options::default());
    assert_eq!(outcomes(&found), "iiirrr");
    compare(&found, "vendor");
    let cut = String::from_utf8(octets(&["vendor.out"]).remove(0)).expect("text");
    let cut = cut
        .rsplit_once("8949")
        .expect("a last line")
        .0
        .as_bytes()
        .to_vec();
    let short = rows_of(Source::Vendor, &[cut], &Options::default()).expect("it can be read");
    let Outcome::Refused(refusal) = &short[5].outcome else {
        panic!("{short:?}")
    };
    assert!(refusal.why.contains("6 cards, and there are 5"), "{refusal}");
}

#[test]
fn keys_under_a_transport_key() {
    let file = octets(&["vendor-enciphered.csv"]);
    let without = rows_of(Source::Vendor, &file, &Options::default()).unwrap_err();
    assert!(without.contains("--transport-key"), "{without}");
    let transport = |key: &str| {
        let key = key.parse().expect("hex");
        Transport::new(Cipher::Aes128Ecb, &key, None, Covers::K).expect("a key")
    };
    let good = transport("00112233445566778899aabbccddeeff");
    let check: KeyCheck = "fde4fb".parse().expect("a check value");
    good.check(&check).expect("the key's");
    let options = |transport| Options {
        transport: Some(transport),
        ..Options::default()
    };
    let rows = rows(Source::Vendor, &["vendor-enciphered.csv"], &options(good));
    assert_eq!(outcomes(&rows), "iiiirr");
    assert_eq!(hex::encode(subscriber(&rows[0]).authentication.k.expose()), K);
    compare(&rows, "vendor-enciphered");
    // Another key: the check values of the cards tell.
    let other = transport("00112233445566778899aabbccddeefe");
    assert!(other.check(&check).is_err());
    let wrong = rows_of(Source::Vendor, &file, &options(other)).expect("it can be read");
    assert!(outcomes(&wrong).starts_with("rrrr"), "{wrong:?}");
    // The head's check value is looked at before any card.
    let head = [b"KCV: 000000\n".to_vec(), file[0].clone()].concat();
    let refused = rows_of(
        Source::Vendor,
        &[head],
        &options(transport("00112233445566778899aabbccddeeff")),
    );
    assert!(refused.unwrap_err().contains("key check value"));
}

#[test]
fn other_ciphers_open_what_openssl_made() {
    let three = "0123456789abcdef23456789abcdef01456789abcdef0123";
    let one = "00112233445566778899aabbccddeeff";
    for (cipher, key, enciphered) in [
        (
            "3des-3key-ecb",
            three.to_owned(),
            "fd70e1c3b31b96ccc67d79f4b252ec00",
        ),
        (
            "3des-2key-ecb",
            one.to_owned(),
            "f19edd2cd4144c3cd1e874d50b79eada",
        ),
        ("aes-256-cbc", one.repeat(2), "37bb151e09cfe3e12ddd8b9620c47ed8"),
    ] {
        let key = key.parse().expect("hex");
        let transport =
            Transport::new(cipher.parse().expect("a cipher"), &key, None, Covers::K).expect("a key");
        let opened = transport
            .decipher(&hex::decode(enciphered).expect("hex"))
            .expect("blocks");
        assert_eq!(hex::encode(&*opened), K, "{cipher}");
    }
}
