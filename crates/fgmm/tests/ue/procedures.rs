//! Registration, update, service request, deregistration and configuration update as they should go, and what their timers
//! do (TS 24.501 5.4.4, 5.5, 5.6).

use crate::network::*;
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{
    Abandonment, Departure, Event, Input, NotStarted, Procedure, Start, Timer, UpdateStatus,
};
use quintet_nas::fgs::*;

fn abandoned(procedure: Procedure, why: Abandonment, attempt: u8) -> Event {
    Event::Abandoned {
        procedure,
        why,
        attempt,
    }
}

fn request(plain: &[u8]) -> RegistrationRequest<'_> {
    let (request, soft) = RegistrationRequest::decode(plain).expect("REGISTRATION REQUEST");
    assert!(soft.is_empty());
    request
}

#[test]
fn a_registration_from_nothing() {
    let mut rig = Rig::new();
    rig.start(Start::REGISTER);
    assert_eq!(rig.s_tmsi, None);
    let first = rig.pop_plain(0);
    let outer = request(&first);
    assert_eq!(outer.ng_ksi, NasKsi::NO_KEY_AVAILABLE);
    assert!(matches!(outer.mobile_identity, MobileIdentity::Suci(_)));
    assert_eq!(
        outer.ue_security_capability,
        Some(configuration().ue_security_capability)
    );
    // What is not cleartext does not go before there is a context (TS 24.501 4.4.6).
    assert_eq!((outer.requested_nssai, outer.fgmm_capability), (None, None));
    rig.authenticate(0);
    let complete = rig.commanded(&rig.command(0));
    let (complete, _) = SecurityModeComplete::decode(&complete).unwrap();
    let whole = request(complete.nas_message_container.expect("the whole request").0);
    assert_eq!(whole.mobile_identity, outer.mobile_identity);
    assert!(whole.requested_nssai.is_some() && whole.fgmm_capability.is_some());
    assert_eq!(complete.imeisv, None, "not asked for");
    rig.accept(0x42);
    let guti = Some(guti(0x42));
    assert_eq!(
        rig.events(),
        [
            Event::SecurityModeComplete {
                replayed: true,
                horizontal: false
            },
            Event::Registered { guti }
        ]
    );
    assert_eq!(rig.ue.update_status(), UpdateStatus::Updated);
    assert_eq!(rig.ue.allowed_nssai(), [quintet_identity::SNssai::EMBB]);
    assert!(!rig.ue.is_busy());
    // Sent again, it is confirmed again, and nothing else happens.
    rig.accept(0x42);
    assert_eq!(rig.events(), []);
    rig.quiet();
}

#[test]
fn five_attempts_then_t3502_and_by_suci() {
    let mut rig = Rig::idle();
    rig.start(Start::REGISTER);
    for attempt in 1..=5 {
        let plain = rig.pop_plain(1);
        assert_eq!(
            request(&plain).mobile_identity,
            MobileIdentity::Guti(guti(0x1234))
        );
        assert_eq!(rig.expire(), value(Timer::T3510));
        let why = Abandonment::Expired(Timer::T3510);
        assert_eq!(rig.events(), [abandoned(Procedure::Registration, why, attempt)]);
        assert_eq!(rig.releases, usize::from(attempt));
        let pause = if attempt < 5 { Timer::T3511 } else { Timer::T3502 };
        assert_eq!(rig.expire(), value(pause), "after attempt {attempt}");
    }
    let plain = rig.pop_plain(0);
    assert!(matches!(request(&plain).mobile_identity, MobileIdentity::Suci(_)));
    assert_eq!(rig.ue.guti(), None);
}

#[test]
fn a_lost_connection_is_an_attempt_too() {
    let mut rig = Rig::registering();
    rig.secure(1);
    rig.events.clear();
    rig.occurs(Input::LowerLayerFailure);
    assert_eq!(
        rig.events(),
        [abandoned(Procedure::Registration, Abandonment::ConnectionLost, 1)]
    );
    assert_eq!(rig.expire(), value(Timer::T3511));
    // The context of the attempt before is in use already, and hides what is not cleartext.
    let plain = rig.pop_plain(1);
    assert!(request(&plain).requested_nssai.is_some());
}

#[test]
fn without_automatic_an_attempt_is_the_only_one() {
    let mut configuration = configuration();
    configuration.automatic = false;
    let mut rig = Rig::with(configuration, identity());
    rig.start(Start::REGISTER);
    assert_eq!(rig.expire(), value(Timer::T3510));
    assert!(!rig.ue.is_busy());
    rig.pop();
    rig.expire();
    assert_eq!(rig.ue.poll_timeout(), None, "T3519 was the last");
    rig.quiet();
}

