//! What a node does about others' overload: it sends less, the lowest priorities first, elsewhere if it can (RFC 7683).

#![cfg(test)]

mod support;

use quintet_diameter::dict::avp;
use quintet_diameter::node::{
    Destination, NodeConfig, OverloadConfig, PRIORITIES, Priority, Queue, RouteError,
};
use quintet_diameter::testing::address;
use quintet_diameter::{CommandFlags, ConnectionId, Header, Inbound, Message, MessageWriter, PeerConfig};
use std::time::Duration;
use support::*;

const MME: &str = "mme.example.net";
const HSS: &str = "hss.example.net";
const OTHER: &str = "hss2.example.net";
const AGENT: &str = "dra.example.net";

/// What an answer says of overload.
#[derive(Clone, Copy)]
struct Olr {
    kind: u32,
    sequence: u64,
    reduction: u32,
    validity: Option<u32>,
    features: bool,
}

const ALL: Olr = Olr {
    kind: 0,
    sequence: 1,
    reduction: 100,
    validity: Some(30),
    features: true,
};

/// An MME with a raw server on one connection, and what it sent lately.
struct Client(Raw);

impl Client {
    fn new(server: &str, configure: impl FnOnce(&mut NodeConfig)) -> Self {
        let mut mme = config(MME, &[], &[server]);
        mme.overload = OverloadConfig::default();
        configure(&mut mme);
        let mut raw = Raw::with(mme, server);
        let relay = server == AGENT;
        let cer = raw.cer(|w| match relay {
            true => w.u32(avp::AUTH_APPLICATION_ID, 0xffff_ffff),
            false => application(w, S6A),
        });
        assert!(matches!(raw.feed(&cer), Inbound::Done));
        raw.answers();
        Self(raw)
    }

    fn send(&mut self, host: Option<&str>, priority: Priority) -> Result<Vec<u8>, RouteError> {
        let raw = &mut self.0;
        let mut session = String::new();
        raw.node.next_session_id(&mut session);
        let to = Destination { host, realm: REALM };
        raw.node
            .prioritized_request(raw.now, to, (S6A, AIR, priority), |w| air(w, &session), None)?;
        Ok(raw.answers().remove(0))
    }

    /// Sends a request that is answered with a report of `host`.
    fn hear_from(&mut self, host: &str, olr: Olr) {
        let request = self
            .send(None, Priority::HIGHEST)
            .expect("nothing holds PRIORITY_0 back yet");
        self.answer(&request, host, olr);
    }

    fn answer(&mut self, request: &[u8], host: &str, olr: Olr) {
        let message = Message::decode(request).unwrap();
        let header = Header {
            flags: CommandFlags(CommandFlags::PROXIABLE),
            ..*message.header()
        };
        let answer = self.0.message(&header, |w| {
            w.raw(message.find(avp::SESSION_ID).unwrap().raw);
            w.u32(avp::RESULT_CODE, 2001);
            w.text(avp::ORIGIN_HOST, host);
            w.text(avp::ORIGIN_REALM, REALM);
            w.u32(avp::AUTH_SESSION_STATE, 1);
            if olr.features {
                w.group(avp::OC_SUPPORTED_FEATURES, |g| g.u64(avp::OC_FEATURE_VECTOR, 1));
            }
            w.group(avp::OC_OLR, |g| write(g, olr));
        });
        assert!(matches!(self.0.feed(&answer), Inbound::Answer { .. }));
    }

    /// Whether a request of the default priority to this host is held back.
    fn throttles(&mut self, host: Option<&str>) -> bool {
        match self.send(host, Priority::DEFAULT) {
            Ok(_) => false,
            Err(error) => {
                assert_eq!(error, RouteError::Throttled);
                true
            }
        }
    }
}

fn write(g: &mut MessageWriter<'_>, olr: Olr) {
    g.u64(avp::OC_SEQUENCE_NUMBER, olr.sequence);
    g.u32(avp::OC_REPORT_TYPE, olr.kind);
    g.u32(avp::OC_REDUCTION_PERCENTAGE, olr.reduction);
    if let Some(validity) = olr.validity {
        g.u32(avp::OC_VALIDITY_DURATION, validity);
    }
}

// --- What is said -----------------------------------------------------------------------------------------------------

