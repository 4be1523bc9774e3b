//! Subscriptions to the registration state (TS 24.229 5.4.2.1, RFC 3680).

use crate::support::*;
use quintet_cx::{DeregistrationReason, ReasonCode, Request, Rtr};
use quintet_sip::Name;
use std::time::Duration;

const P: &str = "10.0.0.1:5060";

fn subscribe(asserted: &str, expires: u32) -> String {
    let headers = format!(
        "Route: <sip:orig@scscf.test:6060;lr>\r\nRecord-Route: <sip:pcscf.test;lr>\r\nEvent: reg\r\n\
         P-Asserted-Identity: <{asserted}>\r\nExpires: {expires}\r\n"
    );
    request("SUBSCRIBE", ALICE, &headers)
}

fn notifies(bench: &Bench) -> Vec<String> {
    let found = bench.sent.iter().filter(|(_, text)| text.starts_with("NOTIFY"));
    found.map(|(_, text)| text.clone()).collect()
}

fn subscribed() -> Bench {
    let mut bench = Bench::registered();
    bench.say(P, &subscribe(TEL, 3_600));
    bench
}

#[test]
fn the_state_comes_at_once_and_with_each_change() {
    let mut bench = subscribed();
    assert_eq!(bench.starts(), ["200", "NOTIFY"]);
    let notify = notifies(&bench)[0].clone();
    assert_eq!(bench.sent[1].0.remote, socket(P), "along the recorded way");
    assert_eq!(headers(&notify, Name::Route), ["<sip:pcscf.test;lr>"]);
    assert_eq!(uri(&notify), "sip:bob@10.0.0.5");
    assert_eq!(header(&notify, Name::SubscriptionState), "active;expires=3600");
    assert_eq!(header(&notify, Name::ContentType), "application/reginfo+xml");
    for part in [
        ALICE,
        TEL,
        CONTACT,
        "version=\"0\"",
        "state=\"active\"",
        "event=\"registered\"",
        "event=\"created\"",
    ] {
        assert!(notify.contains(part), "{part} in {notify}");
    }
    assert!(!notify.contains(BARRED), "whom nobody is to know");
    let body = notify.split("\r\n\r\n").nth(1).expect("a body");
    let document = quintet_sip::reginfo::Reginfo::from_xml(body.as_bytes()).expect("a document");
    assert_eq!(document.registrations.len(), 2);
    bench.say(P, &response(&notify, 200, "OK", "b", ""));
    bench.sent.clear();
    let challenge = bench.say("10.0.0.2:5060", &register("call-1", 7, "yes", ""));
    let answer = answer_to(&challenge, 2);
    bench.say("10.0.0.2:5060", &register("call-1", 8, "yes", &answer));
    let notify = &notifies(&bench)[0];
    assert!(
        notify.contains("event=\"refreshed\"") && notify.contains("version=\"1\""),
        "{notify}"
    );
    assert_eq!(header(notify, Name::CSeq), "2 NOTIFY");
}

#[test]
fn the_end_of_the_registration_ends_it() {
    let mut bench = subscribed();
    bench.sent.clear();
    bench.push(&Request::RegistrationTermination(Rtr {
        user_name: IMPI.to_owned(),
        associated_identities: Vec::new(),
        public_identities: Vec::new(),
        reason: DeregistrationReason {
            code: ReasonCode::PERMANENT_TERMINATION,
            info: None,
        },
        flags: Default::default(),
        features: Vec::new(),
    }));
    let notify = &notifies(&bench)[0];
    assert!(header(notify, Name::SubscriptionState).starts_with("terminated"));
    for part in ["state=\"terminated\"", "event=\"rejected\"", CONTACT] {
        assert!(notify.contains(part), "{part} in {notify}");
    }
    assert_eq!(bench.node().kept()[0], 0);
}

#[test]
fn only_who_may_know_is_told() {
    let server = |name: &str| quintet_cx::profile::InitialFilterCriteria {
        application_server: quintet_cx::profile::ApplicationServer {
            server_name: name.to_owned(),
            ..Default::default()
        },
        ..Default::default()
    };
    let criteria = vec![server("sip:as.test"), server("sip:hotel@home.test")];
    for (asserted, told) in [
        (TEL, true),
        ("sip:mallory@home.test", false),
        ("sip:mallory@pcscf.test", false),
        ("sip:mallory@as.test", false),
        ("sip:other.test", false),
        ("sip:pcscf.test", true),
        ("sip:as.test:5060", true),
        ("sip:hotel@home.test", true),
    ] {
        let mut config = scscf_config();
        config.neighbours = vec![socket(P).ip(), socket("10.0.0.2:5060").ip()];
        let mut bench = Bench::registered_of(config, profile_with(criteria.clone()));
        bench.say(P, &subscribe(asserted, 600));
        let expected: &[&str] = if told { &["200", "NOTIFY"] } else { &["403"] };
        assert_eq!(bench.starts(), expected, "{asserted}");
        bench.sent.clear();
        bench.say("192.0.2.1:5060", &subscribe(asserted, 600));
        assert_eq!(bench.starts(), ["403"], "{asserted}, as a stranger says");
    }
    // Who says nothing of himself may be anybody, also where a neighbour passes it on.
    let mut config = scscf_config();
    config.neighbours = vec![socket(P).ip(), socket("10.0.0.2:5060").ip()];
    let mut bench = Bench::registered_of(config, profile());
    let nobody = subscribe(ALICE, 600).replace("P-Asserted-Identity", "X-Asserted");
    bench.say(P, &nobody);
    assert_eq!(bench.starts(), ["403"]);
}

