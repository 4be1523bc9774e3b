//! Authentication information retrieval at the node (TS 29.272 5.2.3.1).

#![cfg(test)]

mod support;

use quintet_crypto::{AuthenticationFunctions, Autn, K, Kasme, Milenage, Opc, Rand, Sqn};
use quintet_diameter::dict::avp;
use quintet_hss::{
    Disposition, FrontEvent, HssConfig, HssEvent, MAX_WAITING_PER_SUBSCRIBER, Outcome, WAITING_TIME,
};
use quintet_store::faulty::Fault;
use quintet_store::{Command, StoreError};
use quintet_subscriber::auc::{Epoch, Slot};
use quintet_subscriber::s6a::VisitedPlmns;
use std::collections::BTreeSet;
use std::time::Duration;
use support::*;

const EUTRAN: quintet_diameter::AvpId = avp::E_UTRAN_VECTOR;
const UTRAN: quintet_diameter::AvpId = avp::UTRAN_VECTOR;

fn card() -> AuthenticationFunctions {
    AuthenticationFunctions::Milenage(Milenage::new(K::new_128(K_OCTETS), Opc::new(OPC_OCTETS)).unwrap())
}

/// What the card reads out of a vector.
fn sqn(vector: &Vector) -> Sqn {
    card()
        .verify_autn(&vector.rand, &Autn::from_octets(&vector.autn))
        .expect("a genuine AUTN")
        .0
}

fn separated(vector: &Vector) -> bool {
    Autn::from_octets(&vector.autn).amf.is_separated()
}

/// Re-Synchronization-Info for a RAND.
fn token(rand: &Rand, sqn_ms: Sqn) -> Vec<u8> {
    let mut token = rand.to_vec();
    card().auts(rand, sqn_ms).put(&mut token);
    token
}

fn resync(id: u32, mme: &str, who: quintet_identity::Imsi, token: &[u8]) -> Vec<u8> {
    air_with(id, mme, who, |w| {
        w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
            w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1);
            w.octets(avp::RE_SYNCHRONIZATION_INFO, token);
        });
    })
}

/// Memory holds two of twenty: everybody is served, by turns, and no number comes twice.
#[test]
fn more_subscribers_than_memory_holds_are_served() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.in_memory = 2;
    let mut rig = Rig::new(config);
    rig.provision_many(20, &subscription());
    rig.start();
    let mme = rig.mme("mme");
    let mut seen = BTreeSet::new();
    for round in 0..3 {
        for n in 1..=20 {
            let answer = rig.ask(mme, &air(round * 20 + n, "mme", imsi(n), Some(1), None));
            assert_eq!(result_of(&answer), 2001, "round {round}, subscriber {n}");
            for vector in vectors(&answer, EUTRAN) {
                assert!(seen.insert((n, sqn(&vector))), "a number came twice");
            }
            assert!(rig.hss.subscribers().len() <= 2);
        }
    }
    assert_eq!(seen.len(), 60);
}

#[test]
fn several_vectors_are_distinct_ascending_and_genuine() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let answer = rig.ask(mme, &air(1, "mme", imsi(1), Some(3), None));
    assert_eq!(result_of(&answer), 2001);
    assert_eq!(value(&answer, &[avp::AUTH_SESSION_STATE]), Some(1));
    let batch = vectors(&answer, EUTRAN);
    assert_eq!(batch.iter().map(|v| v.item).collect::<Vec<_>>(), [1, 2, 3]);
    let next = vectors(&rig.ask(mme, &air(2, "mme", imsi(1), Some(9), None)), EUTRAN);
    assert_eq!(next.len(), 5, "no more than the limit");
    let all: Vec<_> = batch.iter().chain(&next).collect();
    assert!(all.windows(2).all(|pair| sqn(pair[0]) < sqn(pair[1])));
    assert_eq!(all.iter().map(|v| v.rand).collect::<BTreeSet<_>>().len(), 8);
    for vector in all {
        assert!(
            separated(vector),
            "E-UTRAN has the separation bit (TS 33.401 6.1.1)"
        );
        let autn = Autn::from_octets(&vector.autn);
        let (_, _, ck, ik) = card().verify_autn(&vector.rand, &autn).unwrap();
        let kasme = Kasme::derive(&ck, &ik, &plmn(HOME).octets(), &autn.concealed_sqn).unwrap();
        assert_eq!(
            vector.kasme.as_deref(),
            Some(&kasme.expose()[..]),
            "bound to the visited network"
        );
    }
}

