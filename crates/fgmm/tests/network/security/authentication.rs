//! 5G AKA (TS 24.501 5.4.1.3; TS 33.501 6.1.3.2): HRES* in the SEAF, RES* in the AUSF, and every failure.

use crate::support::{Request, Rig, Ue, challenge, k_seaf, plain, res_star, suci, supi};
use quintet_fgmm::network::{
    Confirmation, ConfirmationFailure, Input, Output, Phase, ReleaseCause, Subject, Timer,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::{
    AuthenticationFailure, AuthenticationResponse, FgmmCause, FgmmMessage, IdentityResponse, MobileIdentity,
    RegistrationType,
};

const AUTHENTICATION_REJECT: [u8; 3] = [0x7e, 0, 0x58];
const IDENTITY_REQUEST: [u8; 4] = [0x7e, 0, 0x5b, 1];

pub(super) fn failure(cause: u8, auts: Option<u8>) -> Vec<u8> {
    let mut message = AuthenticationFailure::new(FgmmCause(cause));
    message.authentication_failure_parameter = auts.map(|octet| [octet; 14]);
    FgmmMessage::from(message).to_octets()
}

fn response(n: u8) -> Vec<u8> {
    Ue::with_keys(0, n, Request::by_suci(1)).response()
}

pub(super) fn identity(n: u8) -> Vec<u8> {
    FgmmMessage::from(IdentityResponse::new(MobileIdentity::Suci(suci(n)))).to_octets()
}

/// The ngKSI of AUTHENTICATION REQUEST.
fn ksi(nas: &[u8]) -> u8 {
    match FgmmMessage::decode_downlink(plain(nas))
        .expect("a message")
        .message
    {
        FgmmMessage::AuthenticationRequest(m) => m.ng_ksi.0,
        other => panic!("AUTHENTICATION REQUEST, not {}", other.name()),
    }
}

/// A UE that comes by the GUTI of the first subscriber without its keys, challenged.
fn by_guti(rig: &mut Rig) {
    let ue = rig.idle(1);
    let request = Request::by_guti(ue.guti.expect("a GUTI"), 7);
    assert_eq!(rig.initial(&request.cleartext()), Disposition::Handled);
    assert!(matches!(rig.authentication().subject, Subject::Supi(s) if s == supi(1)));
    rig.give(2);
    let _ = rig.take();
}

#[test]
fn res_star_that_the_seaf_refuses_never_comes_to_the_ausf() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    assert_eq!(
        rig.uplink(&response(9)),
        Disposition::Replied(FgmmCause::ILLEGAL_UE)
    );
    let outputs = rig.take();
    assert!(
        matches!(&outputs[..], [Output::AbandonAuthentication, Output::Downlink(nas),
            Output::Release(ReleaseCause::AuthenticationFailure)] if nas[..] == AUTHENTICATION_REJECT),
        "{outputs:?}"
    );
    assert!(rig.phases().contains(&Phase::ResponseWrong));
    assert!(rig.table.contexts.is_empty());
}

#[test]
fn every_bit_of_res_star_counts() {
    for bit in 0..128 {
        let mut rig = Rig::new();
        rig.challenge(1);
        let _ = rig.take();
        let mut octets = *res_star(1).expose();
        octets[bit / 8] ^= 1 << (bit % 8);
        let mut message = AuthenticationResponse::new();
        message.authentication_response_parameter = Some(octets);
        let _ = rig.uplink(&FgmmMessage::from(message).to_octets());
        assert!(
            !rig.take().iter().any(|o| matches!(o, Output::Confirm { .. })),
            "bit {bit}"
        );
    }
}

#[test]
fn res_star_that_the_ausf_refuses() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    rig.send(&response(1));
    let outputs = rig.take();
    assert!(matches!(&outputs[..], [Output::Confirm { res_star: r }] if *r == res_star(1)));
    let _ = rig.input(Input::Confirmed(Err(ConfirmationFailure::Rejected)));
    let (downlinks, release) = rig.ending();
    assert_eq!(downlinks, [AUTHENTICATION_REJECT]);
    assert_eq!(release, Some(ReleaseCause::AuthenticationFailure));
    for why in [ConfirmationFailure::Unavailable, ConfirmationFailure::NoAnswer] {
        let mut rig = Rig::new();
        rig.challenge(1);
        let _ = rig.take();
        rig.send(&response(1));
        let _ = rig.take();
        let _ = rig.input(Input::Confirmed(Err(why)));
        assert_eq!(rig.rejected(), FgmmCause::CONGESTION);
    }
}

