//! Security mode control as the UE sees it (TS 24.501 5.4.2).

use crate::network::*;
use quintet_crypto::fgs::{KAmf, Mobility};
use quintet_fgmm::ue::{Event, Input, RegistrationIdentity, Start};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::*;
use quintet_nas::security::Protection;

const MISMATCH: FgmmCause = FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH;
const UNSPECIFIED: FgmmCause = FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED;

fn challenged() -> Rig {
    let mut rig = Rig::registering();
    rig.authenticate(1);
    rig
}

/// Sends a PDU that the UE must refuse with `cause`, without protection because nothing is secure yet.
fn refused(rig: &mut Rig, pdu: &[u8], cause: FgmmCause, why: &str) {
    assert_eq!(
        rig.input(Input::Downlink(pdu)),
        Disposition::Replied(cause),
        "{why}"
    );
    let plain = rig.pop_type(0, SecurityModeReject::MESSAGE_TYPE);
    let (reject, _) = SecurityModeReject::decode(&plain).unwrap();
    assert_eq!(reject.fgmm_cause, cause, "{why}");
    assert_eq!(rig.events(), [Event::SecurityModeRejected(cause)], "{why}");
    assert!(rig.ue.current_context().is_none(), "{why}");
}

fn container(complete: &[u8]) -> Option<Vec<u8>> {
    let (complete, _) = SecurityModeComplete::decode(complete).unwrap();
    complete
        .nas_message_container
        .map(|container| container.0.to_vec())
}

#[test]
fn every_algorithm_pair_is_taken() {
    for (nea, nia) in [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 1),
        (0, 2),
        (1, 3),
        (2, 1),
        (3, 2),
        (3, 3),
    ] {
        let mut rig = challenged();
        let mut command = rig.command(1);
        command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(nea, nia);
        rig.commanded(&command);
        rig.accept(9);
        // And hides what is not cleartext of the next initial message.
        rig.occurs(Input::ConnectionReleased);
        rig.start(Start::UPDATE);
        rig.pop_type(1, RegistrationRequest::MESSAGE_TYPE);
    }
}

#[test]
fn other_capabilities_than_the_ues_are_23() {
    let spoilt = [
        UeSecurityCapability::new(0x80, 0x80).with_eps(0xf0, 0xf0),
        UeSecurityCapability::new(0xf0, 0xe0).with_eps(0xf0, 0xf0),
        UeSecurityCapability::new(0xf0, 0xf0).with_eps(0x80, 0xf0),
        UeSecurityCapability::new(0xf0, 0xf0),
    ];
    for capability in spoilt {
        let mut rig = challenged();
        let mut command = rig.command(1);
        command.replayed_ue_security_capabilities = capability;
        let pdu = rig.command_pdu(&command);
        refused(&mut rig, &pdu, MISMATCH, &format!("{capability:?}"));
    }
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.replayed_s1_ue_security_capabilities = Some(s1(0x80));
    let pdu = rig.command_pdu(&command);
    refused(&mut rig, &pdu, MISMATCH, "EPS capabilities");
    // Algorithms that the UE does not have.
    let mut rig = challenged();
    rig.command_pdu(&rig.command(1));
    let mut command = rig.command(1);
    command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(5, 2);
    let plain = FgmmMessage::from(command).to_octets();
    let pdu = rig.protect(Protection::IntegrityNewContext, &plain);
    refused(&mut rig, &pdu, MISMATCH, "5G-EA5");
}

#[test]
fn null_integrity_a_stale_ng_ksi_and_a_wrong_mac_are_24() {
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(0, 0);
    let pdu = rig.command_pdu(&command);
    refused(&mut rig, &pdu, UNSPECIFIED, "5G-IA0");
    let mut rig = challenged();
    let command = rig.command(2);
    let pdu = rig.command_pdu(&command);
    refused(&mut rig, &pdu, UNSPECIFIED, "an ngKSI of no context");
    let mut rig = challenged();
    let pdu = rig.command_pdu(&rig.command(1));
    refused(&mut rig, &spoilt(&pdu), UNSPECIFIED, "a wrong MAC");
    // A command that is right is taken afterwards all the same.
    rig.commanded(&rig.command(1));
}

#[test]
fn a_command_before_its_time_is_refused() {
    let mut rig = Rig::registering();
    rig.k_amf = Some(KAmf::new([7; 32]));
    let pdu = rig.command_pdu(&rig.command(1));
    refused(&mut rig, &pdu, UNSPECIFIED, "before authentication");
    let mut rig = Rig::new();
    let pdu = rig.command_pdu(&rig.command(1));
    assert!(matches!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Silent(Discard::Path(_))
    ));
    rig.quiet();
}

#[test]
fn a_refused_command_leaves_the_context_before() {
    let mut rig = Rig::registered();
    rig.authenticate(2);
    let before = rig.nas.clone();
    let mut command = rig.command(2);
    command.replayed_ue_security_capabilities = UeSecurityCapability::new(0x80, 0x80);
    let pdu = rig.command_pdu(&command);
    assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Replied(MISMATCH));
    rig.nas = before;
    rig.pop_type(2, SecurityModeReject::MESSAGE_TYPE);
    assert_eq!(rig.ue.current_context().expect("a context").0, NasKsi::native(1));
}

