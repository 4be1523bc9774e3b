//! A registration from its beginning to its end (TS 24.229 5.1.1.2, 5.1.1.4, 5.1.1.6, 5.1.1.7).

use crate::support::{REALM, Rig, ok, s, status};
use quintet_ims::ue::{Binding, Departure, Event, Failure, Procedure, Start, Timer, Unanswered};

#[test]
fn a_registration_answers_its_challenge_inside_the_new_set() {
    let mut rig = Rig::new();
    let first = rig.start(Start::Register).register();
    assert_eq!(first.way.local.to_string(), "10.0.0.1:5060");
    assert_eq!(
        (
            first.authorization.nonce.as_str(),
            first.authorization.response.as_str()
        ),
        ("", "")
    );
    assert_eq!(first.authorization.realm, REALM);
    assert_eq!(
        first.contact.to_string(),
        "10.0.0.1:5064",
        "where it will be heard"
    );
    assert_eq!(first.security_verify, None);

    let reply = rig.challenge(&first);
    let said = rig.answer(&first, &reply);
    assert_eq!(said.events, [Event::Answered]);
    let second = said.register();
    assert_eq!(rig.sets.len(), 1);
    assert!(second.way.protected);
    assert_eq!(
        (second.way.local.port(), second.way.remote.port()),
        (5_070, 5_999)
    );
    assert_eq!(second.way.heard_at.port(), 5_064);
    assert_eq!((&second.call_id, second.cseq), (&first.call_id, first.cseq + 1));
    assert_eq!(second.security_client, first.security_client, "letter by letter");
    assert_eq!(second.security_verify.as_ref(), reply.security_server.first());
    assert_eq!(second.authorization.response.len(), 32);

    let said = rig.answer(&second, &ok(3_600));
    let (initial, expires_s, protected) = (true, 3_600, true);
    assert_eq!(
        said.events,
        [Event::Registered {
            initial,
            expires_s,
            protected
        }]
    );
    assert_eq!(said.subscribes, 1);
    assert_eq!(rig.ue.associated(), ["sip:one@test", "tel:+1"]);
    assert_eq!(rig.ue.service_route(), ["<sip:orig@scscf.test;lr>"]);
    assert!(rig.ue.way().protected);
}

#[test]
fn it_is_refreshed_600_s_before_its_end_or_at_half() {
    for (expires, after) in [(3_600, 3_000), (1_201, 601), (1_200, 600), (100, 50)] {
        let mut rig = Rig::new();
        let first = rig.start(Start::Register).register();
        let reply = rig.challenge(&first);
        let second = rig.answer(&first, &reply).register();
        rig.answer(&second, &ok(expires));
        let began = rig.now;
        let again = rig.wait().register();
        assert_eq!((rig.now - began).as_secs(), after, "of {expires}");
        assert_eq!(again.procedure, Procedure::ReRegistration);
    }
}

#[test]
fn a_re_registration_goes_over_the_old_set_and_agrees_on_a_new_one() {
    let mut rig = Rig::new();
    let (before, _) = rig.register();
    let again = rig.wait().register();
    assert_eq!(again.way, before.way);
    assert_eq!(
        again.authorization.nonce, before.authorization.nonce,
        "the last response again"
    );
    assert_eq!(again.authorization.response, before.authorization.response);
    assert_eq!(again.security_verify, before.security_verify);
    assert_ne!(
        again.security_client, before.security_client,
        "other SPIs and another client port"
    );

    let reply = rig.challenge(&again);
    let second = rig.answer(&again, &reply).register();
    assert_eq!(rig.sets.len(), 2);
    assert_ne!(second.way.local, before.way.local);
    assert_eq!(second.way.heard_at, before.way.heard_at, "the server port stays");
    let said = rig.answer(&second, &ok(3_600));
    assert!(matches!(
        said.events[..],
        [Event::Registered { initial: false, .. }]
    ));
    assert_eq!(rig.sets.len(), 2, "the old one is kept for what is under way");
    rig.handle(quintet_ims::ue::Input::Heard(quintet_sip::transport::Hop {
        protocol: quintet_sip::transport::Protocol::Udp,
        local: second.way.heard_at,
        remote: "10.0.0.2:6004".parse().unwrap(),
    }));
    rig.now += s(33);
    rig.handle(quintet_ims::ue::Input::Timeout);
    assert!(rig.ue.is_registered());
}

#[test]
fn one_without_a_challenge_keeps_its_set() {
    let mut rig = Rig::new();
    let (before, _) = rig.register();
    let again = rig.wait().register();
    rig.answer(&again, &ok(3_600));
    assert_eq!(rig.ue.way(), before.way);
    assert_eq!(rig.sets.len(), 1);
    assert_eq!(rig.ue.registered_until(), Some(rig.now + s(3_600)));
}

#[test]
fn de_registration_ends_everything() {
    let mut rig = Rig::new();
    rig.register();
    let leaving = rig.start(Start::Deregister).register();
    assert_eq!((leaving.expires_s, leaving.way.protected), (0, true));
    let said = rig.answer(&leaving, &ok(0));
    assert_eq!(said.events, [Event::Deregistered(Departure::Accepted)]);
    assert!(rig.sets.is_empty() && !rig.ue.is_registered());
    assert_eq!(rig.ue.poll_timeout(), None);
    assert_eq!(rig.start(Start::Deregister).events, [Event::NotRegistered]);
}

