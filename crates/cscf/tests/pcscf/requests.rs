//! Requests of and to UEs that are registered (TS 24.229 5.2.6), calls for help.

use crate::support::{CORE, Net, Phone, SCSCF, address, answer, challenge, config, hop, status, values};
use quintet_ims::agreement::Role;
use quintet_sip::Name;
use quintet_sip::transport::{Hop, Protocol};

fn core() -> Hop {
    hop(Protocol::Udp, address(CORE), address(SCSCF))
}

#[test]
fn a_request_of_a_ue_goes_the_service_route_with_its_identity() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let spoofed = "Route: <sip:pcscf.visited.test:6100;lr>, <sip:evil.test;lr>\r\nP-Asserted-Identity: <sip:boss@home.test>\r\n\
        P-Charging-Vector: icid-value=x\r\nRequire: sec-agree\r\nProxy-Require: sec-agree\r\n";
    let verify = format!("Security-Verify: {}\r\n", ue.verify);
    for (prefers, expected) in [
        ("", "<sip:user1@home.test>"),
        ("P-Preferred-Identity: \"X\" <tel:+49-3999>\r\n", "<tel:+493999>"),
        (
            "P-Preferred-Identity: <sip:boss@home.test>\r\n",
            "<sip:user1@home.test>",
        ),
    ] {
        let text = ue.request(
            "INVITE",
            "sip:b@home.test",
            &format!("{spoofed}{verify}{prefers}"),
        );
        net.give(ue.protected(), &text);
        let trying = net.sent.remove(0);
        assert_eq!(status(&trying.1), 100);
        let (hop, text) = net.one();
        assert_eq!((hop.local, hop.remote), (address(CORE), address("10.1.0.4:6060")));
        assert_eq!(values(&text, Name::Route), ["<sip:orig@scscf.home.test:6060;lr>"]);
        assert_eq!(values(&text, Name::PAssertedIdentity), [expected]);
        assert_eq!(values(&text, Name::PChargingVector).len(), 1);
        for gone in [
            "P-Preferred",
            "Security-",
            "sec-agree",
            "boss",
            "evil",
            "icid-value=x",
        ] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
        assert!(
            values(&text, Name::RecordRoute)[0].contains("@pcscf.visited.test:5060;lr"),
            "{text}"
        );
    }
    // A changed Security-Verify is no agreement.
    let verify = verify.replace("q=0.95", "q=0.25");
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", &verify));
    assert_eq!(status(&net.one().1), 494);
}

#[test]
fn a_call_of_a_ue_with_all_its_messages() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let invite = ue.request(
        "INVITE",
        "sip:b@home.test",
        "Contact: <sip:user1@10.0.1.1:3999>\r\n",
    );
    net.give(ue.protected(), &invite);
    net.sent.remove(0);
    let passed = net.one();
    let record = values(&passed.1, Name::RecordRoute).remove(0);
    net.answer(&passed, 180, "");
    assert_eq!(status(&net.one().1), 180);
    net.answer(&passed, 200, "Contact: <sip:b@10.5.0.1>");
    let (over, ok) = net.one();
    assert_eq!(
        (status(&ok), values(&ok, Name::RecordRoute)),
        (200, vec![record.clone()])
    );
    assert_eq!(
        over,
        ue.associations
            .expect("four")
            .request_hop(Role::Pcscf, Protocol::Udp)
    );
    // ACK and BYE go where their Routes say, and only the UE of this Record-Route has it.
    let routes = format!("Route: {record}, <sip:s@scscf.home.test:6060;lr>\r\n");
    let in_dialog =
        |text: String| text.replace("To: <sip:other@home.test>", "To: <sip:other@home.test>;tag=homes");
    for method in ["ACK", "BYE"] {
        let text = in_dialog(ue.request(method, "sip:b@10.5.0.1", &routes));
        net.give(ue.protected(), &text);
        let (hop, text) = net.one();
        assert_eq!(hop.remote, address("10.1.0.4:6060"), "{text}");
        assert_eq!(values(&text, Name::Route), ["<sip:s@scscf.home.test:6060;lr>"]);
        assert!(text.starts_with(&format!("{method} sip:b@10.5.0.1 ")), "{text}");
    }
    let mut other = Phone::new(2);
    other.registers(&mut net);
    let stolen = in_dialog(other.request("BYE", "sip:b@10.5.0.1", &routes));
    net.give(other.protected(), &stolen);
    assert_eq!(status(&net.one().1), 403);
    // CANCEL of another call.
    let invite = ue.request("INVITE", "sip:c@home.test", "");
    net.give(ue.protected(), &invite);
    net.sent.remove(0);
    let passed = net.one();
    net.answer(&passed, 180, "");
    net.one();
    let cancel = invite
        .replace("INVITE sip", "CANCEL sip")
        .replace(" INVITE\r\n", " CANCEL\r\n");
    net.give(ue.protected(), &cancel);
    assert_eq!(net.sent.len(), 2);
    let (ok, cancel) = (net.sent.remove(0), net.sent.remove(0));
    assert_eq!(status(&ok.1), 200);
    assert!(
        cancel.1.starts_with("CANCEL sip:c@home.test") && cancel.0.remote == passed.0.remote,
        "{}",
        cancel.1
    );
    net.answer(&passed, 487, "");
    assert_eq!(net.sent.len(), 2, "ACK to the core, 487 to the UE");
    assert!(
        net.sent.iter().any(|(_, text)| text.starts_with("ACK"))
            && net.sent.iter().any(|(_, text)| status(text) == 487)
    );
}

