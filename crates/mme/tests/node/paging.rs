//! Idle UEs: paging, detach, being forgotten (TS 24.301 5.3.5, 5.5.2.3, 5.6.2; TS 29.272 5.2.1.3).

use crate::support::{ENB, Phone, Rig, imsi};
use quintet_diameter::dict::command;
use quintet_emm::network::EmmState;
use quintet_mme::{MmeEvent, Unreachable};
use quintet_nas::eps::{DetachAccept, EmmMessage};
use quintet_s1ap::{S1apPdu, UePagingId};
use quintet_sctp::AssociationId;
use std::time::Duration;

const OTHER: AssociationId = AssociationId(2);

/// A rig with one UE, idle.
fn idle() -> (Rig, Phone) {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    rig.idle((1, 7));
    (rig, phone)
}

fn pages(rig: &mut Rig, to: AssociationId, phone: &Phone) -> usize {
    let mut n = 0;
    while !rig.sent.is_empty() {
        let S1apPdu::Paging(paging) = rig.pdu(to) else {
            panic!("PAGING");
        };
        assert_eq!(
            paging.ue_paging_id,
            Some(UePagingId::STmsi(phone.guti.unwrap().s_tmsi()))
        );
        assert_eq!(
            paging.ue_identity_index_value.unwrap().0,
            (1_010_000_000_001u64 % 1024) as u16
        );
        n += 1;
    }
    n
}

fn state(rig: &Rig) -> EmmState {
    rig.mme.context(imsi(1)).unwrap().state
}

fn answer_page(rig: &mut Rig, phone: &mut Phone) {
    let request = phone.service_request();
    let _ = rig.initial_of(ENB, 9, &request, Some(phone.guti.unwrap().s_tmsi()));
}

#[test]
fn a_page_is_repeated_and_given_up() {
    let (mut rig, phone) = idle();
    rig.mme.page(rig.at(), &mut rig.node, imsi(1)).unwrap();
    rig.settle();
    assert_eq!(pages(&mut rig, ENB, &phone), 1);
    rig.mme.page(rig.at(), &mut rig.node, imsi(1)).unwrap();
    rig.settle();
    assert_eq!(pages(&mut rig, ENB, &phone), 0, "it is being paged");
    rig.pass(Duration::from_millis(1_999));
    assert_eq!(pages(&mut rig, ENB, &phone), 0);
    rig.pass(Duration::from_millis(1));
    assert_eq!(pages(&mut rig, ENB, &phone), 1);
    rig.pass(Duration::from_secs(2));
    assert_eq!(pages(&mut rig, ENB, &phone), 1);
    rig.pass(Duration::from_secs(20));
    assert_eq!(pages(&mut rig, ENB, &phone), 0);
    assert_eq!(
        rig.events
            .iter()
            .filter(|e| matches!(e, MmeEvent::PagingFailed { .. }))
            .count(),
        1
    );
    assert_eq!(state(&rig), EmmState::Registered, "T3412 decides, not a page");
}

#[test]
fn an_answered_page_is_not_repeated() {
    let (mut rig, mut phone) = idle();
    rig.mme.page(rig.at(), &mut rig.node, imsi(1)).unwrap();
    rig.settle();
    assert_eq!(pages(&mut rig, ENB, &phone), 1);
    answer_page(&mut rig, &mut phone);
    assert!(matches!(rig.pdu(ENB), S1apPdu::InitialContextSetupRequest(_)));
    let _ = rig.set_up((2, 9));
    rig.pass(Duration::from_secs(20));
    assert!(rig.sent.is_empty());
}

#[test]
fn only_enbs_of_the_tracking_areas_are_asked_and_without_one_nobody_is() {
    let (mut rig, phone) = idle();
    rig.enb(OTHER, 2);
    rig.down(ENB);
    rig.mme.page(rig.at(), &mut rig.node, imsi(1)).unwrap();
    rig.settle();
    assert_eq!(pages(&mut rig, OTHER, &phone), 1);
    rig.pass(Duration::from_secs(20));
    rig.down(OTHER);
    rig.sent.clear();
    let at = rig.at();
    assert_eq!(rig.mme.page(at, &mut rig.node, imsi(1)), Err(Unreachable::NoEnb));
    assert_eq!(
        rig.mme.page(at, &mut rig.node, imsi(5)),
        Err(Unreachable::Unknown)
    );
}

