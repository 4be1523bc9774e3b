//! Floods and nonsense: nothing panics, nothing grows without end.

use crate::support::*;
use proptest::prelude::*;

const I: &str = "10.0.0.2:5060";

#[test]
fn a_flood_of_registers_is_bounded_and_leaves_nothing() {
    let mut config = scscf_config();
    config.limits.pending_challenges = 50;
    let mut bench = Bench::scscf_of(config, home(profile()));
    for n in 0..500 {
        let text = register(&format!("call-{n}"), 1, "no", "").replace("alice", &format!("user{n}"));
        bench.give(I, &text);
    }
    bench.run(std::time::Duration::from_secs(2));
    assert_eq!(bench.node().len(), (50, 50));
    let refused = bench.starts().iter().filter(|start| *start == "503").count();
    assert_eq!(refused, 450);
    assert!(
        bench
            .sent
            .iter()
            .filter(|(_, text)| text.starts_with("SIP/2.0 503"))
            .all(|(_, text)| text.contains("Retry-After"))
    );
    bench.run(std::time::Duration::from_secs(300));
    assert_eq!((bench.node().len(), bench.node().kept()), ((0, 0), [0, 0, 0, 0]));
}

#[test]
fn one_private_identity_and_one_source_have_their_rates() {
    let mut config = scscf_config();
    config.neighbours = vec![socket(I).ip()];
    let mut bench = Bench::scscf_of(config, home(profile()));
    for n in 0..200 {
        bench.give(I, &register(&format!("call-{n}"), 1, "no", ""));
    }
    let allowed = bench.node().counters().registers - bench.node().counters().refused_registers;
    assert_eq!(allowed, 50, "five seconds' worth");
    for n in 0..200 {
        let text = register(&format!("call-{n}"), 1, "no", "").replace("alice", &format!("user{n}"));
        bench.give("192.0.2.1:5060", &text);
    }
    let after = bench.node().counters().registers - bench.node().counters().refused_registers;
    assert_eq!(after - allowed, 50, "who is no neighbour is counted");
    for n in 0..200 {
        let text = register(&format!("call-{n}"), 1, "no", "").replace("alice", &format!("other{n}"));
        bench.give(I, &text);
    }
    let neighbour = bench.node().counters().registers - bench.node().counters().refused_registers;
    assert_eq!(neighbour - after, 200);
}

#[test]
fn a_stranger_is_not_believed() {
    let stranger = "192.0.2.1:5060";
    let mut config = scscf_config();
    config.neighbours = vec![socket(I).ip(), socket("10.0.0.1:5060").ip()];
    config.policy.aka_needs_protection = false;
    config.policy.rechallenge = quintet_ims::registrar::Rechallenge::Never;
    let mut bench = Bench::registered_of(config, profile());
    // Neither who it is, with the Service-Route or with "orig";
    for route in ["sip:orig@scscf.test:6060;lr", "sip:scscf.test:6060;lr;orig"] {
        let headers =
            format!("Route: <{route}>\r\nP-Asserted-Identity: <{ALICE}>\r\nP-Served-User: <{ALICE}>\r\n");
        let text = request("MESSAGE", "sip:bob@foreign.test", &headers);
        assert!(bench.say(stranger, &text).starts_with("SIP/2.0 403"), "{route}");
        assert!(bench.say(I, &text).starts_with("MESSAGE"), "{route}");
    }
    // nor that its REGISTER was protected: there is a challenge, and the contacts are as they were.
    let text = register("call-1", 7, "yes", "").replace("Path:", "P-Charging-Vector: x\r\nPath:");
    bench.say(stranger, &text.replace("10.0.0.9", "192.0.2.1"));
    let answer = bench.sent.last().expect("one").1.clone();
    assert!(answer.starts_with("SIP/2.0 401"), "{answer}");
    assert!(!answer.contains("ck=") && !answer.contains("ik="), "{answer}");
    let called = bench.say(I, &request("MESSAGE", ALICE, ""));
    assert_eq!(uri(&called), CONTACT);
    // What it asserts is not passed on to the user either.
    let asserting = request("MESSAGE", ALICE, "P-Asserted-Identity: <tel:110>\r\n");
    let called = bench.say(stranger, &asserting.replace("call-b", "call-c"));
    assert!(
        called.starts_with("MESSAGE") && headers(&called, quintet_sip::Name::PAssertedIdentity).is_empty()
    );
}

#[test]
fn huge_contacts_are_refused() {
    let mut bench = Bench::scscf(home(profile()));
    let contacts = (0..100)
        .map(|n| format!("<sip:a@10.0.0.{n}>"))
        .collect::<Vec<_>>()
        .join(", ");
    bench.say(
        I,
        &register_for(
            "call-1",
            1,
            "no",
            "",
            &format!("Contact: {contacts}\r\nExpires: 600\r\n"),
        ),
    );
    assert_eq!(bench.starts(), ["400"]);
    let contacts = (0..20)
        .map(|n| format!("<sip:a@10.0.0.{n}>"))
        .collect::<Vec<_>>()
        .join(", ");
    bench.say(
        I,
        &register_for(
            "call-1",
            2,
            "no",
            "",
            &format!("Contact: {contacts}\r\nExpires: 600\r\n"),
        ),
    );
    assert_eq!(bench.starts(), ["400", "403"]);
    assert!(bench.asked().is_empty());
}

fn texts() -> Vec<String> {
    let route = format!("Route: <sip:orig@scscf.test:6060;lr>\r\nP-Asserted-Identity: <{ALICE}>\r\n");
    vec![
        register("call-1", 1, "no", ""),
        register(
            "call-1",
            5,
            "yes",
            "nonce=\"bm9uY2U=\",response=\"00\",auts=\"AA==\"",
        ),
        request("INVITE", ALICE, ""),
        request("INVITE", "sip:bob@foreign.test", &route),
        request("SUBSCRIBE", ALICE, &format!("Event: reg\r\n{route}")),
        request("ACK", ALICE, &route),
        request("CANCEL", ALICE, ""),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn spoilt_messages_panic_nothing(
        which in 0..7usize,
        spoilt in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        registered in any::<bool>(),
    ) {
        for icscf in [false, true] {
            let mut bench = match (icscf, registered) {
                (true, _) => Bench::icscf(|_| None),
                (false, true) => Bench::registered(),
                (false, false) => Bench::scscf(home(profile())),
            };
            let mut octets = texts()[which].replace("BRANCH", "z9hG4bKspoilt").into_bytes();
            for (at, value) in &spoilt {
                let at = at.index(octets.len());
                octets[at] = *value;
            }
            if let Some(cut) = &cut {
                octets.truncate(cut.index(octets.len()));
            }
            bench.octets(I, &octets);
            bench.run(std::time::Duration::from_millis(20));
        }
    }

    #[test]
    fn random_octets_panic_nothing(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut bench = Bench::scscf(home(profile()));
        bench.octets(I, &octets);
        prop_assert_eq!(bench.node().len(), (0, 0));
    }
}
