//! Decisions of Sh, case by case.

mod read;
mod repository;
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
    let followed = user.follow(now, |_| true);
    if let Some(record) = followed.store {
        user.record = record;
    } else {
        assert_eq!(followed.notifications, [], "nobody is told what is not stored");
    }
    let tell = |notification: Notification| (notification.server.host, notification.data);
    followed.notifications.into_iter().map(tell).collect()
}

fn data(sequence_number: u32, service_data: Option<&str>) -> RepositoryData {
    RepositoryData {
        service_indication: "mmtel".to_owned(),
        sequence_number,
        service_data: service_data.map(str::to_owned),
    }
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
