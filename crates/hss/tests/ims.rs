//! Cx over a real Diameter node: what CSCFs are answered, what is stored when, who is told.

#![cfg(test)]

#[path = "support/ims.rs"]
mod cscfs;
#[path = "support/recorded_cx.rs"]
mod recorded_cx;
#[expect(dead_code, reason = "recorded requests of S6a are another test's")]
#[path = "support/recorded.rs"]
mod requests;
mod support;

use cscfs::*;
use quintet_crypto::digest::{DigestAlgorithm, HashA1};
use quintet_crypto::{AuthenticationFunctions, Milenage, Opc, Sqn};
use quintet_cx::profile::ImsSubscription as Profile;
use quintet_cx::{
    AuthenticationScheme, FeatureList, Features, ReasonCode, Request, Resynchronisation,
    ServerAssignmentType as Sat,
};
use quintet_diameter::Message;
use quintet_diameter::dict::{avp, command};
use quintet_hss::{HssEvent, MAX_ITEMS_PER_ANSWER, Outcome};
use quintet_store::faulty::Fault;
use quintet_store::{Command, PutMode, StoreError};
use quintet_subscriber::ims::{Deregister, DigestCredentials, DigestSecret, RegistrationState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::*;

/// The card of every subscriber.
fn card() -> AuthenticationFunctions {
    let milenage = Milenage::new(quintet_crypto::K::new_128(K_OCTETS), Opc::new(OPC_OCTETS));
    AuthenticationFunctions::Milenage(milenage.unwrap())
}

/// Counts writes of registrations from now on.
fn writes(ims: &mut Ims) -> Arc<AtomicUsize> {
    let counter = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&counter);
    ims.rig.store.fail_when(move |command| {
        let writes = matches!(command, Command::SetRegistrations { .. });
        counts.fetch_add(usize::from(writes), Ordering::Relaxed);
        None
    });
    counter
}

#[test]
fn a_registration_from_first_to_last() {
    let mut ims = Ims::started(1);
    ims.change(1, |s| s.capabilities.mandatory = vec![7]);
    let uaa = ims.uar(&impi(1), &impu(1));
    assert_eq!(uaa.outcome.code(), 2001, "FIRST_REGISTRATION");
    assert_eq!(uaa.capabilities.unwrap().mandatory, [7]);
    let maa = ims.mar(1, "s1", 3);
    assert_eq!(
        (maa.outcome.code(), maa.count, maa.items.len()),
        (2001, Some(3), 3)
    );
    let mut before = 0;
    for (number, item) in (1..).zip(&maa.items) {
        assert_eq!(item.number, Some(number));
        let vector = item.vector.as_ref().unwrap();
        let (sqn, res, ck, ik) = card().verify_autn(&vector.rand, &vector.autn).unwrap();
        assert_eq!((res, ck, ik), (vector.xres, vector.ck.clone(), vector.ik.clone()));
        let sqn = sqn.value();
        assert_eq!(sqn & 0b11_000, 0b11_000, "IND of the domain IMS");
        assert!(sqn > before, "in the order of their numbers");
        before = sqn;
        assert_eq!(vector.autn.amf.0[0] & 0x80, 0, "the separation bit is E-UTRAN's");
    }
    assert_eq!(ims.state(1), RegistrationState::AuthenticationPending);
    let uaa = ims.uar(&impi(1), &impu(1));
    assert_eq!((uaa.outcome.code(), uaa.server_name), (2002, Some(scscf("s1"))));
    assert_eq!(ims.lir(&number(1)), (5003, None), "a call while pending");
    let saa = ims.sar(1, "s1", Sat::REGISTRATION);
    assert_eq!(saa.outcome.code(), 2001);
    let profile = Profile::from_xml(&saa.user_data.unwrap()).unwrap();
    assert_eq!(profile.private_id, impi(1).as_str());
    let names: Vec<_> = profile
        .public_identities()
        .map(|(_, id)| id.identity.as_str())
        .collect();
    assert_eq!(names, [impu(1).as_str(), number(1).as_str(), "tel:+4915100001"]);
    assert_eq!(ims.lir(&number(1)), (2001, Some(scscf("s1"))));
    let saa = ims.sar(1, "s1", Sat::USER_DEREGISTRATION);
    assert_eq!((saa.outcome.code(), saa.user_data), (2001, None));
    assert_eq!(ims.lir(&number(1)), (5003, None));
    assert!(ims.stored(1).unwrap().registrations.is_empty());
    let answered = |event: &&HssEvent| {
        matches!(event, HssEvent::Answered { imsi: Some(who), command: command::SERVER_ASSIGNMENT, outcome: Outcome::Success, .. }
            if *who == imsi(1))
    };
    assert_eq!(ims.rig.events.iter().filter(answered).count(), 2);
}

