//! What a UE says of itself, of others and of the network that is not its own to say.

use crate::support::*;
use quintet_cscf::pcscf::Ended;
use quintet_sip::Name;
use quintet_sip::transport::{Hop, Protocol};

fn core() -> Hop {
    hop(Protocol::Udp, address(CORE), address(SCSCF))
}

/// A request of the core to a UE, along its Path.
fn to_ue(method: &str, path: &str, n: u32, more: &str) -> String {
    format!(
        "{method} sip:user1@10.0.1.1:3999 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKf{n}\r\nRoute: {path}\r\n\
         Max-Forwards: 60\r\nFrom: <sip:o@home.test>;tag=1\r\nTo: <sip:user1@home.test>\r\nCall-ID: f{n}\r\nCSeq: 1 {method}\r\n\
         {more}Content-Length: 0\r\n\r\n"
    )
}

#[test]
fn a_ue_does_not_answer_for_its_registrar() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    // It knows all of its REGISTER; let it know the branch too.
    let boss = "Contact: <sip:user1@10.0.1.1:3999>;expires=3600\nP-Associated-URI: <sip:boss@home.test>";
    net.give(ue.unprotected(), &answer(&sm2.1, 200, boss));
    net.none();
    assert_eq!((net.registered(), net.pcscf.counters().forged), ((0, 1), 1));
    // Nor through its associations.
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    ue.challenged(&sm6);
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    net.give(ue.protected(), &answer(&sm8.1, 200, boss));
    net.none();
    // The registrar's own answer still counts.
    net.answer(&sm8, 200, &ue.ok());
    assert_eq!((status(&net.one().1), net.registered()), (200, (1, 0)));
}

#[test]
fn a_ue_does_not_answer_for_another() {
    let mut net = Net::new();
    let (mut ue, mut other) = (Phone::new(1), Phone::new(2));
    let (first, _) = ue.registers(&mut net);
    other.registers(&mut net);
    let path = values(&first, Name::Path).remove(0);
    net.give(core(), &to_ue("MESSAGE", &path, 1, ""));
    let asked = net.one().1;
    net.give(other.protected(), &answer(&asked, 200, ""));
    net.none();
    net.give(ue.protected(), &answer(&asked, 200, ""));
    assert_eq!(status(&net.one().1), 200);
}

#[test]
fn who_answered_is_who_was_asked_whatever_its_record_route_says() {
    let mut net = Net::new();
    let (mut ue, mut other) = (Phone::new(1), Phone::new(2));
    let (first, _) = ue.registers(&mut net);
    let (second, _) = other.registers(&mut net);
    // The other has seen this in a dialog with the first.
    let stolen = values(&first, Name::Path).remove(0);
    let path = values(&second, Name::Path).remove(0);
    net.give(core(), &to_ue("INVITE", &path, 1, ""));
    net.sent.remove(0);
    let asked = net.one().1;
    let own = values(&asked, Name::RecordRoute).remove(0);
    let ok = answer(&asked, 200, "Contact: <sip:user2@10.0.1.2:3999>").replace(&own, &stolen);
    assert!(ok.contains(&stolen));
    net.give(other.protected(), &ok);
    let passed = net.one().1;
    assert_eq!(
        values(&passed, Name::PAssertedIdentity),
        ["<sip:user2@home.test>"]
    );
    // Nor does an answer without any say less.
    net.give(core(), &to_ue("MESSAGE", &path, 2, ""));
    let asked = net.one().1;
    net.give(other.protected(), &answer(&asked, 200, ""));
    let passed = net.one().1;
    assert_eq!(
        values(&passed, Name::PAssertedIdentity),
        ["<sip:user2@home.test>"]
    );
}

