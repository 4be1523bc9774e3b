//! Application servers: initial filter criteria, default handling (TS 24.229 5.4.3).

use crate::support::*;
use quintet_cx::profile::{
    ApplicationServer, Condition, DefaultHandling, InitialFilterCriteria, ServicePointTrigger, SessionCase,
    Trigger,
};
use quintet_cx::{Request, ServerAssignmentType};
use quintet_sip::Name;
use std::time::Duration;

const I: &str = "10.0.0.2:5060";
const P: &str = "10.0.0.1:5060";
const AS: &str = "10.0.0.4:5060";

pub(crate) fn criteria(
    priority: u32,
    server: &str,
    handling: DefaultHandling,
    method: &str,
    case: SessionCase,
) -> InitialFilterCriteria {
    let condition = |group, condition| ServicePointTrigger::new(group, condition);
    InitialFilterCriteria {
        priority,
        trigger: Some(Trigger {
            condition_type: quintet_cx::profile::ConditionType::Cnf,
            triggers: vec![
                condition(0, Condition::Method(method.to_owned())),
                condition(1, Condition::SessionCase(case)),
            ],
        }),
        application_server: ApplicationServer {
            server_name: server.to_owned(),
            default_handling: handling,
            ..ApplicationServer::default()
        },
        profile_part: None,
    }
}

fn with(criteria: Vec<InitialFilterCriteria>) -> Bench {
    let mut bench = Bench::registered_of(scscf_config(), profile_with(criteria));
    bench.sent.clear();
    bench
}

fn mine(method: &str, to: &str) -> String {
    let headers = format!("Route: <sip:orig@scscf.test:6060;lr>\r\nP-Asserted-Identity: <{ALICE}>\r\n");
    request(method, to, &headers)
}

/// What a server that stays on the way sends back: the Route below its own is left.
fn back(sent: &str) -> String {
    let routes = headers(sent, Name::Route);
    assert_eq!(routes[0], "<sip:as.test;lr>");
    let below = routes[1].clone();
    let all = routes.join(", ");
    let first = sent.replace("\r\nVia", "\r\nVIA");
    let mut lines: Vec<String> = Vec::new();
    for line in first.split("\r\n") {
        if line.starts_with("Route: ") {
            continue;
        }
        if line.starts_with("VIA")
            && !lines
                .iter()
                .any(|line| line.starts_with("VIA: SIP/2.0/UDP 10.0.0.4"))
        {
            lines.push("VIA: SIP/2.0/UDP 10.0.0.4:5060;branch=BRANCH".to_owned());
            lines.push(format!("Route: {below}"));
        }
        lines.push(line.to_owned());
    }
    assert!(!all.is_empty());
    lines.join("\r\n")
}

#[test]
fn a_request_goes_through_its_servers_in_order() {
    let originating = SessionCase::ORIGINATING_REGISTERED;
    let continued = DefaultHandling::SessionContinued;
    let mut bench = with(vec![
        criteria(20, "sip:as.test;second", continued, "INVITE", originating),
        criteria(10, "sip:as.test", continued, "INVITE", originating),
        criteria(5, "sip:as.test", continued, "MESSAGE", originating),
    ]);
    let sent = bench.say(P, &mine("INVITE", "sip:bob@foreign.test"));
    assert_eq!(bench.sent.last().expect("it").0.remote, socket(AS));
    assert_eq!(
        header(&sent, Name::PServedUser),
        format!("<{ALICE}>;sescase=orig;regstate=reg")
    );
    assert_eq!(uri(&sent), "sip:bob@foreign.test");
    let routes = headers(&sent, Name::Route);
    assert!(
        routes[1].starts_with("<sip:odi-") && routes[1].ends_with("@scscf.test:6060;lr>"),
        "{routes:?}"
    );
    // It comes back, and goes to the second.
    let sent = bench.say(AS, &back(&sent));
    let routes = headers(&sent, Name::Route);
    assert_eq!(routes[0], "<sip:as.test;second;lr>");
    let again = back(&sent.replace("<sip:as.test;second;lr>", "<sip:as.test;lr>"));
    let sent = bench.say(AS, &again);
    assert_eq!(
        bench.sent.last().expect("it").0.remote,
        socket("10.0.0.5:5060"),
        "{sent}"
    );
    assert!(headers(&sent, Name::Route).is_empty());
}

#[test]
fn a_route_that_nobody_gave_out_serves_nobody() {
    let mut bench = with(Vec::new());
    let forged = request(
        "INVITE",
        "sip:bob@foreign.test",
        "Route: <sip:odi-0000000000000001@scscf.test:6060;lr>\r\n",
    );
    bench.say(AS, &forged);
    assert_eq!(bench.starts(), ["403"]);
}

