//! The agent between a node and an NRF that follows a script.

use super::*;
use crate::Method;
use crate::nrf::NFProfile;
use serde_json::json;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn target(authority: &str) -> Target {
    Target {
        tls: false,
        authority: authority.to_owned(),
    }
}

fn service(nf_type: &str, name: &str) -> Service {
    Service {
        nf_type: nf_type.to_owned(),
        name: name.to_owned(),
    }
}

fn sdm() -> Service {
    service("UDM", "nudm-sdm")
}

fn agent(always_tokens: bool, sought: Vec<Service>) -> Agent {
    let nrf = NrfConfig {
        target: target("nrf:80"),
        profile: NFProfile {
            nf_instance_id: "amf-1".to_owned(),
            nf_type: "AMF".to_owned(),
            ..NFProfile::default()
        },
        always_tokens,
    };
    Agent::new(AgentConfig {
        nrf: Some(nrf),
        verifier: None,
        callbacks: &["namf-callback"],
        consumed: vec![service("AUSF", "nausf-auth"), service("UDM", "nudm-uecm"), sdm()],
        sought,
    })
}

/// The node calls.
fn call(agent: &mut Agent, now: Duration, id: u64, path: &str) {
    let output = Output::Call {
        id: CallId(id),
        target: target("udm-1:80"),
        request: Request::new(Method::Get, path),
        timeout: at(4),
    };
    agent.dispatch(now, output);
}

/// The next call that leaves.
fn leaves(agent: &mut Agent) -> (CallId, String, Request, Duration) {
    match agent.poll_output().expect("an output") {
        Output::Call {
            id,
            target,
            request,
            timeout,
        } => (id, target.authority, request, timeout),
        other => panic!("{other:?}"),
    }
}

/// The next call, which is the agent's own; it is answered.
fn nrf_answers(agent: &mut Agent, now: Duration, path: &str, response: Result<Response, CallFailure>) {
    let (id, authority, request, timeout) = leaves(agent);
    assert_eq!((authority.as_str(), timeout), ("nrf:80", NRF_TIMEOUT));
    assert!(
        id.0 >= FIRST_CALL && request.path.starts_with(path),
        "{request:?}"
    );
    assert_eq!(agent.handle_response(now, id, response), None);
}

fn token(name: &str, life: u64) -> Result<Response, CallFailure> {
    Ok(Response::json(
        200,
        &json!({"access_token": name, "token_type": "Bearer", "expires_in": life}),
    ))
}

/// What a search finds: UDMs, and whether they want tokens.
fn udms(validity: u64, found: &[(u8, bool)]) -> Result<Response, CallFailure> {
    let instances: Vec<_> = found
        .iter()
        .map(|(number, oauth2)| {
            json!({
                "nfInstanceId": number.to_string(), "nfType": "UDM", "nfStatus": "REGISTERED", "priority": number,
                "nfServices": [{
                    "serviceInstanceId": "1", "serviceName": "nudm-sdm", "scheme": "http",
                    "versions": [{"apiVersionInUri": "v2", "apiFullVersion": "2.0.0"}],
                    "nfServiceStatus": "REGISTERED", "oauth2Required": oauth2, "fqdn": format!("udm-{number}"),
                }],
            })
        })
        .collect();
    Ok(Response::json(
        200,
        &json!({"validityPeriod": validity, "nfInstances": instances}),
    ))
}

#[test]
fn calls_wait_for_one_token_and_carry_it() {
    let mut agent = agent(true, Vec::new());
    call(&mut agent, at(0), 1, "/nudm-sdm/v2/a");
    call(&mut agent, at(1), 2, "/nudm-sdm/v2/b");
    nrf_answers(&mut agent, at(2), "/oauth2/token", token("good", 60));
    for (id, left) in [(1, 2), (2, 3)] {
        let (got, _, request, timeout) = leaves(&mut agent);
        assert_eq!((got, timeout), (CallId(id), at(left)), "what is left of its time");
        assert_eq!(request.token.as_deref(), Some("good"));
    }
    // At hand for the next; another service has another; a callback has none.
    call(&mut agent, at(3), 3, "/nudm-sdm/v2/c");
    assert_eq!(leaves(&mut agent).2.token.as_deref(), Some("good"));
    call(&mut agent, at(3), 4, "/nudm-uecm/v1/a");
    nrf_answers(&mut agent, at(3), "/oauth2/token", token("other", 60));
    assert_eq!(leaves(&mut agent).2.token.as_deref(), Some("other"));
    call(&mut agent, at(3), 5, "/nudm-ueau/v1/where-others-say");
    assert_eq!(leaves(&mut agent).2.token, None);
    // It ends.
    call(&mut agent, at(58), 6, "/nudm-sdm/v2/d");
    nrf_answers(&mut agent, at(58), "/oauth2/token", token("new", 60));
    assert_eq!(leaves(&mut agent).2.token.as_deref(), Some("new"));
    assert_eq!((agent.poll_output(), agent.poll_outcome()), (None, None));
}

