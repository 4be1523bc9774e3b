//! REGISTER at the S-CSCF: SM3 to SM10 with CM1 to CM4, and the failures of TS 33.203 6.1.2 and 6.1.3.

use crate::support::*;
use quintet_cx::{
    Answer, DeregistrationReason, ExperimentalResult, Maa, Outcome, Ppr, ReasonCode, Request, Rtr,
    ServerAssignmentType,
};
use quintet_sip::Name;
use std::time::Duration;

fn assignments(asked: &[Request]) -> Vec<ServerAssignmentType> {
    let of = |request: &Request| match request {
        Request::ServerAssignment(sar) => Some(sar.assignment_type),
        _ => None,
    };
    asked.iter().filter_map(of).collect()
}

const FROM: &str = "10.0.0.2:5060";

#[test]
fn from_challenge_to_service_route() {
    let mut bench = Bench::scscf(home(profile()));
    let challenge = bench.say(FROM, &register("call-1", 1, "no", ""));
    let asked = bench.asked();
    let Some(Request::MultimediaAuth(mar)) = asked.first() else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (mar.user_name.as_str(), mar.public_identity.as_str()),
        (IMPI, ALICE)
    );
    assert_eq!((mar.server_name.as_str(), mar.count), ("sip:scscf.test:6060", 1));
    let value = header(&challenge, Name::WwwAuthenticate);
    for part in [
        "Digest realm=\"home.test\"",
        "algorithm=AKAv1-MD5",
        "ck=\"0101",
        "ik=\"0202",
        "qop=\"auth\"",
    ] {
        assert!(value.contains(part), "{part} in {value}");
    }
    let answer = answer_to(&challenge, 1);
    let reply = bench.say(FROM, &register("call-1", 2, "yes", &answer));
    assert_eq!(bench.starts(), ["401", "200"]);
    assert_eq!(assignments(&bench.asked()), [ServerAssignmentType::REGISTRATION]);
    assert_eq!(
        header(&reply, Name::ServiceRoute),
        "<sip:orig@scscf.test:6060;lr>"
    );
    assert_eq!(
        headers(&reply, Name::PAssociatedUri),
        [format!("<{ALICE}>"), format!("<{TEL}>")]
    );
    assert_eq!(header(&reply, Name::Contact), format!("<{CONTACT}>;expires=600"));
    assert_eq!(header(&reply, Name::Path), PATH);
    assert!(!reply.contains("ck=") && !reply.contains("ik="));
}

#[test]
fn wrong_and_empty_answers() {
    for response in ["00112233445566778899aabbccddeeff", ""] {
        let mut bench = Bench::scscf(home(profile()));
        let challenge = bench.say(FROM, &register("call-1", 1, "no", ""));
        let answer = answer_to(&challenge, 1);
        let right = answer
            .split("response=\"")
            .nth(1)
            .expect("it")
            .split('"')
            .next()
            .expect("it");
        let answer = answer.replace(right, response);
        // Who does not take the network for its home has no associations with it.
        let protected = if response.is_empty() { "no" } else { "yes" };
        let reply = bench.say(FROM, &register("call-1", 2, protected, &answer));
        assert!(reply.starts_with("SIP/2.0 403"), "{reply}");
        assert!(!reply.contains("WWW-Authenticate"));
        assert_eq!(
            assignments(&bench.asked()),
            [ServerAssignmentType::AUTHENTICATION_FAILURE]
        );
        assert_eq!(bench.node().len(), (0, 0), "nothing is kept");
    }
}

#[test]
fn a_wrong_answer_ends_no_registration() {
    let mut bench = Bench::registered();
    let challenge = bench.say(FROM, &register("call-2", 1, "no", ""));
    let answer = answer_to(&challenge, 77);
    let reply = bench.say(FROM, &register("call-2", 2, "yes", &answer));
    assert!(reply.starts_with("SIP/2.0 403"));
    assert!(assignments(&bench.asked()).is_empty());
    let sessions: Vec<_> = bench
        .node()
        .sessions()
        .map(|session| session.sets()[0].bindings.len())
        .collect();
    assert_eq!(sessions, [1]);
}