#[test]
fn what_changes_nothing_is_not_written_nor_read() {
    let mut ims = Ims::started(1);
    ims.register(1, "s1");
    let counter = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&counter);
    ims.rig.store.fail_when(move |_| {
        counts.fetch_add(1, Ordering::Relaxed);
        None
    });
    for _ in 0..5 {
        assert_eq!(ims.uar(&impi(1), &impu(1)).outcome.code(), 2002);
        assert_eq!(ims.mar(1, "s1", 1).outcome.code(), 2001);
        assert_eq!(ims.sar(1, "s1", Sat::RE_REGISTRATION).outcome.code(), 2001);
        assert_eq!(ims.lir(&impu(1)).0, 2001);
    }
    assert_eq!(counter.load(Ordering::Relaxed), 0);
}

#[test]
fn an_answer_waits_for_what_it_says() {
    let mut ims = Ims::started(1);
    ims.uar(&impi(1), &impu(1));
    ims.rig.store.hold();
    let mar = Request::MultimediaAuth(Box::new(Ims::mar_request(1, "s1", 1, None)));
    let octets = ims.octets("s1", &mar);
    let s1 = ims.s1;
    assert_eq!(ims.rig.feed(s1, &octets), Some(quintet_hss::Disposition::Waiting));
    // Another request of the same user stands behind it.
    let sar = Ims::sar_request(1, "s1", Sat::AUTHENTICATION_TIMEOUT);
    let behind = ims.octets("s1", &Request::ServerAssignment(Box::new(sar)));
    assert_eq!(ims.rig.feed(s1, &behind), Some(quintet_hss::Disposition::Waiting));
    assert!(ims.rig.out.is_empty());
    ims.rig.store.release_all();
    ims.rig.pump();
    let codes: Vec<_> = (0..2).map(|_| header(&ims.rig.answer(s1)).code).collect();
    assert_eq!(codes, [command::MULTIMEDIA_AUTH, command::SERVER_ASSIGNMENT]);
    assert_eq!(ims.state(1), RegistrationState::NotRegistered);
}

#[test]
fn an_outage_is_answered_and_the_request_can_be_repeated() {
    let mut ims = Ims::started(1);
    assert_eq!(ims.mar(1, "s1", 1).outcome.code(), 2001);
    for (error, code) in [
        (StoreError::Unavailable("disk full".to_owned()), 5012),
        (StoreError::Busy, 3004),
    ] {
        ims.rig.store.outage(Some(error));
        assert_eq!(ims.sar(1, "s1", Sat::REGISTRATION).outcome.code(), code);
        ims.rig.store.outage(None);
        assert_eq!(ims.state(1), RegistrationState::AuthenticationPending);
    }
    // It happened, and the reply was lost.
    ims.uar(&impi(1), &impu(1));
    let lost = StoreError::Unavailable("connection lost".to_owned());
    ims.rig.store.fail_next(Fault::Unacknowledged(lost));
    assert_eq!(ims.sar(1, "s1", Sat::REGISTRATION).outcome.code(), 5012);
    let counter = writes(&mut ims);
    let saa = ims.sar(1, "s1", Sat::REGISTRATION);
    assert_eq!(saa.outcome.code(), 2001);
    assert!(saa.user_data.is_some());
    assert_eq!(counter.load(Ordering::Relaxed), 0, "it was registered already");
    assert_eq!(ims.state(1), RegistrationState::Registered);
}

