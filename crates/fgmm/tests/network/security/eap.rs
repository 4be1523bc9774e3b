//! EAP-AKA' through the AMF (TS 24.501 5.4.1.2; TS 33.501 6.1.3.1).

use super::authentication::{failure, identity};
use crate::support::{Request, Rig, Ue, k_seaf, plain, supi};
use quintet_crypto::fgs::ABBA;
use quintet_fgmm::network::{
    Challenge, ConfirmationFailure, EapProgress, Input, Method, Output, Phase, ReleaseCause,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::{AuthenticationResponse, EapMessage, FgmmCause, FgmmMessage, SecurityModeCommand};

/// An EAP packet of this code and identifier.
fn packet(code: u8, identifier: u8) -> Box<[u8]> {
    Box::new([code, identifier, 0, 5, 50])
}

const SUCCESS: [u8; 4] = [3, 2, 0, 4];
const FAILURE: [u8; 4] = [4, 2, 0, 4];

fn response(payload: &[u8]) -> Vec<u8> {
    let mut message = AuthenticationResponse::new();
    message.eap_message = Some(EapMessage(payload));
    FgmmMessage::from(message).to_octets()
}

/// Up to AUTHENTICATION REQUEST, which is left.
fn challenged(request: &Request) -> Rig {
    let mut rig = Rig::new();
    give(&mut rig, &request.cleartext());
    rig
}

fn give(rig: &mut Rig, request: &[u8]) {
    assert_eq!(rig.initial(request), Disposition::Handled);
    let _ = rig.authentication();
    let payload = packet(1, 1);
    assert_eq!(
        rig.input(Input::Challenge(Ok(Challenge::Eap { payload }))),
        Disposition::Handled
    );
}

/// The ngKSI and the EAP packet of AUTHENTICATION REQUEST.
fn asked(nas: &[u8]) -> (u8, Vec<u8>) {
    match FgmmMessage::decode_downlink(plain(nas))
        .expect("a message")
        .message
    {
        FgmmMessage::AuthenticationRequest(m) => {
            assert_eq!(m.abba.0, ABBA);
            assert!(m.authentication_parameter_rand.is_none());
            (m.ng_ksi.0, m.eap_message.expect("an EAP packet").0.to_vec())
        }
        other => panic!("AUTHENTICATION REQUEST, not {}", other.name()),
    }
}

/// The UE answers, and the AUSF is asked.
fn answer(rig: &mut Rig, identifier: u8) {
    let packet = packet(2, identifier);
    rig.send(&response(&packet));
    let outputs = rig.take();
    assert!(
        matches!(&outputs[..], [Output::EapAnswer { payload }] if *payload == packet),
        "{outputs:?}"
    );
}

fn progress(rig: &mut Rig, progress: EapProgress) -> Disposition {
    rig.input(Input::Eap(Ok(progress)))
}

fn success() -> EapProgress {
    EapProgress::Success {
        payload: SUCCESS.into(),
        supi: supi(1),
        k_seaf: k_seaf(1),
    }
}

#[test]
fn a_conversation_of_two_rounds_to_success() {
    let mut rig = challenged(&Request::by_suci(1));
    let (ksi, payload) = asked(&rig.downlink());
    assert_eq!(payload, *packet(1, 1));
    answer(&mut rig, 1);
    let _ = progress(
        &mut rig,
        EapProgress::Next {
            payload: packet(1, 2),
        },
    );
    assert_eq!(
        asked(&rig.downlink()),
        (ksi, packet(1, 2).to_vec()),
        "the same ngKSI"
    );
    answer(&mut rig, 2);
    let _ = progress(&mut rig, success());
    let command = rig.downlink();
    let mut ue = Ue::with_keys(ksi, 1, Request::by_suci(1));
    let plain = ue.take_command(&command);
    let (command, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
    assert_eq!(command.eap_message.expect("EAP-success").0, SUCCESS);
    assert_eq!(command.abba.expect("ABBA").0, ABBA);
    rig.send(&ue.complete());
    let phases = rig.phases();
    assert!(
        phases.contains(&Phase::ChallengeReceived(Method::EapAkaPrime)),
        "{phases:?}"
    );
    assert_eq!(rig.table.only().supi, Some(supi(1)));
    assert!(
        !rig.take()
            .iter()
            .any(|o| matches!(o, Output::AbandonAuthentication))
    );
}

#[test]
fn a_conversation_has_an_end() {
    let mut rig = challenged(&Request::by_suci(1));
    let _ = rig.take();
    let mut rounds = 0;
    for identifier in 1..=u8::MAX {
        answer(&mut rig, identifier);
        let next = EapProgress::Next {
            payload: packet(1, identifier + 1),
        };
        let _ = progress(&mut rig, next);
        rounds += 1;
        if rig.session.is_over() {
            break;
        }
        let _ = rig.take();
    }
    assert_eq!(rounds, 16);
    let outputs = rig.take();
    assert!(
        outputs.iter().any(|o| matches!(o, Output::AbandonAuthentication)),
        "{outputs:?}"
    );
}

#[test]
fn eap_failure_for_who_named_itself() {
    let mut rig = challenged(&Request::by_suci(1));
    let _ = rig.take();
    answer(&mut rig, 1);
    let disposition = progress(
        &mut rig,
        EapProgress::Failure {
            payload: FAILURE.into(),
        },
    );
    assert_eq!(disposition, Disposition::Replied(FgmmCause::ILLEGAL_UE));
    let (downlinks, release) = rig.ending();
    let FgmmMessage::AuthenticationReject(reject) = FgmmMessage::decode_downlink(&downlinks[0])
        .expect("a message")
        .message
    else {
        panic!("AUTHENTICATION REJECT");
    };
    assert_eq!(reject.eap_message.expect("EAP-failure").0, FAILURE);
    assert_eq!(release, Some(ReleaseCause::AuthenticationFailure));
}

#[test]
fn eap_failure_of_a_guti_asks_who_it_is() {
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    give(
        &mut rig,
        &Request::by_guti(ue.guti.expect("a GUTI"), 7).cleartext(),
    );
    let _ = rig.take();
    answer(&mut rig, 1);
    let _ = progress(
        &mut rig,
        EapProgress::Failure {
            payload: FAILURE.into(),
        },
    );
    let downlinks = rig.downlinks();
    let names: Vec<_> = downlinks.iter().map(|nas| Rig::name(nas)).collect();
    assert_eq!(names, ["AUTHENTICATION RESULT", "IDENTITY REQUEST"]);
    rig.send(&identity(2));
    let _ = rig.authentication();
}

#[test]
fn an_ausf_that_cannot_go_on() {
    for (why, cause) in [
        (ConfirmationFailure::Unavailable, FgmmCause::CONGESTION),
        (ConfirmationFailure::NoAnswer, FgmmCause::CONGESTION),
    ] {
        let mut rig = challenged(&Request::by_suci(1));
        let _ = rig.take();
        answer(&mut rig, 1);
        let _ = rig.input(Input::Eap(Err(why)));
        assert_eq!(rig.rejected(), cause);
    }
}

#[test]
fn answers_of_another_kind_wait_on() {
    let mut rig = challenged(&Request::by_suci(1));
    let _ = rig.take();
    // RES*, an earlier identifier, a request, octets that are no packet.
    let aka = Ue::with_keys(0, 1, Request::by_suci(1)).response();
    assert!(matches!(rig.uplink(&aka), Disposition::Silent(Discard::Path(_))));
    assert_eq!(
        rig.uplink(&response(&packet(2, 9))),
        Disposition::Silent(Discard::Repetition)
    );
    assert_eq!(
        rig.uplink(&response(&packet(1, 1))),
        Disposition::Silent(Discard::Malformed)
    );
    // 5G AKA's causes are said by the method.
    for cause in [20, 21, 26] {
        assert!(
            matches!(rig.uplink(&failure(cause, Some(1))), Disposition::Silent(_)),
            "#{cause}"
        );
    }
    assert!(rig.take().is_empty());
    answer(&mut rig, 1);
}

#[test]
fn an_ng_ksi_in_use() {
    let mut rig = challenged(&Request::by_suci(1));
    let (first, payload) = asked(&rig.downlink());
    rig.send(&failure(71, None));
    let (second, again) = asked(&rig.downlink());
    assert_ne!(first, second);
    assert_eq!(payload, again, "the same EAP packet");
    answer(&mut rig, 1);
    let _ = progress(&mut rig, success());
    let mut ue = Ue::with_keys(second, 1, Request::by_suci(1));
    let command = rig.downlink();
    let _ = ue.take_command(&command);
}
