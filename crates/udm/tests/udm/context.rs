//! Registrations, subscriber data, subscriptions to them, outcomes of authentications, and what provisioning changes.

use crate::support::*;
use quintet_sbi::nudm::sdm::{self, DataSet};
use quintet_sbi::nudm::ueau::{AuthEvent, AuthType, auth_event, delete_auth};
use quintet_sbi::nudm::uecm::{
    self, Amf3GppAccessRegistration, Amf3GppAccessRegistrationModification, AmfDeregInfo, DeregistrationData,
    DeregistrationReason,
};
use quintet_sbi::ts29571::{AccessType, BitRate};
use quintet_sbi::{CallFailure, Hex, Response};
use quintet_store::contract::fixture::imsi;
use quintet_store::{Command, PutMode, Reply};
use quintet_subscriber::model::{AuthenticationMethod, RatType, SubscribedSNssai, Subscription};
use quintet_udm::{MAX_ATTEMPTS, UdmEvent};
use std::sync::Arc;
use std::time::Duration;

const FG: AuthenticationMethod = AuthenticationMethod::FgAka;

fn registration(n: u8) -> Amf3GppAccessRegistration {
    Amf3GppAccessRegistration {
        amf_instance_id: format!("00000000-0000-4000-8000-0000000000{n:02}"),
        supported_features: None,
        purge_flag: None,
        pei: Some("imei-490154203237518".to_owned()),
        ims_vo_ps: None,
        dereg_callback_uri: format!("http://127.0.0.{n}:7777/namf-callback/v1/{n}/dereg-notify"),
        amf_service_name_dereg: None,
        pcscf_restoration_callback_uri: None,
        initial_registration_ind: Some(true),
        emergency_registration_ind: None,
        guami: quintet_sbi::ts29571::Guami {
            plmn_id: "00101".parse::<quintet_identity::Plmn>().unwrap().into(),
            amf_id: Hex([2, n, 0x40]),
        },
        dr_flag: None,
        rat_type: "NR".into(),
        urrp_indicator: None,
        registration_time: None,
        no_ee_subscription_ind: None,
        supi: None,
        re_registration_required: None,
    }
}

fn home() -> Home {
    Home::new(vec![subscriber(1, FG)])
}

fn one() -> String {
    supi(imsi(1))
}

fn alter(home: &mut Home, alter: impl FnOnce(&mut Subscription)) {
    let mut new = subscriber(1, FG);
    let mut subscription = (*new.subscription).clone();
    alter(&mut subscription);
    new.subscription = Arc::new(subscription);
    let put = Command::Put {
        subscribers: vec![new],
        mode: PutMode::Update,
    };
    home.store.inner().execute(put).unwrap();
    home.udm.store_changed();
    home.pump();
}

#[test]
fn an_amf_registers_and_the_one_before_is_told() {
    let mut home = home();
    let missing = home.ask(&uecm::get_amf_registration(&one()));
    assert_eq!(refusal(&missing), (404, "CONTEXT_NOT_FOUND".to_owned()));
    let created = home.ask(&uecm::register_amf(&one(), &registration(1)));
    assert_eq!(
        (created.status, created.location),
        (201, Some(uecm::registration_resource(&one())))
    );
    let again = home.ask(&uecm::register_amf(&one(), &registration(1)));
    assert_eq!((again.status, home.calls.len()), (204, 0), "the same AMF");
    let moved = home.ask(&uecm::register_amf(&one(), &registration(2)));
    assert_eq!(moved.status, 204);
    let (target, told) = home.answer_call(Ok(Response::new(204)));
    assert_eq!((target.tls, target.authority.as_str()), (false, "127.0.0.1:7777"));
    assert_eq!(told.path, "/namf-callback/v1/1/dereg-notify");
    let body: DeregistrationData = told.read(&["application/json"]).unwrap();
    assert_eq!(body.dereg_reason, DeregistrationReason::UeInitialRegistration);
    assert_eq!(body.access_type, Some(AccessType::ThreeGpp));
    let read: Amf3GppAccessRegistration = home.ask(&uecm::get_amf_registration(&one())).read().unwrap();
    assert_eq!(read.amf_instance_id, registration(2).amf_instance_id);
    assert_eq!((read.supi, read.guami), (Some(one()), registration(2).guami));
}

