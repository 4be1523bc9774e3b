//! Contract, "stable": decoding, encoding and decoding again changes nothing; a description does not depend on padding.

use quintet_diameter::dict::Dictionary;
use quintet_diameter::{Message, MessageWriter, Secrets, describe};

use crate::shared::seeds;

#[test]
fn decode_encode_decode() {
    for octets in seeds() {
        let message = Message::decode(&octets).unwrap();
        let mut out = vec![0xaa; 3];
        let mut writer = MessageWriter::new(&mut out, message.header());
        message.avps().for_each(|avp| writer.raw(avp.unwrap().raw));
        writer.finish();
        assert_eq!(out.split_off(3), octets);
    }
}

#[test]
fn padding_is_not_looked_at() {
    let octets = crate::shared::air(|w| w.octets(quintet_diameter::AvpId::new(99_999, 0, false), b"x"));
    let mut other = octets.clone();
    let end = other.len();
    other[end - 3..].copy_from_slice(b"abc");
    let (one, two) = (
        Message::decode(&octets).unwrap(),
        Message::decode(&other).unwrap(),
    );
    let dictionary = Dictionary::builtin();
    let shown = |message| describe(dictionary, message, Secrets::Shown).unwrap();
    assert_eq!(shown(&one), shown(&two));
}

#[test]
fn keys_are_redacted_unless_asked_for() {
    let octets = crate::shared::aia();
    let message = Message::decode(&octets).unwrap();
    let text = |secrets| {
        format!(
            "{:?}",
            describe(Dictionary::builtin(), &message, secrets).unwrap()
        )
    };
    let (kasme, xres) = ("04".repeat(32), "02".repeat(8));
    assert!(text(Secrets::Shown).contains(&kasme) && text(Secrets::Shown).contains(&xres));
    assert!(!text(Secrets::Redacted).contains(&kasme) && !text(Secrets::Redacted).contains(&xres));
    assert!(text(Secrets::Redacted).contains("redacted, 32 octets"));
}
