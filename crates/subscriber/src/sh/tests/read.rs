//! What is read of a user, and what of it there is not (TS 29.328 7.6).

use super::*;

#[test]
fn identities_by_their_sets() {
    let mut user = user();
    register(&mut user, true);
    let (subject, service) = (number(&user), Subject::Public(impu("sip:service@example.org")));
    let all = |user: &ShUser, subject: &Subject, set| {
        let mut asked = Asked::new(subject, DataReference::IMS_PUBLIC_IDENTITY);
        asked.identity_set = set;
        let found = user.data(&asked)?.public_identifiers.unwrap_or_default();
        Ok::<_, quintet_cx::Outcome>(found.public_identities)
    };
    let sip = "sip:+4915112345@ims.mnc001.mcc001.3gppnetwork.org";
    let own = [sip, "tel:+4915112345"];
    let second = "sip:second@example.org";
    let every = [&own[..], &[second, "sip:service@example.org"]].concat();
    assert_eq!(
        all(&user, &subject, None).unwrap(),
        every,
        "barred ones are not shown"
    );
    for (set, expected) in [
        (IdentitySet::ALL_IDENTITIES, &every[..]),
        (IdentitySet::REGISTERED_IDENTITIES, &own),
        (IdentitySet::IMPLICIT_IDENTITIES, &own),
        (IdentitySet::ALIAS_IDENTITIES, &own),
    ] {
        assert_eq!(all(&user, &subject, Some(set)).unwrap(), expected, "{set}");
    }
    let other = Subject::Public(impu(second));
    for set in [IdentitySet::IMPLICIT_IDENTITIES, IdentitySet::ALIAS_IDENTITIES] {
        assert_eq!(all(&user, &other, Some(set)).unwrap(), [second]);
    }
    // Of a service: itself, nothing that is registered, and no aliases. Of a number: no set of one identity.
    let itself = "sip:service@example.org";
    let by_number = Subject::Number("4915112345".parse().unwrap());
    for (set, of_service, of_number) in [
        (IdentitySet::ALL_IDENTITIES, Ok(&every[..]), Ok(&every[..])),
        (IdentitySet::REGISTERED_IDENTITIES, Ok(&[][..]), Ok(&own[..])),
        (IdentitySet::IMPLICIT_IDENTITIES, Ok(&[itself][..]), Err(5101)),
        (IdentitySet::ALIAS_IDENTITIES, Err(5101), Err(5101)),
    ] {
        for (subject, expected) in [(&service, of_service), (&by_number, of_number)] {
            match (all(&user, subject, Some(set)), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{set} of {subject:?}"),
                (Err(outcome), Err(expected)) => assert_eq!(outcome.code(), expected, "{set} of {subject:?}"),
                (found, _) => panic!("{set} of {subject:?}: {found:?}"),
            }
        }
    }
    let mut asked = Asked::new(&subject, DataReference::IMS_PUBLIC_IDENTITY);
    (asked.identity_set, asked.several_sets) = (Some(IdentitySet::REGISTERED_IDENTITIES), true);
    let apart = user.data(&asked).unwrap();
    assert!(apart.public_identifiers.is_none() && apart.registered_identities.is_some());
}

#[test]
fn states_names_criteria_and_activation() {
    let mut user = user();
    let subject = number(&user);
    let ask = |user: &ShUser, data| user.data(&Asked::new(&subject, data)).unwrap();
    let state = |user: &ShUser| ask(user, DataReference::IMS_USER_STATE).user_state;
    assert_eq!(state(&user), Some(ImsUserState::NotRegistered));
    assert_eq!(ask(&user, DataReference::S_CSCF_NAME), ShData::default());
    register(&mut user, true);
    assert_eq!(state(&user), Some(ImsUserState::Registered));
    let name = ask(&user, DataReference::S_CSCF_NAME).scscf_name;
    assert_eq!(name.as_deref(), Some("sip:s1.example.org"));
    let mut asked = Asked::new(&subject, DataReference::INITIAL_FILTER_CRITERIA);
    assert_eq!(code(user.data(&asked)), 5005);
    asked.server_name = Some("SIP:as2.example.org");
    let found = user.data(&asked).unwrap().filter_criteria.unwrap();
    assert_eq!(found, [criteria("sip:as2.example.org")]);
    let activation = |subject: &Subject| user.data(&Asked::new(subject, DataReference::PSI_ACTIVATION));
    assert_eq!(code(activation(&subject)), 5101);
    let service = Subject::Public(impu("sip:service@example.org"));
    assert_eq!(activation(&service).unwrap().psi_activation, Some(true));
    for data in [DataReference::IMS_USER_STATE, DataReference::MSISDN] {
        assert_eq!(code(user.data(&Asked::new(&service, data))), 5101, "{data}");
    }
    let by_number = Subject::Number("4915112345".parse().unwrap());
    for data in [
        DataReference::REPOSITORY_DATA,
        DataReference::IMS_USER_STATE,
        DataReference::S_CSCF_NAME,
        DataReference::INITIAL_FILTER_CRITERIA,
        DataReference::PSI_ACTIVATION,
        DataReference::IMS_PRIVATE_USER_IDENTITY,
    ] {
        assert_eq!(code(user.data(&Asked::new(&by_number, data))), 5101, "{data}");
    }
    let private = ask(&user, DataReference::IMS_PRIVATE_USER_IDENTITY);
    assert_eq!(private.private_identities.len(), 1);
    let imsi = user
        .data(&Asked::new(&by_number, DataReference::IMSI))
        .unwrap()
        .imsi;
    assert_eq!(imsi.as_deref(), Some("001010000000001"));
    assert_eq!(code(user.data(&Asked::new(&subject, DataReference::DSAI))), 5102);
}

