//! Requests to and from users (TS 24.229 5.4.3).

use crate::support::*;
use quintet_cx::{ExperimentalResult, Outcome, Request, Saa, ServerAssignmentType};
use quintet_sip::Name;
use std::time::Duration;

const I: &str = "10.0.0.2:5060";
const P: &str = "10.0.0.1:5060";

#[test]
fn a_call_reaches_the_contact_along_its_path() {
    let mut bench = Bench::registered();
    let invite = bench.say(I, &request("INVITE", TEL, ""));
    let (hop, _) = bench.sent.last().expect("it");
    assert_eq!(hop.remote, socket(P));
    assert_eq!(uri(&invite), CONTACT);
    assert_eq!(headers(&invite, Name::Route), [PATH]);
    assert_eq!(header(&invite, Name::PCalledPartyId), format!("<{TEL}>"));
    assert_eq!(header(&invite, Name::MaxForwards), "67");
    assert!(header(&invite, Name::RecordRoute).contains("@scscf.test:6060;lr"));
    assert_eq!(headers(&invite, Name::Via).len(), 2);
    bench.sent.clear();
    let ringing = bench.say(P, &response(&invite, 180, "Ringing", "x", ""));
    assert_eq!(headers(&ringing, Name::Via).len(), 1, "ours is off");
    let ok = bench.say(
        P,
        &response(&invite, 200, "OK", "x", "Contact: <sip:alice@10.0.0.9>\r\n"),
    );
    assert!(header(&ok, Name::RecordRoute).contains("scscf.test"));
    assert_eq!(bench.starts(), ["180", "200"]);
    // ACK and BYE go the way that was recorded.
    bench.sent.clear();
    let route = "Route: <sip:dialog@scscf.test:6060;lr>, <sip:pcscf.test;lr>\r\n";
    let ack =
        request("ACK", CONTACT, route).replace("To: <sip:alice@10.0.0.9:5062>", "To: <tel:+4930123>;tag=x");
    bench.say(I, &ack);
    let bye =
        request("BYE", CONTACT, route).replace("To: <sip:alice@10.0.0.9:5062>", "To: <tel:+4930123>;tag=x");
    let sent = bench.say(I, &bye);
    assert_eq!(bench.starts(), ["ACK", "BYE"]);
    assert_eq!(
        (uri(&sent).as_str(), headers(&sent, Name::Route)),
        (CONTACT, vec!["<sip:pcscf.test;lr>".to_owned()])
    );
}

#[test]
fn messages_and_options_too() {
    for method in ["MESSAGE", "OPTIONS"] {
        let mut bench = Bench::registered();
        let sent = bench.say(I, &request(method, ALICE, ""));
        assert_eq!(
            (bench.starts(), uri(&sent).as_str()),
            (vec![method.to_owned()], CONTACT)
        );
        assert!(header(&sent, Name::RecordRoute).is_empty(), "no dialog");
        bench.say(P, &response(&sent, 200, "OK", "x", ""));
        assert_eq!(bench.starts()[1], "200");
    }
}

#[test]
fn whom_nobody_knows_and_who_may_not_be_called() {
    for (outcome, status) in [
        (ExperimentalResult::ERROR_USER_UNKNOWN, "404"),
        (ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED, "480"),
    ] {
        let mut bench = Bench::scscf(move |_| {
            let answer = Saa::new(Outcome::from(outcome));
            Some(quintet_cx::Answer::ServerAssignment(Box::new(answer)))
        });
        bench.say(I, &request("INVITE", ALICE, ""));
        assert_eq!(bench.starts(), [status]);
        let asked = bench.asked();
        let Some(Request::ServerAssignment(sar)) = asked.first() else {
            panic!("{asked:?}");
        };
        assert_eq!(sar.assignment_type, ServerAssignmentType::UNREGISTERED_USER);
        assert_eq!(bench.node().kept(), [0, 0, 0, 0]);
    }
    let mut bench = Bench::registered();
    bench.say(I, &request("INVITE", BARRED, ""));
    bench.say(I, &request("INVITE", "sip:bob@foreign.test", ""));
    assert_eq!(bench.starts(), ["404", "404"]);
}

#[test]
fn who_has_no_services_unregistered_is_not_there_and_remembered_for_a_while() {
    let mut bench = Bench::scscf(home(profile()));
    bench.say(I, &request("INVITE", ALICE, ""));
    bench.say(I, &request("MESSAGE", ALICE, ""));
    assert_eq!(bench.starts(), ["480", "480"]);
    assert_eq!(bench.asked().len(), 1, "asked once");
    bench.run(Duration::from_secs(601));
    let asked = bench.asked();
    let Some(Request::ServerAssignment(sar)) = asked.first() else {
        panic!("{asked:?}");
    };
    assert_eq!(sar.assignment_type, ServerAssignmentType::TIMEOUT_DEREGISTRATION);
    assert_eq!(bench.node().kept(), [0, 0, 0, 0]);
}