#[test]
fn an_update_hides_what_is_not_cleartext() {
    let mut rig = Rig::idle();
    rig.start(Start::UPDATE);
    assert_eq!(rig.s_tmsi, Some(guti(0x1234).s_tmsi()));
    let pdu = rig.uplink.front().expect("a PDU").clone();
    let (outer, _) = RegistrationRequest::decode(&pdu[7..]).unwrap();
    assert!(outer.requested_nssai.is_none() && outer.nas_message_container.is_some());
    assert!(outer.pdu_session_status.is_none(), "in the container");
    let plain = rig.pop_plain(1);
    let whole = request(&plain);
    assert!(whole.requested_nssai.is_some() && whole.pdu_session_status.is_some());
    assert_eq!(whole.last_visited_registered_tai, Some(tai()));
    assert_eq!(
        rig.down(registration_accept(Some(guti(0x77)))),
        Disposition::Handled
    );
    rig.pop_type(2, RegistrationComplete::MESSAGE_TYPE);
    let guti = Some(guti(0x77));
    assert_eq!(rig.events(), [Event::Updated { guti }]);
    rig.occurs(Input::ConnectionReleased);
    // The periodic one comes by itself, and needs no confirmation when it brings nothing.
    assert_eq!(rig.expire(), value(Timer::T3512));
    let plain = rig.pop_plain(1);
    let periodic = request(&plain);
    assert_eq!(
        (periodic.registration_type, periodic.ue_security_capability),
        (RegistrationType::PERIODIC_REGISTRATION_UPDATING, None)
    );
    assert_eq!(rig.down(registration_accept(None)), Disposition::Handled);
    rig.quiet();
    assert_eq!(rig.events(), [Event::Updated { guti }]);
}

#[test]
fn a_service_request_is_answered_by_a_message() {
    let mut rig = Rig::idle();
    rig.start(Start::SERVICE);
    let plain = rig.pop_type(1, ServiceRequest::MESSAGE_TYPE);
    let (service, _) = ServiceRequest::decode(&plain).unwrap();
    assert_eq!(service.s_tmsi, MobileIdentity::STmsi(guti(0x1234).s_tmsi()));
    let count = rig.count.expect("a COUNT").value();
    assert!(!rig.ue.path().is_secure());
    rig.occurs(Input::ContextSetUp);
    let expected = rig.k_amf.as_ref().unwrap().k_gnb(count);
    assert_eq!(rig.k_gnb.as_ref(), Some(&expected));
    assert_eq!(rig.events(), [], "access stratum alone is no answer");
    assert_eq!(rig.down(ServiceAccept::new()), Disposition::Handled);
    assert_eq!(rig.events(), [Event::Served]);
    assert!(rig.ue.path().is_secure());
    // Also within the connection, ciphered then.
    rig.start(Start::SERVICE);
    rig.pop_type(2, ServiceRequest::MESSAGE_TYPE);
    assert_eq!(rig.down(ServiceAccept::new()), Disposition::Handled);
    assert_eq!(rig.events(), [Event::Served]);
}

#[test]
fn a_service_request_without_an_answer_is_given_up() {
    let mut rig = Rig::idle();
    rig.start(Start::SERVICE);
    rig.pop();
    assert_eq!(rig.expire(), value(Timer::T3517));
    let why = Abandonment::Expired(Timer::T3517);
    assert_eq!(rig.events(), [abandoned(Procedure::ServiceRequest, why, 1)]);
    assert!(rig.ue.is_registered() && !rig.ue.is_busy());
}

#[test]
fn paging_and_notification_are_answered() {
    let mut rig = Rig::idle();
    rig.occurs(Input::Paged);
    let plain = rig.pop_type(1, ServiceRequest::MESSAGE_TYPE);
    let (service, _) = ServiceRequest::decode(&plain).unwrap();
    assert_eq!(service.service_type, ServiceType::MOBILE_TERMINATED_SERVICES);
    assert_eq!(rig.down(ServiceAccept::new()), Disposition::Handled);
    let notification = Notification::new(AccessType::NON_3GPP_ACCESS);
    assert_eq!(rig.down(notification), Disposition::Handled);
    rig.pop_type(2, NotificationResponse::MESSAGE_TYPE);
    rig.occurs(Input::Paged);
    rig.quiet();
}

#[test]
fn a_deregistration_is_answered_or_not() {
    let mut rig = Rig::registered();
    rig.start(Start::Deregister { switch_off: false });
    rig.pop_type(2, DeregistrationRequestFromUe::MESSAGE_TYPE);
    assert_eq!(
        rig.down(DeregistrationAcceptFromNetwork::new()),
        Disposition::Handled
    );
    assert_eq!(rig.events(), [Event::Deregistered(Departure::Accepted)]);
    assert!(!rig.ue.is_registered());

    let mut rig = Rig::idle();
    rig.start(Start::Deregister { switch_off: false });
    rig.pop_plain(1);
    for _ in 0..4 {
        assert_eq!(rig.expire(), value(Timer::T3521));
        rig.pop_type(1, DeregistrationRequestFromUe::MESSAGE_TYPE);
        assert_eq!(rig.events(), []);
    }
    rig.expire();
    assert_eq!(rig.events(), [Event::Deregistered(Departure::Unanswered)]);
    assert!(!rig.ue.is_registered() && !rig.ue.is_connected());

    let mut rig = Rig::idle();
    rig.start(Start::Deregister { switch_off: true });
    let plain = rig.pop_plain(1);
    let (request, _) = DeregistrationRequestFromUe::decode(&plain).unwrap();
    assert!(request.deregistration_type.switch_off());
    assert_eq!(rig.events(), [Event::Deregistered(Departure::Unanswered)]);
    // 5G-GUTI and context are kept over the time without power.
    rig.occurs(Input::ConnectionReleased);
    rig.start(Start::REGISTER);
    rig.pop_plain(1);
}

