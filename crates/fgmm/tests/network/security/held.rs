//! A UE that protects its initial message with its context and names none, or whose context is stale: a new key agreement,
//! whose messages the UE may protect and cipher under the old context (TS 24.501 4.4.4.1, 5.4.1.3.2, 9.11.3.32).

use super::authentication::failure;
use crate::support::{Request, Rig, Ue, plain};
use quintet_fgmm::network::{Input, Phase};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::{
    AuthenticationRequest, FgmmCause, FgmmMessage, FgmmStatus, NasKsi, NasMessageContainer,
    RegistrationComplete, RegistrationType, SecurityModeReject,
};
use quintet_nas::security::Protection;

/// "No key is available" (TS 24.501 9.11.3.32).
const NO_KEY: u8 = 7;

/// A registered UE that is idle, and its periodic registration under its context with another ngKSI.
fn periodic(ksi: u8) -> (Rig, Ue, Vec<u8>) {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let request = Request::by_guti(ue.guti.expect("a GUTI"), ksi)
        .with_type(RegistrationType::PERIODIC_REGISTRATION_UPDATING);
    let nas = ue.register_with(request);
    (rig, ue, nas)
}

/// The same, and the second challenge is out: the UE with its old context, the UE with the new keys.
fn challenged(ksi: u8) -> (Rig, Ue, Ue) {
    let (rig, ue, nas) = periodic(ksi);
    challenged_by(rig, ue, &nas)
}

fn challenged_by(mut rig: Rig, ue: Ue, nas: &[u8]) -> (Rig, Ue, Ue) {
    assert_eq!(rig.initial(nas), Disposition::Handled);
    let _ = rig.authentication();
    rig.give(2);
    let request = rig.downlink();
    assert_eq!(request[1], 0, "the UE has said that it has no key");
    let mut new = Ue::challenged(&request, 2, ue.request.clone());
    assert_ne!(new.ksi, ue.ksi, "#71 otherwise (TS 24.501 5.4.1.3.7 e)");
    new.guti = ue.guti;
    (rig, ue, new)
}

fn ciphered(ue: &mut Ue, plain: &[u8]) -> Vec<u8> {
    ue.protect(Protection::Ciphered, plain)
}

/// From RES* on: SECURITY MODE COMMAND asks for the whole message again, which is served.
fn goes_on(rig: &mut Rig, new: &mut Ue) {
    rig.confirm(2);
    let command = rig.downlink();
    let _ = new.take_command(&command);
    rig.send(&new.complete());
    assert!(rig.session.is_secure());
    let accept = new.accept(&rig.context_setup().nas.expect("REGISTRATION ACCEPT"));
    assert!(accept.guti.is_some());
    assert_eq!(rig.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
    let complete = new.ciphered(RegistrationComplete::new().into());
    rig.send(&complete);
    assert!(rig.phases().contains(&Phase::Registered));
    let security = rig.table.only().security.as_ref().expect("keys");
    assert_eq!(security.ksi, NasKsi(new.ksi));
}

#[test]
fn a_ue_that_names_no_key_may_answer_under_the_context_it_has() {
    for protection in [Protection::Ciphered, Protection::Integrity] {
        for ksi in [NO_KEY, 5] {
            let (mut rig, mut old, mut new) = challenged(ksi);
            assert!(!rig.session.is_secure() && rig.session.context().is_none());
            let response = old.protect(protection, &new.response());
            rig.send(&response);
            goes_on(&mut rig, &mut new);
        }
    }
    // Or without.
    let (mut rig, _, mut new) = challenged(NO_KEY);
    rig.send(&new.response());
    goes_on(&mut rig, &mut new);
}

#[test]
fn so_may_one_whose_context_is_stale() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.table.only_mut().security.as_mut().expect("keys").stale = true;
    let nas = ue.register(RegistrationType::PERIODIC_REGISTRATION_UPDATING);
    let (mut rig, mut old, mut new) = challenged_by(rig, ue, &nas);
    let response = ciphered(&mut old, &new.response());
    rig.send(&response);
    goes_on(&mut rig, &mut new);
}