#[test]
fn keys_of_another_subscriber_than_expected_are_nobodys() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    rig.send(&response(1));
    let _ = rig.take();
    let confirmation = Confirmation {
        supi: supi(2),
        k_seaf: k_seaf(1),
    };
    let _ = rig.input(Input::Confirmed(Ok(confirmation)));
    assert_eq!(rig.rejected(), FgmmCause::PROTOCOL_ERROR_UNSPECIFIED);
    assert!(rig.table.contexts.is_empty());
}

#[test]
fn a_wrong_answer_to_a_guti_asks_who_it_is() {
    let wrong: [fn() -> Vec<u8>; 3] = [|| response(9), || failure(20, None), || failure(26, None)];
    for wrong in wrong {
        // Another subscriber: it is authenticated by what it says.
        let mut rig = Rig::new();
        by_guti(&mut rig);
        let before = rig.table.snapshot();
        assert_eq!(rig.uplink(&wrong()), Disposition::Handled);
        assert_eq!(
            rig.downlink(),
            IDENTITY_REQUEST,
            "TS 24.501 5.4.1.3.5, 5.4.1.3.7 c, d"
        );
        rig.send(&identity(2));
        assert!(matches!(rig.authentication().subject, Subject::Suci(s) if s == suci(2)));
        rig.give(3);
        let _ = rig.take();
        assert_eq!(
            rig.uplink(&wrong()),
            Disposition::Replied(FgmmCause::ILLEGAL_UE),
            "once"
        );
        assert_eq!(rig.ending().0, [AUTHENTICATION_REJECT]);
        // The same: it is refused.
        let mut rig = Rig::new();
        by_guti(&mut rig);
        let _ = rig.uplink(&wrong());
        let _ = rig.take();
        assert_eq!(
            rig.uplink(&identity(1)),
            Disposition::Replied(FgmmCause::ILLEGAL_UE)
        );
        assert_eq!(rig.ending().0, [AUTHENTICATION_REJECT]);
        assert_eq!(rig.table.snapshot(), before, "the subscriber's context stays");
    }
}

#[test]
fn failures_of_who_named_itself() {
    for cause in [20, 26] {
        let mut rig = Rig::new();
        rig.challenge(1);
        let _ = rig.take();
        assert_eq!(
            rig.uplink(&failure(cause, None)),
            Disposition::Replied(FgmmCause::ILLEGAL_UE)
        );
        assert_eq!(rig.ending().0, [AUTHENTICATION_REJECT], "#{cause}");
    }
}

#[test]
fn a_usim_out_of_step_is_resynchronised_once() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    rig.send(&failure(21, Some(0xa5)));
    let resynchronisation = rig.authentication().resynchronisation.expect("AUTS");
    assert_eq!(resynchronisation.rand, [1; 16]);
    assert_eq!(
        Some(resynchronisation.auts),
        quintet_crypto::Auts::from_octets(&[0xa5; 14])
    );
    rig.give(2);
    let _ = rig.take();
    // T3560 had repeated the first challenge: the answer to it says nothing of the second.
    assert_eq!(
        rig.uplink(&failure(21, Some(0xa5))),
        Disposition::Silent(Discard::Repetition)
    );
    assert_eq!(rig.uplink(&response(1)), Disposition::Silent(Discard::Repetition));
    assert_eq!(
        rig.uplink(&failure(21, Some(0x5a))),
        Disposition::Replied(FgmmCause::ILLEGAL_UE)
    );
    assert_eq!(rig.ending().0, [AUTHENTICATION_REJECT]);
}

#[test]
fn a_right_answer_after_resynchronisation() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    rig.send(&failure(21, Some(0xa5)));
    let _ = rig.take();
    rig.give(2);
    let _ = rig.take();
    rig.send(&response(2));
    rig.confirm(2);
    assert_eq!(Rig::name(&rig.downlink()), "SECURITY MODE COMMAND");
}

#[test]
fn a_synchronisation_failure_without_auts_waits_on() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    assert!(matches!(rig.uplink(&failure(21, None)), Disposition::Silent(_)));
    rig.send(&response(1));
}

#[test]
fn an_ng_ksi_in_use_is_replaced_as_long_as_there_is_another() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let request = rig.downlink();
    let mut offered = vec![ksi(&request)];
    for _ in 1..7 {
        rig.send(&failure(71, None));
        let outputs = rig.take();
        let [Output::Downlink(again)] = &outputs[..] else {
            panic!("the same challenge, and the AUSF is not asked: {outputs:?}");
        };
        let next = ksi(again);
        assert!(next < 7 && !offered.contains(&next), "{next} after {offered:?}");
        let mut same = again.clone();
        same[3] = request[3];
        assert_eq!(same, request, "but for the ngKSI");
        offered.push(next);
    }
    assert_eq!(
        rig.uplink(&failure(71, None)),
        Disposition::Replied(FgmmCause::ILLEGAL_UE)
    );
    assert_eq!(rig.ending().0, [AUTHENTICATION_REJECT]);
}