#[test]
fn both_kinds_at_once_each_with_its_own_ind() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let answer = rig.ask(mme, &air(1, "mme", imsi(1), Some(2), Some(2)));
    let (eps, umts) = (vectors(&answer, EUTRAN), vectors(&answer, UTRAN));
    assert_eq!((eps.len(), umts.len()), (2, 2));
    assert!(eps.iter().all(separated) && !umts.iter().any(separated));
    let ind = |v: &Vector| sqn(v).value() & 31;
    assert!(eps.iter().all(|v| ind(v) == 2 << 3) && umts.iter().all(|v| ind(v) == 1 << 3));
    let group = find(&answer, &[avp::AUTHENTICATION_INFO, UTRAN]).unwrap().group();
    assert_eq!(group.find(avp::CONFIDENTIALITY_KEY).unwrap().data.len(), 16);
    assert_eq!(group.find(avp::INTEGRITY_KEY).unwrap().data.len(), 16);
}

#[test]
fn an_unknown_imsi_is_5001_and_a_missing_eps_subscription_5420() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let answer = rig.ask(mme, &air(1, "mme", imsi(99), Some(1), None));
    assert_eq!(result_of(&answer), 5001);
    assert!(
        find(&answer, &[avp::RESULT_CODE]).is_none(),
        "in Experimental-Result alone"
    );
    let mut umts_only = subscription();
    umts_only.eps = false;
    rig.provision(imsi(2), &umts_only);
    assert_eq!(
        result_of(&rig.ask(mme, &air(2, "mme", imsi(2), Some(1), None))),
        5420
    );
    assert_eq!(
        result_of(&rig.ask(mme, &air(3, "mme", imsi(2), None, Some(1)))),
        2001,
        "UTRAN is another matter"
    );
}

#[test]
fn a_network_that_is_not_served_is_5003() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.visited_plmns = VisitedPlmns::Only(vec![plmn("26201")]);
    let mut rig = Rig::new(config);
    rig.provision_many(1, &subscription());
    rig.start();
    let mme = rig.mme("mme");
    assert_eq!(
        result_of(&rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None))),
        2001,
        "home"
    );
    let elsewhere = |id: u32, visited: &str| {
        s6a(
            quintet_diameter::dict::command::AUTHENTICATION_INFORMATION,
            id,
            "mme",
            imsi(1),
            |w| {
                w.octets(avp::VISITED_PLMN_ID, &plmn(visited).octets());
                w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
                    w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1)
                });
            },
        )
    };
    assert_eq!(result_of(&rig.ask(mme, &elsewhere(2, "26201"))), 2001);
    let refused = rig.ask(mme, &elsewhere(3, "20801"));
    assert_eq!(result_of(&refused), 5003);
    assert_eq!(
        value(&refused, &[avp::RESULT_CODE]),
        Some(5003),
        "a result of RFC 6733"
    );
}

#[test]
fn a_realm_that_is_not_the_visited_networks_is_5003_if_checked() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.check_origin_realm = true;
    let mut rig = Rig::new(config);
    rig.provision_many(1, &subscription());
    rig.start();
    let mme = rig.mme("mme");
    assert_eq!(
        result_of(&rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None))),
        2001
    );
    let posing = s6a(
        quintet_diameter::dict::command::AUTHENTICATION_INFORMATION,
        2,
        "mme",
        imsi(1),
        |w| {
            w.octets(avp::VISITED_PLMN_ID, &plmn("26201").octets());
            w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
                w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1)
            });
        },
    );
    assert_eq!(result_of(&rig.ask(mme, &posing)), 5003);
}