#[test]
fn the_network_deregisters_and_may_want_the_ue_back() {
    for reregister in [true, false] {
        let mut rig = Rig::registered();
        let kind = if reregister {
            DeregistrationType::RE_REGISTRATION_REQUIRED_3GPP_ACCESS
        } else {
            DeregistrationType::ACCESS_3GPP
        };
        assert_eq!(
            rig.down(DeregistrationRequestFromNetwork::new(kind)),
            Disposition::Handled
        );
        rig.pop_type(2, DeregistrationAcceptFromUe::MESSAGE_TYPE);
        let cause = None;
        let departure = Departure::ByNetwork { reregister, cause };
        assert_eq!(rig.events(), [Event::Deregistered(departure)]);
        rig.occurs(Input::ConnectionReleased);
        if reregister {
            rig.pop_type(1, RegistrationRequest::MESSAGE_TYPE);
        } else {
            rig.quiet();
        }
    }
}

#[test]
fn a_configuration_update_is_taken_and_confirmed_if_asked() {
    let mut rig = Rig::registered();
    let mut command = ConfigurationUpdateCommand::new();
    command.guti = Some(MobileIdentity::Guti(guti(0x99)));
    command.configuration_update_indication = Some(ConfigurationUpdateIndication::BOTH_REQUESTED);
    assert_eq!(rig.down(command), Disposition::Handled);
    rig.pop_type(2, ConfigurationUpdateComplete::MESSAGE_TYPE);
    assert_eq!(rig.ue.guti(), Some(guti(0x99)));
    rig.quiet();
    // Registration was requested: as soon as the connection is gone.
    rig.occurs(Input::ConnectionReleased);
    let plain = rig.pop_type(1, RegistrationRequest::MESSAGE_TYPE);
    assert_eq!(
        request(&plain).registration_type,
        RegistrationType::MOBILITY_REGISTRATION_UPDATING
    );
    let mut rig = Rig::registered();
    assert_eq!(rig.down(ConfigurationUpdateCommand::new()), Disposition::Handled);
    rig.quiet();
}

#[test]
fn a_slice_that_wants_authentication_is_declined() {
    let mut rig = Rig::registered();
    let request = [1, 0x2a, 0, 5, 1];
    let slice = SNssaiIe::from(quintet_identity::SNssai::EMBB);
    let command = NetworkSliceSpecificAuthenticationCommand::new(slice, EapMessage(&request));
    assert_eq!(rig.down(command), Disposition::Handled);
    let plain = rig.pop_type(2, NetworkSliceSpecificAuthenticationComplete::MESSAGE_TYPE);
    let (complete, _) = NetworkSliceSpecificAuthenticationComplete::decode(&plain).unwrap();
    assert_eq!(
        complete.eap_message.0,
        [2, 0x2a, 0, 6, 3, 0],
        "a Nak of the same identifier"
    );
}

#[test]
fn what_needs_a_registration_does_not_begin_without() {
    let mut rig = Rig::new();
    for start in [
        Start::UPDATE,
        Start::SERVICE,
        Start::PduSession,
        Start::Deregister { switch_off: false },
    ] {
        rig.start(start);
        assert_eq!(rig.events(), [Event::NotStarted(NotStarted::NotRegistered)]);
    }
    rig.quiet();
}

#[test]
fn the_network_s_timers_are_kept() {
    let mut rig = Rig::registering();
    rig.secure(1);
    let mut accept = registration_accept(Some(guti(1)));
    let minutes = |n: u64| std::time::Duration::from_secs(60 * n);
    accept.t3512_value = GprsTimer3::from_duration(minutes(30));
    accept.t3502_value = GprsTimer::from_duration(minutes(3));
    assert_eq!(rig.down(accept), Disposition::Handled);
    rig.pop_plain(2);
    rig.occurs(Input::ConnectionReleased);
    assert_eq!(rig.expire(), minutes(30));
    for attempt in 1..=5 {
        rig.pop();
        assert_eq!(rig.expire(), value(Timer::T3510), "{attempt}");
        let pause = if attempt < 5 {
            value(Timer::T3511)
        } else {
            minutes(3)
        };
        assert_eq!(rig.expire(), pause, "{attempt}");
    }
}
