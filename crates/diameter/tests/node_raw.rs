//! A node against raw octets: what a peer that does not behave is owed.

#![cfg(test)]

mod support;

use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::{
    AcceptError, ConfigError, Destination, DisconnectCause, Event, NodeConfig, PeerState, RefusedReason,
    UnknownPeers,
};
use quintet_diameter::testing::address;
use quintet_diameter::{ConnectionId, FrameError, Header, Inbound, Message, Node, PeerConfig, ResultCode};
use support::*;

const MME: &str = "mme.example.net";
const HSS: &str = "hss.example.net";

fn refused_cer(raw: &mut Raw, cer: &[u8]) -> (ResultCode, Vec<u8>) {
    let answer = raw.refused(cer);
    assert_eq!(raw.closing(), Closing::AfterFlush);
    (result_of(&answer), answer)
}

#[test]
fn cea_says_who_we_are_and_what_we_serve() {
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert!(matches!(raw.feed(&cer), Inbound::Done));
    let answers = raw.answers();
    let cea = Message::decode(&answers[0]).unwrap();
    assert_eq!(result_of(cea.octets()), ResultCode::SUCCESS);
    assert_eq!(cea.find(avp::ORIGIN_HOST).unwrap().data, HSS.as_bytes());
    assert_eq!(cea.find(avp::SUPPORTED_VENDOR_ID).unwrap().u32(), Ok(TGPP));
    assert_eq!(cea.find(avp::ORIGIN_STATE_ID).unwrap().u32(), Ok(7));
    assert_eq!(
        cea.find(avp::HOST_IP_ADDRESS).unwrap().address(),
        Ok(Some(address(9).ip()))
    );
    let group = cea.find(avp::VENDOR_SPECIFIC_APPLICATION_ID).unwrap().group();
    assert_eq!(group.find(avp::AUTH_APPLICATION_ID).unwrap().u32(), Ok(S6A));
    assert!(raw.events().iter().any(|e| matches!(e, Event::PeerUp { .. })));
}

#[test]
fn no_common_application_is_5010() {
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| application(w, 16_777_216));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::NO_COMMON_APPLICATION);
    // A relay shares every application.
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| w.u32(avp::AUTH_APPLICATION_ID, 0xffff_ffff));
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
}

#[test]
fn an_unknown_or_misplaced_peer_is_3010() {
    let mut raw = Raw::with(config(HSS, &[], &[]), MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
    // Known, but bound to another source address.
    let mut bound = config(HSS, &[], &[MME]);
    bound.peers[0].addresses.push(address(77).ip());
    let mut raw = Raw::with(bound, MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
    // Known, but of another realm.
    let mut bound = config(HSS, &[], &[MME]);
    bound.peers[0].realm = Some("other.example".into());
    let mut raw = Raw::with(bound, MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
    // Ourselves.
    let mut raw = Raw::accepted(HSS);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
}

#[test]
fn only_inband_tls_is_5017() {
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| {
        application(w, S6A);
        w.u32(avp::INBAND_SECURITY_ID, 1);
    });
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::NO_COMMON_SECURITY);
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| {
        application(w, S6A);
        w.u32(avp::INBAND_SECURITY_ID, 1);
        w.u32(avp::INBAND_SECURITY_ID, 0);
    });
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
}

#[test]
fn a_cer_without_a_mandatory_avp_is_5005() {
    let mut raw = Raw::accepted(MME);
    let header = raw.header(0x80, command::CAPABILITIES_EXCHANGE, 0);
    let cer = raw.message(&header, |w| {
        w.text(avp::ORIGIN_HOST, MME);
        w.text(avp::ORIGIN_REALM, REALM);
        application(w, S6A);
    });
    let (result, answer) = refused_cer(&mut raw, &cer);
    assert_eq!(result, ResultCode::MISSING_AVP);
    let failed = Message::decode(&answer).unwrap().find(avp::FAILED_AVP).unwrap();
    assert!(failed.group().find(avp::HOST_IP_ADDRESS).is_some());
}