#[test]
fn a_store_that_does_not_answer_is_waited_for_and_followed_up() {
    let mut ims = Ims::started(1);
    ims.mar(1, "s1", 1);
    ims.rig.store.hold();
    let sar = Ims::sar_request(1, "s1", Sat::REGISTRATION);
    let octets = ims.octets("s1", &Request::ServerAssignment(Box::new(sar)));
    let s1 = ims.s1;
    let _ = ims.rig.feed(s1, &octets);
    ims.rig.advance(Duration::from_secs(4));
    assert_eq!(result_of(&ims.rig.answer(s1)), 5012);
    ims.rig.store.release_all();
    ims.rig.pump();
    assert!(ims.rig.out.is_empty(), "no second answer");
    // The write happened: memory knows it.
    let counter = writes(&mut ims);
    assert_eq!(ims.lir(&number(1)), (2001, Some(scscf("s1"))));
    assert_eq!(ims.sar(1, "s1", Sat::REGISTRATION).outcome.code(), 2001);
    assert_eq!(counter.load(Ordering::Relaxed), 0);
}

#[test]
fn a_decision_on_old_data_is_made_again() {
    let mut ims = Ims::started(1);
    ims.uar(&impi(1), &impu(1));
    // Another front end of the same store registered the user at s2.
    let stored = ims.stored(1).unwrap();
    let mut registrations = stored.registrations.clone();
    registrations.server = Some(quintet_subscriber::ims::Server {
        name: scscf("s2"),
        host: format!("s2.{DOMAIN}"),
        realm: DOMAIN.to_owned(),
    });
    registrations.sets = vec![quintet_subscriber::ims::SetRegistration {
        registered: vec![impi(1)],
        ..Default::default()
    }];
    let set = Command::SetRegistrations {
        imsi: imsi(1),
        expected: stored.version,
        registrations: Box::new(registrations),
        told: false,
    };
    ims.rig.direct(set).unwrap();
    let saa = ims.sar(1, "s1", Sat::REGISTRATION);
    assert_eq!(saa.outcome.code(), 5005, "not on what it had in memory");
    assert_eq!(ims.uar(&impi(1), &impu(1)).server_name, Some(scscf("s2")));
}

#[test]
fn identities_are_told_apart() {
    let mut ims = Ims::started(2);
    let nobody = "sip:nobody@example.org".parse().unwrap();
    let stranger = "stranger@example.org".parse().unwrap();
    assert_eq!(ims.uar(&stranger, &impu(1)).outcome.code(), 5001);
    assert_eq!(ims.uar(&impi(1), &nobody).outcome.code(), 5001);
    assert_eq!(ims.uar(&impi(1), &impu(2)).outcome.code(), 5002);
    assert_eq!(ims.lir(&nobody), (5001, None));
    let mut mar = Ims::mar_request(1, "s1", 1, None);
    mar.public_identity = impu(2).to_string();
    assert_eq!(ims.mar_of("s1", mar).outcome.code(), 5002);
    let mut sar = Ims::sar_request(1, "s1", Sat::REGISTRATION);
    sar.user_name = Some("no identity".to_owned());
    assert_eq!(ims.sar_of("s1", sar).outcome.code(), 5001);
    // Identities are compared in their canonical form.
    let mut mar = Ims::mar_request(1, "s1", 1, None);
    mar.public_identity = format!("SIP:{}@IMS.mnc001.mcc001.3gppnetwork.org;x=y", imsi(1));
    assert_eq!(ims.mar_of("s1", mar).outcome.code(), 2001);
}

#[test]
fn as_many_vectors_as_there_may_be() {
    let mut ims = Ims::started(1);
    for (asked, given) in [(0, 1), (1, 1), (5, 5), (77, MAX_ITEMS_PER_ANSWER)] {
        let maa = ims.mar(1, "s1", asked);
        assert_eq!((maa.count, maa.items.len() as u32), (Some(given), given));
    }
}

