//! Authentication: TS 24.301 5.4.2.

use crate::support::{Rig, TIMER, Ue, attach_request, attach_request_of, eutran_vector, gummei, imsi};
use quintet_emm::network::{EmmState, Input, Output, Phase, ReleaseCause, Timer, VectorsFailure};
use quintet_emm::{Discard, Disposition};
use quintet_identity::Guti;
use quintet_nas::eps::{
    AuthenticationFailure, AuthenticationResponse, EmmCause, EmmMessage, EpsMobileIdentity, IdentityResponse,
    MobileIdentity,
};
use quintet_nas::security::Protection;

const REJECTED: Disposition = Disposition::Replied(EmmCause::ILLEGAL_UE);

fn response(res: &[u8]) -> Vec<u8> {
    EmmMessage::from(AuthenticationResponse::new(res)).to_octets()
}

fn failure(cause: EmmCause, auts: Option<[u8; 14]>) -> Vec<u8> {
    let mut failure = AuthenticationFailure::new(cause);
    failure.authentication_failure_parameter = auts;
    EmmMessage::from(failure).to_octets()
}

fn identity(imsi: quintet_identity::Imsi) -> Vec<u8> {
    EmmMessage::from(IdentityResponse::new(MobileIdentity::Imsi(imsi))).to_octets()
}

/// AUTHENTICATION REJECT, and the connection is let go.
fn assert_rejected(rig: &mut Rig) {
    let (downlinks, release) = rig.ending();
    assert_eq!(downlinks, [vec![0x07, 0x54]]);
    assert_eq!(release, Some(ReleaseCause::AuthenticationFailure));
    assert!(rig.phases().contains(&Phase::AuthenticationRejected));
}

/// A session that authenticates a UE which a GUTI of this MME named, without a proof.
fn challenged_by_guti() -> Rig {
    let mut rig = Rig::new();
    let ue = rig.registered(1);
    let request = attach_request_of(EpsMobileIdentity::Guti(ue.guti.unwrap()), 7);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    assert_eq!(rig.vector_request().imsi, imsi(1), "the IMSI of the GUTI");
    rig.give(2);
    assert_eq!(Rig::name(&rig.downlink()), "AUTHENTICATION REQUEST");
    rig
}

#[test]
fn a_right_res_leads_to_security_mode() {
    let mut rig = Rig::new();
    let _ = rig.command(1);
    let command = rig.downlink();
    assert_eq!(Rig::name(&command), "SECURITY MODE COMMAND");
    let phases = rig.phases();
    assert!(phases.ends_with(&[
        Phase::VectorsRequested,
        Phase::VectorsReceived,
        Phase::Authenticated,
        Phase::SecurityModeCommanded
    ]));
}

/// RES is compared whole: no prefix, no extension, nothing empty.
#[test]
fn a_res_that_is_not_the_whole_xres_is_rejected() {
    let xres = *eutran_vector(1).xres.octets().first_chunk::<8>().unwrap();
    let mut last_wrong = xres;
    last_wrong[7] ^= 1;
    let longer = [&xres[..], &[0]].concat();
    for res in [&xres[..4], &xres[..7], &longer, &last_wrong[..], &[0; 16]] {
        let mut rig = Rig::new();
        rig.challenge(1);
        let _ = rig.take();
        assert_eq!(rig.uplink(&response(res)), REJECTED, "{res:02x?}");
        assert_rejected(&mut rig);
        assert!(rig.table.contexts.is_empty());
    }
}

#[test]
fn the_challenge_is_sent_five_times_and_then_given_up() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let first = rig.downlink();
    for repetition in 1..=4 {
        let before = rig.session.poll_timeout().unwrap();
        rig.expire();
        assert_eq!(rig.downlink(), first, "repetition {repetition}");
        assert_eq!(rig.session.poll_timeout(), Some(before + TIMER));
    }
    rig.expire();
    let (downlinks, release) = rig.ending();
    assert!(downlinks.is_empty(), "{downlinks:02x?}");
    assert_eq!(release, Some(ReleaseCause::AuthenticationFailure));
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3460)));
    assert_eq!(rig.session.poll_timeout(), None);
}

#[test]
fn a_timeout_before_its_time_is_nothing() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    rig.now = rig.session.poll_timeout().unwrap() - std::time::Duration::from_millis(1);
    assert_eq!(rig.input(Input::Timeout), Disposition::Handled);
    assert!(rig.downlinks().is_empty());
}

