//! HTTP over TCP: connections from their beginning, joined in the middle, with octets missing, and spoiled.

use crate::support::{Found, MS, Seed, Tap, client, connection, dissect};
use proptest::prelude::*;
use quintet_capture::{End, HttpMessage, HttpState, Side};

fn server() -> std::net::SocketAddr {
    "192.0.2.2:7777".parse().unwrap()
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HANDSHAKE: usize = 3;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;

fn frame(kind: u8, flags: u8, stream: u32, octets: &[u8]) -> Vec<u8> {
    let mut frame = (octets.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend_from_slice(&[kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(octets);
    frame
}

fn string(text: &str) -> Vec<u8> {
    assert!(text.len() < 127);
    [&[text.len() as u8], text.as_bytes()].concat()
}

/// A header block of a POST: the path without indexing, the content type taken from the table if `known`.
fn post(path: &str, known: bool) -> Vec<u8> {
    let kind = if known {
        vec![0xbe]
    } else {
        [vec![0x40 | 31], string("application/json")].concat()
    };
    [vec![0x83, 0x86, 0x04], string(path), kind].concat()
}

/// Request `n` with its body; the first inserts what the others refer to.
fn request(n: u32, body: &[u8]) -> Vec<u8> {
    let stream = 2 * n + 1;
    let head = post(&format!("/nausf-auth/v1/ue-authentications/{n}"), n > 0);
    [
        frame(HEADERS, END_HEADERS, stream, &head),
        frame(DATA, END_STREAM, stream, body),
    ]
    .concat()
}

fn response(n: u32, body: &[u8]) -> Vec<u8> {
    let stream = 2 * n + 1;
    [
        frame(HEADERS, END_HEADERS, stream, &[0x08, 3, b'2', b'0', b'1']),
        frame(DATA, END_STREAM, stream, body),
    ]
    .concat()
}

fn body(seed: &mut Seed) -> Vec<u8> {
    let octets = seed.below(3000);
    (0..octets).map(|_| seed.next() as u8).collect()
}

/// The bodies of a request and of its response.
type Bodies = [Vec<u8>; 2];

/// The octets of both sides for some exchanges, and their bodies.
fn exchanges(seed: &mut Seed, count: u32) -> (Vec<(Side, Vec<u8>)>, Vec<Bodies>) {
    let mut sends = vec![
        (Side::Client, [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()),
        (Side::Server, frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100])),
    ];
    let mut bodies = Vec::new();
    for n in 0..count {
        let pair = [body(seed), body(seed)];
        sends.push((Side::Client, request(n, &pair[0])));
        sends.push((Side::Server, response(n, &pair[1])));
        bodies.push(pair);
    }
    (sends, bodies)
}

/// The exchanges that were answered, in order.
fn answered(found: &Found) -> Vec<(u32, &HttpMessage, &HttpMessage)> {
    let answered = found.http.iter().filter(|http| http.state == HttpState::Answered);
    answered
        .filter_map(|http| Some((http.stream, http.request.as_ref()?, http.response.as_ref()?)))
        .collect()
}

fn states(found: &Found) -> Vec<(u32, HttpState)> {
    found.http.iter().map(|http| (http.stream, http.state)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Any disorder within the window, and any copies.
    #[test]
    fn requests_and_responses_are_paired(seed: u64, initial: [u32; 2]) {
        let mut seed = Seed(seed);
        let (sends, bodies) = exchanges(&mut seed, 8);
        let mut frames = connection(server(), initial, &sends);
        let mut all: Vec<_> = frames.drain(..HANDSHAKE + 2).collect();
        all.extend(seed.disorder(frames, 4, 30));
        let found = dissect(&all);
        let answered = answered(&found);
        for http in &found.http {
            let latest = [&http.request, &http.response].into_iter().flatten().map(|message| message.seen.frame).max();
            prop_assert!(latest <= Some(http.frame), "what is told was seen, stream {}", http.stream);
        }
        prop_assert_eq!(answered.len(), 8);
        prop_assert!(found.events.is_empty() && found.pdus.is_empty());
        for (n, (stream, request, response)) in answered.into_iter().enumerate() {
            prop_assert_eq!(stream as usize, 2 * n + 1);
            prop_assert_eq!(request.method.as_deref(), Some("POST"));
            let path = format!("/nausf-auth/v1/ue-authentications/{n}");
            prop_assert_eq!(request.path.as_deref(), Some(&path[..]));
            prop_assert_eq!(request.content_type.as_deref(), Some("application/json"));
            prop_assert_eq!(response.status, Some(201));
            prop_assert!([request, response].iter().all(|m| m.fields_whole && m.body_whole && m.first_frame <= m.seen.frame));
            prop_assert_eq!(&request.body, &bodies[n][0]);
            prop_assert_eq!(&response.body, &bodies[n][1]);
        }
    }

    /// Frames never captured: what is called whole was sent so, and most is found.
    #[test]
    fn octets_missing_do_not_stop_it(seed: u64, initial: [u32; 2]) {
        let mut seed = Seed(seed);
        let (sends, bodies) = exchanges(&mut seed, 40);
        let frames = connection(server(), initial, &sends);
        let mut tap = Tap::new();
        let mut lost = 0;
        for (at, frame) in frames.iter().enumerate() {
            if at > HANDSHAKE + 2 && seed.percent(4) {
                lost += 1;
            } else {
                tap.take(frame);
            }
        }
        let found = tap.finish();
        let mut whole = 0;
        for (stream, request, response) in answered(&found) {
            let n = (stream / 2) as usize;
            for (message, body) in [request, response].into_iter().zip(&bodies[n]) {
                if message.body_whole {
                    prop_assert!(message.body == *body, "stream {stream}");
                    whole += 1;
                }
            }
        }
        prop_assert!(answered(&found).len() + 3 * lost + 2 >= 40 && whole > 0, "{whole} of 80, {lost} lost");
    }

    /// A capture that begins within a connection: fields that refer to what was before are unknown, and said so.
    #[test]
    fn a_connection_may_be_joined_in_the_middle(seed: u64) {
        let mut seed = Seed(seed);
        let sends: Vec<_> = (0..20).flat_map(|n| [(Side::Client, request(n, b"{}")), (Side::Server, response(n, b"[]"))]).collect();
        let frames = connection(server(), [7, 8], &sends);
        let begin = HANDSHAKE + 2 + 2 * seed.below(10);
        let found = dissect(&frames[begin..]);
        let answered = answered(&found);
        prop_assert_eq!(answered.len(), (frames.len() - begin) / 2);
        for (_, request, response) in answered {
            prop_assert_eq!(request.method.as_deref(), Some("POST"));
            prop_assert!(request.path.is_some() && request.content_type.is_none() && !request.fields_whole);
            prop_assert_eq!((&request.body[..], &response.body[..]), (&b"{}"[..], &b"[]"[..]));
        }
    }
}

#[test]
fn blocks_go_on_and_padding_is_not_body() {
    let head = post("/nudm-ueau/v1/suci-0", false);
    let (first, second) = head.split_at(10);
    let padded = [&[3][..], b"{\"a\":1}", &[0; 3]].concat();
    let octets = [
        PREFACE.to_vec(),
        frame(HEADERS, END_STREAM, 1, first),
        frame(CONTINUATION, END_HEADERS, 1, second),
        frame(HEADERS, END_HEADERS, 3, &post("/nudm-ueau/v1/suci-1", true)),
        frame(DATA, PADDED, 3, &padded),
        frame(DATA, END_STREAM, 3, b" "),
    ]
    .concat();
    let found = dissect(&connection(server(), [1, 2], &[(Side::Client, octets)]));
    assert_eq!(states(&found), [(1, HttpState::Open), (3, HttpState::Open)]);
    let requests: Vec<_> = found
        .http
        .iter()
        .filter_map(|http| http.request.as_ref())
        .collect();
    assert_eq!(requests[0].path.as_deref(), Some("/nudm-ueau/v1/suci-0"));
    assert_eq!(requests[1].path.as_deref(), Some("/nudm-ueau/v1/suci-1"));
    assert_eq!(requests[1].body, b"{\"a\":1} ");
    assert_eq!(found.http[0].flow.source, End::Address(client()));
}

#[test]
fn exchanges_end_in_every_way() {
    let ask = |n| (Side::Client, request(n, b"{}"));
    let mut sends = vec![(Side::Client, PREFACE.to_vec())];
    sends.extend((0..4).map(ask));
    sends.push((Side::Server, frame(RST_STREAM, 0, 1, &8u32.to_be_bytes())));
    sends.push((Side::Client, frame(RST_STREAM, 0, 3, &[0, 0, 0, 2])));
    sends.push((Side::Server, frame(GOAWAY, 0, 0, &[0, 0, 0, 5, 0, 0, 0, 11])));
    let mut frames = Vec::new();
    let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
    let mut flow = quintet_capture::TcpFlow::open(client(), server(), [1, 2], &mut sink).unwrap();
    for (side, octets) in &sends {
        flow.send(*side, octets, &mut sink).unwrap();
    }
    flow.reset(Side::Server, &mut sink);
    let open = |stream| (stream, HttpState::Open);
    let reset = |by_client, code| HttpState::Reset { by_client, code };
    let ends = [
        open(1),
        open(3),
        open(5),
        open(7),
        (1, reset(false, 8)),
        (3, reset(true, 2)),
        (7, HttpState::GoneAway(11)),
        (5, HttpState::Aborted),
    ];
    assert_eq!(states(&dissect(&frames)), ends);
}

/// Nothing may stand behind END_STREAM (RFC 9113 5.1).
#[test]
fn what_comes_behind_the_end_of_a_message_is_not_of_it() {
    let twice = [request(0, b"{}"), frame(DATA, END_STREAM, 1, b"more")].concat();
    let sends = [
        (Side::Client, [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()),
        (Side::Client, twice),
        (Side::Server, response(0, b"[]")),
    ];
    let found = dissect(&connection(server(), [1, 2], &sends));
    assert_eq!(states(&found), [(1, HttpState::Open), (1, HttpState::Answered)]);
    assert_eq!(answered(&found)[0].1.body, b"{}");
}

#[test]
fn an_upgrade_goes_on_as_stream_one() {
    let get =
        b"GET /nudm-sdm/v2/imsi-1/nssai HTTP/1.1\r\nHost: udm\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    let switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n";
    let head = [0x88];
    let answer = [
        frame(SETTINGS, 0, 0, &[]),
        frame(HEADERS, END_HEADERS, 1, &head),
        frame(DATA, END_STREAM, 1, b"{}"),
    ];
    let sends = [
        (Side::Client, get.to_vec()),
        (Side::Server, switching.to_vec()),
        (Side::Client, PREFACE.to_vec()),
        (Side::Server, answer.concat()),
        (Side::Client, request(1, b"1")),
    ];
    let found = dissect(&connection(server(), [1, 2], &sends));
    let [(stream, asked, answered)] = answered(&found)[..] else {
        panic!("{:?}", found.http)
    };
    assert_eq!(
        (stream, answered.status, &answered.body[..]),
        (1, Some(200), &b"{}"[..])
    );
    assert_eq!(asked.path.as_deref(), Some("/nudm-sdm/v2/imsi-1/nssai"));
    assert_eq!(found.http[0].id, found.http[1].id, "it is the same exchange");
    assert_eq!(found.http[2].stream, 3);
}

#[test]
fn services_over_http_1_are_followed() {
    let post = |n: u32, body: &str| {
        let length = body.len();
        format!("POST /nausf-auth/v1/ue-authentications/{n} HTTP/1.1\r\nHost: ausf\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
    };
    let sends = [
        (Side::Client, post(1, "{\"a\":1}")),
        (Side::Server, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nLocation: /x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n".to_vec()),
        (Side::Client, post(2, "")),
        (Side::Server, b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
    ];
    let found = dissect(&connection(server(), [1, 2], &sends));
    let answered = answered(&found);
    assert_eq!(answered.len(), 2);
    assert_eq!(answered[0].1.body, b"{\"a\":1}");
    assert_eq!(answered[0].2.body, b"abcde");
    assert_eq!(answered[0].2.location.as_deref(), Some("/x"));
    assert_eq!(answered[1].2.status, Some(204));
    let web = b"GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
    assert!(
        dissect(&connection(server(), [1, 2], &[(Side::Client, web)]))
            .http
            .is_empty()
    );
}

#[test]
fn a_body_too_long_is_cut_and_said_to_be() {
    let piece = frame(DATA, 0, 1, &[b'x'; 16_000]);
    let mut octets = [
        PREFACE.to_vec(),
        frame(HEADERS, END_HEADERS, 1, &post("/nudm-ueau/v1/a", false)),
    ]
    .concat();
    octets.extend(piece.repeat(80));
    octets.extend(frame(DATA, END_STREAM, 1, &[]));
    let found = dissect(&connection(server(), [1, 2], &[(Side::Client, octets)]));
    let request = found.http[0].request.as_ref().unwrap();
    assert_eq!(request.body.len(), HttpMessage::MAX_BODY_OCTETS);
    assert!(!request.body_whole && request.fields_whole);
}

/// What one who captures the messages alone leaves out: the preface, and what acknowledges SETTINGS, a frame of nine
/// octets. The response is there while the gap is waited for.
#[test]
fn a_frame_without_content_that_is_missing_takes_nothing_along() {
    let first = [
        frame(
            HEADERS,
            END_HEADERS,
            1,
            &post("/nnrf-nfm/v1/nf-instances/a", false),
        ),
        frame(DATA, END_STREAM, 1, b"{\"a\":1}"),
    ];
    let sends = [
        (Side::Client, [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()),
        (Side::Client, first[0].clone()),
        (Side::Client, frame(SETTINGS, 1, 0, &[])),
        (Side::Client, first[1].clone()),
        (Side::Server, response(0, b"[]")),
        (Side::Client, request(1, b"{}")),
        (Side::Server, response(1, b"[1]")),
    ];
    for begins in [0, HANDSHAKE + 1] {
        let mut frames = connection(server(), [1, 2], &sends);
        frames.remove(HANDSHAKE + 2);
        let found = dissect(&frames[begins..]);
        let answered = answered(&found);
        assert_eq!(answered.len(), 2, "{:?}", states(&found));
        for ((stream, request, response), bodies) in answered
            .into_iter()
            .zip([[&b"{\"a\":1}"[..], b"[]"], [b"{}", b"[1]"]])
        {
            assert!(
                request.fields_whole && request.body_whole && response.body_whole,
                "{stream}"
            );
            assert_eq!(request.content_type.as_deref(), Some("application/json"));
            assert_eq!([&request.body[..], &response.body], bodies, "{stream}");
        }
    }
}

/// Nine octets that are missing may begin a frame, and more than nine may be a header block.
#[test]
fn a_hole_that_may_hide_a_header_block_is_none_of_a_frame_without_content() {
    let block = frame(HEADERS, END_HEADERS | END_STREAM, 3, &[0xbe]);
    // What the body begins with might be SETTINGS, but for flags that they have not.
    let body = frame(DATA, 0, 1, &[0, 0, 0, SETTINGS, 0xff, 0, 0, 0, 0]);
    let (head, rest) = body.split_at(9);
    for (hidden, behind, whole) in [
        (&block[..], &[][..], false),
        (head, rest, false),
        (&[], &body[..], true),
    ] {
        let sends = [
            (Side::Client, [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()),
            (
                Side::Client,
                frame(HEADERS, END_HEADERS, 1, &post("/nudm-ueau/v1/a", false)),
            ),
            (Side::Client, hidden.to_vec()),
            (Side::Client, [behind, &frame(DATA, END_STREAM, 1, &[])].concat()),
            (Side::Client, request(2, b"{}")),
        ];
        let mut frames = connection(server(), [1, 2], &sends);
        if !hidden.is_empty() {
            frames.remove(HANDSHAKE + 2);
        }
        let found = dissect(&frames);
        let of = |stream| {
            found
                .http
                .iter()
                .find(|http| http.stream == stream)
                .and_then(|http| http.request.as_ref())
        };
        let request = of(5).expect("it can be read");
        assert_eq!(request.fields_whole, whole, "{hidden:02x?}");
        assert!(
            of(1).is_none_or(|request| request.body_whole == whole),
            "{hidden:02x?}"
        );
    }
}

/// What was told as whole stays so; and a request whose end is missing is not waited for.
#[test]
fn a_hole_spoils_what_goes_on_and_nothing_else() {
    let sends = [
        (Side::Client, [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()),
        (Side::Client, request(0, b"{}")),
        (
            Side::Client,
            frame(HEADERS, END_HEADERS, 3, &post("/nudm-ueau/v1/b", true)),
        ),
        (Side::Client, frame(DATA, END_STREAM, 3, b"never captured")),
        (Side::Client, request(2, b"{}")),
        (Side::Server, response(0, b"[]")),
        (Side::Server, response(1, b"[]")),
        (Side::Server, response(2, b"[]")),
    ];
    let frames = connection(server(), [1, 2], &sends);
    let missing = HANDSHAKE + 3;
    let mut tap = Tap::new();
    for (at, frame) in frames.iter().enumerate().filter(|(at, _)| *at != missing) {
        // Nothing fills the gap, which is given up before anybody answers.
        tap.time_ns += if at == missing + 2 { 60_000 * MS } else { 0 };
        tap.take(frame);
    }
    let found = tap.finish();
    let whole: Vec<_> = answered(&found)
        .iter()
        .map(|(stream, request, _)| (*stream, request.body_whole))
        .collect();
    let mut sorted = whole.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [(1, true), (3, false), (5, true)], "{whole:?}");
}

/// A response whose request stands behind a gap that nothing closes.
#[test]
fn the_end_of_the_capture_ends_the_waiting() {
    let sends = [
        (Side::Client, [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()),
        (Side::Client, request(0, b"{}")),
        (Side::Server, response(0, b"[]")),
        (
            Side::Client,
            frame(HEADERS, END_HEADERS, 3, &post("/nudm-ueau/v1/b", true)),
        ),
        (Side::Server, response(1, b"[1]")),
    ];
    let mut frames = connection(server(), [1, 2], &sends);
    frames.remove(HANDSHAKE + 1);
    let found = dissect(&frames);
    let answers: Vec<_> = found
        .http
        .iter()
        .filter_map(|http| Some((http.stream, http.response.as_ref()?.body.clone())))
        .collect();
    assert_eq!(answers, [(1, b"[]".to_vec()), (3, b"[1]".to_vec())]);
    let request = found
        .http
        .last()
        .and_then(|http| http.request.as_ref())
        .expect("it has begun");
    assert!(!request.body_whole, "its end never came");
}

/// The seed is in the name of what fails.
#[test]
fn spoiled_connections_never_panic() {
    for number in 0..300 {
        let outcome = std::panic::catch_unwind(|| {
            let mut seed = Seed(number);
            let (sends, _) = exchanges(&mut seed, 6);
            let frames = connection(server(), [1, 2], &sends);
            let mut tap = Tap::new();
            for frame in &frames {
                let mut frame = frame.clone();
                if frame.len() > 54 && seed.percent(40) {
                    let at = 54 + seed.below(frame.len() - 54);
                    frame[at] = seed.next() as u8;
                }
                let kept = if seed.percent(5) {
                    seed.below(frame.len())
                } else {
                    frame.len()
                };
                tap.cut(&frame[..kept], frame.len());
            }
            tap.finish().http.len()
        });
        assert!(outcome.is_ok(), "seed {number}");
    }
}