#[test]
fn an_identity_that_is_too_long_is_5004_and_a_product_name_is_cut() {
    let mut raw = Raw::accepted(&"m".repeat(256));
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::INVALID_AVP_VALUE);
    assert_eq!(raw.node.peers().count(), 0);
    let mut raw = Raw::accepted(MME);
    let header = raw.header(0x80, command::CAPABILITIES_EXCHANGE, 0);
    let cer = raw.message(&header, |w| {
        w.text(avp::ORIGIN_HOST, MME);
        w.text(avp::ORIGIN_REALM, REALM);
        w.address(avp::HOST_IP_ADDRESS, address(1).ip());
        w.u32(avp::VENDOR_ID, 0);
        w.text(avp::PRODUCT_NAME, &"ä".repeat(1000));
        application(w, S6A);
    });
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
    let id = raw.node.find_peer(MME).unwrap();
    let peer = raw.node.peer(id).unwrap();
    assert_eq!(peer.capabilities.product_name, "ä".repeat(127));
}

#[test]
fn anything_before_the_cer_closes() {
    for octets in [
        Raw::accepted(MME).air(Some(HSS), Some(REALM)),
        Raw::accepted(MME).base(command::DEVICE_WATCHDOG, |_| ()),
        vec![1, 0, 0, 20, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        let mut raw = Raw::accepted(MME);
        assert!(matches!(raw.feed(&octets), Inbound::Done));
        assert!(raw.answers().is_empty());
        assert_eq!(raw.closing(), Closing::Now);
        assert!(!raw.node.wants_read(raw.connection));
    }
}

#[test]
fn a_connection_without_cer_is_closed_in_time() {
    let mut raw = Raw::accepted(MME);
    raw.wait(seconds(9));
    assert_eq!(raw.closing(), Closing::No);
    raw.wait(seconds(1));
    let events = raw.events();
    assert!(
        events.is_empty()
            || matches!(
                events[0],
                Event::Refused {
                    reason: RefusedReason::Timeout,
                    ..
                }
            )
    );
    assert_eq!(raw.node.counters().half_open_closed, 1);
    raw.node.closed(raw.now, raw.connection);
    assert_eq!(raw.node.connection_count(), 0);
}

#[test]
fn a_cer_on_an_open_connection_updates_capabilities() {
    let mut raw = Raw::open(MME);
    let cer = raw.cer(|w| {
        application(w, S6A);
        w.u32(avp::AUTH_APPLICATION_ID, 99);
    });
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
    let id = raw.node.find_peer(MME).unwrap();
    let peer = raw.node.peer(id).unwrap();
    assert!(peer.capabilities.supports(99));
    assert_eq!((peer.state, peer.counters.opened), (PeerState::ROpen, 1));
    // But not another identity.
    raw.identity = "evil.example.net".into();
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
}

#[test]
fn a_second_connection_of_an_open_peer_is_rejected() {
    let mut raw = Raw::open(MME);
    raw.events();
    let first = std::mem::replace(&mut raw.connection, ConnectionId(2));
    raw.node.accepted(raw.now, raw.connection, address(1)).unwrap();
    let cer = raw.cer(|w| application(w, S6A));
    assert!(matches!(raw.feed(&cer), Inbound::Done));
    assert!(raw.answers().is_empty());
    assert_eq!(raw.closing(), Closing::Now);
    raw.connection = first;
    assert!(raw.node.wants_read(first));
}

#[test]
fn proxy_info_comes_back_in_order() {
    let mut raw = Raw::open(MME);
    let header = raw.header(0xc0, AIR, S6A);
    let request = raw.request(&header, Some(HSS), Some(REALM), |w| {
        for (host, state) in [("p1", "one"), ("p2", "two")] {
            w.group(avp::PROXY_INFO, |g| {
                g.text(avp::PROXY_HOST, host);
                g.text(avp::PROXY_STATE, state);
            });
        }
    });
    let Inbound::Request(message) = raw.feed(&request) else {
        panic!("not the application's")
    };
    raw.node
        .answer(raw.connection, &message, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    let answers = raw.answers();
    let proxies = |octets: &[u8]| -> Vec<Vec<u8>> {
        let message = Message::decode(octets).unwrap();
        message
            .avps()
            .map(Result::unwrap)
            .filter(|a| a.is(avp::PROXY_INFO))
            .map(|a| a.raw.to_vec())
            .collect()
    };
    assert_eq!(proxies(&answers[0]), proxies(&request));
    assert_eq!(proxies(&request).len(), 2);
}

#[test]
fn an_unsupported_version_is_5011_and_the_stream_goes_on() {
    let mut raw = Raw::open(MME);
    let mut request = raw.air(Some(HSS), Some(REALM));
    request[0] = 2;
    assert!(matches!(raw.feed(&request), Inbound::Done));
    assert_eq!(result_of(&raw.answers()[0]), ResultCode::UNSUPPORTED_VERSION);
    let request = raw.air(Some(HSS), Some(REALM));
    assert!(matches!(raw.feed(&request), Inbound::Request(_)));
}

#[test]
fn a_length_that_cannot_be_is_5015_and_closes() {
    for length in [0u32, 19, 21, 0xff_ffff] {
        let mut raw = Raw::open(MME);
        raw.events();
        let mut request = raw.air(Some(HSS), Some(REALM));
        request[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
        let mut inbox = quintet_diameter::Inbox::new();
        inbox.fill(&request);
        let error = inbox.next().unwrap().unwrap_err();
        raw.node.bad_frame(raw.now, raw.connection, error);
        assert_eq!(result_of(&raw.answers()[0]), ResultCode::INVALID_MESSAGE_LENGTH);
        assert_eq!(raw.closing(), Closing::AfterFlush);
    }
}

#[test]
fn answers_to_nothing_are_counted_and_dropped() {
    let mut raw = Raw::open(MME);
    let header = raw.header(0x40, AIR, S6A);
    let answer = raw.message(&header, |w| w.u32(avp::RESULT_CODE, 2001));
    assert!(matches!(raw.feed(&answer), Inbound::Done));
    assert_eq!(raw.node.counters().unexpected_answers, 1);
    let header = raw.header(0, command::DISCONNECT_PEER, 0);
    let answer = raw.message(&header, |w| w.u32(avp::RESULT_CODE, 2001));
    assert!(matches!(raw.feed(&answer), Inbound::Done));
    assert_eq!(raw.node.counters().unexpected_answers, 2);
    assert_eq!(raw.closing(), Closing::No);
}

#[test]
fn an_answer_must_have_command_and_identifiers_of_its_request() {
    let mut raw = Raw::open(MME);
    let destination = Destination {
        host: Some(MME),
        realm: REALM,
    };
    let handle = raw
        .node
        .request(raw.now, destination, S6A, CLR, |w| air(w, "x;1;1"), None)
        .unwrap();
    let request = raw.answers().remove(0);
    let right = Header {
        flags: quintet_diameter::CommandFlags(0x40),
        ..Header::decode(&request).unwrap()
    };
    let wrong = [
        Header {
            hop_by_hop: right.hop_by_hop ^ 1,
            ..right
        },
        Header {
            end_to_end: right.end_to_end ^ 1,
            ..right
        },
        Header { code: AIR, ..right },
    ];
    for (n, header) in wrong.iter().enumerate() {
        let answer = raw.message(header, |w| w.u32(avp::RESULT_CODE, 2001));
        assert!(matches!(raw.feed(&answer), Inbound::Done), "{header:?}");
        assert_eq!(raw.node.counters().unexpected_answers, n as u64 + 1);
    }
    let answer = raw.message(&right, |w| w.u32(avp::RESULT_CODE, 2001));
    assert!(matches!(raw.feed(&answer), Inbound::Answer { handle: h, .. } if h == handle));
}

#[test]
fn a_requester_whose_connection_is_being_closed_gets_nothing_more() {
    let mut relay = config(HSS, &[], &[]);
    (relay.relay, relay.unknown_peers) = (true, UnknownPeers::Accept);
    let mut raw = Raw::with(relay, MME);
    raw.exchange();
    second(&mut raw);
    raw.connection = ConnectionId(1);
    let request = raw.air(Some("dra.example.net"), Some(REALM));
    assert!(matches!(raw.feed(&request), Inbound::Done));
    assert_eq!((raw.node.outstanding(), raw.answers().len()), (1, 0));
    let header = raw.header(0, AIR, S6A);
    raw.node.bad_frame(raw.now, raw.connection, FrameError { header });
    raw.wait(seconds(10));
    assert_eq!((raw.node.outstanding(), raw.answers().len()), (0, 0));
}

// --- Duplicates (RFC 6733 3, 5.5.4) -----------------------------------------------------------------------------------

fn retransmit(request: &[u8], hop_by_hop: u32) -> Vec<u8> {
    let mut copy = request.to_vec();
    copy[4] |= 0x10;
    copy[12..16].copy_from_slice(&hop_by_hop.to_be_bytes());
    copy
}

/// A second connection, of a relay, over which copies come.
fn second(raw: &mut Raw) {
    raw.connection = ConnectionId(2);
    raw.node.accepted(raw.now, raw.connection, address(2)).unwrap();
    let identity = std::mem::replace(&mut raw.identity, "dra.example.net".into());
    raw.exchange();
    raw.identity = identity;
}

#[test]
fn a_duplicate_of_an_answered_request_gets_the_same_answer() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    let Inbound::Request(message) = raw.feed(&request) else {
        panic!("not the application's")
    };
    let mut answer = raw
        .node
        .answer(raw.connection, &message, ResultCode::SUCCESS)
        .unwrap();
    answer.u32(avp::AUTH_SESSION_STATE, 1);
    answer.finish();
    let first = raw.answers().remove(0);
    second(&mut raw);
    let copy = retransmit(&request, 4711);
    assert!(matches!(raw.feed(&copy), Inbound::Done));
    let again = raw.answers().remove(0);
    assert_eq!(Header::decode(&again).unwrap().hop_by_hop, 4711);
    assert_eq!(again[16..], first[16..]);
    assert_eq!(raw.node.counters().duplicates_answered, 1);
}

#[test]
fn a_duplicate_of_a_request_in_progress_moves_its_answer() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    let Inbound::Request(message) = raw.feed(&request) else {
        panic!("not the application's")
    };
    second(&mut raw);
    let copy = retransmit(&request, 4711);
    assert!(matches!(raw.feed(&copy), Inbound::Done));
    assert!(raw.answers().is_empty());
    raw.node
        .answer(ConnectionId(1), &message, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    let answers = raw.answers();
    assert_eq!(Header::decode(&answers[0]).unwrap().hop_by_hop, 4711);
    assert!(raw.node.output(ConnectionId(1)).is_empty());
}

#[test]
fn an_answer_whose_connection_is_gone_waits_for_the_duplicate() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    let Inbound::Request(message) = raw.feed(&request) else {
        panic!("not the application's")
    };
    raw.node.closed(raw.now, ConnectionId(1));
    raw.node
        .answer(ConnectionId(1), &message, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    second(&mut raw);
    assert!(matches!(raw.feed(&retransmit(&request, 4711)), Inbound::Done));
    assert_eq!(result_of(&raw.answers()[0]), ResultCode::SUCCESS);
}

#[test]
fn the_original_that_comes_after_its_retransmission_is_a_duplicate() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    let copy = retransmit(&request, 4711);
    let Inbound::Request(message) = raw.feed(&copy) else {
        panic!("not the application's")
    };
    raw.node
        .answer(raw.connection, &message, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    raw.answers();
    assert!(matches!(raw.feed(&request), Inbound::Done));
    assert_eq!(raw.answers().len(), 1);
}

#[test]
fn reused_identifiers_without_t_are_new_requests() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    for _ in 0..3 {
        let Inbound::Request(message) = raw.feed(&request) else {
            panic!("not the application's")
        };
        raw.node
            .answer(raw.connection, &message, ResultCode::SUCCESS)
            .unwrap()
            .finish();
    }
    assert_eq!(raw.answers().len(), 3);
}

#[test]
fn a_duplicate_older_than_four_minutes_is_new() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    let Inbound::Request(message) = raw.feed(&request) else {
        panic!("not the application's")
    };
    raw.node
        .answer(raw.connection, &message, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    raw.now += seconds(241);
    assert!(matches!(raw.feed(&retransmit(&request, 1)), Inbound::Request(_)));
}

#[test]
fn an_abandoned_answer_leaves_no_octets_and_no_memory() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    let Inbound::Request(message) = raw.feed(&request) else {
        panic!("not the application's")
    };
    drop(
        raw.node
            .answer(raw.connection, &message, ResultCode::SUCCESS)
            .unwrap(),
    );
    assert!(raw.answers().is_empty());
    assert!(matches!(raw.feed(&retransmit(&request, 1)), Inbound::Request(_)));
}

