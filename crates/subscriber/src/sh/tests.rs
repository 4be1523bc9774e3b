//! Decisions of Sh, case by case.

use super::*;
use crate::ims::{
    ImsRecord, ImsSubscription, PublicIdentity, PublicIdentityKind, PublicService, RegistrationSet,
    Registrations, Server, SetRegistration,
};
use crate::model::{Location, ServingNode};
use quintet_cx::profile::{ApplicationServer as Named, DefaultHandling, InitialFilterCriteria};
use quintet_identity::Impu;
use quintet_sh::user_data::{
    EpsLocation, ImsUserState, PsUserState, PublicIdentifiers, RepositoryData, ShData,
};
use quintet_sh::{DataReference, IdentitySet, RequestedDomain, RequestedNodes};
use std::sync::Arc;

const NOW: u64 = 1_760_000_000;
const AS1: &str = "as1.example.org";

fn impu(text: &str) -> Impu {
    text.parse().unwrap()
}

fn user() -> ShUser {
    let imsi = "001010000000001".parse().unwrap();
    let msisdn = Some("4915112345".parse().unwrap());
    let mut subscription = ImsSubscription::derived(imsi, "00101".parse().unwrap(), msisdn).unwrap();
    subscription.sets[0].identities[1].alias_group = Some("g".to_owned());
    subscription.sets[0].identities[2].alias_group = Some("g".to_owned());
    let mut service = PublicIdentity::new(impu("sip:service@example.org"));
    service.kind = PublicIdentityKind::Service(PublicService {
        active: true,
        application_server: None,
    });
    for (id, identity) in [
        (1, PublicIdentity::new(impu("sip:second@example.org"))),
        (2, service),
    ] {
        subscription.sets.push(RegistrationSet {
            id,
            identities: vec![identity],
            private: Vec::new(),
        });
    }
    let mut profiles = (*subscription.profiles).clone();
    profiles[0].profile.filter_criteria =
        vec![criteria("sip:as1.example.org"), criteria("sip:as2.example.org")];
    subscription.profiles = Arc::new(profiles);
    ShUser {
        imsi,
        msisdn,
        ims: Some(ImsRecord {
            subscription: Arc::new(subscription),
            registrations: Registrations::default(),
            version: 1,
        }),
        location: None,
        record: ShRecord::default(),
        version: 0,
    }
}

fn criteria(server_name: &str) -> InitialFilterCriteria {
    InitialFilterCriteria {
        priority: 1,
        trigger: None,
        application_server: Named {
            server_name: server_name.to_owned(),
            default_handling: DefaultHandling::SessionContinued,
            service_info: None,
            include_register_request: false,
            include_register_response: false,
        },
        profile_part: None,
    }
}

fn number(user: &ShUser) -> Subject {
    Subject::Public(
        user.ims.as_ref().unwrap().subscription.sets[0].identities[1]
            .impu
            .clone(),
    )
}

/// Registers set 0, or ends that.
fn register(user: &mut ShUser, on: bool) {
    let ims = user.ims.as_mut().unwrap();
    let impi = ims.subscription.private[0].impi.clone();
    ims.registrations = if on {
        Registrations {
            server: Some(Server {
                name: "sip:s1.example.org".to_owned(),
                host: "s1.example.org".to_owned(),
                realm: "example.org".to_owned(),
            }),
            sets: vec![SetRegistration {
                registered: vec![impi],
                ..SetRegistration::default()
            }],
            ..Registrations::default()
        }
    } else {
        Registrations::default()
    };
}

fn code<T: std::fmt::Debug>(refused: Result<T, quintet_cx::Outcome>) -> u32 {
    refused.unwrap_err().code()
}

fn subscription(user: &ShUser, host: &str, data: DataReference) -> ShSubscription {
    ShSubscription {
        server: ApplicationServer {
            host: host.to_owned(),
            realm: "example.org".to_owned(),
        },
        subject: number(user),
        data: data.0,
        service_indication: None,
        server_name: None,
        identity_set: None,
        expires: None,
        together: false,
        told: 0,
    }
}

fn subscribe(user: &mut ShUser, wanted: Vec<ShSubscription>) -> Result<Option<ShData>, quintet_cx::Outcome> {
    user.subscribe(&Subscribe {
        wanted,
        subscribe: true,
        now: NOW,
    })
}

/// Stores what a look wants stored; who is told what.
fn told(user: &mut ShUser, now: u64) -> Vec<(String, ShData)> {
    let followed = user.follow(now);
    if let Some(record) = followed.store {
        user.record = record;
    } else {
        assert_eq!(followed.notifications, [], "nobody is told what is not stored");
    }
    let tell = |notification: Notification| (notification.server.host, notification.data);
    followed.notifications.into_iter().map(tell).collect()
}

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

fn data(sequence_number: u32, service_data: Option<&str>) -> RepositoryData {
    RepositoryData {
        service_indication: "mmtel".to_owned(),
        sequence_number,
        service_data: service_data.map(str::to_owned),
    }
}

