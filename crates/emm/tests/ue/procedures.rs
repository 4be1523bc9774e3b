//! Attach, update, service request, detach as they should go, and what their timers do (TS 24.301 5.4.1, 5.5, 5.6).

use crate::network::*;
use quintet_emm::Disposition;
use quintet_emm::ue::{
    Abandonment, Bearer, Departure, Event, Input, NotStarted, Procedure, Start, Timer, UpdateStatus,
};
use quintet_identity::STmsi;
use quintet_nas::eps::*;

fn abandoned(procedure: Procedure, why: Abandonment, attempt: u8) -> Event {
    Event::Abandoned {
        procedure,
        why,
        attempt,
    }
}

#[test]
fn an_attach_from_nothing() {
    let mut rig = Rig::new();
    rig.start(Start::ATTACH);
    assert_eq!(rig.s_tmsi, None);
    let plain = rig.pop_plain(0);
    let (request, soft) = AttachRequest::decode(&plain).unwrap();
    assert!(soft.is_empty());
    assert_eq!(
        request.eps_mobile_identity,
        EpsMobileIdentity::Imsi(identity().imsi.unwrap())
    );
    assert_eq!(request.nas_key_set_identifier, NasKsi::NO_KEY_AVAILABLE);
    let esm = EsmMessage::decode_uplink(request.esm_message_container.0)
        .unwrap()
        .message;
    let EsmMessage::PdnConnectivityRequest(connectivity) = esm else {
        panic!("{esm:?}")
    };
    assert_eq!(
        connectivity.esm_information_transfer_flag,
        Some(EsmInformationTransferFlag::REQUIRED)
    );
    assert_eq!(connectivity.access_point_name, None, "not without protection");
    rig.secure(0);
    let transaction = connectivity.procedure_transaction_identity;
    let information = EsmInformationRequest::new(EpsBearerIdentity::UNASSIGNED, transaction);
    assert_eq!(rig.down_esm(information), Disposition::Handled);
    let plain = rig.pop_plain(2);
    let (response, _) = EsmInformationResponse::decode(&plain).unwrap();
    assert_eq!(response.access_point_name.unwrap().text(), "internet");
    rig.accept(0x42);
    let address = Some([10, 0, 0, 7].into());
    assert_eq!(
        rig.events(),
        [
            Event::SecurityModeComplete { replayed: false },
            Event::Registered {
                guti: Some(guti(0x42)),
                address
            }
        ]
    );
    assert_eq!(rig.ue.bearer(), Some(Bearer { identity: 5, address }));
    assert_eq!(rig.ue.update_status(), UpdateStatus::Updated);
    assert!(!rig.ue.is_busy());
    // Sent again, it is confirmed again, and nothing else happens.
    rig.accept(0x42);
    assert_eq!(rig.events(), []);
    assert_eq!(rig.down(EmmInformation::new()), Disposition::Handled);
    rig.quiet();
}

#[test]
fn five_attempts_then_t3402_and_by_imsi() {
    let mut rig = Rig::idle();
    rig.start(Start::ATTACH);
    for attempt in 1..=5 {
        rig.pop_plain(1);
        assert_eq!(rig.expire(), value(Timer::T3410));
        let why = Abandonment::Expired(Timer::T3410);
        assert_eq!(rig.events(), [abandoned(Procedure::Attach, why, attempt)]);
        assert_eq!(rig.releases, usize::from(attempt));
        let pause = if attempt < 5 { Timer::T3411 } else { Timer::T3402 };
        assert_eq!(rig.expire(), value(pause), "after attempt {attempt}");
    }
    let plain = rig.pop_plain(0);
    let (request, _) = AttachRequest::decode(&plain).unwrap();
    assert_eq!(
        request.eps_mobile_identity,
        EpsMobileIdentity::Imsi(identity().imsi.unwrap())
    );
    assert_eq!(rig.ue.guti(), None);
}

#[test]
fn a_lost_connection_is_an_attempt_too() {
    let mut rig = Rig::attaching();
    rig.secure(1);
    rig.events.clear();
    rig.occurs(Input::LowerLayerFailure);
    assert_eq!(
        rig.events(),
        [abandoned(Procedure::Attach, Abandonment::ConnectionLost, 1)]
    );
    assert_eq!(rig.expire(), value(Timer::T3411));
    // The context of the attempt before is in use already.
    rig.pop_plain(1);
}