#[test]
fn what_the_way_repeats_is_dropped() {
    let mut rig = challenged();
    let pdu = rig.command_pdu(&rig.command(1));
    assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Handled);
    rig.pop_plain(4);
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Silent(Discard::Replay)
    );
    // What T3560 sends again has a COUNT of its own, and is answered.
    let plain = FgmmMessage::from(rig.command(1)).to_octets();
    let again = rig.protect(Protection::IntegrityNewContext, &plain);
    assert_eq!(rig.input(Input::Downlink(&again)), Disposition::Handled);
    rig.pop_type(4, SecurityModeComplete::MESSAGE_TYPE);
}

#[test]
fn the_initial_message_goes_again_when_it_must() {
    // It went without a context, so it goes whole, asked for or not.
    let mut rig = challenged();
    assert!(container(&rig.commanded(&rig.command(1))).is_some());
    // Under a context it does not, unless it is asked for (RINMR).
    for asked in [false, true] {
        let mut rig = Rig::idle();
        rig.start(Start::UPDATE);
        let sent = rig.pop_plain(1);
        rig.authenticate(2);
        let mut command = rig.command(2);
        command.additional_5g_security_information = asked.then_some(Additional5gSecurityInformation::RINMR);
        rig.events.clear();
        let complete = rig.commanded(&command);
        assert_eq!(container(&complete), asked.then_some(sent), "asked: {asked}");
        let horizontal = false;
        let replayed = asked;
        assert_eq!(
            rig.events(),
            [Event::SecurityModeComplete { replayed, horizontal }]
        );
    }
    // SERVICE REQUEST too.
    let mut rig = Rig::idle();
    rig.start(Start::SERVICE);
    let sent = rig.pop_plain(1);
    rig.authenticate(2);
    let mut command = rig.command(2);
    command.additional_5g_security_information = Some(Additional5gSecurityInformation::RINMR);
    assert_eq!(container(&rig.commanded(&command)), Some(sent));
}

#[test]
fn kamf_is_derived_anew_of_the_initial_message_s_count() {
    let mut rig = Rig::idle();
    rig.start(Start::UPDATE);
    rig.pop_plain(1);
    let uplink_nas_count = rig.count.expect("a COUNT").value();
    let k_amf = rig.k_amf.clone().expect("KAMF");
    rig.k_amf = Some(k_amf.at_mobility(Mobility::Idle { uplink_nas_count }));
    let mut command = rig.command(1);
    command.additional_5g_security_information = Some(Additional5gSecurityInformation::HDP);
    rig.commanded(&command);
    assert_eq!(rig.count.expect("a COUNT").value(), 0, "COUNTs begin anew");
    let (replayed, horizontal) = (false, true);
    assert_eq!(
        rig.events(),
        [Event::SecurityModeComplete { replayed, horizontal }]
    );
    // Sent again, it is the same keys.
    let plain = FgmmMessage::from(command).to_octets();
    let again = rig.protect(Protection::IntegrityNewContext, &plain);
    assert_eq!(rig.input(Input::Downlink(&again)), Disposition::Handled);
    rig.pop_plain(4);
    // KgNB is of the new KAMF and the COUNT of the last SECURITY MODE COMPLETE.
    let count = rig.count.expect("a COUNT").value();
    assert_eq!(
        rig.ue.k_gnb(),
        Some(rig.k_amf.as_ref().expect("KAMF'").k_gnb(count))
    );
    rig.accept(0x55);
}

#[test]
fn an_imeisv_that_is_asked_for_comes() {
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.imeisv_request = Some(ImeisvRequest::REQUESTED);
    let complete = rig.commanded(&command);
    let (complete, _) = SecurityModeComplete::decode(&complete).unwrap();
    assert_eq!(complete.imeisv, Some(MobileIdentity::Imeisv(identity().imeisv)));
}

#[test]
fn algorithms_for_eps_are_kept() {
    let mut rig = challenged();
    let mut command = rig.command(1);
    let chosen = EpsNasSecurityAlgorithms::new(1, 2);
    command.selected_eps_nas_security_algorithms = Some(chosen);
    command.replayed_s1_ue_security_capabilities = Some(s1(0xf0));
    rig.commanded(&command);
    assert_eq!(rig.ue.eps_algorithms(), Some(chosen));
}

#[test]
fn an_emergency_may_do_without_keys() {
    let mut identity = identity();
    identity.subscription = None;
    let mut rig = Rig::with(configuration(), identity);
    rig.start(Start::Register {
        registration_type: RegistrationType::EMERGENCY_REGISTRATION,
        identity: RegistrationIdentity::Usual,
    });
    let plain = rig.pop_plain(0);
    let (request, _) = RegistrationRequest::decode(&plain).unwrap();
    assert!(matches!(request.mobile_identity, MobileIdentity::Imei(_)));
    let mut command = rig.command(0);
    command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(0, 0);
    rig.commanded(&command);
    rig.accept(3);
}

/// Capabilities for EPS as they are replayed, alike for ciphering and integrity.
fn s1(algorithms: u8) -> S1UeSecurityCapability {
    S1UeSecurityCapability::replayed(&S1UeNetworkCapability(&[algorithms, algorithms]), None)
}
