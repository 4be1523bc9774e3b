//! The base protocol (RFC 6733 5) between a subject and a peer we did not write: capabilities exchange, watchdog,
//! disconnect, election, refusals. Nothing above it: Debian's freeDiameter has no S6a dictionary.
#![forbid(unsafe_code)]

use quintet_interop::node::{Node, PEER_PORT, RECONNECT, SUBJECT_PORT, Settings};
use quintet_interop::{Capture, Command, Message, Scene, await_some, scenario};
use std::time::Instant;

const SUBJECT: &str = "hss.test.example";
const PEER: &str = "mme.test.example";
/// Compares greater than the subject's and smaller: who wins an election (RFC 6733 5.6.4).
const SMALLER_PEER: &str = "aaa.test.example";

/// Rounds of DWR and DWA that show the watchdog to run rather than to have run once.
const ROUNDS: usize = 2;

/// How often an election is tried.
const ELECTIONS: usize = 5;

const SUCCESS: u32 = 2001;
const UNKNOWN_PEER: u32 = 3010;
const NO_COMMON_APPLICATION: u32 = 5010;
const REBOOTING: u32 = 0;

fn subject() -> Settings {
    Settings::new(SUBJECT, SUBJECT_PORT)
}

fn peer() -> Settings {
    Settings::new(PEER, PEER_PORT)
}

/// The CEA that `from` sends.
fn await_cea(capture: &Capture, from: &str) -> Message {
    capture.await_message(&format!("a CEA from {from}"), |m| {
        m.command == Command::CAPABILITIES_EXCHANGE && !m.request && m.origin_host == from
    })
}

/// Waits until `from` has sent so many DWRs over a connection and had them answered with success by `by`.
fn await_watchdogs(capture: &Capture, stream: u32, from: &str, by: &str) {
    capture.await_messages(&format!("{ROUNDS} watchdog rounds begun by {from}"), |messages| {
        (watchdogs(messages, stream, from, by) >= ROUNDS).then_some(())
    });
}

/// DWRs of `from` over a connection that `by` has answered with success.
fn watchdogs(messages: &[Message], stream: u32, from: &str, by: &str) -> usize {
    let of = |request: bool, host: &str| {
        messages
            .iter()
            .filter(|m| m.stream == stream && m.command == Command::DEVICE_WATCHDOG)
            .filter(|m| m.request == request && m.origin_host == host)
            .filter(|m| request || m.result == Some(SUCCESS))
            .count()
    };
    of(true, from).min(of(false, by))
}

/// DPR from one, DPA from the other, then the end of the connection, without a reset.
fn await_disconnect(capture: &Capture, stream: u32, from: &str, by: &str) {
    let dpr = capture.await_message(&format!("a DPR from {from}"), |m| {
        m.stream == stream && m.command == Command::DISCONNECT_PEER && m.request && m.origin_host == from
    });
    assert_eq!(dpr.disconnect_cause, Some(REBOOTING));
    let dpa = capture.await_message(&format!("a DPA from {by}"), |m| {
        m.stream == stream && m.command == Command::DISCONNECT_PEER && !m.request && m.origin_host == by
    });
    assert_eq!(dpa.result, Some(SUCCESS));
    assert!(
        !capture.await_end_of(stream).reset,
        "the connection was reset instead of closed"
    );
}

#[test]
fn a_peer_connects_and_leaves() {
    scenario("a_peer_connects_and_leaves", |scene| {
        let capture = scene.capture();
        let subject = scene.subject(&subject().patient());
        let mut peer = scene.peer("peer", &peer().connecting(SUBJECT, SUBJECT_PORT));
        let cea = await_cea(&capture, SUBJECT);
        assert_eq!(cea.result, Some(SUCCESS));
        subject.await_open(PEER);
        peer.await_open(SUBJECT);
        await_watchdogs(&capture, cea.stream, PEER, SUBJECT);
        peer.terminate();
        await_disconnect(&capture, cea.stream, PEER, SUBJECT);
        subject.await_rebooting(PEER);
        subject.await_closed(PEER);
        peer.await_end();
        assert_eq!(
            capture.streams().len(),
            1,
            "one connection is enough for all of it"
        );
        capture.finish(SUBJECT);
    });
}

#[test]
fn the_subject_leaves() {
    scenario("the_subject_leaves", |scene| {
        let capture = scene.capture();
        let mut subject = scene.subject(&subject());
        let peer = scene.peer("peer", &peer().connecting(SUBJECT, SUBJECT_PORT));
        subject.await_open(PEER);
        peer.await_open(SUBJECT);
        subject.terminate();
        await_disconnect(&capture, await_cea(&capture, SUBJECT).stream, SUBJECT, PEER);
        peer.await_rebooting(SUBJECT);
        peer.await_closed(SUBJECT);
        let status = subject.await_end();
        assert!(status.success(), "the subject ended with {status}");
        capture.finish(SUBJECT);
    });
}