#[test]
fn a_failure_of_a_ue_named_by_its_imsi_is_final() {
    for cause in [
        EmmCause::MAC_FAILURE,
        EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE,
    ] {
        let mut rig = Rig::new();
        rig.challenge(1);
        let _ = rig.take();
        assert_eq!(rig.uplink(&failure(cause, None)), REJECTED);
        assert_rejected(&mut rig);
    }
}

/// The GUTI may have meant another subscriber: the IMSI is asked for first (5.4.2.5, 5.4.2.7 c, d).
#[test]
fn a_failure_of_a_ue_named_by_its_guti_asks_for_the_imsi() {
    let failures = [
        failure(EmmCause::MAC_FAILURE, None),
        failure(EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE, None),
        response(&[9; 8]),
    ];
    for failure in failures {
        let mut same = challenged_by_guti();
        let before = same.table.snapshot();
        assert_eq!(same.uplink(&failure), Disposition::Handled);
        assert_eq!(same.downlink(), [0x07, 0x55, 0x01], "IDENTITY REQUEST, IMSI");
        assert_eq!(same.uplink(&identity(imsi(1))), REJECTED);
        assert_rejected(&mut same);
        assert_eq!(same.table.snapshot(), before, "nothing proved, nothing changed");

        let mut other = challenged_by_guti();
        assert_eq!(other.uplink(&failure), Disposition::Handled);
        let _ = other.take();
        assert_eq!(other.uplink(&identity(imsi(2))), Disposition::Handled);
        assert_eq!(other.vector_request().imsi, imsi(2));
        other.give(3);
        let request = other.downlink();
        let ue = Ue::challenged(&request, &eutran_vector(3));
        assert_eq!(other.uplink(&ue.response()), Disposition::Handled);
        assert_eq!(Rig::name(&other.downlink()), "SECURITY MODE COMMAND");
    }
}

/// Whatever a UE says, it is asked once.
#[test]
fn the_imsi_is_asked_for_once() {
    let mut rig = challenged_by_guti();
    let _ = rig.uplink(&failure(EmmCause::MAC_FAILURE, None));
    let _ = rig.take();
    let _ = rig.uplink(&identity(imsi(2)));
    let _ = rig.take();
    rig.give(3);
    let _ = rig.take();
    assert_eq!(rig.uplink(&failure(EmmCause::MAC_FAILURE, None)), REJECTED);
    assert_rejected(&mut rig);
}

#[test]
fn a_synchronisation_failure_resynchronises_once() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let auts = [0xa5; 14];
    let failed = failure(EmmCause::SYNCH_FAILURE, Some(auts));
    assert_eq!(rig.uplink(&failed), Disposition::Handled);
    let request = rig.vector_request();
    let resynchronisation = request.resynchronisation.expect("AUTS goes to the HSS");
    let mut octets = Vec::new();
    resynchronisation.auts.put(&mut octets);
    assert_eq!(
        (resynchronisation.rand, &octets[..]),
        (eutran_vector(1).rand, &auts[..])
    );
    assert_eq!(rig.session.poll_timeout(), None, "T3460 has stopped");
    rig.give(2);
    let again = rig.downlink();
    assert_eq!(Rig::name(&again), "AUTHENTICATION REQUEST");
    let failed = failure(EmmCause::SYNCH_FAILURE, Some([0xa6; 14]));
    assert_eq!(rig.uplink(&failed), REJECTED);
    assert_rejected(&mut rig);
}

/// A challenge that T3460 repeated is answered twice: the second AUTS is the first, not another failure.
#[test]
fn an_auts_that_comes_again_is_no_second_failure() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let failed = failure(EmmCause::SYNCH_FAILURE, Some([0xa5; 14]));
    let _ = rig.uplink(&failed);
    assert!(rig.vector_request().resynchronisation.is_some());
    rig.give(2);
    let request = rig.downlink();
    assert_eq!(rig.uplink(&failed), Disposition::Silent(Discard::Repetition));
    assert!(rig.session.poll_timeout().is_some(), "T3460 runs on");
    let ue = Ue::challenged(&request, &eutran_vector(2));
    assert_eq!(rig.uplink(&ue.response()), Disposition::Handled);
    assert_eq!(Rig::name(&rig.downlink()), "SECURITY MODE COMMAND");
}

