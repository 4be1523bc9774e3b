//! What changes behind a UE's back: its subscription, and whose place its context has (TS 23.502 4.2.4.2, TS 29.503 5.2.2.5).

use crate::sbi::{deregistration, up_to, up_to_from};
use crate::sessions;
use crate::support::{GNB, Phone, Rig, UPLINK, am_data, config, supi};
use quintet_fgmm::network::FgmmState;
use quintet_fgmm::ue::{Input, Start};
use quintet_identity::SNssai;
use quintet_ngap::NgapPdu;
use quintet_sbi::nudm::sdm::{ModificationNotification, NotifyItem};
use quintet_sbi::ts29571::Snssai;
use quintet_sbi::{Method, Request, Response};

/// The UDM tells that the data of the n-th subscriber changed.
pub(crate) fn changed(rig: &mut Rig, n: u32) {
    let notification = ModificationNotification {
        notify_items: vec![NotifyItem {
            resource_id: format!("/nudm-sdm/v2/{}/am-data", supi(n)),
            changes: Vec::new(),
        }],
        subscription_id: None,
    };
    let request = Request::json(Method::Post, rig.callback(n, "sdm-notify"), &notification);
    assert_eq!(rig.demand(&request).status, 204);
}

/// Access and mobility data with these slices, all of them defaults.
fn with_slices(ssts: &[u8]) -> Response {
    let mut data = am_data(UPLINK);
    let slices = ssts.iter().map(|sst| Snssai { sst: *sst, sd: None });
    data.nssai.as_mut().expect("slices").default_single_nssais = slices.collect();
    Response::json(200, &data)
}

fn allowed(rig: &Rig) -> Vec<u8> {
    let context = rig.amf.context(&supi(1)).expect("a context");
    let registration = context.registration.as_ref().expect("registered");
    registration.allowed.iter().map(|slice| slice.sst()).collect()
}

#[test]
fn a_slice_that_is_not_subscribed_any_more_is_not_allowed_any_more() {
    let mut config = config();
    config.policy.slices = vec![SNssai::EMBB, SNssai::new(2)];
    let mut rig = Rig::with(config);
    let mut phone = Phone::new(1);
    let _ = rig.initial(GNB, 7, &phone.begin(Start::REGISTER));
    let asked = up_to(&mut rig, &mut phone, "/am-data");
    rig.answer(&asked, Ok(with_slices(&[1, 2])));
    rig.talk((1, 7), &mut phone);
    rig.sent.clear();
    rig.idle((1, 7), &mut phone);
    assert_eq!(allowed(&rig), [1, 2]);
    changed(&mut rig, 1);
    let asked = rig.asked(Method::Get, "/am-data");
    rig.answer(&asked, Ok(with_slices(&[2])));
    assert_eq!(allowed(&rig), [2]);
    assert!(matches!(rig.pdu(GNB), NgapPdu::Paging(_)), "the UE is told");
    // Data that say nothing of slices take none away.
    changed(&mut rig, 1);
    let asked = rig.asked(Method::Get, "/am-data");
    let mut silent = am_data(UPLINK);
    silent.nssai = None;
    rig.answer(&asked, Ok(Response::json(200, &silent)));
    assert_eq!(allowed(&rig), [2]);
    // Nothing is left: it is told to go when it comes.
    changed(&mut rig, 1);
    let asked = rig.asked(Method::Get, "/am-data");
    rig.answer(&asked, Ok(with_slices(&[1])));
    rig.sent.clear();
    phone.happen(Input::Paged);
    let _ = rig.initial(GNB, 9, &phone.begin(Start::SERVICE));
    rig.talk((2, 9), &mut phone);
    assert_eq!(rig.amf.context(&supi(1)).unwrap().state, FgmmState::Deregistered);
}

#[test]
fn what_the_udm_says_late_is_not_of_the_next_ue_in_the_same_place() {
    let mut rig = Rig::new();
    rig.register_and_idle((1, 7), &mut Phone::new(1));
    changed(&mut rig, 1);
    let late = rig.asked(Method::Get, "/am-data");
    let gone = deregistration(&rig, 1, "UE_INITIAL_REGISTRATION");
    assert_eq!(rig.demand(&gone).status, 204);
    rig.register_and_idle((2, 8), &mut Phone::new(2));
    assert_eq!(rig.records.keys().collect::<Vec<_>>(), [&0], "the same place");
    rig.answer(&late, Ok(Response::json(200, &am_data(7))));
    let second = rig.amf.context(&supi(2)).expect("a context");
    assert_eq!(second.state, FgmmState::Registered);
    let ambr = second.registration.as_ref().and_then(|r| r.ambr);
    assert_eq!(ambr.map(|ambr| ambr.uplink), Some(UPLINK));
}

#[test]
fn what_an_smf_makes_late_for_a_ue_that_left_is_released() {
    let (mut rig, _, asked) = sessions::asked();
    let gone = deregistration(&rig, 1, "UE_INITIAL_REGISTRATION");
    assert_eq!(rig.demand(&gone).status, 204);
    rig.asked.clear();
    sessions::created(&mut rig, &asked);
    rig.asked(Method::Post, "/nsmf-pdusession/v1/sm-contexts/77/release");
}

#[test]
fn changes_that_come_in_a_row_are_read_once_more_and_no_more() {
    let mut rig = Rig::new();
    rig.register_and_idle((1, 7), &mut Phone::new(1));
    for _ in 0..5 {
        changed(&mut rig, 1);
    }
    assert_eq!(rig.asked.len(), 1, "one call at a time");
    let first = rig.asked(Method::Get, "/am-data");
    rig.answer(&first, Ok(Response::json(200, &am_data(6))));
    let second = rig.asked(Method::Get, "/am-data");
    rig.answer(&second, Ok(Response::json(200, &am_data(7))));
    assert!(rig.asked.is_empty());
    let registration = rig.amf.context(&supi(1)).unwrap().registration.clone();
    assert_eq!(registration.unwrap().ambr.unwrap().uplink, 7);
}

#[test]
fn who_is_refused_after_the_udm_took_it_is_not_kept_there() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    let _ = rig.initial(GNB, 7, &phone.begin(Start::REGISTER));
    let asked = up_to(&mut rig, &mut phone, "/am-data");
    rig.answer(&asked, Ok(with_slices(&[9])));
    assert!(!phone.ue.is_registered());
    let purge = rig.asked(Method::Patch, "/registrations/amf-3gpp-access");
    assert_eq!(purge.json()["purgeFlag"], true);
    assert!(rig.asked.is_empty(), "{:?}", rig.asked);
}

#[test]
fn a_session_that_is_being_made_ends_with_a_registration_anew() {
    let (mut rig, mut phone, asked) = sessions::asked();
    rig.asked.clear();
    rig.down(GNB);
    rig.gnb(GNB, 1);
    // The same subscriber, from the start.
    phone.ue = Phone::new(1).ue;
    let _ = rig.initial(GNB, 8, &phone.begin(Start::REGISTER));
    let put = up_to_from(&mut rig, &mut phone, (2, 8), "/registrations/");
    rig.asked.push_front(put);
    let before = rig.asked.len();
    sessions::created(&mut rig, &asked);
    let release = rig.asked.remove(before).expect("a call");
    assert!(release.is(Method::Post, "/sm-contexts/77/release"), "{release:?}");
}