#[test]
fn the_subject_comes_back() {
    scenario("the_subject_comes_back", |scene| {
        let capture = scene.capture();
        let peer = scene.peer("peer", &peer().connecting(SUBJECT, SUBJECT_PORT));
        for life in 0..2 {
            let mut subject = scene.subject(&subject());
            subject.await_open(PEER);
            capture.await_messages(&format!("the CEA of life {life}"), |messages| {
                let successes = messages
                    .iter()
                    .filter(|m| m.origin_host == SUBJECT && m.result == Some(SUCCESS));
                (successes
                    .filter(|m| m.command == Command::CAPABILITIES_EXCHANGE)
                    .count()
                    > life)
                    .then_some(())
            });
            // A crash: no DPR.
            subject.process().signal("KILL");
            subject.await_end();
        }
        drop(peer);
        capture.finish(SUBJECT);
    });
}

#[test]
fn the_subject_connects() {
    scenario("the_subject_connects", |scene| {
        let capture = scene.capture();
        let peer = scene.peer("peer", &peer().patient());
        let mut subject = scene.subject(&subject().connecting(PEER, PEER_PORT));
        let cea = await_cea(&capture, PEER);
        assert_eq!(cea.result, Some(SUCCESS));
        subject.await_open(PEER);
        peer.await_open(SUBJECT);
        await_watchdogs(&capture, cea.stream, SUBJECT, PEER);
        subject.terminate();
        await_disconnect(&capture, cea.stream, SUBJECT, PEER);
        peer.await_rebooting(SUBJECT);
        subject.await_end();
        capture.finish(SUBJECT);
    });
}

/// A CER that must be refused: the answer has `result`, the connection ends, and the peer knows.
fn refusal(scene: &Scene, capture: Capture, subject: &Node<'_>, peer: &Settings, result: u32) {
    let refused = scene.peer("refused", peer);
    let cea = capture.await_message("a CEA that refuses", |m| {
        m.command == Command::CAPABILITIES_EXCHANGE && m.origin_host == SUBJECT && m.result != Some(SUCCESS)
    });
    assert_eq!(cea.result, Some(result));
    capture.await_end_of(cea.stream);
    refused.await_refused(SUBJECT);
    drop(refused);
    subject.await_closed(&peer.identity);
    let served = |m: &Message| m.stream == cea.stream && m.command != Command::CAPABILITIES_EXCHANGE;
    assert!(
        !capture.messages().iter().any(served),
        "nothing is said after a refusal"
    );
    capture.finish(SUBJECT);
}

#[test]
fn an_unknown_peer_is_refused() {
    scenario("an_unknown_peer_is_refused", |scene| {
        let capture = scene.capture();
        let subject = scene.subject(&subject().closed_to_strangers());
        let peer = peer().connecting(SUBJECT, SUBJECT_PORT);
        refusal(scene, capture, &subject, &peer, UNKNOWN_PEER);
    });
}

#[test]
fn a_peer_without_a_common_application_is_refused() {
    scenario("a_peer_without_a_common_application_is_refused", |scene| {
        let capture = scene.capture();
        let subject = scene.subject(&subject());
        let peer = peer().without_application().connecting(SUBJECT, SUBJECT_PORT);
        refusal(scene, capture, &subject, &peer, NO_COMMON_APPLICATION);
    });
}

/// The peer has the subject's own identity, so the subject must not take it for somebody else.
#[test]
fn the_subjects_own_identity_is_refused() {
    scenario("the_subjects_own_identity_is_refused", |scene| {
        let capture = scene.capture();
        let subject = scene.subject(&subject());
        let twin = scene.peer(
            "twin",
            &Settings::new(SUBJECT, PEER_PORT).connecting(PEER, SUBJECT_PORT),
        );
        let refused =
            capture.await_messages("a CEA that refuses, or the end of the connection", |messages| {
                messages
                    .iter()
                    .find(|m| m.result.is_some_and(|r| r != SUCCESS))
                    .cloned()
            });
        assert_eq!(refused.command, Command::CAPABILITIES_EXCHANGE);
        capture.await_end_of(refused.stream);
        drop(twin);
        assert!(
            !capture
                .messages()
                .iter()
                .any(|m| m.command == Command::DEVICE_WATCHDOG)
        );
        drop(subject);
        capture.finish(SUBJECT);
    });
}