#[test]
fn those_who_call_the_same_wait_for_one_answer_of_the_hss() {
    let mut bench = Bench::scscf(|_| None);
    bench.say(I, &request("MESSAGE", ALICE, ""));
    bench.say(I, &request("OPTIONS", ALICE, ""));
    assert_eq!(bench.asked().len(), 1);
    bench.run(Duration::from_secs(20));
    assert_eq!(bench.starts(), ["480", "480"]);
}

#[test]
fn who_registers_is_no_more_served_unregistered() {
    let mut bench = Bench::scscf(home(profile()));
    bench.say(I, &request("MESSAGE", ALICE, ""));
    bench.register();
    bench.asked();
    bench.run(Duration::from_secs(601));
    assert!(bench.asked().is_empty(), "nothing ends that at the HSS");
}

#[test]
fn for_whom_there_is_no_room_the_hss_is_not_asked() {
    let mut config = scscf_config();
    config.limits.unregistered = 1;
    let mut bench = Bench::scscf_of(config, home(profile()));
    bench.say(I, &request("MESSAGE", ALICE, ""));
    bench.say(I, &request("MESSAGE", TEL, ""));
    assert_eq!(bench.starts(), ["480", "503"]);
    assert_eq!(bench.asked().len(), 1);
    bench.run(Duration::from_secs(601));
    bench.say(I, &request("MESSAGE", TEL, ""));
    assert_eq!(bench.starts()[2], "480", "there is again");
}

#[test]
fn a_call_while_the_registration_is_pending() {
    let mut bench = Bench::scscf(home(profile()));
    bench.say(I, &register("call-1", 1, "no", ""));
    bench.asked();
    bench.say(I, &request("INVITE", ALICE, ""));
    assert_eq!(bench.starts(), ["401", "480"]);
    assert!(
        bench.asked().is_empty(),
        "the HSS is not asked to serve it unregistered"
    );
}

#[test]
fn a_call_that_waits_for_the_hss_is_cancelled() {
    let mut bench = Bench::scscf(|_| None);
    let invite = request("INVITE", ALICE, "").replace("BRANCH", "z9hG4bKcall");
    bench.say(I, &invite);
    let cancel = invite
        .replacen("INVITE", "CANCEL", 1)
        .replace("1 INVITE", "1 CANCEL");
    bench.say(I, &cancel);
    assert_eq!(bench.starts(), ["200", "487"]);
}

#[test]
fn a_call_rings_once_at_each_device_the_preferred_first_and_not_where_it_is_for_help() {
    let mut config = scscf_config();
    config.policy.rechallenge = quintet_ims::registrar::Rechallenge::Never;
    let mut bench = Bench::registered_of(config, profile());
    let flow = |host: u8, id: u8| {
        format!("<sip:alice@10.0.0.{host}>;q=0.9;+sip.instance=\"<urn:uuid:1>\";reg-id={id}")
    };
    for (n, contact) in [
        format!("<{CONTACT}>;q=0.1"),
        "<sip:alice@10.0.0.11;sos>".to_owned(),
        flow(12, 1),
        flow(13, 2),
    ]
    .iter()
    .enumerate()
    {
        let contacts = format!("Contact: {contact}\r\nExpires: 600\r\n");
        let cseq = 9 + n as u32;
        let reply = bench.say(I, &register_for("call-1", cseq, "yes", "", &contacts));
        assert!(reply.starts_with("SIP/2.0 200"), "{reply}");
    }
    bench.sent.clear();
    bench.say(
        I,
        &request("MESSAGE", ALICE, "P-Served-User: <sip:x@home.test>\r\n"),
    );
    let rung: Vec<String> = bench.sent.iter().map(|(_, text)| uri(text)).collect();
    assert_eq!(rung.len(), 2, "{rung:?}");
    assert!(rung[0].starts_with("sip:alice@10.0.0.1"), "{rung:?}");
    assert_eq!(rung[1], CONTACT);
    let told = bench.sent.iter().any(|(_, text)| text.contains("P-Served-User"));
    assert!(!told, "that is for application servers");
}

fn two_contacts() -> Bench {
    let mut config = scscf_config();
    config.policy.rechallenge = quintet_ims::registrar::Rechallenge::Never;
    let mut bench = Bench::registered_of(config, profile());
    let other = "Contact: <sip:alice@10.0.0.10>;q=0.5\r\nExpires: 600\r\n";
    bench.say(I, &register_for("call-1", 9, "yes", "", other));
    bench.sent.clear();
    bench
}

#[test]
fn two_contacts_ring_and_the_first_that_answers_has_it() {
    let mut bench = two_contacts();
    bench.say(I, &request("INVITE", ALICE, ""));
    let invites: Vec<String> = bench.sent.iter().map(|(_, text)| text.clone()).collect();
    let uris: Vec<String> = invites.iter().map(|text| uri(text)).collect();
    assert_eq!(uris, [CONTACT, "sip:alice@10.0.0.10"]);
    bench.sent.clear();
    bench.say(P, &response(&invites[0], 180, "Ringing", "x", ""));
    bench.say(
        P,
        &response(&invites[1], 200, "OK", "y", "Contact: <sip:alice@10.0.0.10>\r\n"),
    );
    let mut starts = bench.starts();
    starts.sort();
    assert_eq!(starts, ["180", "200", "CANCEL"]);
    let cancel = bench
        .sent
        .iter()
        .find(|(_, text)| text.starts_with("CANCEL"))
        .expect("it");
    assert_eq!(uri(&cancel.1), CONTACT);
}

