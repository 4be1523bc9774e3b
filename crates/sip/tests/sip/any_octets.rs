//! What must hold for any octets: no panic, and what is forwarded unchanged is what came.

use crate::support::REGISTER;
use proptest::prelude::*;
use quintet_sip::stream::Inbox;
use quintet_sip::transaction::{Layer, Timers};
use quintet_sip::transport::Protocol;
use quintet_sip::{
    Challenge, Contact, Credentials, Edit, List, Message, Name, NameAddr, SecurityMechanism, Uri, Valued,
    Via, admit, unfold, unquote,
};
use std::time::Duration;

/// Reads everything there is to read, and forwards it.
fn exercise(octets: &[u8]) -> Result<(), TestCaseError> {
    let mut out = Vec::new();
    let _ = admit(octets, "192.0.2.1:5060".parse().unwrap(), &mut out);
    if !out.is_empty() {
        prop_assert!(Message::parse(&out).is_ok(), "a refusal is a message");
    }
    let mut inbox = Inbox::new();
    inbox.fill(octets);
    while let Some(Ok(_)) = inbox.next() {}
    let Ok(message) = Message::parse(octets) else {
        return Ok(());
    };
    for header in message.all_headers() {
        let value = header.value;
        let _ = (
            unfold(value),
            unquote(value),
            Uri::parse(value),
            Via::parse(value),
            NameAddr::parse(value),
            Contact::parse(value),
        );
        let _ = (
            Valued::parse(value),
            SecurityMechanism::parse(value).map(|m| (m.q(), m.spi_c(), m.port_s())),
        );
        let _ = (
            Challenge::parse(value).map(|c| c.params.has_repetition()),
            Credentials::parse(value).map(|c| c.nonce_count()),
        );
        for item in List::new(value) {
            let _ = Valued::parse(item).map(|valued| valued.params.iter().count());
        }
        if let Ok(address) = NameAddr::parse(value) {
            let _ = (
                address.display_name(),
                address.expires(),
                address.q(),
                address.uri.to_canonical(),
            );
            prop_assert!(address.uri.is_equivalent(&address.uri));
        }
        prop_assert_eq!(message.header_named(header.written).is_some(), true);
    }
    let mut forwarded = Vec::new();
    Edit::new(&message).write(&mut forwarded);
    prop_assert_eq!(forwarded.as_slice(), message.octets());
    forwarded.clear();
    let edit = Edit::new(&message)
        .pop(Name::Via)
        .push(Name::Via, "SIP/2.0/UDP h;branch=z9hG4bKx")
        .replace(Name::MaxForwards, 1);
    edit.suffix(Name::Route, ";x")
        .remove(Name::Contact)
        .body("a/b", b"c")
        .uri("sip:x")
        .write(&mut forwarded);
    let read = Message::parse(&forwarded);
    prop_assert!(read.is_ok(), "{:?}", read.map(drop));
    let read = read.unwrap();
    prop_assert_eq!(read.top_via().unwrap().branch(), Some("z9hG4bKx"));
    prop_assert!(!read.has(Name::Contact));
    let mut layer = Layer::new(Timers::default(), 8);
    let _ = layer.receive(Duration::ZERO, crate::support::hop(Protocol::Udp), &message);
    let _ = layer.request(
        Duration::ZERO,
        crate::support::hop(Protocol::Udp),
        octets.to_vec(),
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn octets_do_not_panic(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        exercise(&octets)?;
    }

    #[test]
    fn mutations_do_not_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
        any::<u8>(), prop::sample::select(b"\r\n \t:;,<>\"\\@?=%[]/0z".to_vec())
    ], 0_u8..3), 1..6)) {
        let mut octets = REGISTER.as_bytes().to_vec();
        for (at, octet, kind) in changes {
            let at = at.index(octets.len());
            match kind {
                0 => octets[at] = octet,
                1 => octets.insert(at, octet),
                _ => drop(octets.remove(at)),
            }
        }
        exercise(&octets)?;
    }

    #[test]
    fn values_do_not_panic(value in "[ -~\\r\\n\\t]{0,60}", name in prop::sample::select(vec!["Via", "To", "Contact", "Route", "Authorization", "l"])) {
        exercise(format!("OPTIONS sip:h SIP/2.0\r\n{name}: {value}\r\n\r\n").as_bytes())?;
    }
}
