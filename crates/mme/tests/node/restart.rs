//! What is kept over a restart, in which order.

use crate::support::{ENB, Phone, Rig, config, imsi};
use quintet_diameter::dict::command;
use quintet_emm::network::EmmState;
use quintet_emm::network::durable::Stop;
use quintet_identity::Gummei;
use quintet_mme::Mme;
use quintet_s1ap::S1apPdu;

fn restarted(stop: Stop) -> (Rig, Phone) {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    rig.idle((1, 7));
    rig.restart(stop);
    assert_eq!(rig.mme.context(imsi(1)).unwrap().state, EmmState::Registered);
    let request = phone.service_request();
    let _ = rig.initial_of(ENB, 9, &request, Some(phone.guti.unwrap().s_tmsi()));
    (rig, phone)
}

#[test]
fn after_a_clean_stop_a_ue_goes_on_under_its_context() {
    let (mut rig, _) = restarted(Stop::Clean);
    assert!(matches!(rig.pdu(ENB), S1apPdu::InitialContextSetupRequest(_)));
    assert!(
        rig.asked
            .iter()
            .all(|asked| asked.code != command::AUTHENTICATION_INFORMATION)
    );
}

#[test]
fn after_a_crash_a_ue_is_authenticated_anew() {
    let (mut rig, mut phone) = restarted(Stop::Unclean);
    let air = rig
        .asked
        .iter()
        .position(|a| a.is_about(command::AUTHENTICATION_INFORMATION, 1));
    let air = rig.asked.remove(air.expect("an AIR")).unwrap();
    assert!(rig.sent.is_empty());
    rig.asked.clear();
    rig.asked.push_back(air);
    rig.secure((1, 9), &mut phone);
    assert!(matches!(rig.pdu(ENB), S1apPdu::InitialContextSetupRequest(_)));
}

#[test]
fn the_hss_is_told_the_location_again_after_a_restart_and_once() {
    let (mut rig, mut phone) = restarted(Stop::Clean);
    rig.give_location(1);
    rig.sent.clear();
    let _ = rig.set_up((1, 9));
    rig.idle((1, 9));
    let request = phone.service_request();
    let _ = rig.initial_of(ENB, 9, &request, Some(phone.guti.unwrap().s_tmsi()));
    assert!(rig.asked.is_empty());
}

#[test]
fn a_record_that_contradicts_another_or_is_of_another_mme_is_refused() {
    let mut rig = Rig::new();
    rig.attach((1, 7), &mut Phone::new(1));
    rig.attach((2, 8), &mut Phone::new(2));
    let record = |n: u32| rig.records[&n].clone();
    let (first, second) = (record(0), record(1));
    let at = rig.at();
    let mut mme = Mme::new(config(), [9; 32]);
    // A gap before it; then its place, its IMSI and its GUTI are taken.
    mme.restore(at, 5, &first, Stop::Clean).unwrap();
    assert!(mme.restore(at, 5, &second, Stop::Clean).is_err());
    assert!(mme.restore(at, 6, &first, Stop::Clean).is_err());
    mme.restore(at, 2, &second, Stop::Clean).unwrap();
    assert_eq!(mme.context_count(), 2);
    assert!(mme.restore(at, 7, &first[..20], Stop::Clean).is_err());
    let mut other = config();
    other.gummei = Gummei {
        mme_code: 2,
        ..other.gummei
    };
    let mut mme = Mme::new(other, [9; 32]);
    assert!(
        mme.restore(at, 0, &first, Stop::Clean)
            .unwrap_err()
            .contains("another MME")
    );
    let mut small = config();
    small.limits.contexts = 5;
    let mut mme = Mme::new(small, [9; 32]);
    assert!(mme.restore(at, 5, &first, Stop::Clean).is_err());
    assert_eq!(mme.context_count(), 0);
}

#[test]
fn a_place_in_a_gap_is_used_and_its_record_is_the_new_ones() {
    let mut rig = Rig::new();
    rig.attach((1, 7), &mut Phone::new(1));
    let cancel = |w: &mut quintet_diameter::MessageWriter<'_>| {
        w.u32(quintet_diameter::dict::avp::CANCELLATION_TYPE, 0);
    };
    rig.demand(command::CANCEL_LOCATION, 1, cancel);
    assert!(rig.records.is_empty(), "forgotten durably");
    rig.sent.clear();
    let _ = rig.complete_release((1, 7));
    rig.attach((2, 8), &mut Phone::new(2));
    assert_eq!(rig.records.keys().collect::<Vec<_>>(), [&0]);
    rig.restart(Stop::Clean);
    assert!(rig.mme.context(imsi(2)).is_some() && rig.mme.context(imsi(1)).is_none());
}