/// The RES of a challenge that another request made obsolete says nothing of the challenge that is out.
#[test]
fn a_res_that_is_late_is_not_taken_for_a_wrong_one() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let late = Ue::challenged(&rig.downlink(), &eutran_vector(1)).response();
    // The UE begins anew on the same connection.
    let request = attach_request_of(EpsMobileIdentity::Imsi(imsi(1)), 6);
    assert_eq!(rig.uplink(&request), Disposition::Handled);
    assert_eq!(rig.vector_request().imsi, imsi(1));
    rig.give(2);
    let request = rig.downlink();
    assert_eq!(rig.uplink(&late), Disposition::Silent(Discard::Repetition));
    let ue = Ue::challenged(&request, &eutran_vector(2));
    assert_eq!(rig.uplink(&ue.response()), Disposition::Handled);
    assert_eq!(Rig::name(&rig.downlink()), "SECURITY MODE COMMAND");
    // It is no right answer either.
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    assert_eq!(rig.uplink(&response(&[9; 8])), REJECTED);
}

/// Vectors made before a resynchronisation are as much out of step as the one that failed.
#[test]
fn a_resynchronisation_drops_the_vectors_at_hand() {
    let mut rig = Rig::new();
    rig.policy.vectors_at_once = 3;
    let _ = rig.initial(&attach_request());
    assert_eq!(rig.vector_request().count, 3);
    let _ = rig.input(Input::Vectors(Ok(vec![
        eutran_vector(1),
        eutran_vector(2),
        eutran_vector(3),
    ])));
    let request = rig.downlink();
    let _ = Ue::challenged(&request, &eutran_vector(1));
    let _ = rig.uplink(&failure(EmmCause::SYNCH_FAILURE, Some([1; 14])));
    assert!(rig.vector_request().resynchronisation.is_some());
    rig.give(9);
    let request = rig.downlink();
    let _ = Ue::challenged(&request, &eutran_vector(9));
}

/// Resync with a forged AUTS: only the HSS can tell, and when it refuses, nobody is served and nothing has changed.
#[test]
fn a_forged_auts_gets_no_further_than_the_hss() {
    let mut rig = challenged_by_guti();
    let before = rig.table.snapshot();
    let _ = rig.uplink(&failure(EmmCause::SYNCH_FAILURE, Some([0xff; 14])));
    let _ = rig.take();
    let disposition = rig.input(Input::Vectors(Err(VectorsFailure::Unavailable)));
    assert_eq!(disposition, Disposition::Replied(EmmCause::NETWORK_FAILURE));
    let (downlinks, release) = rig.ending();
    assert_eq!(downlinks, [vec![0x07, 0x44, EmmCause::NETWORK_FAILURE.0]]);
    assert_eq!(release, Some(ReleaseCause::NormalRelease));
    assert_eq!(rig.table.snapshot(), before);
}

/// Without AUTS, or with one of another length, #21 says nothing; the challenge waits on (5.4.2.7 e, 7.6.1).
#[test]
fn a_synchronisation_failure_without_auts_changes_nothing() {
    let short = [&[0x07, 0x5c, 21, 0x30, 13][..], &[1; 13]].concat();
    for failed in [failure(EmmCause::SYNCH_FAILURE, None), short] {
        let mut rig = Rig::new();
        rig.challenge(1);
        let first = rig.downlink();
        let disposition = rig.uplink(&failed);
        assert!(
            matches!(disposition, Disposition::Silent(Discard::Path(_))),
            "{disposition:?}"
        );
        assert!(rig.take().is_empty());
        rig.expire();
        assert_eq!(rig.downlink(), first);
        let ue = Ue::challenged(&first, &eutran_vector(1));
        assert_eq!(rig.uplink(&ue.response()), Disposition::Handled);
    }
}

#[test]
fn an_unknown_cause_changes_nothing() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let disposition = rig.uplink(&failure(EmmCause::CONGESTION, None));
    assert!(
        matches!(disposition, Disposition::Silent(Discard::Path(_))),
        "{disposition:?}"
    );
    assert!(rig.session.poll_timeout().is_some());
}

