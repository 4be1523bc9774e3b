//! Rows of our own files.

use super::*;
use crate::Outcome;
use crate::source::{Source, rows};

const CSV: &str = "imsi,msisdn,k,opc,apns,ambr_uplink\n\
    001010000000001,33612345678,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,internet;ims;mms,50000000\n\
    001010000000002,,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,,\n";

fn entries(source: Source, text: &str) -> Vec<Entry> {
    let rows = rows(source, &[text], &Options::default()).unwrap();
    rows.into_iter()
        .map(|row| match row.outcome {
            Outcome::Entry(entry) => *entry,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn csv_and_json_carry_the_same_subscribers() {
    let from_csv = entries(Source::Csv, CSV);
    let subscription = &from_csv[0].subscriber.subscription;
    assert_eq!(subscription.apn_configurations.len(), 3);
    assert_eq!(subscription.ambr.uplink, 50_000_000);
    for (format, source) in [(Format::Csv, Source::Csv), (Format::Json, Source::Json)] {
        let mut octets = Vec::new();
        let mut writer = Writer::new(&mut octets, format);
        for entry in &from_csv {
            writer.write(&Record::of(&entry.subscriber, true)).unwrap();
        }
        writer.finish().unwrap();
        assert_eq!(entries(source, std::str::from_utf8(&octets).unwrap()), from_csv);
    }
}

#[test]
fn a_column_says_what_other_access_is_subscribed() {
    let rows_of = |value: &str| {
        let text = format!(
            "imsi,k,opc,non_3gpp\n001010000000001,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,{value}\n"
        );
        rows(Source::Csv, &[&text], &Options::default()).unwrap()
    };
    for (value, subscribed, barred) in [
        ("true", true, false),
        ("false", false, false),
        ("barred", true, true),
    ] {
        let row = rows_of(value).remove(0);
        let Outcome::Entry(entry) = row.outcome else {
            panic!("{value}: {row:?}")
        };
        let non_3gpp = &entry.subscriber.subscription.non_3gpp;
        assert_eq!((non_3gpp.subscribed, non_3gpp.barred), (subscribed, barred));
    }
    let row = rows_of("perhaps").remove(0);
    let Outcome::Refused(refusal) = row.outcome else {
        panic!("{row:?}")
    };
    assert!(refusal.why.contains("column non_3gpp"), "{refusal}");
}

#[test]
fn a_wrong_row_is_refused_and_the_next_is_read() {
    let text = format!("{CSV}00101000000000x,,00,,,\n001010000000004,1\n001010000000005,,00,,,\n");
    let rows = rows(Source::Csv, &[&text], &Options::default()).unwrap();
    let refused: Vec<_> = rows
        .iter()
        .filter_map(|row| match &row.outcome {
            Outcome::Refused(refusal) => Some((row.place.line, refusal.why.clone())),
            _ => None,
        })
        .collect();
    assert_eq!((rows.len(), refused.len()), (5, 3), "{refused:?}");
    assert!(
        refused[0].0 == 4 && refused[0].1.contains("decimal digits"),
        "{refused:?}"
    );
    assert!(
        refused[1].0 == 5 && refused[1].1.contains("2 columns"),
        "{refused:?}"
    );
    assert!(
        refused[2].0 == 6 && refused[2].1.contains("k has 1 octets"),
        "{refused:?}"
    );
}

#[test]
fn unknown_columns_and_members_are_named() {
    let error = rows(
        Source::Csv,
        &["imsi,kk\n001010000000001,1\n"],
        &Options::default(),
    );
    assert!(error.unwrap_err().to_string().contains("\"kk\""));
    let json = "{\"imsi\":\"001010000000001\",\n\"kk\":1}\n{\"imsi\":\"1\"}";
    let rows = rows(Source::Json, &[json], &Options::default()).unwrap();
    let Outcome::Refused(refusal) = &rows[0].outcome else {
        panic!("{rows:?}")
    };
    assert!(refusal.why.contains("kk"), "{refusal}");
    assert_eq!(
        (rows[0].identity.as_str(), rows[1].place.line),
        ("001010000000001", 3)
    );
}

#[test]
fn no_ims_is_none_and_options_add_what_is_missing() {
    let json = r#"{"imsi":"001010000000001","k":"465b5ce8b199b49faa5f0a2ee238a6bc","ims":false}"#;
    let options = Options {
        op: Some("cdc202d5123e20f62b6d676ac72cb318".parse().unwrap()),
        apns: vec!["mms".parse().unwrap()],
        ims: true,
        ..Options::default()
    };
    let rows = rows(
        Source::Json,
        &[json, &json.replace(",\"ims\":false", "")],
        &options,
    )
    .unwrap();
    let entry = |i: usize| match &rows[i].outcome {
        Outcome::Entry(entry) => entry,
        other => panic!("{other:?}"),
    };
    assert!(entry(0).ims.is_none() && entry(1).ims.is_some());
    assert_eq!(
        entry(0).subscriber.subscription.apn_configurations[0]
            .apn
            .as_str(),
        "mms"
    );
}
