//! Idle UEs: paging, deregistration, being forgotten (TS 24.501 5.3.7, 5.5.2.3, 5.6.2; TS 23.502 4.5.3).

use crate::support::{GNB, Phone, Rig, supi};
use quintet_amf::{AmfEvent, Unreachable};
use quintet_fgmm::network::{ConfigurationChange, FgmmState};
use quintet_fgmm::ue::{Departure, Event, Start};
use quintet_ngap::NgapPdu;
use quintet_sbi::Method;
use quintet_sctp::AssociationId;
use std::time::Duration;

const OTHER: AssociationId = AssociationId(2);

/// A rig with one UE, idle.
fn idle() -> (Rig, Phone) {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    (rig, phone)
}

fn pages(rig: &mut Rig, to: AssociationId, phone: &Phone) -> usize {
    let mut n = 0;
    while !rig.sent.is_empty() {
        let NgapPdu::Paging(paging) = rig.pdu(to) else {
            panic!("PAGING");
        };
        assert_eq!(paging.ue_paging_identity, Some(phone.guti().s_tmsi()));
        assert_eq!(paging.tai_list_for_paging.map(|areas| areas.len()), Some(2));
        n += 1;
    }
    n
}

fn state(rig: &Rig) -> FgmmState {
    rig.amf.context(&supi(1)).unwrap().state
}

fn page(rig: &mut Rig) -> Result<(), Unreachable> {
    let at = rig.at();
    let paged = rig.amf.page(at, &supi(1));
    rig.settle();
    paged
}

fn deregister(rig: &mut Rig, reregister: bool) -> Result<(), Unreachable> {
    let at = rig.at();
    let done = rig.amf.deregister(at, &supi(1), reregister);
    rig.settle();
    done
}

fn come(rig: &mut Rig, phone: &mut Phone) {
    let said = phone.begin(Start::SERVICE);
    let _ = rig.initial(GNB, 9, &said);
}

#[test]
fn a_page_is_repeated_and_given_up() {
    let (mut rig, phone) = idle();
    page(&mut rig).unwrap();
    assert_eq!(pages(&mut rig, GNB, &phone), 1);
    page(&mut rig).unwrap();
    assert_eq!(pages(&mut rig, GNB, &phone), 0, "it is being paged");
    rig.pass(Duration::from_millis(1_999));
    assert_eq!(pages(&mut rig, GNB, &phone), 0);
    rig.pass(Duration::from_millis(1));
    assert_eq!(pages(&mut rig, GNB, &phone), 1);
    rig.pass(Duration::from_secs(2));
    assert_eq!(pages(&mut rig, GNB, &phone), 1);
    rig.pass(Duration::from_secs(20));
    assert_eq!(pages(&mut rig, GNB, &phone), 0);
    let failed = |e: &&AmfEvent| matches!(e, AmfEvent::PagingFailed { .. });
    assert_eq!(rig.events.iter().filter(failed).count(), 1);
    assert_eq!(state(&rig), FgmmState::Registered, "T3512 decides, not a page");
}

#[test]
fn an_answered_page_is_not_repeated() {
    let (mut rig, mut phone) = idle();
    page(&mut rig).unwrap();
    assert_eq!(pages(&mut rig, GNB, &phone), 1);
    come(&mut rig, &mut phone);
    rig.talk((2, 9), &mut phone);
    rig.sent.clear();
    rig.pass(Duration::from_secs(8));
    while !rig.sent.is_empty() {
        assert!(!matches!(rig.pdu(GNB), NgapPdu::Paging(_)));
    }
}

#[test]
fn only_gnbs_of_the_tracking_areas_are_asked_and_without_one_nobody_is() {
    let (mut rig, phone) = idle();
    rig.gnb(OTHER, 2);
    rig.down(GNB);
    page(&mut rig).unwrap();
    assert_eq!(pages(&mut rig, OTHER, &phone), 1);
    rig.pass(Duration::from_secs(20));
    rig.down(OTHER);
    rig.sent.clear();
    assert_eq!(page(&mut rig), Err(Unreachable::NoGnb));
    let at = rig.at();
    assert_eq!(rig.amf.page(at, &supi(5)), Err(Unreachable::Unknown));
}

