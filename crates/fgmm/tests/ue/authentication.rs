//! 5G AKA as the UE sees it (TS 24.501 5.4.1.3).

use crate::network::*;
use quintet_crypto::Amf;
use quintet_crypto::fgs::{ResStar, ServingNetworkName};
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{
    Abandonment, Event, Input, Procedure, RegistrationIdentity, Start, Timer, UpdateStatus,
};
use quintet_nas::fgs::*;

/// The AUTHENTICATION FAILURE that the UE sends.
fn failure(rig: &mut Rig, header_type: u8) -> (FgmmCause, Option<[u8; 14]>) {
    let plain = rig.pop_type(header_type, AuthenticationFailure::MESSAGE_TYPE);
    let (failure, _) = AuthenticationFailure::decode(&plain).expect("AUTHENTICATION FAILURE");
    (failure.fgmm_cause, failure.authentication_failure_parameter)
}

fn abandoned(why: Abandonment) -> Event {
    Event::Abandoned {
        procedure: Procedure::Registration,
        why,
        attempt: 1,
    }
}

fn res_star(rig: &mut Rig) -> [u8; 16] {
    let plain = rig.pop_type(0, AuthenticationResponse::MESSAGE_TYPE);
    let (response, _) = AuthenticationResponse::decode(&plain).unwrap();
    assert!(response.eap_message.is_none());
    response.authentication_response_parameter.expect("RES*")
}

fn xres_star(rig: &Rig, name: &ServingNetworkName) -> ResStar {
    let quintet = rig.quintet.as_ref().expect("a vector");
    ResStar::derive(&quintet.ck, &quintet.ik, name, &quintet.rand, &quintet.xres).unwrap()
}

#[test]
fn a_genuine_challenge_is_answered_with_res_star() {
    let mut rig = Rig::registering();
    let request = rig.challenge(3, FGS);
    assert_eq!(rig.down_plain(request), Disposition::Handled);
    assert_eq!(res_star(&mut rig), *xres_star(&rig, &network_name()).expose());
    rig.quiet();
}

#[test]
fn a_ue_that_believes_to_be_elsewhere_has_another_res_star() {
    let elsewhere = ServingNetworkName::of_plmn(&[0x99, 0xf9, 0x99]).unwrap();
    let mut configuration = configuration();
    configuration.serving_network_name = Some(elsewhere);
    let mut rig = Rig::with(configuration, identity()).began();
    let request = rig.challenge(3, FGS);
    assert_eq!(rig.down_plain(request), Disposition::Handled);
    let res_star = res_star(&mut rig);
    assert_ne!(res_star, *xres_star(&rig, &network_name()).expose());
    assert_eq!(res_star, *xres_star(&rig, &elsewhere).expose());
}

#[test]
fn a_false_mac_is_20_and_three_failures_bar_the_cell() {
    let mut rig = Rig::registering();
    for round in 1..=3 {
        let mut request = rig.challenge(0, FGS);
        if let Some(autn) = &mut request.authentication_parameter_autn {
            autn[15] ^= 1;
        }
        assert_eq!(rig.down_plain(request), Disposition::Handled);
        assert_eq!(
            failure(&mut rig, 0),
            (FgmmCause::MAC_FAILURE, None),
            "round {round}"
        );
        let mut expected = vec![Event::AuthenticationFailed(FgmmCause::MAC_FAILURE)];
        if round == 3 {
            expected.push(Event::NetworkNotGenuine);
            expected.push(abandoned(Abandonment::ConnectionLost));
        }
        assert_eq!(rig.events(), expected, "round {round}");
    }
    assert_eq!(rig.releases, 1);
    assert_eq!(rig.expire(), value(Timer::T3511), "and another attempt");
    rig.pop_type(0, RegistrationRequest::MESSAGE_TYPE);
}

#[test]
fn silence_after_a_failure_bars_the_cell_too() {
    for cause in [FgmmCause::MAC_FAILURE, FgmmCause::SYNCH_FAILURE] {
        let mut rig = Rig::registering();
        let mut request = rig.challenge(0, FGS);
        if cause == FgmmCause::MAC_FAILURE {
            if let Some(autn) = &mut request.authentication_parameter_autn {
                autn[15] ^= 1;
            }
        } else {
            rig.authenticate(0);
        }
        assert_eq!(rig.down_plain(request), Disposition::Handled);
        assert_eq!(failure(&mut rig, 0).0, cause);
        rig.events.clear();
        assert_eq!(rig.expire(), value(Timer::T3520), "T3510 and T3516 were stopped");
        assert_eq!(
            rig.events(),
            [Event::NetworkNotGenuine, abandoned(Abandonment::ConnectionLost)]
        );
    }
}

#[test]
fn a_used_sqn_is_21_with_auts() {
    let mut rig = Rig::registering();
    let old = rig.challenge(0, FGS);
    rig.authenticate(1);
    assert_eq!(rig.down_plain(old), Disposition::Handled);
    let (cause, auts) = failure(&mut rig, 0);
    assert_eq!(cause, FgmmCause::SYNCH_FAILURE);
    assert!(auts.is_some());
    // With a fresh one all is well, and T3510 runs again.
    rig.secure(1);
    rig.accept(7);
}

