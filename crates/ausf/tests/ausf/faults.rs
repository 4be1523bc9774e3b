//! A UDM that is away, slow, or says no; requests that are none; who may not ask; limits.

use crate::support::*;
use quintet_ausf::{AusfEvent, MAX_ATTEMPTS, MAX_CALLS, ServingNetworks};
use quintet_sbi::nausf::{AuthData, DeregistrationInfo, deregister};
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{CallFailure, Method, Request, Response, cause};
use quintet_subscriber::model::AuthenticationMethod;
use quintet_subscriber::usim::{Answer, Usim};
use std::time::Duration;

const FG: AuthenticationMethod = AuthenticationMethod::FgAka;

/// What the SEAF is answered when the UDM's outcome is this.
fn outcome(outcome: Result<Response, CallFailure>) -> (u16, String) {
    let mut core = Core::new(FG);
    core.connected = false;
    let id = core.send(&authenticate(SUCI, SNN, None));
    core.answer_call(outcome);
    assert_eq!((core.ausf.waiting(), core.ausf.calls()), (0, 0));
    refusal(&core.answers.remove(&id).unwrap())
}

#[test]
fn every_failure_of_the_udm_has_its_cause() {
    let unreachable = CallFailure::Unreachable {
        authority: "127.0.0.12:7777".to_owned(),
        reason: "refused".to_owned(),
    };
    for (failure, expected) in [
        (unreachable, (504, "UPSTREAM_SERVER_ERROR")),
        (
            CallFailure::Timeout(Duration::from_secs(4)),
            (504, "UPSTREAM_SERVER_ERROR"),
        ),
        (
            CallFailure::Broken("reset".to_owned()),
            (504, "UPSTREAM_SERVER_ERROR"),
        ),
        (CallFailure::Busy, (503, "NF_CONGESTION")),
    ] {
        assert_eq!(
            outcome(Err(failure.clone())),
            (expected.0, expected.1.to_owned()),
            "{failure:?}"
        );
    }
    for (told, expected) in [
        (
            ProblemDetails::new(cause::USER_NOT_FOUND),
            (404, "USER_NOT_FOUND"),
        ),
        (
            ProblemDetails::new(cause::SERVING_NETWORK_NOT_AUTHORIZED),
            (403, "SERVING_NETWORK_NOT_AUTHORIZED"),
        ),
        (
            ProblemDetails::new(cause::AUTHENTICATION_REJECTED),
            (403, "AUTHENTICATION_REJECTED"),
        ),
        (
            ProblemDetails::new(cause::INVALID_HN_PUBLIC_KEY_IDENTIFIER),
            (403, "INVALID_HN_PUBLIC_KEY_IDENTIFIER"),
        ),
        (
            ProblemDetails::new(cause::INVALID_SCHEME_OUTPUT),
            (403, "INVALID_SCHEME_OUTPUT"),
        ),
        (
            ProblemDetails::new(cause::UNSUPPORTED_PROTECTION_SCHEME),
            (501, "UNSUPPORTED_PROTECTION_SCHEME"),
        ),
        (
            ProblemDetails::new(cause::AV_GENERATION_PROBLEM),
            (500, "AV_GENERATION_PROBLEM"),
        ),
        (ProblemDetails::new(cause::NF_CONGESTION), (503, "NF_CONGESTION")),
        (
            ProblemDetails::new(cause::SYSTEM_FAILURE),
            (504, "NETWORK_FAILURE"),
        ),
        (ProblemDetails::with_status(404), (504, "NETWORK_FAILURE")),
        (ProblemDetails::with_status(403), (504, "NETWORK_FAILURE")),
        (ProblemDetails::with_status(415), (500, "SYSTEM_FAILURE")),
        (
            ProblemDetails::with_status(400).invalid("{supiOrSuci}", "x"),
            (400, "MANDATORY_IE_INCORRECT"),
        ),
    ] {
        assert_eq!(
            outcome(Ok(told.response())),
            (expected.0, expected.1.to_owned()),
            "{told:?}"
        );
    }
    for body in [
        "{}",
        "",
        r#"{"authType":"5G_AKA","authenticationVector":{"avType":"5G_HE_AKA"}}"#,
    ] {
        let response = Response {
            status: 200,
            body: body.into(),
            ..Response::default()
        };
        assert_eq!(outcome(Ok(response)).0, 502, "{body}");
    }
    let tls = Response::json(200, &serde_json::json!({"authType": "EAP_TLS", "supi": SUPI}));
    assert_eq!(outcome(Ok(tls)).0, 501);
}

