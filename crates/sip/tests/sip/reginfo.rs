//! Registration information.

use proptest::prelude::*;
use quintet_sip::reginfo::{
    ContactEvent, ContactInfo, ContactState, DocumentState, MAX_CONTACTS, MAX_REGISTRATIONS, Reginfo,
    ReginfoError, Registration, RegistrationState,
};

/// The example of RFC 3680 5.3, with what may surround it.
#[test]
fn a_document_is_read() {
    let xml = "<?xml version=\"1.0\"?>\n<r:reginfo xmlns:r=\"urn:ietf:params:xml:ns:reginfo\" xmlns:x=\"urn:x\" version=\"1\" state=\"full\">\n\
        <!-- two --><r:registration aor=\"sip:joe@example.com\" id=\"as9\" state=\"active\">\n\
        <r:contact id=\"76\" state=\"active\" event=\"registered\" duration-registered=\"7322\" q=\"0.8\" expires=\"10\">\n\
        <r:uri>sip:joe@pc887.example.com;a=b&amp;c</r:uri><x:uri>sip:other</x:uri>\n\
        <r:unknown-param name=\"+sip.instance\">&quot;&lt;urn:uuid:1&gt;&quot;</r:unknown-param></r:contact>\n\
        <r:contact id=\"77\" state=\"terminated\" event=\"expired\" callid=\"c\" cseq=\"7\" retry-after=\"5\"><r:uri>sip:b</r:uri></r:contact>\n\
        </r:registration><r:registration aor=\"tel:+1\" id=\"b\" state=\"init\"/></r:reginfo>";
    let reginfo = Reginfo::from_xml(xml.as_bytes()).unwrap();
    assert_eq!(
        (reginfo.version, reginfo.state, reginfo.registrations.len()),
        (1, DocumentState::Full, 2)
    );
    let [first, second] = &reginfo.registrations[0].contacts[..] else {
        panic!("two contacts")
    };
    assert_eq!(
        (first.expires, first.duration_registered, first.q.as_deref()),
        (Some(10), Some(7322), Some("0.8"))
    );
    assert_eq!(
        first.params,
        [("+sip.instance".to_owned(), "\"<urn:uuid:1>\"".to_owned())]
    );
    assert_eq!(
        (second.event, second.retry_after, second.cseq),
        (ContactEvent::Expired, Some(5), Some(7))
    );
    assert_eq!(reginfo.registrations[1].state, RegistrationState::Init);
    assert_eq!(Reginfo::from_xml(reginfo.to_xml().as_bytes()), Ok(reginfo));
}

#[test]
fn what_is_none() {
    let of = |xml: &str| Reginfo::from_xml(xml.as_bytes()).map(drop);
    let limit = |what| Err(ReginfoError::Limit(what));
    assert_eq!(of(""), Err(ReginfoError::NotReginfo));
    assert_eq!(of("<profile/>"), Err(ReginfoError::NotReginfo));
    assert_eq!(
        of("<!DOCTYPE a [<!ENTITY b \"c\">]><reginfo version=\"1\" state=\"full\"/>"),
        Err(ReginfoError::DocumentType)
    );
    assert_eq!(
        of("<reginfo state=\"full\"/>"),
        Err(ReginfoError::Attribute {
            element: "reginfo",
            attribute: "version"
        })
    );
    assert_eq!(
        of("<reginfo version=\"1\" state=\"half\"/>"),
        Err(ReginfoError::Attribute {
            element: "reginfo",
            attribute: "state"
        })
    );
    let inside = |inner: &str| {
        of(&format!(
            "<reginfo version=\"1\" state=\"full\">{inner}</reginfo>"
        ))
    };
    assert_eq!(inside(""), Ok(()));
    assert!(matches!(
        inside("<registration aor=\"a\" id=\"b\" state=\"active\">"),
        Err(ReginfoError::Malformed { .. })
    ));
    assert!(matches!(
        inside(
            "<registration aor=\"a\" id=\"b\" state=\"active\"><contact id=\"1\" state=\"active\" event=\"x\"/></registration>"
        ),
        Err(ReginfoError::Attribute {
            element: "contact",
            attribute: "event"
        })
    ));
    assert!(matches!(inside("&bomb;"), Err(ReginfoError::Malformed { .. })));
    let registration =
        |inner: &str| format!("<registration aor=\"a\" id=\"b\" state=\"active\">{inner}</registration>");
    assert_eq!(
        inside(&registration("").repeat(MAX_REGISTRATIONS + 1)),
        limit("MAX_REGISTRATIONS")
    );
    let contact = "<contact id=\"1\" state=\"active\" event=\"created\"/>";
    assert_eq!(
        inside(&registration(&contact.repeat(MAX_CONTACTS + 1))),
        limit("MAX_CONTACTS")
    );
    assert_eq!(
        inside(&format!("{}{}", "<a>".repeat(20), "</a>".repeat(20))),
        limit("MAX_DEPTH")
    );
    assert_eq!(of(&" ".repeat(70_000)), limit("MAX_DOCUMENT_OCTETS"));
    assert!(matches!(
        Reginfo::from_xml(b"<reginfo a=\"\xff\"/>"),
        Err(ReginfoError::Malformed { .. })
    ));
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(aor in "[ -~é]{0,20}", uri in "[!-~]{1,30}", value in "[!-~]{0,9}", expires in any::<Option<u32>>()) {
        let mut contact = ContactInfo::new("1".into(), uri, ContactState::Active, ContactEvent::Created);
        contact.expires = expires;
        contact.params.push((value.clone(), value));
        let registration = Registration { aor, id: "r".into(), state: RegistrationState::Active, contacts: vec![contact] };
        let reginfo = Reginfo { version: 3, state: DocumentState::Partial, registrations: vec![registration] };
        prop_assert_eq!(Reginfo::from_xml(reginfo.to_xml().as_bytes()), Ok(reginfo));
    }

    #[test]
    fn octets_do_not_panic(text in "[<>/a-z=\" &;#!\\[\\]-]{0,80}") {
        let _ = Reginfo::from_xml(text.as_bytes());
        let _ = Reginfo::from_xml(format!("<reginfo version=\"1\" state=\"full\">{text}").as_bytes());
    }
}