#[test]
fn resynchronisation_needs_our_rand_and_a_true_mac() {
    let mut rig = Rig::started(2);
    let mme = rig.mme("mme");
    let first = vectors(&rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None)), EUTRAN)[0].clone();
    let far = Sqn::new(sqn(&first).value() + (1 << 20)).unwrap();
    // A foreign RAND, though its MAC holds.
    let foreign = rig.ask(mme, &resync(2, "mme", imsi(1), &token(&[9; 16], far)));
    assert_eq!(result_of(&foreign), 4181);
    // Another subscriber's RAND.
    let other = vectors(&rig.ask(mme, &air(3, "mme", imsi(2), Some(1), None)), EUTRAN)[0].clone();
    assert_eq!(
        result_of(&rig.ask(mme, &resync(4, "mme", imsi(1), &token(&other.rand, far)))),
        4181
    );
    // An altered MAC.
    let mut altered = token(&first.rand, far);
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(
        result_of(&rig.ask(mme, &resync(5, "mme", imsi(1), &altered))),
        4181
    );
    let after = vectors(&rig.ask(mme, &air(6, "mme", imsi(1), Some(1), None)), EUTRAN)[0].clone();
    assert!(sqn(&after) < far, "nothing was moved");
    // The genuine one.
    let answer = rig.ask(mme, &resync(7, "mme", imsi(1), &token(&first.rand, far)));
    assert_eq!(result_of(&answer), 2001);
    assert!(sqn(&vectors(&answer, EUTRAN)[0]) > far);
    assert!(rig.events.contains(&HssEvent::Front(FrontEvent::Resynchronised {
        imsi: imsi(1),
        decrease: false
    })));
    // And again: it is done already, nothing is written.
    rig.store.fail_when(|command| {
        let fault = Fault::Refused(StoreError::Unavailable("no".into()));
        matches!(command, Command::SetDif { .. }).then_some(fault)
    });
    let again = rig.ask(mme, &resync(8, "mme", imsi(1), &token(&first.rand, far)));
    assert_eq!(result_of(&again), 2001);
}

#[test]
fn a_token_of_the_wrong_length_is_an_error_of_the_request() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let answer = rig.ask(mme, &resync(1, "mme", imsi(1), &[0; 29]));
    assert_eq!(result_of(&answer), 5014);
    assert!(find(&answer, &[avp::FAILED_AVP]).is_some());
}

#[test]
fn a_request_before_the_takeover_waits_for_it() {
    let mut rig = Rig::new(HssConfig::new(vec![plmn(HOME)]));
    rig.provision_many(1, &subscription());
    rig.store.hold();
    rig.start();
    let mme = rig.mme("mme");
    assert_eq!(
        rig.feed(mme, &air(1, "mme", imsi(1), Some(1), None)),
        Some(Disposition::Waiting)
    );
    assert_eq!(
        rig.feed(mme, &air(2, "mme", imsi(1), Some(1), None)),
        Some(Disposition::Waiting)
    );
    rig.store.release_all();
    rig.pump();
    let (a, b) = (rig.answer(mme), rig.answer(mme));
    let (a, b) = (vectors(&a, EUTRAN)[0].clone(), vectors(&b, EUTRAN)[0].clone());
    assert!(sqn(&a) < sqn(&b));
    assert_eq!(rig.hss.waiting(), 0);
}

#[test]
fn a_store_that_is_down_is_5012_and_recovers_without_a_restart() {
    let mut rig = Rig::new(HssConfig::new(vec![plmn(HOME)]));
    rig.provision_many(3, &subscription());
    rig.store
        .outage(Some(StoreError::Unavailable("disk full".into())));
    rig.start();
    let mme = rig.mme("mme");
    assert_eq!(
        result_of(&rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None))),
        5012
    );
    rig.store.outage(None);
    rig.advance(Duration::from_secs(10));
    assert_eq!(
        result_of(&rig.ask(mme, &air(2, "mme", imsi(1), Some(1), None))),
        2001
    );
    // Subscribers in memory are served for as long as the bound reaches.
    rig.store
        .outage(Some(StoreError::Unavailable("disk full".into())));
    rig.advance(Duration::from_secs(60));
    let served = |rig: &mut Rig, id| result_of(&rig.ask(mme, &air(id, "mme", imsi(1), Some(1), None)));
    assert_eq!(served(&mut rig, 3), 2001);
    rig.advance(Duration::from_secs(700));
    assert_eq!(served(&mut rig, 4), 5012, "beyond it nothing is issued");
    rig.store.outage(None);
    rig.advance(Duration::from_secs(10));
    assert_eq!(served(&mut rig, 5), 2001);
    // Busy is told apart.
    rig.store.outage(Some(StoreError::Busy));
    assert_eq!(
        result_of(&rig.ask(mme, &air(6, "mme", imsi(2), Some(1), None))),
        3004,
        "first use writes DIF"
    );
}