#[test]
fn a_server_that_fails_is_passed_over_or_is_the_end() {
    for (handling, status, passed) in [
        (DefaultHandling::SessionContinued, 503, true),
        (DefaultHandling::SessionTerminated, 503, false),
        (DefaultHandling::SessionContinued, 403, false),
    ] {
        let terminating = SessionCase::TERMINATING_REGISTERED;
        let mut bench = with(vec![criteria(1, "sip:as.test", handling, "MESSAGE", terminating)]);
        let sent = bench.say(I, &request("MESSAGE", ALICE, ""));
        assert_eq!(bench.sent.last().expect("it").0.remote, socket(AS));
        bench.sent.clear();
        let next = bench.say(AS, &response(&sent, status, "No", "x", ""));
        if passed {
            assert_eq!(
                (uri(&next).as_str(), bench.starts()),
                (CONTACT, vec!["MESSAGE".to_owned()])
            );
            bench.say(P, &response(&next, 200, "OK", "y", ""));
            assert_eq!(bench.starts(), ["MESSAGE", "200"]);
        } else {
            assert_eq!(bench.starts(), [status.to_string()]);
        }
    }
}

#[test]
fn a_silent_server_is_passed_over() {
    let terminating = SessionCase::TERMINATING_REGISTERED;
    let mut bench = with(vec![criteria(
        1,
        "sip:as.test",
        DefaultHandling::SessionContinued,
        "MESSAGE",
        terminating,
    )]);
    bench.say(I, &request("MESSAGE", ALICE, ""));
    bench.run(Duration::from_secs(33));
    assert_eq!(
        bench.sent.last().map(|(hop, text)| (hop.remote, uri(text))),
        Some((socket(P), CONTACT.to_owned()))
    );
}

#[test]
fn a_server_serves_who_is_not_registered() {
    let mut unregistered = criteria(
        1,
        "sip:as.test",
        DefaultHandling::SessionContinued,
        "INVITE",
        SessionCase::TERMINATING_UNREGISTERED,
    );
    unregistered.profile_part = Some(quintet_cx::profile::ProfilePartIndicator::Unregistered);
    let mut bench = Bench::scscf(home(profile_with(vec![unregistered])));
    let sent = bench.say(I, &request("INVITE", ALICE, ""));
    assert_eq!(bench.sent.last().expect("it").0.remote, socket(AS));
    assert!(header(&sent, Name::PServedUser).ends_with("sescase=term;regstate=unreg"));
    // Back from the server there is nobody to reach.
    let last = bench.say(AS, &back(&sent));
    assert!(last.starts_with("SIP/2.0 480"), "{last}");
}

#[test]
fn a_server_diverts_what_was_for_its_user() {
    let mut bench = with(vec![criteria(
        1,
        "sip:as.test",
        DefaultHandling::SessionContinued,
        "MESSAGE",
        SessionCase::TERMINATING_REGISTERED,
    )]);
    let sent = bench.say(I, &request("MESSAGE", ALICE, ""));
    let diverted = back(&sent).replacen(ALICE, "sip:bob@foreign.test", 1);
    let on = bench.say(AS, &diverted);
    assert_eq!(uri(&on), "sip:bob@foreign.test");
    assert_eq!(bench.sent.last().expect("it").0.remote, socket("10.0.0.5:5060"));
}

