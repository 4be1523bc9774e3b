//! Nodes against nodes on virtual time: capabilities, election, watchdog, failover, disconnect, relaying.

#![cfg(test)]

mod support;

use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::{
    DisconnectCause, DownReason, FailedReason, PeerState, RefusedReason, Route, RouteError, UnknownPeers,
    WatchdogState,
};
use quintet_diameter::{Event, Message, ResultCode};
use support::*;

const MME: &str = "mme.example.net";
const HSS: &str = "hss.example.net";

#[test]
fn a_request_is_answered() {
    let mut network = pair(1);
    let handle = send(&mut network, 0, None);
    network.run_for(seconds(1));
    let (answered, octets) = &network.hosts[0].application.answers[0];
    assert_eq!((*answered, result_of(octets)), (handle, ResultCode::SUCCESS));
    let request = Message::decode(&network.hosts[1].application.requests[0].1).unwrap();
    let first = request.avps().next().unwrap().unwrap();
    assert!(first.is(avp::SESSION_ID), "Session-Id goes first (RFC 6733 8.8)");
    let answer = Message::decode(octets).unwrap();
    assert_eq!(answer.avps().next().unwrap().unwrap().data, first.data);
    // And the other way.
    send(&mut network, 1, Some(MME));
    network.run_for(seconds(1));
    assert_eq!(network.hosts[1].application.answers.len(), 1);
}

#[test]
fn both_sides_connect_and_the_higher_identity_keeps_the_connection_it_accepted() {
    for seed in 0..200 {
        let mut network = network(
            seed,
            vec![config(MME, &[(HSS, 2)], &[]), config(HSS, &[(MME, 1)], &[])],
        );
        network.run_until(seconds(20));
        let states = (state(&network, 0, HSS), state(&network, 1, MME));
        // One connection survives, and both ends agree which; "mme" is higher than "hss".
        assert!(
            states.0.is_open() && states.1.is_open(),
            "seed {seed}: {states:?}"
        );
        assert_ne!(states.0, states.1, "seed {seed}");
        assert_eq!(network.connections().count(), 1, "seed {seed}");
    }
}

#[test]
fn a_real_election_is_won_by_the_higher_identity() {
    let mut elections = 0;
    for seed in 0..200 {
        let mut network = network(
            seed,
            vec![config(MME, &[(HSS, 2)], &[]), config(HSS, &[(MME, 1)], &[])],
        );
        network.run_until(seconds(20));
        // Four connections were counted if both existed at the same time.
        if network
            .hosts
            .iter()
            .map(|h| h.node.counters().connections)
            .sum::<u64>()
            == 4
            && !events(&network, 0)
                .iter()
                .any(|e| matches!(e, Event::Refused { .. }))
            && !events(&network, 1)
                .iter()
                .any(|e| matches!(e, Event::Refused { .. }))
        {
            elections += 1;
            assert_eq!(state(&network, 0, HSS), PeerState::ROpen, "seed {seed}");
            assert_eq!(state(&network, 1, MME), PeerState::IOpen, "seed {seed}");
        }
    }
    assert!(elections > 10, "only {elections} elections in 200 seeds");
}

#[test]
fn an_unknown_peer_is_refused_with_3010() {
    let mut network = network(1, vec![config(MME, &[(HSS, 2)], &[]), config(HSS, &[], &[])]);
    network.run_until(seconds(1));
    let refused = |e: &Event| {
        matches!(
            e,
            Event::Refused {
                reason: RefusedReason::RefusedByPeer(ResultCode::UNKNOWN_PEER),
                ..
            }
        )
    };
    assert!(
        events(&network, 0).iter().any(refused),
        "{:?}",
        events(&network, 0)
    );
    assert_eq!(network.connections().count(), 0);
    // It comes again after Tc, and no sooner.
    network.run_until(seconds(29));
    assert_eq!(network.hosts[1].node.counters().connections, 1);
    network.run_until(seconds(32));
    assert_eq!(network.hosts[1].node.counters().connections, 2);
}

#[test]
fn an_unknown_peer_is_accepted_where_that_is_configured() {
    let mut hss = config(HSS, &[], &[]);
    hss.unknown_peers = UnknownPeers::Accept;
    let mut network = network(1, vec![config(MME, &[(HSS, 2)], &[]), hss]);
    network.run_until(seconds(1));
    assert_eq!(state(&network, 1, MME), PeerState::ROpen);
}

