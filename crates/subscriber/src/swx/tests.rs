//! Every Server-Assignment-Type in every state, and the order of the checks of a MAR.

use super::*;
use crate::model::{Non3gppRat, Roaming};
use crate::s6a::GatewayChange;
use quintet_cx::{AuthenticationScheme, ServerAssignmentType};

const HERE: &str = "aaa1.example.org";
const ELSEWHERE: &str = "aaa2.example.org";
const NOW: u64 = 1_700_000_000;

fn subscription() -> Subscription {
    let apn = r#"[{"context_identifier": 3, "apn": "internet", "qci": 9, "arp": {"priority_level": 8}}]"#;
    Subscription {
        apn_configurations: serde_json::from_str(apn).unwrap(),
        ..crate::s6a::tests::subscription()
    }
}

fn aaa(host: &str, registered: bool) -> AaaServer {
    AaaServer {
        host: host.to_owned(),
        realm: "example.org".to_owned(),
        registered,
        rat_type: Some(0),
        visited_network: None,
        imei: None,
        imeisv: None,
        since: 1,
    }
}

fn home() -> Vec<Plmn> {
    vec!["00101".parse().unwrap()]
}

fn mar(scheme: &AuthenticationScheme) -> AuthenticationRequest<'_> {
    AuthenticationRequest {
        host: HERE,
        realm: "example.org",
        scheme,
        rat_type: Some(0),
        visited_network: None,
        imei: None,
        imeisv: None,
        aaa_failure: false,
    }
}

fn sar(assignment_type: ServerAssignmentType) -> Assignment<'static> {
    Assignment {
        host: HERE,
        realm: "example.org",
        assignment_type,
        apn: Some("internet".parse().unwrap()),
        context_identifier: None,
        gateway: Some((Some("pgw.example.org"), Some("example.org"), Vec::new())),
        visited_network: None,
        imei: None,
        imeisv: None,
        active: Vec::new(),
    }
}

/// A row of the module's table: what is answered, what becomes of the stored server (`+` registered, `-` forgotten, `=` nothing),
/// whether the profile is sent and a gateway stored.
fn told(assignment_type: ServerAssignmentType, stored: Option<&AaaServer>) -> String {
    match sar(assignment_type).decide(&subscription(), stored, NOW) {
        Ok(decision) => {
            let store = match &decision.store {
                None => "=",
                Some(None) => "-",
                Some(Some(aaa)) if aaa.registered && aaa.is_named(HERE) => "+",
                Some(Some(other)) => panic!("{other:?}"),
            };
            let profile = if decision.profile { " profile" } else { "" };
            let gateway = if decision.gateways.is_empty() {
                ""
            } else {
                " gateway"
            };
            format!("{store}{profile}{gateway}")
        }
        Err(Refused::Result(outcome)) => outcome.code().to_string(),
        Err(Refused::ServedElsewhere) => "elsewhere".to_owned(),
        Err(Refused::NotSubscribed) => "5450".to_owned(),
    }
}

#[test]
fn every_type_in_every_state() {
    type Sat = ServerAssignmentType;
    let states = [
        None,
        Some(aaa(HERE, false)),
        Some(aaa(&HERE.to_uppercase(), true)),
        Some(aaa(ELSEWHERE, false)),
        Some(aaa(ELSEWHERE, true)),
    ];
    for assignment_type in Sat::ALL.iter().copied().chain([ServerAssignmentType(99)]) {
        let expected = match assignment_type {
            Sat::REGISTRATION | Sat::RE_REGISTRATION => {
                ["+ profile", "+ profile", "= profile", "elsewhere", "elsewhere"]
            }
            Sat::RESTORATION => ["+ profile", "+ profile", "= profile", "+ profile", "elsewhere"],
            Sat::AAA_USER_DATA_REQUEST => ["5003", "= profile", "= profile", "5003", "elsewhere"],
            Sat::PGW_UPDATE => ["5003", "5003", "= gateway", "5003", "5012"],
            Sat::TIMEOUT_DEREGISTRATION
            | Sat::USER_DEREGISTRATION
            | Sat::ADMINISTRATIVE_DEREGISTRATION
            | Sat::DEREGISTRATION_TOO_MUCH_DATA => ["=", "-", "-", "=", "5012"],
            Sat::AUTHENTICATION_FAILURE | Sat::AUTHENTICATION_TIMEOUT => ["=", "-", "=", "=", "5012"],
            _ => ["5012"; 5],
        };
        for (stored, expected) in states.iter().zip(expected) {
            assert_eq!(
                told(assignment_type, stored.as_ref()),
                expected,
                "{assignment_type} of {stored:?}"
            );
        }
    }
}

#[test]
fn gateways_are_of_subscribed_apns() {
    let registered = aaa(HERE, true);
    let update = |alter: fn(&mut Assignment<'_>)| {
        let mut request = sar(ServerAssignmentType::PGW_UPDATE);
        alter(&mut request);
        request
            .decide(&subscription(), Some(&registered), NOW)
            .map(|decision| decision.gateways)
    };
    let no_apn = ExperimentalResult::ERROR_USER_NO_APN_SUBSCRIPTION.into();
    assert_eq!(
        update(|r| r.apn = Some("corporate".parse().unwrap())),
        Err(no_apn)
    );
    assert_eq!(update(|r| r.context_identifier = Some(77)), Err(no_apn));
    let missing = Refused::Result(quintet_diameter::ResultCode::MISSING_AVP.into());
    assert_eq!(update(|r| r.apn = None), Err(missing));
    let id = subscription().apn_configurations[0].context_identifier;
    assert_eq!(update(|r| r.gateway = None), Ok(vec![GatewayChange::Forget(id)]));
    assert!(matches!(&update(|_| ()).unwrap()[..], [GatewayChange::Store(g)] if g.context_identifier == id));
}