#[test]
fn a_store_that_hangs_is_5012_in_time_and_bounded() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    rig.store.hold();
    for id in 1..=MAX_WAITING_PER_SUBSCRIBER as u32 {
        assert_eq!(
            rig.feed(mme, &air(id, "mme", imsi(1), Some(1), None)),
            Some(Disposition::Waiting),
            "{id}"
        );
    }
    assert_eq!(
        result_of(&rig.ask(mme, &air(100, "mme", imsi(1), Some(1), None))),
        3004
    );
    rig.advance(WAITING_TIME);
    for _ in 0..MAX_WAITING_PER_SUBSCRIBER {
        assert_eq!(result_of(&rig.answer(mme)), 5012);
    }
    rig.store.release_all();
    rig.pump();
    assert_eq!(rig.hss.waiting(), 0, "the late reply found its place");
    assert!(rig.out.is_empty(), "nobody is answered twice");
    assert_eq!(
        result_of(&rig.ask(mme, &air(101, "mme", imsi(1), Some(1), None))),
        2001
    );
}

#[test]
fn a_clock_that_jumps_is_told_once_and_silences_until_it_is_right() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let served = |rig: &mut Rig, id| result_of(&rig.ask(mme, &air(id, "mme", imsi(1), Some(1), None)));
    assert_eq!(served(&mut rig, 1), 2001);
    rig.events.clear();
    let right = rig.wall;
    rig.wall -= Duration::from_secs(7_200);
    for id in 2..6 {
        assert_eq!(served(&mut rig, id), 5012);
        rig.advance(Duration::from_secs(6));
    }
    let told = |rig: &Rig, what: fn(&HssEvent) -> bool| rig.events.iter().filter(|event| what(event)).count();
    assert_eq!(
        told(&rig, |event| matches!(
            event,
            HssEvent::Front(FrontEvent::ClockJump { .. })
        )),
        1
    );
    assert_eq!(
        told(&rig, |event| matches!(
            event,
            HssEvent::Front(FrontEvent::Issuing)
        )),
        0
    );
    rig.wall = right + Duration::from_secs(30);
    rig.advance(Duration::from_secs(6));
    assert_eq!(
        told(&rig, |event| matches!(
            event,
            HssEvent::Front(FrontEvent::Issuing)
        )),
        1
    );
    assert_eq!(served(&mut rig, 6), 2001);
}

#[test]
fn a_slot_whose_epoch_went_back_is_said_and_asked_for_again() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    rig.store.fail_when(|command| {
        let older = Fault::Refused(StoreError::Fenced { current: Epoch(0) });
        matches!(command, Command::RaiseBound { .. }).then_some(older)
    });
    rig.events.clear();
    rig.advance(Duration::from_secs(700));
    let failed = |event: &HssEvent| matches!(event, HssEvent::Front(FrontEvent::StoreFailed { .. }));
    assert!(rig.events.iter().any(failed));
    let answer = rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None));
    assert_eq!(result_of(&answer), 5012, "at once");
    rig.store.fail_when(|_| None);
    rig.advance(Duration::from_secs(10));
    let answer = rig.ask(mme, &air(2, "mme", imsi(1), Some(1), None));
    assert_eq!(result_of(&answer), 2001);
}