#[test]
fn without_automatic_an_attempt_is_the_only_one() {
    let mut configuration = configuration();
    configuration.automatic = false;
    let mut rig = Rig::with(configuration, identity());
    rig.start(Start::ATTACH);
    rig.expire();
    assert_eq!(rig.ue.poll_timeout(), None);
    assert!(!rig.ue.is_busy());
}

#[test]
fn an_update_with_and_without_a_guti() {
    let mut rig = Rig::idle();
    rig.start(Start::UPDATE);
    assert_eq!(
        rig.s_tmsi,
        Some(STmsi {
            mme_code: 1,
            m_tmsi: 0x1234
        })
    );
    let plain = rig.pop_plain(1);
    let (request, _) = TrackingAreaUpdateRequest::decode(&plain).unwrap();
    assert_eq!(request.old_guti, EpsMobileIdentity::Guti(guti(0x1234)));
    assert!(request.eps_bearer_context_status.unwrap().is_active(5));
    let mut accept = TrackingAreaUpdateAccept::new(EpsUpdateResult::TA_UPDATED);
    accept.guti = Some(EpsMobileIdentity::Guti(guti(0x77)));
    assert_eq!(rig.down(accept), Disposition::Handled);
    assert_eq!(rig.pop_plain(2)[1], TrackingAreaUpdateComplete::MESSAGE_TYPE);
    assert_eq!(
        rig.events(),
        [Event::Updated {
            guti: Some(guti(0x77))
        }]
    );
    rig.occurs(Input::ConnectionReleased);
    // The periodic one comes by itself.
    assert_eq!(rig.expire(), value(Timer::T3412));
    let plain = rig.pop_plain(1);
    let (request, _) = TrackingAreaUpdateRequest::decode(&plain).unwrap();
    assert_eq!(request.eps_update_type, EpsUpdateType::PERIODIC_UPDATING);
    let accept = TrackingAreaUpdateAccept::new(EpsUpdateResult::TA_UPDATED);
    assert_eq!(rig.down(accept), Disposition::Handled);
    rig.quiet();
}

#[test]
fn an_update_that_expires_is_tried_again() {
    let mut rig = Rig::idle();
    rig.start(Start::UPDATE);
    for _ in 0..5 {
        rig.pop_plain(1);
        assert_eq!(rig.expire(), value(Timer::T3430));
        rig.expire();
    }
    rig.pop_plain(1);
    assert!(rig.ue.is_registered());
}

#[test]
fn a_service_request_is_answered_by_bearers() {
    let mut rig = Rig::idle();
    rig.start(Start::ServiceRequest);
    let pdu = rig.pop();
    let verified = rig.nas.as_mut().unwrap().unprotect_service_request(&pdu).unwrap();
    assert_eq!(verified.message().ksi, 1);
    let expected = rig.kasme.as_ref().unwrap().k_enb(verified.count().value());
    rig.occurs(Input::ContextSetUp);
    assert_eq!(rig.k_enb.as_ref(), Some(&expected));
    assert_eq!(rig.events(), [Event::Served]);
    assert!(rig.ue.path().is_secure());
    // From here on it may be detached, renamed, asked.
    let command = GutiReallocationCommand::new(EpsMobileIdentity::Guti(guti(0x99)));
    assert_eq!(rig.down(command), Disposition::Handled);
    assert_eq!(rig.pop_plain(2)[1], GutiReallocationComplete::MESSAGE_TYPE);
    assert_eq!(rig.ue.guti(), Some(guti(0x99)));
    rig.start(Start::ServiceRequest);
    assert_eq!(rig.events(), [Event::NotStarted(NotStarted::Connected)]);
}

#[test]
fn a_service_request_without_an_answer_is_given_up() {
    let mut rig = Rig::idle();
    rig.start(Start::ServiceRequest);
    rig.pop();
    assert_eq!(rig.expire(), value(Timer::T3417));
    let why = Abandonment::Expired(Timer::T3417);
    assert_eq!(rig.events(), [abandoned(Procedure::ServiceRequest, why, 1)]);
    assert!(rig.ue.is_registered() && !rig.ue.is_busy());
}

#[test]
fn paging_is_answered_and_by_imsi_begins_anew() {
    let mut rig = Rig::idle();
    rig.occurs(Input::Paged { with_imsi: false });
    assert_eq!(rig.pop()[0], 0xc7);
    rig.occurs(Input::ContextSetUp);
    rig.occurs(Input::ConnectionReleased);
    rig.occurs(Input::Paged { with_imsi: true });
    let plain = rig.pop_plain(0);
    let (request, _) = AttachRequest::decode(&plain).unwrap();
    assert_eq!(
        request.eps_mobile_identity,
        EpsMobileIdentity::Imsi(identity().imsi.unwrap())
    );
}

