//! AUSF and UDM: what is asked of them, what their refusals and their silence mean, what they ask (TS 29.509, TS 29.503).

use crate::changes::changed;
use crate::support::{Asked, GNB, Phone, Rig, UPLINK, am_data, config, supi};
use quintet_amf::{AmfEvent, Service};
use quintet_fgmm::network::FgmmState;
use quintet_fgmm::network::durable::Stop;
use quintet_fgmm::ue::{Departure, Event, Input, Start};
use quintet_nas::fgs::FgmmCause;
use quintet_ngap::{Cause, NgapPdu};
use quintet_sbi::ts29571::{RatType, Snssai};
use quintet_sbi::{CallFailure, CallId, Method, ProblemDetails, Request, Response, Target, cause, namf};

/// At the callback that the UDM was given.
pub(crate) fn deregistration(rig: &Rig, n: u32, reason: &str) -> Request {
    deregistration_at(rig.callback(n, "dereg-notify"), reason)
}

fn deregistration_at(path: String, reason: &str) -> Request {
    let body = serde_json::json!({ "deregReason": reason, "accessType": "3GPP_ACCESS" });
    Request::json(Method::Post, path, &body)
}

fn begun(rig: &mut Rig) -> Phone {
    let mut phone = Phone::new(1);
    let _ = rig.initial(GNB, 7, &phone.begin(Start::REGISTER));
    phone
}

/// Up to the step that waits for this call.
pub(crate) fn up_to(rig: &mut Rig, phone: &mut Phone, part: &str) -> Asked {
    up_to_from(rig, phone, (1, 7), part)
}

/// The same on another connection than the first.
pub(crate) fn up_to_from(rig: &mut Rig, phone: &mut Phone, ids: (u64, u32), part: &str) -> Asked {
    loop {
        if let Some(asked) = rig.asked.front() {
            if asked.request.path.contains(part) {
                return rig.asked.pop_front().unwrap();
            }
            rig.give(phone.n);
            continue;
        }
        let nas = rig.nas();
        for said in phone.hear(&nas) {
            let _ = rig.uplink(ids, said.nas());
        }
    }
}

fn rejected(rig: &mut Rig, phone: &mut Phone) -> FgmmCause {
    rig.talk((1, 7), phone);
    let mut causes = phone.events.iter().filter_map(|event| match event {
        Event::Rejected { cause, .. } => Some(*cause),
        _ => None,
    });
    causes.next().unwrap_or_else(|| panic!("{:?}", phone.events))
}

#[test]
fn the_ausf_is_asked_for_this_serving_network_and_the_ue_by_its_suci() {
    let mut rig = Rig::new();
    begun(&mut rig);
    let asked = rig.asked(Method::Post, "/nausf-auth/v1/ue-authentications");
    assert_eq!(asked.target.authority, "ausf:80");
    let info = asked.json();
    assert_eq!(info["servingNetworkName"], "5G:mnc001.mcc001.3gppnetwork.org");
    assert_eq!(info["supiOrSuci"], "suci-0-001-01-0-0-0-0000000001");
}

/// The key in a callback of the first subscriber.
fn key_in<'u>(callback: &'u str, what: &str) -> &'u str {
    let rest = callback.strip_prefix("http://amf:80/namf-callback/v1/imsi-001010000000001/");
    let key = rest.and_then(|rest| rest.strip_suffix(what)?.strip_suffix('/'));
    let key = key.unwrap_or_else(|| panic!("{callback}"));
    assert_eq!(key.len(), 32, "128 bits");
    key
}

#[test]
fn a_callback_without_its_key_is_nobodys() {
    let mut rig = Rig::new();
    rig.register_and_idle((1, 7), &mut Phone::new(1));
    rig.register_and_idle((2, 8), &mut Phone::new(2));
    let right = rig.callback(1, "dereg-notify");
    let key = |n: u32, what: &str| {
        let path = rig.callback(n, what);
        path.split('/').nth(4).expect("a key").to_owned()
    };
    let own = key(1, "dereg-notify");
    let wrong = [
        right.replace(&own, &"0".repeat(32)),
        right.replace(&own, &key(2, "dereg-notify")),
        right.replace(&own, &key(1, "sdm-notify")),
        right.replace(&own, &own[..30]),
        right.replace(&format!("{own}/"), ""),
    ];
    for path in wrong {
        let response = rig.demand(&deregistration_at(path.clone(), "UE_INITIAL_REGISTRATION"));
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(rig.amf.context_count(), 2, "{path}");
    }
    // What the UDM was given is good after a restart, too.
    rig.restart(Stop::Clean);
    let response = rig.demand(&deregistration_at(right, "UE_INITIAL_REGISTRATION"));
    assert_eq!((response.status, rig.amf.context_count()), (204, 1));
}