#[test]
fn a_page_for_a_deregistration_deregisters_who_comes_even_if_it_was_paged_for_else_since() {
    let (mut rig, mut phone) = idle();
    deregister(&mut rig, false).unwrap();
    page(&mut rig).unwrap();
    assert_eq!(pages(&mut rig, GNB, &phone), 1);
    come(&mut rig, &mut phone);
    rig.talk((2, 9), &mut phone);
    let by_network = |e: &Event| {
        matches!(
            e,
            Event::Deregistered(Departure::ByNetwork {
                reregister: false,
                ..
            })
        )
    };
    assert!(phone.events.iter().any(by_network), "{:?}", phone.events);
    assert_eq!(state(&rig), FgmmState::Deregistered);
}

#[test]
fn a_page_for_a_change_tells_it() {
    let (mut rig, mut phone) = idle();
    let before = phone.guti();
    let at = rig.at();
    let change = ConfigurationChange {
        guti: true,
        ..ConfigurationChange::default()
    };
    rig.amf.update_configuration(at, &supi(1), change).unwrap();
    rig.settle();
    assert_eq!(pages(&mut rig, GNB, &phone), 1);
    come(&mut rig, &mut phone);
    rig.talk((2, 9), &mut phone);
    let updated = |e: &Event| matches!(e, Event::ConfigurationUpdated { .. });
    assert!(phone.events.iter().any(updated), "{:?}", phone.events);
    assert_ne!(phone.guti(), before);
    assert_eq!(rig.amf.context(&supi(1)).unwrap().guti, phone.guti());
}

#[test]
fn a_ue_that_does_not_come_is_deregistered_all_the_same_and_its_home_told() {
    let (mut rig, phone) = idle();
    deregister(&mut rig, false).unwrap();
    rig.pass(Duration::from_millis(5_999));
    assert_eq!(
        (pages(&mut rig, GNB, &phone), state(&rig)),
        (3, FgmmState::Registered)
    );
    assert!(rig.asked.is_empty());
    rig.pass(Duration::from_millis(1));
    assert_eq!(state(&rig), FgmmState::Deregistered);
    rig.asked(Method::Delete, "/sdm-subscriptions/");
    rig.asked(Method::Patch, "/registrations/amf-3gpp-access");
    assert_eq!(deregister(&mut rig, false), Err(Unreachable::Deregistered));
}

#[test]
fn a_ue_without_a_gnb_is_deregistered_at_once() {
    let (mut rig, _) = idle();
    rig.down(GNB);
    assert_eq!(deregister(&mut rig, false), Err(Unreachable::NoGnb));
    assert_eq!(state(&rig), FgmmState::Deregistered);
}

#[test]
fn a_silent_ue_is_not_paged_then_deregistered_then_forgotten() {
    let (mut rig, _) = idle();
    let config = rig.amf.config().clone();
    rig.pass(config.policy.timers.t3512 + Duration::from_secs(240));
    assert_eq!(page(&mut rig), Err(Unreachable::Silent));
    rig.pass(Duration::from_secs(240) - Duration::from_nanos(1));
    assert_eq!(state(&rig), FgmmState::Registered);
    rig.pass(Duration::from_nanos(1));
    assert_eq!(state(&rig), FgmmState::Deregistered);
    assert!(matches!(
        rig.events.last(),
        Some(AmfEvent::ImplicitlyDeregistered { .. })
    ));
    rig.asked(Method::Delete, "/sdm-subscriptions/");
    rig.asked(Method::Patch, "/registrations/amf-3gpp-access");
    rig.pass(config.purge_after);
    assert!(rig.amf.context(&supi(1)).is_none());
    assert!(rig.records.is_empty() && rig.asked.is_empty());
    assert_eq!(rig.amf.poll_timeout(), None);
}
