//! Every error answer a server owes (RFC 6733 7.1), from the octets of a request to those of its answer.

#![cfg(test)]

mod support;

use quintet_diameter::dict::{Dictionary, avp, command};
use quintet_diameter::node::NodeConfig;
use quintet_diameter::{
    Avp, AvpFlags, AvpId, ConnectionId, Header, Inbox, MAX_AVP_DEPTH, Message, MessageWriter, ResultCode,
    validate,
};
use support::*;

const MME: &str = "mme.example.net";
const HSS: &str = "hss.example.net";

/// An AVP that no dictionary has.
const UNKNOWN: AvpId = AvpId::new(99_999, 0, true);

/// One request, and what it is owed.
struct Owed {
    what: &'static str,
    result: ResultCode,
    /// The data of Failed-AVP, as written by this; nothing for no Failed-AVP.
    failed: fn(&mut MessageWriter<'_>),
    configure: fn(&mut NodeConfig),
    request: fn(&mut Raw) -> Vec<u8>,
    closing: Closing,
}

impl Owed {
    const fn new(what: &'static str, result: ResultCode, request: fn(&mut Raw) -> Vec<u8>) -> Self {
        Self {
            what,
            result,
            failed: |_| (),
            configure: |_| (),
            request,
            closing: Closing::No,
        }
    }

