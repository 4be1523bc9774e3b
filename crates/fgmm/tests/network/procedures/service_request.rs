//! Service request (TS 24.501 5.6.1).

use crate::support::{Rig, Ue};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{
    ContextSetupFailure, EstablishmentCause, FgmmState, Input, Output, PduSessions, Phase, ReleaseCause,
};
use quintet_nas::fgs::{
    ConfigurationUpdateCommand, ConfigurationUpdateComplete, ControlPlaneServiceRequest,
    ControlPlaneServiceType, FgmmCause, MobileIdentity, NasKsi, ServiceAccept, ServiceType,
};
use quintet_nas::security::Protection;

#[test]
fn a_service_with_a_context_for_the_gnb() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.table
        .only_mut()
        .registration
        .as_mut()
        .expect("registered")
        .pdu_sessions = PduSessions::default().with(1);
    let count = ue.counts_sent();
    let asked = PduSessions::default().with(1).with(2).octets();
    let request = ue.service(ServiceType::DATA, Some(asked), Some(asked));
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let setup = rig.context_setup();
    assert_eq!(
        setup.k_gnb,
        ue.k_amf.k_gnb(count),
        "of the COUNT of SERVICE REQUEST"
    );
    let accept = ue.read(&setup.nas.expect("SERVICE ACCEPT"));
    let (accept, _) = ServiceAccept::decode(&accept).expect("SERVICE ACCEPT");
    assert_eq!(
        accept.pdu_session_status.expect("status").0,
        PduSessions::default().with(1).octets()
    );
    assert_eq!(
        accept.pdu_session_reactivation_result_error_cause.expect("why").0,
        [2, 92]
    );
    assert!(!rig.phases().contains(&Phase::Served));
    assert_eq!(rig.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
    assert!(rig.phases().contains(&Phase::Served));
    assert!(rig.session.is_idle());
}

#[test]
fn signalling_alone_needs_no_context() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.from.context_requested = false;
    let request = ue.service(ServiceType::SIGNALLING, None, None);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let accept = rig.downlink();
    assert_eq!(ue.name(&accept), "SERVICE ACCEPT");
    assert!(rig.session.is_idle() && !rig.session.is_over());
}

#[test]
fn a_service_that_does_not_verify_changes_nothing() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let before = rig.table.snapshot();
    let mut request = ue.service(ServiceType::DATA, None, None);
    request[3] ^= 1;
    let cause = FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
    assert_eq!(rig.initial(&request), Disposition::Replied(cause));
    assert_eq!(rig.rejected(), cause);
    assert_eq!(rig.table.snapshot(), before, "TS 24.501 4.4.4.3");
}

#[test]
fn a_service_of_nobody() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.table.contexts.clear();
    let request = ue.service(ServiceType::DATA, None, None);
    let cause = FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
    assert_eq!(rig.initial(&request), Disposition::Replied(cause));
    assert_eq!(rig.rejected(), cause);
}

#[test]
fn a_deregistered_ue_is_told() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.table.only_mut().state = FgmmState::Deregistered;
    let request = ue.service(ServiceType::SIGNALLING, None, None);
    let _ = rig.initial(&request);
    assert_eq!(rig.rejected_to(&mut ue), FgmmCause::IMPLICITLY_DEREGISTERED);
}

/// CONFIGURATION UPDATE COMMAND with a GUTI, confirmed.
fn confirm_guti(rig: &mut Rig, ue: &mut Ue, command: &[u8]) {
    let plain = ue.read(command);
    let (command, _) = ConfigurationUpdateCommand::decode(&plain).expect("CONFIGURATION UPDATE COMMAND");
    assert!(
        command
            .configuration_update_indication
            .expect("one")
            .acknowledgement_requested()
    );
    assert!(command.tai_list.is_some());
    let Some(MobileIdentity::Guti(guti)) = command.guti else {
        panic!("a GUTI");
    };
    assert_ne!(ue.guti, Some(guti));
    ue.guti = Some(guti);
    let complete = ue.ciphered(ConfigurationUpdateComplete::new().into());
    rig.send(&complete);
    assert_eq!((rig.table.only().guti, rig.table.only().old_guti), (guti, None));
}