#[test]
fn where_a_user_is_as_far_as_that_is_known() {
    let mut user = user();
    let subject = number(&user);
    let mut asked = Asked::new(&subject, DataReference::LOCATION_INFORMATION);
    let nothing = Ok(ShData::default());
    assert_eq!(user.data(&asked), nothing);
    asked.domain = Some(RequestedDomain::PS_DOMAIN);
    assert_eq!(user.data(&asked), nothing);
    assert_eq!(user.data(&Asked::new(&subject, DataReference::IMEISV)), nothing);
    let mut mme = ServingNode {
        host: "mme.example.org".to_owned(),
        realm: "example.org".to_owned(),
        visited_plmn: None,
        rat_type: None,
        features: 0,
        features_2: 0,
        purged: false,
        ims_voice: None,
        srvcc: None,
        imei: None,
        imeisv: Some("3520990017614823".parse().unwrap()),
        mme_number_for_mt_sms: None,
        since: 0,
    };
    let mut serve = |user: &mut ShUser, purged| {
        mme.purged = purged;
        user.location = Some(Location {
            mme: Some(mme.clone()),
            ..Location::default()
        });
    };
    serve(&mut user, false);
    for domain in [None, asked.domain] {
        let whatever = Asked { domain, ..asked };
        let found = user.data(&whatever).unwrap().eps_location.unwrap();
        assert_eq!(found.mme_name.as_deref(), Some("mme.example.org"), "{domain:?}");
    }
    let imeisv = user.data(&Asked::new(&subject, DataReference::IMEISV)).unwrap();
    assert_eq!(imeisv.imeisv.as_deref(), Some("3520990017614823"));
    asked.nodes = Some(RequestedNodes(RequestedNodes::SGSN.0 | RequestedNodes::MME.0));
    let found = user.data(&asked).unwrap();
    assert!(found.eps_location.is_some() && found.unknown_ps_location);
    asked.nodes = Some(RequestedNodes::SGSN);
    assert_eq!(user.data(&asked), nothing);
    (asked.nodes, asked.domain) = (None, Some(RequestedDomain::CS_DOMAIN));
    assert_eq!(user.data(&asked), nothing);
    asked.data = DataReference::USER_STATE;
    assert_eq!(user.data(&asked), nothing);
    asked.domain = None;
    assert_eq!(code(user.data(&asked)), 5005, "whose state must be said");
    asked.domain = Some(RequestedDomain::PS_DOMAIN);
    let state = user.data(&asked).unwrap();
    assert_eq!(state.eps_user_state, Some(PsUserState::NotProvided));
    assert_eq!(state.ps_user_state, Some(PsUserState::Detached));
    serve(&mut user, true);
    assert_eq!(
        user.data(&asked).unwrap().eps_user_state,
        Some(PsUserState::Detached)
    );
}

/// That of nothing there is this is said: by nothing at all to who does not know Notif-Eff, unless there is something besides.
fn assert_said(user: &ShUser, asked: Asked<'_>, expected: &ShData) {
    assert_eq!(user.read(&[asked], false), Ok(None), "{asked:?}");
    assert_eq!(user.read(&[asked], true), Ok(Some(expected.clone())), "{asked:?}");
    let there = Asked::new(asked.subject, DataReference::IMSI);
    let both = user.read(&[there, asked], false).unwrap().unwrap();
    let imsi = Some("001010000000001".to_owned());
    assert_eq!(
        both,
        ShData {
            imsi,
            ..expected.clone()
        }
    );
}