#[test]
fn the_udm_hears_who_serves_and_where_to_call_back() {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    let asked = up_to(&mut rig, &mut phone, "/registrations/");
    assert!(asked.is(
        Method::Put,
        "/nudm-uecm/v1/imsi-001010000000001/registrations/amf-3gpp-access"
    ));
    let told = asked.json();
    assert_eq!(told["initialRegistrationInd"], true);
    assert_eq!(told["ratType"], "NR");
    assert_eq!(told["pei"], "imeisv-4901542032375186");
    assert_eq!(told["guami"]["amfId"], "010041");
    let callback = told["deregCallbackUri"].as_str().unwrap();
    let deregistrations = key_in(callback, "dereg-notify");
    rig.asked.push_front(asked);
    let subscription = up_to(&mut rig, &mut phone, "/sdm-subscriptions");
    let told = subscription.json();
    assert_eq!(
        told["monitoredResourceUris"][0],
        "/nudm-sdm/v2/imsi-001010000000001/am-data"
    );
    let changes = key_in(told["callbackReference"].as_str().unwrap(), "sdm-notify");
    assert_ne!(deregistrations, changes, "each has its own");
    rig.asked.push_front(subscription);
    rig.talk((1, 7), &mut phone);
    let registration = rig.amf.context(&supi(1)).unwrap().registration.clone().unwrap();
    assert_eq!(registration.ambr.map(|ambr| ambr.uplink), Some(UPLINK));
}

#[test]
fn refusals_of_the_ausf_reach_the_ue_as_what_they_mean() {
    let refusals = [
        (cause::USER_NOT_FOUND, FgmmCause::ILLEGAL_UE),
        (
            cause::SERVING_NETWORK_NOT_AUTHORIZED,
            FgmmCause::SERVING_NETWORK_NOT_AUTHORIZED,
        ),
        (cause::AV_GENERATION_PROBLEM, FgmmCause::CONGESTION),
    ];
    let mut seen = Vec::new();
    for (refusal, _) in refusals {
        let mut rig = Rig::new();
        let mut phone = begun(&mut rig);
        rig.refuse(refusal);
        rig.talk((1, 7), &mut phone);
        seen.push(phone.events.clone());
        assert!(!phone.ue.is_registered());
        assert!(!phone.events.is_empty(), "{refusal:?}: the UE is told");
    }
    // A subscriber that is not known and one that may not be here are not told the same as one to come again.
    assert!(seen[0] != seen[2] && seen[1] != seen[2], "{seen:?}");
}

#[test]
fn an_ausf_that_is_silent_ends_the_registration_once_and_what_it_says_later_nobody_hears() {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    let asked = rig.asked(Method::Post, "/ue-authentications");
    rig.answer(&asked, Err(CallFailure::Timeout(asked.timeout)));
    assert!(
        rig.asked.is_empty(),
        "a POST that may have arrived is not repeated"
    );
    rejected(&mut rig, &mut phone);
    let sent = rig.sent.len();
    rig.answer(&asked, Ok(Response::new(201)));
    rig.answer(
        &Asked {
            id: CallId(99_999),
            ..asked
        },
        Ok(Response::new(201)),
    );
    assert_eq!(rig.sent.len(), sent);
    let failed = |e: &&AmfEvent| {
        matches!(
            e,
            AmfEvent::CallFailed {
                service: Service::Ausf,
                ..
            }
        )
    };
    assert_eq!(rig.events.iter().filter(failed).count(), 1);
}

#[test]
fn an_ausf_that_cannot_be_reached_is_replaced_by_the_next_and_only_so_often() {
    let mut config = config();
    let second = Target {
        tls: true,
        authority: "ausf2:443".to_owned(),
    };
    config.sbi.ausf.push(second.clone());
    let mut rig = Rig::with(config);
    let mut phone = begun(&mut rig);
    let unreachable = |asked: &Asked| CallFailure::Unreachable {
        authority: asked.target.authority.clone(),
        reason: "refused".to_owned(),
    };
    let first = rig.asked.pop_front().unwrap();
    rig.answer(&first, Err(unreachable(&first)));
    let again = rig.asked.pop_front().expect("once more");
    assert_eq!((&again.target, &again.request), (&second, &first.request));
    assert_ne!(again.id, first.id);
    rig.answer(&again, Err(unreachable(&again)));
    assert!(rig.asked.is_empty(), "not for ever");
    rejected(&mut rig, &mut phone);
}