#[test]
fn an_answer_that_is_too_long_becomes_5012() {
    let mut raw = Raw::open(MME);
    let request = raw.air(Some(HSS), Some(REALM));
    let Inbound::Request(message) = raw.feed(&request) else {
        panic!("not the application's")
    };
    let mut answer = raw
        .node
        .answer(raw.connection, &message, ResultCode::SUCCESS)
        .unwrap();
    answer.octets(avp::USER_NAME, &vec![0; 300_000]);
    answer.finish();
    let answers = raw.answers();
    assert_eq!(
        (answers.len(), result_of(&answers[0])),
        (1, ResultCode::UNABLE_TO_COMPLY)
    );
}

// --- Limits -----------------------------------------------------------------------------------------------------------

#[test]
fn requests_past_the_limit_are_3004() {
    let mut hss = config(HSS, &[], &[MME]);
    hss.limits.requests_in_progress = 2;
    let mut raw = Raw::with(hss, MME);
    raw.exchange();
    let first = raw.air(Some(HSS), Some(REALM));
    let Inbound::Request(message) = raw.feed(&first) else {
        panic!("not the application's")
    };
    let request = raw.air(Some(HSS), Some(REALM));
    assert!(matches!(raw.feed(&request), Inbound::Request(_)));
    let request = raw.air(Some(HSS), Some(REALM));
    assert_eq!(result_of(&raw.refused(&request)), ResultCode::TOO_BUSY);
    raw.node.reject(
        raw.connection,
        &message,
        ResultCode::UNABLE_TO_COMPLY,
        None,
        Some("why"),
    );
    raw.answers();
    let request = raw.air(Some(HSS), Some(REALM));
    assert!(matches!(raw.feed(&request), Inbound::Request(_)));
}