#[test]
fn auts_goes_to_the_hss_and_a_new_challenge_back() {
    let mut bench = Bench::scscf(home(profile()));
    let challenge = bench.say(FROM, &register("call-1", 1, "no", ""));
    let answer = answer_to(&challenge, 1) + ",auts=\"BwcHBwcHBwcHBwcHBwc=\"";
    bench.asked();
    let again = bench.say(FROM, &register("call-1", 2, "no", &answer));
    let asked = bench.asked();
    let Some(Request::MultimediaAuth(mar)) = asked.first() else {
        panic!("{asked:?}");
    };
    let resynchronisation = mar.item.resynchronisation.as_ref().expect("SIP-Authorization");
    assert_eq!(resynchronisation.rand, [1; 16]);
    let answer = answer_to(&again, 2);
    let reply = bench.say(FROM, &register("call-1", 3, "yes", &answer));
    assert!(reply.starts_with("SIP/2.0 200"), "{reply}");
}

#[test]
fn silence_is_told_to_the_hss() {
    let mut bench = Bench::scscf(home(profile()));
    bench.say(FROM, &register("call-1", 1, "no", ""));
    bench.run(Duration::from_secs(241));
    assert_eq!(
        assignments(&bench.asked()),
        [ServerAssignmentType::AUTHENTICATION_TIMEOUT]
    );
    assert_eq!(bench.node().len(), (0, 0));
}

#[test]
fn what_the_hss_says_is_what_the_ue_hears() {
    for (outcome, status) in [
        (Outcome::from(ExperimentalResult::ERROR_USER_UNKNOWN), "403"),
        (ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH.into(), "403"),
        (ExperimentalResult::ERROR_AUTH_SCHEME_NOT_SUPPORTED.into(), "403"),
        (quintet_diameter::ResultCode::UNABLE_TO_COMPLY.into(), "500"),
    ] {
        let mut bench = Bench::scscf(move |_| Some(Answer::MultimediaAuth(Maa::new(outcome))));
        bench.say(FROM, &register("call-1", 1, "no", ""));
        assert_eq!(bench.starts(), [status], "{outcome}");
        assert_eq!(bench.node().len(), (0, 0));
    }
}

#[test]
fn an_hss_that_is_silent_is_504() {
    let mut bench = Bench::scscf(|_| None);
    bench.say(FROM, &register("call-1", 1, "no", ""));
    bench.run(Duration::from_secs(20));
    assert_eq!(bench.starts(), ["504"]);
    assert_eq!(bench.node().len(), (0, 0));
}

#[test]
fn too_brief_and_unreadable() {
    for (contacts, status) in [
        (format!("Contact: <{CONTACT}>\r\nExpires: 5\r\n"), "423"),
        ("Contact: *\r\nExpires: 600\r\n".to_owned(), "400"),
        (format!("Contact: *, <{CONTACT}>\r\nExpires: 0\r\n"), "400"),
        (format!("Contact: <{CONTACT};x={}>\r\n", "y".repeat(2_000)), "400"),
    ] {
        let mut bench = Bench::scscf(home(profile()));
        let reply = bench.say(FROM, &register_for("call-1", 1, "no", "", &contacts));
        assert_eq!(bench.starts(), [status]);
        if status == "423" {
            assert_eq!(header(&reply, Name::MinExpires), "60");
        }
        assert!(bench.asked().is_empty());
        assert_eq!(bench.node().len(), (0, 0));
    }
    let mut bench = Bench::scscf(home(profile()));
    bench.say(FROM, &register("call-1", 1, "maybe", ""));
    bench.say(
        FROM,
        &register("call-1", 1, "no", "").replace("sip:home.test SIP", "sip:other.test SIP"),
    );
    assert_eq!(bench.starts(), ["400", "404"]);
}

