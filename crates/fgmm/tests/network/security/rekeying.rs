//! New keys under a context that is in use (TS 33.501 6.4.5, 6.9.3, 6.9.4.4; TS 24.501 5.4.2.2).

use crate::support::{Rig, Ue};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{AuthenticationUnavailable, Input, Output, Phase};
use quintet_nas::fgs::{RegistrationComplete, RegistrationType, SecurityModeCommand, SecurityModeComplete};
use quintet_nas::security::Protection;

/// A new authentication on a connection that is secure, up to SECURITY MODE COMMAND.
fn again(rig: &mut Rig, ue: &mut Ue, n: u8) -> (Ue, Vec<u8>) {
    let _ = rig.authentication();
    rig.give(n);
    let request = rig.downlink();
    let request = ue.read(&request);
    let next = Ue::challenged(&request, n, ue.request.clone());
    assert_ne!(next.ksi, ue.ksi);
    let response = ue.protect(Protection::Ciphered, &next.response());
    rig.send(&response);
    rig.confirm(n);
    let command = rig.downlink();
    (next, command)
}

#[test]
fn a_connection_in_use_gets_new_keys_and_so_does_its_gnb() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let _ = rig.input(Input::Reauthenticate);
    let (mut next, command) = again(&mut rig, &mut ue, 2);
    let _ = next.take_command(&command);
    // Until SECURITY MODE COMPLETE the old keys are in use, and the next message of the UE may be under them.
    let status = quintet_nas::fgs::FgmmStatus::new(quintet_nas::fgs::FgmmCause(111));
    let status = ue.ciphered(status.into());
    rig.send(&status);
    rig.send(&next.complete_with(SecurityModeComplete::new()));
    let outputs = rig.take();
    assert!(
        outputs
            .iter()
            .any(|o| matches!(o, Output::ContextModification(k) if *k == next.k_amf.k_gnb(0))),
        "{outputs:?}"
    );
    assert!(rig.session.is_idle());
    // From now on the old ones are nobody's.
    let status = quintet_nas::fgs::FgmmStatus::new(quintet_nas::fgs::FgmmCause(111));
    let old = ue.ciphered(status.into());
    assert!(matches!(rig.uplink(&old), Disposition::Silent(_)));
    assert_eq!(rig.table.only().security.as_ref().expect("keys").ksi.0, next.ksi);
}

#[test]
fn a_gnb_that_has_no_context_yet_gets_the_new_key_with_it() {
    let mut rig = Rig::new();
    let mut ue = rig.secure(1);
    let _ = rig.take();
    rig.subscribe();
    let setup = rig.context_setup();
    let _ = ue.accept(&setup.nas.expect("with REGISTRATION ACCEPT"));
    // REGISTRATION COMPLETE overtakes INITIAL CONTEXT SETUP RESPONSE.
    let complete = ue.ciphered(RegistrationComplete::new().into());
    rig.send(&complete);
    let _ = rig.take();
    let _ = rig.input(Input::Reauthenticate);
    let (mut next, command) = again(&mut rig, &mut ue, 2);
    let _ = next.take_command(&command);
    rig.send(&next.complete_with(SecurityModeComplete::new()));
    let modified = |outputs: &[Output]| {
        let new = |o: &&Output| matches!(o, Output::ContextModification(k) if *k == next.k_amf.k_gnb(0));
        outputs.iter().filter(new).count()
    };
    let before = rig.take();
    assert_eq!(modified(&before), 0, "{before:?}");
    let _ = rig.input(Input::ContextSetup(Ok(())));
    let after = rig.take();
    assert_eq!(modified(&after), 1, "{after:?}");
}

#[test]
fn an_ausf_that_cannot_leaves_the_context_in_use() {
    let mut rig = Rig::new();
    let _ = rig.registered(1);
    let _ = rig.input(Input::Reauthenticate);
    let _ = rig.authentication();
    let _ = rig.input(Input::Challenge(Err(AuthenticationUnavailable::NoAnswer)));
    assert!(rig.take().is_empty() && !rig.session.is_over());
    let _ = rig.input(Input::Reauthenticate);
    assert!(rig.take().is_empty(), "not again on this connection");
}

#[test]
fn a_reauthentication_waits_until_nothing_else_is_under_way() {
    let mut rig = Rig::new();
    let mut ue = rig.secure(1);
    let _ = rig.take();
    let _ = rig.input(Input::Reauthenticate);
    assert!(rig.take().is_empty());
    rig.subscribe();
    let _ = rig.complete(&mut ue);
    let _ = again(&mut rig, &mut ue, 2);
}

#[test]
fn k_amf_changes_on_mobility_if_the_operator_wants_it() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.policy.change_k_amf_on_mobility = true;
    let old = ue.k_amf.clone();
    let count = ue.counts_sent();
    let request = ue.register(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let outputs = rig.take();
    let Some(Output::Downlink(command)) = outputs.iter().find(|o| matches!(o, Output::Downlink(_))) else {
        panic!("SECURITY MODE COMMAND: {outputs:?}");
    };
    let ksi = ue.ksi;
    let plain = ue.take_command(command);
    let (read, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
    let information = read.additional_5g_security_information.expect("HDP");
    assert!(information.kamf_derivation_required() && !information.retransmission_requested());
    assert_eq!(
        (read.ng_ksi.0, command[6]),
        (ksi, 0),
        "the same ngKSI, COUNT from zero"
    );
    let derived = old.at_mobility(quintet_crypto::fgs::Mobility::Idle {
        uplink_nas_count: count,
    });
    assert_eq!(ue.k_amf, derived);
    rig.send(&ue.complete_with(SecurityModeComplete::new()));
    assert_eq!(rig.table.only().security.as_ref().expect("keys").k_amf, derived);
    let setup = rig.context_setup();
    assert_eq!(setup.k_gnb, derived.k_gnb(0));
    let _ = ue.accept(&setup.nas.expect("REGISTRATION ACCEPT"));
    assert!(rig.phases().contains(&Phase::SecurityModeComplete));
    // Another kind of registration keeps it.
    let _ = rig.input(Input::ConnectionLost);
    rig.reconnect(&ue);
    let request = ue.register(RegistrationType::PERIODIC_REGISTRATION_UPDATING);
    let _ = rig.initial(&request);
    let setup = rig.context_setup();
    let _ = ue.accept(&setup.nas.expect("REGISTRATION ACCEPT"));
    assert_eq!(rig.table.only().security.as_ref().expect("keys").k_amf, derived);
}
