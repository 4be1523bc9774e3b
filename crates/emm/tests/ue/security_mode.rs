//! Security mode control as the UE sees it (TS 24.301 5.4.3).

use crate::network::*;
use quintet_crypto::hash_mme;
use quintet_emm::ue::{AttachIdentity, Event, Identity, Input, Start};
use quintet_emm::{Discard, Disposition};
use quintet_nas::eps::*;
use quintet_nas::security::Protection;

/// Sends a command that the UE must refuse with `cause`, without protection because nothing is secure yet.
fn refused(rig: &mut Rig, command: &SecurityModeCommand<'_>, cause: EmmCause, why: &str) {
    let pdu = rig.command_pdu(command);
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Replied(cause),
        "{why}"
    );
    let plain = rig.pop_plain(0);
    let (reject, _) = SecurityModeReject::decode(&plain).expect("SECURITY MODE REJECT");
    assert_eq!(reject.emm_cause, cause, "{why}");
    assert_eq!(rig.events(), [Event::SecurityModeRejected(cause)], "{why}");
    assert!(rig.ue.current_context().is_none(), "{why}");
}

fn challenged() -> Rig {
    let mut rig = Rig::attaching();
    rig.authenticate(1);
    rig
}

#[test]
fn every_algorithm_pair_is_taken() {
    for (eea, eia) in [(0, 1), (1, 2), (2, 3), (3, 1), (0, 2), (1, 3)] {
        let mut rig = challenged();
        let mut command = rig.command(1);
        command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(eea, eia);
        let pdu = rig.command_pdu(&command);
        assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Handled);
        rig.pop_plain(4);
        rig.accept(9);
    }
}

#[test]
fn other_capabilities_than_the_ues_are_23() {
    let mismatch = EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH;
    let spoil: [fn(&mut UeSecurityCapability); 6] = [
        |c| c.eea &= 0x80,
        |c| c.eia &= !0x20,
        |c| c.uea = None,
        |c| c.uia = Some(0),
        |c| c.gea = None,
        |c| c.eea |= 0x08,
    ];
    for (index, spoil) in spoil.into_iter().enumerate() {
        let mut rig = challenged();
        let mut command = rig.command(1);
        spoil(&mut command.replayed_ue_security_capabilities);
        refused(&mut rig, &command, mismatch, &format!("bidding down {index}"));
    }
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.replayed_ue_additional_security_capability = Some(UeAdditionalSecurityCapability {
        ea_5g: 0x8000,
        ia_5g: 0x8000,
    });
    refused(&mut rig, &command, mismatch, "additional capabilities");
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(5, 2);
    let pdu = {
        rig.command_pdu(&rig.command(1));
        let plain = EmmMessage::from(command).to_octets();
        rig.protect(Protection::IntegrityNewContext, &plain)
    };
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Replied(mismatch),
        "EEA5"
    );
}

#[test]
fn right_additional_capabilities_are_taken() {
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.replayed_ue_additional_security_capability = configuration().ue_additional_security_capability;
    let pdu = rig.command_pdu(&command);
    assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Handled);
}

#[test]
fn null_integrity_a_stale_ksi_and_a_wrong_mac_are_24() {
    let unspecified = EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED;
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(0, 0);
    refused(&mut rig, &command, unspecified, "EIA0");
    let mut rig = challenged();
    let command = rig.command(2);
    refused(&mut rig, &command, unspecified, "a KSI of no context");
    let mut rig = challenged();
    let pdu = rig.command_pdu(&rig.command(1));
    assert_eq!(
        rig.input(Input::Downlink(&spoilt(&pdu))),
        Disposition::Replied(unspecified)
    );
    rig.pop_plain(0);
    // A command that is right is taken afterwards all the same.
    let pdu = rig.command_pdu(&rig.command(1));
    assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Handled);
}

#[test]
fn a_command_before_its_time_is_refused() {
    let mut rig = Rig::attaching();
    rig.kasme = Some(quintet_crypto::Kasme::new([7; 32]));
    let pdu = rig.command_pdu(&rig.command(1));
    let unspecified = EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED;
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Replied(unspecified)
    );
    let mut rig = Rig::new();
    rig.kasme = Some(quintet_crypto::Kasme::new([7; 32]));
    let pdu = rig.command_pdu(&rig.command(1));
    let idle = rig.input(Input::Downlink(&pdu));
    assert!(matches!(idle, Disposition::Silent(Discard::Path(_))), "{idle:?}");
    rig.quiet();
}