#[test]
fn a_res_that_is_wrong_ends_in_authentication_reject_and_the_ausf_is_told() {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    phone.wrong = true;
    rig.give(1);
    let nas = rig.nas();
    for said in phone.hear(&nas) {
        let _ = rig.uplink((1, 7), said.nas());
    }
    // HRES* is not HXRES*: the SEAF knows without the AUSF, and tells it (TS 33.501 6.1.3.2.2). By SUCI, the UE is
    // rejected then; whoever came by 5G-GUTI would be asked for its identity.
    while let Some(asked) = rig.asked.pop_front() {
        assert!(asked.is(Method::Put, "/5g-aka-confirmation"), "{asked:?}");
        rig.answer(&asked, Ok(Response::new(200)));
    }
    rig.talk((1, 7), &mut phone);
    assert!(
        phone.events.contains(&Event::AuthenticationRejected),
        "{:?}",
        phone.events
    );
}

#[test]
fn who_gives_up_an_authentication_is_not_confirmed_later() {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    let confirmation = up_to(&mut rig, &mut phone, "/5g-aka-confirmation");
    rig.down(GNB);
    rig.gnb(GNB, 1);
    let _ = rig.initial(GNB, 7, &Phone::new(2).begin(Start::REGISTER));
    rig.asked.push_front(confirmation);
    rig.give(1);
    assert!(rig.sent.is_empty());
    assert_eq!((rig.amf.connection_count(), rig.amf.context_count()), (1, 0));
}

#[test]
fn nobody_is_challenged_with_the_vector_of_another() {
    let mut rig = Rig::new();
    begun(&mut rig);
    // On the same connection, before the AUSF has answered for the first, it is somebody else.
    let said = Phone::new(2).begin(Start::REGISTER);
    let _ = rig.uplink((1, 7), said.nas());
    assert_eq!(rig.asked.len(), 2, "both were asked for");
    rig.give(1);
    assert!(rig.sent.is_empty(), "a challenge of the first for the second");
    rig.give(2);
    let challenge = rig.nas();
    assert!(challenge.windows(12).any(|octets| octets == [2; 12]), "RAND");
}

#[test]
fn the_udm_is_not_told_what_it_said() {
    let mut rig = Rig::new();
    rig.register_and_idle((1, 7), &mut Phone::new(1));
    rig.down(GNB);
    rig.demand(&deregistration(&rig, 1, "SUBSCRIPTION_WITHDRAWN"));
    assert_eq!(rig.amf.context(&supi(1)).unwrap().state, FgmmState::Deregistered);
    assert!(rig.asked.is_empty(), "{:?}", rig.asked);
}

#[test]
fn refusals_of_the_udm_reach_the_ue_as_what_they_mean() {
    let refusals = [
        (
            cause::UNKNOWN_5GS_SUBSCRIPTION,
            FgmmCause::FGS_SERVICES_NOT_ALLOWED,
        ),
        (cause::ROAMING_NOT_ALLOWED, FgmmCause::PLMN_NOT_ALLOWED),
    ];
    for (refusal, expected) in refusals {
        let mut rig = Rig::new();
        let mut phone = begun(&mut rig);
        let asked = up_to(&mut rig, &mut phone, "/registrations/");
        rig.asked.push_front(asked);
        rig.refuse(refusal);
        let told = rejected(&mut rig, &mut phone);
        assert_eq!(told, expected, "{refusal:?}");
    }
}

#[test]
fn a_refusal_without_a_name_says_nothing_of_the_subscriber() {
    for status in [403, 404] {
        for part in ["/registrations/", "/am-data"] {
            let mut rig = Rig::new();
            let mut phone = begun(&mut rig);
            let asked = up_to(&mut rig, &mut phone, part);
            rig.answer(&asked, Ok(Response::new(status)));
            let told = rejected(&mut rig, &mut phone);
            assert_eq!(told, FgmmCause::CONGESTION, "{status} {part}");
        }
    }
}

