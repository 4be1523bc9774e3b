//! The messages of RFC 4475, each as its clause says: taken, or refused with the status the clause asks for.

use quintet_sip::{Contact, Edit, Message, Method, Name, ParseErrorKind, Scheme, Status, admit};
use serde_json::Value;
use std::net::SocketAddr;

fn rows() -> Vec<Value> {
    let path = format!("{}/../../vectors/sip_torture.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.len(), 49);
    rows
}

fn octets(id: &str) -> Vec<u8> {
    let row = rows().into_iter().find(|row| row["id"] == id).unwrap();
    hex::decode(row["message"].as_str().unwrap()).unwrap()
}

#[test]
fn each_is_taken_or_refused_as_its_clause_says() {
    let source: SocketAddr = "192.0.2.200:5060".parse().unwrap();
    for row in rows() {
        let (id, octets) = (&row["id"], hex::decode(row["message"].as_str().unwrap()).unwrap());
        let mut out = Vec::new();
        let admitted = admit(&octets, source, &mut out);
        match row["expect"].as_str() {
            None => {
                let message = admitted.unwrap_or_else(|refused| panic!("{id}: {}", refused.error));
                assert!(out.is_empty());
                let mut forwarded = Vec::new();
                Edit::new(&message).write(&mut forwarded);
                assert_eq!(forwarded, message.octets(), "{id}");
            }
            Some("contact") => {
                let message = admitted.unwrap();
                assert!(message.contacts().all(|contact| contact.is_err()), "{id}");
            }
            Some("drop") => assert_eq!(admitted.unwrap_err().answered, None, "{id}"),
            // Without To, From and Call-ID there is nothing to put into a response.
            Some("400") if id == "insuf" => {
                assert_eq!(
                    admitted.unwrap_err().error.kind,
                    ParseErrorKind::Missing(Name::From)
                );
            }
            Some(status) => {
                let refused = admitted.map(drop).unwrap_err();
                let answered = refused.answered.map(|status| status.code().to_string());
                let via = Message::parse_head(&octets).is_ok_and(|(message, _)| message.top_via().is_ok());
                assert!(
                    !via || answered.as_deref() == Some(status),
                    "{id}: {answered:?}, {}",
                    refused.error
                );
                assert_eq!(answered.is_some(), !out.is_empty(), "{id}");
            }
        }
    }
}

/// 3.1.1.1
#[test]
fn a_short_tortuous_invite() {
    let octets = octets("wsinv");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(message.to().unwrap().tag(), Some("1918181833n"));
    let from = message.from().unwrap();
    assert_eq!(
        (from.display_name().as_deref(), from.tag()),
        (Some("J Rosenberg \\\""), Some("98asjd8"))
    );
    assert_eq!(
        (message.max_forwards(), message.cseq().unwrap().number),
        (Ok(Some(68)), 9)
    );
    let vias: Vec<_> = message.vias().map(|via| via.unwrap()).collect();
    assert_eq!(
        vias.iter().map(|via| via.host).collect::<Vec<_>>(),
        ["192.0.2.2", "spindle.example.com", "192.168.255.111"]
    );
    assert_eq!(
        vias.iter().map(|via| via.branch().unwrap()).collect::<Vec<_>>(),
        ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]
    );
    assert_eq!(message.header(Name::Subject), Some(""));
    assert_eq!(
        message.header_named("UnknownHeaderWithUnusualValue"),
        Some(";;,,;;,;")
    );
    let route = message.routes().next().unwrap().unwrap();
    assert!(route.uri.is_loose() && route.uri.params.has("unknown-no-value"));
    assert_eq!(message.body().len(), 150);
    let Some(Ok(Contact::Address(contact))) = message.contacts().next() else {
        panic!("no contact")
    };
    assert_eq!(
        (contact.display_name().as_deref(), contact.params.get("newparam")),
        (Some("Quoted string \"\""), Some("newvalue"))
    );
}