/// On a secure connection the UE is told what is wrong (7.7.2, 7.8), and the challenge waits on.
#[test]
fn a_semantic_error_under_security_is_answered_by_a_status() {
    let errors = [
        (
            failure(EmmCause::SYNCH_FAILURE, None),
            EmmCause::CONDITIONAL_IE_ERROR,
        ),
        (
            failure(EmmCause::CONGESTION, None),
            EmmCause::SEMANTICALLY_INCORRECT_MESSAGE,
        ),
    ];
    for (error, cause) in errors {
        let mut rig = Rig::new();
        let mut ue = rig.attached(1);
        let _ = rig.input(Input::Reauthenticate);
        let _ = rig.take();
        rig.give(2);
        let _ = ue.read(&rig.downlink());
        let error = ue.protect(Protection::Ciphered, &error);
        assert_eq!(rig.uplink(&error), Disposition::Replied(cause));
        assert_eq!(ue.read(&rig.downlink()), [0x07, 0x60, cause.0]);
        assert!(rig.session.poll_timeout().is_some());
    }
}

/// Answers that come when nothing was asked: before the challenge, and once more after it.
#[test]
fn answers_to_nothing_are_discarded() {
    let answers = [
        response(&[1; 8]),
        failure(EmmCause::MAC_FAILURE, None),
        failure(EmmCause::SYNCH_FAILURE, Some([1; 14])),
    ];
    for answer in answers {
        let mut rig = Rig::new();
        let _ = rig.initial(&attach_request());
        let _ = rig.take();
        let before = rig.uplink(&answer);
        assert!(
            matches!(before, Disposition::Silent(Discard::Path(_))),
            "{before:?}"
        );
        rig.give(1);
        let request = rig.downlink();
        let _ = rig.uplink(&Ue::challenged(&request, &eutran_vector(1)).response());
        let _ = rig.take();
        let after = rig.uplink(&answer);
        assert!(
            matches!(after, Disposition::Silent(Discard::Path(_))),
            "{after:?}"
        );
        assert!(rig.take().is_empty());
        assert!(!rig.session.is_over());
    }
}

/// Neither the key set that the UE names, nor that of its context, nor 7 (5.4.2.2).
#[test]
fn the_ksi_of_a_challenge_is_fresh() {
    for said in 0..=7 {
        let mut rig = Rig::new();
        let ue = rig.registered(1);
        let held = rig.table.only().security.as_ref().unwrap().ksi;
        let request = attach_request_of(EpsMobileIdentity::Guti(ue.guti.unwrap()), said);
        let _ = rig.initial(&request);
        let _ = rig.take();
        rig.give(2);
        let request = rig.downlink();
        let ksi = Ue::challenged(&request, &eutran_vector(2)).ksi;
        assert!(
            ksi != said && ksi != held.0,
            "{ksi}: the UE said {said}, the context has {held:?}"
        );
    }
}

/// A vector that was not used is for the next AKA of the session.
#[test]
fn a_spare_vector_is_used_before_the_hss_is_asked_again() {
    let mut rig = Rig::new();
    let _ = rig.initial(&attach_request());
    let _ = rig.take();
    let _ = rig.input(Input::Vectors(Ok(vec![eutran_vector(1), eutran_vector(2)])));
    let _ = rig.take();
    // Another request takes the place of the first (5.4.2.7 d).
    let other = attach_request_of(EpsMobileIdentity::Imsi(imsi(1)), 3);
    assert_eq!(rig.uplink(&other), Disposition::Handled);
    let outputs = rig.take();
    assert!(matches!(outputs[..], [Output::Downlink(_)]), "{outputs:?}");
    let Output::Downlink(nas) = &outputs[0] else {
        unreachable!()
    };
    let _ = Ue::challenged(nas, &eutran_vector(2));
}

/// A spare vector is never used for another subscriber.
#[test]
fn a_spare_vector_is_for_its_subscriber_alone() {
    let mut rig = Rig::new();
    let _ = rig.initial(&attach_request());
    let _ = rig.take();
    let _ = rig.input(Input::Vectors(Ok(vec![eutran_vector(1), eutran_vector(2)])));
    let _ = rig.take();
    let other = attach_request_of(EpsMobileIdentity::Imsi(imsi(2)), 7);
    assert_eq!(rig.uplink(&other), Disposition::Handled);
    assert_eq!(rig.vector_request().imsi, imsi(2));
}