#[test]
fn a_detach_is_answered_or_not() {
    let mut rig = Rig::registered();
    rig.start(Start::Detach { switch_off: false });
    assert_eq!(rig.pop_plain(2)[1], DetachRequestFromUe::MESSAGE_TYPE);
    assert_eq!(rig.down(DetachAccept::new()), Disposition::Handled);
    assert_eq!(rig.events(), [Event::Deregistered(Departure::Accepted)]);
    assert!(!rig.ue.is_registered());

    let mut rig = Rig::idle();
    rig.start(Start::Detach { switch_off: false });
    rig.pop_plain(1);
    for _ in 0..4 {
        assert_eq!(rig.expire(), value(Timer::T3421));
        rig.uplink.clear();
        assert_eq!(rig.events(), []);
    }
    rig.expire();
    assert_eq!(rig.events(), [Event::Deregistered(Departure::Unanswered)]);
    assert!(!rig.ue.is_registered() && !rig.ue.is_connected());

    let mut rig = Rig::idle();
    rig.start(Start::Detach { switch_off: true });
    let plain = rig.pop_plain(1);
    let (request, _) = DetachRequestFromUe::decode(&plain).unwrap();
    assert!(request.detach_type.switch_off());
    assert_eq!(rig.events(), [Event::Deregistered(Departure::Unanswered)]);
    // The context is kept for the next attach.
    rig.occurs(Input::ConnectionReleased);
    rig.start(Start::ATTACH);
    rig.pop_plain(1);
}

#[test]
fn the_network_detaches_and_may_want_the_ue_back() {
    for reattach in [true, false] {
        let mut rig = Rig::registered();
        let detach_type = if reattach {
            DetachType::RE_ATTACH_REQUIRED
        } else {
            DetachType::RE_ATTACH_NOT_REQUIRED
        };
        assert_eq!(
            rig.down(DetachRequestFromNetwork::new(detach_type)),
            Disposition::Handled
        );
        assert_eq!(rig.pop_plain(2)[1], DetachAccept::MESSAGE_TYPE);
        let cause = None;
        assert_eq!(
            rig.events(),
            [Event::Deregistered(Departure::ByNetwork { reattach, cause })]
        );
        rig.occurs(Input::ConnectionReleased);
        if reattach {
            rig.pop_plain(1);
        } else {
            rig.quiet();
        }
    }
    let mut rig = Rig::registered();
    let imsi_detach = DetachRequestFromNetwork::new(DetachType::NETWORK_IMSI_DETACH);
    assert_eq!(rig.down(imsi_detach), Disposition::Handled);
    assert_eq!(rig.pop_plain(2)[1], DetachAccept::MESSAGE_TYPE);
    assert!(rig.ue.is_registered(), "only from the CS domain");
}

#[test]
fn what_needs_a_registration_does_not_begin_without() {
    let mut rig = Rig::new();
    for start in [
        Start::UPDATE,
        Start::ServiceRequest,
        Start::Detach { switch_off: false },
    ] {
        rig.start(start);
        assert_eq!(rig.events(), [Event::NotStarted(NotStarted::NotRegistered)]);
    }
    rig.quiet();
}

#[test]
fn other_bearers_are_refused_politely() {
    let mut rig = Rig::registered();
    let bearer = EpsBearerIdentity(6);
    let none = ProcedureTransactionIdentity::UNASSIGNED;
    let dedicated = rig.cipher(&[0x62, 0x00, 0xc5, 0x05, 0x01, 0x09, 0x01, 0x21]);
    assert_eq!(rig.input(Input::Downlink(&dedicated)), Disposition::Handled);
    let answer = rig.pop_plain(2);
    assert_eq!(answer[0] & 0x0f, 2);
    let modify = ModifyEpsBearerContextRequest::new(bearer, none);
    assert_eq!(rig.down_esm(modify), Disposition::Handled);
    let plain = rig.pop_plain(2);
    let (reject, _) = ModifyEpsBearerContextReject::decode(&plain).unwrap();
    assert_eq!(reject.esm_cause, EsmCause::INVALID_EPS_BEARER_IDENTITY);
    let unknown = rig.cipher(&[0x52, 0x00, 0x01]);
    assert_eq!(rig.input(Input::Downlink(&unknown)), Disposition::Handled);
    let plain = rig.pop_plain(2);
    let (status, _) = EsmStatus::decode(&plain).unwrap();
    assert_eq!(
        status.esm_cause,
        EsmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
    );
}