#[test]
fn requests_announce_and_have_a_priority_only_if_it_is_not_the_default() {
    let mut client = Client::new(HSS, |_| ());
    let drmp = |octets: &[u8]| {
        Message::decode(octets)
            .unwrap()
            .find(avp::DRMP)
            .map(|d| d.u32().unwrap())
    };
    let sent = client.send(Some(HSS), Priority::DEFAULT).unwrap();
    let message = Message::decode(&sent).unwrap();
    let features = message.find(avp::OC_SUPPORTED_FEATURES).unwrap().group();
    assert_eq!(features.find(avp::OC_FEATURE_VECTOR).unwrap().u64().unwrap(), 1);
    assert_eq!(drmp(&sent), None);
    assert_eq!(
        drmp(&client.send(Some(HSS), Priority::EMERGENCY).unwrap()),
        Some(2)
    );
    assert!(quintet_diameter::validate(quintet_diameter::Dictionary::builtin(), &message).is_ok());

    let mut client = Client::new(HSS, |mme| mme.overload = OverloadConfig::off());
    let sent = client.send(Some(HSS), Priority::DEFAULT).unwrap();
    assert!(
        Message::decode(&sent)
            .unwrap()
            .find(avp::OC_SUPPORTED_FEATURES)
            .is_none()
    );
    client.hear_from(HSS, ALL);
    assert!(
        !client.throttles(Some(HSS)),
        "it did not announce, so it does not heed"
    );
}

// --- What is heeded ---------------------------------------------------------------------------------------------------

#[test]
fn a_report_holds_until_it_expires() {
    for (validity, holds) in [
        (Some(5), 5),
        (None, 30),
        (Some(86_401), 30),
        (Some(86_400), 86_400),
    ] {
        let mut client = Client::new(HSS, |_| ());
        client.hear_from(HSS, Olr { validity, ..ALL });
        assert!(client.throttles(Some(HSS)) && client.throttles(None));
        client.0.now += seconds(holds) - Duration::from_millis(1);
        assert!(client.throttles(Some(HSS)), "{validity:?}");
        client.0.now += Duration::from_millis(1);
        assert!(!client.throttles(Some(HSS)), "{validity:?}");
        assert_eq!(client.0.node.counters().throttled[10], 3);
        assert_eq!(client.0.node.counters().overload_reports, 1);
    }
}

#[test]
fn numbers_must_grow() {
    let mut client = Client::new(HSS, |_| ());
    let mut requests: Vec<_> = (0..5)
        .map(|_| client.send(None, Priority::HIGHEST).unwrap())
        .collect();
    let mut hear = |client: &mut Client, sequence, reduction, validity| {
        let olr = Olr {
            sequence,
            reduction,
            validity: Some(validity),
            ..ALL
        };
        client.answer(&requests.pop().unwrap(), HSS, olr);
        client.throttles(Some(HSS))
    };
    assert!(hear(&mut client, 5, 100, 30));
    assert!(hear(&mut client, 5, 0, 30), "the same number says nothing new");
    assert!(hear(&mut client, 4, 0, 0), "nor does a lower one");
    assert!(!hear(&mut client, 6, 100, 0), "no validity: it is over");
    assert!(!hear(&mut client, 5, 100, 30), "overtaken by its end");
    assert_eq!(client.0.node.counters().overload_reports_ignored, 3);
}

