//! The I-CSCF (TS 24.229 5.3): UAR, LIR, selection, another S-CSCF when one is not there.

use crate::support::*;
use quintet_cscf::icscf::{Icscf, IcscfEvent};
use quintet_cx::{
    Answer, ExperimentalResult, Outcome, Request, ServerCapabilities, UarFlags, UserAuthorizationType,
};
use quintet_diameter::ResultCode;
use quintet_sip::Name;
use std::time::Duration;

const P: &str = "10.0.0.1:5060";
const S: &str = "10.0.0.3:6060";

fn named(name: &str) -> Answer {
    let name = name.to_owned();
    uaa(ExperimentalResult::SUBSEQUENT_REGISTRATION, |answer| {
        answer.server_name = Some(name)
    })
}

fn capable(mandatory: &[u32], optional: &[u32]) -> Answer {
    let capabilities = ServerCapabilities {
        mandatory: mandatory.to_vec(),
        optional: optional.to_vec(),
        server_names: Vec::new(),
    };
    uaa(ExperimentalResult::FIRST_REGISTRATION, |answer| {
        answer.capabilities = Some(capabilities)
    })
}

fn to(bench: &Bench) -> Option<std::net::SocketAddr> {
    bench.sent.last().map(|(hop, _)| hop.remote)
}