#[test]
fn a_request_to_a_ue_goes_down_its_flow() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    let (first, _) = ue.registers(&mut net);
    let path = values(&first, Name::Path).remove(0);
    let request = |method: &str, route: &str, n: u32, more: &str| {
        format!(
            "{method} sip:user1@10.0.1.1:3999 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKt{n}\r\nRoute: {route}\r\n\
             Max-Forwards: 60\r\nFrom: <sip:o@home.test>;tag=1\r\nTo: <sip:user1@home.test>\r\nCall-ID: t{n}\r\nCSeq: 1 {method}\r\n\
             P-Called-Party-ID: <sip:user1@home.test>\r\nP-Asserted-Identity: <sip:o@home.test>\r\nP-Charging-Vector: icid-value=1\r\n\
             {more}Content-Length: 0\r\n\r\n"
        )
    };
    net.give(core(), &request("INVITE", &path, 1, ""));
    net.sent.remove(0);
    let (hop, text) = net.one();
    let four = ue.associations.expect("four");
    assert_eq!(hop, four.request_hop(Role::Pcscf, Protocol::Udp));
    assert!(
        values(&text, Name::Via)[0].starts_with("SIP/2.0/UDP 10.0.0.2:6100;"),
        "answers go to the server port: {text}"
    );
    assert!(
        values(&text, Name::Route).is_empty() && !text.contains("P-Charging-Vector"),
        "{text}"
    );
    assert_eq!(values(&text, Name::PAssertedIdentity), ["<sip:o@home.test>"]);
    // The UE answers from its client port to the server port.
    let over = ue.protected();
    let ok = answer(
        &text,
        200,
        "Contact: <sip:user1@10.0.1.1:3999>\nP-Asserted-Identity: <sip:boss@home.test>",
    );
    net.give(over, &ok);
    let (hop, passed) = net.one();
    assert_eq!((hop.remote, status(&passed)), (address(SCSCF), 200));
    assert_eq!(
        values(&passed, Name::PAssertedIdentity),
        ["<sip:user1@home.test>"]
    );
    let record = values(&passed, Name::RecordRoute).remove(0);
    // ACK and BYE of the other side come down the same flow.
    for (n, method) in [(3, "ACK"), (4, "BYE")] {
        let text = request(method, &record, n, "")
            .replace("To: <sip:user1@home.test>", "To: <sip:user1@home.test>;tag=homes");
        net.give(core(), &text);
        let (hop, text) = net.one();
        assert_eq!(hop.remote, four.ue.server());
        assert!(text.starts_with(method), "{text}");
    }
    // Who wants to stay unknown does.
    net.give(core(), &request("MESSAGE", &path, 5, "Privacy: id;header\r\n"));
    assert!(values(&net.one().1, Name::PAssertedIdentity).is_empty());
    // Long ones go over TCP.
    let long = request("MESSAGE", &path, 6, &format!("X-Long: {}\r\n", "x".repeat(1_500)));
    net.give(core(), &long);
    assert_eq!(net.one().0.protocol, Protocol::Tcp);
    // Nobody's flow.
    let (user, rest) = path.split_once('@').expect("a token");
    let other = format!("{}0@{rest}", &user[..user.len() - 1]);
    for route in [other.as_str(), "<sip:pcscf.visited.test;lr>"] {
        net.give(core(), &request("MESSAGE", route, 7 + route.len() as u32, ""));
        assert_eq!(status(&net.one().1), 430);
    }
}

#[test]
fn a_pending_ue_is_not_reached() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    let path = values(&sm2.1, Name::Path).remove(0);
    net.answer(&sm2, 401, &challenge());
    net.one();
    let text = format!(
        "MESSAGE sip:user1@10.0.1.1:3999 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKt\r\nRoute: {path}\r\n\
         From: <sip:o@home.test>;tag=1\r\nTo: <sip:user1@home.test>\r\nCall-ID: t\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
    );
    net.give(core(), &text);
    assert_eq!(status(&net.one().1), 430);
}

