//! Registrations that are refused, repeated, or cut off (TS 24.501 5.5.1.2.5, 5.5.1.2.8).

use crate::support::{Request, Rig, Ue, k_seaf, subscription, supi, tai};
use quintet_fgmm::network::{
    AuthenticationUnavailable, Confirmation, ContextSetupFailure, FgmmState, Input, Output, Phase,
    ReleaseCause, Subscription, SubscriptionFailure, Timer,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_identity::SNssai;
use quintet_identity::fgs::{Tac, Tai};
use quintet_nas::fgs::{
    FgmmCause, MobileIdentity, RegistrationComplete, RegistrationReject, RegistrationType,
    RejectedSNssaiCause, ServiceType,
};

/// Another tracking area of the PLMN, and one of another PLMN.
fn elsewhere() -> [(Tai, FgmmCause); 2] {
    let tac = Tac::new(8).expect("24 bits");
    let plmn = "00102".parse().expect("a PLMN");
    [
        (Tai { tac, ..tai() }, FgmmCause::TRACKING_AREA_NOT_ALLOWED),
        (Tai { plmn, ..tai() }, FgmmCause::PLMN_NOT_ALLOWED),
    ]
}

#[test]
fn where_this_amf_serves_nobody_it_says_so() {
    for (place, cause) in elsewhere() {
        let mut rig = Rig::new();
        rig.from.tai = place;
        let _ = rig.initial(&Request::by_suci(1).cleartext());
        assert_eq!(rig.rejected(), cause, "no vector is asked for");
        // A UE that is registered and asks for service from there.
        let mut rig = Rig::new();
        let mut ue = rig.idle(1);
        rig.from.tai = place;
        let service = ue.service(ServiceType::SIGNALLING, None, None);
        let _ = rig.initial(&service);
        assert_eq!(rig.rejected_to(&mut ue), cause);
        // Emergency services are for those who may not have others.
        let mut rig = Rig::new();
        rig.from.tai = place;
        let emergency = Request::by_suci(1).with_type(RegistrationType::EMERGENCY_REGISTRATION);
        assert_eq!(rig.initial(&emergency.cleartext()), Disposition::Handled);
        let _ = rig.authentication();
    }
}

#[test]
fn what_the_home_network_refuses() {
    for (why, cause) in [
        (
            AuthenticationUnavailable::UserNotFound,
            FgmmCause::FGS_SERVICES_NOT_ALLOWED,
        ),
        (
            AuthenticationUnavailable::AuthenticationRejected,
            FgmmCause::ILLEGAL_UE,
        ),
        (
            AuthenticationUnavailable::ServingNetworkNotAuthorized,
            FgmmCause::SERVING_NETWORK_NOT_AUTHORIZED,
        ),
        (
            AuthenticationUnavailable::InvalidSuci,
            FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
        ),
        (AuthenticationUnavailable::Unavailable, FgmmCause::CONGESTION),
        (AuthenticationUnavailable::NoAnswer, FgmmCause::CONGESTION),
    ] {
        let mut rig = Rig::new();
        let _ = rig.initial(&Request::by_suci(1).cleartext());
        let _ = rig.authentication();
        assert_eq!(rig.input(Input::Challenge(Err(why))), Disposition::Replied(cause));
        assert_eq!(rig.rejected(), cause, "{why:?}");
        assert!(rig.table.contexts.is_empty());
    }
}

#[test]
fn what_the_udm_refuses() {
    for (why, cause) in [
        (
            SubscriptionFailure::UserNotFound,
            FgmmCause::FGS_SERVICES_NOT_ALLOWED,
        ),
        (
            SubscriptionFailure::UnknownFgsSubscription,
            FgmmCause::FGS_SERVICES_NOT_ALLOWED,
        ),
        (
            SubscriptionFailure::RoamingNotAllowed,
            FgmmCause::PLMN_NOT_ALLOWED,
        ),
        (
            SubscriptionFailure::RatNotAllowed,
            FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        ),
        (SubscriptionFailure::Unavailable, FgmmCause::CONGESTION),
        (SubscriptionFailure::NoAnswer, FgmmCause::CONGESTION),
    ] {
        let mut rig = Rig::new();
        let mut ue = rig.secure(1);
        assert_eq!(
            rig.input(Input::Subscription(Err(why))),
            Disposition::Replied(cause)
        );
        assert_eq!(rig.rejected_to(&mut ue), cause, "{why:?}");
        assert_eq!(rig.table.only().state, FgmmState::Deregistered);
        assert!(rig.table.only().security.is_some(), "its keys stay");
    }
}

#[test]
fn what_the_subscription_does_not_allow() {
    let restricted = |change: fn(&mut Subscription)| {
        let mut subscription = subscription();
        change(&mut subscription);
        subscription
    };
    for (subscription, cause) in [
        (
            restricted(|s| s.nr_restricted = true),
            FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        ),
        (
            restricted(|s| s.core_network_restricted = true),
            FgmmCause::N1_MODE_NOT_ALLOWED,
        ),
        (
            restricted(|s| s.forbidden_tacs = vec![tai().tac]),
            FgmmCause::TRACKING_AREA_NOT_ALLOWED,
        ),
        (
            restricted(|s| s.nssai.clear()),
            FgmmCause::NO_NETWORK_SLICES_AVAILABLE,
        ),
    ] {
        let mut rig = Rig::new();
        let mut ue = rig.secure(1);
        assert_eq!(
            rig.input(Input::Subscription(Ok(&subscription))),
            Disposition::Replied(cause)
        );
        assert_eq!(rig.rejected_to(&mut ue), cause);
    }
}

#[test]
fn slices_that_cannot_be_had_are_named() {
    let mut rig = Rig::new();
    rig.policy.slices = vec![SNssai::new(9)];
    let mut ue = rig.secure(1);
    let _ = rig.take();
    let _ = rig.input(Input::Subscription(Ok(&subscription())));
    let (downlinks, _) = rig.ending();
    let reject = ue.read(&downlinks[0]);
    let (reject, _) = RegistrationReject::decode(&reject).expect("REGISTRATION REJECT");
    assert_eq!(
        reject.rejected_nssai.expect("what was asked for").slices(),
        [(SNssai::EMBB, RejectedSNssaiCause::NOT_AVAILABLE_IN_PLMN)]
    );
}

#[test]
fn registration_accept_is_repeated_five_times_and_then_counts() {
    let mut rig = Rig::new();
    let mut ue = rig.secure(1);
    let _ = rig.take();
    rig.subscribe();
    let setup = rig.context_setup();
    let _ = ue.accept(&setup.nas.expect("REGISTRATION ACCEPT"));
    let _ = rig.input(Input::ContextSetup(Ok(())));
    for _ in 0..4 {
        rig.expire();
        let again = rig.downlink();
        assert_eq!(ue.name(&again), "REGISTRATION ACCEPT", "under another COUNT");
    }
    rig.expire();
    let phases = rig.phases();
    assert!(phases.contains(&Phase::GivenUp(Timer::T3550)), "{phases:?}");
    assert_eq!(rig.ending().1, Some(ReleaseCause::Unspecified));
    let context = rig.table.only();
    assert_eq!(context.state, FgmmState::Registered, "TS 24.501 5.5.1.2.8 c");
    assert!(context.old_guti.is_some(), "both GUTIs stay valid");
}

#[test]
fn the_connection_goes_before_registration_complete() {
    for input in [
        Input::ConnectionLost,
        Input::ReleaseRequested,
        Input::ContextSetup(Err(ContextSetupFailure::Refused)),
    ] {
        let mut rig = Rig::new();
        let _ = rig.secure(1);
        rig.subscribe();
        let _ = rig.take();
        assert_eq!(rig.input(input), Disposition::Handled);
        assert!(rig.session.is_over());
        let context = rig.table.only();
        assert_eq!(context.state, FgmmState::Registered, "TS 24.501 5.5.1.2.8 a");
        assert!(context.old_guti.is_some(), "both GUTIs stay valid");
    }
}

#[test]
fn the_same_request_again_before_an_answer_is_left_alone() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let again = Request::by_suci(1).cleartext();
    assert_eq!(rig.uplink(&again), Disposition::Silent(Discard::Repetition));
    assert!(rig.take().is_empty(), "the challenge waits on");
    let mut other = Request::by_suci(1);
    other.ksi = 3;
    assert_eq!(rig.uplink(&other.cleartext()), Disposition::Handled);
    let outputs = rig.take();
    assert!(
        matches!(
            outputs[..],
            [Output::AbandonAuthentication, Output::Authenticate(_)]
        ),
        "another one takes its place: {outputs:?}"
    );
}

