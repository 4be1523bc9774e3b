//! The provisioned data as text, and their limits.

use super::*;
use quintet_cx::{ChargingInformation, profile};
use zeroize::Zeroizing;

fn full() -> ImsSubscription {
    let mut subscription = (*record().subscription).clone();
    subscription.private[0].digest = Some(DigestCredentials {
        realm: HOME.to_owned(),
        secret: DigestSecret::Password(Zeroizing::new("open sesame".to_owned())),
    });
    subscription.private[1].aka = None;
    subscription.private[1].digest = Some(DigestCredentials {
        realm: HOME.to_owned(),
        secret: DigestSecret::HashedMd5(Zeroizing::new("0123456789abcdef0123456789abcdef".to_owned())),
    });
    subscription.sets[1].private = vec![impi(2)];
    subscription.sets[1].identities[0] = PublicIdentity {
        barred: true,
        display_name: Some("Alice".to_owned()),
        service_profile: 7,
        kind: PublicIdentityKind::Service(PublicService {
            active: true,
            application_server: Some("sip:as.example.org".to_owned()),
        }),
        alias_group: Some("1".to_owned()),
        max_registrations: Some(3),
        ..PublicIdentity::new(work())
    };
    let criteria = profile::InitialFilterCriteria {
        priority: 3,
        application_server: profile::ApplicationServer {
            server_name: "sip:as.example.org".to_owned(),
            ..profile::ApplicationServer::default()
        },
        ..profile::InitialFilterCriteria::default()
    };
    let mut profiles = (*subscription.profiles).clone();
    profiles.push(ServiceProfile {
        id: 7,
        profile: profile::ServiceProfile {
            filter_criteria: vec![criteria],
            shared_ifc_sets: vec![9],
            ..profile::ServiceProfile::default()
        },
    });
    subscription.profiles = Arc::new(profiles);
    subscription.capabilities.optional = vec![8];
    subscription.capabilities.server_names = vec!["sip:s1.example.org".to_owned()];
    subscription.charging = Some(ChargingInformation {
        primary_collection: Some("aaa://ccf.example.org".to_owned()),
        ..ChargingInformation::default()
    });
    subscription.visited_networks = VisitedNetworks::Except(vec!["other.example".to_owned()]);
    subscription.authorized = false;
    subscription.loose_route = Some(true);
    subscription.priviledged_sender = true;
    subscription
}

#[test]
fn everything_survives_as_text() {
    let subscription = full();
    assert_eq!(subscription.check(), Ok(()));
    let text = serde_json::to_string(&subscription).unwrap();
    assert_eq!(
        serde_json::from_str::<ImsSubscription>(&text).unwrap(),
        subscription
    );
    assert!(
        !format!("{subscription:?}").contains("sesame"),
        "secrets are not shown"
    );
    let derived = (*record().subscription).clone();
    let text = serde_json::to_string(&derived).unwrap();
    assert_eq!(serde_json::from_str::<ImsSubscription>(&text).unwrap(), derived);
    let typo = text.replacen("\"sets\"", "\"Sets\"", 1);
    assert!(serde_json::from_str::<ImsSubscription>(&typo).is_err());
}

#[test]
fn each_limit_names_its_place() {
    let fault = |alter: &dyn Fn(&mut ImsSubscription)| {
        let mut subscription = full();
        alter(&mut subscription);
        subscription.check().unwrap_err().at
    };
    assert_eq!(fault(&|s| s.private.clear()), "ims.private");
    assert_eq!(fault(&|s| s.private[1].impi = impi(1)), "ims.private[1].identity");
    assert_eq!(fault(&|s| s.private[1].digest = None), "ims.private[1].aka");
    assert_eq!(fault(&|s| s.sets.clear()), "ims.sets");
    assert_eq!(fault(&|s| s.sets[1].id = 0), "ims.sets[1].id");
    assert_eq!(fault(&|s| s.sets[1].identities.clear()), "ims.sets[1].identities");
    assert_eq!(
        fault(&|s| s.sets[1].identities[0].impu = of_imsi()),
        "ims.sets[1].identities[0].identity"
    );
    assert_eq!(
        fault(&|s| s.sets[0].identities[0].service_profile = 5),
        "ims.sets[0].identities[0].service_profile"
    );
    assert_eq!(
        fault(&|s| s.sets[1].private = vec![impi(9)]),
        "ims.sets[1].private"
    );
    let many = |s: &mut ImsSubscription| {
        s.sets[0].identities = (0..65)
            .map(|n| PublicIdentity::new(impu(&format!("tel:+49{n}"))))
            .collect();
    };
    assert_eq!(fault(&many), "ims.sets");
    assert_eq!(
        fault(&|s| s.capabilities.mandatory = vec![0; 33]),
        "ims.capabilities"
    );
    let empty = |s: &mut ImsSubscription| {
        s.private[0].digest.as_mut().unwrap().secret = DigestSecret::Password(Zeroizing::default());
    };
    assert_eq!(fault(&empty), "ims.private[0].digest.password");
    let short = |s: &mut ImsSubscription| {
        s.private[0].digest.as_mut().unwrap().secret = DigestSecret::HashedMd5(Zeroizing::new("00".into()));
    };
    assert_eq!(fault(&short), "ims.private[0].digest.ha1");
}