#[test]
fn the_ng_ksi_after_a_conflict_is_the_contexts() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let first = ksi(&rig.downlink());
    rig.send(&failure(71, None));
    let mut ue = rig.answer(1, Request::by_suci(1));
    assert_ne!(ue.ksi, first);
    let command = rig.downlink();
    let _ = ue.take_command(&command);
    rig.send(&ue.complete());
    assert_eq!(rig.table.only().security.as_ref().expect("keys").ksi.0, ue.ksi);
}

#[test]
fn no_ng_ksi_that_the_ue_has() {
    for told in 0..7 {
        let mut rig = Rig::new();
        let mut request = Request::by_suci(1);
        request.ksi = told;
        let _ = rig.initial(&request.cleartext());
        let _ = rig.take();
        rig.give(1);
        assert_ne!(ksi(&rig.downlink()), told);
    }
}

#[test]
fn t3560_repeats_the_challenge_and_gives_up() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let request = rig.downlink();
    for _ in 0..4 {
        rig.expire();
        assert_eq!(rig.downlink(), request);
    }
    rig.expire();
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3560)));
    let outputs = rig.take();
    assert!(
        matches!(
            outputs[..],
            [
                Output::AbandonAuthentication,
                Output::Release(ReleaseCause::AuthenticationFailure)
            ]
        ),
        "{outputs:?}"
    );
}

#[test]
fn answers_that_nobody_waits_for() {
    let mut rig = Rig::new();
    let _ = rig.initial(&Request::by_suci(1).cleartext());
    let _ = rig.take();
    assert!(matches!(
        rig.uplink(&response(1)),
        Disposition::Silent(Discard::Path(_))
    ));
    assert!(matches!(
        rig.uplink(&failure(20, None)),
        Disposition::Silent(Discard::Path(_))
    ));
    let confirmation = Confirmation {
        supi: supi(1),
        k_seaf: k_seaf(1),
    };
    assert_eq!(
        rig.input(Input::Confirmed(Ok(confirmation))),
        Disposition::Handled
    );
    assert!(rig.take().is_empty() && rig.table.contexts.is_empty());
    rig.give(1);
    let _ = rig.take();
    assert_eq!(
        rig.input(Input::Challenge(Ok(challenge(2)))),
        Disposition::Handled
    );
    assert!(rig.take().is_empty(), "the challenge that is out stays");
    let empty = FgmmMessage::from(AuthenticationResponse::new()).to_octets();
    assert!(
        matches!(rig.uplink(&empty), Disposition::Silent(_)),
        "an answer of no method"
    );
    rig.send(&response(1));
}

#[test]
fn a_secure_ue_that_fails_its_reauthentication_is_deregistered() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let _ = rig.input(Input::Reauthenticate);
    let _ = rig.authentication();
    rig.give(2);
    let request = rig.downlink();
    assert_eq!(ue.name(&request), "AUTHENTICATION REQUEST");
    // It was named by its SUCI when it came.
    let wrong = failure(20, None);
    let wrong = ue.protect(quintet_nas::security::Protection::Ciphered, &wrong);
    let _ = rig.uplink(&wrong);
    let outputs = rig.take();
    assert!(
        outputs.iter().any(|o| matches!(o, Output::Deregistered { .. })),
        "{outputs:?}"
    );
    assert!(rig.table.only().security.is_none());
}

#[test]
fn policies_of_reauthentication() {
    let uses: fn(&mut Rig) = |rig| rig.policy.reauthentication.every = Some(1);
    let age: fn(&mut Rig) = |rig| {
        rig.policy.reauthentication.after = Some(std::time::Duration::from_secs(60));
        rig.wall += std::time::Duration::from_secs(60);
    };
    let neither: fn(&mut Rig) = |rig| {
        rig.policy.reauthentication.every = Some(9);
        rig.policy.reauthentication.after = Some(std::time::Duration::from_secs(61));
        rig.wall += std::time::Duration::from_secs(60);
    };
    for (policy, due) in [(uses, true), (age, true), (neither, false)] {
        let mut rig = Rig::new();
        let mut ue = rig.idle(1);
        policy(&mut rig);
        let request = ue.register(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
        let _ = rig.initial(&request);
        let asked = rig.take().iter().any(|o| matches!(o, Output::Authenticate(_)));
        assert_eq!(asked, due);
    }
}
