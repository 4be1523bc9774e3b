//! What the registrar tells of a registration (TS 24.229 5.2.3, 5.2.5.2): its end, and less time.

use crate::support::*;
use quintet_cscf::pcscf::Ended;
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Message, Name};

const OURS: &str = "sip:user1@10.0.1.1:3999";

fn core() -> Hop {
    hop(Protocol::Udp, address(CORE), address(SCSCF))
}

/// A registered UE to whose state the P-CSCF has subscribed: its Path, and the SUBSCRIBE.
fn subscribed() -> (Net, Phone, String, String) {
    let mut config = config();
    config.reg_event = true;
    let mut net = Net::with(config);
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    ue.challenged(&sm6);
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    net.answer(&sm8, 200, &ue.ok());
    assert_eq!(net.sent.len(), 2);
    let is = |(_, text): &(Hop, String)| text.starts_with("SUBSCRIBE");
    let place = net.sent.iter().position(is).expect("a SUBSCRIBE");
    let subscribe = net.sent.remove(place);
    net.sent.clear();
    assert_eq!(subscribe.0.remote, address(ICSCF));
    net.answer(
        &subscribe,
        200,
        "Expires: 4200\nContact: <sip:scscf.home.test:6060>",
    );
    net.none();
    (net, ue, values(&sm2.1, Name::Path).remove(0), subscribe.1)
}

/// A NOTIFY in the dialog of a SUBSCRIBE, of a contact's state and event.
fn notify(subscribe: &str, n: u32, contact: &str, (state, event): (&str, &str)) -> String {
    let message = Message::parse(subscribe.as_bytes()).expect("readable");
    let target = values(subscribe, Name::Contact).remove(0);
    let target = target.trim_matches(['<', '>']);
    let (call_id, from) = (
        message.call_id().expect("a Call-ID"),
        message.from().expect("From").as_str(),
    );
    let body = format!(
        "<?xml version=\"1.0\"?><reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"{n}\" state=\"full\">\
         <registration aor=\"sip:user1@home.test\" id=\"a\" state=\"{state}\"><contact id=\"c\" state=\"{state}\" {event}>\
         <uri>{contact}</uri></contact></registration></reginfo>"
    );
    format!(
        "NOTIFY {target} SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKn{n}\r\nFrom: <sip:user1@home.test>;tag=homes\r\n\
         To: {from}\r\nCall-ID: {call_id}\r\nCSeq: {n} NOTIFY\r\nEvent: reg\r\nSubscription-State: active;expires=100\r\n\
         Content-Type: application/reginfo+xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

const ACTIVE: (&str, &str) = ("active", "event=\"refreshed\"");
const TERMINATED: (&str, &str) = ("terminated", "event=\"deactivated\"");

#[test]
fn it_is_asked_for_longer_than_the_registration() {
    let (_, _, _, text) = subscribed();
    assert!(
        text.starts_with("SUBSCRIBE sip:user1@home.test SIP/2.0"),
        "{text}"
    );
    assert_eq!(
        (values(&text, Name::Event), values(&text, Name::Expires)),
        (vec!["reg".to_owned()], vec!["4200".to_owned()])
    );
}

#[test]
fn the_network_ends_a_registration_by_notify() {
    let (mut net, mut ue, path, subscribe) = subscribed();
    let other_call = |text: String| text.replacen("Call-ID: ", "Call-ID: x", 1);
    for (text, expected) in [
        (notify(&subscribe, 1, OURS, ACTIVE), 200),
        (other_call(notify(&subscribe, 2, OURS, TERMINATED)), 481),
    ] {
        net.give(core(), &text);
        assert_eq!((status(&net.one().1), net.registered()), (expected, (1, 0)));
    }
    net.give(core(), &notify(&subscribe, 3, OURS, TERMINATED));
    assert_eq!(
        (status(&net.one().1), net.registered(), net.ended()),
        (200, (0, 1), vec![Ended::Network])
    );
    // The UE may still be told over its associations, which then go.
    let told = notify(&subscribe, 4, OURS, TERMINATED);
    let told = other_call(told).replacen("Via", &format!("Route: {path}\r\nVia"), 1);
    net.give(core(), &told);
    assert_eq!(net.one().0.remote, ue.associations.expect("four").ue.server());
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    assert_eq!(status(&net.one().1), 403);
    net.pass(40);
    assert!(net.sas.is_empty() && net.registered() == (0, 0));
}

#[test]
fn a_shortened_registration_ends_when_the_ue_does_nothing() {
    let (mut net, _, _, subscribe) = subscribed();
    let shortened = ("active", "event=\"shortened\" expires=\"60\"");
    let later = ("active", "event=\"shortened\" expires=\"9000\"");
    for (n, contact, what) in [
        (1, OURS, shortened),
        (2, OURS, later),
        (3, "sip:user1@10.9.9.9", shortened),
    ] {
        net.give(core(), &notify(&subscribe, n, contact, what));
        assert_eq!((status(&net.one().1), net.registered()), (200, (1, 0)));
    }
    net.pass(59);
    assert_eq!(net.registered().0, 1);
    net.pass(2);
    assert_eq!((net.registered().0, net.ended()), (0, vec![Ended::Expired]));
}

#[test]
fn another_contact_shortened_leaves_ours() {
    let (mut net, _, _, subscribe) = subscribed();
    let shortened = ("active", "event=\"shortened\" expires=\"60\"");
    net.give(core(), &notify(&subscribe, 1, "sip:user1@10.9.9.9", shortened));
    net.one();
    net.pass(100);
    assert_eq!(net.registered(), (1, 0));
}