#[test]
fn a_token_that_ends_at_once_is_not_fetched_in_a_circle() {
    let mut agent = agent(true, Vec::new());
    call(&mut agent, at(0), 1, "/nudm-sdm/v2/a");
    nrf_answers(&mut agent, at(0), "/oauth2/token", token("short", 0));
    assert_eq!(leaves(&mut agent).2.token.as_deref(), Some("short"));
}

#[test]
fn without_a_token_a_call_is_not_made() {
    let mut agent = agent(true, Vec::new());
    call(&mut agent, at(0), 1, "/nudm-sdm/v2/a");
    let refusal = Response::json(400, &json!({"error": "invalid_client"}));
    nrf_answers(&mut agent, at(0), "/oauth2/token", Ok(refusal));
    let (id, outcome) = agent.poll_outcome().expect("an outcome");
    assert_eq!(id, CallId(1));
    assert!(
        matches!(outcome, Err(CallFailure::Unreachable { reason, .. }) if reason.contains("no access token"))
    );

    call(&mut agent, at(2), 2, "/nudm-sdm/v2/b");
    let (fetch, ..) = leaves(&mut agent);
    assert_eq!(agent.poll_timeout(), Some(at(6)));
    agent.timeout(at(5));
    assert_eq!(agent.poll_outcome(), None);
    agent.timeout(at(6));
    let timeout = Err(CallFailure::Timeout(at(4)));
    assert_eq!(agent.poll_outcome(), Some((CallId(2), timeout)));
    // The token comes too late for it.
    agent.handle_response(at(7), fetch, token("good", 60));
    assert_eq!((agent.poll_output(), agent.poll_outcome()), (None, None));
}

#[test]
fn those_that_wait_are_bounded() {
    let mut agent = agent(true, Vec::new());
    for id in 0..=MAX_WAITING as u64 {
        call(&mut agent, at(0), id, "/nudm-sdm/v2/a");
    }
    let busy = (CallId(MAX_WAITING as u64), Err(CallFailure::Busy));
    assert_eq!(agent.poll_outcome(), Some(busy));
    assert_eq!(agent.poll_outcome(), None);
}

#[test]
fn a_token_that_is_refused_is_not_used_again() {
    let mut agent = agent(true, Vec::new());
    call(&mut agent, at(0), 1, "/nudm-sdm/v2/a");
    nrf_answers(&mut agent, at(0), "/oauth2/token", token("old", 60));
    leaves(&mut agent);
    call(&mut agent, at(0), 2, "/nudm-sdm/v2/b");
    leaves(&mut agent);
    let refused = || Ok(Response::new(401));
    assert_eq!(
        agent.handle_response(at(1), CallId(1), refused()),
        Some(refused())
    );
    call(&mut agent, at(1), 3, "/nudm-sdm/v2/c");
    nrf_answers(&mut agent, at(1), "/oauth2/token", token("new", 60));
    leaves(&mut agent);
    // The other call with the old one says nothing about the new one.
    agent.handle_response(at(2), CallId(2), refused());
    call(&mut agent, at(2), 4, "/nudm-sdm/v2/d");
    assert_eq!(leaves(&mut agent).2.token.as_deref(), Some("new"));
}

#[test]
fn it_registers_finds_and_leaves() {
    let mut agent = agent(false, vec![sdm()]);
    agent.start();
    let registered =
        json!({"nfInstanceId": "amf-1", "nfType": "AMF", "nfStatus": "REGISTERED", "heartBeatTimer": 50});
    nrf_answers(
        &mut agent,
        at(0),
        "/nnrf-nfm/v1/nf-instances/amf-1",
        Ok(Response::json(201, &registered)),
    );
    assert_eq!(agent.poll_event(), Some(AgentEvent::Registered));
    nrf_answers(
        &mut agent,
        at(0),
        "/nnrf-disc/v1/nf-instances?target-nf-type=UDM&requester-nf-type=AMF&service-names=nudm-sdm",
        udms(20, &[(2, false), (1, false)]),
    );
    let both = vec![target("udm-1:80"), target("udm-2:80")];
    assert_eq!(agent.poll_event(), Some(AgentEvent::Found(sdm(), both)));
    // Again when the answer holds no longer; the same is no news.
    assert_eq!(agent.poll_timeout(), Some(at(20)));
    agent.timeout(at(20));
    assert_eq!(agent.poll_timeout(), Some(at(50)), "no second question meanwhile");
    nrf_answers(
        &mut agent,
        at(20),
        "/nnrf-disc",
        udms(3600, &[(1, false), (2, false)]),
    );
    assert_eq!(agent.poll_event(), None);
    agent.stop();
    nrf_answers(&mut agent, at(21), "/nnrf-nfm", Ok(Response::new(204)));
    assert_eq!(agent.poll_event(), Some(AgentEvent::Left));
    assert_eq!((agent.poll_timeout(), agent.poll_output()), (None, None));
}

