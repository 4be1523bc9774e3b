//! UDR, PUR and SNR, and every way they are refused.

use crate::*;
use quintet_cx::ServerCapabilities;
use quintet_sh::user_data::{ImsUserState, PsUserState};
use quintet_store::StoreError;
use quintet_subscriber::ims::{PublicIdentityKind, PublicService};
use std::time::Duration;

const STATE: DataReference = DataReference::IMS_USER_STATE;

#[test]
fn each_kind_of_data_is_read_and_tshark_reads_it() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.ims.change(1, |ims| {
        ims.charging = Some(quintet_cx::ChargingInformation {
            primary_event: Some("aaa://ocs.example.org".to_owned()),
            ..Default::default()
        });
    });
    sh.ims.register(1, "s1");
    let all = [
        DataReference::IMS_PUBLIC_IDENTITY,
        STATE,
        DataReference::S_CSCF_NAME,
        DataReference::CHARGING_INFORMATION,
        DataReference::MSISDN,
        DataReference::IMSI,
        DataReference::IMS_PRIVATE_USER_IDENTITY,
    ];
    let (result, data) = sh.pull("as1", udr(&of, &all));
    let data = data.unwrap();
    assert_eq!(result, 2001);
    assert_eq!(data.user_state, Some(ImsUserState::Registered));
    assert_eq!(data.scscf_name, Some(scscf("s1")));
    assert_eq!(data.imsi, Some(imsi(1).to_string()));
    assert_eq!(data.private_identities, [impi(1).to_string()]);
    assert!(data.charging.is_some());
    let identifiers = data.public_identifiers.unwrap();
    assert_eq!(
        identifiers.public_identities.len(),
        2,
        "the barred one is not shown"
    );
    assert_eq!(identifiers.msisdns, ["49123456789"], "the subscriber's");
    // One request for several identity sets has an element for each.
    let mut several = udr(&of, &[DataReference::IMS_PUBLIC_IDENTITY]);
    several.identity_sets = vec![
        IdentitySet::REGISTERED_IDENTITIES,
        IdentitySet::IMPLICIT_IDENTITIES,
    ];
    let (_, data) = sh.pull("as1", several);
    assert!(data.unwrap().registered_identities.is_some());
    // By number: the identity of the subscriber, or a tel URI.
    let mut by_number = udr(&of, &[DataReference::IMSI]);
    by_number.identity = UserIdentity::number("4915100001".parse().unwrap());
    let (result, data) = sh.pull("as1", by_number);
    assert_eq!((result, data.unwrap().imsi), (2001, Some(imsi(1).to_string())));
    // Where the user is, as S6a told.
    let mut location = udr(
        &of,
        &[DataReference::LOCATION_INFORMATION, DataReference::USER_STATE],
    );
    location.domain = Some(RequestedDomain::PS_DOMAIN);
    let (result, data) = sh.pull("as1", location.clone());
    let data = data.unwrap();
    assert_eq!((result, data.eps_user_state), (2001, Some(PsUserState::Detached)));
    assert_eq!(data.eps_location.unwrap().mme_name, None, "not known");
    let mme = sh.ims.rig.mme("mme");
    let answer = sh.ims.rig.ask(mme, &ulr(1, "mme", imsi(1), 2, |_| ()));
    assert_eq!(result_of(&answer), 2001);
    let (result, data) = sh.pull("as1", location);
    let data = data.unwrap();
    assert_eq!(
        (result, data.eps_user_state),
        (2001, Some(PsUserState::NotProvided))
    );
    let name = data.eps_location.unwrap().mme_name;
    assert_eq!(name, Some(format!("mme.{REALM}")));
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn nobody_may_do_what_is_not_permitted() {
    let mut sh = Sh::with(HssConfig::new(vec![plmn(HOME)]), 1);
    let of = number(1);
    assert_eq!(sh.pull("as1", udr(&of, &[STATE])).0, 5102, "by default nothing");
    let mut sh = Sh::started(1);
    assert_eq!(sh.pull("as3", udr(&of, &[STATE])).0, 2001);
    assert_eq!(sh.pull("as3", udr(&of, &[STATE, DataReference::IMSI])).0, 5102);
    assert_eq!(
        sh.update("as3", &of, &[service(0, Some("a"))]).outcome.code(),
        5103
    );
    assert_eq!(sh.notify("as3", snr(&of, &[STATE])).outcome.code(), 5104);
    // What nobody can be told of, and what nobody can write.
    let imsi = snr(&of, &[DataReference::IMSI]);
    assert_eq!(sh.notify("as1", imsi).outcome.code(), 5104);
    assert_eq!(sh.pull("as1", udr(&of, &[DataReference::DSAI])).0, 5102);
    assert_eq!(sh.pull("as1", udr(&of, &[DataReference(99)])).0, 5102);
    let pur = Pur {
        identity: UserIdentity::public(of.to_string()),
        data: vec![DataReference::PSI_ACTIVATION],
        user_data: b"<Sh-Data/>".to_vec(),
        ..Pur::default()
    };
    let answer = sh.ask("as1", &Request::ProfileUpdate(Box::new(pur)));
    assert_eq!(answer.outcome().code(), 5103);
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn who_and_by_what_is_checked() {
    let mut sh = Sh::started(1);
    let of = number(1);
    let nobody: Impu = "sip:nobody@example.org".parse().unwrap();
    assert_eq!(sh.pull("as1", udr(&nobody, &[STATE])).0, 5001);
    let mut odd = udr(&of, &[STATE]);
    odd.identity = UserIdentity::public("no identity at all");
    assert_eq!(sh.pull("as1", odd).0, 5001);
    let mut unknown = udr(&of, &[DataReference::IMSI]);
    unknown.identity = UserIdentity::number("12345".parse().unwrap());
    assert_eq!(sh.pull("as1", unknown.clone()).0, 5001);
    unknown.identity = UserIdentity::default();
    assert_eq!(sh.pull("as1", unknown).0, 5005);
    let mut by_number = udr(&of, &[STATE]);
    by_number.identity = UserIdentity::number("49123456789".parse().unwrap());
    assert_eq!(sh.pull("as1", by_number).0, 5101);
    assert_eq!(sh.pull("as1", udr(&of, &[DataReference::PSI_ACTIVATION])).0, 5101);
    for data in [
        DataReference::REPOSITORY_DATA,
        DataReference::INITIAL_FILTER_CRITERIA,
        DataReference::USER_STATE,
    ] {
        assert_eq!(sh.pull("as1", udr(&of, &[data])).0, 5005, "{data}");
    }
    let mut required = udr(&of, &[STATE]);
    required.features = vec![FeatureList {
        required: true,
        ..feature_list(Features::UPDATE_EFF_ENHANCE)
    }];
    let answer = sh.ask("as1", &Request::UserData(Box::new(required)));
    assert_eq!(answer.outcome().code(), 5011);
    let Answer::UserData(uda) = answer else { panic!() };
    assert_eq!(features_of(&uda.features).0, 3, "what is supported is told");
    let pnr = Request::PushNotification(Box::new(Pnr {
        identity: UserIdentity::public(of.to_string()),
        user_data: b"<Sh-Data/>".to_vec(),
        ..Pnr::default()
    }));
    assert_eq!(
        sh.ask("as1", &pnr).outcome().code(),
        3001,
        "an HSS is told nothing"
    );
    judge::judged_by_tshark(&sh.pairs);
}

/// A User-Name must be the user's (TS 29.328 6.1.1.1, 6.1.2.1, 6.1.3.1 step 2a): after who it is about, before what may be asked of it.
#[test]
fn a_private_identity_must_go_with_the_user() {
    let mut sh = Sh::started(2);
    let of = number(1);
    let own = Some(impi(1).to_string());
    for (private, expected) in [
        (None, 2001),
        (own, 2001),
        (Some(impi(2).to_string()), 5002),
        (Some("no private identity".to_owned()), 5002),
    ] {
        let mut asked = udr(&of, &[STATE]);
        asked.user_name = private.clone();
        assert_eq!(sh.pull("as1", asked.clone()).0, expected, "{private:?}");
        asked.data = vec![DataReference::PSI_ACTIVATION];
        let not_of_users = if expected == 2001 { 5101 } else { expected };
        assert_eq!(sh.pull("as1", asked.clone()).0, not_of_users, "{private:?}");
        asked.identity = UserIdentity::public("sip:nobody@example.org");
        assert_eq!(sh.pull("as1", asked).0, 5001, "{private:?}");
        let mut wanted = snr(&of, &[STATE]);
        wanted.user_name = private.clone();
        assert_eq!(sh.notify("as1", wanted).outcome.code(), expected, "{private:?}");
        let data = ShData {
            repository: vec![service(0, Some("<a/>"))],
            ..ShData::default()
        };
        let pur = Request::ProfileUpdate(Box::new(Pur {
            identity: UserIdentity::public(of.to_string()),
            user_name: private.clone(),
            data: vec![DataReference::REPOSITORY_DATA],
            user_data: data.to_xml().into_bytes(),
            ..Pur::default()
        }));
        // The second time it is there.
        let is_again = expected == 2001 && private.is_some();
        let written = if is_again { 5105 } else { expected };
        assert_eq!(sh.ask("as1", &pur).outcome().code(), written, "{private:?}");
    }
    assert_eq!(sh.stored(1).record.subscriptions.len(), 1);
    judge::judged_by_tshark(&sh.pairs);
}

/// Who has no IMS subscription has the private identity that follows from the IMSI.
#[test]
fn a_number_without_ims_goes_with_the_imsi() {
    let mut sh = Sh::started(1);
    let mut asked = udr(&number(1), &[DataReference::IMSI]);
    asked.identity = UserIdentity::number("49123456789".parse().unwrap());
    for (private, expected) in [(impi(1).to_string(), 2001), (impi(2).to_string(), 5002)] {
        asked.user_name = Some(private);
        assert_eq!(sh.pull("as1", asked.clone()).0, expected);
    }
    let imsis = vec![imsi(1)];
    sh.ims.rig.direct(Command::RemoveIms { imsis }).unwrap();
    sh.noticed();
    for (private, expected) in [
        (format!("{}@ims.example.org", imsi(1)), 2001),
        (format!("{}@ims.example.org", imsi(2)), 5002),
        (imsi(1).to_string(), 5002),
    ] {
        asked.user_name = Some(private);
        assert_eq!(sh.pull("as1", asked.clone()).0, expected, "{:?}", asked.user_name);
    }
}

#[test]
fn a_services_identity_is_active_or_not() {
    let mut sh = Sh::started(1);
    let psi: Impu = "sip:conference@example.org".parse().unwrap();
    let of = psi.clone();
    sh.ims.change(1, move |ims| {
        ims.capabilities = ServerCapabilities::default();
        let mut identity = ims.sets[0].identities[1].clone();
        (identity.impu, identity.kind) = (of, PublicIdentityKind::Service(PublicService::default()));
        ims.sets[0].identities.push(identity);
    });
    let (result, data) = sh.pull("as1", udr(&psi, &[DataReference::PSI_ACTIVATION]));
    assert_eq!((result, data.unwrap().psi_activation), (2001, Some(false)));
    assert_eq!(sh.pull("as1", udr(&psi, &[STATE])).0, 5101);
    // Of its identities there is itself, and none is registered (TS 29.328 7.6.2).
    let mut identities = udr(&psi, &[DataReference::IMS_PUBLIC_IDENTITY]);
    identities.identity_sets = vec![IdentitySet::IMPLICIT_IDENTITIES];
    let (result, data) = sh.pull("as1", identities.clone());
    let found = data.unwrap().public_identifiers.unwrap();
    assert_eq!((result, found.public_identities), (2001, vec![psi.to_string()]));
    identities.identity_sets = vec![IdentitySet::REGISTERED_IDENTITIES];
    assert_eq!(sh.pull("as1", identities), (2001, None));
}

/// TS 29.328 6.1.1.1, step 5: no User-Data, or an element that says so to who knows Notif-Eff.
#[test]
fn what_is_not_there_is_no_error() {
    let mut sh = Sh::started(1);
    let of = number(1);
    let ask = |data, features: &[FeatureList]| {
        let mut udr = udr(&of, &[data]);
        udr.service_indications = vec!["mmtel".to_owned()];
        udr.features = features.to_vec();
        udr
    };
    for data in [
        DataReference::REPOSITORY_DATA,
        DataReference::S_CSCF_NAME,
        DataReference::LOCATION_INFORMATION,
        DataReference::IMEISV,
    ] {
        assert_eq!(sh.pull("as1", ask(data, &[])), (2001, None), "{data}");
        let (result, found) = sh.pull("as1", ask(data, &efficient()));
        let found = found.expect("User-Data");
        assert_eq!(result, 2001, "{data}");
        match data {
            DataReference::REPOSITORY_DATA => assert_eq!(found.repository, [service(0, None)]),
            DataReference::S_CSCF_NAME => assert_eq!(found.scscf_name.as_deref(), Some("")),
            DataReference::LOCATION_INFORMATION => assert_eq!(found.eps_location.unwrap().mme_name, None),
            _ => assert_eq!(found, ShData::default()),
        }
    }
    // The same of what comes with a subscription.
    let mut request = snr(&of, &[DataReference::S_CSCF_NAME]);
    request.send_data = Some(SendDataIndication::USER_DATA_REQUESTED);
    assert_eq!(sh.notify("as1", request.clone()).user_data, None);
    request.features = efficient();
    let now = sh.notify("as1", request).user_data.expect("User-Data");
    assert_eq!(ShData::from_xml(&now).unwrap().scscf_name.as_deref(), Some(""));
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn repository_data_are_kept_replaced_and_removed() {
    let mut sh = Sh::started(1);
    let of = number(1);
    let mut ask = udr(&of, &[DataReference::REPOSITORY_DATA]);
    ask.service_indications = vec!["mmtel".to_owned(), "other".to_owned()];
    // Without those of which there is none, which are named too.
    let kept = |sh: &mut Sh| {
        let mut found = sh.pull("as2", ask.clone()).1.unwrap_or_default().repository;
        found.retain(|data| data.service_data.is_some());
        found
    };
    assert_eq!(kept(&mut sh), [], "none is no error");
    let one = service(0, Some("<a x=\"1\">ü</a>"));
    assert_eq!(
        sh.update("as1", &of, std::slice::from_ref(&one)).outcome.code(),
        2001
    );
    assert_eq!(kept(&mut sh), [one]);
    for (data, expected) in [
        (service(0, Some("b")), 5105),
        (service(2, Some("b")), 5105),
        (service(1, Some(&"b".repeat(65))), 5008),
        (service(1, Some("<b/>")), 2001),
    ] {
        let pua = sh.update("as2", &of, std::slice::from_ref(&data));
        assert_eq!(pua.outcome.code(), expected, "{data:?}");
        let id = pua.repository_data_id.map(|id| id.sequence_number);
        assert_eq!(id, (expected != 2001).then_some(data.sequence_number));
    }
    // Several at once are all stored, or none.
    let mut other = service(0, Some("<o/>"));
    other.service_indication = "other".to_owned();
    let both = [other.clone(), service(9, Some("c"))];
    assert_eq!(sh.update("as1", &of, &both).outcome.code(), 5105);
    assert_eq!(kept(&mut sh), [service(1, Some("<b/>"))]);
    let both = [other.clone(), service(2, Some("<c/>"))];
    assert_eq!(sh.update("as1", &of, &both).outcome.code(), 2001);
    assert_eq!(kept(&mut sh).len(), 2);
    assert_eq!(sh.update("as1", &of, &[service(3, None)]).outcome.code(), 2001);
    assert_eq!(kept(&mut sh), [other]);
    assert_eq!(sh.stored(1).record.repository.len(), 1, "nothing is left of it");
    assert_eq!(sh.update("as1", &of, &[service(4, None)]).outcome.code(), 5105);
    assert_eq!(sh.update("as1", &of, &[service(0, None)]).outcome.code(), 5101);
    judge::judged_by_tshark(&sh.pairs);
}

#[test]
fn user_data_that_are_none_are_refused() {
    let mut sh = Sh::started(1);
    let of = number(1);
    for (xml, expected) in [
        ("<Sh-Data/>", 5012),
        ("<Sh-Data><Sh-IMS-Data/></Sh-Data>", 5012),
        ("<Sh-Data><RepositoryData/></Sh-Data>", 5100),
        ("<Sh-Data>", 5100),
        ("<!DOCTYPE a><Sh-Data/>", 5100),
        ("", 5100),
    ] {
        let pur = Pur {
            identity: UserIdentity::public(of.to_string()),
            data: vec![DataReference::REPOSITORY_DATA],
            user_data: xml.as_bytes().to_vec(),
            ..Pur::default()
        };
        let answer = sh.ask("as1", &Request::ProfileUpdate(Box::new(pur)));
        assert_eq!(answer.outcome().code(), expected, "{xml}");
    }
    assert_eq!(sh.stored(1).version, 0);
}

/// TS 29.328 6.1.2.1: may it, is it somebody, is it an access key; then the data.
#[test]
fn what_is_wrong_with_an_update_is_said_in_order() {
    let mut sh = Sh::started(1);
    let (known, nobody) = (number(1).to_string(), "sip:nobody@example.org");
    let stranger = "12345".parse().unwrap();
    for (host, identity, expected) in [
        ("as3", UserIdentity::public(nobody), 5103),
        ("as1", UserIdentity::public(nobody), 5001),
        ("as1", UserIdentity::number(stranger), 5001),
        ("as1", UserIdentity::number("49123456789".parse().unwrap()), 5101),
        ("as1", UserIdentity::public(known), 5100),
    ] {
        let pur = Pur {
            identity: identity.clone(),
            data: vec![DataReference::REPOSITORY_DATA],
            user_data: b"<Sh-Data>".to_vec(),
            ..Pur::default()
        };
        let answer = sh.ask(host, &Request::ProfileUpdate(Box::new(pur)));
        assert_eq!(answer.outcome().code(), expected, "{host}: {identity:?}");
    }
}

#[test]
fn two_who_write_at_once_are_one_after_the_other() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.ims.rig.store.hold();
    let pur = |data: &str| {
        let user_data = ShData {
            repository: vec![service(0, Some(data))],
            ..ShData::default()
        };
        Request::ProfileUpdate(Box::new(Pur {
            identity: UserIdentity::public(of.to_string()),
            data: vec![DataReference::REPOSITORY_DATA],
            user_data: user_data.to_xml().into_bytes(),
            ..Pur::default()
        }))
    };
    for (host, data) in [("as1", "one"), ("as2", "two")] {
        let request = pur(data);
        let octets = sh.octets(host, |w| request.write(w), request.command());
        let connection = sh.connection(host);
        let _ = sh.ims.rig.feed(connection, &octets);
    }
    sh.ims.rig.store.release_all();
    sh.ims.rig.pump();
    let [one, two] = [0, 1].map(|n| result_of(&sh.ims.rig.answer(sh.servers[n])));
    assert_eq!((one, two), (2001, 5105));
}

#[test]
fn a_store_that_fails_is_said() {
    let mut sh = Sh::started(1);
    let of = number(1);
    sh.ims.rig.store.outage(Some(StoreError::Busy));
    assert_eq!(sh.pull("as1", udr(&of, &[STATE])).0, 3004);
    sh.ims
        .rig
        .store
        .outage(Some(StoreError::Unavailable("outage".to_owned())));
    assert_eq!(sh.pull("as1", udr(&of, &[STATE])).0, 5012);
    sh.ims.rig.store.outage(None);
    // One that hangs, too.
    sh.ims.rig.store.hold();
    let request = Request::UserData(Box::new(udr(&of, &[STATE])));
    let octets = sh.octets("as1", |w| request.write(w), request.command());
    let connection = sh.connection("as1");
    let _ = sh.ims.rig.feed(connection, &octets);
    sh.ims.rig.advance(Duration::from_secs(4));
    assert_eq!(result_of(&sh.ims.rig.answer(connection)), 5012);
    sh.ims.rig.store.release_all();
    sh.ims.rig.pump();
    assert_eq!(sh.pull("as1", udr(&of, &[STATE])).0, 2001);
}