#[test]
fn the_same_request_again_after_the_accept_is_answered_again() {
    let mut rig = Rig::new();
    let mut ue = rig.secure(1);
    let _ = rig.take();
    rig.subscribe();
    let setup = rig.context_setup();
    let _ = ue.accept(&setup.nas.expect("REGISTRATION ACCEPT"));
    let again = ue.request.whole();
    let again = ue.protect(quintet_nas::security::Protection::Ciphered, &again);
    assert_eq!(rig.uplink(&again), Disposition::Silent(Discard::Repetition));
    let accept = rig.downlink();
    assert_eq!(ue.name(&accept), "REGISTRATION ACCEPT", "TS 24.501 5.5.1.2.8 d 2");
    // Another one: the first is over, and the second is served (d 1).
    let mut other = ue.request.clone();
    other.nssai = vec![SNssai::new(2)];
    let other = ue.protect(quintet_nas::security::Protection::Ciphered, &other.whole());
    assert_eq!(rig.uplink(&other), Disposition::Handled);
    assert!(rig.take().iter().any(|o| matches!(o, Output::Register { .. })));
    rig.subscribe();
    let accept = ue.accept(&rig.downlink());
    assert_eq!(
        accept.allowed_nssai.expect("slices").slices().collect::<Vec<_>>(),
        [SNssai::new(2)]
    );
    let complete = ue.ciphered(RegistrationComplete::new().into());
    rig.send(&complete);
}

