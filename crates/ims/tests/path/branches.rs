//! TS 33.203 6.1 and 7.3, branch by branch.

use crate::support::{
    N1, N2, N3, OK, SM1, TERMINATING, after, auts, empty, play, refused, register, reject, sm6, sm7,
};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_ims::path::{
    Associations, Credentials, Exchange, Message, Method, Protection, Purpose, Register, Registration, State,
    Verify,
};

#[test]
fn registers_through_the_associations_of_the_challenge() {
    let state = after(&[SM1, sm6(N1), sm7(N1), OK]);
    assert_eq!(state.registration, Registration::Registered);
    assert_eq!(state.associations, Associations::Established);
    assert_eq!(state.exchange, Exchange::None);
}

#[test]
fn a_terminating_request_waits_for_the_registration() {
    let (direction, request) = TERMINATING;
    for pending in [vec![], vec![SM1], vec![SM1, sm6(N1)], vec![SM1, sm6(N1), sm7(N1)]] {
        let violation = after(&pending)
            .apply(direction, &request)
            .expect_err("not registered");
        assert_eq!(violation.clause, "TS 24.229 5.4.3.3");
    }
    let registered = after(&[SM1, sm6(N1), sm7(N1), OK]);
    assert_eq!(registered.apply(direction, &request), Ok(registered));
}

#[test]
fn requests_outside_established_associations_are_refused() {
    let registered = after(&[SM1, sm6(N1), sm7(N1), OK]);
    let bare = Message::Request {
        protection: Protection::None,
    };
    assert_eq!(refused(&registered, &bare), "TS 33.203 7.1");
    assert_eq!(
        registered.apply(Downlink, &bare).map_err(|why| why.clause),
        Err("TS 33.203 7.1")
    );
}

#[test]
fn a_wrong_response_of_a_registered_user_does_not_deregister() {
    let again = register(Credentials::None, Protection::Established, Verify::Same);
    let state = after(&[SM1, sm6(N1), sm7(N1), OK, again, sm6(N2), sm7(N2), reject(403)]);
    assert_eq!(state.registration, Registration::Registered);
    assert_eq!(state.associations, Associations::Established);
}

#[test]
fn a_wrong_response_of_an_unregistered_user_leaves_nothing() {
    assert_eq!(
        after(&[SM1, sm6(N1), sm7(N1), reject(403)]),
        State::NOT_REGISTERED
    );
}

#[test]
fn a_wrong_mac_is_told_outside_the_new_associations_and_ends_in_an_error() {
    assert_eq!(
        after(&[SM1, sm6(N1), empty(N1), reject(403)]),
        State {
            invalid: 0,
            ..State::NOT_REGISTERED
        }
    );
    let told = after(&[SM1, sm6(N1), empty(N1)]);
    assert_eq!(refused(&told, &sm6(N2)), "TS 33.203 6.1.2.2");
    assert_eq!(refused(&told, &OK), "TS 33.203 6.1.2.2");
    let inside = register(Credentials::Empty { nonce: N1 }, Protection::New, Verify::Same);
    assert_eq!(refused(&after(&[SM1, sm6(N1)]), &inside), "TS 24.229 5.1.1.5.3");
}

#[test]
fn a_synchronisation_failure_brings_another_vector() {
    let told = after(&[SM1, sm6(N1), auts(N1)]);
    assert_eq!(refused(&told, &sm6(N1)), "TS 33.203 6.1.1");
    assert_eq!(refused(&told, &OK), "TS 33.203 6.1.3");
    let state = after(&[SM1, sm6(N1), auts(N1), sm6(N2), sm7(N2), OK]);
    assert_eq!(state.registration, Registration::Registered);
}

#[test]
fn a_ue_answers_two_invalid_challenges_and_no_third() {
    let state = after(&[SM1, sm6(N1), auts(N1), sm6(N2), auts(N2), sm6(N3)]);
    assert_eq!(refused(&state, &auts(N3)), "TS 24.229 5.1.1.5.3");
    assert!(play(state, &[sm7(N3), OK]).is_ok());
}

#[test]
fn incomplete_authentication_leaves_what_was() {
    let registered = after(&[SM1, sm6(N1), sm7(N1), OK]);
    let again = register(Credentials::None, Protection::Established, Verify::Same);
    let pending = play(registered, &[again, sm6(N2)]).expect("it may begin");
    assert_eq!(pending.timed_out(), registered);
    let silent = after(&[SM1, sm6(N1)]).timed_out();
    assert_eq!(silent, State::NOT_REGISTERED);
    assert_eq!(refused(&silent, &sm7(N1)), "TS 24.229 5.1.1.5.1");
}

