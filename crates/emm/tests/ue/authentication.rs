//! EPS authentication as the UE sees it (TS 24.301 5.4.2).

use crate::network::*;
use quintet_crypto::Amf;
use quintet_emm::Disposition;
use quintet_emm::ue::{Abandonment, Event, Input, Procedure, Start, Timer, UpdateStatus};
use quintet_nas::eps::*;

/// The AUTHENTICATION FAILURE that the UE sends.
fn failure(rig: &mut Rig) -> (EmmCause, Option<[u8; 14]>) {
    let plain = rig.pop_plain(0);
    let (failure, _) = AuthenticationFailure::decode(&plain).expect("AUTHENTICATION FAILURE");
    (failure.emm_cause, failure.authentication_failure_parameter)
}

#[test]
fn a_genuine_challenge_is_answered() {
    let mut rig = Rig::attaching();
    let request = rig.challenge(3, EPS);
    let _ = rig.down_plain(request);
    let plain = rig.pop_plain(0);
    let (response, _) = AuthenticationResponse::decode(&plain).unwrap();
    assert_eq!(response.authentication_response_parameter.len(), 8);
    rig.quiet();
}

#[test]
fn a_false_mac_is_20_and_three_failures_bar_the_cell() {
    let mut rig = Rig::attaching();
    for round in 1..=3 {
        let mut request = rig.challenge(0, EPS);
        request.authentication_parameter_autn[15] ^= 1;
        assert_eq!(rig.down_plain(request), Disposition::Handled);
        assert_eq!(failure(&mut rig), (EmmCause::MAC_FAILURE, None), "round {round}");
        let mut expected = vec![Event::AuthenticationFailed(EmmCause::MAC_FAILURE)];
        if round == 3 {
            expected.push(Event::NetworkNotGenuine);
            expected.push(abandoned(Abandonment::ConnectionLost));
        }
        assert_eq!(rig.events(), expected, "round {round}");
    }
    assert_eq!(rig.releases, 1);
    assert_eq!(rig.expire(), value(Timer::T3411), "and another attempt");
    assert_eq!(rig.pop_plain(0)[1], AttachRequest::MESSAGE_TYPE);
}

fn abandoned(why: Abandonment) -> Event {
    Event::Abandoned {
        procedure: Procedure::Attach,
        why,
        attempt: 1,
    }
}

#[test]
fn silence_after_a_failure_bars_the_cell_too() {
    for (cause, timer) in [
        (EmmCause::MAC_FAILURE, Timer::T3418),
        (EmmCause::SYNCH_FAILURE, Timer::T3420),
    ] {
        let mut rig = Rig::attaching();
        let mut request = rig.challenge(0, EPS);
        if cause == EmmCause::MAC_FAILURE {
            request.authentication_parameter_autn[15] ^= 1;
        } else {
            rig.authenticate(0);
        }
        let _ = rig.down_plain(request);
        assert_eq!(failure(&mut rig).0, cause);
        rig.events.clear();
        let silence = rig.expire();
        assert_eq!(silence, value(timer), "T3410 and T3416 were stopped");
        assert_eq!(
            rig.events(),
            [Event::NetworkNotGenuine, abandoned(Abandonment::ConnectionLost)]
        );
    }
}

#[test]
fn a_used_sqn_is_21_with_auts() {
    let mut rig = Rig::attaching();
    let old = rig.challenge(0, EPS);
    rig.authenticate(1);
    let _ = rig.down_plain(old);
    let (cause, auts) = failure(&mut rig);
    assert_eq!(cause, EmmCause::SYNCH_FAILURE);
    assert!(auts.is_some());
    // With a fresh one all is well, and T3410 runs again.
    rig.secure(1);
    rig.accept(7);
}

#[test]
fn a_clear_separation_bit_is_26_and_costs_no_sqn() {
    let mut rig = Rig::attaching();
    let request = rig.challenge(0, Amf([0, 0]));
    let _ = rig.down_plain(request);
    assert_eq!(
        failure(&mut rig),
        (EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE, None)
    );
    rig.seq -= 1;
    rig.secure(0);
}

#[test]
fn failures_of_any_kind_count_together_and_a_success_forgives() {
    let mut rig = Rig::attaching();
    let used = rig.challenge(0, EPS);
    rig.authenticate(0);
    let utran = rig.challenge(0, Amf([0, 0]));
    let mut forged = rig.challenge(0, EPS);
    forged.authentication_parameter_autn[9] ^= 1;
    let _ = rig.down_plain(used.clone());
    let _ = rig.down_plain(utran.clone());
    rig.uplink.clear();
    rig.authenticate(0);
    for request in [utran, used] {
        let _ = rig.down_plain(request);
    }
    assert!(
        !rig.events().contains(&Event::NetworkNotGenuine),
        "the success forgave"
    );
    let _ = rig.down_plain(forged);
    assert!(rig.events().contains(&Event::NetworkNotGenuine));
}

#[test]
fn a_repeated_challenge_is_answered_from_memory_while_t3416_runs() {
    let mut rig = Rig::attaching();
    let request = rig.challenge(0, EPS);
    let _ = rig.down_plain(request.clone());
    let first = rig.pop();
    let _ = rig.down_plain(request.clone());
    assert_eq!(rig.pop(), first, "the same RES, without the card");
    // T3410 (15 s) comes before T3416 (30 s); a new connection has no memory.
    rig.expire();
    rig.expire();
    rig.pop();
    let _ = rig.down_plain(request);
    assert_eq!(failure(&mut rig).0, EmmCause::SYNCH_FAILURE);
}

#[test]
fn a_reject_is_believed_after_an_answer_only() {
    let mut rig = Rig::attaching();
    let unasked = rig.down_plain(AuthenticationReject::new());
    assert!(matches!(unasked, Disposition::Silent(_)), "{unasked:?}");
    rig.authenticate(0);
    assert_eq!(rig.down_plain(AuthenticationReject::new()), Disposition::Handled);
    assert_eq!(rig.events(), [Event::AuthenticationRejected]);
    assert_eq!(rig.ue.update_status(), UpdateStatus::RoamingNotAllowed);
    assert!(rig.ue.current_context().is_none());
    assert_eq!(rig.expire(), value(Timer::T3440));
    assert_eq!(rig.releases, 1);
    assert_eq!(rig.ue.poll_timeout(), None, "nothing more is tried");
    rig.occurs(Input::Start(Start::ATTACH));
    rig.quiet();
}

#[test]
fn an_answer_of_the_card_that_comes_too_late_is_not_sent() {
    let mut rig = Rig::attaching();
    assert_eq!(
        rig.input(Input::Challenged(quintet_emm::ue::Challenged::MacFailure)),
        Disposition::Handled
    );
    rig.quiet();
    assert_eq!(rig.events(), []);
}
