//! The HSS's requests, and what becomes of its answers (TS 29.272 5.2, Annex A).

use crate::support::{ENB, Phone, Rig, imsi};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};
use quintet_emm::network::EmmState;
use quintet_mme::s6a::{AnswerOutcome, outcome};
use quintet_nas::eps::{DetachAccept, EmmMessage};
use quintet_s1ap::{Cause, S1apPdu};
use std::time::Duration;

fn attached() -> (Rig, Phone) {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    (rig, phone)
}

fn result(answer: &[u8]) -> AnswerOutcome {
    outcome(&Message::decode(answer).unwrap())
}

fn withdrawal(w: &mut MessageWriter<'_>) {
    w.u32(avp::CANCELLATION_TYPE, 2);
}

fn detach_cause(rig: &mut Rig, phone: &mut Phone) -> Option<u8> {
    let nas = rig.nas();
    let plain = phone.read(&nas);
    let EmmMessage::DetachRequestFromNetwork(request) = EmmMessage::decode_downlink(&plain).unwrap().message
    else {
        panic!("DETACH REQUEST");
    };
    request.emm_cause.map(|cause| cause.0)
}

fn registered(rig: &Rig) -> bool {
    rig.mme
        .context(imsi(1))
        .is_some_and(|context| context.state == EmmState::Registered)
}

fn status(w: &mut MessageWriter<'_>, value: u32) {
    w.group(avp::SUBSCRIPTION_DATA, |w| w.u32(avp::SUBSCRIBER_STATUS, value));
}

#[test]
fn a_withdrawn_subscription_detaches_a_connected_ue() {
    let (mut rig, mut phone) = attached();
    assert_eq!(
        result(&rig.demand(command::CANCEL_LOCATION, 1, withdrawal)),
        AnswerOutcome::SUCCESS
    );
    assert_eq!(detach_cause(&mut rig, &mut phone), Some(7));
    assert!(registered(&rig), "until it has answered");
    let accept = phone.send(DetachAccept::new());
    let _ = rig.uplink((1, 7), &accept);
    assert_eq!(rig.released().2, Cause::NAS_DETACH);
    assert!(!registered(&rig));
}

#[test]
fn a_withdrawn_subscription_pages_an_idle_ue() {
    let (mut rig, _) = attached();
    rig.idle((1, 7));
    rig.demand(command::CANCEL_LOCATION, 1, withdrawal);
    assert!(matches!(rig.pdu(ENB), S1apPdu::Paging(_)));
    rig.pass(Duration::from_secs(6));
    assert!(!registered(&rig));
}

#[test]
fn a_ue_that_went_to_another_mme_is_forgotten() {
    let (mut rig, _) = attached();
    rig.demand(command::CANCEL_LOCATION, 1, |w| w.u32(avp::CANCELLATION_TYPE, 0));
    assert_eq!(rig.released().2, Cause::NAS_NORMAL_RELEASE);
    assert_eq!((rig.mme.context_count(), rig.mme.connection_count()), (0, 1));
    let _ = rig.complete_release((1, 7));
    assert!(rig.asked.is_empty(), "no PUR: the HSS knows better");
    let again = rig.demand(command::CANCEL_LOCATION, 1, |w| w.u32(avp::CANCELLATION_TYPE, 0));
    assert_eq!(result(&again), AnswerOutcome::SUCCESS);
}

#[test]
fn inserted_data_change_the_rate_and_bar() {
    let (mut rig, mut phone) = attached();
    let before = rig
        .mme
        .context(imsi(1))
        .unwrap()
        .registration
        .clone()
        .unwrap()
        .ambr;
    assert_eq!(before, (10_000_000, 20_000_000), "the APN's");
    let insert = |up: u32, down: u32| {
        move |w: &mut MessageWriter<'_>| {
            w.group(avp::SUBSCRIPTION_DATA, |w| {
                w.group(avp::AMBR, |w| {
                    w.u32(avp::MAX_REQUESTED_BANDWIDTH_UL, up);
                    w.u32(avp::MAX_REQUESTED_BANDWIDTH_DL, down);
                });
            });
        }
    };
    let ambr = |rig: &Rig| {
        rig.mme
            .context(imsi(1))
            .unwrap()
            .registration
            .clone()
            .unwrap()
            .ambr
    };
    rig.demand(command::INSERT_SUBSCRIBER_DATA, 1, insert(5_000, 6_000));
    assert_eq!(ambr(&rig), (5_000, 6_000));
    rig.demand(command::INSERT_SUBSCRIBER_DATA, 1, |w| status(w, 1));
    assert_eq!(detach_cause(&mut rig, &mut phone), Some(7));
    let unknown = rig.demand(command::INSERT_SUBSCRIBER_DATA, 9, |w| status(w, 0));
    assert_eq!(result(&unknown), AnswerOutcome::experimental(5001));
}

#[test]
fn a_rate_above_that_of_the_apn_is_not_given() {
    let (mut rig, _) = attached();
    rig.demand(command::INSERT_SUBSCRIBER_DATA, 1, |w| {
        w.group(avp::SUBSCRIPTION_DATA, |w| {
            w.group(avp::AMBR, |w| {
                w.u32(avp::MAX_REQUESTED_BANDWIDTH_UL, 90_000_000);
                w.u32(avp::MAX_REQUESTED_BANDWIDTH_DL, 90_000_000);
            });
        });
    });
    let registration = rig.mme.context(imsi(1)).unwrap().registration.clone().unwrap();
    assert_eq!(registration.ambr, (10_000_000, 20_000_000));
}