#[test]
fn a_synchronisation_failure_moves_the_numbers() {
    let mut ims = Ims::started(1);
    let vector = *ims.mar(1, "s1", 1).items[0].vector.clone().unwrap();
    let ahead = Sqn::new(1 << 40).unwrap();
    let auts = card().auts(&vector.rand, ahead);
    let token = Resynchronisation {
        rand: vector.rand,
        auts,
    };
    // Of an S-CSCF that is not the one that is stored.
    let mar = Ims::mar_request(1, "s2", 1, Some(token.clone()));
    assert_eq!(ims.mar_of("s2", mar).outcome.code(), 5012);
    let mar = Ims::mar_request(1, "s1", 2, Some(token.clone()));
    let maa = ims.mar_of("s1", mar);
    assert_eq!((maa.outcome.code(), maa.items.len()), (2001, 2));
    let next = maa.items[0].vector.as_ref().unwrap();
    let (sqn, ..) = card().verify_autn(&next.rand, &next.autn).unwrap();
    assert!(sqn > ahead);
    // Altered: refused, and nothing changes.
    let mut wrong = token;
    wrong.rand[0] ^= 1;
    let mar = Ims::mar_request(1, "s1", 1, Some(wrong));
    assert_eq!(ims.mar_of("s1", mar).outcome.code(), 5012);
}

#[test]
fn sip_digest() {
    let mut ims = Ims::started(2);
    let credentials = |secret| DigestCredentials {
        realm: DOMAIN.to_owned(),
        secret,
    };
    ims.change(1, |s| {
        s.private[0].digest = Some(credentials(DigestSecret::Password(
            "open sesame".to_owned().into(),
        )));
    });
    for scheme in [AuthenticationScheme::SIP_DIGEST, AuthenticationScheme::UNKNOWN] {
        let mut mar = Ims::mar_request(1, "s1", 3, None);
        mar.item.scheme = Some(scheme);
        let maa = ims.mar_of("s1", mar);
        assert_eq!((maa.outcome.code(), maa.count), (2001, Some(1)));
        let digest = maa.items[0].digest.as_ref().unwrap();
        let name = impi(1).to_string();
        let expected = HashA1::new(DigestAlgorithm::Md5, &name, DOMAIN, b"open sesame");
        assert_eq!(
            (digest.ha1.expose(), digest.qop.as_str()),
            (expected.expose(), "auth")
        );
        assert_eq!(digest.realm, DOMAIN);
    }
    let mut mar = Ims::mar_request(1, "s1", 1, None);
    mar.item.scheme = None;
    assert_eq!(ims.mar_of("s1", mar).outcome.code(), 5005, "a MAR names a scheme");
    let mut mar = Ims::mar_request(2, "s1", 1, None);
    mar.item.scheme = Some(AuthenticationScheme::SIP_DIGEST);
    assert_eq!(ims.mar_of("s1", mar).outcome.code(), 5006);
    // A new password reaches the S-CSCF that holds the user.
    ims.sar(1, "s1", Sat::REGISTRATION);
    ims.change(1, |s| {
        s.private[0].digest = Some(credentials(DigestSecret::HashedMd5("0".repeat(32).into())));
    });
    let Some((s1, Request::PushProfile(push))) = ims.told() else {
        panic!("no PPR")
    };
    assert_eq!(s1, ims.s1);
    assert_eq!(push.item.unwrap().digest.unwrap().ha1.expose(), "0".repeat(32));
}

#[test]
fn a_new_s_cscf_has_the_old_one_told() {
    let mut ims = Ims::started(1);
    ims.register(1, "s1");
    assert_eq!(ims.sar(1, "s2", Sat::REGISTRATION).outcome.code(), 5005);
    assert_eq!(ims.mar(1, "s2", 1).outcome.code(), 2001);
    assert!(ims.told().is_none());
    assert_eq!(ims.sar(1, "s2", Sat::REGISTRATION).outcome.code(), 2001);
    let Some((to, Request::RegistrationTermination(rtr))) = ims.told() else {
        panic!("no RTR")
    };
    assert_eq!(to, ims.s1);
    assert_eq!(rtr.reason.code, ReasonCode::NEW_SERVER_ASSIGNED);
    assert_eq!(rtr.user_name, impi(1).to_string());
    assert_eq!(rtr.public_identities.len(), 3);
    assert!(ims.told().is_none());
}