#[test]
fn a_page_for_a_detach_detaches_who_comes_even_if_it_was_paged_for_else_since() {
    let (mut rig, mut phone) = idle();
    rig.mme.detach(rig.at(), &mut rig.node, imsi(1), true).unwrap();
    rig.mme.page(rig.at(), &mut rig.node, imsi(1)).unwrap();
    rig.settle();
    assert_eq!(pages(&mut rig, ENB, &phone), 1);
    answer_page(&mut rig, &mut phone);
    // What the request began leaves first, what follows from it after it: COUNTs in order.
    assert!(matches!(rig.pdu(ENB), S1apPdu::InitialContextSetupRequest(_)));
    let nas = rig.nas();
    let plain = phone.read(&nas);
    let EmmMessage::DetachRequestFromNetwork(request) = EmmMessage::decode_downlink(&plain).unwrap().message
    else {
        panic!("DETACH REQUEST");
    };
    assert_eq!(
        request.detach_type,
        quintet_nas::eps::DetachType::RE_ATTACH_REQUIRED
    );
    let accept = phone.send(DetachAccept::new());
    let _ = rig.uplink((2, 9), &accept);
    assert_eq!(rig.released().2, quintet_s1ap::Cause::NAS_DETACH);
    assert_eq!(state(&rig), EmmState::Deregistered);
}

#[test]
fn a_ue_that_does_not_come_is_detached_all_the_same() {
    let (mut rig, phone) = idle();
    rig.mme.detach(rig.at(), &mut rig.node, imsi(1), false).unwrap();
    rig.settle();
    rig.pass(Duration::from_millis(5_999));
    assert_eq!(
        (pages(&mut rig, ENB, &phone), state(&rig)),
        (3, EmmState::Registered)
    );
    rig.pass(Duration::from_millis(1));
    assert_eq!(state(&rig), EmmState::Deregistered);
    assert_eq!(
        rig.mme.detach(rig.at(), &mut rig.node, imsi(1), false),
        Err(Unreachable::Deregistered)
    );
}

#[test]
fn a_ue_without_an_enb_is_detached_at_once() {
    let (mut rig, _) = idle();
    rig.down(ENB);
    let at = rig.at();
    assert_eq!(
        rig.mme.detach(at, &mut rig.node, imsi(1), false),
        Err(Unreachable::NoEnb)
    );
    assert_eq!(state(&rig), EmmState::Deregistered);
}

#[test]
fn a_silent_ue_is_not_paged_then_detached_then_purged() {
    let (mut rig, _) = idle();
    let config = rig.mme.config().clone();
    let reachable = config.policy.timers.t3412 + Duration::from_secs(240);
    rig.pass(reachable);
    let at = rig.at();
    assert_eq!(rig.mme.page(at, &mut rig.node, imsi(1)), Err(Unreachable::Silent));
    rig.pass(Duration::from_secs(240) - Duration::from_nanos(1));
    assert_eq!(state(&rig), EmmState::Registered);
    rig.pass(Duration::from_nanos(1));
    assert_eq!(state(&rig), EmmState::Deregistered);
    assert!(matches!(
        rig.events.last(),
        Some(MmeEvent::ImplicitlyDetached { .. })
    ));
    assert!(rig.asked.is_empty());
    rig.pass(config.purge_after);
    assert!(rig.mme.context(imsi(1)).is_none());
    let asked = rig.asked.pop_front().expect("a PUR");
    assert!(asked.is_about(command::PURGE_UE, 1));
    assert!(rig.records.is_empty());
    assert_eq!(rig.mme.poll_timeout(), None);
}

#[test]
fn a_ue_that_comes_in_time_is_not_detached() {
    let (mut rig, mut phone) = idle();
    let t3412 = rig.mme.config().policy.timers.t3412;
    rig.pass(t3412);
    answer_page(&mut rig, &mut phone);
    assert!(matches!(rig.pdu(ENB), S1apPdu::InitialContextSetupRequest(_)));
    let _ = rig.set_up((2, 9));
    rig.pass(Duration::from_secs(500));
    assert_eq!(state(&rig), EmmState::Registered);
    rig.idle((2, 9));
    rig.pass(t3412 + Duration::from_secs(479));
    assert_eq!(state(&rig), EmmState::Registered);
}