#[test]
fn a_ue_that_was_paged_gets_another_guti() {
    for (cause, service_type) in [
        (EstablishmentCause::MtAccess, ServiceType::SIGNALLING),
        (EstablishmentCause::Other, ServiceType::MOBILE_TERMINATED_SERVICES),
    ] {
        let mut rig = Rig::new();
        let mut ue = rig.idle(1);
        rig.from.establishment_cause = cause;
        rig.from.context_requested = false;
        let request = ue.service(service_type, None, None);
        let _ = rig.initial(&request);
        let mut downlinks = rig.downlinks();
        assert_eq!(downlinks.len(), 2, "SERVICE ACCEPT, then the GUTI");
        assert_eq!(ue.name(&downlinks.remove(0)), "SERVICE ACCEPT");
        confirm_guti(&mut rig, &mut ue, &downlinks[0]);
        assert!(rig.phases().contains(&Phase::ConfigurationUpdated));
    }
}

#[test]
fn a_guti_that_was_not_confirmed_is_settled_by_its_use() {
    // The UE uses the new one: it has it.
    let mut rig = Rig::new();
    rig.from.context_requested = false;
    let mut ue = rig.secure(1);
    rig.subscribe();
    let accepts = rig.downlinks();
    let first = rig.table.only().old_guti;
    let _ = ue.accept(&accepts[0]);
    let _ = rig.input(Input::ConnectionLost);
    rig.reconnect(&ue);
    let request = ue.service(ServiceType::SIGNALLING, None, None);
    let _ = rig.initial(&request);
    let accept = rig.downlink();
    assert_eq!(ue.name(&accept), "SERVICE ACCEPT");
    assert_eq!(rig.table.only().old_guti, None);
    // It uses the old one: it is told another.
    let mut rig = Rig::new();
    rig.from.context_requested = false;
    let mut ue = rig.secure(1);
    rig.subscribe();
    let accepts = rig.downlinks();
    let _ = ue.accept(&accepts[0]);
    let _ = rig.input(Input::ConnectionLost);
    ue.guti = first;
    rig.reconnect(&ue);
    let request = ue.service(ServiceType::SIGNALLING, None, None);
    let _ = rig.initial(&request);
    let mut downlinks = rig.downlinks();
    assert_eq!(ue.name(&downlinks.remove(0)), "SERVICE ACCEPT");
    confirm_guti(&mut rig, &mut ue, &downlinks[0]);
}

#[test]
fn control_plane_service_is_not_there() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let request = ControlPlaneServiceRequest::new(
        ControlPlaneServiceType::MOBILE_ORIGINATING_REQUEST,
        NasKsi(ue.ksi),
    );
    let request = ue.initial(&request.into());
    let _ = rig.initial(&request);
    assert_eq!(
        rig.rejected_to(&mut ue),
        FgmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
    );
}

#[test]
fn the_gnb_has_no_room() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let request = ue.service(ServiceType::DATA, None, None);
    let _ = rig.initial(&request);
    let _ = rig.take();
    let _ = rig.input(Input::ContextSetup(Err(ContextSetupFailure::NoAnswer)));
    assert_eq!(rig.ending().1, Some(ReleaseCause::Unspecified));
    assert_eq!(rig.table.only().state, FgmmState::Registered, "it asks again");
}

#[test]
fn a_service_on_a_connection_that_is_there() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let s_tmsi = MobileIdentity::STmsi(ue.guti.expect("a GUTI").s_tmsi());
    let request = quintet_nas::fgs::ServiceRequest::new(NasKsi(ue.ksi), ServiceType::SIGNALLING, s_tmsi);
    let request = quintet_nas::fgs::FgmmMessage::from(request).to_octets();
    let request = ue.protect(Protection::Ciphered, &request);
    assert_eq!(rig.uplink(&request), Disposition::Handled);
    let outputs = rig.take();
    assert!(
        matches!(outputs[..], [Output::Downlink(_)]),
        "no other context: {outputs:?}"
    );
}
