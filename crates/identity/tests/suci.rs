//! SUCIs of `vectors/suci.json` in each of their forms, the committed fuzz corpus, and mutations.

#![cfg(test)]

use proptest::prelude::*;
use quintet_identity::{HomeNetwork, Nai, Plmn, ProtectionScheme, RoutingIndicator, Suci, Supi, SupiFormat};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn rows() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/suci.json");
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(rows.len(), 21, "cover the new rows and change the count");
    rows
}

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member]
        .as_str()
        .unwrap_or_else(|| panic!("{}: no {member}", row["id"]))
}

/// A realm does not tell `012` from `12` (TS 23.003 28.2): it is read as the MNC of two digits.
fn loses_a_zero(suci: &Suci) -> bool {
    matches!(suci.home(), HomeNetwork::Plmn(plmn) if plmn.mcc_mnc().1.len() == 3 && plmn.mcc_mnc().1.starts_with('0'))
}

/// Text, NAI and octets of one SUCI are the same SUCI.
fn every_form(suci: &Suci) {
    let mut octets = Vec::new();
    suci.put(&mut octets);
    assert_eq!(Suci::from_octets(&octets).as_ref(), Ok(suci));
    for nai in [suci.nai(), suci.nai().to_lowercase()] {
        let read = Suci::from_nai(&nai).unwrap_or_else(|error| panic!("{nai}: {error}"));
        assert!(read == *suci || loses_a_zero(suci), "{nai}");
    }
    assert_eq!(suci.to_string().parse::<Suci>().as_ref(), Ok(suci));
}

#[test]
fn rows_with_text_and_octets() {
    let (mut texts, mut elements, mut inputs, mut nais) = (0, 0, 0, 0);
    for row in rows() {
        let id = &row["id"];
        if let Some(suci) = row["suci"].as_str() {
            let read: Suci = suci.parse().unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(read.to_string(), suci, "{id}");
            assert_eq!(hex::encode(read.output()), text(&row, "scheme_output"), "{id}");
            let plain = hex::decode(text(&row, "plaintext_block")).unwrap();
            assert_eq!(read.supi(&plain).unwrap().to_string(), text(&row, "supi"), "{id}");
            let supi: Supi = text(&row, "supi").parse().unwrap();
            assert_eq!(
                Suci::scheme_input(&supi, read.plmn().unwrap()).unwrap().1,
                plain,
                "{id}"
            );
            every_form(&read);
            if let Some(element) = row["mobile_identity_5gs"].as_str() {
                let octets = hex::decode(element).unwrap();
                assert_eq!(Suci::from_octets(&octets).as_ref(), Ok(&read), "{id}");
                let mut written = Vec::new();
                read.put(&mut written);
                assert_eq!(hex::encode(written), element, "{id}");
                elements += 1;
            }
            texts += 1;
        }
        if row["supi_type"] == "IMSI" && row.get("expect").is_none() && row.get("msin").is_some() {
            let plmn: Plmn = format!("{}-{}", text(&row, "mcc"), text(&row, "mnc"))
                .parse()
                .unwrap();
            let supi: Supi = format!(
                "imsi-{}{}{}",
                text(&row, "mcc"),
                text(&row, "mnc"),
                text(&row, "msin")
            )
            .parse()
            .unwrap();
            let (_, input) = Suci::scheme_input(&supi, plmn).unwrap();
            let expected = row["plaintext_block"]
                .as_str()
                .or(row["scheme_input"].as_str())
                .unwrap();
            assert_eq!(hex::encode(&input), expected, "{id}");
            let null = Suci::null(&supi, plmn, RoutingIndicator::NONE).unwrap();
            assert_eq!(null.null_supi(), Some(supi), "{id}");
            every_form(&null);
            inputs += 1;
        }
        if row["supi_type"] == "NAI" {
            nai_row(&row);
            nais += 1;
        }
    }
    assert_eq!((texts, elements, inputs, nais), (6, 5, 9, 5));
}