#[test]
fn a_slow_udm_ends_the_registration_and_a_broken_put_is_repeated_once() {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    let asked = up_to(&mut rig, &mut phone, "/registrations/");
    rig.answer(&asked, Err(CallFailure::Broken("reset".to_owned())));
    let again = rig.asked(Method::Put, "/registrations/");
    rig.answer(&again, Err(CallFailure::Timeout(again.timeout)));
    // It may have arrived: the UDM must not have this AMF as one that serves the UE.
    let purge = rig.asked(Method::Patch, "/registrations/amf-3gpp-access");
    assert_eq!(purge.json()["purgeFlag"], true);
    assert!(rig.asked.is_empty());
    rejected(&mut rig, &mut phone);
}

#[test]
fn data_that_cannot_be_read_are_as_none() {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    let asked = up_to(&mut rig, &mut phone, "/am-data");
    let broken = Response {
        body: "{\"nssai\": 7}".into(),
        content_type: "application/json".to_owned(),
        ..Response::new(200)
    };
    rig.answer(&asked, Ok(broken));
    rejected(&mut rig, &mut phone);
}

#[test]
fn a_token_goes_with_the_calls_of_its_service() {
    let mut rig = Rig::new();
    rig.amf.set_token(Service::Ausf, Some("abc".to_owned()));
    let mut phone = begun(&mut rig);
    assert_eq!(rig.asked.front().unwrap().request.token.as_deref(), Some("abc"));
    let asked = up_to(&mut rig, &mut phone, "/registrations/");
    assert_eq!(asked.request.token, None);
}

#[test]
fn a_withdrawn_subscription_deregisters_a_connected_ue_and_the_udm_is_not_told_what_it_said() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    let _ = rig.initial(GNB, 8, &phone.begin(Start::SERVICE));
    rig.talk((2, 8), &mut phone);
    rig.sent.clear();
    assert_eq!(
        rig.demand(&deregistration(&rig, 1, "SUBSCRIPTION_WITHDRAWN"))
            .status,
        204
    );
    rig.talk((2, 8), &mut phone);
    let told = |e: &Event| {
        let cause = Some(FgmmCause::FGS_SERVICES_NOT_ALLOWED);
        *e == Event::Deregistered(Departure::ByNetwork {
            reregister: false,
            cause,
        })
    };
    assert!(phone.events.iter().any(told), "{:?}", phone.events);
    assert_eq!(rig.amf.context(&supi(1)).unwrap().state, FgmmState::Deregistered);
    let purged = |e: &&AmfEvent| matches!(e, AmfEvent::CallFailed { .. });
    assert_eq!(rig.events.iter().filter(purged).count(), 0);
}

#[test]
fn a_ue_that_registered_elsewhere_is_released_without_a_word_and_forgotten() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    let _ = rig.initial(GNB, 8, &phone.begin(Start::SERVICE));
    rig.talk((2, 8), &mut phone);
    rig.sent.clear();
    rig.demand(&deregistration(&rig, 1, "UE_INITIAL_REGISTRATION"));
    assert_eq!(rig.released().2, Cause::NAS_NORMAL_RELEASE);
    assert_eq!(rig.amf.context_count(), 0);
    let again = rig.demand(&deregistration(&rig, 1, "UE_INITIAL_REGISTRATION"));
    assert_eq!(again.status, 404);
}

#[test]
fn data_that_change_are_read_anew_and_told() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    changed(&mut rig, 1);
    let asked = rig.asked(Method::Get, "/am-data");
    // Another rate is for the next context; another slice is for the UE.
    rig.answer(&asked, Ok(Response::json(200, &am_data(7))));
    assert!(rig.sent.is_empty());
    let registration = |rig: &Rig| rig.amf.context(&supi(1)).unwrap().registration.clone();
    assert_eq!(registration(&rig).unwrap().ambr.unwrap().uplink, 7);
    changed(&mut rig, 1);
    let asked = rig.asked(Method::Get, "/am-data");
    let mut more = am_data(7);
    more.nssai.as_mut().unwrap().single_nssais = vec![Snssai { sst: 2, sd: None }];
    rig.answer(&asked, Ok(Response::json(200, &more)));
    assert!(matches!(rig.pdu(GNB), NgapPdu::Paging(_)));
    assert_eq!(registration(&rig).unwrap().subscribed.len(), 2);
    phone.happen(Input::Paged);
    let _ = rig.initial(GNB, 9, &phone.begin(Start::SERVICE));
    rig.talk((2, 9), &mut phone);
    // NR is not allowed any more: the UE goes.
    rig.sent.clear();
    changed(&mut rig, 1);
    let asked = rig.asked(Method::Get, "/am-data");
    let mut barred = am_data(7);
    barred.rat_restrictions = vec![RatType::Nr];
    rig.answer(&asked, Ok(Response::json(200, &barred)));
    rig.talk((2, 9), &mut phone);
    assert_eq!(rig.amf.context(&supi(1)).unwrap().state, FgmmState::Deregistered);
}