#[test]
fn a_resynchronisation_that_took_too_long_is_known_all_the_same() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let first = vectors(&rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None)), EUTRAN)[0].clone();
    let far = Sqn::new(sqn(&first).value() + (1 << 20)).unwrap();
    rig.store.hold();
    let request = resync(2, "mme", imsi(1), &token(&first.rand, far));
    assert_eq!(rig.feed(mme, &request), Some(Disposition::Waiting));
    rig.advance(WAITING_TIME);
    assert_eq!(result_of(&rig.answer(mme)), 5012);
    rig.store.release_all();
    rig.pump();
    let next = vectors(&rig.ask(mme, &air(3, "mme", imsi(1), Some(1), None)), EUTRAN)[0].clone();
    assert!(sqn(&next) > far, "no second synchronisation failure");
}

#[test]
fn another_front_end_on_the_slot_silences_this_one() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    assert_eq!(
        result_of(&rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None))),
        2001
    );
    rig.direct(Command::Takeover {
        slot: Slot::default(),
    })
    .unwrap();
    // It notices with the next write or read; the renewal is one.
    rig.advance(Duration::from_secs(400));
    assert_eq!(
        result_of(&rig.ask(mme, &air(2, "mme", imsi(1), Some(1), None))),
        5012
    );
    assert!(
        rig.events
            .iter()
            .any(|event| matches!(event, HssEvent::Front(FrontEvent::Fenced { .. })))
    );
    // Locations are served all the same.
    assert_eq!(result_of(&rig.ask(mme, &ulr(3, "mme", imsi(1), 2, |_| ()))), 2001);
    rig.hss.take_over(rig.now);
    rig.pump();
    assert_eq!(
        result_of(&rig.ask(mme, &air(4, "mme", imsi(1), Some(1), None))),
        2001
    );
}

#[test]
fn a_reply_lost_after_the_write_repeats_nothing() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    rig.store.fail_next(Fault::Unacknowledged(StoreError::Unavailable(
        "connection lost".into(),
    )));
    assert_eq!(
        result_of(&rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None))),
        5012
    );
    let mut seen = BTreeSet::new();
    for id in 2..20 {
        let answer = rig.ask(mme, &air(id, "mme", imsi(1), Some(1), None));
        assert_eq!(result_of(&answer), 2001, "{id}");
        assert!(seen.insert(sqn(&vectors(&answer, EUTRAN)[0])));
    }
}

#[test]
fn features_are_told_to_those_who_tell_theirs() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let answer = rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None));
    assert!(find(&answer, &[avp::SUPPORTED_FEATURES]).is_none());
    let answer = rig.ask(
        mme,
        &air_with(2, "mme", imsi(1), |w| {
            features(w, 1, 0);
            w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |_| ());
        }),
    );
    assert!(find(&answer, &[avp::SUPPORTED_FEATURES]).is_some());
    assert_eq!(vectors(&answer, EUTRAN).len(), 1, "one if no number is named");
}

#[test]
fn an_imsi_that_is_none_is_5004_with_the_avp() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let request = message(
        quintet_diameter::dict::command::AUTHENTICATION_INFORMATION,
        quintet_hss::S6A,
        1,
        |w| {
            w.text(avp::SESSION_ID, "mme;1;1");
            w.u32(avp::AUTH_SESSION_STATE, 1);
            w.text(avp::ORIGIN_HOST, &format!("mme.{REALM}"));
            w.text(avp::ORIGIN_REALM, REALM);
            w.text(avp::DESTINATION_REALM, REALM);
            w.text(avp::USER_NAME, "alice@example.org");
            w.octets(avp::VISITED_PLMN_ID, &plmn(HOME).octets());
        },
    );
    let disposition = rig.feed(mme, &request);
    let failed = Outcome::Failed(quintet_diameter::ResultCode::INVALID_AVP_VALUE);
    assert_eq!(disposition, Some(Disposition::Answered(failed)));
    let answer = rig.answer(mme);
    assert_eq!(
        find(&answer, &[avp::FAILED_AVP, avp::USER_NAME]).unwrap().text(),
        Ok("alice@example.org")
    );
}
