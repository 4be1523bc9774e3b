//! Requests that come twice, with and without T (RFC 6733 3, 5.5.4).

use crate::*;

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
