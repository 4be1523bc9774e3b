//! What the causes of a reject do to a UE (TS 24.301 5.5.1.2.5, 5.5.3.2.5, 5.6.1.5).

use crate::network::*;
use quintet_emm::Disposition;
use quintet_emm::ue::{Event, Input, NotStarted, Procedure, Start, Timer, UpdateStatus};
use quintet_nas::eps::*;
use std::time::Duration;

fn rejected(procedure: Procedure, cause: EmmCause, protected: bool) -> Event {
    Event::Rejected {
        procedure,
        cause,
        protected,
    }
}

#[test]
fn causes_that_end_it() {
    for (cause, invalid) in [
        (3, true),
        (6, true),
        (7, true),
        (8, true),
        (11, false),
        (12, false),
        (13, false),
        (14, false),
        (15, false),
        (35, false),
    ] {
        let mut rig = Rig::idle();
        rig.start(Start::ATTACH);
        rig.pop();
        let cause = EmmCause(cause);
        assert_eq!(rig.down_plain(AttachReject::new(cause)), Disposition::Handled);
        assert_eq!(rig.events(), [rejected(Procedure::Attach, cause, false)]);
        assert_eq!(
            rig.ue.update_status(),
            UpdateStatus::RoamingNotAllowed,
            "{cause:?}"
        );
        assert!(
            rig.ue.guti().is_none() && rig.ue.current_context().is_none(),
            "{cause:?}"
        );
        assert_eq!(rig.expire(), value(Timer::T3440), "{cause:?}");
        assert_eq!(rig.ue.poll_timeout(), None, "{cause:?}: nothing more is tried");
        rig.start(Start::ATTACH);
        let refused = rig.events() == [Event::NotStarted(NotStarted::InvalidUsim)];
        assert_eq!(refused, invalid, "{cause:?}: the card");
    }
}

#[test]
fn other_causes_are_attempts_and_protocol_errors_the_last() {
    let mut rig = Rig::attaching();
    let _ = rig.down_plain(AttachReject::new(EmmCause::NETWORK_FAILURE));
    assert_eq!(rig.expire(), value(Timer::T3411));
    rig.pop_plain(0);
    let _ = rig.down_plain(AttachReject::new(EmmCause::INVALID_MANDATORY_INFORMATION));
    assert_eq!(rig.expire(), value(Timer::T3402));
    rig.pop_plain(0);
}

#[test]
fn congestion_waits_for_t3346() {
    let minute = Duration::from_secs(60);
    for protected in [true, false] {
        let mut rig = Rig::attaching();
        let mut reject = AttachReject::new(EmmCause::CONGESTION);
        reject.t3346_value = GprsTimer::from_duration(minute);
        if protected {
            rig.secure(1);
            let _ = rig.down(reject);
        } else {
            let _ = rig.down_plain(reject);
        }
        rig.occurs(Input::ConnectionReleased);
        rig.start(Start::ATTACH);
        assert!(rig.events().contains(&Event::NotStarted(NotStarted::Congestion)));
        let waited = rig.expire();
        assert_eq!(waited, if protected { minute } else { value(Timer::T3346) });
        rig.pop();
    }
}

#[test]
fn an_unknown_identity_begins_anew_by_imsi() {
    for service in [true, false] {
        let mut rig = Rig::idle();
        rig.start(if service {
            Start::ServiceRequest
        } else {
            Start::UPDATE
        });
        rig.pop();
        let cause = EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
        if service {
            let _ = rig.down_plain(ServiceReject::new(cause));
        } else {
            let _ = rig.down_plain(TrackingAreaUpdateReject::new(cause));
        }
        assert!(!rig.ue.is_registered());
        rig.quiet();
        rig.occurs(Input::ConnectionReleased);
        let plain = rig.pop_plain(0);
        let (request, _) = AttachRequest::decode(&plain).unwrap();
        assert_eq!(
            request.eps_mobile_identity,
            EpsMobileIdentity::Imsi(identity().imsi.unwrap())
        );
        assert_eq!(request.nas_key_set_identifier, NasKsi::NO_KEY_AVAILABLE);
    }
}

#[test]
fn an_implicit_detach_begins_anew_by_guti() {
    let mut rig = Rig::idle();
    rig.start(Start::UPDATE);
    rig.pop();
    let _ = rig.down(TrackingAreaUpdateReject::new(EmmCause::IMPLICITLY_DETACHED));
    // The network does not release: T3440 does.
    assert_eq!(rig.expire(), value(Timer::T3440));
    let plain = rig.pop_plain(1);
    let (request, _) = AttachRequest::decode(&plain).unwrap();
    assert_eq!(request.eps_mobile_identity, EpsMobileIdentity::Guti(guti(0x1234)));
}

#[test]
fn a_forbidden_area_of_an_update_leaves_the_registration() {
    let mut rig = Rig::idle();
    rig.start(Start::UPDATE);
    rig.pop();
    let _ = rig.down(TrackingAreaUpdateReject::new(
        EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
    ));
    assert!(rig.ue.is_registered());
    assert_eq!(rig.ue.update_status(), UpdateStatus::RoamingNotAllowed);
    assert_eq!(rig.ue.guti(), Some(guti(0x1234)));
}

#[test]
fn a_detach_with_a_cause_is_a_reject() {
    let mut rig = Rig::registered();
    let mut request = DetachRequestFromNetwork::new(DetachType::RE_ATTACH_NOT_REQUIRED);
    request.emm_cause = Some(EmmCause::ILLEGAL_UE);
    assert_eq!(rig.down(request), Disposition::Handled);
    assert_eq!(rig.pop()[0] >> 4, 2);
    assert_eq!(rig.ue.update_status(), UpdateStatus::RoamingNotAllowed);
    assert!(rig.ue.current_context().is_none());
}
