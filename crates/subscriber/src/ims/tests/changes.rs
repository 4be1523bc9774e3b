//! What the operator does: ending registrations, changing what is provisioned.

use super::*;
use quintet_cx::{ReasonCode, ServerAssignmentType as Sat};

#[test]
fn registrations_end_by_order() {
    let mut hss = Hss::new();
    hss.register(1, &of_imsi(), "s1");
    hss.register(2, &of_imsi(), "s1");
    hss.register(1, &work(), "s1");
    let reason = ReasonCode::PERMANENT_TERMINATION;
    let decision = hss.record.deregister(&Deregister::Private(impi(1)), reason);
    let left = decision.store.unwrap();
    assert!(left.has_registered(0, &impi(2)) && !left.has_registered(0, &impi(1)));
    assert_eq!(left.state(1), RegistrationState::NotRegistered);
    let told: Vec<_> = decision
        .cancel
        .iter()
        .map(|rtr| (&rtr.impi, rtr.impus.len()))
        .collect();
    assert_eq!(told, [(&impi(1), 3), (&impi(1), 1)]);
    let decision = hss
        .record
        .deregister(&Deregister::Public(vec![of_number()]), reason);
    assert_eq!(decision.cancel.len(), 1);
    assert_eq!(decision.cancel[0].associated, [impi(2)]);
    assert_eq!(decision.store.unwrap().state(1), RegistrationState::Registered);
    let decision = hss.record.deregister(&Deregister::All, reason);
    assert_eq!(decision.store, Some(Registrations::default()));
    assert_eq!(decision.cancel.len(), 2);
    let idle = Hss::new().record.deregister(&Deregister::All, reason);
    assert_eq!((idle.store, idle.cancel), (None, Vec::new()));
}

fn altered(hss: &Hss, alter: impl FnOnce(&mut ImsSubscription)) -> Decision<ProfileChange> {
    let before = Arc::clone(&hss.record.subscription);
    let mut subscription = (*before).clone();
    alter(&mut subscription);
    let record = ImsRecord {
        subscription: Arc::new(subscription),
        ..hss.record.clone()
    };
    record.follow(&before)
}

#[test]
fn a_changed_profile_is_pushed_to_who_holds_it() {
    let mut hss = Hss::new();
    hss.register(1, &of_imsi(), "s1");
    assert_eq!(altered(&hss, |_| {}).answer, ProfileChange::default());
    let decision = altered(&hss, |s| {
        s.sets[0].identities[2].display_name = Some("Alice".to_owned())
    });
    assert_eq!(decision.answer.server, Some(server("s1")));
    assert_eq!(decision.answer.profiles, [(impi(1), 0)]);
    assert_eq!((decision.store, decision.cancel.len()), (None, 0));
    let decision = altered(&hss, |s| s.sets[1].identities[0].barred = true);
    assert_eq!(decision.answer.server, None, "nobody holds that set");
    let decision = altered(&hss, |s| drop(s.sets[0].identities.pop()));
    assert_eq!(decision.answer.profiles.len(), 1, "an identity less");
    let decision = altered(&hss, |s| s.charging = Some(Default::default()));
    assert!(decision.answer.charging && decision.answer.server.is_some());
    let decision = altered(&hss, |s| {
        s.private[0].digest = Some(DigestCredentials {
            realm: HOME.to_owned(),
            secret: DigestSecret::HashedMd5(zeroize::Zeroizing::new("0".repeat(32))),
        });
    });
    assert_eq!(decision.answer.digests, [impi(1)]);
}

#[test]
fn registrations_of_what_is_gone_end() {
    let mut hss = Hss::new();
    hss.register(1, &of_imsi(), "s1");
    hss.register(2, &of_imsi(), "s1");
    assert_eq!(hss.sar(0, &work(), "s1", Sat::UNREGISTERED_USER), 2001);
    let decision = altered(&hss, |s| drop(s.sets.pop()));
    assert_eq!(decision.cancel.len(), 1);
    assert_eq!(decision.cancel[0].impus, [work()], "as the S-CSCF knows it");
    let decision = altered(&hss, |s| drop(s.private.pop()));
    assert_eq!(decision.cancel.len(), 1);
    assert_eq!(decision.cancel[0].impi, impi(2));
    assert!(decision.store.unwrap().has_registered(0, &impi(1)));
    // Another default public identity: PPR must not change it.
    let decision = altered(&hss, |s| s.sets[0].identities[1].barred = true);
    assert_eq!(decision.cancel.len(), 1);
    assert_eq!(decision.cancel[0].associated, [impi(2)]);
    assert_eq!(decision.store.unwrap().state(0), RegistrationState::NotRegistered);
}