#[test]
fn a_slow_reader_is_not_read_and_then_closed() {
    let mut hss = config(HSS, &[], &[MME]);
    hss.limits.output_octets = 2_000;
    hss.limits.output_octets_hard = 10_000;
    let mut raw = Raw::with(hss, MME);
    raw.exchange();
    raw.closing();
    let answer_one = |raw: &mut Raw| {
        let request = raw.air(Some(HSS), Some(REALM));
        if let Inbound::Request(message) = raw.feed(&request) {
            raw.node
                .answer(raw.connection, &message, ResultCode::SUCCESS)
                .unwrap()
                .finish();
        }
        while raw.node.poll_transmit().is_some() {}
    };
    while raw.node.wants_read(raw.connection) {
        answer_one(&mut raw);
        assert!(raw.node.output(raw.connection).len() < 3_000);
    }
    assert_eq!(raw.closing(), Closing::No);
    // It reads again: so do we.
    raw.node.output(raw.connection).clear();
    assert!(raw.node.wants_read(raw.connection));
    for _ in 0..200 {
        answer_one(&mut raw);
    }
    assert_eq!(raw.node.counters().slow_readers_closed, 1);
    assert_eq!(raw.closing(), Closing::Now);
}

#[test]
fn a_flood_of_connections_is_bounded() {
    let mut hss = config(HSS, &[], &[MME]);
    hss.limits.connections = 10;
    hss.limits.connections_per_remote = 4;
    let mut node = node(hss, 1);
    let now = seconds(0);
    for n in 1..=4 {
        node.accepted(now, ConnectionId(n), address(1)).unwrap();
    }
    assert_eq!(
        node.accepted(now, ConnectionId(5), address(1)),
        Err(AcceptError::PerRemote)
    );
    for n in 6..=11 {
        node.accepted(now, ConnectionId(n), address(n as u8)).unwrap();
    }
    assert_eq!(
        node.accepted(now, ConnectionId(12), address(200)),
        Err(AcceptError::Connections)
    );
    assert_eq!(node.counters().connections_refused, 2);
    node.closed(now, ConnectionId(1));
    node.accepted(now, ConnectionId(13), address(200)).unwrap();
}