#[test]
fn nobody_is_de_registered_by_a_wrong_answer() {
    let mut ims = Ims::started(1);
    ims.register(1, "s1");
    let before = ims.stored(1).unwrap().registrations;
    for host in ["s1", "s2"] {
        for failure in [Sat::AUTHENTICATION_FAILURE, Sat::AUTHENTICATION_TIMEOUT] {
            assert_eq!(ims.mar(1, host, 1).outcome.code(), 2001);
            assert_eq!(ims.sar(1, host, failure).outcome.code(), 2001);
            assert_eq!(ims.stored(1).unwrap().registrations, before, "{host} {failure}");
            assert_eq!(ims.lir(&number(1)), (2001, Some(scscf("s1"))));
        }
    }
    assert!(ims.told().is_none());
}

#[test]
fn a_changed_profile_is_pushed() {
    let mut ims = Ims::started(2);
    ims.register(1, "s1");
    ims.change(1, |s| s.sets[0].identities[2].barred = true);
    let Some((to, Request::PushProfile(push))) = ims.told() else {
        panic!("no PPR")
    };
    assert_eq!((to, push.user_name), (ims.s1, impi(1).to_string()));
    let profile = Profile::from_xml(&push.user_data.unwrap()).unwrap();
    let barred: Vec<_> = profile.public_identities().map(|(_, id)| id.barred).collect();
    assert_eq!(barred, [true, false, true]);
    assert!(push.charging.is_none());
    assert_eq!(ims.stored(1).unwrap().told, None);
    ims.change(2, |s| s.sets[0].identities[2].barred = true);
    assert!(ims.told().is_none(), "nobody holds that profile");
    ims.change(1, |s| {
        s.charging = Some(quintet_cx::ChargingInformation {
            primary_collection: Some("aaa://ccf.example.org".to_owned()),
            ..Default::default()
        });
    });
    let Some((_, Request::PushProfile(push))) = ims.told() else {
        panic!("no PPR")
    };
    assert!(push.charging.is_some() && push.user_data.is_some());
}

#[test]
fn an_s_cscf_that_cannot_hold_a_profile_gives_the_user_up() {
    let mut ims = Ims::started(1);
    ims.register(1, "s1");
    ims.change(1, |s| s.sets[0].identities[2].barred = true);
    let push = ims.rig.request_of(quintet_cx::CX).expect("a PPR");
    ims.rig.confirm_experimental(&push, 5008);
    let Some((to, Request::RegistrationTermination(rtr))) = ims.told() else {
        panic!("no RTR")
    };
    assert_eq!((to, rtr.reason.code), (ims.s1, ReasonCode::SERVER_CHANGE));
    assert_eq!(ims.state(1), RegistrationState::NotRegistered);
}

#[test]
fn a_removed_subscriber_is_de_registered() {
    for whole in [true, false] {
        let mut ims = Ims::started(2);
        ims.register(1, "s1");
        let imsis = vec![imsi(1)];
        let remove = if whole {
            Command::Remove { imsis }
        } else {
            Command::RemoveIms { imsis }
        };
        ims.rig.direct(remove).unwrap();
        ims.rig.hss.store_changed(ims.rig.now);
        ims.rig.pump();
        let Some((to, Request::RegistrationTermination(rtr))) = ims.told() else {
            panic!("no RTR")
        };
        assert_eq!((to, rtr.reason.code), (ims.s1, ReasonCode::PERMANENT_TERMINATION));
        assert_eq!(ims.stored(1), None);
        assert_eq!(ims.uar(&impi(1), &impu(1)).outcome.code(), 5001);
    }
}