#[test]
fn two_contacts_and_none_wants() {
    let mut bench = two_contacts();
    bench.say(I, &request("INVITE", ALICE, ""));
    let invites: Vec<String> = bench.sent.iter().map(|(_, text)| text.clone()).collect();
    bench.sent.clear();
    bench.say(P, &response(&invites[0], 486, "Busy Here", "x", ""));
    assert!(
        !bench.starts().contains(&"486".to_owned()),
        "the other still rings"
    );
    bench.say(P, &response(&invites[1], 500, "No", "y", ""));
    let last = bench.starts().into_iter().rfind(|start| start != "ACK");
    assert_eq!(last.as_deref(), Some("486"), "the best");
}

#[test]
fn a_cancelled_call_is_cancelled_at_the_contact() {
    let mut bench = Bench::registered();
    let text = request("INVITE", ALICE, "").replace("BRANCH", "z9hG4bKcall");
    let invite = bench.say(I, &text);
    bench.say(P, &response(&invite, 180, "Ringing", "x", ""));
    bench.sent.clear();
    bench.say(
        I,
        &text
            .replacen("INVITE", "CANCEL", 1)
            .replace("1 INVITE", "1 CANCEL"),
    );
    assert_eq!(bench.starts(), ["200", "CANCEL"]);
    bench.say(P, &response(&invite, 487, "Request Terminated", "x", ""));
    assert!(bench.starts().contains(&"487".to_owned()));
}

#[test]
fn a_contact_that_does_not_answer_is_408() {
    let mut bench = Bench::registered();
    bench.say(I, &request("MESSAGE", ALICE, ""));
    bench.run(Duration::from_secs(40));
    assert_eq!(bench.starts().last().map(String::as_str), Some("408"));
    assert_eq!(bench.node().kept(), [0, 0, 0, 0]);
}

/// A request of Alice through her P-CSCF.
fn mine(method: &str, to: &str, asserted: &str) -> String {
    let headers = format!("Route: <sip:orig@scscf.test:6060;lr>\r\nP-Asserted-Identity: <{asserted}>\r\n");
    request(method, to, &headers)
}

#[test]
fn who_is_registered_calls_home_and_abroad() {
    let mut bench = Bench::registered();
    let sent = bench.say(P, &mine("INVITE", "sip:bob@home.test", ALICE));
    let (hop, _) = bench.sent.last().expect("it");
    assert_eq!(hop.remote, socket(I));
    assert_eq!(
        (uri(&sent).as_str(), headers(&sent, Name::Route)),
        ("sip:bob@home.test", vec!["<sip:icscf.test;lr>".to_owned()])
    );
    assert!(header(&sent, Name::RecordRoute).contains("scscf.test"));
    let sent = bench.say(P, &mine("MESSAGE", "sip:bob@foreign.test", TEL));
    let (hop, _) = bench.sent.last().expect("it");
    assert_eq!(hop.remote, socket("10.0.0.5:5060"));
    assert!(headers(&sent, Name::Route).is_empty());
    bench.say(P, &mine("MESSAGE", "sip:bob@nowhere.test", ALICE));
    assert_eq!(bench.starts().last().map(String::as_str), Some("404"));
}

#[test]
fn who_is_not_registered_or_barred_calls_nobody() {
    let mut bench = Bench::registered();
    for asserted in [BARRED, "sip:mallory@home.test"] {
        bench.say(P, &mine("INVITE", "sip:bob@foreign.test", asserted));
    }
    let none = request(
        "INVITE",
        "sip:bob@foreign.test",
        "Route: <sip:orig@scscf.test:6060;lr>\r\n",
    );
    bench.say(P, &none);
    assert_eq!(bench.starts(), ["403", "403", "403"]);
}

#[test]
fn loops_and_hops_have_an_end() {
    let mut bench = Bench::registered();
    let sent = bench.say(I, &request("MESSAGE", ALICE, ""));
    // What we sent comes back as it was before we turned it.
    let back = sent
        .replacen(&format!("MESSAGE {CONTACT}"), &format!("MESSAGE {ALICE}"), 1)
        .replace(&format!("Route: {PATH}\r\n"), "")
        .replace("P-Called-Party-ID: <sip:alice@home.test>\r\n", "");
    bench.say(P, &back);
    assert_eq!(bench.starts().last().map(String::as_str), Some("482"));
    bench.say(
        I,
        &request("MESSAGE", ALICE, "").replace("Max-Forwards: 68", "Max-Forwards: 0"),
    );
    assert_eq!(bench.starts().last().map(String::as_str), Some("483"));
}

#[test]
fn a_dialog_that_leads_nowhere_is_481() {
    let mut bench = Bench::registered();
    let bye = request("BYE", "sip:dialog@scscf.test:6060", "").replace("6060>\r\n", "6060>;tag=x\r\n");
    bench.say(I, &bye);
    assert_eq!(bench.starts(), ["481"]);
}