#[test]
fn refreshed_ended_and_expired() {
    let mut bench = subscribed();
    let ok = bench.sent[0].1.clone();
    let tag = header(&ok, Name::To)
        .split("tag=")
        .nth(1)
        .expect("a tag")
        .to_owned();
    let contact = header(&ok, Name::Contact);
    let contact = contact.trim_matches(|c| c == '<' || c == '>').to_owned();
    let within = |cseq: u32, expires: u32, tag: &str| {
        request(
            "SUBSCRIBE",
            &contact,
            &format!("Event: reg\r\nExpires: {expires}\r\n"),
        )
        .replace(&format!("To: <{contact}>"), &format!("To: <{ALICE}>;tag={tag}"))
        .replace("CSeq: 1", &format!("CSeq: {cseq}"))
    };
    bench.sent.clear();
    bench.say(P, &within(2, 600, "wrong"));
    bench.say(P, &within(1, 600, &tag));
    bench.say(P, &within(2, 600, &tag));
    assert_eq!(bench.starts(), ["481", "500", "200", "NOTIFY"]);
    bench.sent.clear();
    bench.say(P, &within(3, 0, &tag));
    assert_eq!(bench.starts(), ["200", "NOTIFY"]);
    assert!(header(&notifies(&bench)[0], Name::SubscriptionState).starts_with("terminated"));
    assert_eq!(bench.node().kept()[0], 0);

    let mut config = scscf_config();
    config.max_subscription = 100;
    let mut bench = Bench::registered_of(config, profile());
    let ok = bench.say(P, &subscribe(ALICE, 3_600));
    assert!(ok.starts_with("NOTIFY"));
    bench.say(P, &response(&ok, 200, "OK", "b", ""));
    bench.sent.clear();
    bench.run(Duration::from_secs(101));
    assert!(header(&notifies(&bench)[0], Name::SubscriptionState).starts_with("terminated"));
    assert_eq!(bench.node().kept()[0], 0);
}

#[test]
fn who_does_not_answer_is_told_no_more() {
    for status in [481, 0] {
        let mut bench = subscribed();
        let notify = notifies(&bench)[0].clone();
        if status == 0 {
            bench.run(Duration::from_secs(40));
        } else {
            bench.say(P, &response(&notify, status, "No", "b", ""));
        }
        assert_eq!(bench.node().kept()[0], 0);
    }
}

#[test]
fn there_are_no_more_than_allowed() {
    let mut bench = Bench::registered();
    for n in 0..100 {
        bench.say(P, &subscribe(ALICE, 600).replace("call-b", &format!("call-{n}")));
    }
    assert_eq!(bench.node().kept()[0], 16);
    assert!(bench.starts().contains(&"503".to_owned()));
}

#[test]
fn who_is_to_authenticate_anew_has_less_time() {
    let mut bench = subscribed();
    bench.say(P, &response(&notifies(&bench)[0].clone(), 200, "OK", "b", ""));
    bench.sent.clear();
    let now = bench.network.now;
    let impi = IMPI.parse().expect("a private identity");
    let host = &mut bench.network.hosts[0];
    if let Role::Subject(Subject::Scscf(scscf)) = &mut host.application {
        assert!(scscf.reauthenticate(at(now), &mut host.node, &impi, &[], 60));
        let nobody = "nobody@home.test".parse().expect("a private identity");
        assert!(!scscf.reauthenticate(at(now), &mut host.node, &nobody, &[], 60));
    }
    bench.run(Duration::from_millis(5));
    let notify = notifies(&bench)[0].clone();
    assert!(
        notify.contains("event=\"shortened\"") && notify.contains("expires=\"60\""),
        "{notify}"
    );
    assert!(header(&notify, Name::SubscriptionState).starts_with("active;"));
    bench.say(P, &response(&notify, 200, "OK", "b", ""));
    bench.asked();
    bench.run(Duration::from_secs(95));
    let asked = bench.asked();
    assert!(
        matches!(&asked[..], [Request::ServerAssignment(sar)]
            if sar.assignment_type == quintet_cx::ServerAssignmentType::TIMEOUT_DEREGISTRATION),
        "{asked:?}"
    );
}