/// TS 29.328 6.1.1.1: what there is not is an element, for who knows Notif-Eff; no data at all for who does not.
#[test]
fn what_there_is_not_is_said() {
    let mut user = user();
    user.msisdn = None;
    let subject = number(&user);
    let none = ShData::default;
    let empty = || Some(PublicIdentifiers::default());
    let mut asked = Asked::new(&subject, DataReference::REPOSITORY_DATA);
    asked.service_indication = Some("mmtel");
    asked.server_name = Some("sip:nobody@example.org");
    (asked.identity_set, asked.several_sets) = (Some(IdentitySet::REGISTERED_IDENTITIES), true);
    let (mut repository, mut name, mut criteria) = (none(), none(), none());
    repository.repository = vec![data(0, None)];
    name.scscf_name = Some(String::new());
    criteria.filter_criteria = Some(Vec::new());
    let (mut registered, mut msisdn, mut charging) = (none(), none(), none());
    registered.registered_identities = empty();
    msisdn.public_identifiers = empty();
    charging.charging = Some(Default::default());
    for (data, expected) in [
        (DataReference::REPOSITORY_DATA, repository),
        (DataReference::S_CSCF_NAME, name),
        (DataReference::INITIAL_FILTER_CRITERIA, criteria),
        (DataReference::IMS_PUBLIC_IDENTITY, registered),
        (DataReference::MSISDN, msisdn),
        (DataReference::CHARGING_INFORMATION, charging),
        (DataReference::IMEISV, none()),
    ] {
        assert_said(&user, Asked { data, ..asked }, &expected);
    }
    asked.data = DataReference::DSAI;
    assert_eq!(code(user.read(&[asked], true)), 5102);
}

#[test]
fn of_a_location_that_is_not_known_is_said_which() {
    let user = user();
    let subject = number(&user);
    let (ps, cs) = (Some(RequestedDomain::PS_DOMAIN), Some(RequestedDomain::CS_DOMAIN));
    for (domain, nodes, (of_mme, of_sgsn, of_cs)) in [
        (None, None, (true, false, false)),
        (ps, None, (true, false, false)),
        (ps, Some(RequestedNodes::MME), (true, false, false)),
        (ps, Some(RequestedNodes::SGSN), (false, true, false)),
        (cs, None, (false, false, true)),
    ] {
        let asked = Asked {
            domain,
            nodes,
            ..Asked::new(&subject, DataReference::LOCATION_INFORMATION)
        };
        let expected = ShData {
            eps_location: of_mme.then(EpsLocation::default),
            unknown_ps_location: of_sgsn,
            unknown_cs_location: of_cs,
            ..ShData::default()
        };
        assert_said(&user, asked, &expected);
    }
}

/// Charging functions and private identities may be subscribed to as well (TS 29.328 table 7.6.1).
#[test]
fn charging_functions_and_private_identities_are_told() {
    let mut user = user();
    let wanted = [
        DataReference::CHARGING_INFORMATION,
        DataReference::IMS_PRIVATE_USER_IDENTITY,
    ];
    assert!(wanted.iter().all(|data| is_notifiable(*data)));
    let wanted = wanted.map(|data| subscription(&user, AS1, data));
    subscribe(&mut user, wanted.to_vec()).unwrap();
    let change = |user: &mut ShUser, change: fn(&mut ImsSubscription)| {
        let ims = user.ims.as_mut().unwrap();
        change(Arc::make_mut(&mut ims.subscription));
        told(user, NOW)
    };
    let [(_, data)] = &change(&mut user, |ims| {
        ims.charging = Some(quintet_cx::ChargingInformation {
            primary_event: Some("aaa://ocs.example.org".to_owned()),
            ..Default::default()
        });
    })[..] else {
        panic!("one notification");
    };
    assert!(
        data.charging
            .as_ref()
            .is_some_and(|functions| functions.primary_event.is_some())
    );
    let [(_, data)] = &change(&mut user, |ims| {
        let mut second = ims.private[0].clone();
        second.impi = "second@example.org".parse().unwrap();
        ims.private.push(second);
    })[..] else {
        panic!("one notification");
    };
    assert_eq!(data.private_identities.len(), 2);
    let [(_, data)] = &change(&mut user, |ims| ims.charging = None)[..] else {
        panic!("one notification");
    };
    assert_eq!(data.charging, Some(Default::default()), "none any more");
}

#[test]
fn several_kinds_go_together_if_the_application_server_knows_how() {
    let mut user = user();
    let mut wanted = vec![
        subscription(&user, AS1, DataReference::IMS_USER_STATE),
        subscription(&user, AS1, DataReference::S_CSCF_NAME),
    ];
    wanted.iter_mut().for_each(|one| one.together = true);
    subscribe(&mut user, wanted).unwrap();
    register(&mut user, true);
    let [(host, data)] = &told(&mut user, NOW)[..] else {
        panic!("one notification");
    };
    assert_eq!(host, AS1);
    assert!(data.user_state.is_some() && data.scscf_name.is_some());
}
