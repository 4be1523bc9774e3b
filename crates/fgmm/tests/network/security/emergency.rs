//! Emergency registration, and the null algorithms (TS 24.501 5.4.1.3.5, 5.4.2.2, 5.5.1.2.2; TS 33.501 10.2.2).

use super::authentication::failure;
use crate::support::{Request, Rig, Ue};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{AuthenticationUnavailable, Input, Output};
use quintet_nas::fgs::{
    FgmmCause, MobileIdentity, NasSecurityAlgorithms, RegistrationResult, RegistrationType,
    SecurityModeCommand, ServiceType, UeSecurityCapability,
};

fn by_imei() -> Request {
    let imei = "490154203237518".parse().expect("an IMEI");
    Request::of(MobileIdentity::Imei(imei), 7).with_type(RegistrationType::EMERGENCY_REGISTRATION)
}

fn by_suci() -> Request {
    Request::by_suci(1).with_type(RegistrationType::EMERGENCY_REGISTRATION)
}

/// SECURITY MODE COMMAND with the null algorithms is out: the UE takes it, and is served.
fn serve_null(rig: &mut Rig, request: Request) -> Ue {
    let command = rig.downlinks().pop().expect("SECURITY MODE COMMAND");
    let (read, _) = SecurityModeCommand::decode(&command[7..]).expect("SECURITY MODE COMMAND");
    assert_eq!(
        read.selected_nas_security_algorithms,
        NasSecurityAlgorithms::new(0, 0)
    );
    assert_eq!(read.ng_ksi.0, 0);
    assert_eq!(command[2..6], [0; 4], "no MAC");
    let mut ue = Ue::with_keys(0, 1, request);
    let _ = ue.take_command(&command);
    rig.send(&ue.complete());
    let setup = rig.context_setup();
    assert_eq!(
        setup.capabilities,
        UeSecurityCapability::new(0x80, 0x80),
        "the gNB has no choice"
    );
    assert!(setup.allowed_nssai.is_empty());
    let accept = ue.accept(&setup.nas.expect("REGISTRATION ACCEPT"));
    assert_eq!(
        accept.registration_result,
        RegistrationResult::ACCESS_3GPP_EMERGENCY
    );
    let _ = rig.input(Input::ContextSetup(Ok(())));
    ue
}

#[test]
fn an_authenticated_emergency_has_real_algorithms_and_asks_no_udm() {
    let mut rig = Rig::new();
    let _ = rig.initial(&by_suci().cleartext());
    let _ = rig.authentication();
    rig.give(1);
    let mut ue = rig.answer(1, by_suci());
    let plain = ue.take_command(&rig.downlink());
    let (command, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
    assert_eq!(
        command.selected_nas_security_algorithms,
        NasSecurityAlgorithms::new(2, 2)
    );
    rig.send(&ue.complete());
    let outputs = rig.take();
    assert!(
        !outputs.iter().any(|o| matches!(o, Output::Register { .. })),
        "{outputs:?}"
    );
    assert!(
        rig.table
            .only()
            .registration
            .as_ref()
            .expect("registered")
            .emergency
    );
}

#[test]
fn equipment_alone_is_served_if_the_operator_allows() {
    let mut rig = Rig::new();
    let cause = FgmmCause::PEI_NOT_ACCEPTED;
    assert_eq!(rig.initial(&by_imei().cleartext()), Disposition::Replied(cause));
    assert_eq!(rig.rejected(), cause);
    let mut rig = Rig::new();
    rig.policy.unauthenticated_emergency = true;
    assert_eq!(rig.initial(&by_imei().cleartext()), Disposition::Handled);
    let _ = serve_null(&mut rig, by_imei());
    let context = rig.table.only();
    assert!(context.supi.is_none() && context.imei.is_some());
    let mut rig = Rig::new();
    rig.policy.unauthenticated_emergency = true;
    rig.policy.emergency = false;
    let _ = rig.initial(&by_imei().cleartext());
    assert_eq!(rig.rejected(), cause);
}

#[test]
fn a_failed_authentication_is_served_in_an_emergency_only() {
    let ways: [fn(&mut Rig); 3] = [
        |rig| {
            let _ = rig.input(Input::Challenge(Err(AuthenticationUnavailable::UserNotFound)));
        },
        |rig| {
            rig.give(1);
            let _ = rig.take();
            let _ = rig.uplink(&failure(20, None));
        },
        |rig| {
            rig.give(1);
            let _ = rig.take();
            let _ = rig.uplink(&Ue::with_keys(0, 9, by_suci()).response());
        },
    ];
    for (n, fail) in ways.into_iter().enumerate() {
        for (allowed, request) in [(true, by_suci()), (false, by_suci()), (true, Request::by_suci(1))] {
            let mut rig = Rig::new();
            rig.policy.unauthenticated_emergency = allowed;
            let emergency = request.registration_type == RegistrationType::EMERGENCY_REGISTRATION;
            let _ = rig.initial(&request.cleartext());
            let _ = rig.take();
            fail(&mut rig);
            if allowed && emergency {
                let _ = serve_null(&mut rig, request);
                assert!(rig.table.only().supi.is_none(), "nobody was authenticated");
            } else {
                assert!(rig.session.is_over(), "way {n}");
                assert!(rig.table.contexts.is_empty());
            }
        }
    }
}

#[test]
fn an_unauthenticated_emergency_touches_nobodys_context() {
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    rig.policy.unauthenticated_emergency = true;
    let before = rig.table.snapshot();
    let request =
        Request::by_guti(ue.guti.expect("a GUTI"), 7).with_type(RegistrationType::EMERGENCY_REGISTRATION);
    let _ = rig.initial(&request.cleartext());
    let _ = rig.take();
    let _ = rig.input(Input::Challenge(Err(AuthenticationUnavailable::NoAnswer)));
    let _ = serve_null(&mut rig, request);
    assert_eq!(rig.table.contexts.len(), 2);
    let other = rig.table.contexts.pop_last().expect("the emergency's");
    assert!(other.1.supi.is_none());
    assert_eq!(rig.table.snapshot(), before);
}

#[test]
fn a_null_context_is_good_for_the_emergency_only() {
    for allowed in [true, false] {
        let mut rig = Rig::new();
        rig.policy.unauthenticated_emergency = true;
        let _ = rig.initial(&by_imei().cleartext());
        let mut ue = serve_null(&mut rig, by_imei());
        let _ = rig.input(Input::ConnectionLost);
        rig.reconnect(&ue);
        rig.policy.unauthenticated_emergency = allowed;
        let request = ue.service(ServiceType::SIGNALLING, None, None);
        let disposition = rig.initial(&request);
        if allowed {
            assert_eq!(disposition, Disposition::Handled);
        } else {
            let cause = FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
            assert_eq!(disposition, Disposition::Replied(cause));
        }
    }
    // An ordinary registration under it is asked who it is.
    let mut rig = Rig::new();
    rig.policy.unauthenticated_emergency = true;
    let _ = rig.initial(&by_imei().cleartext());
    let mut ue = serve_null(&mut rig, by_imei());
    let _ = rig.input(Input::ConnectionLost);
    rig.reconnect(&ue);
    let request = ue.register(RegistrationType::INITIAL_REGISTRATION);
    let _ = rig.initial(&request);
    let question = rig.downlink();
    assert_eq!(ue.name(&question), "IDENTITY REQUEST");
}