#[test]
fn sequence_numbers_of_repository_data() {
    let mut record = ShRecord::default();
    let of = impu("sip:a@example.org");
    let mut update = |new: &[RepositoryData]| {
        let refused = record.update(&of, new, 8);
        let stored = record
            .entry(&of, "mmtel")
            .map(|entry| (entry.sequence_number, entry.data.clone()));
        (
            refused.err().map_or(2001, |refused| refused.outcome.code()),
            stored,
        )
    };
    let kept = |sequence: u32, text: &str| Some((sequence, Some(text.to_owned())));
    for (new, result, stored) in [
        (data(1, Some("a")), 5105, None),
        (data(0, None), 5101, None),
        (data(0, Some("123456789")), 5008, None),
        (data(0, Some("a")), 2001, kept(0, "a")),
        (data(0, Some("b")), 5105, kept(0, "a")),
        (data(2, Some("b")), 5105, kept(0, "a")),
        (data(1, Some("b")), 2001, kept(1, "b")),
        (data(1, Some("c")), 5105, kept(1, "b")),
        (data(2, Some("123456789")), 5008, kept(1, "b")),
        (data(2, None), 2001, Some((2, None))),
        (data(3, Some("d")), 5105, Some((2, None))),
        (data(0, Some("d")), 2001, kept(0, "d")),
    ] {
        assert_eq!(update(std::slice::from_ref(&new)), (result, stored), "{new:?}");
    }
    // All or none.
    let two = [data(1, Some("e")), data(1, Some("f"))];
    assert_eq!(update(&two), (5105, kept(0, "d")));
    // 65535 is followed by 1: 0 is for what is new.
    record.repository[0].sequence_number = 65_535;
    assert!(record.update(&of, &[data(0, Some("g"))], 8).is_err());
    assert!(record.update(&of, &[data(65_536, Some("g"))], 8).is_err());
    record.update(&of, &[data(1, Some("g"))], 8).unwrap();
    record.repository[0].sequence_number = 65_534;
    record.update(&of, &[data(65_535, Some("h"))], 8).unwrap();
}

#[test]
fn repository_data_are_bounded() {
    let of = impu("sip:a@example.org");
    let many = |n: usize, octets: usize| -> Vec<RepositoryData> {
        let one = |n| RepositoryData {
            service_indication: format!("{n}"),
            ..data(0, Some(&"x".repeat(octets)))
        };
        (0..n).map(one).collect()
    };
    let mut record = ShRecord::default();
    let refused = record.update(&of, &many(MAX_REPOSITORY_ENTRIES + 1, 1), usize::MAX);
    assert_eq!(refused.unwrap_err().outcome.code(), 5008);
    assert!(record.is_empty());
    let refused = record.update(&of, &many(2, MAX_REPOSITORY_OCTETS / 2 + 1), usize::MAX);
    assert_eq!(refused.unwrap_err().service_indication, "1");
    record
        .update(&of, &many(MAX_REPOSITORY_ENTRIES, 1), usize::MAX)
        .unwrap();
}

#[test]
fn what_changes_is_told_once_and_to_whom_it_may_concern() {
    let mut user = user();
    let state = subscription(&user, AS1, DataReference::IMS_USER_STATE);
    let name = subscription(&user, AS1, DataReference::S_CSCF_NAME);
    let other = subscription(&user, "as2.example.org", DataReference::IMS_USER_STATE);
    subscribe(&mut user, vec![state, name, other]).unwrap();
    assert_eq!(
        told(&mut user, NOW),
        [],
        "what was true when it began is no change"
    );
    register(&mut user, true);
    let first = told(&mut user, NOW);
    let hosts: Vec<_> = first.iter().map(|(host, _)| host.as_str()).collect();
    assert_eq!(hosts, [AS1, AS1, "as2.example.org"]);
    assert_eq!(first[0].1.user_state, Some(ImsUserState::Registered));
    assert_eq!(first[1].1.scscf_name.as_deref(), Some("sip:s1.example.org"));
    assert_eq!(told(&mut user, NOW), [], "once");
    register(&mut user, false);
    let second = told(&mut user, NOW);
    assert_eq!(second[1].1.scscf_name.as_deref(), Some(""), "none any more");
}