#[test]
fn who_may_not_speak_for_a_host_is_not_heeded() {
    struct Case(&'static str, &'static str, &'static str, Olr, bool);
    let realm = Olr { kind: 1, ..ALL };
    let cases = [
        Case("of itself", HSS, HSS, ALL, true),
        Case("in other letters", HSS, "HSS.Example.NET", ALL, true),
        Case("of another host", HSS, OTHER, ALL, false),
        Case("of its whole realm", HSS, HSS, realm, false),
        Case("through an agent", AGENT, HSS, ALL, true),
        Case("an agent's of the realm", AGENT, HSS, realm, true),
        Case(
            "without features",
            HSS,
            HSS,
            Olr {
                features: false,
                ..ALL
            },
            false,
        ),
        Case(
            "more than all",
            HSS,
            HSS,
            Olr {
                reduction: 101,
                ..ALL
            },
            false,
        ),
        Case(
            "of a type that was not announced",
            HSS,
            HSS,
            Olr { kind: 2, ..ALL },
            false,
        ),
    ];
    for Case(what, server, host, olr, heeded) in cases {
        let mut client = Client::new(server, |_| ());
        client.hear_from(host, olr);
        let status = client.0.node.overload();
        assert_eq!(status.reports, usize::from(heeded), "{what}");
        let agent = server == AGENT;
        assert_eq!(
            client.throttles(None),
            heeded && (!agent || olr.kind == 1),
            "{what}, to the realm"
        );
        if agent {
            assert_eq!(
                client.throttles(Some(HSS)),
                heeded && olr.kind == 0,
                "{what}, to the host"
            );
            assert!(
                !client.throttles(Some(OTHER)),
                "{what}: another host has not asked"
            );
        }
    }
}

#[test]
fn a_report_about_another_host_than_was_asked_is_not_heeded() {
    let mut client = Client::new(AGENT, |_| ());
    let request = client.send(Some(HSS), Priority::DEFAULT).unwrap();
    client.answer(&request, OTHER, ALL);
    assert_eq!(client.0.node.overload().reports, 0);
    assert_eq!(client.0.node.counters().overload_reports_ignored, 1);
}

#[test]
fn the_share_that_was_asked_for_is_not_sent_the_lowest_priorities_first() {
    for seed in 0..5u64 {
        let mut client = Client::new(HSS, |_| ());
        client.hear_from(HSS, Olr { reduction: 40, ..ALL });
        let mut choice = seed;
        let (mut offered, mut held) = ([0u32; PRIORITIES], [0u32; PRIORITIES]);
        for _ in 0..4000 {
            choice = choice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let priority = [0, 8, 10, 10, 12][(choice >> 33) as usize % 5];
            offered[priority] += 1;
            let sent = client.send(Some(HSS), Priority::new(priority as u8).unwrap());
            held[priority] += u32::from(sent.is_err());
        }
        let share = 100.0 * f64::from(held.iter().sum::<u32>()) / 4000.0;
        assert!((share - 40.0).abs() < 0.5, "seed {seed}: {share} %");
        assert_eq!(held[0], 0, "seed {seed}: {held:?}");
        // Three in five are lower and two in five are to be held back: chance alone brings it to the eighth.
        assert!(held[8] * 50 < offered[8], "seed {seed}: {held:?} of {offered:?}");
        assert!(
            held[12] * 10 > offered[12] * 9,
            "seed {seed}: {held:?} of {offered:?}"
        );
        let counted = client.0.node.counters().throttled;
        assert_eq!(counted.map(|n| n as u32), held, "seed {seed}");
    }
}

#[test]
fn reports_are_bounded() {
    let mut client = Client::new(AGENT, |_| ());
    for n in 0..1100 {
        let host = format!("hss{n}.example.net");
        client.hear_from(&host, ALL);
    }
    assert_eq!(client.0.node.overload().reports, 1024);
    assert_eq!(client.0.node.counters().overload_reports_ignored, 76);
}

// --- Whole networks ---------------------------------------------------------------------------------------------------

#[test]
fn a_request_to_the_realm_goes_to_a_host_that_did_not_ask_to_be_spared() {
    let mut client = Client::new(HSS, |mme| {
        mme.peers.push(PeerConfig {
            identity: OTHER.to_owned(),
            ..PeerConfig::default()
        });
    });
    // A second server on a connection of its own.
    let second = ConnectionId(2);
    let raw = &mut client.0;
    raw.node.accepted(raw.now, second, address(2)).unwrap();
    raw.identity = OTHER.to_owned();
    let cer = raw.cer(|w| application(w, S6A));
    assert!(matches!(
        raw.node.handle_message(raw.now, second, &cer),
        Inbound::Done
    ));
    raw.identity = HSS.to_owned();
    while raw.node.poll_transmit().is_some() {}
    raw.node.output(second).clear();

    client.hear_from(HSS, ALL);
    let raw = &mut client.0;
    let to = |host| Destination { host, realm: REALM };
    let mut ask = |host| {
        raw.node
            .request(raw.now, to(host), S6A, AIR, |w| air(w, "s"), None)
    };
    ask(None).unwrap();
    assert_eq!(
        ask(Some(HSS)),
        Err(RouteError::Throttled),
        "who wants this host wants no other"
    );
    let raw = &mut client.0;
    while raw.node.poll_transmit().is_some() {}
    assert!(raw.node.output(raw.connection).is_empty());
    let sent = std::mem::take(raw.node.output(second));
    assert!(Message::decode(&sent).is_ok(), "one whole request");
    assert_eq!(raw.node.counters().throttled[10], 1);
}

/// `mme` to `hss` through a relay.
fn relayed(seed: u64) -> Net {
    let mut relay = config(AGENT, &[(HSS, 3)], &[MME]);
    relay.relay = true;
    relay.applications.clear();
    let mut mme = config(MME, &[(AGENT, 2)], &[]);
    let mut hss = config(HSS, &[], &[AGENT]);
    for node in [&mut mme, &mut relay, &mut hss] {
        node.overload = OverloadConfig::default();
    }
    let mut network = network(seed, vec![mme, relay, hss]);
    network.run_until(seconds(1));
    network
}

/// Puts the application of a host under load for a second.
fn load(network: &mut Net, host: usize) {
    for _ in 0..10 {
        let queue = Queue {
            waiting: 10,
            limit: 100,
            oldest: Some(network.now.saturating_sub(Duration::from_millis(450))),
            served: 0,
        };
        let now = network.now;
        network.hosts[host].node.note_queue(now, queue);
        let _ = try_send(network, 0, Some(HSS));
        network.run_for(Duration::from_millis(100));
    }
}

#[test]
fn a_server_under_load_is_spared_by_its_client_through_a_relay_until_it_is_over() {
    let mut network = relayed(3);
    send(&mut network, 0, Some(HSS));
    network.run_for(seconds(1));
    let request = network.hosts[2].application.requests[0].1.clone();
    let message = Message::decode(&request).unwrap();
    assert!(
        message.find(avp::OC_SUPPORTED_FEATURES).is_some(),
        "the relay keeps it"
    );
    for _ in 0..12 {
        load(&mut network, 2);
    }
    // One more to hear of it.
    while try_send(&mut network, 0, Some(HSS)).is_err() {}
    network.run_for(Duration::from_millis(50));
    let reduction = network.hosts[2].node.overload().reduction;
    assert!(reduction > 10, "{reduction} %");
    let (mut sent, mut held) = (0, 0);
    for _ in 0..1000 {
        match try_send(&mut network, 0, Some(HSS)) {
            Ok(_) => sent += 1,
            Err(error) => {
                assert_eq!(error, RouteError::Throttled);
                held += 1;
            }
        }
    }
    let share = 100 * held / (sent + held);
    assert!(
        (i32::from(reduction) - share).abs() <= 2,
        "{share} % of {reduction} %"
    );
    assert!(
        network.hosts[1].node.counters().throttled.iter().all(|n| *n == 0),
        "a relay is no DOIC node"
    );

    // It is over: the client hears of it by what it still sends.
    let queue = Queue {
        waiting: 0,
        limit: 100,
        oldest: None,
        served: 0,
    };
    let now = network.now;
    network.hosts[2].node.note_queue(now, queue);
    for _ in 0..200 {
        let _ = try_send(&mut network, 0, Some(HSS));
        network.run_for(Duration::from_millis(200));
    }
    assert_eq!(network.hosts[2].node.overload().reduction, 0);
    for _ in 0..100 {
        send(&mut network, 0, Some(HSS));
    }
    network.run_for(seconds(1));
    assert_eq!(network.hosts[0].node.outstanding(), 0);
}

#[test]
fn a_relay_keeps_the_priority_and_an_answer_has_none() {
    let mut network = relayed(4);
    let now = network.now;
    let to = Destination {
        host: Some(HSS),
        realm: REALM,
    };
    let low = Priority::LOWEST;
    let node = &mut network.hosts[0].node;
    node.prioritized_request(now, to, (S6A, AIR, low), |w| air(w, "s"), None)
        .unwrap();
    network.run_for(seconds(1));
    let request = &network.hosts[2].application.requests[0].1;
    assert_eq!(Priority::of(&Message::decode(request).unwrap()), low);
    assert!(
        Message::decode(&network.hosts[0].application.answers[0].1)
            .unwrap()
            .find(avp::DRMP)
            .is_none()
    );
}
