//! The client against answers of an NRF.

use super::*;
use serde_json::json;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn client() -> NrfClient {
    NrfClient::new(NrfConfig {
        target: Target {
            tls: false,
            authority: "nrf:80".to_owned(),
        },
        profile: NFProfile {
            nf_instance_id: "ausf-1".to_owned(),
            nf_type: "AUSF".to_owned(),
            ..NFProfile::default()
        },
        always_tokens: false,
    })
}

fn udm() -> Service {
    Service {
        nf_type: "UDM".to_owned(),
        name: "nudm-ueau".to_owned(),
    }
}

fn only_call(client: &mut NrfClient) -> (NrfCall, Request) {
    let call = client.poll_call().expect("a call");
    assert!(client.poll_call().is_none(), "one");
    call
}

#[test]
fn it_registers_lives_and_ends() {
    let mut client = client();
    client.start();
    let (call, request) = only_call(&mut client);
    assert_eq!(
        (request.method, request.path.as_str()),
        (Method::Put, "/nnrf-nfm/v1/nf-instances/ausf-1")
    );
    let profile: NFProfile = json::parse(&request.body).expect("a profile");
    assert_eq!(
        (profile.nf_type.as_str(), profile.nf_status.as_str()),
        ("AUSF", "REGISTERED")
    );
    let answer =
        json!({"nfInstanceId": "ausf-1", "nfType": "AUSF", "nfStatus": "REGISTERED", "heartBeatTimer": 3});
    client.handle(at(0), call, Ok(Response::json(201, &answer)));
    assert_eq!(client.poll_event(), Some(NrfEvent::Registered));
    assert_eq!(client.poll_timeout(), Some(at(3)));
    client.timeout(at(2));
    assert!(client.poll_call().is_none(), "not yet");
    client.timeout(at(3));
    let (call, request) = only_call(&mut client);
    assert_eq!(
        (&call, request.method, request.content_type.as_str()),
        (&NrfCall::Heartbeat, Method::Patch, PATCH_JSON)
    );
    client.handle(at(4), call, Ok(Response::new(204)));
    assert_eq!(client.poll_timeout(), Some(at(7)));
    client.stop();
    let (call, request) = only_call(&mut client);
    assert_eq!(request.method, Method::Delete);
    client.handle(at(5), call, Ok(Response::new(204)));
    assert_eq!(
        (client.poll_event(), client.poll_timeout()),
        (Some(NrfEvent::Deregistered), None)
    );
}

#[test]
fn it_tries_again_less_and_less_often_and_registers_anew_when_forgotten() {
    let mut client = client();
    client.start();
    let mut now = at(0);
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
        let (call, _) = only_call(&mut client);
        client.handle(now, call, Err(CallFailure::Timeout(at(1))));
        assert!(matches!(client.poll_event(), Some(NrfEvent::NotRegistered(_))));
        now += at(wait);
        assert_eq!(client.poll_timeout(), Some(now));
        client.timeout(now);
    }
    let (call, _) = only_call(&mut client);
    client.handle(now, call, Ok(Response::new(201)));
    assert_eq!(client.poll_event(), Some(NrfEvent::Registered));
    now += DEFAULT_HEARTBEAT;
    client.timeout(now);
    let (call, _) = only_call(&mut client);
    client.handle(now, call, Ok(Response::new(404)));
    assert!(matches!(client.poll_event(), Some(NrfEvent::NotRegistered(_))));
    assert_eq!(only_call(&mut client).0, NrfCall::Register);
}

/// The NRF may change the heartbeat with any answer that has the profile (TS 29.510 6.1.6.2.2).
#[test]
fn it_lives_as_often_as_the_nrf_said_last() {
    let mut client = client();
    client.start();
    let (call, _) = only_call(&mut client);
    let answer = |seconds: u32| {
        let profile = json!({"nfInstanceId": "ausf-1", "nfType": "AUSF", "nfStatus": "REGISTERED",
                             "heartBeatTimer": seconds});
        Ok(Response::json(200, &profile))
    };
    client.handle(at(0), call, answer(60));
    for (now, outcome, next) in [
        (60, answer(5), 65),
        (65, Ok(Response::new(204)), 70),
        (70, answer(0), 75),
    ] {
        client.timeout(at(now));
        let (call, _) = only_call(&mut client);
        client.handle(at(now), call, outcome);
        assert_eq!(client.poll_timeout(), Some(at(next)), "at {now} s");
    }
}

