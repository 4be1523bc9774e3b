//! What must hold for any octets: no panic, and what is forwarded unchanged is what came.

use crate::support::REGISTER;
use proptest::prelude::*;
use quintet_sip::reginfo::{
    ContactEvent, ContactInfo, ContactState, DocumentState, Reginfo, Registration, RegistrationState,
};
use quintet_sip::stream::Inbox;
use quintet_sip::transaction::{Layer, Timers};
use quintet_sip::transport::Protocol;
use quintet_sip::{
    Challenge, Contact, Credentials, Edit, List, Message, Method, Name, NameAddr, SecurityMechanism, Status,
    Uri, Valued, Via, Writer, admit, unfold, unquote,
};
use std::path::PathBuf;
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

/// What fuzzing begins with: by our own writer, or by hand.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let message = Message::parse(REGISTER.as_bytes()).unwrap();
    let mut challenge = Vec::new();
    Writer::response_to(&mut challenge, &message, Status::UNAUTHORIZED, "t", "192.0.2.9:5060".parse().unwrap())
        .unwrap()
        .header(
            Name::WwwAuthenticate,
            "Digest realm=\"r\",nonce=\"AAECAwQFBgcICQoLDA0ODwAAAAAAAAAAAAAAAAAAAAA=\",algorithm=AKAv1-MD5,ck=\"00\",qop=\"auth\"",
        )
        .header(Name::SecurityServer, "ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;spi-c=1;spi-s=2;port-c=3;port-s=4")
        .finish();
    let contact = ContactInfo::new(
        "1".into(),
        "sip:u@h".into(),
        ContactState::Active,
        ContactEvent::Registered,
    );
    let registration = Registration {
        aor: "sip:u@h".into(),
        id: "r".into(),
        state: RegistrationState::Active,
        contacts: vec![contact],
    };
    let reginfo = Reginfo {
        version: 0,
        state: DocumentState::Full,
        registrations: vec![registration],
    }
    .to_xml();
    let mut notify = Vec::new();
    Writer::request(&mut notify, Method::Notify, "sip:u@h")
        .header(Name::Via, "SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bK1")
        .header(Name::From, "<sip:u@h>;tag=1")
        .header(Name::To, "<sip:u@h>;tag=2")
        .header(Name::CallId, "c")
        .header(Name::CSeq, "1 NOTIFY")
        .header(Name::Event, "reg")
        .header(Name::SubscriptionState, "active;expires=60")
        .body("application/reginfo+xml", reginfo.as_bytes());
    let folded = "OPTIONS tel:+1-2;phone-context=a SIP/2.0\r\nv: SIP / 2.0 / UDP h : 5061 ;branch=old,\r\n SIP/2.0/UDP i\r\n\
        m: \"a \\\" b\" <sips:%61:p@h;lr?x=y>;q=0.5 , *\r\nf: a b<sip:h>;tag=1\r\nt: sip:h;tag=2\r\ni: 1\r\nCSeq: 1\r\n OPTIONS\r\nl: 2\r\n\r\nab";
    vec![
        ("register", REGISTER.as_bytes().to_vec()),
        ("challenge", challenge),
        ("notify", notify),
        ("reginfo", reginfo.into_bytes()),
        ("invite", crate::support::request("INVITE", "z9hG4bK1")),
        ("ack", crate::support::request("ACK", "z9hG4bK1")),
        ("cancel", crate::support::request("CANCEL", "z9hG4bK1")),
        ("busy", crate::support::response(486, "INVITE", "z9hG4bK1")),
        ("folded", folded.as_bytes().to_vec()),
        ("keep-alives", b"\r\n\r\n\r\n".to_vec()),
        (
            "an-empty-via-first",
            REGISTER
                .replacen("Via:", "Via:\r\nVia:", 1)
                .replace("CSeq: 1", "CSeq: x")
                .into_bytes(),
        ),
        (
            "truncated",
            REGISTER
                .replace("Content-Length: 0", "Content-Length: 9")
                .into_bytes(),
        ),
    ]
}

#[test]
fn corpus_of_messages() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/sip");
    for (name, octets) in seeds() {
        let path = directory.join(name);
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
    for entry in std::fs::read_dir(&directory).unwrap() {
        exercise(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
    }
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
