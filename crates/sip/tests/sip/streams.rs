//! Messages out of a stream.

use crate::support::{REGISTER, request};
use proptest::prelude::*;
use quintet_sip::stream::{Frame, Inbox, MAX_LINE_ENDS};
use quintet_sip::{MAX_HEAD_OCTETS, MAX_MESSAGE_OCTETS, Name, ParseErrorKind};

/// What comes out of `octets` given in pieces of these lengths.
fn frames(octets: &[u8], cuts: &[usize]) -> Vec<String> {
    let mut inbox = Inbox::new();
    let mut out = Vec::new();
    let mut rest = octets;
    let mut cuts = cuts.iter().copied().cycle();
    while !rest.is_empty() {
        let cut = cuts.next().unwrap().clamp(1, rest.len());
        inbox.fill(&rest[..cut]);
        rest = &rest[cut..];
        while let Some(frame) = inbox.next() {
            match frame {
                Ok(Frame::Message(message)) => out.push(String::from_utf8_lossy(message).into_owned()),
                Ok(other) => out.push(format!("{other:?}")),
                Err(error) => {
                    out.push(error.to_string());
                    return out;
                }
            }
        }
    }
    out
}

fn with_body(body: &str) -> String {
    format!(
        "MESSAGE sip:h SIP/2.0\r\nX: y\r\nl : {}\r\n\r\n{body}",
        body.len()
    )
}

proptest! {
    /// RFC 3261 18.3, RFC 5626 4.4.1.
    #[test]
    fn what_comes_out_does_not_depend_on_the_cuts(cuts in prop::collection::vec(1_usize..400, 1..8)) {
        let stream = [REGISTER, "\r\n\r\n", &with_body("a\r\n\r\nb"), "\r\n", &with_body(""), &with_body(&"x".repeat(20_000)), "\r\n\r\n"].concat();
        let expected = frames(stream.as_bytes(), &[usize::MAX]);
        prop_assert_eq!(expected.len(), 9);
        prop_assert_eq!(&expected[1..3], ["Pong", "Ping"]);
        prop_assert_eq!(frames(stream.as_bytes(), &cuts), expected);
    }
}

#[test]
fn a_lost_stream_stays_lost() {
    let first = |text: &str| {
        let mut inbox = Inbox::new();
        inbox.fill(text.as_bytes());
        let first = inbox.next().unwrap().map(|_| ()).map_err(|error| error.kind);
        if first.is_err() {
            inbox.fill(REGISTER.as_bytes());
            assert!(inbox.next().unwrap().is_err(), "the error is repeated");
        }
        first
    };
    assert_eq!(
        first("A b SIP/2.0\r\nX: y\r\n\r\n"),
        Err(ParseErrorKind::Missing(Name::ContentLength))
    );
    assert_eq!(
        first("A b SIP/2.0\r\nl: 1\r\nL:2\r\n\r\nxx"),
        Err(ParseErrorKind::Repeated(Name::ContentLength))
    );
    assert!(matches!(
        first("A b SIP/2.0\r\nl: -1\r\n\r\n"),
        Err(ParseErrorKind::Expected(_))
    ));
    assert!(matches!(
        first("A b SIP/2.0\r\nl: 1\r\n 2\r\n\r\n"),
        Err(ParseErrorKind::Expected(_))
    ));
    let long = format!("A b SIP/2.0\r\nl: {MAX_MESSAGE_OCTETS}\r\n\r\n");
    assert_eq!(first(&long), Err(ParseErrorKind::Limit("MAX_MESSAGE_OCTETS")));
    assert_eq!(
        first(&"x".repeat(MAX_HEAD_OCTETS + 1)),
        Err(ParseErrorKind::Limit("MAX_HEAD_OCTETS"))
    );
    assert_eq!(first("\rx"), Err(ParseErrorKind::LineEnd));
    assert_eq!(first("A b SIP/2.0\r\nl: 0\r\nl: 0\r\n\r\n"), Ok(()));
}

#[test]
fn a_flood_of_line_ends_is_no_keep_alive() {
    let mut inbox = Inbox::new();
    inbox.fill(&b"\r\n".repeat(MAX_LINE_ENDS + 1));
    for _ in 0..MAX_LINE_ENDS {
        assert!(inbox.next().unwrap().is_ok());
    }
    assert_eq!(
        inbox.next().unwrap().unwrap_err().kind,
        ParseErrorKind::Limit("MAX_LINE_ENDS")
    );
}

#[test]
fn what_is_held_stays_small() {
    let mut inbox = Inbox::new();
    for _ in 0..100 {
        inbox.fill(&request("OPTIONS", "z9hG4bK1").repeat(50));
        while let Some(frame) = inbox.next() {
            frame.unwrap();
        }
        assert!(inbox.is_empty());
    }
    let space = inbox.space().len();
    assert!(space <= 64 * 1024, "{space}");
}