#[test]
fn outside_of_associations_a_registered_ue_is_refused() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    for method in ["INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE"] {
        net.give(ue.unprotected(), &ue.request(method, "sip:b@home.test", ""));
        net.sent.retain(|(_, text)| status(text) != 100);
        assert_eq!(status(&net.one().1), 403, "{method}");
    }
    // The core's port is no way round: what stands there for REGISTER is refused.
    let from_ue = hop(Protocol::Udp, address(CORE), ue.unprotected().remote);
    net.give(from_ue, &ue.register("", false));
    assert_eq!(status(&net.one().1), 403);
}

#[test]
fn loops_hops_and_options_of_its_own() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let ended = ue
        .request("MESSAGE", "sip:b@home.test", "")
        .replace("Max-Forwards: 70", "Max-Forwards: 0");
    net.give(ue.protected(), &ended);
    assert_eq!(status(&net.one().1), 483);
    let unknown = ue.request("MESSAGE", "sip:b@home.test", "Proxy-Require: magic\r\n");
    net.give(ue.protected(), &unknown);
    let text = net.one().1;
    assert_eq!(
        (status(&text), values(&text, Name::Unsupported)),
        (420, vec!["magic".to_owned()])
    );
    // What it sent comes back to it unchanged.
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    let (_, text) = net.one();
    let again = text.replacen(
        "Via: ",
        "Via: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKl\r\nVia: ",
        1,
    );
    net.give(core(), &again);
    let (_, answered) = net.one();
    assert!([430, 482].contains(&status(&answered)), "{answered}");
    let options = "OPTIONS sip:pcscf.visited.test SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKo\r\n\
        From: <sip:o@home.test>;tag=1\r\nTo: <sip:pcscf.visited.test>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
    net.give(core(), options);
    assert_eq!(status(&net.one().1), 200);
    net.give(ue.unprotected(), "\r\n\r\n");
    assert_eq!(net.one(), (ue.unprotected(), "\r\n".to_owned()));
    net.give(ue.unprotected(), "no SIP at all\r\n\r\n");
    net.none();
}

#[test]
fn calls_for_help_go_to_the_ecscf_or_are_sent_elsewhere() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(
        ue.unprotected(),
        &ue.request("INVITE", "urn:service:sos.police", ""),
    );
    net.sent.retain(|(_, text)| status(text) != 100);
    let text = net.one().1;
    assert!(
        status(&text) == 380 && text.contains("<type>emergency</type>"),
        "{text}"
    );
    let mut config = config();
    config.ecscf = Some("sip:ecscf.home.test;lr".to_owned());
    config
        .hosts
        .insert("ecscf.home.test", None, address("10.1.0.9:5060"))
        .expect("room");
    let mut net = Net::with(config);
    let sos = |ue: &mut Phone, service: &str| {
        let boss = "P-Asserted-Identity: <sip:boss@home.test>\r\n";
        ue.request("INVITE", service, boss)
    };
    // Who is not registered could not be answered, and what is no call for help is none.
    net.give(ue.unprotected(), &sos(&mut ue, "urn:service:sos"));
    net.sent.remove(0);
    assert_eq!(status(&net.one().1), 403);
    ue.registers(&mut net);
    net.give(ue.protected(), &sos(&mut ue, "urn:service:sosfa"));
    net.sent.remove(0);
    assert_eq!(net.one().0.remote, address("10.1.0.4:6060"));
    net.give(ue.protected(), &sos(&mut ue, "urn:service:sos.fire"));
    net.sent.remove(0);
    let (hop, text) = net.one();
    assert_eq!(hop.remote, address("10.1.0.9:5060"));
    assert!(
        !text.contains("boss") && text.contains("Route: <sip:ecscf.home.test;lr>"),
        "{text}"
    );
    // An emergency registration is one of its own, and good for emergencies alone.
    let mut sos = Phone::new(3);
    "X-None: 1\r\n".clone_into(&mut sos.extra);
    let marked = |text: String| text.replace(":3999>;expires", ":3999;sos>;expires");
    net.give(sos.unprotected(), &marked(sos.register("", false)));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    sos.challenged(&sm6);
    let sm7 = marked(sos.register("0123", true));
    net.give(sos.protected(), &sm7);
    let sm8 = net.one();
    net.answer(&sm8, 200, &sos.ok());
    assert_eq!((status(&net.one().1), net.registered()), (200, (2, 0)));
    net.give(sos.protected(), &sos.request("MESSAGE", "sip:b@home.test", ""));
    assert_eq!(status(&net.one().1), 403);
    net.give(sos.protected(), &sos.request("INVITE", "urn:service:sos", ""));
    net.sent.remove(0);
    assert_eq!(
        values(&net.one().1, Name::PAssertedIdentity),
        ["<sip:user3@home.test>"]
    );
}