#[test]
fn who_does_not_answer_is_avoided_and_the_nrf_asked_before_long() {
    let mut agent = agent(false, vec![sdm()]);
    agent.start();
    let (register, ..) = leaves(&mut agent);
    agent.handle_response(at(0), register, Ok(Response::new(201)));
    nrf_answers(
        &mut agent,
        at(0),
        "/nnrf-disc",
        udms(3600, &[(1, false), (2, false)]),
    );
    agent.poll_event();
    agent.poll_event();
    call(&mut agent, at(1), 1, "/nudm-uecm/v1/a");
    assert_eq!(leaves(&mut agent).2.token, None, "nobody wants one");
    let broken = Err(CallFailure::Broken("reset".to_owned()));
    assert_eq!(
        agent.handle_response(at(2), CallId(1), broken.clone()),
        Some(broken)
    );
    let other = vec![target("udm-2:80"), target("udm-1:80")];
    assert_eq!(agent.poll_event(), Some(AgentEvent::Found(sdm(), other)));
    assert_eq!(agent.poll_timeout(), Some(at(7)));
    agent.timeout(at(7));
    // None is there any more: what was found before is still the best guess.
    nrf_answers(&mut agent, at(7), "/nnrf-disc", udms(3600, &[]));
    assert!(matches!(agent.poll_event(), Some(AgentEvent::NotFound(..))));
    assert_eq!(agent.poll_timeout(), Some(at(10)), "the heartbeat");
    agent.timeout(at(12));
    let (heartbeat, ..) = leaves(&mut agent);
    agent.handle_response(at(12), heartbeat, Ok(Response::new(204)));
    nrf_answers(&mut agent, at(12), "/nnrf-disc", udms(3600, &[]));
    assert_eq!(agent.poll_event(), None, "told already");
}

#[test]
fn a_producer_that_wants_tokens_gets_them() {
    let mut agent = agent(false, vec![sdm()]);
    agent.start();
    leaves(&mut agent);
    nrf_answers(&mut agent, at(0), "/nnrf-disc", udms(3600, &[(1, true)]));
    call(&mut agent, at(1), 1, "/nudm-uecm/v1/a");
    nrf_answers(&mut agent, at(1), "/oauth2/token", token("good", 60));
    assert_eq!(leaves(&mut agent).2.token.as_deref(), Some("good"));
}

#[test]
fn without_an_nrf_everything_passes() {
    let mut agent = Agent::new(AgentConfig {
        nrf: None,
        verifier: None,
        callbacks: &[],
        consumed: vec![sdm()],
        sought: vec![sdm()],
    });
    agent.start();
    call(&mut agent, at(0), 1, "/nudm-sdm/v2/a");
    assert_eq!(leaves(&mut agent).2.token, None);
    assert!(agent.admit(at(0), RequestId(1), &Request::new(Method::Get, "/any")));
    assert_eq!(agent.poll_timeout(), None);
    agent.stop();
    assert_eq!(agent.poll_event(), Some(AgentEvent::Left));
}

#[test]
fn what_has_no_token_does_not_get_to_the_node() {
    let mut agent = Agent::new(AgentConfig {
        nrf: None,
        verifier: Some(TokenVerifier::new("AMF", "amf-1", Vec::new())),
        callbacks: &["namf-callback"],
        consumed: Vec::new(),
        sought: Vec::new(),
    });
    for (path, status, authenticate) in [
        (
            "/namf-comm/v1/ue-contexts/x",
            401,
            Some("Bearer scope=\"namf-comm\""),
        ),
        // What the node would read as the same is not the same here.
        ("/%6eamf-comm/v1/ue-contexts/x", 400, None),
        ("//namf-comm/v1", 400, None),
        ("/namf-callback%2f/v1", 400, None),
        ("/Namf-callback/v1", 401, Some("Bearer scope=\"Namf-callback\"")),
        ("/a\"b/v1", 400, None),
        ("", 400, None),
    ] {
        let request = Request::new(Method::Post, path);
        assert!(!agent.admit(at(0), RequestId(7), &request), "{path}");
        let Some(Output::Respond { id, response }) = agent.poll_output() else {
            panic!("{path}: no answer");
        };
        assert_eq!((id, response.status), (RequestId(7), status), "{path}");
        assert_eq!(response.header("www-authenticate"), authenticate, "{path}");
        assert!(matches!(agent.poll_event(), Some(AgentEvent::Refused(_, got)) if got == status));
    }
    let callback = Request::new(Method::Post, "/namf-callback/v1/x");
    assert!(agent.admit(at(0), RequestId(8), &callback));
    assert_eq!(agent.poll_output(), None);
}