#[test]
fn an_unacceptable_proposal_is_refused_by_an_error_or_abandoned() {
    assert_eq!(after(&[SM1, reject(494)]), State::NOT_REGISTERED);
    assert!(play(State::NOT_REGISTERED, &[SM1, sm6(N1), SM1]).is_ok());
}

#[test]
fn a_tampered_or_missing_list_is_no_answer() {
    let challenged = after(&[SM1, sm6(N1)]);
    let with = |verify| register(Credentials::Response { nonce: N1 }, Protection::New, verify);
    assert_eq!(refused(&challenged, &with(Verify::Missing)), "RFC 3329 2.3.1");
    assert_eq!(refused(&challenged, &with(Verify::Differs)), "TS 33.203 7.3.2.3");
    assert!(challenged.apply(Uplink, &with(Verify::Same)).is_ok());
}

#[test]
fn a_response_outside_the_associations_is_refused() {
    let challenged = after(&[SM1, sm6(N1)]);
    for outside in [Protection::None, Protection::Established] {
        let message = register(Credentials::Response { nonce: N1 }, outside, Verify::Same);
        let clause = refused(&challenged, &message);
        assert!(
            clause == "TS 24.229 5.1.1.5.1" || clause == "TS 33.203 7.1",
            "{clause}"
        );
    }
}

#[test]
fn no_security_server_without_security_client() {
    let bare = Message::Register(Register {
        client: false,
        ..Register::INITIAL
    });
    assert_eq!(refused(&after(&[bare]), &sm6(N1)), "RFC 3329 2.3.1");
}

#[test]
fn digest_sets_up_no_association_and_has_no_auts() {
    let challenge = |server| Message::Challenge {
        nonce: N1,
        method: Method::Digest,
        server,
    };
    assert_eq!(refused(&after(&[SM1]), &challenge(true)), "TS 33.203 7.1");
    let challenged = after(&[SM1, challenge(false)]);
    assert_eq!(refused(&challenged, &auts(N1)), "RFC 3310 3.4");
    let answer = register(
        Credentials::Response { nonce: N1 },
        Protection::None,
        Verify::Missing,
    );
    let registered = play(challenged, &[answer, OK]).expect("it may");
    assert_eq!(registered.associations, Associations::None);
    // The same credentials again need no challenge.
    assert!(play(registered, &[answer, OK]).is_ok());
}

#[test]
fn no_registration_without_a_challenge() {
    assert_eq!(refused(&after(&[SM1]), &OK), "TS 33.203 6.1.1");
    let registered = after(&[SM1, sm6(N1), sm7(N1), OK]);
    let bare = play(registered, &[SM1]).expect("a UE that lost its state begins anew");
    assert_eq!(refused(&bare, &OK), "TS 33.203 6.1.1");
    let inside = register(
        Credentials::Response { nonce: N1 },
        Protection::Established,
        Verify::Same,
    );
    assert!(play(registered, &[inside, OK]).is_ok());
}

#[test]
fn a_used_vector_is_no_challenge() {
    let registered = after(&[SM1, sm6(N1), sm7(N1), OK, SM1]);
    assert_eq!(refused(&registered, &sm6(N1)), "TS 33.203 6.1.1");
    let wrong = after(&[SM1, sm6(N1), sm7(N1)]);
    assert_eq!(refused(&wrong, &sm6(N1)), "TS 33.203 6.1.1");
}

#[test]
fn deregistration_by_the_ue_and_by_the_network() {
    let registered = after(&[SM1, sm6(N1), sm7(N1), OK]);
    let away = Message::Register(Register {
        purpose: Purpose::Deregistration,
        credentials: Credentials::None,
        protection: Protection::Established,
        ..Register::INITIAL
    });
    let gone = play(registered, &[away, OK]).expect("it may");
    assert_eq!(gone.registration, Registration::NotRegistered);
    assert_eq!(gone.associations, Associations::None);
    let ended = play(registered, &[Message::NetworkDeregistration]).expect("it may");
    assert_eq!(ended.registration, Registration::NotRegistered);
    assert_eq!(
        refused(&gone, &Message::NetworkDeregistration),
        "TS 24.229 5.4.1.5"
    );
}
