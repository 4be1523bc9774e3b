//! Reading and writing messages.

use crate::support::REGISTER;
use quintet_sip::{
    Contact, MAX_HEAD_OCTETS, MAX_HEADERS, MAX_MESSAGE_OCTETS, Message, Method, Name, ParseErrorKind, Quoted,
    Scheme, StartLine, Status, Writer, admit,
};
use std::net::SocketAddr;

#[test]
fn a_register_is_read() {
    let message = Message::parse(REGISTER.as_bytes()).unwrap();
    let uri = "sip:ims.mnc001.mcc001.3gppnetwork.org";
    assert_eq!(
        *message.start(),
        StartLine::Request {
            method: Method::Register,
            uri
        }
    );
    assert_eq!(message.check(), Ok(()));
    let vias: Vec<_> = message.vias().map(|via| via.unwrap().branch().unwrap()).collect();
    assert_eq!(vias, ["z9hG4bKpcscf1", "z9hG4bKue1", "z9hG4bKin"]);
    assert_eq!(message.from().unwrap().tag(), Some("4fa3"));
    assert_eq!(message.to().unwrap().uri.user, Some("001010000000001"));
    assert_eq!(
        (message.max_forwards(), message.expires()),
        (Ok(Some(69)), Ok(Some(600_000)))
    );
    let Some(Ok(Contact::Address(contact))) = message.contacts().next() else {
        panic!("no contact")
    };
    assert_eq!((contact.expires(), contact.reg_id()), (Some(600_000), Some(1)));
    assert!(message.lists(Name::Require, "sec-agree") && message.lists(Name::Supported, "GRUU"));
    assert!(!message.lists(Name::Supported, "sec-agree"));
    let offer = message.security_client().next().unwrap().unwrap();
    assert_eq!(
        (offer.spi_c(), offer.port_s(), offer.ealg()),
        (Some(11111), Some(6101), Some("aes-cbc"))
    );
    let credentials = message.authorizations().next().unwrap().unwrap();
    assert_eq!(credentials.response().as_deref(), Some(""));
    let visited: Vec<_> = message
        .p_visited_network_ids()
        .map(|id| id.unwrap().unquoted().into_owned())
        .collect();
    assert_eq!(visited, ["visited, one"]);
    let charging = message.p_charging_vector().unwrap();
    assert_eq!(charging.unquoted("icid-value").as_deref(), Some("abc;1"));
    assert_eq!(charging.get("orig-ioi"), Some("home1.net"));
    assert_eq!(message.header_named("x-unknown"), Some("left   as it is"));
    assert_eq!(message.header_named("VIA"), message.header(Name::Via));
    assert_eq!(message.paths().next().unwrap().unwrap().uri.scheme, Scheme::Sip);
    assert_eq!(message.all_headers().len(), 20);
    assert_eq!(message.body(), b"");
}

#[test]
fn keep_alives_are_no_messages() {
    for octets in [&b""[..], b"\r\n", b"\r\n\r\n"] {
        assert_eq!(Message::parse(octets).unwrap_err().kind, ParseErrorKind::Empty);
    }
    let message = format!("\r\n\r\n{REGISTER}");
    assert_eq!(
        Message::parse(message.as_bytes()).unwrap().octets(),
        REGISTER.as_bytes()
    );
}

#[test]
fn content_length_ends_the_body() {
    let head = "SIP/2.0 200 OK\r\nCall-ID: 1\r\n";
    let body = |length: &str, body: &str| {
        Message::parse(format!("{head}{length}\r\n{body}").as_bytes()).map(|m| m.body().len())
    };
    assert_eq!(
        body("", "rest"),
        Ok(4),
        "a datagram without Content-Length ends with itself"
    );
    assert_eq!(body("l: 2\r\n", "rest"), Ok(2));
    assert_eq!(body("l: 2\r\nContent-Length:2\r\n", "rest"), Ok(2));
    let kind = |length: &str| body(length, "rest").unwrap_err().kind;
    assert_eq!(
        kind("l: 5\r\n"),
        ParseErrorKind::Truncated {
            promised: 5,
            available: 4
        }
    );
    assert_eq!(
        kind("l: 2\r\nl: 3\r\n"),
        ParseErrorKind::Repeated(Name::ContentLength)
    );
    assert!(matches!(kind("l: +2\r\n"), ParseErrorKind::Expected(_)));
    assert!(matches!(kind("l: 99999999999\r\n"), ParseErrorKind::Expected(_)));
}