/// A challenge comes and goes: neither is told, whatever follows.
#[test]
fn a_challenge_is_nobodys_news() {
    let mut user = user();
    let state = subscription(&user, AS1, DataReference::IMS_USER_STATE);
    subscribe(&mut user, vec![state]).unwrap();
    let challenged = |user: &mut ShUser| {
        let ims = user.ims.as_mut().unwrap();
        ims.registrations.sets = vec![SetRegistration {
            pending: vec![ims.subscription.private[0].impi.clone()],
            ..SetRegistration::default()
        }];
    };
    challenged(&mut user);
    let asked = Asked::new(
        &user.record.subscriptions[0].subject,
        DataReference::IMS_USER_STATE,
    );
    let now = user.data(&asked).unwrap().user_state;
    assert_eq!(now, Some(ImsUserState::AuthenticationPending), "who asks is told");
    assert_eq!(told(&mut user, NOW), []);
    register(&mut user, false);
    assert_eq!(told(&mut user, NOW), [], "it failed");
    register(&mut user, true);
    assert_eq!(told(&mut user, NOW).len(), 1);
    challenged(&mut user);
    let ended = told(&mut user, NOW);
    assert_eq!(ended[0].1.user_state, Some(ImsUserState::NotRegistered));
    register(&mut user, false);
    assert_eq!(told(&mut user, NOW), []);
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

#[test]
fn subscriptions_are_renewed_ended_and_bounded() {
    let mut user = user();
    let mut one = subscription(&user, AS1, DataReference::IMS_USER_STATE);
    one.expires = Some(NOW + 10);
    subscribe(&mut user, vec![one.clone()]).unwrap();
    one.expires = Some(NOW + 20);
    one.server.host = AS1.to_uppercase();
    subscribe(&mut user, vec![one.clone()]).unwrap();
    assert_eq!(user.record.subscriptions.len(), 1, "renewed");
    assert_eq!(told(&mut user, NOW + 19), []);
    register(&mut user, true);
    assert_eq!(told(&mut user, NOW + 20), [], "it has ended");
    assert!(user.record.is_empty());
    subscribe(&mut user, vec![one.clone()]).unwrap();
    let end = Subscribe {
        wanted: vec![one],
        subscribe: false,
        now: NOW,
    };
    user.subscribe(&end).unwrap();
    assert!(user.record.is_empty());
    user.subscribe(&end).unwrap();
    let from = |n: usize| subscription(&user, &format!("as{n}"), DataReference::IMS_USER_STATE);
    let many: Vec<_> = (0..=MAX_SH_SUBSCRIPTIONS).map(from).collect();
    assert_eq!(code(subscribe(&mut user, many.clone())), 5006);
    assert!(user.record.is_empty(), "all or none");
    subscribe(&mut user, many[1..].to_vec()).unwrap();
    let subject = number(&user);
    user.forget("AS5", &Subject::Public(impu("sip:second@example.org")));
    assert_eq!(user.record.subscriptions.len(), MAX_SH_SUBSCRIPTIONS);
    user.forget("AS5", &subject);
    assert_eq!(user.record.subscriptions.len(), MAX_SH_SUBSCRIPTIONS - 1);
}

#[test]
fn repository_data_are_subscribed_to_while_they_are_there() {
    let mut user = user();
    let mut wanted = subscription(&user, AS1, DataReference::REPOSITORY_DATA);
    wanted.service_indication = Some("mmtel".to_owned());
    assert_eq!(code(subscribe(&mut user, vec![wanted.clone()])), 5106);
    let Subject::Public(of) = number(&user) else {
        panic!("an identity");
    };
    user.record.update(&of, &[data(0, Some("<a/>"))], 100).unwrap();
    let now = subscribe(&mut user, vec![wanted]).unwrap().unwrap();
    assert_eq!(now.repository, [data(0, Some("<a/>"))]);
    user.record.update(&of, &[data(1, Some("<b/>"))], 100).unwrap();
    assert_eq!(told(&mut user, NOW)[0].1.repository, [data(1, Some("<b/>"))]);
    user.record.update(&of, &[data(2, None)], 100).unwrap();
    assert_eq!(told(&mut user, NOW)[0].1.repository, [data(2, None)]);
    assert!(
        user.record.is_empty(),
        "the tombstone and the subscription have gone"
    );
}

#[test]
fn what_belonged_to_an_identity_goes_with_it() {
    let mut user = user();
    let Subject::Public(of) = number(&user) else {
        panic!("an identity");
    };
    user.record.update(&of, &[data(0, Some("<a/>"))], 100).unwrap();
    let other = "as2.example.org";
    let mut by_number = subscription(&user, other, DataReference::CHARGING_INFORMATION);
    by_number.subject = Subject::Number("4915112345".parse().unwrap());
    let wanted = vec![
        subscription(&user, AS1, DataReference::IMS_USER_STATE),
        subscription(&user, AS1, DataReference::S_CSCF_NAME),
        subscription(&user, other, DataReference::IMS_USER_STATE),
        by_number.clone(),
    ];
    subscribe(&mut user, wanted).unwrap();
    let ims = user.ims.as_mut().unwrap();
    let mut without = (*ims.subscription).clone();
    without.sets[0].identities.remove(1);
    ims.subscription = Arc::new(without);
    // Each application server once, however much it subscribed to.
    let deleted = ShData {
        deleted_identities: Some(PublicIdentifiers {
            public_identities: vec![of.to_string()],
            msisdns: Vec::new(),
        }),
        ..ShData::default()
    };
    let expected = [(AS1.to_owned(), deleted.clone()), (other.to_owned(), deleted)];
    assert_eq!(told(&mut user, NOW), expected);
    assert_eq!(user.record.repository, []);
    let [left] = &user.record.subscriptions[..] else {
        panic!("{:?}", user.record.subscriptions);
    };
    assert!(left.is_same(&by_number), "a number is nobody's identity");
    assert_eq!(told(&mut user, NOW), []);
}
