//! Dictionary files: what is wrong in one is said with its line, and a user's file adds to the built-in ones.

use quintet_diameter::dict::{AvpType, Dictionary, application, avp, command};
use quintet_diameter::{Message, MessageWriter, Secrets, describe, validate};

use crate::shared::{air, header};

#[test]
fn the_builtin_dictionary_has_every_command_of_s6a_both_ways() {
    let dictionary = Dictionary::builtin();
    for code in [
        command::UPDATE_LOCATION,
        command::AUTHENTICATION_INFORMATION,
        command::CANCEL_LOCATION,
        command::INSERT_SUBSCRIBER_DATA,
        command::DELETE_SUBSCRIBER_DATA,
        command::PURGE_UE,
        command::RESET,
        command::NOTIFY,
    ] {
        for request in [true, false] {
            let command = dictionary.command(application::S6A, code, request).unwrap();
            assert!(
                command.grammar().wildcard() && command.proxiable,
                "{}",
                command.name
            );
        }
    }
    assert_eq!(dictionary.avp_named("MSISDN").unwrap().id, avp::MSISDN);
    assert_eq!(dictionary.application(application::CX), Some("cx"));
}

const USER: &str = "
@name mine
@vendor 65000 EXAMPLE
@inherits base
@avp_types
   My-Group   1   Grouped      V
   My-Mode    2   Enumerated   MV
   My-Secret  3   OctetString  V
@grouped
   My-Group ::= < AVP Header: 1 65000 > { My-Mode } *2 [ User-Name ]
@enum My-Mode
   QUICK 1
   SLOW  2
@show secret
   My-Secret
";

#[test]
fn a_users_file_adds_avps() {
    let dictionary = Dictionary::parse("mine.dia", USER).unwrap();
    let group = dictionary.avp_named("My-Group").unwrap();
    assert_eq!((group.id.vendor_id, group.kind), (65000, AvpType::Grouped));
    let (mode, secret) = (
        dictionary.avp_named("My-Mode").unwrap().id,
        dictionary.avp_named("My-Secret").unwrap().id,
    );
    let good = air(|w| {
        w.group(group.id, |w| w.u32(mode, 2));
        w.octets(secret, &[7; 4]);
    });
    let message = Message::decode(&good).unwrap();
    validate(&dictionary, &message).unwrap();
    let shown = describe(&dictionary, &message, Secrets::Redacted).unwrap();
    let [.., last_but_one, last] = shown.avps.as_slice() else {
        panic!("two more AVPs")
    };
    assert_eq!(last_but_one.fields[0].value, "SLOW (2)");
    assert_eq!(last.value, "redacted, 4 octets");
    let bad = air(|w| w.group(group.id, |w| w.u32(mode, 3)));
    assert!(validate(&dictionary, &Message::decode(&bad).unwrap()).is_err());
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let cases = [
        ("@avp_types\n A 1 Unsigned32 -", "mine.dia:1: no @name"),
        ("@name a\n@wrong", "mine.dia:2: @wrong is not a directive"),
        ("word", "mine.dia:1: `word` stands before any @ directive"),
        (
            "@name a\n@id x",
            "mine.dia:2: the Application-ID `x` is not a decimal number",
        ),
        (
            "@name a\n@avp_types\n A 1 Number -",
            "mine.dia:3: `Number` is not a data format",
        ),
        (
            "@name a\n@avp_types\n A 1 Unsigned32",
            "mine.dia:3: a line of @avp_types is",
        ),
        (
            "@name a\n@avp_types\n A 1 Unsigned32 V",
            "mine.dia:3: flag V, but the file has no @vendor",
        ),
        (
            "@name a\n@avp_types\n A 1 Unsigned32 X",
            "mine.dia:3: flag `X` is unknown",
        ),
        (
            "@name a\n@avp_types\n User-Name 70000 Unsigned32 -",
            "mine.dia:3: AVP User-Name is defined already",
        ),
        (
            "@name a\n@avp_types\n Mine 1 Unsigned32 -",
            "mine.dia:3: AVP code 1 of vendor 0 is User-Name already",
        ),
        ("@name a\n@inherits nothing", "mine.dia:1: @inherits nothing"),
        (
            "@name a\n@grouped\n G ::= < AVP Header: 1 > { Nothing }",
            "mine.dia:3: AVP G is in no @avp_types",
        ),
        (
            "@name a\n@grouped\n User-Name ::= < AVP Header: 1 >",
            "mine.dia:3: User-Name: @avp_types says UTF8String",
        ),
        (
            "@name a\n@grouped\n Failed-AVP ::= < AVP Header: 279 >",
            "mine.dia:3: group Failed-AVP is defined already",
        ),
        (
            "@name a\n@messages\n M ::= < Diameter Header: 9, RED >",
            "mine.dia:3: `RED` is not REQ, PXY",
        ),
        (
            "@name a\n@messages\n M ::= < Diameter Header: 9 >\n { Nothing }",
            "mine.dia:4: AVP Nothing is in no",
        ),
        (
            "@name a\n@messages\n M ::= < Diameter Header: 9 > { User-Name ]",
            "mine.dia:3: `]` where `}` belongs",
        ),
        (
            "@name a\n@messages\n M ::= < Diameter Header: 9 > 2 { User-Name }",
            "mine.dia:3: a number without `*`",
        ),
        (
            "@name a\n@messages\n M ::= < Diameter Header: 9 > 3*2 { User-Name }",
            "mine.dia:3: User-Name: at least 3",
        ),
        (
            "@name a\n@messages\n M ::= < Diameter Header: 9 > [ User-Name ] [ User-Name ]",
            "mine.dia:3: User-Name stands twice",
        ),
        (
            "@name a\n@messages\n M ::= < Diameter Header: 257, REQ >",
            "mine.dia:3: M: command 257 of application 0",
        ),
        (
            "@name a\n@enum User-Name\n A 1",
            "mine.dia:2: @enum User-Name: its type is UTF8String",
        ),
        ("@name a\n@show loud", "mine.dia:2: @show is followed by"),
        (
            "@name a\n@show text\n User-Name",
            "mine.dia:3: `User-Name` is not in this file's",
        ),
    ];
    for (text, expected) in cases {
        let error = Dictionary::parse("mine.dia", text).expect_err(text).to_string();
        assert!(
            error.starts_with(expected),
            "{text:?}\n gives {error}\n not  {expected}"
        );
    }
}

#[test]
fn counted_rules_hold_at_both_ends() {
    let text = "@name mine\n@id 77\n@messages\n Probe-Request ::= < Diameter Header: 9999, REQ > 2*3 { Route-Record }";
    let dictionary = Dictionary::parse("mine.dia", text).unwrap();
    for (count, good) in [(0, false), (1, false), (2, true), (3, true), (4, false)] {
        let mut out = Vec::new();
        let mut writer = MessageWriter::new(&mut out, &header(77, 9999, 0x80));
        for _ in 0..count {
            writer.text(avp::ROUTE_RECORD, "a.example");
        }
        writer.finish();
        assert_eq!(
            validate(&dictionary, &Message::decode(&out).unwrap()).is_ok(),
            good,
            "{count}"
        );
    }
}
