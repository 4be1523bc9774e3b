//! Records, and what is wrong with them.

use super::*;

const K_HEX: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";

fn record(json: &str) -> Result<Subscriber, Refusal> {
    serde_json::from_str::<Record>(json)
        .map_err(Refusal::new)?
        .subscriber()
}

#[test]
fn op_and_opc_give_the_same_subscriber() {
    let with_op = record(&format!(
        r#"{{"imsi":"001010000000001","k":"{K_HEX}","op":"cdc202d5123e20f62b6d676ac72cb318"}}"#
    ));
    let with_opc = record(&format!(
        r#"{{"imsi":"001010000000001","k":"{K_HEX}","opc":"cd63cb71954a9f4e48a5994e37a02baf"}}"#
    ));
    assert_eq!(with_op.unwrap(), with_opc.unwrap());
}

#[test]
fn a_record_round_trips_with_its_keys_only() {
    let json = format!(
        r#"{{"imsi":"001010000000001","msisdn":"33612345678","k":"{K_HEX}","opc":"cd63cb71954a9f4e48a5994e37a02baf"}}"#
    );
    let subscriber = record(&json).unwrap();
    let with = serde_json::to_string(&Record::of(&subscriber, true)).unwrap();
    assert_eq!(record(&with).unwrap(), subscriber);
    let without = serde_json::to_string(&Record::of(&subscriber, false)).unwrap();
    assert!(
        !without.contains(K_HEX) && !without.contains("cd63cb71"),
        "{without}"
    );
}

#[test]
fn errors_name_subscriber_and_member() {
    for (json, expected) in [
        (r#"{"imsi":"001010000000001"}"#.to_owned(), "k is missing"),
        (
            r#"{"imsi":"001010000000001","k":"00"}"#.to_owned(),
            "k has 1 octets",
        ),
        (
            format!(r#"{{"imsi":"001010000000001","k":"{K_HEX}"}}"#),
            "opc (or op) is missing",
        ),
        (
            format!(r#"{{"imsi":"001010000000001","k":"{K_HEX}","opc":"00"}}"#),
            "opc has 1 octets",
        ),
    ] {
        let error = record(&json).unwrap_err().to_string();
        assert!(
            error.contains("001010000000001") && error.contains(expected),
            "{error}"
        );
    }
    assert!(
        record(r#"{"imsi":"1"}"#)
            .unwrap_err()
            .to_string()
            .contains("6 to 15")
    );
}

#[test]
fn the_sequence_seed_is_the_upper_part_of_sqn() {
    let json = format!(
        r#"{{"imsi":"001010000000001","k":"{K_HEX}","opc":"cd63cb71954a9f4e48a5994e37a02baf","sqn":"00000000003f"}}"#
    );
    assert_eq!(record(&json).unwrap().authentication.seq_seed, 1);
}