#[test]
fn watchdogs_keep_an_idle_connection_open() {
    let mut network = pair(2);
    network.run_for(seconds(600));
    assert_eq!(state(&network, 0, HSS), PeerState::IOpen);
    // Either side's DWR resets the other's timer.
    let seen: u64 = network
        .hosts
        .iter()
        .map(|host| received(&host.node, command::DEVICE_WATCHDOG, true))
        .sum();
    assert!((18..=24).contains(&seen), "{seen} DWR in 600 s with Tw 30 s");
    assert_eq!(network.hosts[0].node.counters().connections, 1);
}

#[test]
fn a_silent_peer_becomes_suspect_then_down_then_is_on_probation() {
    let mut network = pair(3);
    let link = network.between(0, 1).unwrap();
    network.mute(link, true);
    network.run_for(seconds(65));
    assert_eq!(watchdog(&network, 0, HSS), WatchdogState::Suspect);
    assert!(
        events(&network, 0)
            .iter()
            .any(|e| matches!(e, Event::Failover { .. }))
    );
    assert_eq!(try_send(&mut network, 0, None), Err(RouteError::NotConnected));
    network.run_for(seconds(35));
    assert_eq!(watchdog(&network, 0, HSS), WatchdogState::Down);
    let expired = |e: &Event| {
        matches!(
            e,
            Event::PeerDown {
                reason: DownReason::WatchdogExpired,
                ..
            }
        )
    };
    assert!(events(&network, 0).iter().any(expired));
    network.run_for(seconds(32));
    assert_eq!(watchdog(&network, 0, HSS), WatchdogState::Reopen);
    // Three DWAs, one at once and two a Tw apart.
    network.run_for(seconds(70));
    assert_eq!(watchdog(&network, 0, HSS), WatchdogState::Okay);
    assert!(
        events(&network, 0)
            .iter()
            .any(|e| matches!(e, Event::Failback { .. }))
    );
}