#[test]
fn a_purge_is_of_the_amf_that_serves() {
    let mut home = home();
    let purge = |n| Amf3GppAccessRegistrationModification {
        guami: registration(n).guami,
        purge_flag: Some(true),
        pei: None,
        ims_vo_ps: None,
    };
    let none = home.ask(&uecm::update_amf_registration(&one(), &purge(1)));
    assert_eq!(refusal(&none), (404, "CONTEXT_NOT_FOUND".to_owned()));
    home.ask(&uecm::register_amf(&one(), &registration(1)));
    let stranger = home.ask(&uecm::update_amf_registration(&one(), &purge(2)));
    assert_eq!(refusal(&stranger), (403, "INVALID_GUAMI".to_owned()));
    assert_eq!(
        home.ask(&uecm::update_amf_registration(&one(), &purge(1))).status,
        204
    );
    let read: Amf3GppAccessRegistration = home.ask(&uecm::get_amf_registration(&one())).read().unwrap();
    assert_eq!(read.purge_flag, Some(true));
    home.ask(&uecm::register_amf(&one(), &registration(2)));
    assert!(home.calls.is_empty(), "who purged knows");
}

#[test]
fn who_may_not_be_served_is_refused() {
    let mut home = home();
    let mut wlan = registration(1);
    wlan.rat_type = "LTE-M".into();
    let response = home.ask(&uecm::register_amf(&one(), &wlan));
    assert_eq!(refusal(&response), (403, "RAT_NOT_ALLOWED".to_owned()));
    let unknown = home.ask(&uecm::register_amf(&supi(imsi(2)), &registration(1)));
    assert_eq!(refusal(&unknown), (404, "USER_NOT_FOUND".to_owned()));
    let mut nowhere = registration(1);
    nowhere.dereg_callback_uri = "not a URI".to_owned();
    assert_eq!(refusal(&home.ask(&uecm::register_amf(&one(), &nowhere))).0, 400);
    alter(&mut home, |s| s.fgs.rat_restrictions = vec![RatType::Nr]);
    let response = home.ask(&uecm::register_amf(&one(), &registration(1)));
    assert_eq!(refusal(&response), (403, "RAT_NOT_ALLOWED".to_owned()));
    alter(&mut home, |s| s.fgs.subscribed = false);
    let response = home.ask(&uecm::register_amf(&one(), &registration(1)));
    assert_eq!(refusal(&response), (403, "UNKNOWN_5GS_SUBSCRIPTION".to_owned()));
}

#[test]
fn the_operator_has_a_registration_ended_and_a_deaf_amf_is_given_up() {
    let mut home = home();
    let reason = DeregistrationReason::ReregistrationRequired;
    let end = uecm::deregister_amf(&one(), &AmfDeregInfo { dereg_reason: reason });
    assert_eq!(refusal(&home.ask(&end)).0, 404);
    home.ask(&uecm::register_amf(&one(), &registration(1)));
    assert_eq!(home.ask(&end).status, 204);
    for attempt in 1..=MAX_ATTEMPTS {
        assert_eq!(home.udm.owed(), 1, "attempt {attempt}");
        home.answer_call(Err(CallFailure::Timeout(Duration::from_secs(5))));
        home.pass(Duration::from_secs(20));
    }
    assert_eq!((home.udm.owed(), home.calls.len()), (0, 0));
    assert!(
        home.events
            .iter()
            .any(|event| matches!(event, UdmEvent::GivenUp { .. }))
    );
}