#[test]
fn a_de_registration_nobody_answers_ends_it_too() {
    let mut rig = Rig::new();
    rig.register();
    let leaving = rig.start(Start::Deregister).register();
    let said = rig.no_answer(&leaving);
    let [failed, gone] = &said.events[..] else {
        panic!("two events")
    };
    let why = Failure::Unanswered(Unanswered::TimerF);
    assert!(matches!(failed, Event::Failed { why: is, again: None, .. } if *is == why));
    assert_eq!(*gone, Event::Deregistered(Departure::Unconfirmed));
    assert!(rig.sets.is_empty());
}

#[test]
fn an_expired_registration_takes_its_sets_along() {
    let mut rig = Rig::with(|configuration| configuration.automatic = false);
    rig.register();
    let until = rig.ue.registered_until().unwrap();
    rig.now = until;
    let said = rig.handle(quintet_ims::ue::Input::Timeout);
    assert_eq!(said.events, [Event::Deregistered(Departure::Expired)]);
    assert!(rig.sets.is_empty());
}

fn binding(rig: &Rig, active: bool, event: &str) -> Binding {
    Binding {
        aor: rig.ue.identity().impu.to_string(),
        own: true,
        active,
        event: event.to_owned(),
        expires_s: Some(600),
        retry_after_s: Some(36),
    }
}

#[test]
fn what_the_network_tells_is_done() {
    // Event, whether it registers again, and when.
    let rows = [
        ("deactivated", true, Some(0)),
        ("probation", true, Some(36)),
        ("rejected", false, None),
        ("unregistered", false, None),
        ("expired", false, None),
    ];
    for (event, reregister, again) in rows {
        let mut rig = Rig::new();
        rig.register();
        let bindings = [binding(&rig, false, event)];
        let said = rig.handle(quintet_ims::ue::Input::Notified(&bindings));
        let gone = Event::Deregistered(Departure::ByNetwork { reregister });
        assert_eq!(said.events, [gone], "{event}");
        assert!(!rig.ue.is_registered());
        assert_eq!(rig.sets.len(), 1, "the NOTIFY is still to be answered");
        let began = rig.now;
        match again {
            Some(0) => assert!(!said.register().way.protected, "{event}"),
            // The retained set ends first.
            Some(after) => {
                let mut said = rig.wait();
                while said.registers.is_empty() {
                    said = rig.wait();
                }
                assert_eq!((rig.now - began).as_secs(), after);
            }
            None => {
                assert!(said.registers.is_empty() && !rig.ue.is_busy(), "{event}");
                rig.wait();
                assert!(rig.sets.is_empty(), "{event}");
            }
        }
    }
}

#[test]
fn who_leaves_waits_for_the_answer_whatever_is_told_before() {
    let mut rig = Rig::new();
    rig.register();
    let first = rig.start(Start::Deregister).register();
    let reply = rig.challenge(&first);
    let second = rig.answer(&first, &reply).register();
    let bindings = [binding(&rig, false, "unregistered")];
    let said = rig.handle(quintet_ims::ue::Input::Notified(&bindings));
    assert_eq!(said.events, []);
    assert!(!rig.sets.is_empty(), "the answer comes over its associations");
    let said = rig.answer(&second, &ok(0));
    assert_eq!(said.events, [Event::Deregistered(Departure::Accepted)]);
    assert!(rig.sets.is_empty() && !rig.ue.is_busy());
}

#[test]
fn a_shortened_registration_is_refreshed_at_half() {
    let mut rig = Rig::new();
    rig.register();
    let bindings = [binding(&rig, true, "shortened")];
    let began = rig.now;
    rig.handle(quintet_ims::ue::Input::Notified(&bindings));
    assert_eq!(rig.ue.registered_until(), Some(began + s(600)));
    let again = rig.wait().register();
    assert_eq!(
        (rig.now - began, again.procedure),
        (s(300), Procedure::ReRegistration)
    );
    // What is another's, or longer than it was, changes nothing.
    let mut other = binding(&rig, false, "deactivated");
    other.own = false;
    let mut longer = binding(&rig, true, "shortened");
    longer.expires_s = Some(9_999);
    let until = rig.ue.registered_until();
    assert!(
        rig.handle(quintet_ims::ue::Input::Notified(&[other, longer]))
            .events
            .is_empty()
    );
    assert_eq!(rig.ue.registered_until(), until);
}

#[test]
fn a_set_that_is_not_confirmed_goes_with_reg_await_auth() {
    let mut rig = Rig::with(|configuration| configuration.automatic = false);
    rig.answers = false;
    let first = rig.start(Start::Register).register();
    let reply = rig.challenge(&first);
    assert!(
        rig.answer(&first, &reply).registers.is_empty(),
        "the card says nothing"
    );
    let began = rig.now;
    let said = rig.wait();
    assert_eq!(rig.now - began, s(240));
    let why = Failure::Expired(Timer::RegAwaitAuth);
    assert!(matches!(&said.events[..], [Event::Failed { why: is, .. }] if *is == why));
    assert_eq!(
        rig.answer(&first, &status(200)).events,
        [],
        "an answer that comes late is nobody's"
    );
}
