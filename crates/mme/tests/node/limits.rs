//! What bounds the memory that anybody can make the MME take.

use crate::support::{ENB, Phone, Rig, config, imsi};
use quintet_mme::{Config, S1Discard, S1Disposition};
use quintet_s1ap::S1apPdu;
use quintet_sctp::AssociationId;
use std::time::Duration;

const OTHER: AssociationId = AssociationId(2);

fn limited(change: impl FnOnce(&mut Config)) -> Rig {
    let mut config = config();
    change(&mut config);
    Rig::with(config)
}

fn begin(rig: &mut Rig, from: AssociationId, n: u32) -> bool {
    let disposition = rig.initial(from, n, &Phone::new(n).attach_by_imsi());
    disposition != S1Disposition::Silent(S1Discard::Limit)
}

#[test]
fn enbs_are_as_many_as_allowed() {
    let mut rig = limited(|c| c.limits.enbs = 1);
    assert!(!rig.up(OTHER, [10, 0, 0, 2]));
    assert_eq!(rig.shut, [OTHER]);
    rig.down(OTHER);
    rig.down(ENB);
    assert!(rig.up(OTHER, [10, 0, 0, 2]));
}

#[test]
fn associations_that_set_nothing_up_make_room() {
    let mut rig = limited(|c| c.limits.enbs = 2);
    let third = AssociationId(3);
    assert!(rig.up(OTHER, [10, 0, 0, 2]));
    assert!(rig.up(third, [10, 0, 0, 3]), "the second was never set up");
    assert_eq!(rig.shut, [OTHER]);
    rig.down(OTHER);
    assert!(begin(&mut rig, ENB, 1), "the one that was is untouched");
}

#[test]
fn an_enb_has_as_many_unproven_connections_as_allowed_and_others_are_not_touched() {
    let mut rig = limited(|c| c.limits.unproven_per_enb = 2);
    rig.enb(OTHER, 2);
    assert!(begin(&mut rig, ENB, 1) && begin(&mut rig, ENB, 2));
    assert!(!begin(&mut rig, ENB, 3));
    assert_eq!(rig.mme.counters().refused, 1);
    assert!(begin(&mut rig, OTHER, 4));
    // One proves itself: there is room for another, and for one only.
    rig.asked.truncate(1);
    rig.secure((1, 1), &mut Phone::new(1));
    assert!(begin(&mut rig, ENB, 5));
    assert!(!begin(&mut rig, ENB, 6));
    // The proven one ends: that makes no room for an unproven one.
    rig.sent.clear();
    rig.asked.clear();
    rig.idle((1, 1));
    assert!(!begin(&mut rig, ENB, 7));
}

#[test]
fn connections_are_as_many_as_allowed_of_an_enb_and_of_all() {
    let mut rig = limited(|c| c.limits.connections_per_enb = 1);
    assert!(begin(&mut rig, ENB, 1));
    assert!(!begin(&mut rig, ENB, 2));
    assert!(
        begin(&mut rig, ENB, 1),
        "the same identity anew replaces the former"
    );
    let mut rig = limited(|c| c.limits.connections = 2);
    rig.enb(OTHER, 2);
    assert!(begin(&mut rig, ENB, 1) && begin(&mut rig, OTHER, 1));
    assert!(!begin(&mut rig, ENB, 2) && !begin(&mut rig, OTHER, 2));
}

#[test]
fn enbs_are_told_of_overload_once_and_of_its_end_once() {
    let mut rig = limited(|c| c.limits.connections = 16);
    let told = |rig: &mut Rig| -> Vec<&'static str> {
        let mut names = Vec::new();
        while !rig.sent.is_empty() {
            match rig.pdu(ENB) {
                S1apPdu::OverloadStart(_) => names.push("start"),
                S1apPdu::OverloadStop(_) => names.push("stop"),
                _ => {}
            }
        }
        names
    };
    for n in 1..=13 {
        begin(&mut rig, ENB, n);
    }
    assert_eq!(told(&mut rig), Vec::<&str>::new());
    begin(&mut rig, ENB, 14);
    begin(&mut rig, ENB, 15);
    assert_eq!(told(&mut rig), ["start"]);
    // An eNB that comes now is told as well.
    assert!(rig.up(OTHER, [10, 0, 0, 2]));
    let _ = rig.s1(OTHER, crate::support::setup_request(2, crate::support::areas(1)));
    assert!(matches!(rig.pdu(OTHER), S1apPdu::S1SetupResponse(_)));
    assert!(matches!(rig.pdu(OTHER), S1apPdu::OverloadStart(_)));
    rig.down(OTHER);
    let _ = rig.complete_release((1, 1));
    let _ = rig.complete_release((2, 2));
    assert_eq!(told(&mut rig), Vec::<&str>::new(), "13 of 16 is not few enough");
    let _ = rig.complete_release((3, 3));
    assert_eq!(told(&mut rig), ["stop"]);
    let _ = rig.complete_release((4, 4));
    assert_eq!(told(&mut rig), Vec::<&str>::new());
}

#[test]
fn contexts_are_as_many_as_allowed() {
    let mut rig = limited(|c| c.limits.contexts = 1);
    rig.attach((1, 1), &mut Phone::new(1));
    let mut second = Phone::new(2);
    let _ = rig.initial(ENB, 2, &second.attach_by_imsi());
    rig.secure((2, 2), &mut second);
    assert!(rig.asked.is_empty(), "no location of a UE without a context");
    assert_eq!(rig.mme.context_count(), 1);
    assert!(rig.mme.context(imsi(1)).is_some());
}

#[test]
fn requests_without_an_answer_are_as_many_as_allowed_and_free_their_places() {
    let mut rig = limited(|c| c.limits.outstanding_requests = 1);
    begin(&mut rig, ENB, 1);
    begin(&mut rig, ENB, 2);
    assert_eq!(rig.asked.len(), 1);
    assert_eq!(rig.nas()[1], 0x44, "ATTACH REJECT");
    assert_eq!(rig.released().1.0, 2);
    // The HSS does not answer the first: its time ends, its UE is rejected, its place is free.
    rig.now += Duration::from_secs(5);
    rig.despair();
    assert_eq!(rig.nas()[1], 0x44);
    rig.asked.clear();
    begin(&mut rig, ENB, 3);
    assert_eq!(rig.asked.len(), 1);
}

#[test]
fn a_flood_of_initial_messages_leaves_nothing_behind() {
    let mut rig = Rig::new();
    for n in 0..2_000 {
        begin(&mut rig, ENB, 1 + n % 3);
        rig.asked.clear();
        rig.sent.clear();
    }
    assert_eq!(rig.mme.connection_count(), 3);
    rig.now += Duration::from_secs(6);
    rig.despair();
    rig.sent.clear();
    // Every connection has been refused; after the release there is no deadline left of any of 2,000.
    rig.pass(Duration::from_secs(5));
    assert_eq!((rig.mme.connection_count(), rig.mme.poll_timeout()), (0, None));
    assert_eq!(rig.mme.context_count(), 0);
}
