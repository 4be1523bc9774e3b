//! What has a bound: requests under way, octets unsent, connections, peers.

use crate::*;

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
