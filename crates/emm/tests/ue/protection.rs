//! What a UE believes, and what not (TS 24.301 4.4.3, 4.4.4, 4.4.5).

use crate::network::*;
use quintet_emm::ue::{Input, Start};
use quintet_emm::{Discard, Disposition};
use quintet_nas::eps::*;
use quintet_nas::security::{NasCount, NasCounts, Protection};

fn identity_request(kind: IdentityType2) -> IdentityRequest<'static> {
    IdentityRequest::new(kind)
}

fn silent(why: Discard) -> Disposition {
    Disposition::Silent(why)
}

#[test]
fn before_security_only_the_list_is_heard() {
    let mut rig = Rig::attaching();
    let unprotected = silent(Discard::Unprotected);
    for kind in [IdentityType2::IMEI, IdentityType2::IMEISV, IdentityType2::TMSI] {
        assert_eq!(rig.down_plain(identity_request(kind)), unprotected, "{kind:?}");
    }
    let accept = attach_accept(Some(guti(1)));
    assert_eq!(rig.input(Input::Downlink(&accept)), unprotected);
    let csg = AttachReject::new(EmmCause::NOT_AUTHORIZED_FOR_THIS_CSG);
    assert_eq!(rig.down_plain(csg), unprotected);
    let detach = DetachRequestFromNetwork::new(DetachType::RE_ATTACH_REQUIRED);
    assert_eq!(rig.down_plain(detach), unprotected);
    assert_eq!(rig.down_plain(EmmInformation::new()), unprotected);
    let esm = EsmMessage::from(EsmInformationRequest::new(
        EpsBearerIdentity::UNASSIGNED,
        ProcedureTransactionIdentity(1),
    ));
    assert_eq!(rig.input(Input::Downlink(&esm.to_octets())), unprotected);
    let command = EmmMessage::from(rig.command(1)).to_octets();
    assert_eq!(rig.input(Input::Downlink(&command)), unprotected);
    rig.quiet();
    assert_eq!(
        rig.down_plain(identity_request(IdentityType2::IMSI)),
        Disposition::Handled
    );
    let plain = rig.pop_plain(0);
    let (response, _) = IdentityResponse::decode(&plain).unwrap();
    assert_eq!(
        response.mobile_identity,
        MobileIdentity::Imsi(identity().imsi.unwrap())
    );
}

#[test]
fn after_security_nothing_is_heard_without() {
    let mut rig = Rig::registered();
    let unprotected = silent(Discard::Unprotected);
    assert_eq!(rig.down_plain(identity_request(IdentityType2::IMSI)), unprotected);
    let request = rig.challenge(2, EPS);
    assert_eq!(rig.down_plain(request), unprotected);
    assert_eq!(rig.down_plain(AuthenticationReject::new()), unprotected);
    assert_eq!(
        rig.down_plain(AttachReject::new(EmmCause::ILLEGAL_UE)),
        unprotected
    );
    assert_eq!(rig.down_plain(DetachAccept::new()), unprotected);
    rig.quiet();
    assert!(rig.ue.is_registered());
    for (kind, told) in [
        (IdentityType2::IMEI, MobileIdentity::Imei(identity().imei)),
        (IdentityType2::IMEISV, MobileIdentity::Imeisv(identity().imeisv)),
        (IdentityType2::TMSI, MobileIdentity::Tmsi(0x1234)),
    ] {
        assert_eq!(rig.down(identity_request(kind)), Disposition::Handled);
        let plain = rig.pop_plain(2);
        let (response, _) = IdentityResponse::decode(&plain).unwrap();
        assert_eq!(response.mobile_identity, told);
    }
}

#[test]
fn a_wrong_mac_a_replay_and_a_message_without_context_are_dropped() {
    let mut rig = Rig::registered();
    let plain = EmmMessage::from(identity_request(IdentityType2::IMEI)).to_octets();
    let pdu = rig.cipher(&plain);
    assert_eq!(rig.input(Input::Downlink(&spoilt(&pdu))), silent(Discard::Mac));
    assert_eq!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Handled,
        "the COUNT was not used up"
    );
    rig.pop_plain(2);
    assert_eq!(rig.input(Input::Downlink(&pdu)), silent(Discard::Replay));
    let mut reflected = rig.cipher(&plain);
    reflected[6] ^= 0xff;
    assert_eq!(rig.input(Input::Downlink(&reflected)), silent(Discard::Mac));
    rig.quiet();
    let mut fresh = Rig::attaching();
    assert_eq!(fresh.input(Input::Downlink(&pdu)), silent(Discard::NoContext));
}