/// A second peer with the identity of one that is open: one of them is served at any time, never both. If it started
/// later it is taken for the first one restarted (its Origin-State-Id is higher, RFC 6733 8.16) and takes its place;
/// otherwise it is turned away.
#[test]
fn two_peers_of_one_identity_are_not_served_at_once() {
    scenario("two_peers_of_one_identity_are_not_served_at_once", |scene| {
        let capture = scene.capture();
        let subject = scene.subject(&subject());
        let first = scene.peer("first", &peer().connecting(SUBJECT, SUBJECT_PORT));
        await_cea(&capture, SUBJECT);
        subject.await_open(PEER);
        first.await_open(SUBJECT);
        let second = scene.peer(
            "second",
            &Settings::new(PEER, PEER_PORT + 1).connecting(SUBJECT, SUBJECT_PORT),
        );
        await_some("two connections turned away or closed", || {
            (capture.streams().values().filter(|stream| stream.ended).count() >= 2).then_some(())
        });
        let messages = capture.await_messages("a watchdog over the connection that is left", |messages| {
            let watchdog = |m: &Message| m.command == Command::DEVICE_WATCHDOG && !m.request;
            messages.iter().any(watchdog).then(|| messages.to_vec())
        });
        let streams = capture.streams();
        let served = |m: &&Message| {
            m.command == Command::CAPABILITIES_EXCHANGE
                && m.result == Some(SUCCESS)
                && !streams[&m.stream].ended
        };
        assert_eq!(messages.iter().filter(served).count(), 1, "one of them is served");
        drop((first, second));
        capture.finish(SUBJECT);
    });
}

/// Both connect at the same time: an election (RFC 6733 5.6.4) leaves the connection that the one with the greater
/// identity accepted.
///
/// To have both on their way at once the peer is stopped before the subject exists. Its kernel takes the subject's
/// connection meanwhile, and when it goes on its own Tc has run out as well. Which of the two it notices first is its
/// own affair, so that there may be no election: then the scene is played again.
fn election(name: &'static str, identity: &'static str) {
    scenario(name, |scene| {
        let held = (0..ELECTIONS).any(|_| election_held(scene, identity));
        assert!(
            held,
            "no election in {ELECTIONS} attempts: only one side sent a CER"
        );
    });
}

fn election_held(scene: &Scene, identity: &str) -> bool {
    let capture = scene.capture();
    let peer = scene.peer(
        "peer",
        &Settings::new(identity, PEER_PORT).connecting(SUBJECT, SUBJECT_PORT),
    );
    await_some("the peer's first attempt, in vain", || {
        capture
            .streams()
            .values()
            .any(|stream| stream.reset)
            .then_some(())
    });
    peer.process().signal("STOP");
    let stopped = Instant::now();
    let subject = scene.subject(&subject().connecting(identity, PEER_PORT));
    capture.await_message("the subject's CER", |m| m.request && m.origin_host == SUBJECT);
    await_some("the peer's Tc to run out", || {
        (stopped.elapsed() > 2 * RECONNECT).then_some(())
    });
    peer.process().signal("CONT");
    subject.await_open(identity);
    peer.await_open(SUBJECT);
    // A CER that was sent before the exchange was over is in the capture once its end is.
    capture.await_message("the end of the exchange", |m| m.result == Some(SUCCESS));
    let cer = |from: &str| {
        let mut messages = capture.messages().into_iter();
        messages.find(|m| m.request && m.command == Command::CAPABILITIES_EXCHANGE && m.origin_host == from)
    };
    let Some((ours, theirs)) = cer(SUBJECT).zip(cer(identity)) else {
        return false;
    };
    // The winner closes the connection it made itself.
    let left = if SUBJECT > identity {
        theirs.stream
    } else {
        ours.stream
    };
    let lost = if SUBJECT > identity {
        ours.stream
    } else {
        theirs.stream
    };
    capture.await_end_of(lost);
    capture.await_messages(
        "a watchdog over the connection to the greater identity",
        |messages| {
            let rounds =
                watchdogs(messages, left, SUBJECT, identity) + watchdogs(messages, left, identity, SUBJECT);
            (rounds > 0).then_some(())
        },
    );
    assert!(
        !capture.streams()[&left].ended,
        "the connection to the greater identity must be the one left"
    );
    drop((subject, peer));
    capture.finish(SUBJECT);
    true
}

#[test]
fn the_subject_wins_an_election() {
    election("the_subject_wins_an_election", SMALLER_PEER);
}

#[test]
fn the_peer_wins_an_election() {
    election("the_peer_wins_an_election", PEER);
}

// What the scenarios assume of the names.
const _: () = assert!(SMALLER_PEER.as_bytes()[0] < SUBJECT.as_bytes()[0]);
const _: () = assert!(SUBJECT.as_bytes()[0] < PEER.as_bytes()[0]);