#[test]
fn requests_that_are_none_are_answered_with_what_is_wrong() {
    let mut rig = Rig::new();
    // Of nobody: no key is right.
    let path = namf::dereg_callback(&supi(1).to_string(), &namf::CallbackKey::new([0; 16]));
    let known = path.clone();
    let cases = [
        (Request::new(Method::Get, path.clone()), 405),
        (Request::new(Method::Post, path.clone()), 400),
        (
            Request::json(Method::Post, path, &serde_json::json!({ "deregReason": 7 })),
            400,
        ),
        (deregistration_at(known, "SUBSCRIPTION_WITHDRAWN"), 404),
        (Request::new(Method::Get, "/namf-comm/v2/ue-contexts"), 400),
        (Request::new(Method::Get, "/"), 400),
    ];
    for (request, status) in cases {
        assert_eq!(rig.demand(&request).status, status, "{request:?}");
    }
}

/// A registration at the UDM that is under way when the UE's gNB is lost.
fn lost_while_registering() -> (Rig, Asked) {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    let asked = up_to(&mut rig, &mut phone, "/registrations/");
    rig.down(GNB);
    rig.asked.clear();
    (rig, asked)
}

#[test]
fn a_registration_that_is_granted_too_late_is_ended() {
    for granted in [
        Ok(Response::new(201)),
        Err(CallFailure::Timeout(Default::default())),
    ] {
        let (mut rig, asked) = lost_while_registering();
        rig.answer(&asked, granted);
        let purge = rig.asked(
            Method::Patch,
            "/imsi-001010000000001/registrations/amf-3gpp-access",
        );
        assert_eq!(purge.json()["purgeFlag"], true);
        rig.answer(&asked, Ok(Response::new(201)));
        assert!(rig.asked.is_empty(), "once");
    }
    // One that was refused, or never arrived, is none.
    let unreachable = CallFailure::Unreachable {
        authority: "udm:80".to_owned(),
        reason: "refused".to_owned(),
    };
    let refused = ProblemDetails::new(cause::USER_NOT_FOUND).response();
    for (outcome, tries) in [(Ok(refused), 1), (Err(unreachable), 2)] {
        let (mut rig, mut asked) = lost_while_registering();
        for _ in 1..tries {
            rig.answer(&asked, outcome.clone());
            asked = rig.asked(Method::Put, "/registrations/");
        }
        rig.answer(&asked, outcome);
        assert!(rig.asked.is_empty(), "{:?}", rig.asked);
    }
}

#[test]
fn a_registration_that_is_granted_late_is_the_one_of_a_ue_that_is_back() {
    let (mut rig, asked) = lost_while_registering();
    rig.gnb(GNB, 1);
    let mut phone = Phone::new(1);
    rig.register_and_idle((2, 8), &mut phone);
    rig.asked.clear();
    rig.answer(&asked, Ok(Response::new(201)));
    assert!(rig.asked.is_empty(), "{:?}", rig.asked);
    assert_eq!(rig.amf.context(&supi(1)).unwrap().state, FgmmState::Registered);
}

#[test]
fn nobody_reads_in_a_log_where_a_challenge_is_answered() {
    let mut rig = Rig::new();
    let mut phone = begun(&mut rig);
    let confirmation = up_to(&mut rig, &mut phone, "/5g-aka-confirmation");
    let path = &confirmation.request.path;
    let id = path.split('/').nth(4).expect("authCtxId");
    assert!(path.ends_with(&format!("/ue-authentications/{id}/5g-aka-confirmation")));
    for shown in [format!("{:?}", rig.amf), format!("{:?}", confirmation.request)] {
        assert!(
            shown.contains("ue-authentications/redacted/5g-aka-confirmation"),
            "{shown}"
        );
        assert!(!shown.contains(&format!("ue-authentications/{id}")));
    }
}