/// The keys of a new AKA reach the bearers that are there: KeNB of its KASME and the COUNT of SECURITY MODE COMPLETE
/// (TS 33.401 7.2.9.2).
#[test]
fn a_re_authentication_rekeys_the_bearers() {
    let mut rig = Rig::new();
    let mut ue = rig.attached(1);
    let _ = rig.input(Input::Reauthenticate);
    let _ = rig.vector_request();
    rig.give(2);
    let request = ue.read(&rig.downlink());
    let mut again = Ue::challenged_plain(&request, &eutran_vector(2));
    let response = ue.protect(Protection::Ciphered, &again.response());
    let _ = rig.uplink(&response);
    again.take_command(&rig.downlink());
    assert_eq!(rig.uplink(&again.complete()), Disposition::Handled);
    let kenb: Vec<_> = rig
        .take()
        .into_iter()
        .filter_map(|output| match output {
            Output::ContextModification(kenb) => Some(kenb),
            _ => None,
        })
        .collect();
    assert_eq!(kenb, [eutran_vector(2).kasme.k_enb(0)]);
}

/// The UE of a secure connection is challenged under its context, and only a protected answer counts.
#[test]
fn a_re_authentication_is_protected() {
    let mut rig = Rig::new();
    let mut ue = rig.attached(1);
    assert_eq!(rig.input(Input::Reauthenticate), Disposition::Handled);
    assert_eq!(rig.vector_request().imsi, imsi(1));
    rig.give(2);
    let request = rig.downlink();
    assert_eq!(request[0], 0x27, "ciphered");
    let request = ue.read(&request);
    let mut again = Ue::challenged_plain(&request, &eutran_vector(2));
    assert_ne!(again.ksi, ue.ksi);
    assert_eq!(
        rig.uplink(&again.response()),
        Disposition::Silent(Discard::Unprotected)
    );
    let response = ue.protect(Protection::Ciphered, &again.response());
    assert_eq!(rig.uplink(&response), Disposition::Handled);
    let command = rig.downlink();
    assert!(
        again.take_command(&command).hash_mme.is_none(),
        "there is no request to hash"
    );
    let old = *rig.table.only().security.as_ref().unwrap().kasme.expose();
    assert_ne!(&old, again.kasme.expose(), "not before COMPLETE");
    assert_eq!(rig.uplink(&again.complete()), Disposition::Handled);
    let security = rig.table.only().security.as_ref().unwrap();
    assert_eq!(
        (security.ksi.0, security.kasme.expose()),
        (again.ksi, again.kasme.expose())
    );
    assert_eq!(security.nas.counts().last_received.map(|c| c.value()), Some(0));
}

/// A UE that fails a re-authentication is told so under its context, and is not registered any more.
#[test]
fn a_failed_re_authentication_deregisters() {
    let mut rig = Rig::new();
    let mut ue = rig.attached(1);
    let _ = rig.input(Input::Reauthenticate);
    let _ = rig.take();
    rig.give(2);
    let _ = ue.read(&rig.downlink());
    let wrong = ue.protect(Protection::Ciphered, &response(&[0; 8]));
    assert_eq!(rig.uplink(&wrong), REJECTED);
    let (downlinks, release) = rig.ending();
    assert_eq!(release, Some(ReleaseCause::AuthenticationFailure));
    assert_eq!(ue.read(&downlinks[0]), [0x07, 0x54]);
    let context = rig.table.only();
    assert_eq!(context.state, EmmState::Deregistered);
    assert!(context.security.is_none() && context.registration.is_none());
}

/// Without vectors the context in use goes on; the HSS is not asked again and again.
#[test]
fn a_re_authentication_without_vectors_is_given_up_quietly() {
    let mut rig = Rig::new();
    let _ = rig.attached(1);
    let _ = rig.input(Input::Reauthenticate);
    let _ = rig.take();
    assert_eq!(
        rig.input(Input::Vectors(Err(VectorsFailure::NoAnswer))),
        Disposition::Handled
    );
    assert!(rig.take().is_empty());
    assert!(!rig.session.is_over());
}

#[test]
fn a_guti_of_nobody_is_not_authenticated_blindly() {
    let mut rig = Rig::new();
    let request = attach_request_of(EpsMobileIdentity::Guti(Guti::new(gummei(), 5)), 2);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    assert_eq!(rig.downlink(), [0x07, 0x55, 0x01]);
}