#[test]
fn an_amf_that_serves_again_is_not_told_late_that_it_does_not() {
    let silence = || Err(CallFailure::Timeout(Duration::from_secs(5)));
    // The notice waits for another try, or is on its way.
    for put_off in [true, false] {
        let mut home = home();
        home.ask(&uecm::register_amf(&one(), &registration(1)));
        home.ask(&uecm::register_amf(&one(), &registration(2)));
        if put_off {
            home.answer_call(silence());
        }
        assert_eq!(home.udm.owed(), 1);
        home.ask(&uecm::register_amf(&one(), &registration(1)));
        if !put_off {
            let (id, target, request) = home.calls.remove(0);
            assert_eq!(request.path, "/namf-callback/v1/1/dereg-notify");
            home.udm.handle_response(home.now, id, silence());
            assert_eq!(target.authority, "127.0.0.1:7777");
        }
        // That of the second is owed, and no other.
        let (target, _) = home.answer_call(silence());
        assert_eq!(target.authority, "127.0.0.2:7777");
        home.pass(Duration::from_secs(20));
        let (target, _) = home.answer_call(Ok(Response::new(204)));
        assert_eq!(target.authority, "127.0.0.2:7777");
        home.pass(Duration::from_secs(20));
        assert_eq!((home.udm.owed(), home.calls.len()), (0, 0));
    }
}

#[test]
fn subscriber_data_are_those_provisioned() {
    let mut home = home();
    alter(&mut home, |s| {
        s.fgs.nssai.push(SubscribedSNssai {
            s_nssai: slice("2-00abcd"),
            default: false,
            dnns: Vec::new(),
        });
    });
    let get = |set, slice: Option<&str>, dnn: Option<&str>| {
        let slice = slice.map(|text| quintet_sbi::ts29571::Snssai::from_key(text).unwrap());
        sdm::get(&one(), set, None, slice.as_ref(), dnn)
    };
    let am: sdm::AccessAndMobilitySubscriptionData =
        home.ask(&get(DataSet::AmData, None, None)).read().unwrap();
    assert_eq!(am.subscribed_ue_ambr.unwrap().uplink, BitRate(1_000_000));
    assert!(am.gpsis[0].starts_with("msisdn-4930"));
    let nssai = am.nssai.unwrap();
    assert_eq!(nssai.default_single_nssais[0].to_string(), "1");
    assert_eq!(nssai.single_nssais[0].to_string(), "2-00abcd");
    assert_eq!(
        home.ask(&get(DataSet::Nssai, None, None))
            .read::<sdm::Nssai>()
            .unwrap(),
        nssai
    );
    let smf: sdm::SmfSelectionSubscriptionData =
        home.ask(&get(DataSet::SmfSelectData, None, None)).read().unwrap();
    let dnns = &smf.subscribed_snssai_infos["2-00abcd"].dnn_infos;
    assert_eq!(
        (dnns[0].dnn.as_str(), dnns[0].default_dnn_indicator),
        ("internet", Some(true))
    );
    let sm: Vec<sdm::SessionManagementSubscriptionData> = home
        .ask(&get(DataSet::SmData, Some("1"), Some("IMS")))
        .read()
        .unwrap();
    let configuration = &sm[0].dnn_configurations["ims"];
    assert_eq!(
        (sm.len(), configuration.qos_profile.as_ref().unwrap().five_qi),
        (1, 5)
    );
    for missing in [
        get(DataSet::SmData, Some("9"), None),
        get(DataSet::SmData, None, Some("none")),
    ] {
        assert_eq!(refusal(&home.ask(&missing)), (404, "DATA_NOT_FOUND".to_owned()));
    }
    let unknown = sdm::get(&supi(imsi(2)), DataSet::AmData, None, None, None);
    assert_eq!(refusal(&home.ask(&unknown)), (404, "USER_NOT_FOUND".to_owned()));
}

