//! A node against raw octets: what a peer that does not behave is owed.

#![cfg(test)]

#[path = "node_raw/capabilities.rs"]
mod capabilities;
#[path = "node_raw/duplicates.rs"]
mod duplicates;
#[path = "node_raw/limits.rs"]
mod limits;
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

// --- Limits -----------------------------------------------------------------------------------------------------------

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