#[test]
fn a_late_answer_of_the_udm_is_of_no_use() {
    let mut rig = Rig::new();
    let _ = rig.registered(1);
    rig.subscribe();
    assert!(rig.take().is_empty());
}

#[test]
fn no_room_for_another_ue() {
    let mut rig = Rig::new();
    rig.table.limit = Some(0);
    let mut ue = rig.command(1);
    let command = rig.downlink();
    let _ = ue.take_command(&command);
    assert_eq!(
        rig.uplink(&ue.complete()),
        Disposition::Replied(FgmmCause::CONGESTION)
    );
    assert!(rig.session.is_over() && rig.table.contexts.is_empty());
}

#[test]
fn equipment_alone_registers_nobody() {
    let imei = "490154203237518".parse().expect("an IMEI");
    let mut rig = Rig::new();
    let request = Request::of(MobileIdentity::Imei(imei), 7);
    assert_eq!(
        rig.initial(&request.cleartext()),
        Disposition::Replied(FgmmCause::PEI_NOT_ACCEPTED)
    );
    assert_eq!(rig.rejected(), FgmmCause::PEI_NOT_ACCEPTED);
}

#[test]
fn a_request_that_cannot_be_read_is_rejected_with_its_cause() {
    let mut rig = Rig::new();
    let mut request = Request::by_suci(1).cleartext();
    request.truncate(6);
    assert_eq!(
        rig.initial(&request),
        Disposition::Replied(FgmmCause::INVALID_MANDATORY_INFORMATION)
    );
    assert_eq!(rig.rejected(), FgmmCause::INVALID_MANDATORY_INFORMATION);
}

#[test]
fn a_ue_that_does_not_say_what_it_can_is_refused() {
    let mut rig = Rig::new();
    let mut request = Request::by_suci(1);
    request.capability = None;
    let _ = rig.initial(&request.cleartext());
    rig.give(1);
    let ue = Ue::challenged(&rig.downlink(), 1, Request::by_suci(1));
    rig.send(&ue.response());
    let _ = rig.take();
    let confirmation = Confirmation {
        supi: supi(1),
        k_seaf: k_seaf(1),
    };
    let cause = FgmmCause::CONDITIONAL_IE_ERROR;
    assert_eq!(
        rig.input(Input::Confirmed(Ok(confirmation))),
        Disposition::Replied(cause)
    );
    assert_eq!(rig.rejected(), cause);
}

#[test]
fn registration_types_without_a_meaning_are_initial() {
    for kind in [0, 5, 6, 7] {
        let mut rig = Rig::new();
        let mut request = Request::by_suci(1).with_type(RegistrationType(kind));
        request.ksi = 7;
        assert_eq!(rig.initial(&request.cleartext()), Disposition::Handled, "{kind}");
        let _ = rig.authentication();
    }
}