    const fn failed(self, failed: fn(&mut MessageWriter<'_>)) -> Self {
        Self { failed, ..self }
    }

    const fn configured(self, configure: fn(&mut NodeConfig)) -> Self {
        Self { configure, ..self }
    }

    const fn closing(self) -> Self {
        Self {
            closing: Closing::AfterFlush,
            ..self
        }
    }
}

/// An AIR for this node with `more` at its end.
fn air_with(raw: &mut Raw, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let header = raw.header(0xc0, AIR, S6A);
    raw.request(&header, Some(HSS), Some(REALM), more)
}

/// An AIR for this node without the AVP `id`.
fn air_without(raw: &mut Raw, id: AvpId) -> Vec<u8> {
    let whole = air_with(raw, |_| ());
    let message = Message::decode(&whole).unwrap();
    raw.message(message.header(), |w| {
        for avp in message.avps().map(Result::unwrap).filter(|avp| !avp.is(id)) {
            w.raw(avp.raw);
        }
    })
}

/// A request with this header for this node.
fn with_header(raw: &mut Raw, flags: u8, code: u32, application: u32) -> Vec<u8> {
    let header = raw.header(flags, code, application);
    raw.request(&header, Some(HSS), Some(REALM), |_| ())
}

/// Groups inside groups, `depth` of them.
fn nest(w: &mut MessageWriter<'_>, depth: usize) {
    if depth > 0 {
        w.group(avp::AUTHENTICATION_INFO, |w| nest(w, depth - 1));
    }
}

const BAD_STATE: &[u8] = &[0, 0, 1];

fn owed_by_headers() -> Vec<Owed> {
    use ResultCode as R;
    vec![
        Owed::new("an unknown command", R::COMMAND_UNSUPPORTED, |r| {
            with_header(r, 0xc0, 999, S6A)
        }),
        Owed::new("accounting", R::COMMAND_UNSUPPORTED, |r| {
            with_header(r, 0xc0, 271, 0)
        }),
        Owed::new("T and no P come back without T", R::COMMAND_UNSUPPORTED, |r| {
            with_header(r, 0x90, 999, S6A)
        }),
        Owed::new("another host", R::UNABLE_TO_DELIVER, |r| {
            r.air(Some("other.example.net"), Some(REALM))
        }),
        Owed::new("a host without realm", R::UNABLE_TO_DELIVER, |r| {
            r.air(Some("other.example.net"), None)
        }),
        Owed::new("a foreign realm", R::REALM_NOT_SERVED, |r| {
            r.air(None, Some("far.example"))
        }),
        Owed::new("a realm served besides our own", R::TOO_BUSY, |r| {
            r.air(None, Some("LocalDomain"))
        })
        .configured(|c| {
            c.further_realms = vec!["localdomain".to_owned()];
            c.limits.requests_in_progress = 0;
        }),
        Owed::new("more than the node works on", R::TOO_BUSY, |r| {
            r.air(Some(HSS), Some(REALM))
        })
        .configured(|c| c.limits.requests_in_progress = 0),
        Owed::new("our own Route-Record", R::LOOP_DETECTED, |r| {
            air_with(r, |w| w.text(avp::ROUTE_RECORD, "HSS.example.net"))
        }),
        Owed::new("a path that is too long", R::LOOP_DETECTED, |r| {
            air_with(r, |w| {
                (0..33).for_each(|_| w.text(avp::ROUTE_RECORD, "dra.example"))
            })
        }),
        Owed::new("another application", R::APPLICATION_UNSUPPORTED, |r| {
            with_header(r, 0xc0, AIR, 16_777_216)
        }),
        Owed::new("R and E", R::INVALID_HDR_BITS, |r| with_header(r, 0xe0, AIR, S6A)),
        Owed::new("P in a command that is not proxiable", R::INVALID_HDR_BITS, |r| {
            let header = r.header(0xc0, command::DEVICE_WATCHDOG, 0);
            r.message(&header, |w| {
                w.text(avp::ORIGIN_HOST, MME);
                w.text(avp::ORIGIN_REALM, REALM);
            })
        }),
        Owed::new("version 2", R::UNSUPPORTED_VERSION, |r| {
            let mut request = r.air(Some(HSS), Some(REALM));
            request[0] = 2;
            request
        }),
        Owed::new(
            "a length that is no multiple of 4",
            R::INVALID_MESSAGE_LENGTH,
            |r| {
                let mut request = r.air(Some(HSS), Some(REALM));
                request[3] += 1;
                request
            },
        )
        .closing(),
        Owed::new("a length of nothing", R::INVALID_MESSAGE_LENGTH, |r| {
            let mut request = r.air(Some(HSS), Some(REALM));
            request[1..4].fill(0);
            request
        })
        .closing(),
        Owed::new("no common application", R::NO_COMMON_APPLICATION, |r| {
            second_connection(r);
            r.cer(|w| application(w, 16_777_216))
        })
        .closing(),
    ]
}

fn owed_by_avps() -> Vec<Owed> {
    use ResultCode as R;
    vec![
        Owed::new("a reserved AVP flag", R::INVALID_AVP_BITS, |r| {
            air_with(r, |w| w.u32(reserved(), 7))
        })
        .failed(|w| w.u32(reserved(), 7)),
        Owed::new("an unknown AVP with M", R::AVP_UNSUPPORTED, |r| {
            air_with(r, |w| w.text(UNKNOWN, "x"))
        })
        .failed(|w| w.text(UNKNOWN, "x")),
        Owed::new("an unknown AVP with M in a group", R::AVP_UNSUPPORTED, |r| {
            air_with(r, |w| {
                w.group(avp::TERMINAL_INFORMATION, |w| w.text(UNKNOWN, "x"))
            })
        })
        .failed(|w| w.group(avp::TERMINAL_INFORMATION, |w| w.text(UNKNOWN, "x"))),
        Owed::new("a value that is none", R::INVALID_AVP_VALUE, |r| {
            air_with(r, |w| w.text(avp::ROUTE_RECORD, "not a host"))
        })
        .failed(|w| w.text(avp::ROUTE_RECORD, "not a host")),
        Owed::new("an identity that is too long", R::INVALID_AVP_VALUE, |r| {
            air_with(r, |w| w.text(avp::ROUTE_RECORD, &"a".repeat(256)))
        })
        .failed(|w| w.text(avp::ROUTE_RECORD, &"a".repeat(256))),
        Owed::new("an AVP is missing", R::MISSING_AVP, |r| {
            air_without(r, avp::USER_NAME)
        })
        .failed(|w| w.text(avp::USER_NAME, "")),
        Owed::new("the state is missing", R::MISSING_AVP, |r| {
            air_without(r, avp::AUTH_SESSION_STATE)
        })
        .failed(|w| w.u32(avp::AUTH_SESSION_STATE, 0)),
        Owed::new("neither host nor realm", R::MISSING_AVP, |r| r.air(None, None))
            .failed(|w| w.octets(avp::DESTINATION_REALM, &[0])),
        Owed::new("a known AVP where it may not be", R::AVP_NOT_ALLOWED, |r| {
            air_with(r, |w| w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, misplaced))
        })
        .failed(|w| {
            w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
                w.text(avp::USER_NAME, "x")
            });
        }),
        Owed::new("an AVP too many", R::AVP_OCCURS_TOO_MANY_TIMES, |r| {
            air_with(r, |w| w.text(avp::USER_NAME, "second"))
        })
        .failed(|w| w.text(avp::USER_NAME, "second")),
        Owed::new("groups too deep", R::UNABLE_TO_COMPLY, |r| {
            air_with(r, |w| nest(w, MAX_AVP_DEPTH + 1))
        }),
        Owed::new("a number of two octets", R::INVALID_AVP_LENGTH, |r| {
            air_with(r, |w| w.octets(avp::ORIGIN_STATE_ID, &[1, 2]))
        })
        .failed(|w| w.octets(avp::ORIGIN_STATE_ID, &[1, 2])),
        Owed::new("a state of three octets", R::INVALID_AVP_LENGTH, |r| {
            let request = air_without(r, avp::AUTH_SESSION_STATE);
            let message = Message::decode(&request).unwrap();
            r.message(message.header(), |w| {
                message.avps().for_each(|avp| w.raw(avp.unwrap().raw));
                w.octets(avp::AUTH_SESSION_STATE, BAD_STATE);
            })
        })
        .failed(|w| w.octets(avp::AUTH_SESSION_STATE, BAD_STATE)),
        Owed::new("an AVP longer than the message", R::INVALID_AVP_LENGTH, |r| {
            let mut request = air_with(r, |w| w.u32(avp::ORIGIN_STATE_ID, 7));
            let length = request.len() - 5;
            request[length] = 200;
            request
        })
        .failed(|w| w.u32(avp::ORIGIN_STATE_ID, 0)),
    ]
}