#[test]
fn unknown_peers_are_bounded_and_the_longest_closed_makes_room() {
    let mut hss = config(HSS, &[], &[]);
    hss.unknown_peers = UnknownPeers::Accept;
    hss.limits.unknown_peers = 2;
    let mut raw = Raw::with(hss, "p1.example.net");
    raw.exchange();
    let p1 = raw.node.find_peer("p1.example.net").unwrap();
    for n in 2..=3 {
        raw.connection = ConnectionId(n);
        raw.identity = format!("p{n}.example.net");
        raw.node
            .accepted(raw.now, raw.connection, address(n as u8))
            .unwrap();
        if n == 2 {
            raw.exchange();
            continue;
        }
        let cer = raw.cer(|w| application(w, S6A));
        assert_eq!(result_of(&raw.refused(&cer)), ResultCode::TOO_BUSY);
    }
    raw.node.closed(raw.now, ConnectionId(1));
    raw.connection = ConnectionId(4);
    raw.node.accepted(raw.now, raw.connection, address(4)).unwrap();
    raw.exchange();
    assert!(raw.node.peer(p1).is_none() && raw.node.find_peer("p1.example.net").is_none());
    assert_eq!(raw.node.peers().count(), 2);
}

// --- Disconnect -------------------------------------------------------------------------------------------------------

