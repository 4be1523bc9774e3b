//! The card in the ME: a challenge is answered within the call, and a UE is small.

use super::*;
use crate::demo::{Purpose, home_plmn, subscriber};
use quintet_crypto::{Amf, Kasme, Sqn};
use quintet_emm::ue::Timer;
use quintet_nas::eps::{
    AuthenticationFailure, AuthenticationRequest, AuthenticationResponse, EmmMessage, NasKsi,
};

/// What a UE may take, its card included and the heap behind both: 300,000 of them in half a GiB.
const MAX_UE_OCTETS: usize = 1_536;

fn ue(purpose: Purpose) -> (Ue, quintet_crypto::AuthenticationFunctions) {
    let demo = subscriber(purpose);
    let authentication = &demo.subscriber.authentication;
    let card = Usim::new(demo.subscriber.imsi, authentication, demo.sqn_ms).unwrap();
    let device = (
        "490154203237518".parse().unwrap(),
        "4901542032375186".parse().unwrap(),
    );
    let ue = Ue::new(
        Arc::new(Configuration::default()),
        device,
        Some(card),
        home_plmn(),
    );
    (ue, authentication.functions().unwrap())
}

fn request(functions: &quintet_crypto::AuthenticationFunctions, sqn: u64) -> Vec<u8> {
    let quintet = functions.quintet(&[7; 16], Sqn::new(sqn << 5).unwrap(), Amf([0x80, 0]));
    let autn = quintet.autn.octets().unwrap();
    EmmMessage::from(AuthenticationRequest::new(NasKsi::native(0), [7; 16], autn)).to_octets()
}

#[test]
fn a_challenge_is_answered_within_the_call() {
    let (mut ue, functions) = ue(Purpose::Milenage);
    let mut actions = Vec::new();
    let started = ue.handle(Duration::ZERO, Input::Start(Start::ATTACH), &mut actions);
    assert_eq!(started, Disposition::Handled);
    let [Action::Initial { s_tmsi: None, .. }] = &actions[..] else {
        panic!("{actions:?}")
    };
    actions.clear();
    let pdu = request(&functions, 100);
    assert_eq!(
        ue.handle(Duration::ZERO, Input::Downlink(&pdu), &mut actions),
        Disposition::Handled
    );
    let [Action::Uplink(nas)] = &actions[..] else {
        panic!("{actions:?}")
    };
    let (response, _) = AuthenticationResponse::decode(nas).unwrap();
    let quintet = functions.quintet(&[7; 16], Sqn::new(100 << 5).unwrap(), Amf([0x80, 0]));
    assert_eq!(response.authentication_response_parameter, quintet.xres.octets());
    assert_eq!(ue.card().unwrap().sqn_ms().value(), 100 << 5);
}

#[test]
fn another_card_does_not_know_this_network() {
    let (mut ue, _) = self::ue(Purpose::Milenage);
    let (_, functions) = self::ue(Purpose::Tuak);
    let mut actions = Vec::new();
    let started = ue.handle(Duration::ZERO, Input::Start(Start::ATTACH), &mut actions);
    assert_eq!(started, Disposition::Handled);
    actions.clear();
    let disposition = ue.handle(
        Duration::ZERO,
        Input::Downlink(&request(&functions, 100)),
        &mut actions,
    );
    assert_eq!(disposition, Disposition::Handled);
    let [Action::Uplink(nas), Action::Event(Event::AuthenticationFailed(_))] = &actions[..] else {
        panic!("{actions:?}")
    };
    assert!(AuthenticationFailure::decode(nas).is_ok());
    assert_eq!(
        ue.poll_timeout(),
        Some(Duration::from_secs(20)),
        "{:?}",
        Timer::T3418
    );
}

#[test]
fn a_ue_takes_little() {
    let context =
        size_of::<NasKsi>() + size_of::<Kasme>() + size_of::<quintet_nas::security::NasSecurityContext>();
    let (ue, card) = (size_of::<Ue>(), size_of::<Usim>());
    let octets = ue + card + context;
    assert!(
        octets <= MAX_UE_OCTETS,
        "{octets} = {ue} + card {card} + context {context}"
    );
}
