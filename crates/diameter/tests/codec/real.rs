//! Every shared message: header, AVPs, names, validity, and the same octets when written again.

use std::collections::BTreeMap;

use quintet_diameter::dict::{AvpType, Dictionary};
use quintet_diameter::{Avps, Message, MessageWriter, Secrets, describe, frame, validate};
use quintet_wire::Field;
use serde_json::Value;

use crate::shared::rows;

/// AVPs that no dictionary has, with the reason.
const UNKNOWN: &[(&str, &str)] = &[(
    "AVP 494 of vendor 50",
    "an S-CSCF's own, under the number of a vendor that does not exist any more",
)];

#[test]
fn headers_and_avps_are_what_two_other_decoders_read() {
    for row in rows().into_iter().flatten().filter(|row| !row.negative()) {
        let message = Message::decode(&row.pdu).unwrap_or_else(|error| panic!("{}: {error}", row.id));
        let header = message.header();
        let number = |name: &str| u32::try_from(row.json[name].as_u64().unwrap()).unwrap();
        let hexadecimal = |name: &str| u32::from_str_radix(row.json[name].as_str().unwrap(), 16).unwrap();
        assert_eq!(header.length, number("length"), "{}", row.id);
        assert_eq!(header.code, number("command_code"), "{}", row.id);
        assert_eq!(header.application_id, number("application_id"), "{}", row.id);
        assert_eq!(header.hop_by_hop, hexadecimal("hop_by_hop"), "{}", row.id);
        assert_eq!(header.end_to_end, hexadecimal("end_to_end"), "{}", row.id);
        assert_eq!(u32::from(header.flags.0), hexadecimal("flags"), "{}", row.id);
        assert_eq!(
            header.flags.request(),
            row.json["request"].as_bool().unwrap(),
            "{}",
            row.id
        );
        compare(&row.id, message.avps(), row.json["avps"].as_array().unwrap());
    }
}

fn compare(id: &str, avps: Avps<'_>, expected: &[Value]) {
    let avps: Vec<_> = avps
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(avps.len(), expected.len(), "{id}");
    for (avp, row) in avps.iter().zip(expected) {
        assert_eq!(u64::from(avp.code), row["code"].as_u64().unwrap(), "{id}");
        assert_eq!(
            avp.raw.len() as u64,
            row["length"].as_u64().unwrap(),
            "{id}: AVP {}",
            avp.code
        );
        if let Some(flags) = row["flags_hex"].as_str() {
            assert_eq!(format!("{:02x}", avp.flags.0), flags, "{id}: AVP {}", avp.code);
        }
        if let Some(vendor) = row["vendor_id"].as_u64() {
            assert_eq!(u64::from(avp.vendor_id), vendor, "{id}: AVP {}", avp.code);
        }
        for name in ["value_hex", "data_hex"] {
            if let Some(value) = row[name].as_str() {
                assert_eq!(hex::encode(avp.data), value, "{id}: AVP {}", avp.code);
            }
        }
        if let Some(inner) = row["grouped"].as_array() {
            compare(id, avp.group(), inner);
        }
    }
}

#[test]
fn written_again_a_message_is_the_same_octets() {
    let dictionary = Dictionary::builtin();
    for row in rows().into_iter().flatten().filter(|row| !row.negative()) {
        let message = Message::decode(&row.pdu).unwrap();
        let mut out = Vec::new();
        let mut writer = MessageWriter::new(&mut out, message.header());
        rewrite(dictionary, message.avps(), &mut writer);
        writer.finish();
        assert_eq!(hex::encode(&out), hex::encode(&row.pdu), "{}", row.id);
    }
}

fn rewrite(dictionary: &Dictionary, avps: Avps<'_>, writer: &mut MessageWriter<'_>) {
    for avp in avps {
        let avp = avp.unwrap();
        let id = quintet_diameter::AvpId {
            code: avp.code,
            vendor_id: avp.vendor_id,
            flags: avp.flags,
        };
        let grouped = dictionary
            .avp(avp.vendor_id, avp.code)
            .is_some_and(|avp| avp.kind == AvpType::Grouped);
        if grouped {
            writer.group(id, |inner| rewrite(dictionary, avp.group(), inner));
        } else {
            writer.octets(id, avp.data);
        }
    }
}

#[test]
fn every_avp_has_a_name() {
    let mut unknown = BTreeMap::new();
    for row in rows().into_iter().flatten().filter(|row| !row.negative()) {
        let message = Message::decode(&row.pdu).unwrap();
        let description = describe(Dictionary::builtin(), &message, Secrets::Redacted).unwrap();
        assert!(
            !description.command.starts_with("Command "),
            "{}: {}",
            row.id,
            description.command
        );
        names(&description.avps, &mut |name| {
            if name.starts_with("AVP ") {
                unknown.insert(name.to_owned(), row.id.clone());
            }
        });
        for error in &description.soft_errors {
            eprintln!("{} {}: {error}", row.id, description.command);
        }
    }
    for (name, _) in UNKNOWN {
        unknown.remove(*name);
    }
    assert!(
        unknown.is_empty(),
        "without a name, and one of the messages: {unknown:#?}"
    );
}

fn names(fields: &[Field], see: &mut impl FnMut(&str)) {
    for field in fields {
        see(&field.name);
        names(&field.fields, see);
    }
}

/// Messages that a strict receiver refuses, with the reason. Everything else is valid.
const REFUSED: &[(&str, u32, &str)] = &[
    ("dia-8a8f0d8876d9", 5004, "Destination-Realm is empty"),
    ("dia-8fda6a842eca", 5004, "Destination-Realm is empty"),
    ("dia-f7efe539fac5", 5005, "Supported-Features without Vendor-Id"),
    ("dia-a9d65523b97b", 5005, "Supported-Features without Vendor-Id"),
    ("dia-756f12ec6117", 5005, "Supported-Features without Vendor-Id"),
    ("dia-2e030b6c394d", 5005, "Supported-Features without Vendor-Id"),
    (
        "dia-63618d118120",
        5009,
        "three Flow-Description where TS 29.214 allows two",
    ),
    (
        "dia-8456a94b0d43",
        5004,
        "Primary-Charging-Collection-Function-Name is not a URI",
    ),
    (
        "dia-4632afb5736b",
        5004,
        "Primary-Charging-Collection-Function-Name is not a URI",
    ),
    (
        "dia-c6ce83b20047",
        5005,
        "MIP-Home-Agent-Host without Destination-Realm",
    ),
];

#[test]
fn real_messages_are_valid_and_the_others_are_refused_for_a_reason() {
    let mut surprises = Vec::new();
    for row in rows().into_iter().flatten() {
        let result =
            frame(&row.pdu).and_then(|message| validate(Dictionary::builtin(), &message).map(|_| ()));
        let expected = REFUSED
            .iter()
            .find(|refused| refused.0 == row.id)
            .map(|refused| refused.1);
        let got = result.as_ref().err().map(|rejection| rejection.result.0);
        if row.negative() {
            assert!(got.is_some(), "{} is accepted", row.id);
        } else if got != expected {
            surprises.push(format!(
                "{} {:?} {}: {:?}",
                row.id, row.json["command"], row.json["source"], result
            ));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}
