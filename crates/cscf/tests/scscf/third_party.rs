//! Third-party registration: what application servers hear (TS 24.229 5.4.1.7).

use crate::criteria::criteria;
use crate::support::*;
use quintet_cx::profile::{DefaultHandling, InitialFilterCriteria, SessionCase};
use quintet_cx::{Request, ServerAssignmentType};
use quintet_sip::Name;
use std::time::Duration;

const I: &str = "10.0.0.2:5060";
const AS: &str = "10.0.0.4:5060";

fn told(handling: DefaultHandling) -> InitialFilterCriteria {
    let mut told = criteria(
        1,
        "sip:as.test",
        handling,
        "REGISTER",
        SessionCase::ORIGINATING_REGISTERED,
    );
    if let Some(trigger) = &mut told.trigger {
        trigger.triggers.truncate(1);
    }
    told.application_server.service_info = Some("a<b".to_owned());
    told.application_server.include_register_request = true;
    told
}

fn third_party(bench: &Bench) -> Vec<String> {
    let registers = bench.sent.iter().filter(|(_, text)| text.starts_with("REGISTER"));
    registers.map(|(_, text)| text.clone()).collect()
}

#[test]
fn servers_hear_of_registrations_and_of_their_end() {
    let mut bench = Bench::scscf(home(profile_with(vec![told(DefaultHandling::SessionContinued)])));
    bench.register_only();
    let registers = third_party(&bench);
    assert_eq!(registers.len(), 1);
    let text = &registers[0];
    assert_eq!(uri(text), "sip:as.test");
    assert_eq!(header(text, Name::To), format!("<{ALICE}>"));
    assert_eq!(header(text, Name::Expires), "600");
    assert!(header(text, Name::From).starts_with("<sip:scscf.test:6060>;tag="));
    assert!(header(text, Name::ContentType).starts_with("multipart/mixed"));
    assert!(
        text.contains("<service-info>a&lt;b</service-info>") && text.contains("Content-Type: message/sip")
    );
    bench.say(AS, &response(text, 200, "OK", "x", ""));
    bench.sent.clear();
    bench.run(Duration::from_secs(631));
    let registers = third_party(&bench);
    assert!(registers.iter().all(|text| header(text, Name::Expires) == "0") && !registers.is_empty());
}

#[test]
fn a_server_without_which_nobody_is_registered() {
    for (handling, status, ended) in [
        (DefaultHandling::SessionTerminated, 503, true),
        (DefaultHandling::SessionTerminated, 403, false),
        (DefaultHandling::SessionContinued, 503, false),
    ] {
        let mut bench = Bench::scscf(home(profile_with(vec![told(handling)])));
        bench.register_only();
        bench.asked();
        let text = third_party(&bench)[0].clone();
        bench.say(AS, &response(&text, status, "No", "x", ""));
        let asked = bench.asked();
        let ends = asked.iter().any(|request| {
            matches!(request, Request::ServerAssignment(sar)
                if sar.assignment_type == ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION)
        });
        assert_eq!(ends, ended, "{handling:?} {status}");
        assert_eq!(bench.node().is_empty(), ended);
    }
}

#[test]
fn no_body_of_a_ue_speaks_for_us_and_servers_get_what_they_want() {
    let mut wanted = told(DefaultHandling::SessionContinued);
    wanted.application_server.include_register_response = true;
    let mut bench = Bench::scscf(home(profile_with(vec![wanted])));
    bench.register_only();
    let registers = third_party(&bench);
    let kind = header(&registers[0], Name::ContentType);
    let boundary = kind.split("boundary=").nth(1).expect("one").to_owned();
    let parts: Vec<&str> = registers[0].split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 5, "{}", registers[0]);
    assert!(parts[1].contains("<service-info>"));
    assert!(parts[2].contains("REGISTER sip:home.test") && parts[3].contains("SIP/2.0 200 OK"));
    assert!(parts[3].contains("P-Associated-URI") && !parts[3].contains("ck="));
    // Its REGISTER goes along when it de-registers, too, and the boundary is another each time.
    bench.say(AS, &response(&registers[0], 200, "OK", "x", ""));
    bench.sent.clear();
    let ending = "Contact: <sip:alice@10.0.0.9:5062>\r\nExpires: 0\r\n";
    let challenge = bench.say(I, &register_for("call-1", 7, "yes", "", ending));
    let answer = answer_to(&challenge, 2);
    bench.say(I, &register_for("call-1", 8, "yes", &answer, ending));
    let registers = third_party(&bench);
    assert_eq!(header(&registers[0], Name::Expires), "0");
    assert!(registers[0].contains("CSeq: 8 REGISTER"), "{}", registers[0]);
    assert!(!registers[0].contains(&boundary));
}

#[test]
fn criteria_without_a_trigger_are_not_about_registrations() {
    let mut untriggered = told(DefaultHandling::SessionContinued);
    untriggered.trigger = None;
    let mut bench = Bench::scscf(home(profile_with(vec![untriggered])));
    bench.register();
    assert!(third_party(&bench).is_empty());
}