#[test]
fn e_utran_that_is_restricted_by_inserted_data_detaches() {
    let (mut rig, mut phone) = attached();
    rig.demand(command::INSERT_SUBSCRIBER_DATA, 1, |w| {
        w.group(avp::SUBSCRIPTION_DATA, |w| {
            w.u32(avp::ACCESS_RESTRICTION_DATA, 1 << 4)
        });
    });
    assert_eq!(detach_cause(&mut rig, &mut phone), Some(15));
}

#[test]
fn the_state_that_is_asked_for_is_the_real_one() {
    let (mut rig, _) = attached();
    let state = |rig: &mut Rig| {
        let answer = rig.demand(command::INSERT_SUBSCRIBER_DATA, 1, |w| {
            w.u32(avp::IDR_FLAGS, 1 << 2 | 1 << 3);
            w.group(avp::SUBSCRIPTION_DATA, |_| ());
        });
        let answer = Message::decode(&answer).unwrap();
        let inner = answer.find(avp::EPS_USER_STATE).map(|state| {
            let of_mme = state.group().find(avp::MME_USER_STATE).unwrap();
            of_mme.group().find(avp::USER_STATE).unwrap().u32().unwrap()
        });
        inner.expect("a state")
    };
    assert_eq!(state(&mut rig), 4, "CONNECTED_REACHABLE_FOR_PAGING");
    rig.idle((1, 7));
    assert_eq!(state(&mut rig), 2, "ATTACHED_REACHABLE_FOR_PAGING");
    rig.down(ENB);
    let at = rig.at();
    let _ = rig.mme.detach(at, &mut rig.node, imsi(1), false);
    assert_eq!(state(&mut rig), 0, "DETACHED");
}

#[test]
fn deleted_data_are_confirmed_of_who_is_known_and_without_any_apn_a_ue_is_detached() {
    let (mut rig, mut phone) = attached();
    let delete = |flags: u32| move |w: &mut MessageWriter<'_>| w.u32(avp::DSR_FLAGS, flags);
    let known = rig.demand(command::DELETE_SUBSCRIBER_DATA, 1, delete(1 << 0));
    assert_eq!(result(&known), AnswerOutcome::SUCCESS);
    assert!(rig.sent.is_empty());
    let unknown = rig.demand(command::DELETE_SUBSCRIBER_DATA, 9, delete(1 << 0));
    assert_eq!(result(&unknown), AnswerOutcome::experimental(5001));
    rig.demand(command::DELETE_SUBSCRIBER_DATA, 1, delete(1 << 1));
    detach_cause(&mut rig, &mut phone);
}

#[test]
fn after_a_reset_a_location_is_told_again_at_the_next_contact() {
    let (mut rig, mut phone) = attached();
    rig.idle((1, 7));
    let mut ids = 7;
    let mut come = |rig: &mut Rig| {
        ids += 1;
        let request = phone.service_request();
        let _ = rig.initial_of(ENB, ids, &request, Some(phone.guti.unwrap().s_tmsi()));
        rig.sent.clear();
        let _ = rig.complete_release((ids - 6, ids));
        rig.asked.len()
    };
    assert_eq!(come(&mut rig), 0);
    // Of others: nothing.
    rig.demand(command::RESET, 0, |w| w.text(avp::USER_ID, "99970"));
    assert_eq!(come(&mut rig), 0);
    rig.demand(command::RESET, 0, |w| w.text(avp::USER_ID, "00101"));
    assert_eq!(come(&mut rig), 1);
    // Refused: it is told once more; taken: no more.
    rig.refuse(5423);
    assert_eq!(come(&mut rig), 1);
    rig.give_location(1);
    assert_eq!(come(&mut rig), 0);
    rig.demand(command::RESET, 0, |_| ());
    assert_eq!(come(&mut rig), 1);
}

#[test]
fn every_refusal_is_told_to_the_ue_as_annex_a_says() {
    // Result of the HSS, EMM cause of ATTACH REJECT.
    for (experimental, cause) in [(5001, 8), (5420, 15), (5421, 15), (5004, 11), (4181, 17)] {
        let mut rig = Rig::new();
        let _ = rig.initial(ENB, 7, &Phone::new(1).attach_by_imsi());
        rig.refuse(experimental);
        let reject = rig.nas();
        assert_eq!((reject[1], reject[2]), (0x44, cause), "{experimental}");
        assert_eq!(rig.released().2, Cause::NAS_NORMAL_RELEASE);
    }
}

#[test]
fn an_answer_to_a_ue_that_is_gone_finds_nobody() {
    let mut rig = Rig::new();
    let _ = rig.initial(ENB, 7, &Phone::new(1).attach_by_imsi());
    rig.down(ENB);
    rig.enb(ENB, 1);
    let _ = rig.initial(ENB, 7, &Phone::new(2).attach_by_imsi());
    rig.give_vector(1);
    assert!(rig.sent.is_empty());
    assert_eq!(rig.mme.connection_count(), 1);
    rig.give_vector(2);
    assert_eq!(rig.nas()[3..19], [2; 16]);
}
