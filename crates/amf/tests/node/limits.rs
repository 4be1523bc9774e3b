//! What bounds the memory that anybody can make the AMF take.

use crate::support::{GNB, Phone, Rig, areas, config, said, setup_request, supi};
use quintet_amf::{Config, N2Discard, N2Disposition};
use quintet_fgmm::ue::Start;
use quintet_ngap::NgapPdu;
use quintet_sctp::AssociationId;
use std::time::Duration;

const OTHER: AssociationId = AssociationId(2);

fn limited(change: impl FnOnce(&mut Config)) -> Rig {
    let mut config = config();
    change(&mut config);
    Rig::with(config)
}

fn begin(rig: &mut Rig, from: AssociationId, n: u32) -> bool {
    let disposition = rig.initial(from, n, &Phone::new(n).begin(Start::REGISTER));
    disposition != N2Disposition::Silent(N2Discard::Limit)
}

#[test]
fn gnbs_are_as_many_as_allowed() {
    let mut rig = limited(|c| c.limits.gnbs = 1);
    assert!(!rig.up(OTHER, [10, 0, 0, 2]));
    assert_eq!(rig.shut, [OTHER]);
    rig.down(OTHER);
    rig.down(GNB);
    assert!(rig.up(OTHER, [10, 0, 0, 2]));
}

#[test]
fn associations_that_set_nothing_up_make_room() {
    let mut rig = limited(|c| c.limits.gnbs = 2);
    let third = AssociationId(3);
    assert!(rig.up(OTHER, [10, 0, 0, 2]));
    assert!(rig.up(third, [10, 0, 0, 3]), "the second was never set up");
    assert_eq!(rig.shut, [OTHER]);
    rig.down(OTHER);
    assert!(begin(&mut rig, GNB, 1), "the one that was is untouched");
}

#[test]
fn a_gnb_has_as_many_unproven_connections_as_allowed_and_others_are_not_touched() {
    let mut rig = limited(|c| c.limits.unproven_per_gnb = 2);
    rig.gnb(OTHER, 2);
    let mut first = Phone::new(1);
    let _ = rig.initial(GNB, 1, &first.begin(Start::REGISTER));
    rig.talk((1, 1), &mut first);
    rig.sent.clear();
    // The first is proven: there is room for two.
    assert!(begin(&mut rig, GNB, 2) && begin(&mut rig, GNB, 3));
    assert!(!begin(&mut rig, GNB, 4));
    assert_eq!(rig.amf.counters().refused, 1);
    assert!(begin(&mut rig, OTHER, 5));
    // The proven one ends: that makes no room for an unproven one.
    let _ = rig.complete_release((1, 1));
    assert!(!begin(&mut rig, GNB, 6));
    let _ = rig.complete_release((2, 2));
    assert!(begin(&mut rig, GNB, 7));
}

#[test]
fn connections_are_as_many_as_allowed_of_a_gnb_and_of_all() {
    let mut rig = limited(|c| c.limits.connections_per_gnb = 1);
    assert!(begin(&mut rig, GNB, 1));
    assert!(!begin(&mut rig, GNB, 2));
    assert!(
        begin(&mut rig, GNB, 1),
        "the same identity anew replaces the former"
    );
    let mut rig = limited(|c| c.limits.connections = 2);
    rig.gnb(OTHER, 2);
    assert!(begin(&mut rig, GNB, 1) && begin(&mut rig, OTHER, 1));
    assert!(!begin(&mut rig, GNB, 2) && !begin(&mut rig, OTHER, 2));
}

#[test]
fn gnbs_are_told_of_overload_once_and_of_its_end_once() {
    let mut rig = limited(|c| c.limits.connections = 16);
    let told = |rig: &mut Rig| -> Vec<&'static str> {
        let mut names = Vec::new();
        while !rig.sent.is_empty() {
            match rig.pdu(GNB) {
                NgapPdu::OverloadStart(_) => names.push("start"),
                NgapPdu::OverloadStop(_) => names.push("stop"),
                _ => {}
            }
        }
        names
    };
    for n in 1..=13 {
        begin(&mut rig, GNB, n);
    }
    assert_eq!(told(&mut rig), Vec::<&str>::new());
    begin(&mut rig, GNB, 14);
    begin(&mut rig, GNB, 15);
    assert_eq!(told(&mut rig), ["start"]);
    // A gNB that comes now is told as well.
    assert!(rig.up(OTHER, [10, 0, 0, 2]));
    let _ = rig.n2(OTHER, setup_request(2, areas(1)));
    assert!(matches!(rig.pdu(OTHER), NgapPdu::NgSetupResponse(_)));
    assert!(matches!(rig.pdu(OTHER), NgapPdu::OverloadStart(_)));
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
    rig.register_and_idle((1, 1), &mut Phone::new(1));
    let mut second = Phone::new(2);
    let _ = rig.initial(GNB, 2, &second.begin(Start::REGISTER));
    rig.talk((2, 2), &mut second);
    assert!(!second.ue.is_registered());
    assert_eq!(rig.amf.context_count(), 1);
    assert!(rig.amf.context(&supi(1)).is_some());
}

#[test]
fn calls_without_an_outcome_are_as_many_as_allowed_and_free_their_places() {
    let mut rig = limited(|c| c.limits.outstanding_calls = 1);
    begin(&mut rig, GNB, 1);
    begin(&mut rig, GNB, 2);
    assert_eq!((rig.asked.len(), rig.amf.outstanding_calls()), (1, 1));
    assert_eq!(rig.nas()[2], 0x44, "REGISTRATION REJECT");
    assert_eq!(rig.released().1.0, 2);
    // The AUSF does not answer the first: its UE is rejected, its place is free.
    rig.fail();
    assert_eq!(rig.nas()[2], 0x44);
    begin(&mut rig, GNB, 3);
    assert_eq!(rig.asked.len(), 1);
}

#[test]
fn a_flood_of_initial_messages_leaves_nothing_behind() {
    let mut rig = Rig::new();
    for n in 1..=1_000u32 {
        // A SERVICE REQUEST of nobody.
        let nas = [0x7e, 0, 0x4c, 0x10, 0, 7, 0xf4, 0, 0x41, n as u8, 2, 3, 4];
        let _ = rig.initial(GNB, n, &said(&nas));
        rig.sent.clear();
        let _ = rig.complete_release((n.into(), n));
    }
    assert_eq!((rig.amf.connection_count(), rig.amf.context_count()), (0, 0));
    assert_eq!((rig.amf.poll_timeout(), rig.asked.len()), (None, 0));
}

#[test]
fn half_open_registrations_end_by_themselves() {
    let mut rig = Rig::new();
    for n in 1..=20 {
        begin(&mut rig, GNB, n);
    }
    while let Some(asked) = rig.asked.pop_front() {
        let n = asked.json()["supiOrSuci"].as_str().unwrap()[21..]
            .parse()
            .unwrap();
        rig.asked.push_front(asked);
        rig.give(n);
    }
    // Nobody answers the challenges, and no gNB the releases.
    rig.pass(Duration::from_secs(60));
    assert_eq!((rig.amf.connection_count(), rig.amf.context_count()), (0, 0));
    assert_eq!(rig.amf.poll_timeout(), None);
}
