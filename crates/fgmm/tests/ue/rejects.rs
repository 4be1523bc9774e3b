//! What each cause of a reject leaves of the UE (TS 24.501 5.5.1.2.5, 5.5.1.3.5, 5.6.1.5).

use crate::network::*;
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{Event, Input, NotStarted, Procedure, Start, Timer, UpdateStatus};
use quintet_nas::fgs::*;
use std::time::Duration;

/// What is left: whether 5G-GUTI and keys are kept, the status, whether the card is still good.
fn left(rig: &Rig) -> (bool, bool, UpdateStatus) {
    let kept = (rig.ue.guti().is_some(), rig.ue.current_context().is_some());
    (kept.0, kept.1, rig.ue.update_status())
}

fn rejected(procedure: Procedure, cause: FgmmCause) -> Event {
    Event::Rejected {
        procedure,
        cause,
        protected: false,
    }
}

/// A registered UE whose initial registration is refused with `cause`.
fn registration_refused(cause: u8) -> Rig {
    let mut rig = Rig::idle();
    rig.start(Start::REGISTER);
    rig.pop();
    assert_eq!(
        rig.down_plain(RegistrationReject::new(FgmmCause(cause))),
        Disposition::Handled
    );
    assert_eq!(
        rig.events(),
        [rejected(Procedure::Registration, FgmmCause(cause))]
    );
    assert!(!rig.ue.is_registered());
    rig
}

#[test]
fn initial_registration_refused_for_good() {
    for cause in [3, 5, 6, 7] {
        let mut rig = registration_refused(cause);
        assert_eq!(
            left(&rig),
            (false, false, UpdateStatus::RoamingNotAllowed),
            "#{cause}"
        );
        assert_eq!(rig.expire(), value(Timer::T3540), "#{cause}");
        rig.start(Start::REGISTER);
        assert_eq!(
            rig.events(),
            [Event::NotStarted(NotStarted::InvalidUsim)],
            "#{cause}"
        );
    }
    for cause in [11, 12, 13, 15, 27, 31, 73] {
        let mut rig = registration_refused(cause);
        assert_eq!(
            left(&rig),
            (false, false, UpdateStatus::RoamingNotAllowed),
            "#{cause}"
        );
        rig.expire();
        // The card is as good as before, elsewhere.
        rig.start(Start::REGISTER);
        rig.pop_type(0, RegistrationRequest::MESSAGE_TYPE);
    }
    let mut rig = registration_refused(62);
    assert_eq!(left(&rig), (true, true, UpdateStatus::NotUpdated));
    rig.expire();
    rig.quiet();
}

#[test]
fn what_is_abnormal_is_tried_again() {
    for cause in [9, 10, 22, 72, 74, 75] {
        let mut rig = registration_refused(cause);
        assert_eq!(rig.releases, 1, "#{cause}");
        assert_eq!(rig.expire(), value(Timer::T3511), "#{cause}");
        rig.pop_plain(1);
    }
    for cause in [95, 96, 97, 99, 111] {
        let mut rig = registration_refused(cause);
        assert_eq!(rig.expire(), value(Timer::T3502), "#{cause}");
        rig.pop_type(0, RegistrationRequest::MESSAGE_TYPE);
    }
}

#[test]
fn congestion_backs_off() {
    // A time that nobody vouches for is not believed.
    let mut reject = RegistrationReject::new(FgmmCause::CONGESTION);
    reject.t3346_value = GprsTimer::from_duration(Duration::from_secs(60));
    let mut rig = Rig::registering();
    assert_eq!(rig.down_plain(reject.clone()), Disposition::Handled);
    assert_eq!(rig.expire(), value(Timer::T3540));
    rig.start(Start::REGISTER);
    assert_eq!(
        rig.events().last(),
        Some(&Event::NotStarted(NotStarted::Congestion))
    );
    while rig.uplink.is_empty() {
        rig.expire();
    }
    assert_eq!(rig.now, value(Timer::T3346));
    let mut rig = Rig::registering();
    rig.secure(0);
    assert_eq!(rig.down(reject), Disposition::Handled);
    assert_eq!(rig.expire(), value(Timer::T3540));
    while rig.uplink.is_empty() {
        rig.expire();
    }
    assert_eq!(rig.now, Duration::from_secs(60));
}

#[test]
fn an_update_refused() {
    // Cause, what is left, and whether the UE is still registered.
    let kept = (true, true);
    let gone = (false, false);
    let cases = [
        (3, gone, UpdateStatus::RoamingNotAllowed, false),
        (9, gone, UpdateStatus::NotUpdated, false),
        (10, kept, UpdateStatus::NotUpdated, false),
        (11, gone, UpdateStatus::RoamingNotAllowed, false),
        (12, gone, UpdateStatus::RoamingNotAllowed, false),
        (13, kept, UpdateStatus::RoamingNotAllowed, true),
        (15, kept, UpdateStatus::RoamingNotAllowed, true),
        (62, kept, UpdateStatus::NotUpdated, true),
        (73, gone, UpdateStatus::RoamingNotAllowed, false),
    ];
    for (cause, (guti, keys), status, registered) in cases {
        let mut rig = Rig::idle();
        rig.start(Start::UPDATE);
        rig.pop();
        let reject = RegistrationReject::new(FgmmCause(cause));
        assert_eq!(rig.down_plain(reject), Disposition::Handled);
        assert_eq!(rig.events(), [rejected(Procedure::Update, FgmmCause(cause))]);
        assert_eq!(left(&rig), (guti, keys, status), "#{cause}");
        assert_eq!(rig.ue.is_registered(), registered, "#{cause}");
    }
}

#[test]
fn a_service_refused() {
    // Cause, header type of what follows as soon as the connection is gone, if anything does.
    for (cause, next) in [(9, Some(0)), (10, Some(1)), (28, None), (11, None), (3, None)] {
        let mut rig = Rig::idle();
        rig.start(Start::SERVICE);
        rig.pop();
        let reject = ServiceReject::new(FgmmCause(cause));
        assert_eq!(rig.down_plain(reject), Disposition::Handled);
        assert_eq!(
            rig.events(),
            [rejected(Procedure::ServiceRequest, FgmmCause(cause))]
        );
        rig.occurs(Input::ConnectionReleased);
        match next {
            Some(header_type) => {
                rig.pop_type(header_type, RegistrationRequest::MESSAGE_TYPE);
            }
            None => rig.quiet(),
        }
        assert_eq!(rig.ue.is_registered(), cause == 28, "#{cause}");
    }
    for cause in [76, 78] {
        let mut rig = Rig::idle();
        rig.start(Start::SERVICE);
        rig.pop();
        let reject = ServiceReject::new(FgmmCause(cause));
        assert!(
            matches!(rig.down_plain(reject), Disposition::Silent(_)),
            "#{cause}"
        );
    }
}