#[test]
fn a_repeated_register_is_one() {
    let mut bench = Bench::scscf(home(profile()));
    let text = register("call-1", 1, "no", "").replace("BRANCH", "z9hG4bKsame");
    bench.say(FROM, &text);
    bench.say(FROM, &text);
    assert_eq!(bench.starts(), ["401", "401"]);
    assert_eq!(bench.sent[0], bench.sent[1]);
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn deregistered_by_the_ue_and_by_time() {
    let mut bench = Bench::registered();
    let challenge = bench.say(
        FROM,
        &register_for("call-1", 3, "yes", "", "Contact: *\r\nExpires: 0\r\n"),
    );
    let answer = answer_to(&challenge, 2);
    let reply = bench.say(
        FROM,
        &register_for("call-1", 4, "yes", &answer, "Contact: *\r\nExpires: 0\r\n"),
    );
    assert!(
        reply.starts_with("SIP/2.0 200") && !reply.contains("Service-Route"),
        "{reply}"
    );
    assert_eq!(
        assignments(&bench.asked()),
        [ServerAssignmentType::USER_DEREGISTRATION]
    );
    assert_eq!(bench.node().len(), (0, 0));

    let mut bench = Bench::registered();
    bench.run(Duration::from_secs(631));
    assert_eq!(
        assignments(&bench.asked()),
        [ServerAssignmentType::TIMEOUT_DEREGISTRATION]
    );
    assert_eq!(bench.node().len(), (0, 0));
}

fn rtr(user_name: &str, associated: &[&str], public: &[&str]) -> Request {
    Request::RegistrationTermination(Rtr {
        user_name: user_name.to_owned(),
        associated_identities: associated.iter().map(|name| (*name).to_owned()).collect(),
        public_identities: public.iter().map(|name| (*name).to_owned()).collect(),
        reason: DeregistrationReason {
            code: ReasonCode::PERMANENT_TERMINATION,
            info: None,
        },
        flags: Default::default(),
        features: Vec::new(),
    })
}

#[test]
fn the_hss_ends_registrations() {
    for (request, associated) in [
        (rtr(IMPI, &[], &[]), &[][..]),
        (rtr(IMPI, &[], &[TEL]), &[]),
        (rtr("somebody@home.test", &[IMPI], &[]), &[IMPI]),
    ] {
        let mut bench = Bench::registered();
        bench.push(&request);
        let answered = bench.answered();
        let Some(Answer::RegistrationTermination(rta)) = answered.first() else {
            panic!("{answered:?}");
        };
        assert!(answered[0].outcome().is_success(), "{answered:?}");
        assert_eq!(rta.associated_identities, associated);
        assert_eq!(bench.node().len(), (0, 0));
        assert!(bench.asked().is_empty(), "the HSS knows");
    }
    // What nobody can read names nobody: it is not all.
    let mut bench = Bench::registered();
    bench.push(&rtr(IMPI, &[], &["no identity"]));
    assert!(!bench.answered()[0].outcome().is_success());
    assert_eq!(bench.node().len(), (1, 0));
    bench.push(&rtr(IMPI, &[], &["sip:other@home.test"]));
    assert_eq!(bench.node().len(), (1, 0));
    bench.push(&rtr("nobody@home.test", &[], &[]));
    assert!(
        bench
            .answered()
            .iter()
            .all(|answer| answer.outcome().is_success())
    );
}

#[test]
fn a_pushed_profile_is_applied() {
    let mut bench = Bench::registered();
    let mut ppr = Ppr::new(IMPI);
    let mut pushed = profile();
    pushed.service_profiles[0].public_identities.truncate(2);
    ppr.user_data = Some(pushed.to_xml().into_bytes());
    bench.push(&Request::PushProfile(Box::new(ppr)));
    let mut bad = Ppr::new(IMPI);
    bad.user_data = Some(b"<nothing".to_vec());
    bench.push(&Request::PushProfile(Box::new(bad)));
    bench.push(&Request::PushProfile(Box::new(Ppr::new("nobody@home.test"))));
    let outcomes: Vec<_> = bench
        .answered()
        .iter()
        .map(|answer| answer.outcome().code())
        .collect();
    assert_eq!(outcomes, [2001, 5009, 5001]);
    let members: Vec<_> = bench
        .node()
        .sessions()
        .map(|session| session.sets()[0].members.len())
        .collect();
    assert_eq!(members, [2]);
}