#[test]
fn subscribed_functions_hear_of_changes_and_the_amf_of_the_end() {
    let mut home = home();
    home.ask(&uecm::register_amf(&one(), &registration(1)));
    let subscription = sdm::SdmSubscription {
        nf_instance_id: registration(1).amf_instance_id,
        callback_reference: "http://127.0.0.1:7777/sdm".to_owned(),
        monitored_resource_uris: vec![format!("/nudm-sdm/v2/{}/am-data", one())],
        ..sdm::SdmSubscription::default()
    };
    let created = home.ask(&sdm::subscribe(&one(), &subscription));
    assert_eq!(created.status, 201);
    let told: sdm::SdmSubscription = created.read().unwrap();
    let id = told.subscription_id.unwrap();
    assert_eq!(created.location, Some(sdm::subscription_resource(&one(), &id)));
    alter(&mut home, |s| s.rfsp = Some(7));
    let (_, request) = home.answer_call(Ok(Response::new(204)));
    let body: sdm::ModificationNotification = request.read(&["application/json"]).unwrap();
    assert_eq!(body.subscription_id, Some(id.clone()));
    assert_eq!(
        body.notify_items[0].changes[0].new_value.as_ref().unwrap()["rfspIndex"],
        7
    );
    alter(&mut home, |s| {
        s.rfsp = Some(7);
        s.apn_configurations[0].qci.0 = 8;
    });
    assert!(home.calls.is_empty(), "what changed is not monitored");
    let other = sdm::SdmSubscription {
        monitored_resource_uris: vec!["trace-data".to_owned()],
        ..subscription
    };
    let response = home.ask(&sdm::subscribe(&one(), &other));
    assert_eq!(refusal(&response), (501, "UNSUPPORTED_RESOURCE_URI".to_owned()));
    assert_eq!(home.ask(&sdm::unsubscribe(&one(), &id)).status, 204);
    let gone = home.ask(&sdm::unsubscribe(&one(), &id));
    assert_eq!(refusal(&gone), (404, "SUBSCRIPTION_NOT_FOUND".to_owned()));
    let remove = Command::Remove { imsis: vec![imsi(1)] };
    home.store.inner().execute(remove).unwrap();
    home.udm.store_changed();
    home.pump();
    let (_, request) = home.answer_call(Ok(Response::new(204)));
    let body: DeregistrationData = request.read(&["application/json"]).unwrap();
    assert_eq!(body.dereg_reason, DeregistrationReason::SubscriptionWithdrawn);
    let left = home
        .store
        .inner()
        .execute(Command::LoadContextData { imsi: imsi(1) });
    assert_eq!(left, Ok(Reply::ContextData(None)));
    assert_eq!(home.ask(&authenticate(&one(), SNN, None)).status, 404);
}

#[test]
fn outcomes_are_kept_and_removed() {
    let mut home = home();
    let event = AuthEvent {
        nf_instance_id: "00000000-0000-4000-8000-000000000001".to_owned(),
        success: true,
        time_stamp: "2026-11-21T20:00:00Z".to_owned(),
        auth_type: AuthType::FiveGAka,
        serving_network_name: SNN.to_owned(),
        auth_removal_ind: false,
        nf_set_id: None,
    };
    let created = home.ask(&auth_event(&one(), &event));
    let location = created.location.unwrap();
    let (_, id) = location.rsplit_once('/').unwrap();
    assert_eq!((created.status, id.len()), (201, 16));
    let Ok(Reply::ContextData(Some(data))) = home
        .store
        .inner()
        .execute(Command::LoadContextData { imsi: imsi(1) })
    else {
        panic!("nothing stored")
    };
    assert_eq!(
        (
            data.authentication_events.len(),
            data.authentication_events[0].success
        ),
        (1, true)
    );
    let removal = AuthEvent {
        auth_removal_ind: true,
        ..event.clone()
    };
    assert_eq!(home.ask(&delete_auth(&one(), id, &removal)).status, 204);
    let again = home.ask(&delete_auth(&one(), id, &removal));
    assert_eq!(refusal(&again), (404, "CONTEXT_NOT_FOUND".to_owned()));
    let unknown = home.ask(&auth_event(&supi(imsi(9)), &event));
    assert_eq!(refusal(&unknown), (404, "USER_NOT_FOUND".to_owned()));
}