#[test]
fn an_operator_ends_registrations() {
    let mut ims = Ims::started(1);
    ims.register(1, "s1");
    ims.rig
        .hss
        .deregister_ims(imsi(1), Deregister::All, ReasonCode::SERVER_CHANGE);
    ims.rig.pump();
    let Some((_, Request::RegistrationTermination(rtr))) = ims.told() else {
        panic!("no RTR")
    };
    assert_eq!(rtr.reason.code, ReasonCode::SERVER_CHANGE);
    assert_eq!(
        ims.uar(&impi(1), &impu(1)).outcome.code(),
        2001,
        "FIRST_REGISTRATION"
    );
}

#[test]
fn what_an_outage_kept_from_being_told_is_told_later() {
    let mut ims = Ims::started(1);
    ims.register(1, "s1");
    let refuse = |command: &Command| {
        matches!(command, Command::LoadIms { .. }).then(|| Fault::Refused(StoreError::Busy))
    };
    let mut altered = (*ims.stored(1).unwrap().subscription.unwrap()).clone();
    altered.sets[0].identities[2].barred = true;
    ims.provision(std::iter::once(altered), PutMode::Update);
    ims.rig.store.fail_when(refuse);
    ims.rig.hss.store_changed(ims.rig.now);
    ims.rig.pump();
    assert!(ims.told().is_none());
    ims.rig.store.fail_when(|_| None);
    ims.rig.advance(Duration::from_secs(6));
    assert!(matches!(ims.told(), Some((_, Request::PushProfile(_)))));
}

#[test]
fn a_restart_forgets_nothing() {
    let mut ims = Ims::started(1);
    ims.register(1, "s1");
    let mut altered = (*ims.stored(1).unwrap().subscription.unwrap()).clone();
    altered.sets[0].identities[2].barred = true;
    // While the data change no HSS runs; another one begins on the same store.
    ims.provision(std::iter::once(altered), PutMode::Update);
    let store = std::mem::replace(
        &mut ims.rig.store,
        quintet_store::faulty::FaultyStore::new(quintet_store::MemoryStore::new()),
    );
    let mut again = Ims::started(0);
    again.rig.store = store;
    again.rig.start();
    assert_eq!(again.lir(&number(1)), (2001, Some(scscf("s1"))));
    assert!(matches!(again.told(), Some((to, Request::PushProfile(_))) if to == again.s1));
}

#[test]
fn features_that_are_required_must_be_there() {
    let mut ims = Ims::started(1);
    let mut sar = Ims::sar_request(1, "s1", Sat::REGISTRATION);
    let list = |bits, required| FeatureList {
        required,
        ..FeatureList::cx(Features(bits))
    };
    sar.features = vec![list(1 << 20, true)];
    let saa = ims.sar_of("s1", sar.clone());
    assert_eq!(saa.outcome.code(), 5011);
    assert_eq!(saa.features.len(), 1, "what is supported is told");
    sar.features = vec![list(1 << 20, false)];
    let saa = ims.sar_of("s1", sar);
    assert_eq!((saa.outcome.code(), saa.features.len()), (2001, 1));
}

#[test]
fn what_is_wrong_is_named() {
    let mut ims = Ims::started(1);
    let sar = Request::ServerAssignment(Box::new(Ims::sar_request(1, "s1", Sat::REGISTRATION)));
    let whole = ims.octets("s1", &sar);
    let s1 = ims.s1;
    let without = |id: quintet_diameter::AvpId| {
        let whole = Message::decode(&whole).unwrap();
        message(command::SERVER_ASSIGNMENT, quintet_cx::CX, 99, |w| {
            for found in whole.avps().map(Result::unwrap).filter(|found| !found.is(id)) {
                w.raw(found.raw);
            }
        })
    };
    for id in [
        avp::SERVER_NAME,
        avp::USER_NAME,
        avp::PUBLIC_IDENTITY,
        avp::SERVER_ASSIGNMENT_TYPE,
    ] {
        let answer = ims.rig.ask(s1, &without(id));
        assert_eq!(result_of(&answer), 5005, "{id:?}");
        assert!(find(&answer, &[avp::FAILED_AVP, id]).is_some(), "{id:?}");
    }
    let mut two = Ims::sar_request(1, "s1", Sat::REGISTRATION);
    two.public_identities.push(number(1).to_string());
    assert_eq!(ims.sar_of("s1", two).outcome.code(), 5009);
    let rtr = message(command::REGISTRATION_TERMINATION, quintet_cx::CX, 100, |w| {
        let whole = Message::decode(&whole).unwrap();
        for found in whole.avps().map(Result::unwrap) {
            w.raw(found.raw);
        }
    });
    let answer = ims.rig.ask(s1, &rtr);
    assert!(
        [3001, 5005].contains(&result_of(&answer)),
        "{}",
        result_of(&answer)
    );
}