#[test]
fn a_suspect_peer_that_speaks_again_is_failed_back_to() {
    let mut network = pair(4);
    network.hosts[1].application.hold = true;
    send(&mut network, 0, None);
    network.run_for(seconds(1));
    let link = network.between(0, 1).unwrap();
    network.mute_towards(link, 0, true);
    network.run_for(seconds(65));
    assert_eq!(watchdog(&network, 0, HSS), WatchdogState::Suspect);
    network.mute_towards(link, 0, false);
    // An answer will do, though it is too late for its request.
    let (connection, octets) = network.hosts[1].application.requests[0].clone();
    let request = Message::decode(&octets).unwrap();
    network.hosts[1]
        .node
        .answer(connection, &request, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    network.run_for(seconds(1));
    assert_eq!(watchdog(&network, 0, HSS), WatchdogState::Okay);
}

/// `mme` with two servers of one realm.
fn two_servers(seed: u64) -> Net {
    let mut network = network(
        seed,
        vec![
            config(MME, &[("a.example.net", 2), ("b.example.net", 3)], &[]),
            config("a.example.net", &[], &[MME]),
            config("b.example.net", &[], &[MME]),
        ],
    );
    network.run_until(seconds(1));
    network
}

#[test]
fn what_a_lost_connection_owed_is_sent_to_the_other_peer_with_t() {
    let mut network = two_servers(5);
    network.hosts[1].application.hold = true;
    let handle = send(&mut network, 0, None);
    network.run_for(seconds(1));
    assert_eq!(network.hosts[1].application.requests.len(), 1);
    let link = network.between(0, 1).unwrap();
    network.lose(link);
    network.run_for(seconds(1));
    let first = Message::decode(&network.hosts[1].application.requests[0].1).unwrap();
    let second = Message::decode(&network.hosts[2].application.requests[0].1).unwrap();
    assert!(!first.header().flags.retransmitted());
    assert!(second.header().flags.retransmitted());
    assert_eq!(first.header().end_to_end, second.header().end_to_end);
    assert_ne!(first.header().hop_by_hop, second.header().hop_by_hop);
    assert_eq!(network.hosts[0].application.answers[0].0, handle);
    assert_eq!(network.hosts[0].node.counters().failovers, 1);
}

#[test]
fn what_a_suspect_peer_owed_is_sent_elsewhere_and_requests_come_back_after_failback() {
    let mut network = two_servers(6);
    network.hosts[1].application.hold = true;
    let link = network.between(0, 1).unwrap();
    network.run_for(seconds(28));
    network.mute(link, true);
    network.hosts[0].node.find_peer("a.example.net").unwrap();
    network.run_for(seconds(30));
    let now = network.now;
    let to = quintet_diameter::node::Destination {
        host: None,
        realm: REALM,
    };
    let handle = network.hosts[0]
        .node
        .request(now, to, S6A, AIR, |w| air(w, "s;1;1"), Some(seconds(300)))
        .unwrap();
    network.run_for(seconds(30));
    assert_eq!(network.hosts[0].application.answers[0].0, handle);
    assert_eq!(network.hosts[2].application.requests.len(), 1);
    network.mute(link, false);
    network.hosts[1].application.hold = false;
    network.run_for(seconds(200));
    assert_eq!(watchdog(&network, 0, "a.example.net"), WatchdogState::Okay);
    send(&mut network, 0, None);
    network.run_for(seconds(1));
    assert_eq!(
        network.hosts[1].application.requests.len(),
        1,
        "the first peer is used again"
    );
    assert_eq!(network.hosts[0].application.answers.len(), 2);
}

#[test]
fn without_another_peer_a_lost_connection_fails_the_request() {
    let mut network = pair(7);
    network.hosts[1].application.hold = true;
    let handle = send(&mut network, 0, None);
    network.run_for(seconds(1));
    let link = network.between(0, 1).unwrap();
    network.lose(link);
    network.run_for(seconds(1));
    assert_eq!(
        network.hosts[0].application.failed,
        [(handle, FailedReason::ConnectionLost)]
    );
}

#[test]
fn a_request_without_answer_times_out_once() {
    let mut network = pair(8);
    network.hosts[1].application.hold = true;
    let handle = send(&mut network, 0, None);
    network.run_for(seconds(11));
    assert_eq!(
        network.hosts[0].application.failed,
        [(handle, FailedReason::Timeout)]
    );
    assert_eq!(network.hosts[0].node.outstanding(), 0);
    // The answer that comes after all belongs to nobody.
    let (connection, octets) = network.hosts[1].application.requests[0].clone();
    let request = Message::decode(&octets).unwrap();
    network.hosts[1]
        .node
        .answer(connection, &request, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    network.run_for(seconds(1));
    assert!(network.hosts[0].application.answers.is_empty());
    assert_eq!(network.hosts[0].node.counters().unexpected_answers, 1);
}

#[test]
fn an_agents_too_busy_is_taken_to_another_peer() {
    let mut network = two_servers(9);
    network.hosts[1].application.result = Some(ResultCode::TOO_BUSY);
    send(&mut network, 0, None);
    network.run_for(seconds(1));
    assert_eq!(
        result_of(&network.hosts[0].application.answers[0].1),
        ResultCode::SUCCESS
    );
    let second = Message::decode(&network.hosts[2].application.requests[0].1).unwrap();
    assert!(!second.header().flags.retransmitted(), "nobody has worked on it");
}

#[test]
fn disconnect_causes_decide_who_comes_back() {
    for (cause, returns) in [
        (DisconnectCause::REBOOTING, true),
        (DisconnectCause::BUSY, false),
        (DisconnectCause::DO_NOT_WANT_TO_TALK_TO_YOU, false),
    ] {
        let mut network = pair(10);
        let mme = network.hosts[1].node.find_peer(MME).unwrap();
        let now = network.now;
        network.hosts[1].node.disconnect(now, mme, cause);
        network.run_for(seconds(1));
        assert_eq!(network.connections().count(), 0);
        let down = DownReason::DisconnectedByPeer(cause);
        assert!(
            events(&network, 0)
                .iter()
                .any(|e| matches!(e, Event::PeerDown { reason, .. } if *reason == down))
        );
        let down = DownReason::Disconnected(cause);
        assert!(
            events(&network, 1)
                .iter()
                .any(|e| matches!(e, Event::PeerDown { reason, .. } if *reason == down))
        );
        assert_eq!(
            watchdog(&network, 0, HSS),
            WatchdogState::Initial,
            "nothing failed"
        );
        network.run_for(seconds(120));
        assert_eq!(state(&network, 0, HSS).is_open(), returns, "{cause:?}");
        if !returns {
            // A request is the reason to connect again.
            assert_eq!(
                try_send(&mut network, 0, Some(HSS)),
                Err(RouteError::NotConnected)
            );
            network.run_for(seconds(1));
            assert!(state(&network, 0, HSS).is_open());
        }
    }
}

#[test]
fn shutdown_answers_what_is_pending_then_disconnects_everybody() {
    let mut network = pair(11);
    network.hosts[1].application.hold = true;
    send(&mut network, 0, None);
    network.run_for(seconds(1));
    let now = network.now;
    network.hosts[1].node.shutdown(now, DisconnectCause::REBOOTING);
    network.run_for(seconds(1));
    assert!(state(&network, 1, MME).is_open(), "a request is in progress");
    // New ones are turned away.
    send(&mut network, 0, None);
    network.run_for(seconds(1));
    assert_eq!(
        result_of(&network.hosts[0].application.answers[0].1),
        ResultCode::TOO_BUSY
    );
    let (connection, octets) = network.hosts[1].application.requests[0].clone();
    let request = Message::decode(&octets).unwrap();
    network.hosts[1]
        .node
        .answer(connection, &request, ResultCode::SUCCESS)
        .unwrap()
        .finish();
    network.run_for(seconds(1));
    assert_eq!(network.hosts[0].application.answers.len(), 2);
    assert_eq!(network.connections().count(), 0);
    assert_eq!(events(&network, 1).last(), Some(&Event::ShutdownComplete));
}

#[test]
fn shutdown_does_not_wait_for_ever() {
    let mut network = pair(12);
    network.hosts[1].application.hold = true;
    send(&mut network, 0, None);
    network.run_for(seconds(1));
    let link = network.between(0, 1).unwrap();
    network.mute(link, true);
    let now = network.now;
    network.hosts[1].node.shutdown(now, DisconnectCause::REBOOTING);
    network.run_for(seconds(11));
    assert_eq!(events(&network, 1).last(), Some(&Event::ShutdownComplete));
}

#[test]
fn both_sides_may_disconnect_at_once() {
    for seed in 0..50 {
        let mut network = pair(seed);
        let now = network.now;
        for (host, peer) in [(0, HSS), (1, MME)] {
            let id = network.hosts[host].node.find_peer(peer).unwrap();
            network.hosts[host]
                .node
                .disconnect(now, id, DisconnectCause::REBOOTING);
        }
        network.run_for(seconds(6));
        assert_eq!(network.connections().count(), 0, "seed {seed}");
        assert_eq!(state(&network, 0, HSS), PeerState::Closed, "seed {seed}");
        assert_eq!(state(&network, 1, MME), PeerState::Closed, "seed {seed}");
    }
}

/// `mme` — `dra` — `hss`.
fn relayed(seed: u64) -> Net {
    let mut dra = config("dra.example.net", &[(HSS, 3)], &[MME]);
    dra.relay = true;
    dra.applications.clear();
    let mut network = network(
        seed,
        vec![
            config(MME, &[("dra.example.net", 2)], &[]),
            dra,
            config(HSS, &[], &["dra.example.net"]),
        ],
    );
    network.run_until(seconds(1));
    network
}

#[test]
fn a_relay_forwards_by_host_and_realm_and_maps_the_answer_back() {
    let mut network = relayed(13);
    for (n, host) in [None, Some(HSS)].into_iter().enumerate() {
        let handle = send(&mut network, 0, host);
        network.run_for(seconds(1));
        assert_eq!(network.hosts[0].application.answers[n].0, handle);
        let request = Message::decode(&network.hosts[2].application.requests[n].1).unwrap();
        let records: Vec<_> = request
            .avps()
            .map(Result::unwrap)
            .filter(|a| a.is(avp::ROUTE_RECORD))
            .map(|a| a.data)
            .collect();
        assert_eq!(records, [MME.as_bytes()]);
        assert_eq!(request.find(avp::ORIGIN_HOST).unwrap().data, MME.as_bytes());
    }
    // And back: the HSS reaches the MME through the relay.
    send(&mut network, 2, Some(MME));
    network.run_for(seconds(1));
    assert_eq!(network.hosts[2].application.answers.len(), 1);
    assert_eq!(network.hosts[1].node.counters().relayed, 3);
    assert_eq!(network.hosts[1].node.outstanding(), 0);
}

#[test]
fn a_relay_without_next_hop_answers_3002() {
    let mut network = relayed(14);
    network.hosts[2].application.hold = true;
    send(&mut network, 0, None);
    network.run_for(seconds(1));
    network.hosts[2].listening = false;
    let link = network.between(1, 2).unwrap();
    network.lose(link);
    network.run_for(seconds(1));
    assert_eq!(
        result_of(&network.hosts[0].application.answers[0].1),
        ResultCode::UNABLE_TO_DELIVER
    );
    send(&mut network, 0, Some(HSS));
    network.run_for(seconds(1));
    assert_eq!(
        result_of(&network.hosts[0].application.answers[1].1),
        ResultCode::UNABLE_TO_DELIVER
    );
}

#[test]
fn a_route_names_the_next_hops_of_a_foreign_realm() {
    let mut dra = config("dra.example.net", &[(HSS, 3)], &[MME]);
    dra.relay = true;
    dra.routes.push(Route {
        realm: Some("far.example".into()),
        peers: vec![HSS.into()],
        ..Route::default()
    });
    let mut network = network(
        15,
        vec![
            config(MME, &[("dra.example.net", 2)], &[]),
            dra,
            config(HSS, &[], &["dra.example.net"]),
        ],
    );
    network.run_until(seconds(1));
    let now = network.now;
    for (realm, expected) in [
        ("far.example", ResultCode::REALM_NOT_SERVED),
        ("nowhere.example", ResultCode::REALM_NOT_SERVED),
    ] {
        let to = quintet_diameter::node::Destination { host: None, realm };
        let node = &mut network.hosts[0].node;
        node.request(now, to, S6A, AIR, |w| air(w, "s;1;2"), None)
            .unwrap();
        network.run_for(seconds(1));
        let (_, octets) = network.hosts[0].application.answers.pop().unwrap();
        assert_eq!(result_of(&octets), expected);
        // The first one was refused by the far end, the second one by the relay.
        let by = Message::decode(&octets)
            .unwrap()
            .find(avp::ORIGIN_HOST)
            .unwrap()
            .text()
            .unwrap()
            .to_owned();
        assert_eq!(
            by,
            if realm == "far.example" {
                HSS
            } else {
                "dra.example.net"
            }
        );
    }
}

#[test]
fn relays_in_a_ring_detect_the_loop() {
    let relay = |name: &str, to: (&str, u8), from: &[&str]| {
        let mut config = config(name, &[to], from);
        config.relay = true;
        config.applications.clear();
        let realm = Some("far.example".to_owned());
        config.routes.push(Route {
            realm,
            peers: vec![to.0.to_owned()],
            ..Route::default()
        });
        config
    };
    let mut network = network(
        16,
        vec![
            config(MME, &[("r1.example.net", 2)], &[]),
            relay("r1.example.net", ("r2.example.net", 3), &[MME, "r3.example.net"]),
            relay("r2.example.net", ("r3.example.net", 4), &["r1.example.net"]),
            relay("r3.example.net", ("r1.example.net", 2), &["r2.example.net"]),
        ],
    );
    network.run_until(seconds(1));
    let now = network.now;
    let to = quintet_diameter::node::Destination {
        host: None,
        realm: "far.example",
    };
    network.hosts[0]
        .node
        .request(now, to, S6A, AIR, |w| air(w, "s;1;2"), None)
        .unwrap();
    network.run_for(seconds(1));
    // r3 finds r1 in the Route-Records and does not send it there.
    let (_, octets) = &network.hosts[0].application.answers[0];
    assert_eq!(result_of(octets), ResultCode::UNABLE_TO_DELIVER);
}

#[test]
fn a_restarted_peer_is_noticed_and_taken_at_once() {
    let mut network = pair(17);
    // The old process is gone without a word.
    let link = network.between(0, 1).unwrap();
    network.mute(link, true);
    let mut again = config(MME, &[(HSS, 2)], &[]);
    again.origin_state_id = Some(8);
    network.hosts[0].node = node(again, 99);
    network.run_for(seconds(1));
    let events = events(&network, 1);
    assert!(
        events.iter().any(|e| matches!(
            e,
            Event::PeerRestarted {
                origin_state_id: 8,
                ..
            }
        )),
        "{events:?}"
    );
    assert_eq!(state(&network, 1, MME), PeerState::ROpen);
}
