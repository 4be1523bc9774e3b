//! EAP-AKA': from SUCI to KSEAF, synchronisation failure, refusals, repetitions.

use crate::support::*;
use quintet_ausf::{AusfEvent, CONTEXT_LIFETIME, Failure};
use quintet_crypto::fgs::KAusf;
use quintet_eap::{FailureReason, Peer, PeerStep, UsimAnswer};
use quintet_sbi::nausf::{self, AuthData, AuthResult, EapSession, UEAuthenticationCtx};
use quintet_sbi::nudm::ueau::AuthType;
use quintet_sbi::{Base64, CallFailure, Request};
use quintet_subscriber::model::AuthenticationMethod;
use quintet_subscriber::usim::{Answer, Usim};
use std::time::Duration;

const EAP: AuthenticationMethod = AuthenticationMethod::EapAkaPrime;

fn packet(ctx: &UEAuthenticationCtx) -> Vec<u8> {
    match &ctx.auth_data {
        AuthData::EapPayload(Some(packet)) => packet.0.clone(),
        other => panic!("{other:?}"),
    }
}

fn session(path: &str, packet: Option<Vec<u8>>) -> Request {
    let session = EapSession {
        eap_payload: packet.map(Base64),
        k_seaf: None,
        links: Default::default(),
        auth_result: None,
        supi: None,
        supported_features: None,
        msk: None,
    };
    nausf::eap_session(path, &session)
}

/// A UE's EAP end.
fn peer(serving: &str) -> Peer {
    Peer::new(serving.as_bytes(), "001010000000001", None, false)
}

/// What the UE answers to a request.
fn ue(core: &mut Core, peer: &mut Peer, request: &[u8]) -> Vec<u8> {
    let step = match peer.handle(request) {
        PeerStep::Usim { rand, autn } => {
            let answer = match core.usim.answer(&rand, &autn) {
                Answer::Accepted { res, ck, ik } => UsimAnswer::Genuine {
                    res,
                    keys: Usim::eap_aka_prime(&ck, &ik, SNN.as_bytes(), &autn).unwrap(),
                },
                Answer::SynchFailure(auts) => {
                    let mut octets = Vec::new();
                    auts.put(&mut octets);
                    UsimAnswer::SynchronisationFailure {
                        auts: octets.try_into().unwrap(),
                    }
                }
                Answer::MacFailure => UsimAnswer::MacFailure,
            };
            peer.handle_usim(answer)
        }
        step => step,
    };
    match step {
        PeerStep::Send { packet, .. } => packet,
        other => panic!("{other:?}"),
    }
}

/// The end of a session that went well: KSEAF is the UE's.
fn succeeds(core: &mut Core, peer: &mut Peer, path: &str, answer: Vec<u8>) {
    let request = session(path, Some(answer));
    let end: EapSession = core.ask(&request).read().unwrap();
    assert_eq!(end.auth_result, Some(AuthResult::AuthenticationSuccess));
    assert_eq!(end.supi.as_deref(), Some(SUPI));
    let PeerStep::Success(keys) = peer.handle(&end.eap_payload.as_ref().unwrap().0) else {
        panic!("no EAP-Success");
    };
    let k_seaf = KAusf::from_emsk(&keys.emsk).k_seaf(&name());
    assert_eq!(end.k_seaf.as_ref().unwrap().expose(), k_seaf.expose());
    let again: EapSession = core.ask(&request).read().unwrap();
    assert_eq!(again, end, "a repetition gets the same");
    let told = core.context_data().authentication_events;
    assert_eq!(
        (told.len(), told[0].success, told[0].auth_type.as_str()),
        (1, true, "EAP_AKA_PRIME")
    );
}

#[test]
fn from_suci_to_kseaf() {
    for who in [SUCI, SUPI] {
        let mut core = Core::new(EAP);
        let ctx = core.begin(who);
        assert_eq!(
            (&ctx.auth_type, ctx.links.contains_key("eap-session")),
            (&AuthType::EapAkaPrime, true)
        );
        let mut peer = peer(SNN);
        let answer = ue(&mut core, &mut peer, &packet(&ctx));
        succeeds(&mut core, &mut peer, &link(&ctx), answer);
    }
}

#[test]
fn a_synchronisation_failure_brings_another_challenge() {
    let mut core = Core::new(EAP);
    let ahead = quintet_crypto::Sqn::new((1 << 41) << 5 | IND).unwrap();
    core.usim.seq_array = core.usim.seq_array.clone().having_accepted(ahead);
    let ctx = core.begin(SUCI);
    let mut peer = peer(SNN);
    let answer = ue(&mut core, &mut peer, &packet(&ctx));
    let next: EapSession = core.ask(&session(&link(&ctx), Some(answer))).read().unwrap();
    assert_eq!((next.auth_result, next.k_seaf.is_none()), (None, true));
    assert!(next.links.contains_key("eap-session"));
    let answer = ue(&mut core, &mut peer, &next.eap_payload.unwrap().0);
    succeeds(&mut core, &mut peer, &link(&ctx), answer);
}