#[test]
fn a_server_originates_for_who_is_registered_and_who_is_not() {
    let unregistered = criteria(
        1,
        "sip:as.test",
        DefaultHandling::SessionContinued,
        "MESSAGE",
        SessionCase::ORIGINATING_UNREGISTERED,
    );
    let of_server = |route: &str, served: &str| {
        let headers =
            format!("Route: <{route}>\r\nP-Served-User: <{served}>\r\nP-Asserted-Identity: <{served}>\r\n");
        request("MESSAGE", "sip:bob@foreign.test", &headers)
    };
    let orig = "sip:scscf.test:6060;lr;orig";
    let mut bench = with(vec![unregistered.clone()]);
    let sent = bench.say(AS, &of_server(orig, ALICE));
    assert_eq!(
        bench.sent.last().expect("it").0.remote,
        socket("10.0.0.5:5060"),
        "{sent}"
    );
    assert!(headers(&sent, Name::Route).is_empty() && headers(&sent, Name::PServedUser).is_empty());
    bench.say(AS, &of_server(orig, BARRED));
    assert_eq!(bench.starts().last().map(String::as_str), Some("403"));
    // Nobody is registered: the HSS says whether there are services.
    let mut bench = Bench::scscf(home(profile_with(vec![unregistered])));
    let sent = bench.say(AS, &of_server(orig, ALICE));
    assert_eq!(uri(&sent), "sip:bob@foreign.test");
    assert_eq!(headers(&sent, Name::Route)[0], "<sip:as.test;lr>");
    assert_eq!(
        header(&sent, Name::PServedUser),
        format!("<{ALICE}>;sescase=orig;regstate=unreg")
    );
    let asked = bench.asked();
    assert!(
        matches!(&asked[..], [Request::ServerAssignment(sar)]
            if sar.assignment_type == ServerAssignmentType::UNREGISTERED_USER),
        "{asked:?}"
    );
    let on = bench.say(AS, &back(&sent));
    assert_eq!(
        bench.sent.last().expect("it").0.remote,
        socket("10.0.0.5:5060"),
        "{on}"
    );
    bench.say(AS, &of_server(orig, BARRED));
    assert_eq!(bench.starts().last().map(String::as_str), Some("403"));
    // A UE that is not registered comes by the Service-Route, and is not served.
    bench.asked();
    bench.say(
        P,
        &of_server("sip:orig@scscf.test:6060;lr", "sip:mallory@home.test"),
    );
    assert_eq!(bench.starts().last().map(String::as_str), Some("403"));
    assert!(bench.asked().is_empty());
    // Whom the HSS does not know originates nothing.
    let unknown = quintet_cx::ExperimentalResult::ERROR_USER_UNKNOWN;
    let mut bench = Bench::scscf(move |_| {
        let refusal = quintet_cx::Saa::new(unknown);
        Some(quintet_cx::Answer::ServerAssignment(Box::new(refusal)))
    });
    assert!(bench.say(AS, &of_server(orig, ALICE)).starts_with("SIP/2.0 403"));
}

#[test]
fn who_is_barred_is_not_called_unregistered_either() {
    let answering = criteria(
        1,
        "sip:as.test",
        DefaultHandling::SessionContinued,
        "MESSAGE",
        SessionCase::TERMINATING_UNREGISTERED,
    );
    let mut bench = Bench::scscf(home(profile_with(vec![answering])));
    assert!(
        bench
            .say(I, &request("MESSAGE", BARRED, ""))
            .starts_with("SIP/2.0 404")
    );
    assert!(
        bench
            .say(I, &request("MESSAGE", BARRED, ""))
            .starts_with("SIP/2.0 404")
    );
}

#[test]
fn a_header_is_met_in_its_compact_form_too() {
    let mut of_event = criteria(
        1,
        "sip:as.test",
        DefaultHandling::SessionTerminated,
        "SUBSCRIBE",
        SessionCase::ORIGINATING_REGISTERED,
    );
    let trigger = of_event.trigger.as_mut().expect("one");
    trigger.triggers.push(ServicePointTrigger::new(
        2,
        Condition::Header {
            name: "Event".into(),
            content: Some("presence".into()),
        },
    ));
    for name in ["Event", "o", "O"] {
        let mut bench = with(vec![of_event.clone()]);
        let text = mine("SUBSCRIBE", "sip:bob@foreign.test")
            .replace("Contact:", &format!("{name}: presence\r\nContact:"));
        let sent = bench.say(P, &text);
        assert_eq!(
            headers(&sent, Name::Route).first().map(String::as_str),
            Some("<sip:as.test;lr>"),
            "{name}"
        );
    }
}

#[test]
fn shared_criteria_are_asked_for_and_met() {
    let shared = criteria(
        3,
        "sip:as.test",
        DefaultHandling::SessionContinued,
        "MESSAGE",
        SessionCase::ORIGINATING_REGISTERED,
    );
    let mut profile = profile();
    profile.service_profiles[0].shared_ifc_sets = vec![7, 8];
    for knows in [true, false] {
        let mut config = scscf_config();
        if knows {
            config.shared_criteria.insert(7, vec![shared.clone()]);
        }
        let mut bench = Bench::scscf_of(config, home(profile.clone()));
        bench.register();
        let asked = bench.asked();
        let features = asked.iter().find_map(|request| match request {
            Request::ServerAssignment(sar) => Some(sar.features.clone()),
            _ => None,
        });
        let said = quintet_cx::FeatureList::of_cx(&features.expect("a SAR"));
        assert_eq!(said, knows.then_some(quintet_cx::Features::SHARED_IFC_SETS));
        let sent = bench.say(P, &mine("MESSAGE", "sip:bob@foreign.test"));
        assert_eq!(headers(&sent, Name::Route).is_empty(), !knows, "{sent}");
    }
}
