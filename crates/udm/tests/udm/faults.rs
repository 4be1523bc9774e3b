//! A store that is slow, down, or not ours any more; requests that are none; limits; nothing secret is printed.

use crate::support::*;
use quintet_sbi::nudm::uecm;
use quintet_sbi::{Method, Request};
use quintet_store::contract::fixture::imsi;
use quintet_store::{Command, Store, StoreError, Ticket};
use quintet_subscriber::auc::Slot;
use quintet_subscriber::model::AuthenticationMethod;
use quintet_udm::{FrontEvent, MAX_WAITING, MAX_WAITING_PER_SUBSCRIBER, UdmEvent, WAITING_TIME};
use std::time::Duration;

const FG: AuthenticationMethod = AuthenticationMethod::FgAka;

#[test]
fn a_request_before_the_takeover_waits_for_it() {
    let mut home = Home::with(
        config(),
        quintet_udm::HomeNetworkKeys::new(),
        vec![subscriber(1, FG)],
    );
    home.store.hold();
    home.udm.start();
    let id = home.send(&authenticate(&supi(imsi(1)), SNN, None));
    assert!(home.answers.is_empty());
    home.store.release_all();
    home.pump();
    assert_eq!(home.answers.remove(&id).unwrap().status, 200);
}

#[test]
fn a_store_that_hangs_is_500_in_time_and_bounded() {
    let mut home = Home::new(vec![subscriber(1, FG)]);
    home.store.hold();
    let get = |n: u64| uecm::get_amf_registration(&supi(imsi(n)));
    for _ in 0..MAX_WAITING_PER_SUBSCRIBER {
        home.send(&get(1));
    }
    assert_eq!(refusal(&home.ask(&get(1))), (503, "NF_CONGESTION".to_owned()));
    for n in 0..MAX_WAITING as u64 {
        home.send(&get(100 + n));
    }
    assert_eq!(home.udm.waiting(), MAX_WAITING);
    home.answers.clear();
    home.pass(WAITING_TIME);
    assert_eq!(home.answers.len(), MAX_WAITING);
    assert!(home.answers.values().all(|answer| answer.status == 500));
    home.store.release_all();
    home.pump();
    assert_eq!(home.udm.waiting(), 0);
    assert_eq!(refusal(&home.ask(&get(1))).0, 404, "it recovers by itself");
}

/// What was written for a request that was given up is known all the same: the old AMF is told.
#[test]
fn a_late_registration_is_followed_up() {
    let mut home = Home::new(vec![subscriber(1, FG)]);
    let path = uecm::registration_resource(&supi(imsi(1)));
    let body = |n: u8| {
        format!(
            r#"{{"amfInstanceId":"a{n}","deregCallbackUri":"http://amf{n}/x","guami":{{"plmnId":{{"mcc":"001","mnc":"01"}},"amfId":"0{n}0040"}},"ratType":"NR"}}"#
        )
    };
    let put = |n| Request {
        content_type: "application/json".to_owned(),
        body: body(n).into(),
        ..Request::new(Method::Put, path.clone())
    };
    assert_eq!(home.ask(&put(1)).status, 201);
    home.store.hold();
    let id = home.send(&put(2));
    home.pass(WAITING_TIME + Duration::from_millis(1));
    assert_eq!(home.answers.remove(&id).unwrap().status, 500);
    home.store.release_all();
    home.pump();
    assert_eq!(home.calls.len(), 1);
    assert!(home.answers.is_empty(), "answered once");
}

#[test]
fn a_store_that_is_down_is_500_and_recovers_without_a_restart() {
    let mut home = Home::new(vec![subscriber(1, FG)]);
    home.store
        .outage(Some(StoreError::Unavailable("/secret/path is full".to_owned())));
    let get = uecm::get_amf_registration(&supi(imsi(1)));
    let down = home.ask(&get);
    assert_eq!(refusal(&down), (500, "SYSTEM_FAILURE".to_owned()));
    assert!(!String::from_utf8_lossy(&down.body).contains("secret"));
    // The subscriber is in memory, and below the bound nothing is written.
    let dif = home.udm.subscribers().lookup(imsi(1)).unwrap().dif();
    let status = home.ask(&authenticate(&supi(imsi(1)), SNN, None)).status;
    assert_eq!(status, if dif.is_some() { 200 } else { 500 });
    home.store.outage(None);
    assert_eq!(home.ask(&get).status, 404);
    assert_eq!(home.ask(&authenticate(&supi(imsi(1)), SNN, None)).status, 200);
}

#[test]
fn another_front_end_on_the_slot_silences_this_one() {
    let mut home = Home::new(vec![subscriber(1, FG), subscriber(2, FG)]);
    home.vector(&supi(imsi(1)));
    let slot = Slot::new(1).unwrap();
    home.store
        .inner()
        .submit(Ticket(u64::MAX), Command::Takeover { slot });
    let _ = home.store.inner().poll();
    // The bound is due within its window, and finds out.
    home.pass(Duration::from_secs(700));
    assert!(
        home.events
            .iter()
            .any(|event| matches!(event, UdmEvent::Front(FrontEvent::Fenced { .. })))
    );
    let silent = home.ask(&authenticate(&supi(imsi(2)), SNN, None));
    assert_eq!(refusal(&silent), (500, "UNSPECIFIED_NF_FAILURE".to_owned()));
}

#[test]
fn what_is_no_request_is_refused() {
    let mut home = Home::new(vec![subscriber(1, FG)]);
    let path = format!(
        "/nudm-ueau/v1/{}/security-information/generate-auth-data",
        supi(imsi(1))
    );
    let post = |path: &str, body: &str| Request {
        content_type: "application/json".to_owned(),
        body: body.into(),
        ..Request::new(Method::Post, path)
    };
    for (request, status) in [
        (post(&path, ""), 400),
        (post(&path, "{"), 400),
        (
            post(&path, r#"{"servingNetworkName":7,"ausfInstanceId":"a"}"#),
            400,
        ),
        (post(&path, r#"{"ausfInstanceId":"a"}"#), 400),
        (Request::new(Method::Get, path.clone()), 405),
        (post("/nudm-ueau/v2/x", "{}"), 400),
        (post("/nausf-auth/v1/ue-authentications", "{}"), 400),
        (
            Request::new(Method::Get, "/nudm-sdm/v2/imsi-001010000000001/trace-data"),
            501,
        ),
        (Request::new(Method::Get, ""), 400),
    ] {
        let response = home.ask(&request);
        assert_eq!(response.status, status, "{request:?}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let mut home = Home::new(vec![subscriber(1, FG)]);
    let request = authenticate(&supi(imsi(1)), SNN, None);
    let response = home.ask(&request);
    let text = String::from_utf8_lossy(&response.body).into_owned();
    let start = text.find("kausf\":\"").unwrap() + 8;
    let k_ausf = &text[start..start + 64];
    let printed = format!("{:?} {response:?} {:?}", home.udm, home.events);
    assert!(!printed.contains(k_ausf) && !printed.contains(&k_ausf[..16]));
    assert!(
        !printed.contains("001010000000001"),
        "events redact whom they are about"
    );
}