#[test]
fn every_request_has_as_long_as_the_first() {
    let mut core = Core::new(EAP);
    let ahead = quintet_crypto::Sqn::new((1 << 41) << 5 | IND).unwrap();
    core.usim.seq_array = core.usim.seq_array.clone().having_accepted(ahead);
    let ctx = core.begin(SUCI);
    let mut peer = peer(SNN);
    let answer = ue(&mut core, &mut peer, &packet(&ctx));
    core.pass(CONTEXT_LIFETIME - Duration::from_secs(2));
    let next: EapSession = core.ask(&session(&link(&ctx), Some(answer))).read().unwrap();
    let answer = ue(&mut core, &mut peer, &next.eap_payload.unwrap().0);
    core.pass(CONTEXT_LIFETIME - Duration::from_secs(2));
    succeeds(&mut core, &mut peer, &link(&ctx), answer);
    // And no longer.
    let mut core = Core::new(EAP);
    let ctx = core.begin(SUCI);
    core.pass(CONTEXT_LIFETIME);
    let late = core.ask(&session(&link(&ctx), Some(vec![2, 1, 0, 4])));
    assert_eq!(refusal(&late).0, 404);
}

#[test]
fn a_resynchronisation_that_the_udm_refuses_ends_in_failure() {
    let mut core = Core::new(EAP);
    let ahead = quintet_crypto::Sqn::new((1 << 41) << 5 | IND).unwrap();
    core.usim.seq_array = core.usim.seq_array.clone().having_accepted(ahead);
    let ctx = core.begin(SUCI);
    let mut answer = ue(&mut core, &mut peer(SNN), &packet(&ctx));
    let at = answer
        .windows(2)
        .position(|pair| pair == [4, 4])
        .expect("AT_AUTS");
    answer[at + 15] ^= 1;
    let end: EapSession = core.ask(&session(&link(&ctx), Some(answer))).read().unwrap();
    assert_eq!(end.auth_result, Some(AuthResult::AuthenticationFailure));
    assert_eq!(end.eap_payload.unwrap().0[0], 4, "EAP-Failure");
    assert!(!core.context_data().authentication_events[0].success);
}

/// While the UDM is away the session stays as it was; the same packet works afterwards.
#[test]
fn a_resynchronisation_without_a_udm_may_be_repeated() {
    let mut core = Core::new(EAP);
    let ahead = quintet_crypto::Sqn::new((1 << 41) << 5 | IND).unwrap();
    core.usim.seq_array = core.usim.seq_array.clone().having_accepted(ahead);
    let ctx = core.begin(SUCI);
    let answer = ue(&mut core, &mut peer(SNN), &packet(&ctx));
    let request = session(&link(&ctx), Some(answer));
    core.connected = false;
    let id = core.send(&request);
    let meanwhile = core.ask(&request);
    assert_eq!(meanwhile.status, 409, "one step at a time");
    core.answer_call(Err(CallFailure::Timeout(Duration::from_secs(4))));
    let failed = core.answers.remove(&id).unwrap();
    assert_eq!(refusal(&failed), (504, "UPSTREAM_SERVER_ERROR".to_owned()));
}

#[test]
fn a_wrong_serving_network_name_is_found_by_the_ue() {
    let mut core = Core::new(EAP);
    let ctx = core.begin(SUCI);
    let mut abroad = peer("5G:mnc070.mcc901.3gppnetwork.org");
    let answer = match abroad.handle(&packet(&ctx)) {
        PeerStep::Send { packet, .. } => packet,
        other => panic!("{other:?}"),
    };
    let end: EapSession = core.ask(&session(&link(&ctx), Some(answer))).read().unwrap();
    assert_eq!(end.auth_result, Some(AuthResult::AuthenticationFailure));
    assert!((end.k_seaf, end.supi) == (None, None));
    let rejected = |event: &AusfEvent| {
        let why = FailureReason::AuthenticationReject;
        matches!(event, AusfEvent::Authenticated { outcome: Err(Failure::Eap(found)), .. } if *found == why)
    };
    assert!(core.events.iter().any(rejected), "{:?}", core.events);
}

#[test]
fn a_wrong_mac_is_told_and_fails() {
    let mut core = Core::new(EAP);
    let ctx = core.begin(SUCI);
    let mut answer = ue(&mut core, &mut peer(SNN), &packet(&ctx));
    *answer.last_mut().unwrap() ^= 1;
    let notified: EapSession = core
        .ask(&session(&link(&ctx), Some(answer.clone())))
        .read()
        .unwrap();
    assert_eq!(notified.auth_result, None, "a notification goes first");
    let notification = notified.eap_payload.unwrap().0;
    let acknowledgement = [2, notification[1], 0, 8, 50, 12, 0, 0].to_vec();
    let end: EapSession = core
        .ask(&session(&link(&ctx), Some(acknowledgement)))
        .read()
        .unwrap();
    assert_eq!(
        (end.auth_result, end.k_seaf),
        (Some(AuthResult::AuthenticationFailure), None)
    );
}

#[test]
fn what_is_no_packet_is_refused_and_harms_nothing() {
    let mut core = Core::new(EAP);
    let ctx = core.begin(SUCI);
    let path = link(&ctx);
    for (body, status) in [
        (None, 400),
        (Some(Vec::new()), 400),
        (Some(vec![2, 0, 0, 200]), 400),
        (Some(vec![1, packet(&ctx)[1], 0, 4]), 400),
    ] {
        assert_eq!(core.ask(&session(&path, body.clone())).status, status, "{body:?}");
    }
    let other = path.replace("eap-session", "5g-aka-confirmation");
    assert_eq!(refusal(&core.ask(&confirmation(&other, Some([0; 16])))).0, 404);
    let mut peer = peer(SNN);
    let answer = ue(&mut core, &mut peer, &packet(&ctx));
    succeeds(&mut core, &mut peer, &path, answer);
}