#[test]
fn hash_mme_of_what_was_sent_is_silent_and_of_anything_else_brings_it_again() {
    for same in [true, false] {
        let mut rig = Rig::new();
        rig.start(Start::ATTACH);
        let request = rig.pop();
        rig.authenticate(1);
        let mut command = rig.command(1);
        let mut hash = hash_mme(&request);
        hash[7] ^= u8::from(!same);
        command.hash_mme = Some(HashMme(hash));
        let pdu = rig.command_pdu(&command);
        assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Handled);
        let plain = rig.pop_plain(4);
        let (complete, _) = SecurityModeComplete::decode(&plain).unwrap();
        let container = complete.replayed_nas_message_container.map(|c| c.0.to_vec());
        assert_eq!(container, (!same).then_some(request));
        assert_eq!(rig.events(), [Event::SecurityModeComplete { replayed: !same }]);
    }
}

#[test]
fn the_imeisv_is_told_when_asked_for() {
    let mut rig = challenged();
    let mut command = rig.command(1);
    command.imeisv_request = Some(ImeisvRequest::REQUESTED);
    let pdu = rig.command_pdu(&command);
    let _ = rig.input(Input::Downlink(&pdu));
    let plain = rig.pop_plain(4);
    let (complete, _) = SecurityModeComplete::decode(&plain).unwrap();
    assert_eq!(complete.imeisv, Some(MobileIdentity::Imeisv(identity().imeisv)));
}

#[test]
fn a_command_repeated_by_the_way_is_dropped_and_one_sent_again_is_answered_again() {
    let mut rig = challenged();
    let command = rig.command(1);
    let pdu = rig.command_pdu(&command);
    let _ = rig.input(Input::Downlink(&pdu));
    rig.pop_plain(4);
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Silent(Discard::Replay)
    );
    rig.quiet();
    let plain = EmmMessage::from(command).to_octets();
    let again = rig.protect(Protection::IntegrityNewContext, &plain);
    assert_eq!(rig.input(Input::Downlink(&again)), Disposition::Handled);
    rig.pop_plain(4);
    rig.accept(1);
}

#[test]
fn a_reject_in_a_secure_connection_is_protected_by_the_context_before() {
    let mut rig = Rig::registered();
    rig.authenticate(2);
    let before = rig.nas.clone();
    let mut command = rig.command(2);
    command.replayed_ue_security_capabilities.eia = 0;
    let pdu = rig.command_pdu(&command);
    let mismatch = EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH;
    assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Replied(mismatch));
    rig.nas = before;
    let plain = rig.pop_plain(2);
    assert_eq!(plain[1], SecurityModeReject::MESSAGE_TYPE);
    assert_eq!(
        rig.ue.current_context().unwrap().0,
        NasKsi::native(1),
        "the old one stays"
    );
}

#[test]
fn new_keys_in_a_connection_take_over() {
    let mut rig = Rig::registered();
    rig.secure(2);
    assert_eq!(rig.ue.current_context().unwrap().0, NasKsi::native(2));
    rig.occurs(Input::ContextSetUp);
    let expected = rig.kasme.as_ref().unwrap().k_enb(0);
    assert_eq!(
        rig.k_enb.as_ref(),
        Some(&expected),
        "of the SECURITY MODE COMPLETE"
    );
}

#[test]
fn an_emergency_takes_null_integrity_without_keys() {
    let without_card = Identity {
        imsi: None,
        ..identity()
    };
    let mut rig = Rig::with(configuration(), without_card);
    rig.start(Start::Attach {
        attach_type: EpsAttachType::EPS_EMERGENCY_ATTACH,
        identity: AttachIdentity::Usual,
    });
    let plain = rig.pop_plain(0);
    let (request, _) = AttachRequest::decode(&plain).unwrap();
    assert_eq!(
        request.eps_mobile_identity,
        EpsMobileIdentity::Imei(identity().imei)
    );
    let mut command = rig.command(0);
    command.selected_nas_security_algorithms = NasSecurityAlgorithms::new(0, 0);
    let pdu = rig.command_pdu(&command);
    assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Handled);
    rig.pop_plain(4);
    rig.accept(3);
}