#[test]
fn a_refusal_under_the_old_context_is_one() {
    let (mut rig, mut old, mut new) = challenged(NO_KEY);
    let refusal = ciphered(&mut old, &failure(71, None));
    rig.send(&refusal);
    let again = rig.downlink();
    let (request, _) = AuthenticationRequest::decode(plain(&again)).expect("the challenge again");
    assert!(request.ng_ksi.0 != new.ksi && request.ng_ksi.0 != old.ksi);
    new.ksi = request.ng_ksi.0;
    let response = ciphered(&mut old, &new.response());
    rig.send(&response);
    rig.confirm(2);
    let _ = rig.downlink();
    let reject = SecurityModeReject::new(FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH);
    let reject = ciphered(&mut old, &FgmmMessage::from(reject).to_octets());
    rig.send(&reject);
    assert!(rig.session.is_over());
    let security = rig.table.only().security.as_ref().expect("keys");
    assert_eq!(security.ksi, NasKsi(old.ksi), "what it had stays");
}

#[test]
fn a_mac_that_does_not_hold_and_a_count_that_was_used_are_nothing() {
    let (mut rig, mut old, new) = challenged(NO_KEY);
    let response = ciphered(&mut old, &new.response());
    for octet in 2..response.len() {
        let mut forged = response.clone();
        forged[octet] ^= 0x10;
        assert!(
            matches!(
                rig.uplink(&forged),
                Disposition::Silent(Discard::Mac | Discard::Replay)
            ),
            "octet {octet}"
        );
    }
    assert!(rig.take().is_empty(), "the challenge waits");
    rig.send(&response);
    rig.confirm(2);
    let _ = rig.take();
    assert_eq!(rig.uplink(&response), Disposition::Silent(Discard::Replay));
    assert!(rig.take().is_empty());
}

#[test]
fn who_repeats_the_initial_message_holds_nothing() {
    let (mut rig, mut ue, nas) = periodic(NO_KEY);
    assert_eq!(rig.initial(&nas), Disposition::Handled);
    let _ = rig.input(Input::ConnectionLost);
    rig.reconnect(&ue);
    let before = rig.table.snapshot();
    assert_eq!(rig.initial(&nas), Disposition::Handled);
    let _ = rig.authentication();
    rig.give(2);
    let _ = rig.take();
    let response = ciphered(&mut ue, &Ue::with_keys(0, 2, Request::by_suci(1)).response());
    assert_eq!(rig.uplink(&response), Disposition::Silent(Discard::NoContext));
    assert_eq!(rig.table.snapshot(), before);
}

/// The MAC is worth nothing but the reading: what would not be taken plain is not taken, and nobody is let in.
#[test]
fn what_it_protects_is_a_claim_all_the_same() {
    let (mut rig, mut old, _) = challenged(NO_KEY);
    let transport = [0x7e, 0, 0x67, 1, 0, 1, 0];
    for inside in [
        FgmmMessage::from(FgmmStatus::new(FgmmCause(111))).to_octets(),
        FgmmMessage::from(RegistrationComplete::new()).to_octets(),
        transport.to_vec(),
    ] {
        for protection in [Protection::Ciphered, Protection::Integrity] {
            let nas = old.protect(protection, &inside);
            assert!(
                matches!(rig.uplink(&nas), Disposition::Silent(Discard::NoContext)),
                "{inside:02x?}"
            );
        }
    }
    assert!(rig.take().is_empty());
    assert!(!rig.session.is_secure() && rig.session.context().is_none());
}

#[test]
fn so_may_one_whose_container_could_not_be_read() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let request = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi)
        .with_type(RegistrationType::PERIODIC_REGISTRATION_UPDATING);
    let clear = request.cleartext();
    let FgmmMessage::RegistrationRequest(mut outer) =
        FgmmMessage::decode_uplink(&clear).expect("a message").message
    else {
        panic!("REGISTRATION REQUEST");
    };
    outer.nas_message_container = Some(NasMessageContainer(&[0xff; 12]));
    let nas = ue.protect(Protection::Integrity, &FgmmMessage::from(outer).to_octets());
    ue.request = request;
    let (mut rig, mut old, mut new) = challenged_by(rig, ue, &nas);
    let response = ciphered(&mut old, &new.response());
    rig.send(&response);
    goes_on(&mut rig, &mut new);
}