#[test]
fn a_register_goes_to_the_named_server_and_its_answer_back() {
    let mut bench = Bench::icscf(|_| Some(named("sip:scscf.test:6060")));
    let sent = bench.say(P, &register("call-1", 1, "no", ""));
    let asked = bench.asked();
    let [Request::UserAuthorization(uar)] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (uar.user_name.as_str(), uar.public_identity.as_str()),
        (IMPI, ALICE)
    );
    assert_eq!(uar.visited_network, "visited.test");
    assert_eq!(
        (uar.authorization_type, uar.flags),
        (UserAuthorizationType::REGISTRATION, UarFlags::default())
    );
    assert_eq!(
        (to(&bench), uri(&sent).as_str()),
        (Some(socket(S)), "sip:scscf.test:6060")
    );
    assert_eq!(
        (
            header(&sent, Name::Path).as_str(),
            headers(&sent, Name::Via).len()
        ),
        (PATH, 2)
    );
    assert!(sent.contains("integrity-protected=\"no\""));
    let back = bench.say(
        S,
        &response(
            &sent,
            401,
            "Unauthorized",
            "s",
            "WWW-Authenticate: Digest nonce=\"x\",ck=\"00\"\r\n",
        ),
    );
    assert!(back.starts_with("SIP/2.0 401") && back.contains("ck=\"00\""));
    assert_eq!(headers(&back, Name::Via).len(), 1);
    assert!(bench.i().is_empty());
    // What an operator is told of it, in order.
    let told: Vec<IcscfEvent> = std::iter::from_fn(|| bench.i().poll_event()).collect();
    let expected = [
        IcscfEvent::Asked { register: true },
        IcscfEvent::Forwarded {
            scscf: "sip:scscf.test:6060".to_owned(),
            again: false,
        },
        IcscfEvent::Answered { status: 401 },
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_stranger_is_not_believed_nor_told_keys() {
    let mut config = icscf_config();
    config.neighbours = vec![socket(P).ip(), socket(S).ip()];
    let subject = Subject::Icscf(Box::new(quintet_cscf::icscf::Icscf::new(config, [7; 32])));
    let mut bench = Bench::new(subject, |request| {
        Some(match request {
            Request::UserAuthorization(_) => named("sip:scscf.test:6060"),
            _ => lia(ResultCode::SUCCESS, |answer| {
                answer.server_name = Some("sip:scscf.test:6060".to_owned());
            }),
        })
    });
    for (from, believed) in [(P, true), ("192.0.2.1:5060", false)] {
        let sent = bench.say(from, &register("call-1", 1, "yes", ""));
        assert_eq!(sent.contains("integrity-protected"), believed, "{sent}");
        assert_eq!(!headers(&sent, Name::Path).is_empty(), believed);
        let challenge = "WWW-Authenticate: Digest nonce=\"x\",ck=\"00\",ik=\"11\"\r\n";
        let back = bench.say(S, &response(&sent, 401, "Unauthorized", "s", challenge));
        assert!(
            back.starts_with("SIP/2.0 401") && back.contains("nonce=\"x\""),
            "{back}"
        );
        assert_eq!(back.contains("ck=") && back.contains("ik="), believed, "{back}");
        let orig = format!("Route: <sip:icscf.test;lr;orig>\r\nP-Served-User: <{TEL}>\r\n");
        let sent = bench.say(from, &request("MESSAGE", "sip:bob@foreign.test", &orig));
        assert_eq!(sent.starts_with("MESSAGE"), believed, "{sent}");
        let asserting = request("MESSAGE", ALICE, "P-Asserted-Identity: <tel:110>\r\n");
        let sent = bench.say(from, &asserting.replace("call-b", "call-c"));
        assert!(sent.starts_with("MESSAGE"), "{sent}");
        assert_eq!(!headers(&sent, Name::PAssertedIdentity).is_empty(), believed);
    }
}

#[test]
fn what_kind_of_registration_it_is() {
    for (contacts, expected, flags) in [
        (
            "Contact: *\r\nExpires: 0\r\n",
            UserAuthorizationType::DE_REGISTRATION,
            0,
        ),
        (
            "Contact: <sip:a@h>;expires=0\r\n",
            UserAuthorizationType::DE_REGISTRATION,
            0,
        ),
        (
            "Contact: <sip:a@h>;expires=0, <sip:b@h>\r\n",
            UserAuthorizationType::REGISTRATION,
            0,
        ),
        (
            "Contact: <sip:a@h>;expires=60\r\nExpires: 0\r\n",
            UserAuthorizationType::REGISTRATION,
            0,
        ),
        (
            "Contact: <sip:a@h;sos>\r\n",
            UserAuthorizationType::REGISTRATION,
            1,
        ),
    ] {
        let mut bench = Bench::icscf(|_| None);
        bench.say(P, &register_for("call-1", 1, "no", "", contacts));
        let asked = bench.asked();
        let [Request::UserAuthorization(uar)] = &asked[..] else {
            panic!("{asked:?}");
        };
        assert_eq!(
            (uar.authorization_type, uar.flags.0),
            (expected, flags),
            "{contacts}"
        );
    }
}

#[test]
fn a_server_is_chosen_by_what_it_can() {
    for (mandatory, optional, expected) in [
        (&[3][..], &[][..], Some("10.0.0.7:6060")),
        (&[2], &[3], Some("10.0.0.7:6060")),
        (&[4], &[], None),
    ] {
        let answer = capable(mandatory, optional);
        let mut bench = Bench::icscf(move |_| Some(answer.clone()));
        bench.say(P, &register("call-1", 1, "no", ""));
        match expected {
            Some(address) => assert_eq!(to(&bench), Some(socket(address))),
            None => assert_eq!(bench.starts(), ["600"]),
        }
        assert_eq!(bench.i().is_empty(), expected.is_none());
    }
}

#[test]
fn refusals_of_the_hss() {
    let results: [(Outcome, &str, &str); 7] = [
        (ExperimentalResult::ERROR_USER_UNKNOWN.into(), "403", "404"),
        (
            ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH.into(),
            "403",
            "403",
        ),
        (
            ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED.into(),
            "403",
            "480",
        ),
        (ExperimentalResult::ERROR_ROAMING_NOT_ALLOWED.into(), "403", "403"),
        (ResultCode::AUTHORIZATION_REJECTED.into(), "403", "403"),
        (ResultCode::UNABLE_TO_COMPLY.into(), "480", "480"),
        (ResultCode::TOO_BUSY.into(), "480", "480"),
    ];
    for (outcome, register_status, call_status) in results {
        let mut bench = Bench::icscf(move |request| {
            Some(match request {
                Request::UserAuthorization(_) => uaa(outcome, |_| {}),
                _ => lia(outcome, |_| {}),
            })
        });
        bench.say(P, &register("call-1", 1, "no", ""));
        bench.say(P, &request("INVITE", ALICE, ""));
        assert_eq!(bench.starts(), [register_status, call_status], "{outcome}");
        assert!(bench.i().is_empty(), "nothing is kept");
    }
}

/// As much is under way to the HSS as may be: who registers next may come again, and is not told that it is gone.
#[test]
fn an_hss_that_is_to_be_spared() {
    let mut config = icscf_config();
    config.cx.outstanding = 1;
    let icscf = Subject::Icscf(Box::new(Icscf::new(config, [7; 32])));
    let mut bench = Bench::new(icscf, |_| None);
    bench.say(P, &register("call-1", 1, "no", ""));
    bench.say(P, &register("call-2", 1, "no", ""));
    assert_eq!(bench.starts(), ["480"]);
}

#[test]
fn an_hss_that_is_silent() {
    let mut bench = Bench::icscf(|_| None);
    bench.say(P, &register("call-1", 1, "no", ""));
    assert_eq!(bench.i().len(), 1);
    bench.run(Duration::from_secs(20));
    assert_eq!(bench.starts(), ["504"]);
    assert!(bench.i().is_empty());
}

/// The named S-CSCF does not answer: the HSS is asked for capabilities, and another is taken (TS 24.229 5.3.1.3).
#[test]
fn another_is_chosen_when_the_named_one_is_not_there() {
    let script = |request: &Request| {
        let Request::UserAuthorization(uar) = request else {
            return None;
        };
        Some(match uar.authorization_type {
            UserAuthorizationType::REGISTRATION => named("sip:scscf.test:6060"),
            _ => uaa(ExperimentalResult::SUBSEQUENT_REGISTRATION, |answer| {
                answer.server_name = Some("sip:scscf.test:6060".to_owned());
                answer.capabilities = Some(ServerCapabilities {
                    mandatory: vec![2],
                    optional: vec![3],
                    server_names: Vec::new(),
                });
            }),
        })
    };
    for how in ["silence", "redirection", "480"] {
        let mut bench = Bench::icscf(script);
        let sent = bench.say(P, &register("call-1", 1, "no", ""));
        assert_eq!(to(&bench), Some(socket(S)));
        match how {
            "silence" => bench.run(Duration::from_secs(33)),
            "redirection" => {
                bench.say(S, &response(&sent, 302, "Moved", "s", ""));
            }
            _ => {
                bench.say(S, &response(&sent, 480, "Not Now", "s", ""));
            }
        }
        let types: Vec<_> = bench
            .asked()
            .iter()
            .map(|request| match request {
                Request::UserAuthorization(uar) => uar.authorization_type,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            types,
            [
                UserAuthorizationType::REGISTRATION,
                UserAuthorizationType::REGISTRATION_AND_CAPABILITIES
            ]
        );
        let other = bench.sent.last().expect("it").clone();
        assert_eq!(other.0.remote, socket("10.0.0.7:6060"), "{how}");
        assert_eq!(uri(&other.1), "sip:third.test:6060");
        let back = bench.say("10.0.0.7:6060", &response(&other.1, 200, "OK", "t", ""));
        assert!(back.starts_with("SIP/2.0 200"));
        assert!(
            !bench
                .starts()
                .iter()
                .any(|start| start == "408" || start == "302" || start == "480"),
            "{how}"
        );
        assert!(bench.i().is_empty());
    }
}

#[test]
fn when_nobody_is_there_it_says_so_once() {
    let answer = capable(&[2], &[]);
    let mut bench = Bench::icscf(move |_| Some(answer.clone()));
    bench.say(P, &register("call-1", 1, "no", ""));
    bench.run(Duration::from_secs(200));
    let finals: Vec<_> = bench
        .starts()
        .into_iter()
        .filter(|start| start != "REGISTER")
        .collect();
    assert_eq!(finals, ["504"]);
    assert!(bench.i().is_empty());
}

#[test]
fn calls_go_where_the_hss_says() {
    let mut bench = Bench::icscf(|_| {
        Some(lia(ResultCode::SUCCESS, |answer| {
            answer.server_name = Some("sip:scscf.test:6060".to_owned())
        }))
    });
    let sent = bench.say(P, &request("INVITE", ALICE, ""));
    let asked = bench.asked();
    let [Request::LocationInfo(lir)] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!((lir.public_identity.as_str(), lir.originating), (ALICE, false));
    assert_eq!((to(&bench), uri(&sent).as_str()), (Some(socket(S)), ALICE));
    assert_eq!(headers(&sent, Name::Route), ["<sip:scscf.test:6060;lr>"]);
    assert!(header(&sent, Name::RecordRoute).is_empty());
    bench.say(S, &response(&sent, 486, "Busy Here", "s", ""));
    assert!(bench.starts().contains(&"486".to_owned()));
    assert!(bench.i().is_empty());
    // On behalf of a user.
    let headers_of = format!("Route: <sip:icscf.test;lr;orig>\r\nP-Served-User: <{TEL}>\r\n");
    let sent = bench.say(P, &request("INVITE", "sip:bob@foreign.test", &headers_of));
    let asked = bench.asked();
    let [Request::LocationInfo(lir)] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!((lir.public_identity.as_str(), lir.originating), (TEL, true));
    assert_eq!(headers(&sent, Name::Route), ["<sip:scscf.test:6060;lr;orig>"]);
}

#[test]
fn whom_only_an_unregistered_service_serves_gets_a_server_by_capabilities() {
    let mut bench = Bench::icscf(|_| {
        Some(lia(ExperimentalResult::UNREGISTERED_SERVICE, |answer| {
            answer.capabilities = Some(ServerCapabilities {
                mandatory: vec![3],
                ..ServerCapabilities::default()
            });
        }))
    });
    bench.say(P, &request("INVITE", ALICE, ""));
    assert_eq!(to(&bench), Some(socket("10.0.0.7:6060")));
}

#[test]
fn what_comes_back_as_it_went_is_a_loop() {
    let mut bench = Bench::icscf(|_| {
        Some(lia(ResultCode::SUCCESS, |answer| {
            answer.server_name = Some("sip:scscf.test:6060".to_owned());
        }))
    });
    let sent = bench.say(P, &request("MESSAGE", ALICE, ""));
    let back = sent.replace("Route: <sip:scscf.test:6060;lr>\r\n", "");
    assert_ne!(back, sent);
    bench.say(S, &back);
    assert!(bench.starts().contains(&"482".to_owned()), "{:?}", bench.starts());
}

#[test]
fn whom_others_serve_is_not_asked_for() {
    let mut bench = Bench::icscf(|_| None);
    bench.say(P, &request("INVITE", "sip:bob@foreign.test", ""));
    bench.say(
        P,
        &register("call-1", 1, "no", "").replace("sip:home.test SIP", "sip:other.test SIP"),
    );
    assert_eq!(bench.starts(), ["404", "404"]);
    assert!(bench.asked().is_empty());
    let told: Vec<IcscfEvent> = std::iter::from_fn(|| bench.i().poll_event()).collect();
    assert_eq!(
        told,
        [
            IcscfEvent::Refused { status: 404 },
            IcscfEvent::Refused { status: 404 }
        ]
    );
}

#[test]
fn a_call_that_waits_for_the_hss_is_cancelled() {
    let mut bench = Bench::icscf(|_| None);
    let invite = request("INVITE", ALICE, "").replace("BRANCH", "z9hG4bKcall");
    bench.say(P, &invite);
    bench.say(
        P,
        &invite
            .replacen("INVITE", "CANCEL", 1)
            .replace("1 INVITE", "1 CANCEL"),
    );
    assert_eq!(bench.starts(), ["200", "487"]);
    assert!(bench.i().is_empty());
}