#[test]
fn headers_where_they_do_not_belong_are_dropped() {
    let mut rig = Rig::registered();
    let plain = EmmMessage::from(identity_request(IdentityType2::IMEI)).to_octets();
    let new_context = rig.protect(Protection::IntegrityNewContext, &plain);
    assert_eq!(
        rig.input(Input::Downlink(&new_context)),
        silent(Discard::SecurityHeader)
    );
    let new_context = rig.protect(Protection::CipheredNewContext, &plain);
    assert_eq!(
        rig.input(Input::Downlink(&new_context)),
        silent(Discard::SecurityHeader)
    );
    let unciphered = rig.protect(Protection::Integrity, &plain);
    let disposition = rig.input(Input::Downlink(&unciphered));
    assert!(
        matches!(disposition, Disposition::Silent(Discard::Path(why)) if why.clause == "TS 24.301 4.4.5")
    );
    for octets in [
        &[][..],
        &[0x07],
        &[0x27, 1, 2],
        &[0x97, 0, 0, 0, 0, 0, 0],
        &[0x0e, 0x41],
    ] {
        let disposition = rig.input(Input::Downlink(octets));
        assert!(
            matches!(disposition, Disposition::Silent(_)),
            "{octets:02x?}: {disposition:?}"
        );
    }
    rig.quiet();
}

#[test]
fn what_cannot_be_read_is_answered_by_status_under_protection_only() {
    let mut rig = Rig::registered();
    let unknown = rig.cipher(&[0x07, 0x7f, 0]);
    let not_implemented = EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED;
    assert_eq!(
        rig.input(Input::Downlink(&unknown)),
        Disposition::Replied(not_implemented)
    );
    let plain = rig.pop_plain(2);
    assert_eq!(EmmStatus::decode(&plain).unwrap().0.emm_cause, not_implemented);
    let cut = rig.cipher(&[0x07, AuthenticationRequest::MESSAGE_TYPE, 0, 1]);
    let invalid = EmmCause::INVALID_MANDATORY_INFORMATION;
    assert_eq!(rig.input(Input::Downlink(&cut)), Disposition::Replied(invalid));
    let mut rig = Rig::attaching();
    let cut = [0x07, AuthenticationRequest::MESSAGE_TYPE, 0, 1];
    assert_eq!(rig.input(Input::Downlink(&cut)), silent(Discard::Malformed));
    rig.quiet();
}

#[test]
fn a_context_is_used_again_and_k_enb_is_of_the_initial_message() {
    let mut rig = Rig::idle();
    rig.start(Start::ATTACH);
    assert_eq!(rig.s_tmsi, Some(guti(0x1234).s_tmsi()));
    let plain = rig.pop_plain(1);
    let (request, _) = AttachRequest::decode(&plain).unwrap();
    assert_eq!(request.nas_key_set_identifier, NasKsi::native(1));
    assert_eq!(request.eps_mobile_identity, EpsMobileIdentity::Guti(guti(0x1234)));
    let count = rig.nas.as_ref().unwrap().counts().last_received.unwrap();
    rig.accept(0x1235);
    rig.occurs(Input::ContextSetUp);
    let expected = rig.kasme.as_ref().unwrap().k_enb(count.value());
    assert_eq!(rig.k_enb.as_ref(), Some(&expected));
}

#[test]
fn a_network_that_has_lost_the_context_may_begin_anew() {
    let mut rig = Rig::idle();
    rig.start(Start::UPDATE);
    rig.pop_plain(1);
    assert_eq!(
        rig.down_plain(identity_request(IdentityType2::IMSI)),
        Disposition::Handled
    );
    // The network cannot check it; the UE does not know, and its initial message was protected (TS 24.301 4.4.4.1, 4.4.5).
    assert_eq!(rig.pop_plain(1)[1], IdentityResponse::MESSAGE_TYPE);
    rig.secure(4);
    let accept = TrackingAreaUpdateAccept::new(EpsUpdateResult::TA_UPDATED);
    assert_eq!(rig.down(accept), Disposition::Handled);
}

#[test]
fn counts_that_are_used_up_end_the_context() {
    let mut rig = Rig::idle();
    let last = NasCounts {
        next_sent: Some(NasCount::MAX),
        last_received: None,
    };
    rig.ue.set_counts(last);
    rig.start(Start::UPDATE);
    rig.pop();
    rig.occurs(Input::LowerLayerFailure);
    rig.expire();
    let plain = rig.pop_plain(0);
    let (request, _) = TrackingAreaUpdateRequest::decode(&plain).unwrap();
    assert_eq!(request.nas_key_set_identifier, NasKsi::NO_KEY_AVAILABLE);
}
