//! What provisioning changes is told by itself: PPR, RTR; and what becomes of it on a bad day.

use super::*;
use quintet_store::{Command, StoreError};
use std::time::Duration;

fn ppr(octets: &[u8]) -> Ppr {
    Ppr::read(&Message::decode(octets).unwrap()).unwrap()
}

fn rtr(octets: &[u8]) -> Rtr {
    Rtr::read(&Message::decode(octets).unwrap()).unwrap()
}

fn change(swx: &mut Swx, alter: impl FnOnce(&mut quintet_subscriber::model::Subscription)) {
    let mut altered = subscription();
    alter(&mut altered);
    swx.rig.provision(imsi(1), &altered);
    swx.noticed();
}

#[test]
fn a_changed_profile_is_pushed_and_nothing_else() {
    let mut swx = Swx::started(2);
    swx.register(1, imsi(1));
    let _ = swx.mar(0, mar(imsi(2)));
    change(&mut swx, |s| s.ambr.uplink = 7_000);
    let (at, octets) = swx.told().expect("a PPR");
    let push = ppr(&octets);
    assert_eq!((at, push.imsi, push.flags), (1, imsi(1), PprFlags::default()));
    let octets = push.user_data.unwrap();
    let data = UserData::read(&octets).unwrap();
    assert_eq!((data.ambr, data.apns.len()), (Some((7_000, 2_000_000_000)), 2));
    change(&mut swx, |s| {
        s.ambr.uplink = 7_000;
        s.rau_tau_timer_s = Some(54);
    });
    assert_eq!(swx.told(), None, "it knows nothing of that timer");
    change(&mut swx, |s| s.non_3gpp.barred = true);
    let data = ppr(&swx.told().expect("a PPR").1).user_data.unwrap();
    assert!(UserData::read(&data).unwrap().barred);
    // Who is only pending knows no profile.
    swx.rig.provision(
        imsi(2),
        &quintet_subscriber::model::Subscription {
            rfsp: None,
            ambr: quintet_subscriber::model::Ambr {
                uplink: 1,
                downlink: 1,
            },
            ..subscription()
        },
    );
    swx.noticed();
    assert_eq!(swx.told(), None);
}

#[test]
fn who_may_be_served_no_more_is_terminated() {
    let mut swx = Swx::started(2);
    swx.register(0, imsi(1));
    change(&mut swx, |s| s.non_3gpp.subscribed = false);
    let (at, octets) = swx.told().expect("an RTR");
    let request = rtr(&octets);
    assert_eq!((at, request.imsi), (0, imsi(1)));
    assert_eq!(request.reason.code, ReasonCode::PERMANENT_TERMINATION);
    assert_eq!(swx.rig.location(imsi(1)).aaa, None);
    swx.register(0, imsi(2));
    swx.rig.direct(Command::Remove { imsis: vec![imsi(2)] }).unwrap();
    swx.noticed();
    assert_eq!(rtr(&swx.told().expect("an RTR").1).imsi, imsi(2));
    assert_eq!(swx.rig.location(imsi(2)).aaa, None);
    assert_eq!(swx.told(), None);
}

#[test]
fn both_accesses_are_told() {
    let mut swx = Swx::started(1);
    swx.register(0, imsi(1));
    let mme = swx.rig.mme("mme1");
    let _ = swx.rig.ask(mme, &ulr(1, "mme1", imsi(1), 2, |_| ()));
    change(&mut swx, |s| s.ambr.downlink = 9_000);
    assert!(swx.told().is_some(), "a PPR");
    let idr = swx.rig.request().expect("an IDR");
    assert_eq!(
        header(&idr.1).code,
        quintet_diameter::dict::command::INSERT_SUBSCRIBER_DATA
    );
}

#[test]
fn an_rtr_that_comes_too_late_is_withdrawn() {
    let mut swx = Swx::started(1);
    swx.register(0, imsi(1));
    swx.rig.hss.cancel_location(imsi(1), false);
    swx.rig.pump();
    let sent = swx.rig.request_of(SWX).expect("an RTR");
    swx.rig.confirm(&sent, 3004);
    assert_eq!(swx.rig.hss.owed(), 1, "it is tried again");
    swx.register(0, imsi(1));
    assert_eq!(swx.rig.hss.owed(), 0);
    swx.rig.advance(Duration::from_secs(30));
    assert_eq!(swx.told(), None);
    assert!(swx.rig.location(imsi(1)).aaa.is_some_and(|aaa| aaa.registered));
}

/// 5008 of Cx ends registrations of IMS; the same code of a AAA server is no business of theirs.
#[test]
fn what_a_aaa_server_answers_is_not_cxs() {
    let mut swx = Swx::started(1);
    swx.register(0, imsi(1));
    change(&mut swx, |s| s.ambr.uplink = 7_000);
    let sent = swx.rig.request_of(SWX).expect("a PPR");
    swx.rig.confirm_experimental(&sent, 5008);
    swx.rig.pump();
    assert!(swx.rig.out.is_empty(), "nothing follows");
    assert!(swx.rig.location(imsi(1)).aaa.is_some_and(|aaa| aaa.registered));
}

#[test]
fn a_store_that_fails_is_said_and_passes() {
    let mut swx = Swx::started(1);
    let fault = StoreError::Unavailable("the disk is full".to_owned());
    swx.rig.store.outage(Some(fault));
    let saa = swx.sar(0, Sar::new(imsi(1), ServerAssignmentType::REGISTRATION));
    assert_eq!(saa.outcome.code(), 5012);
    swx.rig.store.outage(None);
    swx.register(0, imsi(1));
}