#[test]
fn without_a_udm_nobody_is_authenticated() {
    let mut core = Core::new(FG);
    core.ausf.set_udm(None);
    let response = core.ask(&authenticate(SUCI, SNN, None));
    assert_eq!(refusal(&response), (504, "TARGET_NF_NOT_REACHABLE".to_owned()));
}

#[test]
fn calls_of_the_udm_are_bounded() {
    let mut core = Core::new(FG);
    core.connected = false;
    for _ in 0..MAX_CALLS {
        core.send(&authenticate(SUCI, SNN, None));
    }
    let response = core.ask(&authenticate(SUCI, SNN, None));
    assert_eq!(refusal(&response), (503, "NF_CONGESTION".to_owned()));
    assert!(response.header("retry-after").is_some());
}

#[test]
fn who_may_not_ask_is_refused() {
    let mut strict = config();
    strict.serving_networks = ServingNetworks::Only(vec!["99970".parse().unwrap()]);
    let mut core = Core::with(strict, FG);
    let response = core.ask(&authenticate(SUCI, SNN, None));
    assert_eq!(
        refusal(&response),
        (403, "SERVING_NETWORK_NOT_AUTHORIZED".to_owned())
    );
    let response = core.ask(&authenticate(SUCI, "5G:nonsense", None));
    assert_eq!(refusal(&response), (400, "MANDATORY_IE_INCORRECT".to_owned()));
    let response = core.ask(&authenticate("", "5G:mnc070.mcc999.3gppnetwork.org", None));
    assert_eq!(refusal(&response), (400, "MANDATORY_IE_INCORRECT".to_owned()));
}

#[test]
fn what_is_no_request_is_refused() {
    let mut core = Core::new(FG);
    let unknown = "/nausf-auth/v1/ue-authentications/00000000000000000000000000000000/5g-aka-confirmation";
    for (request, status) in [
        (
            Request::new(Method::Post, "/nausf-auth/v1/ue-authentications"),
            400,
        ),
        (
            Request::new(Method::Get, "/nausf-auth/v1/ue-authentications"),
            405,
        ),
        (Request::new(Method::Get, "/nausf-auth/v1/other"), 404),
        (Request::new(Method::Post, "/nudm-ueau/v1/x"), 400),
        (
            Request::new(Method::Post, "/nausf-auth/v1/rg-authentications"),
            501,
        ),
        (confirmation(unknown, Some([0; 16])), 404),
        (
            confirmation(&unknown.replace("0000/", "zz00/"), Some([0; 16])),
            404,
        ),
    ] {
        assert_eq!(core.ask(&request).status, status, "{request:?}");
    }
    let info = DeregistrationInfo {
        supi: SUPI.to_owned(),
        supported_features: None,
    };
    assert_eq!(core.ask(&deregister(&info)).status, 204);
}

/// The SEAF has its answer at once; the UDM is told again until it takes it, or too often.
#[test]
fn a_result_is_told_until_the_udm_takes_it() {
    for lost in [false, true] {
        let mut core = Core::new(FG);
        let ctx = core.begin(SUCI);
        let AuthData::Av5gAka(av) = &ctx.auth_data else {
            panic!()
        };
        let Answer::Accepted { res, ck, ik } = core.usim.answer(&av.rand.0, &av.autn.0) else {
            panic!("refused")
        };
        let (res_star, _) = Usim::fgs((&ck, &ik, &res), &name(), &av.rand.0, &av.autn.0).unwrap();
        core.connected = false;
        core.confirm(&link(&ctx), Some(*res_star.expose()));
        let tries = if lost { MAX_ATTEMPTS } else { 2 };
        for _ in 0..tries {
            core.answer_call(Err(CallFailure::Timeout(Duration::from_secs(4))));
            core.pass(Duration::from_secs(9));
        }
        let given_up = core
            .events
            .iter()
            .any(|event| matches!(event, AusfEvent::ResultLost { .. }));
        assert_eq!((core.calls.len(), given_up), (usize::from(!lost), lost));
    }
}
