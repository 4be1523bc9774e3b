//! CLR to whom an update replaces (TS 29.272 5.2.1.2).

use crate::*;

#[test]
fn the_old_mme_is_cancelled_once() {
    let mut rig = Rig::started(1);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    register(&mut rig, a, 1, "a", imsi(1), 0);
    register(&mut rig, a, 2, "a", imsi(1), 0);
    assert_eq!(sent(&mut rig), None, "a node does not cancel itself");
    register(&mut rig, b, 3, "b", imsi(1), 0);
    let (to, code, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!((to, code), (a, command::CANCEL_LOCATION));
    assert_eq!(
        value(&clr, &[avp::CANCELLATION_TYPE]),
        Some(0),
        "MME_UPDATE_PROCEDURE"
    );
    assert_eq!(value(&clr, &[avp::CLR_FLAGS]), Some(1), "S6a");
    assert_eq!(
        find(&clr, &[avp::USER_NAME]).unwrap().text().unwrap(),
        imsi(1).to_string()
    );
    assert_eq!(
        find(&clr, &[avp::DESTINATION_HOST]).unwrap().text().unwrap(),
        format!("a.{REALM}")
    );
    for path in [
        avp::SESSION_ID,
        avp::AUTH_SESSION_STATE,
        avp::ORIGIN_HOST,
        avp::ORIGIN_REALM,
        avp::DESTINATION_REALM,
    ] {
        assert!(find(&clr, &[path]).is_some(), "{path:?}");
    }
    rig.confirm(&(to, clr), 2001);
    assert_eq!(rig.hss.owed(), 0);
    // A purged UE is not cancelled.
    let pua = rig.ask(b, &pur(4, "b", imsi(1)));
    assert_eq!((result_of(&pua), value(&pua, &[avp::PUA_FLAGS])), (2001, Some(1)));
    register(&mut rig, a, 5, "a", imsi(1), 0);
    assert_eq!(sent(&mut rig), None);
    // A purge by whom it is not with changes nothing.
    let pua = rig.ask(b, &pur(6, "b", imsi(1)));
    assert_eq!((result_of(&pua), value(&pua, &[avp::PUA_FLAGS])), (2001, Some(0)));
    assert!(!rig.location(imsi(1)).mme.unwrap().purged);
    assert_eq!(result_of(&rig.ask(b, &pur(7, "b", imsi(9)))), 5001);
}

#[test]
fn the_other_domain_is_cancelled_if_asked_for() {
    for (flags, kind) in [(SINGLE, Some(1)), (INITIAL_ATTACH, Some(4)), (0, None)] {
        let mut rig = Rig::started(1);
        let (sgsn, mme) = (rig.mme("sgsn"), rig.mme("mme"));
        assert_eq!(
            result_of(&rig.ask(sgsn, &ulr(1, "sgsn", imsi(1), 0, |_| ()))),
            2001
        );
        register(&mut rig, mme, 2, "mme", imsi(1), flags);
        let clr = sent(&mut rig);
        assert_eq!(clr.as_ref().map(|c| c.0), kind.map(|_| sgsn));
        assert_eq!(
            clr.as_ref().and_then(|c| value(&c.2, &[avp::CANCELLATION_TYPE])),
            kind
        );
        assert_eq!(
            clr.as_ref().and_then(|c| value(&c.2, &[avp::CLR_FLAGS])),
            kind.map(|_| 0),
            "S6d"
        );
        assert_eq!(rig.location(imsi(1)).sgsn.unwrap().purged, kind.is_some());
    }
}

#[test]
fn a_clr_that_cannot_be_delivered_is_retried_bounded_and_withdrawn() {
    let mut rig = Rig::started(2);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    for n in 1..=2 {
        register(&mut rig, a, n, "a", imsi(n), 0);
    }
    rig.node.closed(rig.now, a);
    rig.pump();
    for n in 1..=2 {
        register(&mut rig, b, 10 + n, "b", imsi(n), 0);
    }
    assert_eq!(rig.hss.owed(), 2, "the answers did not wait for it");
    // The first subscriber comes back to where it was: a late CLR would do harm.
    let a = rig.mme("a");
    rig.out.clear();
    register(&mut rig, a, 20, "a", imsi(1), 0);
    rig.out.clear();
    rig.advance(FIRST_PAUSE);
    let (to, _, clr) = sent(&mut rig).expect("the second subscriber's CLR");
    assert_eq!(
        (to, find(&clr, &[avp::USER_NAME]).unwrap().text().unwrap()),
        (a, &*imsi(2).to_string())
    );
    assert!(sent(&mut rig).is_none());
    // Answered 3004 each time, it ends.
    rig.confirm(&(to, clr), 3004);
    for _ in 2..MAX_ATTEMPTS {
        rig.advance(Duration::from_secs(20));
        while let Some(request) = rig.request() {
            rig.confirm(&request, 3004);
        }
    }
    rig.advance(Duration::from_secs(60));
    assert!(
        rig.events
            .iter()
            .any(|event| matches!(event, HssEvent::GivenUp { imsi: Some(who), .. } if *who == imsi(2)))
    );
}

#[test]
fn two_updates_that_race_leave_one_mme_and_one_clr() {
    let mut rig = Rig::started(1);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    register(&mut rig, a, 1, "a", imsi(1), SKIP);
    rig.store.hold();
    assert_eq!(
        rig.feed(b, &ulr(2, "b", imsi(1), S6A_ULR, |_| ())),
        Some(Disposition::Waiting)
    );
    assert_eq!(
        rig.feed(a, &ulr(3, "a", imsi(1), S6A_ULR, |_| ())),
        Some(Disposition::Waiting)
    );
    rig.store.release_all();
    rig.pump();
    assert_eq!(result_of(&rig.answer(b)), 2001);
    assert_eq!(result_of(&rig.answer(a)), 2001);
    let clrs: Vec<_> = std::iter::from_fn(|| sent(&mut rig)).map(|c| c.0).collect();
    assert_eq!(clrs, [a, b], "a by b's update, then b by a's");
    assert_eq!(rig.location(imsi(1)).mme.unwrap().host, format!("a.{REALM}"));
}

#[test]
fn an_update_that_comes_too_late_still_cancels_the_old_mme() {
    let mut rig = Rig::started(1);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    register(&mut rig, a, 1, "a", imsi(1), 0);
    rig.store.hold();
    assert_eq!(
        rig.feed(b, &ulr(2, "b", imsi(1), S6A_ULR, |_| ())),
        Some(Disposition::Waiting)
    );
    rig.advance(Duration::from_secs(5));
    assert_eq!(result_of(&rig.answer(b)), 5012);
    rig.store.release_all();
    rig.pump();
    assert_eq!(
        sent(&mut rig).map(|c| (c.0, c.1)),
        Some((a, command::CANCEL_LOCATION))
    );
    assert!(rig.out.is_empty(), "and is answered once");
}