#[test]
fn dpr_is_answered_and_the_peer_closes_or_we_do() {
    let mut raw = Raw::open(MME);
    raw.events();
    let dpr = raw.base(command::DISCONNECT_PEER, |w| w.u32(avp::DISCONNECT_CAUSE, 0));
    assert_eq!(result_of(&raw.refused(&dpr)), ResultCode::SUCCESS);
    assert_eq!(raw.closing(), Closing::No);
    raw.wait(seconds(5));
    assert_eq!(raw.closing(), Closing::Now);
    let id = raw.node.find_peer(MME).unwrap();
    assert_eq!(raw.node.peer(id).unwrap().state, PeerState::Closed);
}

#[test]
fn dpa_ends_the_connection_and_silence_does_too() {
    for answered in [true, false] {
        let mut raw = Raw::open(MME);
        raw.events();
        let id = raw.node.find_peer(MME).unwrap();
        raw.node.disconnect(raw.now, id, DisconnectCause::BUSY);
        let dpr = raw.answers().remove(0);
        let request = Message::decode(&dpr).unwrap();
        assert_eq!(request.find(avp::DISCONNECT_CAUSE).unwrap().u32(), Ok(1));
        if answered {
            let header = Header {
                flags: quintet_diameter::CommandFlags(0),
                ..*request.header()
            };
            let dpa = raw.message(&header, |w| w.u32(avp::RESULT_CODE, 2001));
            assert!(matches!(raw.feed(&dpa), Inbound::Done));
        } else {
            raw.wait(seconds(5));
        }
        assert_eq!(raw.closing(), Closing::Now);
        assert_eq!(raw.node.peer(id).unwrap().state, PeerState::Closed);
    }
}

#[test]
fn a_closing_connection_that_does_not_drain_is_cut() {
    let mut raw = Raw::with(config(HSS, &[], &[]), MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert!(matches!(raw.feed(&cer), Inbound::Done));
    assert_eq!(raw.closing(), Closing::AfterFlush);
    raw.wait(seconds(5));
    assert_eq!(raw.closing(), Closing::Now);
}

#[test]
fn a_wrong_configuration_is_one_error() {
    let of = |change: fn(&mut NodeConfig)| {
        let mut config = config(HSS, &[], &[MME]);
        change(&mut config);
        Node::new(config, 1).unwrap_err()
    };
    assert!(matches!(
        of(|c| c.identity.clear()),
        ConfigError::Identity { what: "identity", .. }
    ));
    assert!(matches!(
        of(|c| c.realm = "a b".into()),
        ConfigError::Identity { what: "realm", .. }
    ));
    assert_eq!(of(|c| c.addresses.clear()), ConfigError::NoAddress);
    assert!(matches!(
        of(|c| c.timers.tw = seconds(5)),
        ConfigError::ShortTw { .. }
    ));
    assert!(matches!(
        of(|c| c.peers[0].connect = true),
        ConfigError::NoPeerAddress { .. }
    ));
    let twice = |c: &mut NodeConfig| {
        c.peers.push(PeerConfig {
            identity: "MME.example.net".into(),
            ..PeerConfig::default()
        });
    };
    assert!(matches!(of(twice), ConfigError::RepeatedPeer { .. }));
}