#[test]
fn tshark_reads_every_answer() {
    let mut ims = Ims::started(2);
    ims.change(1, |s| {
        s.capabilities.mandatory = vec![1];
        s.capabilities.server_names = vec![scscf("s1")];
        s.charging = Some(quintet_cx::ChargingInformation {
            primary_collection: Some("aaa://ccf.example.org".to_owned()),
            ..Default::default()
        });
        s.loose_route = Some(false);
        s.private[0].digest = Some(DigestCredentials {
            realm: DOMAIN.to_owned(),
            secret: DigestSecret::HashedMd5("a".repeat(32).into()),
        });
    });
    ims.uar(&impi(1), &impu(1));
    ims.uar(&impi(1), &impu(2));
    ims.register(1, "s1");
    let mut mar = Ims::mar_request(1, "s1", 1, None);
    mar.item.scheme = Some(AuthenticationScheme::SIP_DIGEST);
    ims.mar_of("s1", mar);
    ims.uar(&impi(1), &impu(1));
    ims.lir(&number(1));
    ims.lir(&number(2));
    ims.sar(1, "s2", Sat::REGISTRATION);
    ims.sar(1, "s1", Sat::USER_DEREGISTRATION_STORE_SERVER_NAME);
    let mut sar = Ims::sar_request(1, "s1", Sat::NO_ASSIGNMENT);
    sar.features = vec![FeatureList::cx(Features::IMS_RESTORATION)];
    ims.sar_of("s1", sar);
    requests::judged_by_tshark(&ims.pairs);
}

#[test]
fn requests_of_other_cscfs_are_served() {
    let Some(recorded) = recorded_cx::requests("open5gs__ipsec_reg.pcapng") else {
        return;
    };
    assert_eq!(recorded.len(), 3);
    let who = imsi_of(&recorded[0]);
    let mut ims = Ims::started(0);
    ims.rig.provision(who, &subscription());
    let mut data = quintet_subscriber::ims::ImsSubscription::derived(who, plmn(HOME), None).unwrap();
    data.sets[0].identities[0].barred = false;
    ims.provision(std::iter::once(data), PutMode::Insert);
    let mut pairs = Vec::new();
    // The recorded I-CSCF goes by the name of the one that is there.
    let mut connections = std::collections::HashMap::from([(format!("icscf.{DOMAIN}"), ims.icscf)]);
    for (octets, code) in recorded.iter().zip([2001, 2001, 2001]) {
        let message = Message::decode(octets).unwrap();
        let text = |id| message.find(id).unwrap().text().unwrap().to_owned();
        let (host, realm) = (text(avp::ORIGIN_HOST), text(avp::ORIGIN_REALM));
        let connection = *connections
            .entry(host.clone())
            .or_insert_with(|| ims.rig.connect(&host, &realm));
        let request = readdressed(&message);
        let answer = ims.rig.ask(connection, &request);
        assert_eq!(result_of(&answer), code, "{}", message.header().code);
        pairs.push((request, answer));
    }
    let saa = quintet_cx::Saa::read(&Message::decode(&pairs[2].1).unwrap()).unwrap();
    assert!(Profile::from_xml(&saa.user_data.unwrap()).is_ok());
    requests::judged_by_tshark(&pairs);
}

fn imsi_of(request: &[u8]) -> quintet_identity::Imsi {
    let message = Message::decode(request).unwrap();
    let name = message.find(avp::USER_NAME).unwrap().text().unwrap().to_owned();
    name.split('@').next().unwrap().parse().unwrap()
}