#[test]
fn nothing_of_a_ue_comes_to_this_node_as_if_of_the_core() {
    let mut config = config();
    config
        .hosts
        .insert("pcscf.visited.test", None, address(CORE))
        .expect("room");
    let mut net = Net::with(config);
    let (mut ue, mut other) = (Phone::new(1), Phone::new(2));
    let (first, _) = ue.registers(&mut net);
    let (second, _) = other.registers(&mut net);
    let token = values(&first, Name::Path).remove(0);
    let uri = token.trim_matches(['<', '>']).trim_end_matches(";lr");
    let own = values(&second, Name::Path).remove(0);
    // As a NOTIFY within a dialog, straight to the node; or to the other's flow without the S-CSCF.
    for (uri, routes) in [
        (uri.to_owned(), own.clone()),
        ("sip:user1@10.0.1.1:3999".to_owned(), own.clone()),
        (
            "sip:user1@10.0.1.1:3999".to_owned(),
            format!("{own}, {own}, {token}"),
        ),
    ] {
        for method in ["NOTIFY", "MESSAGE", "ACK"] {
            let text = other.request(method, &uri, &format!("Route: {routes}\r\nEvent: reg\r\n"));
            let text = text.replace("To: <sip:other@home.test>", "To: <sip:other@home.test>;tag=x");
            net.give(other.protected(), &text);
            match method {
                "ACK" => net.none(),
                _ => assert_eq!(status(&net.one().1), 403, "{method} {uri} {routes}"),
            }
        }
    }
}

#[test]
fn routes_and_access_are_not_the_ues_to_say() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    "Path: <sip:mine.test;lr>\r\nService-Route: <sip:mine.test;lr>\r\nP-Associated-URI: <sip:boss@home.test>\r\n\
     P-Served-User: <sip:boss@home.test>\r\nP-Visited-Network-ID: home.test\r\nP-Charging-Vector: icid-value=1\r\n\
     P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=1;Network-Provided, 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=2\r\n"
        .clone_into(&mut ue.extra);
    let (first, second) = ue.registers(&mut net);
    for text in [first, second] {
        let path = values(&text, Name::Path);
        assert!(
            path.len() == 1 && path[0].contains("pcscf.visited.test"),
            "{text}"
        );
        assert!(!text.contains("mine.test") && !text.contains("boss"), "{text}");
        assert_eq!(values(&text, Name::PVisitedNetworkId), ["\"visited.test\""]);
        assert_eq!(values(&text, Name::PChargingVector).len(), 1, "{text}");
        assert_eq!(
            values(&text, Name::PAccessNetworkInfo),
            ["3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=2"]
        );
    }
    let said = "Path: <sip:mine.test;lr>\r\nP-Access-Network-Info: 3GPP-E-UTRAN-FDD;network-provided\r\n";
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", said));
    let text = net.one().1;
    assert!(
        !text.contains("mine.test") && !text.contains("P-Access-Network-Info"),
        "{text}"
    );
}

#[test]
fn a_registrar_is_found_by_name_and_its_security_server_is_not_passed_on() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    let text = ue
        .register("", false)
        .replace("sip:home.test SIP", "sip:10.9.9.9 SIP");
    net.give(ue.unprotected(), &text);
    assert_eq!((status(&net.one().1), net.registered()), (404, (0, 0)));
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &format!("{}\nSecurity-Server: tls;q=1", challenge()));
    let sm6 = net.one().1;
    let server = values(&sm6, Name::SecurityServer);
    assert!(
        !server.is_empty() && server.iter().all(|value| value.starts_with("ipsec-3gpp")),
        "{sm6}"
    );
}

#[test]
fn a_set_is_deregistered_by_any_of_its_identities() {
    let other = |text: String| text.replace("To: <sip:user1@home.test>", "To: <tel:+493999>");
    for refreshed in [true, false] {
        let mut net = Net::new();
        let mut ue = Phone::new(1);
        ue.registers(&mut net);
        if refreshed {
            // With another identity of the set it is the same registration.
            ue.renew();
            let text = other(ue.register("", true));
            net.give(ue.protected(), &text);
            let sm2 = net.one();
            net.answer(&sm2, 200, &ue.ok());
            net.one();
        }
        ue.expires = 0;
        ue.renew();
        let text = other(ue.register("", true));
        net.give(ue.protected(), &text);
        let sm2 = net.one();
        net.answer(&sm2, 200, "");
        assert_eq!(
            (status(&net.one().1), net.registered(), net.ended()),
            (200, (0, 1), vec![Ended::Ue])
        );
    }
}
