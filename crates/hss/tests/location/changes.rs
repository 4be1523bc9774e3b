//! What a change of the subscription sends (TS 29.272 5.2.1.2, 5.2.2), and what an operator asks for.

use crate::*;

#[test]
fn a_changed_subscription_is_told_where_it_is_registered() {
    let mut rig = Rig::started(2);
    let mme = rig.mme("mme");
    register(&mut rig, mme, 1, "mme", imsi(1), 0);
    let mut changed = subscription();
    changed.ambr.uplink = 7;
    changed.charging_characteristics = None;
    rig.provision(imsi(1), &changed);
    rig.provision(imsi(2), &changed);
    rig.hss.store_changed(rig.now);
    rig.pump();
    let (to, code, idr) = sent(&mut rig).expect("an IDR");
    assert_eq!((to, code), (mme, command::INSERT_SUBSCRIBER_DATA));
    assert_eq!(
        value(&idr, &[DATA, avp::AMBR, avp::MAX_REQUESTED_BANDWIDTH_UL]),
        Some(7)
    );
    assert!(
        find(&idr, &[DATA, avp::APN_CONFIGURATION_PROFILE]).is_none(),
        "what did not change is not sent"
    );
    let (_, code, dsr) = sent(&mut rig).expect("a DSR");
    assert_eq!(
        (code, value(&dsr, &[avp::DSR_FLAGS])),
        (command::DELETE_SUBSCRIBER_DATA, Some(1 << 2))
    );
    assert_eq!(sent(&mut rig), None, "the other subscriber is nowhere");
    // Nothing changed: nothing is told. Served from what is new.
    rig.hss.store_changed(rig.now);
    rig.pump();
    assert_eq!(sent(&mut rig), None);
    let ula = register(&mut rig, mme, 2, "mme", imsi(2), 0);
    assert_eq!(
        value(&ula, &[DATA, avp::AMBR, avp::MAX_REQUESTED_BANDWIDTH_UL]),
        Some(7)
    );
    // No EPS any more: the registration ends.
    changed.eps = false;
    rig.provision(imsi(2), &changed);
    rig.hss.store_changed(rig.now);
    rig.pump();
    let (_, code, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!(
        (code, value(&clr, &[avp::CANCELLATION_TYPE])),
        (command::CANCEL_LOCATION, Some(2))
    );
}

#[test]
fn a_removed_subscriber_is_cancelled_and_unknown() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    register(&mut rig, mme, 1, "mme", imsi(1), 0);
    // With a DIF in memory an AIR needs nothing of the store.
    assert_eq!(
        result_of(&rig.ask(mme, &air(4, "mme", imsi(1), Some(1), None))),
        2001
    );
    rig.direct(Command::Remove { imsis: vec![imsi(1)] }).unwrap();
    rig.hss.store_changed(rig.now);
    rig.pump();
    let (to, code, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!((to, code), (mme, command::CANCEL_LOCATION));
    assert_eq!(
        value(&clr, &[avp::CANCELLATION_TYPE]),
        Some(2),
        "SUBSCRIPTION_WITHDRAWAL"
    );
    assert_eq!(rig.location(imsi(1)).mme, None, "forgotten");
    assert_eq!(
        result_of(&rig.ask(mme, &air(2, "mme", imsi(1), Some(1), None))),
        5001
    );
    assert_eq!(
        result_of(&rig.ask(mme, &ulr(3, "mme", imsi(1), S6A_ULR, |_| ()))),
        5001
    );
}

#[test]
fn volatile_locations_reset_every_peer_once() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.volatile_locations = true;
    let mut rig = Rig::new(config);
    rig.start();
    let a = rig.mme("a");
    let (to, code, rsr) = sent(&mut rig).expect("an RSR");
    assert_eq!((to, code), (a, command::RESET));
    assert_eq!(find(&rsr, &[avp::USER_ID]).unwrap().text(), Ok(HOME));
    assert!(find(&rsr, &[avp::USER_NAME]).is_none());
    rig.confirm(&(to, rsr), 2001);
    rig.mme("b");
    assert!(sent(&mut rig).is_some());
    rig.node.closed(rig.now, a);
    rig.mme("a");
    assert_eq!(sent(&mut rig), None, "once since the start");
}

#[test]
fn what_an_operator_can_ask_for() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.reset_ids = vec![vec![1]];
    let mut rig = Rig::new(config);
    rig.provision_many(1, &subscription());
    rig.start();
    let mme = rig.mme("mme");
    let ula = rig.ask(mme, &ulr(1, "mme", imsi(1), S6A_ULR, |w| features(w, 2, 1 << 17)));
    assert_eq!(find(&ula, &[avp::RESET_ID]).unwrap().data, [1]);
    let features = find(&ula, &[avp::SUPPORTED_FEATURES]).unwrap();
    assert!(!features.flags.mandatory(), "an answer demands nothing");
    rig.hss.insert_subscriber_data(imsi(1), IdrFlags::EPS_USER_STATE);
    rig.pump();
    let (_, code, idr) = sent(&mut rig).unwrap();
    assert_eq!(
        (code, value(&idr, &[avp::IDR_FLAGS])),
        (command::INSERT_SUBSCRIBER_DATA, Some(4))
    );
    assert!(find(&idr, &[DATA, avp::APN_CONFIGURATION_PROFILE]).is_some());
    rig.hss
        .delete_subscriber_data(imsi(1), DsrFlags::PDN_SUBSCRIPTION_CONTEXTS, vec![2]);
    rig.pump();
    let (_, code, dsr) = sent(&mut rig).unwrap();
    assert_eq!(
        (code, value(&dsr, &[avp::DSR_FLAGS])),
        (command::DELETE_SUBSCRIBER_DATA, Some(8))
    );
    assert_eq!(value(&dsr, &[avp::CONTEXT_IDENTIFIER]), Some(2));
    let wall = quintet_subscriber::auc::WallClock(rig.wall);
    let host = format!("mme.{REALM}");
    rig.hss
        .reset(rig.now, wall, &mut rig.node, (&host, REALM), vec![], true);
    rig.pump();
    let (_, code, rsr) = sent(&mut rig).unwrap();
    assert_eq!(
        (code, find(&rsr, &[avp::RESET_ID]).unwrap().data),
        (command::RESET, &[1][..])
    );
    rig.hss.cancel_location(imsi(1), true);
    rig.pump();
    let (_, _, clr) = sent(&mut rig).unwrap();
    assert_eq!(value(&clr, &[avp::CLR_FLAGS]), Some(3), "S6a, reattach required");
    assert_eq!(rig.location(imsi(1)).mme, None);
}