#[test]
fn a_clear_separation_bit_is_26_and_costs_no_sqn() {
    let mut rig = Rig::registering();
    let request = rig.challenge(0, Amf([0, 0]));
    assert_eq!(rig.down_plain(request), Disposition::Handled);
    let unacceptable = FgmmCause::NON_5G_AUTHENTICATION_UNACCEPTABLE;
    assert_eq!(failure(&mut rig, 0), (unacceptable, None));
    rig.seq -= 1;
    rig.authenticate(0);
}

#[test]
fn an_ng_ksi_in_use_is_71_and_costs_no_sqn() {
    let mut rig = Rig::registered();
    let request = rig.challenge(1, FGS);
    assert_eq!(rig.down(request), Disposition::Handled);
    let in_use = FgmmCause::NG_KSI_ALREADY_IN_USE;
    assert_eq!(failure(&mut rig, 2), (in_use, None));
    assert_eq!(rig.events(), [Event::AuthenticationFailed(in_use)]);
    rig.seq -= 1;
    rig.authenticate(2);
    // Also of a UE that has not told of its context.
    let mut rig = Rig::idle();
    rig.nas = None;
    rig.start(Start::Register {
        registration_type: RegistrationType::INITIAL_REGISTRATION,
        identity: RegistrationIdentity::SuciWithoutContext,
    });
    let plain = rig.pop_type(0, RegistrationRequest::MESSAGE_TYPE);
    let (request, _) = RegistrationRequest::decode(&plain).unwrap();
    assert_eq!(request.ng_ksi, NasKsi::NO_KEY_AVAILABLE);
    let request = rig.challenge(1, FGS);
    assert_eq!(rig.down_plain(request), Disposition::Handled);
    assert_eq!(failure(&mut rig, 0), (in_use, None));
    rig.secure(2);
    rig.accept(8);
}

#[test]
fn the_same_rand_is_answered_alike_while_t3516_runs() {
    let mut rig = Rig::registering();
    let request = rig.challenge(0, FGS);
    assert_eq!(rig.down_plain(request.clone()), Disposition::Handled);
    let first = res_star(&mut rig);
    assert_eq!(rig.down_plain(request.clone()), Disposition::Handled);
    assert_eq!(res_star(&mut rig), first);
    let deadline = rig.now + value(Timer::T3516);
    rig.now = deadline - std::time::Duration::from_millis(1);
    // T3510 has run out long before; the UE begins anew and knows the challenge no more.
    rig.occurs(Input::Timeout);
    assert!(!rig.ue.is_connected());
}

#[test]
fn a_challenge_that_is_none_is_no_challenge() {
    let mut rig = Rig::registering();
    let empty = AuthenticationRequest::new(NasKsi::native(0), Abba(&[0, 0]));
    assert!(matches!(rig.down_plain(empty.clone()), Disposition::Silent(_)));
    rig.secure(0);
    let conditional = Disposition::Replied(FgmmCause::CONDITIONAL_IE_ERROR);
    assert_eq!(rig.down(empty), conditional);
    rig.pop_type(2, FgmmStatus::MESSAGE_TYPE);
}

#[test]
fn a_reject_invalidates_the_card() {
    let mut rig = Rig::registering();
    rig.authenticate(0);
    assert_eq!(rig.down_plain(AuthenticationReject::new()), Disposition::Handled);
    assert_eq!(rig.events(), [Event::AuthenticationRejected]);
    assert_eq!(rig.ue.update_status(), UpdateStatus::RoamingNotAllowed);
    assert!(rig.ue.current_context().is_none() && !rig.ue.is_registered());
    assert_eq!(rig.expire(), value(Timer::T3540));
    rig.start(Start::REGISTER);
    rig.quiet();
}

#[test]
fn abba_goes_into_kamf() {
    let mut rig = Rig::registering();
    rig.abba = vec![0, 1];
    rig.secure(0);
    rig.accept(9);
    // A network that uses another than it has sent is not understood.
    let mut rig = Rig::registering();
    let request = rig.challenge(0, FGS);
    assert_eq!(rig.down_plain(request), Disposition::Handled);
    rig.pop();
    rig.abba = vec![0, 1];
    rig.use_seaf(rig.k_seaf.clone().expect("a KSEAF"));
    let pdu = rig.command_pdu(&rig.command(0));
    let unspecified = FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED;
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Replied(unspecified)
    );
}

#[test]
fn keys_change_under_a_connection() {
    let mut rig = Rig::registered();
    rig.secure(2);
    assert_eq!(rig.ue.current_context().expect("a context").0, NasKsi::native(2));
    assert_eq!(rig.down(ConfigurationUpdateCommand::new()), Disposition::Handled);
    rig.start(Start::UPDATE);
    rig.pop_type(2, RegistrationRequest::MESSAGE_TYPE);
}