#[test]
fn what_is_no_message() {
    let kinds = [
        ("REGISTER sip:h SIP/2.0\r\nVia: x", ParseErrorKind::Unterminated),
        (
            "REGISTER sip:h SIP/2.0\r\nVia: x\r\n",
            ParseErrorKind::Unterminated,
        ),
        ("REGISTER sip:h SIP/2.0\r\nVia: x\r", ParseErrorKind::Unterminated),
        ("REGISTER sip:h SIP/2.0\r\nVia: x\n\r\n", ParseErrorKind::LineEnd),
        (
            "REGISTER sip:h SIP/2.0\r\nVia: x\ry: z\r\n\r\n",
            ParseErrorKind::LineEnd,
        ),
        (
            "REGISTER sip:h SIP/2.0\r\nVia x\r\n\r\n",
            ParseErrorKind::Expected("a header's name and a colon"),
        ),
        (
            "REGISTER sip:h SIP/2.0\r\n: x\r\n\r\n",
            ParseErrorKind::Expected("a header's name and a colon"),
        ),
        (
            "REGISTER sip:h SIP/2.0\r\n folded: x\r\n\r\n",
            ParseErrorKind::Expected("a header's name and a colon"),
        ),
        (
            "REGISTER sip:h\r\n\r\n",
            ParseErrorKind::Expected("a Request-URI and a version"),
        ),
        (
            "REGISTER sip:h HTTP/1.1\r\n\r\n",
            ParseErrorKind::Expected("SIP/2.0"),
        ),
        (
            "REG(STER sip:h SIP/2.0\r\n\r\n",
            ParseErrorKind::Expected("a method"),
        ),
        (
            "SIP/2.0 99 OK\r\n\r\n",
            ParseErrorKind::Expected("a status code from 100 to 699"),
        ),
        (
            "SIP/2.0 2000 OK\r\n\r\n",
            ParseErrorKind::Expected("a status code from 100 to 699"),
        ),
        (
            "SIP/2.0 +20 OK\r\n\r\n",
            ParseErrorKind::Expected("a status code from 100 to 699"),
        ),
    ];
    for (text, kind) in kinds {
        assert_eq!(
            Message::parse(text.as_bytes()).unwrap_err().kind,
            kind,
            "{text:?}"
        );
    }
    let not_utf8 = b"REGISTER sip:h SIP/2.0\r\nSubject: \xff\r\n\r\n";
    assert_eq!(
        Message::parse(not_utf8).unwrap_err().kind,
        ParseErrorKind::NotUtf8
    );
}

#[test]
fn limits() {
    let of = |text: String| {
        Message::parse(text.as_bytes())
            .map(drop)
            .map_err(|error| error.kind)
    };
    let headers = |count| of(format!("SIP/2.0 200 OK\r\n{}\r\n", "a: b\r\n".repeat(count)));
    assert_eq!(headers(MAX_HEADERS), Ok(()));
    assert_eq!(
        headers(MAX_HEADERS + 1),
        Err(ParseErrorKind::Limit("MAX_HEADERS"))
    );
    let long = |octets: usize| of(format!("SIP/2.0 200 OK\r\na: {}\r\n\r\n", "x".repeat(octets)));
    assert_eq!(long(MAX_HEAD_OCTETS - 32), Ok(()));
    assert_eq!(
        long(MAX_HEAD_OCTETS),
        Err(ParseErrorKind::Limit("MAX_HEAD_OCTETS"))
    );
    let body = |octets: usize| of(format!("SIP/2.0 200 OK\r\n\r\n{}", "x".repeat(octets)));
    assert_eq!(body(MAX_MESSAGE_OCTETS - 18), Ok(()));
    assert_eq!(
        body(MAX_MESSAGE_OCTETS - 17),
        Err(ParseErrorKind::Limit("MAX_MESSAGE_OCTETS"))
    );
    let uri = format!("OPTIONS sip:{}@h SIP/2.0\r\n\r\n", "u".repeat(2048));
    let error = Message::parse(uri.as_bytes()).unwrap().request_uri().unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::Limit("MAX_URI_OCTETS"));
}