/// A row whose scheme output is part of a NAI.
fn nai_row(row: &Value) {
    let id = &row["id"];
    let nai: Nai = text(row, "supi").parse().unwrap();
    let supi = Supi::try_from(nai.clone()).unwrap();
    let (home, input) = Suci::scheme_input(&supi, "00101".parse().unwrap()).unwrap();
    assert_eq!(
        home,
        HomeNetwork::Realm(SupiFormat::NETWORK_SPECIFIC, nai.realm().into()),
        "{id}"
    );
    let plain = row["plaintext_block"]
        .as_str()
        .or(row["scheme_input"].as_str())
        .unwrap();
    assert_eq!(hex::encode(&input), plain, "{id}");
    let scheme = row["protection_scheme_id"].as_u64().unwrap();
    let key = if scheme == 0 {
        String::new()
    } else {
        "hnkey27.".to_owned()
    };
    let front = format!("type1.rid678.schid{scheme}.{key}");
    let whole = format!("{front}{}@{}", text(row, "scheme_output_ascii"), nai.realm());
    let suci = Suci::from_nai(&whole).unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(
        (suci.nai(), suci.scheme()),
        (whole, ProtectionScheme(scheme as u8)),
        "{id}"
    );
    if scheme == 0 {
        assert_eq!(suci.null_supi(), Some(supi), "{id}");
    } else {
        let output = [
            text(row, "eph_public_key"),
            text(row, "ciphertext"),
            text(row, "mac_tag"),
        ]
        .concat();
        assert_eq!(hex::encode(suci.output()), output, "{id}");
        assert_eq!(suci.supi(&input), Ok(supi), "{id}");
    }
}

/// Reads any octets as every form; what was read is written in each, and read the same.
fn survives(octets: &[u8]) {
    let text = std::str::from_utf8(octets).ok();
    let read = [
        Suci::from_octets(octets).ok(),
        text.and_then(|text| text.parse().ok()),
        text.and_then(|text| Suci::from_nai(text).ok()),
    ];
    for suci in read.into_iter().flatten() {
        let _ = suci.null_supi();
        let mut written = Vec::new();
        suci.put(&mut written);
        assert_eq!(Suci::from_octets(&written).as_ref(), Ok(&suci));
        let again = Suci::from_nai(&suci.nai());
        assert!(again.as_ref() == Ok(&suci) || (again.is_ok() && loses_a_zero(&suci)));
        assert!(suci.to_string().parse::<Suci>().is_ok());
    }
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = vec![
        ("null".to_owned(), b"suci-0-001-01-0000-0-0-0123456789".to_vec()),
        (
            "null-nai".to_owned(),
            b"type1.rid0.schid0.userida-1@b-2.example".to_vec(),
        ),
        (
            "null-realm".to_owned(),
            b"suci-1-b-2.example-0-0-0-a-1-0-0".to_vec(),
        ),
        (
            "null-octets".to_owned(),
            vec![1, 0, 0xf1, 0x10, 0x21, 0xff, 0, 0, 0x10, 0x32, 0x54, 0x76, 0x98],
        ),
        (
            "proprietary".to_owned(),
            b"type3.rid12.schid12.hnkey1.out0102@example.com".to_vec(),
        ),
    ];
    for row in rows() {
        if let (Some(id), Some(element)) = (row["id"].as_str(), row["mobile_identity_5gs"].as_str()) {
            seeds.push((format!("{id}-octets"), hex::decode(element).unwrap()));
            seeds.push((format!("{id}-text"), text(&row, "suci").as_bytes().to_vec()));
            seeds.push((
                format!("{id}-output"),
                hex::decode(text(&row, "scheme_output")).unwrap(),
            ));
        }
    }
    seeds
}

#[test]
fn corpus_of_sucis() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/suci");
    for (name, octets) in seeds() {
        let path = directory.join(&name);
        if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(&path, &octets).unwrap();
        }
        assert_eq!(
            std::fs::read(&path).unwrap(),
            octets,
            "{name}: write the seeds anew with QUINTET_WRITE_CORPUS=1"
        );
    }
    let mut files = 0;
    for entry in std::fs::read_dir(&directory).unwrap() {
        survives(&std::fs::read(entry.unwrap().path()).unwrap());
        files += 1;
    }
    assert!(files >= seeds().len());
}

proptest! {
    #[test]
    fn mutations_of_seeds(which in any::<prop::sample::Index>(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), cut in 0usize..200) {
        let mut seeds = seeds();
        let which = which.index(seeds.len());
        let mut octets = seeds.swap_remove(which).1;
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        survives(&octets);
        octets.truncate(cut);
        survives(&octets);
    }
}