/// 3.1.1.2
#[test]
fn a_wide_range_of_valid_characters() {
    let octets = octets("intmeth");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(
        message.method(),
        Some(Method::Other("!interesting-Method0123456789_*+`.%indeed'~"))
    );
    let uri = message.request_uri().unwrap();
    assert_eq!(
        (uri.user, uri.host),
        (
            Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"),
            "example.com"
        )
    );
    assert_eq!(uri.password, Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"));
    assert_eq!(
        message.to().unwrap().display_name().as_deref(),
        Some("BEL:\x07 NUL:\0 DEL:\x7f")
    );
    assert_eq!(message.from().unwrap().tag(), Some("_token~1'+`*%!-."));
    assert_eq!(
        message.call_id(),
        Ok("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{")
    );
    assert_eq!(
        message.header_named("extensionHeader-!.%*+_`'~"),
        Some("\u{feff}大停電")
    );
}

/// 3.1.1.3 to 3.1.1.5, 3.1.1.9, 3.3.14
#[test]
fn escapes() {
    let octets_of = octets;
    let octets = octets_of("esc01");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(
        message.request_uri().unwrap().user,
        Some("sips%3Auser%40example.com")
    );
    assert_eq!(message.to().unwrap().uri.to_canonical(), "sip:user@example.com");
    let octets = octets_of("escnull");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(message.contacts().count(), 2);
    assert_eq!(
        message.to().unwrap().uri.to_canonical(),
        "sip:null-%00-null@example.com"
    );
    let octets = octets_of("esc02");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(message.method(), Some(Method::Other("RE%47IST%45R")));
    let octets = octets_of("semiuri");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(
        message.request_uri().unwrap().user,
        Some("user;par=u%40example.net")
    );
    let octets = octets_of("regescrt");
    let message = Message::parse(&octets).unwrap();
    let Some(Ok(Contact::Address(contact))) = message.contacts().next() else {
        panic!("no contact")
    };
    assert_eq!(contact.uri.headers, Some("Route=%3Csip:sip.example.com%3E"));
}

/// 3.1.1.7, 3.1.1.8, 3.1.1.10 to 3.1.1.13
#[test]
fn bodies_transports_and_phrases() {
    let octets_of = octets;
    let octets = octets_of("longreq");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(message.vias().filter(Result::is_ok).count(), 34);
    let octets = octets_of("dblreq");
    assert!(octets.len() > Message::parse(&octets).unwrap().octets().len());
    let octets = octets_of("transports");
    let message = Message::parse(&octets).unwrap();
    let transports: Vec<_> = message.vias().map(|via| via.unwrap().transport).collect();
    assert_eq!(transports, ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]);
    let octets = octets_of("mpart01");
    assert!(Message::parse(&octets).unwrap().body().contains(&0x82));
    let octets = octets_of("unreason");
    let message = Message::parse(&octets).unwrap();
    assert_eq!(
        message.start(),
        &quintet_sip::StartLine::Response {
            status: Status::OK,
            reason: "= 2**3 * 5**2 но сто девяносто девять - простое",
        }
    );
    let octets = octets_of("noreason");
    assert_eq!(Message::parse(&octets).unwrap().status(), Some(Status::TRYING));
}

/// 3.2.1, 3.3.2 to 3.3.4, 3.3.7, 3.3.12, 3.3.13
#[test]
fn what_only_its_user_can_judge() {
    let octets_of = octets;
    let octets = octets_of("badbranch");
    assert_eq!(
        Message::parse(&octets)
            .unwrap()
            .top_via()
            .unwrap()
            .unique_branch(),
        None
    );
    let octets = octets_of("unkscm");
    assert_eq!(
        Message::parse(&octets).unwrap().request_uri().unwrap().scheme,
        Scheme::Other("nobodyKnowsThisScheme")
    );
    let octets = octets_of("novelsc");
    assert_eq!(
        Message::parse(&octets).unwrap().request_uri().unwrap().scheme,
        Scheme::Other("soap.beep")
    );
    let octets = octets_of("regaut01");
    assert!(
        !Message::parse(&octets)
            .unwrap()
            .authorizations()
            .next()
            .unwrap()
            .unwrap()
            .is_digest()
    );
    for (id, header, uri) in [("cparam01", true, false), ("cparam02", false, true)] {
        let octets = octets_of(id);
        let message = Message::parse(&octets).unwrap();
        let Some(Ok(Contact::Address(contact))) = message.contacts().next() else {
            panic!("no contact")
        };
        assert_eq!(
            (
                contact.params.has("unknownparam"),
                contact.uri.params.has("unknownparam")
            ),
            (header, uri),
            "{id}"
        );
    }
}
