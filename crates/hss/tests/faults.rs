//! What a store that fails, or is not ours, must not lead to: lost changes, endless reads, requests that wait for nothing.

#![cfg(test)]

mod support;

use quintet_diameter::ConnectionId;
use quintet_diameter::dict::{avp, command};
use quintet_hss::{FrontEvent, HssEvent, MAX_CHANGE_TRIES};
use quintet_store::faulty::Fault;
use quintet_store::{Command, StoreError};
use quintet_subscriber::auc::{Epoch, Slot};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::*;

const DATA: quintet_diameter::AvpId = avp::SUBSCRIPTION_DATA;

/// Bit 1: over S6a.
const S6A_ULR: u32 = 2;

/// Long enough for the retry once the store works again, and short of the time an MME has to answer.
const SOON: Duration = Duration::from_secs(5);

type Matches = fn(&Command) -> bool;

const LOAD: Matches = |command| matches!(command, Command::Load { .. });
const LOCATE: Matches = |command| matches!(command, Command::LoadLocation { .. });

/// An HSS with one subscriber, registered at the MME.
fn registered() -> (Rig, ConnectionId) {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    assert_eq!(
        result_of(&rig.ask(mme, &ulr(1, "mme", imsi(1), S6A_ULR, |_| ()))),
        2001
    );
    rig.events.clear();
    (rig, mme)
}

/// The next request of the HSS, confirmed.
fn sent(rig: &mut Rig) -> Option<(u32, Vec<u8>)> {
    let request = rig.request()?;
    rig.confirm(&request, 2001);
    Some((header(&request.1).code, request.1))
}

fn refuse(rig: &mut Rig, matches: Matches, error: StoreError) {
    rig.store
        .fail_when(move |command| matches(command).then(|| Fault::Refused(error.clone())));
}

/// Counts the commands of a kind from now on.
fn count(rig: &mut Rig, matches: Matches) -> Arc<AtomicUsize> {
    let counter = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&counter);
    rig.store.fail_when(move |command| {
        counts.fetch_add(usize::from(matches(command)), Ordering::Relaxed);
        None
    });
    counter
}

fn failures(rig: &Rig) -> usize {
    let failed = |event: &&HssEvent| matches!(event, HssEvent::Front(FrontEvent::StoreFailed { .. }));
    rig.events.iter().filter(failed).count()
}

#[test]
fn a_change_whose_read_failed_is_told_when_the_store_works_again() {
    for (what, matches) in [("the subscriber", LOAD), ("its location", LOCATE)] {
        for error in [StoreError::Busy, StoreError::Unavailable("outage".to_owned())] {
            let (mut rig, mme) = registered();
            refuse(&mut rig, matches, error);
            let mut changed = subscription();
            changed.ambr.uplink = 7;
            rig.provision(imsi(1), &changed);
            rig.hss.store_changed(rig.now);
            rig.pump();
            rig.advance(Duration::from_secs(60));
            assert_eq!(sent(&mut rig), None, "{what}");
            assert_eq!(failures(&rig), 1, "{what}: said once, not with every try");
            rig.store.fail_when(|_| None);
            // Memory knows the change before the retry does: the difference is still that of what was told.
            let answer = rig.ask(mme, &air(2, "mme", imsi(1), Some(1), None));
            assert_eq!(result_of(&answer), 2001, "{what}");
            rig.advance(SOON);
            let (code, idr) = sent(&mut rig).expect("an IDR");
            assert_eq!(code, command::INSERT_SUBSCRIBER_DATA, "{what}");
            let uplink = [DATA, avp::AMBR, avp::MAX_REQUESTED_BANDWIDTH_UL];
            assert_eq!(value(&idr, &uplink), Some(7), "{what}");
            assert!(
                find(&idr, &[DATA, avp::APN_CONFIGURATION_PROFILE]).is_none(),
                "{what}: what did not change is not sent"
            );
            rig.advance(SOON);
            assert_eq!(sent(&mut rig), None, "{what}: once");
        }
    }
}

#[test]
fn a_removal_whose_location_could_not_be_read_is_cancelled_later() {
    let (mut rig, _) = registered();
    refuse(&mut rig, LOCATE, StoreError::Busy);
    rig.direct(Command::Remove { imsis: vec![imsi(1)] }).unwrap();
    rig.hss.store_changed(rig.now);
    rig.pump();
    assert_eq!(sent(&mut rig), None);
    rig.store.fail_when(|_| None);
    rig.advance(SOON);
    assert_eq!(
        sent(&mut rig).map(|(code, _)| code),
        Some(command::CANCEL_LOCATION)
    );
    assert_eq!(rig.location(imsi(1)).mme, None, "forgotten");
}

#[test]
fn a_later_change_takes_the_place_of_one_that_is_late() {
    let (mut rig, _) = registered();
    refuse(&mut rig, LOAD, StoreError::Busy);
    let mut changed = subscription();
    changed.ambr.uplink = 7;
    rig.provision(imsi(1), &changed);
    rig.hss.store_changed(rig.now);
    rig.pump();
    rig.store.fail_when(|_| None);
    changed.rfsp = Some(9);
    rig.provision(imsi(1), &changed);
    rig.hss.store_changed(rig.now);
    rig.pump();
    let (_, idr) = sent(&mut rig).expect("an IDR at once: the feed went on");
    for changed in [avp::AMBR, avp::RAT_FREQUENCY_SELECTION_PRIORITY_ID] {
        assert!(find(&idr, &[DATA, changed]).is_some(), "{changed:?}");
    }
    assert!(find(&idr, &[DATA, avp::APN_CONFIGURATION_PROFILE]).is_none());
    rig.advance(SOON);
    assert_eq!(sent(&mut rig), None, "both in one");
}