#[test]
fn the_checks_of_a_mar_are_in_order() {
    let scheme = AuthenticationScheme::new("Digest-AKAv1-MD5");
    let mut request = mar(&scheme);
    request.visited_network = Some("mnc099.mcc999.3gppnetwork.org");
    let mut subscription = subscription();
    subscription.non_3gpp.subscribed = false;
    subscription.roaming = Roaming::Only(Vec::new());
    subscription.non_3gpp.restricted_rats = vec![Non3gppRat::Wlan];
    let stored = aaa(ELSEWHERE, true);
    let refused = |request: &AuthenticationRequest<'_>, subscription: &Subscription| match request
        .decide(subscription, Some(&stored), &home(), NOW)
        .unwrap_err()
    {
        Refused::Result(outcome) => outcome.code(),
        Refused::ServedElsewhere => 5005,
        Refused::NotSubscribed => 0,
    };
    assert_eq!(refused(&request, &subscription), 5450);
    subscription.non_3gpp.subscribed = true;
    assert_eq!(refused(&request, &subscription), 5004);
    request.visited_network = Some("mnc001.mcc001.3gppnetwork.org");
    assert_eq!(refused(&request, &subscription), 5452);
    request.rat_type = Some(1);
    assert_eq!(refused(&request, &subscription), 5006);
    let scheme = AuthenticationScheme::new("eap-aka'");
    request.scheme = &scheme;
    assert_eq!(refused(&request, &subscription), 5005);
    let granted = request
        .decide(&subscription, Some(&aaa(ELSEWHERE, false)), &home(), NOW)
        .unwrap();
    assert_eq!(granted.method, Method::EapAkaPrime);
    assert_eq!(
        granted.store.map(|aaa| (aaa.host, aaa.registered)),
        Some((HERE.to_owned(), false))
    );
}

/// A server that crashed must not lock its UEs out; that it did changes nothing about who may have vectors.
#[test]
fn who_is_out_of_order_is_replaced() {
    let scheme = AuthenticationScheme::EAP_AKA;
    let stored = aaa(ELSEWHERE, true);
    let request = AuthenticationRequest {
        aaa_failure: true,
        ..mar(&scheme)
    };
    let granted = request
        .decide(&subscription(), Some(&stored), &home(), NOW)
        .unwrap();
    assert_eq!(
        granted.store.map(|aaa| (aaa.host, aaa.registered)),
        Some((HERE.to_owned(), false))
    );
    let own = aaa(HERE, true);
    let granted = request.decide(&subscription(), Some(&own), &home(), NOW).unwrap();
    assert_eq!(granted.store, None, "who serves itself goes on");
    let mut subscription = subscription();
    subscription.non_3gpp.restricted_rats = vec![Non3gppRat::Wlan];
    let refused = request.decide(&subscription, Some(&stored), &home(), NOW);
    assert_eq!(
        refused,
        Err(ExperimentalResult::ERROR_RAT_TYPE_NOT_ALLOWED.into())
    );
}

#[test]
fn a_mar_of_who_serves_changes_nothing_and_ends_nothing() {
    let scheme = AuthenticationScheme::EAP_AKA;
    let registered = aaa(HERE, true);
    let granted = mar(&scheme)
        .decide(&subscription(), Some(&registered), &home(), NOW)
        .unwrap();
    assert_eq!((granted.method, granted.store), (Method::EapAka, None));
    let other_rat = AuthenticationRequest {
        rat_type: Some(2003),
        ..mar(&scheme)
    };
    let granted = other_rat
        .decide(&subscription(), Some(&registered), &home(), NOW)
        .unwrap();
    assert!(
        granted
            .store
            .is_some_and(|aaa| aaa.registered && aaa.rat_type == Some(2003))
    );
}

#[test]
fn who_serves_is_told_what_it_knows_of() {
    let old = subscription();
    let change = |alter: fn(&mut Subscription)| {
        let mut new = old.clone();
        alter(&mut new);
        profile_change(Some((&old, None)), (&new, None))
    };
    assert_eq!(change(|_| ()), ProfileChange::Nothing);
    assert_eq!(change(|s| s.rau_tau_timer_s = Some(99)), ProfileChange::Nothing);
    assert_eq!(change(|s| s.eps = !s.eps), ProfileChange::Nothing);
    assert_eq!(change(|s| s.ambr.uplink += 1), ProfileChange::Profile);
    assert_eq!(change(|s| s.non_3gpp.barred = true), ProfileChange::Profile);
    assert_eq!(
        change(|s| s.non_3gpp.subscribed = false),
        ProfileChange::Withdrawn
    );
    assert_eq!(profile_change(None, (&old, None)), ProfileChange::Profile);
    let number = Some("4930".parse().unwrap());
    assert_eq!(
        profile_change(Some((&old, None)), (&old, number)),
        ProfileChange::Profile
    );
}