#[test]
fn it_finds_the_best_and_keeps_it_for_as_long_as_said() {
    let mut client = client();
    assert_eq!(client.find(at(0), &udm()), Ok(None));
    assert_eq!(client.find(at(0), &udm()), Ok(None), "asked once");
    let (call, request) = only_call(&mut client);
    assert_eq!(
        request.path,
        "/nnrf-disc/v1/nf-instances?target-nf-type=UDM&requester-nf-type=AUSF&service-names=nudm-ueau"
    );
    let nf = |id: &str, status: &str, priority: u16, service: serde_json::Value| {
        json!({"nfInstanceId": id, "nfType": "UDM", "nfStatus": status, "priority": priority,
               "ipv4Addresses": ["10.0.0.9"], "nfServices": [service]})
    };
    let service = |address: &str, token: bool| {
        json!({"serviceInstanceId": "1", "serviceName": "nudm-ueau", "versions": [], "scheme": "http",
               "nfServiceStatus": "REGISTERED", "oauth2Required": token,
               "ipEndPoints": [{"ipv4Address": address, "port": 7777}]})
    };
    let result = json!({"validityPeriod": 30, "nfInstances": [
        nf("a", "SUSPENDED", 0, service("10.0.0.1", false)),
        nf("b", "REGISTERED", 7, service("10.0.0.2", false)),
        nf("c", "REGISTERED", 3, service("10.0.0.3", true)),
    ]});
    client.handle(at(1), call, Ok(Response::json(200, &result)));
    assert_eq!(client.poll_event(), Some(NrfEvent::Known(udm())));
    let (best, token) = client.find(at(30), &udm()).expect("known").expect("found");
    assert_eq!((best.authority.as_str(), token), ("10.0.0.3:7777", true));
    client.avoid(&udm(), &best);
    assert_eq!(
        client
            .find(at(30), &udm())
            .expect("known")
            .expect("found")
            .0
            .authority,
        "10.0.0.2:7777"
    );
    assert_eq!(client.find(at(31), &udm()), Ok(None), "over");
    let (call, _) = only_call(&mut client);
    client.handle(
        at(32),
        call,
        Ok(Response::json(
            200,
            &json!({"validityPeriod": 30, "nfInstances": []}),
        )),
    );
    assert!(client.find(at(32), &udm()).is_err());
    assert_eq!(client.find(at(33), &udm()), Ok(None), "asked again");
}

#[test]
fn it_fetches_a_token_and_keeps_it_until_shortly_before_its_end() {
    let mut client = client();
    assert_eq!(client.token(at(0), &udm()), Ok(None));
    let (call, request) = only_call(&mut client);
    assert_eq!(request.content_type, "application/x-www-form-urlencoded");
    assert_eq!(
        std::str::from_utf8(&request.body),
        Ok("grant_type=client_credentials&nfInstanceId=ausf-1&nfType=AUSF&targetNfType=UDM&scope=nudm-ueau")
    );
    let answer = json!({"access_token": "a.b.c", "token_type": "Bearer", "expires_in": 100});
    client.handle(at(0), call, Ok(Response::json(200, &answer)));
    assert_eq!(client.token(at(94), &udm()), Ok(Some("a.b.c")));
    assert_eq!(client.token(at(95), &udm()), Ok(None), "fetched again");
    let (call, _) = only_call(&mut client);
    client.handle(
        at(96),
        call,
        Ok(Response::json(400, &json!({"error": "invalid_scope"}))),
    );
    assert!(client.token(at(96), &udm()).is_err());
}

#[test]
fn addresses_of_services() {
    let profile = |text: serde_json::Value| -> (NFProfile, NFService) {
        let profile: NFProfile = serde_json::from_value(text).expect("a profile");
        let service = profile.services("s").next().expect("a service").clone();
        (profile, service)
    };
    use crate::nrf::NFService;
    let base = |scheme: &str, nf: serde_json::Value, more: serde_json::Value| {
        let mut service = json!({"serviceInstanceId": "1", "serviceName": "s", "versions": [], "scheme": scheme,
                                 "nfServiceStatus": "REGISTERED"});
        service
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        let mut text = json!({"nfInstanceId": "x", "nfType": "UDM", "nfStatus": "REGISTERED",
                              "nfServiceList": {"1": service}});
        text.as_object_mut()
            .expect("an object")
            .extend(nf.as_object().expect("an object").clone());
        profile(text)
    };
    let cases = [
        (base("http", json!({"fqdn": "udm"}), json!({})), Some("udm:80")),
        (
            base(
                "https",
                json!({"fqdn": "udm", "ipv4Addresses": ["10.0.0.1"]}),
                json!({}),
            ),
            Some("udm:443"),
        ),
        (
            base(
                "http",
                json!({"fqdn": "udm", "ipv4Addresses": ["10.0.0.1"]}),
                json!({}),
            ),
            Some("10.0.0.1:80"),
        ),
        (
            base(
                "http",
                json!({"ipv6Addresses": ["::1"]}),
                json!({"ipEndPoints": [{"port": 8}]}),
            ),
            Some("[::1]:8"),
        ),
        (
            base("http", json!({"fqdn": "udm"}), json!({"apiPrefix": "/below"})),
            None,
        ),
        (base("http", json!({}), json!({})), None),
    ];
    for ((profile, service), expected) in cases {
        let target = profile.target(&service);
        assert_eq!(
            target.map(|target| target.authority).as_deref(),
            expected,
            "{service:?}"
        );
    }
}
