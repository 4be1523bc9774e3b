//! Contract, "preserved_unknown": what no dictionary knows is accepted without M, shown, and written again as it was.

use quintet_diameter::dict::Dictionary;
use quintet_diameter::{AvpFlags, AvpId, Message, MessageWriter, Secrets, describe, validate};

use crate::shared::air;

#[test]
fn unknown_avps_survive() {
    let ids = [
        AvpId::new(99_999, 0, false),
        AvpId {
            code: 77,
            vendor_id: 65_000,
            flags: AvpFlags(0xa0),
        },
    ];
    let octets = air(|w| ids.iter().for_each(|id| w.octets(*id, b"kept!")));
    let message = Message::decode(&octets).unwrap();
    validate(Dictionary::builtin(), &message).unwrap();

    let shown = describe(Dictionary::builtin(), &message, Secrets::Redacted).unwrap();
    let last: Vec<_> = shown
        .avps
        .iter()
        .rev()
        .take(2)
        .map(|field| (&*field.name, &*field.value))
        .collect();
    assert_eq!(
        last,
        [
            ("AVP 77 of vendor 65000", "6b65707421"),
            ("AVP 99999", "6b65707421")
        ]
    );

    let mut out = Vec::new();
    let mut writer = MessageWriter::new(&mut out, message.header());
    message.avps().for_each(|avp| writer.raw(avp.unwrap().raw));
    writer.finish();
    assert_eq!(out, octets);
}

#[test]
fn unknown_values_of_known_avps_survive() {
    let octets = air(|w| w.u32(quintet_diameter::dict::avp::RAT_TYPE, 4711));
    let message = Message::decode(&octets).unwrap();
    let shown = describe(Dictionary::builtin(), &message, Secrets::Redacted).unwrap();
    assert_eq!(shown.avps.last().unwrap().value, "4711");
    assert!(shown.soft_errors.is_empty());
}
