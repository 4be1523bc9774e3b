//! What the HSS answers, and what a UE is told (TS 29.272 Annex A).

use crate::support::{Rig, attach_request, eutran_vector};
use quintet_emm::Disposition;
use quintet_emm::network::{Input, Phase, ReleaseCause, VectorsFailure};
use quintet_nas::eps::EmmCause;

#[test]
fn each_refusal_has_its_cause() {
    let expected = [
        (
            VectorsFailure::UserUnknown,
            EmmCause::EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED,
        ),
        (
            VectorsFailure::UnknownEpsSubscription,
            EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        ),
        (
            VectorsFailure::RatNotAllowed,
            EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        ),
        (VectorsFailure::RoamingNotAllowed, EmmCause::PLMN_NOT_ALLOWED),
        (VectorsFailure::Unavailable, EmmCause::NETWORK_FAILURE),
        (VectorsFailure::NoAnswer, EmmCause::NETWORK_FAILURE),
    ];
    for (failure, cause) in expected {
        let mut rig = Rig::new();
        let _ = rig.initial(&attach_request());
        let _ = rig.take();
        assert_eq!(
            rig.input(Input::Vectors(Err(failure))),
            Disposition::Replied(cause)
        );
        let ending = rig.ending();
        assert_eq!(
            ending,
            (vec![vec![0x07, 0x44, cause.0]], Some(ReleaseCause::NormalRelease)),
            "{failure:?}"
        );
        assert!(rig.phases().contains(&Phase::Rejected(cause)));
    }
}

#[test]
fn an_answer_without_a_vector_is_none() {
    let mut rig = Rig::new();
    let _ = rig.initial(&attach_request());
    let _ = rig.take();
    let disposition = rig.input(Input::Vectors(Ok(vec![])));
    assert_eq!(disposition, Disposition::Replied(EmmCause::NETWORK_FAILURE));
}

#[test]
fn an_answer_that_nobody_waits_for_is_forgotten() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    assert_eq!(
        rig.input(Input::Vectors(Ok(vec![eutran_vector(2)]))),
        Disposition::Handled
    );
    assert_eq!(
        rig.input(Input::Vectors(Err(VectorsFailure::UserUnknown))),
        Disposition::Handled
    );
    assert!(rig.take().is_empty());
    assert!(!rig.session.is_over());
}

#[test]
fn more_vectors_than_a_session_keeps_do_no_harm() {
    let mut rig = Rig::new();
    rig.policy.vectors_at_once = 200;
    let _ = rig.initial(&attach_request());
    assert_eq!(rig.vector_request().count, 5);
    let _ = rig.input(Input::Vectors(Ok((0..100).map(eutran_vector).collect())));
    assert_eq!(Rig::name(&rig.downlink()), "AUTHENTICATION REQUEST");
}
