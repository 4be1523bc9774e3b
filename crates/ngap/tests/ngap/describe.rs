//! What people and scripts are shown.

use crate::samples;
use crate::shared::{octets, recorded};
use quintet_ngap::{NgapPdu, Secrets, describe};
use quintet_wire::Field;

fn sample(name: &str) -> Vec<u8> {
    let message = samples::all().into_iter().find(|message| message.name() == name);
    samples::encode(&message.unwrap())
}

fn find<'f>(fields: &'f [Field], name: &str) -> Option<&'f Field> {
    fields.iter().find_map(|field| {
        if field.name == name {
            Some(field)
        } else {
            find(&field.fields, name)
        }
    })
}

#[test]
fn keys_are_redacted_unless_asked_for() {
    let next = "5a".repeat(32);
    let k_gnb: String = (0..32).map(|octet| format!("{octet:02x}")).collect();
    for (message, element, key) in [
        ("INITIAL CONTEXT SETUP REQUEST", "SecurityKey", k_gnb),
        ("PATH SWITCH REQUEST ACKNOWLEDGE", "nextHopNH", next),
    ] {
        let octets = sample(message);
        let hidden = describe(&octets, Secrets::Redacted).unwrap();
        assert_eq!(
            find(&hidden.fields, element).unwrap().value,
            "redacted, 32 octets"
        );
        assert!(!format!("{hidden:?}").contains(&key));
        let shown = describe(&octets, Secrets::Shown).unwrap();
        assert!(format!("{shown:?}").contains(&key), "{shown:?}");
        let decoded = NgapPdu::decode(&octets).unwrap();
        assert!(!format!("{decoded:?}").contains("90, 90"), "{decoded:?}");
        assert!(format!("{decoded:?}").contains("(redacted)"));
    }
}

#[test]
fn offsets_lead_to_the_values() {
    let octets = sample("UPLINK NAS TRANSPORT");
    let description = describe(&octets, Secrets::Redacted).unwrap();
    assert_eq!(description.name, "UPLINK NAS TRANSPORT");
    assert_eq!(description.soft_errors, []);
    let nas = find(&description.fields, "NAS-PDU").unwrap();
    assert_eq!(nas.value, "7e00646f");
    // The value of the IE is the string with its length.
    assert_eq!(octets[nas.at..nas.at + 5], [4, 0x7e, 0x00, 0x64, 0x6f]);
}

#[test]
fn a_nas_message_inside_a_session_is_found() {
    let description = describe(&sample("INITIAL CONTEXT SETUP REQUEST"), Secrets::Redacted).unwrap();
    assert_eq!(find(&description.fields, "nAS-PDU").unwrap().value, "7e00646f");
    assert_eq!(find(&description.fields, "pDUSessionID").unwrap().value, "5");
}

#[test]
fn every_recorded_ie_is_named() {
    let Some(rows) = recorded() else { return };
    let mut named = 0;
    for row in &rows {
        let description = describe(&octets(row), Secrets::Redacted).unwrap();
        let names: Vec<_> = description.fields.iter().map(|field| &*field.name).collect();
        let expected: Vec<_> = row["ies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|ie| &ie["name"])
            .collect();
        assert_eq!(names, expected, "{}", row["id"]);
        named += names.len();
    }
    assert_eq!(named, 594);
}

#[test]
fn a_deviation_is_told_with_its_place() {
    let mut octets = sample("NG SETUP FAILURE");
    // Cause is the first IE: its criticality says reject instead of ignore.
    assert_eq!(octets[9], 0x40);
    octets[9] = 0;
    let description = describe(&octets, Secrets::Redacted).unwrap();
    let [error] = &description.soft_errors[..] else {
        panic!("{description:?}");
    };
    assert_eq!((&error.path[..], error.at), ("Cause", 11));
}