fn reserved() -> AvpId {
    AvpId {
        flags: AvpFlags(0x41),
        ..avp::ORIGIN_STATE_ID
    }
}

fn misplaced(w: &mut MessageWriter<'_>) {
    w.u32(avp::VENDOR_ID, TGPP);
    w.u32(avp::AUTH_APPLICATION_ID, S6A);
    w.text(avp::USER_NAME, "x");
}

/// Another connection, on which nothing was said yet.
fn second_connection(raw: &mut Raw) {
    raw.connection = ConnectionId(2);
    raw.node
        .accepted(raw.now, raw.connection, quintet_diameter::testing::address(2))
        .unwrap();
    raw.identity = "second.example.net".into();
}

/// Feeds the request as the runtime does, and gives the answers of the node; one that is let through has none.
fn exchange(raw: &mut Raw, request: &[u8]) -> Vec<Vec<u8>> {
    let mut inbox = Inbox::new();
    inbox.fill(request);
    match inbox.next() {
        Some(Ok(message)) => drop(raw.feed(message)),
        Some(Err(error)) => raw.node.bad_frame(raw.now, raw.connection, error),
        None => panic!("no message"),
    }
    raw.answers()
}

fn only<'m>(message: &Message<'m>, id: AvpId) -> Option<Avp<'m>> {
    let mut all = message.avps().map(Result::unwrap).filter(|avp| avp.is(id));
    let first = all.next();
    assert!(all.next().is_none(), "{id:?} twice");
    first
}

fn check(owed: &Owed, request: &[u8], answer: &[u8]) {
    let what = owed.what;
    let (asked, answer) = (
        Header::decode(request).unwrap(),
        Message::decode(answer).expect(what),
    );
    let header = answer.header();
    assert_eq!(
        (header.code, header.application_id),
        (asked.code, asked.application_id),
        "{what}"
    );
    assert_eq!(
        (header.hop_by_hop, header.end_to_end),
        (asked.hop_by_hop, asked.end_to_end),
        "{what}"
    );
    let error = if owed.result.is_protocol_error() { 0x20 } else { 0 };
    assert_eq!(header.flags.0, asked.flags.0 & 0x40 | error, "{what}: flags");
    let result = only(&answer, avp::RESULT_CODE).map(|avp| ResultCode(avp.u32().unwrap()));
    assert_eq!(result, Some(owed.result), "{what}");
    let name = |id| only(&answer, id).map(|avp| avp.text().unwrap());
    assert_eq!(name(avp::ORIGIN_HOST), Some(HSS), "{what}");
    assert_eq!(name(avp::ORIGIN_REALM), Some(REALM), "{what}");

    let mut expected = Vec::new();
    (owed.failed)(&mut MessageWriter::new(&mut expected, &asked));
    let failed = only(&answer, avp::FAILED_AVP).map(|avp| hex::encode(avp.data));
    let expected = hex::encode(&expected[quintet_diameter::HEADER_OCTETS..]);
    assert_eq!(failed.unwrap_or_default(), expected, "{what}: Failed-AVP");

    // What could not be read cannot be answered in its command's own grammar.
    if let Ok(asked) = Message::decode(request) {
        let session = asked.find(avp::SESSION_ID).map(|avp| avp.raw);
        assert_eq!(
            only(&answer, avp::SESSION_ID).map(|avp| avp.raw),
            session,
            "{what}"
        );
        if session.is_some() {
            assert!(
                answer.avps().next().unwrap().unwrap().is(avp::SESSION_ID),
                "{what}"
            );
        }
        // A command that is unknown has no answer in the dictionary; P comes back even where it may not be (6.2).
        if let Err(error) = validate(Dictionary::builtin(), &answer) {
            let header = matches!(
                error.result,
                ResultCode::COMMAND_UNSUPPORTED | ResultCode::INVALID_HDR_BITS
            );
            assert!(header && owed.result.is_protocol_error(), "{what}: {error}");
        }
    }
}

#[test]
fn every_error_answer_a_server_owes() {
    let owed: Vec<_> = owed_by_headers().into_iter().chain(owed_by_avps()).collect();
    for owed in &owed {
        let mut configuration = config(HSS, &[], &[MME, "second.example.net"]);
        (owed.configure)(&mut configuration);
        let mut raw = Raw::with(configuration, MME);
        raw.exchange();
        raw.closing();
        let request = (owed.request)(&mut raw);
        let answers = exchange(&mut raw, &request);
        assert_eq!(answers.len(), 1, "{}", owed.what);
        check(owed, &request, &answers[0]);
        assert_eq!(raw.closing(), owed.closing, "{}", owed.what);
    }
    let codes: std::collections::BTreeSet<_> = owed.iter().map(|owed| owed.result.0).collect();
    let all = [
        3001, 3002, 3003, 3004, 3005, 3007, 3008, 3009, 5001, 5004, 5005, 5008, 5009, 5010, 5011, 5012, 5014,
        5015,
    ];
    assert!(codes.into_iter().eq(all));
}