#[test]
fn a_change_that_cannot_be_followed_up_is_given_up() {
    let (mut rig, _) = registered();
    refuse(&mut rig, LOCATE, StoreError::Busy);
    rig.direct(Command::Remove { imsis: vec![imsi(1)] }).unwrap();
    rig.hss.store_changed(rig.now);
    rig.pump();
    rig.advance(Duration::from_secs(2 * 5 * u64::from(MAX_CHANGE_TRIES)));
    assert_eq!(failures(&rig), 2, "when it began and when it ended");
    let tries = count(&mut rig, LOCATE);
    rig.advance(Duration::from_secs(60));
    assert_eq!(tries.load(Ordering::Relaxed), 0);
}

#[test]
fn a_fenced_front_end_ends_its_preload() {
    let mut rig = Rig::new(quintet_hss::HssConfig::new(vec![plmn(HOME)]));
    rig.provision_many(3, &subscription());
    rig.store.hold();
    rig.start();
    // Its own takeover is done, the other's comes before the first page is proved.
    rig.store
        .inner()
        .execute(Command::Takeover {
            slot: Slot::default(),
        })
        .unwrap();
    rig.store.release_all();
    rig.pump();
    let fenced = |event: &HssEvent| matches!(event, HssEvent::Front(FrontEvent::Fenced { .. }));
    assert!(rig.events.iter().any(fenced));
    let pages = count(&mut rig, |command| matches!(command, Command::Scan { .. }));
    rig.advance(Duration::from_secs(60));
    assert_eq!(pages.load(Ordering::Relaxed), 0);
    rig.hss.take_over(rig.now);
    rig.pump();
    assert_eq!(rig.hss.subscribers().len(), 3, "the next takeover reads all");
}

#[test]
fn a_subscriber_read_below_our_epoch_is_answered_at_once() {
    let mut rig = Rig::started(0);
    let mme = rig.mme("mme");
    // An older database was put in place: the slot's epoch is below ours.
    *rig.store.inner() = quintet_store::MemoryStore::new();
    rig.provision_many(1, &subscription());
    let loads = count(&mut rig, LOAD);
    // Were the Load repeated, it would be for ever: the store answers at once.
    rig.store.fail_when({
        let loads = Arc::clone(&loads);
        move |command| {
            let again = LOAD(command) && loads.fetch_add(1, Ordering::Relaxed) > 0;
            assert!(!again, "the subscriber is read once");
            None
        }
    });
    let answer = rig.ask(mme, &air(1, "mme", imsi(1), Some(1), None));
    assert_eq!(result_of(&answer), 5012);
    assert_eq!(rig.hss.waiting(), 0);
}

#[test]
fn a_dif_refused_as_fenced_fences_the_front_end() {
    for in_time in [true, false] {
        let mut rig = Rig::started(1);
        let mme = rig.mme("mme");
        let newer = Fault::Refused(StoreError::Fenced { current: Epoch(9) });
        rig.store.hold();
        rig.store.fail_next(newer);
        let _ = rig.feed(mme, &air(1, "mme", imsi(1), Some(1), None));
        if !in_time {
            rig.advance(quintet_hss::WAITING_TIME);
        }
        rig.store.release_all();
        rig.pump();
        assert_eq!(result_of(&rig.answer(mme)), 5012);
        let fenced = HssEvent::Front(FrontEvent::Fenced { current: Epoch(9) });
        assert!(rig.events.contains(&fenced), "in time: {in_time}");
        let writes = count(&mut rig, |command| matches!(command, Command::SetDif { .. }));
        let answer = rig.ask(mme, &air(2, "mme", imsi(1), Some(1), None));
        assert_eq!(result_of(&answer), 5012);
        assert_eq!(writes.load(Ordering::Relaxed), 0, "nothing more is tried");
    }
}

#[test]
fn a_new_stn_sr_is_of_no_use_without_srvcc() {
    for (capability, told) in [(Some(0), false), (Some(1), true), (None, true)] {
        let mut rig = Rig::started(1);
        let mme = rig.mme("mme");
        let request = ulr(1, "mme", imsi(1), S6A_ULR, |w| {
            if let Some(capability) = capability {
                w.u32(avp::UE_SRVCC_CAPABILITY, capability);
            }
        });
        assert_eq!(result_of(&rig.ask(mme, &request)), 2001);
        let mut changed = subscription();
        changed.stn_sr = Some("49111".parse().unwrap());
        rig.provision(imsi(1), &changed);
        rig.hss.store_changed(rig.now);
        rig.pump();
        let idr = sent(&mut rig);
        assert_eq!(idr.is_some(), told, "UE-SRVCC-Capability {capability:?}");
        if let Some((_, idr)) = idr {
            assert!(find(&idr, &[DATA, avp::STN_SR]).is_some());
        }
    }
}