/// RFC 3261 8.2.6 and 12.1.1, RFC 3581 4.
#[test]
fn a_response_answers_its_request() {
    let source: SocketAddr = "203.0.113.5:40000".parse().unwrap();
    let request = Message::parse(REGISTER.as_bytes()).unwrap();
    let mut out = Vec::new();
    let writer = Writer::response_to(&mut out, &request, Status::UNAUTHORIZED, "tag1", source).unwrap();
    writer
        .header(
            Name::WwwAuthenticate,
            format_args!("Digest realm={}", Quoted("a\"b\\")),
        )
        .finish();
    let response = Message::parse(&out).unwrap();
    assert_eq!(response.check(), Ok(()));
    assert_eq!(response.status(), Some(Status::UNAUTHORIZED));
    let vias: Vec<_> = response.vias().map(|via| via.unwrap().as_str()).collect();
    assert_eq!(
        vias[0],
        "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKpcscf1;received=203.0.113.5;rport=40000"
    );
    assert_eq!(
        vias[1..],
        request
            .vias()
            .skip(1)
            .map(|via| via.unwrap().as_str())
            .collect::<Vec<_>>()
    );
    assert_eq!(response.to().unwrap().tag(), Some("tag1"));
    assert_eq!(
        (response.cseq(), response.call_id()),
        (request.cseq(), request.call_id())
    );
    assert_eq!(
        response.challenges().next().unwrap().unwrap().realm().as_deref(),
        Some("a\"b\\")
    );
    assert!(!response.has(Name::Path) && !response.has(Name::RecordRoute));
    let invite = "INVITE sip:h SIP/2.0\r\nVia: SIP/2.0/TCP 203.0.113.5:1;branch=z9hG4bK1,SIP/2.0/UDP x\r\nRecord-Route: <sip:a;lr>\r\n\
        From: <sip:h>;tag=1\r\nTo: <sip:h>;tag=2\r\nTimestamp: 5\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n";
    let invite = Message::parse(invite.as_bytes()).unwrap();
    let written = |status| {
        let mut out = Vec::new();
        Writer::response_to(&mut out, &invite, status, "new", source)
            .unwrap()
            .finish();
        String::from_utf8(out).unwrap()
    };
    assert!(
        written(Status::OK).contains("Record-Route: <sip:a;lr>\r\n")
            && written(Status::OK).contains(">;tag=2\r\n")
    );
    assert!(
        !written(Status::TRYING).contains("Record-Route")
            && written(Status::TRYING).contains("Timestamp: 5\r\n")
    );
    assert!(!written(Status::BUSY_HERE).contains("Record-Route"));
    assert!(written(Status::OK).contains("Via: SIP/2.0/TCP 203.0.113.5:1;branch=z9hG4bK1,SIP/2.0/UDP x\r\n"));
}

/// Whatever a value is made of, it stays one header.
#[test]
fn no_value_becomes_two_headers() {
    let mut out = Vec::new();
    Writer::request(&mut out, Method::Options, "sip:h\r\nEvil: 1")
        .header(Name::Subject, "a\r\nEvil: 1\0")
        .named("X-Y\r\nEvil", "b\nEvil: 1")
        .body("text/plain\r\nEvil: 1", b"a\r\n\r\nb");
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.matches("\r\n").count(), 8, "{text}");
    assert!(!text.contains("\nEvil") && text.ends_with("Content-Length: 6\r\n\r\na\r\n\r\nb"));
}

#[test]
fn what_is_refused_is_answered_if_it_can_be() {
    let source = "203.0.113.5:40000".parse().unwrap();
    let refused = |from: &str, to: &str| {
        let mut out = Vec::new();
        let text = REGISTER.replace(from, to);
        assert_ne!(text, REGISTER);
        let refused = admit(text.as_bytes(), source, &mut out).unwrap_err();
        assert_eq!(refused.answered.is_some(), !out.is_empty(), "{from:?}");
        if !out.is_empty() {
            assert_eq!(Message::parse(&out).unwrap().status(), refused.answered);
        }
        refused.answered.map(Status::code)
    };
    assert_eq!(refused("CSeq: 1 REGISTER", "CSeq: 1 INVITE"), Some(400));
    assert_eq!(refused(" SIP/2.0\r\nVia", " SIP/3.0\r\nVia"), Some(505));
    assert_eq!(refused("Max-Forwards: 69", "Max-Forwards: 256"), Some(400));
    assert_eq!(refused("Content-Length: 0", "Content-Length: 1"), Some(400));
    assert_eq!(refused("To: <", "To: \"<"), Some(400));
    assert_eq!(refused("SIP/2.0/TCP inner", "SIP/2.0/TCP"), Some(400));
    assert_eq!(
        refused("Via: SIP/2.0/UDP", "Via: UDP"),
        None,
        "nowhere to answer to"
    );
    assert_eq!(
        refused("Via: SIP/2.0/UDP", "Via: ,\r\nVia:\r\nVia: SIP/2.0/U(P"),
        None
    );
    assert_eq!(
        refused("Via: ", "CSeq: 1 A\r\nVia:\r\nVia: "),
        Some(400),
        "a line without a value is no value"
    );
    assert_eq!(refused("Call-ID", "Cull-ID"), None);
    assert_eq!(
        refused("REGISTER sip", "ACK sip"),
        None,
        "an ACK is never answered"
    );
    let mut out = Vec::new();
    assert!(admit(REGISTER.as_bytes(), source, &mut out).is_ok() && out.is_empty());
}
