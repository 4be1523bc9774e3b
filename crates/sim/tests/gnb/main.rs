//! A gNB against an AMF that is played by hand: what it owes of NGAP, message by message.
#![cfg(test)]

mod support;

use quintet_fgmm::ue::Start;
use quintet_ngap::message::*;
use quintet_ngap::transfer::*;
use quintet_ngap::*;
use quintet_sim::gnb::{GnbEvent, Happening, NoConnection, ReleasedBy, Rule, Tamper, Which};
use std::time::Duration;
use support::{AMF, Bench, wrong_amf};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn setup_is_asked_for_again_after_the_time_to_wait() {
    let mut bench = Bench::new();
    bench.gnb.handle_up(bench.now, 4);
    let request = bench.sent_one();
    assert!(matches!(request, NgapPdu::NgSetupRequest(_)), "{request:?}");
    let failure = NgSetupFailure {
        time_to_wait: Some(TimeToWait::V5s),
        ..NgSetupFailure::new(Cause::CONTROL_PROCESSING_OVERLOAD)
    };
    bench.say(failure.into());
    assert_eq!(bench.gnb.poll_timeout(), Some(bench.now + 5 * SECOND));
    bench.wait(5 * SECOND);
    assert!(matches!(bench.sent_one(), NgapPdu::NgSetupRequest(_)));
    assert!(!bench.gnb.is_up());
    bench.set_up();
    assert!(bench.gnb.is_up());
    bench.gnb.handle_down(bench.now);
    assert!(!bench.gnb.is_up());
    assert!(bench.events().contains(&GnbEvent::Down));
}

#[test]
fn a_first_message_tells_who_and_where() {
    let mut bench = Bench::up();
    bench.gnb.start(bench.now, bench.ue, Start::REGISTER);
    let NgapPdu::InitialUeMessage(message) = bench.sent_one() else {
        panic!("no INITIAL UE MESSAGE");
    };
    let config = bench.gnb.config();
    assert_eq!(message.user_location_information, config.cell.location());
    assert_eq!(
        message.rrc_establishment_cause,
        Some(RrcEstablishmentCause::MoSignalling)
    );
    assert_eq!(message.ue_context_request, Some(UeContextRequest::Requested));
    assert_eq!(message.five_g_s_tmsi, None, "it was never registered");
    assert_eq!(message.nas_pdu[..3], [0x7e, 0x00, 0x41]);
    assert_eq!(bench.gnb.ids(bench.ue), Some((message.ran_ue_ngap_id, None)));
}

#[test]
fn without_an_amf_there_is_no_connection() {
    let mut bench = Bench::new();
    bench.gnb.start(bench.now, bench.ue, Start::REGISTER);
    assert!(
        bench
            .events()
            .contains(&GnbEvent::NotConnected(bench.ue, NoConnection::NoCore))
    );
    let mut bench = Bench::up();
    let overload = OverloadStart {
        amf_overload_response: Some(OverloadAction::RejectRrcCrSignalling),
        ..OverloadStart::new()
    };
    bench.say(overload.into());
    bench.gnb.start(bench.now, bench.ue, Start::REGISTER);
    assert!(
        bench
            .events()
            .contains(&GnbEvent::NotConnected(bench.ue, NoConnection::Overload))
    );
    bench.say(OverloadStop::new().into());
    bench.wait(10 * SECOND);
    assert!(
        matches!(bench.sent().pop(), Some(NgapPdu::InitialUeMessage(_))),
        "T3511, and again"
    );
}

#[test]
fn identities_must_fit() {
    let (mut bench, ran) = Bench::connected();
    let identity_request = &[0x7e, 0x00, 0x5b, 0x01][..];
    for (amf, id, cause) in [
        (AMF, RanUeNgapId(ran.0 + 1), Cause::UNKNOWN_LOCAL_UE_NGAP_ID),
        (wrong_amf(), ran, Cause::INCONSISTENT_REMOTE_UE_NGAP_ID),
    ] {
        bench.say(DownlinkNasTransport::new(amf, id, identity_request.into()).into());
        let NgapPdu::ErrorIndication(indication) = bench.sent_one() else {
            panic!("no ERROR INDICATION");
        };
        assert_eq!(
            (indication.amf_ue_ngap_id, indication.ran_ue_ngap_id),
            (Some(amf), Some(id))
        );
        assert_eq!(indication.cause, Some(cause));
    }
    bench.say(DownlinkNasTransport::new(AMF, ran, identity_request.into()).into());
    let NgapPdu::UplinkNasTransport(answer) = bench.sent_one() else {
        panic!("no answer of the UE");
    };
    assert_eq!(answer.nas_pdu[..3], [0x7e, 0x00, 0x5c]);
    bench.say(
        ErrorIndication {
            ran_ue_ngap_id: Some(ran),
            cause: Some(Cause::UNKNOWN_LOCAL_UE_NGAP_ID),
            ..ErrorIndication::new()
        }
        .into(),
    );
    assert!(
        bench
            .events()
            .contains(&GnbEvent::Released(bench.ue, ReleasedBy::Reset))
    );
    assert_eq!(bench.gnb.connection_count(), 0);
}

#[test]
fn a_key_that_the_ue_does_not_have_fails_the_context() {
    let (mut bench, ran) = Bench::connected();
    bench.say(bench.context_request(ran, 0xe000).into());
    let sent = bench.sent();
    assert!(
        matches!(&sent[0], NgapPdu::InitialContextSetupFailure(failure)
            if failure.cause == Some(Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE)),
        "{sent:?}"
    );
    assert!(
        matches!(&sent[1], NgapPdu::UeContextReleaseRequest(_)),
        "{sent:?}"
    );
    let events = bench.events();
    assert!(events.contains(&GnbEvent::KeyMismatch(bench.ue)));
    assert!(events.contains(&GnbEvent::Released(bench.ue, ReleasedBy::Node)));
}

#[test]
fn sessions_are_set_up_and_released_with_the_context() {
    let (mut bench, ran) = Bench::connected();
    let mut request = bench.context_request(ran, 0);
    request.pdu_session_resource_setup_list = Some(vec![bench.session(5), bench.session(6)]);
    bench.say(request.into());
    let NgapPdu::InitialContextSetupResponse(response) = bench.sent_one() else {
        panic!("no response");
    };
    let set_up = response.pdu_session_resource_setup_list.unwrap();
    assert_eq!(set_up.len(), 2);
    let transfer = PduSessionResourceSetupResponseTransfer::decode(&set_up[0].transfer).unwrap();
    assert_eq!(transfer.associated_qos_flows, [9]);
    assert_eq!(response.pdu_session_resource_failed_to_setup_list, None);

    // One twice, one of a slice that is not here, one whose transfer is none.
    let mut strange = bench.session(8);
    strange.s_nssai = quintet_identity::SNssai::new(99);
    let mut broken = bench.session(9);
    broken.transfer = vec![0xff].into();
    let list = vec![
        bench.session(7),
        bench.session(7),
        strange,
        broken,
        bench.session(10),
    ];
    bench.say(PduSessionResourceSetupRequest::new(AMF, ran, list).into());
    let NgapPdu::PduSessionResourceSetupResponse(response) = bench.sent_one() else {
        panic!("no response");
    };
    let failed: Vec<_> = response
        .pdu_session_resource_failed_to_setup_list
        .unwrap()
        .iter()
        .map(|item| {
            let transfer = PduSessionResourceSetupUnsuccessfulTransfer::decode(&item.transfer);
            (item.pdu_session_id.0, transfer.unwrap().cause)
        })
        .collect();
    let expected = [
        (7, Cause::MULTIPLE_PDU_SESSION_ID_INSTANCES),
        (7, Cause::MULTIPLE_PDU_SESSION_ID_INSTANCES),
        (8, Cause::SLICE_NOT_SUPPORTED),
        (9, Cause::TRANSFER_SYNTAX_ERROR),
    ];
    assert_eq!(failed, expected);

    let cause = Cause::NAS_NORMAL_RELEASE;
    let item = PduSessionItem {
        pdu_session_id: PduSessionId(5),
        transfer: PduSessionResourceReleaseCommandTransfer { cause }
            .encode()
            .unwrap()
            .into(),
    };
    bench.say(PduSessionResourceReleaseCommand::new(AMF, ran, vec![item]).into());
    assert!(matches!(
        bench.sent_one(),
        NgapPdu::PduSessionResourceReleaseResponse(_)
    ));

    let ids = UeNgapIds::Amf(AMF);
    bench.say(UeContextReleaseCommand::new(ids, cause).into());
    let NgapPdu::UeContextReleaseComplete(complete) = bench.sent_one() else {
        panic!("no UE CONTEXT RELEASE COMPLETE");
    };
    let left = Some(vec![PduSessionId(6), PduSessionId(10)]);
    assert_eq!(complete.pdu_session_resource_list, left);
    assert!(
        bench
            .events()
            .contains(&GnbEvent::Released(bench.ue, ReleasedBy::Core(Some(cause))))
    );
}

#[test]
fn what_does_not_reach_its_ue_is_told() {
    let (mut bench, ran) = Bench::connected();
    bench.gnb.lose_radio(bench.now, bench.ue);
    assert!(matches!(bench.sent_one(), NgapPdu::UeContextReleaseRequest(_)));
    let nas = &[0x7e, 0x00, 0x5b, 0x01][..];
    bench.say(DownlinkNasTransport::new(AMF, ran, nas.into()).into());
    let NgapPdu::NasNonDeliveryIndication(indication) = bench.sent_one() else {
        panic!("no NAS NON DELIVERY INDICATION");
    };
    assert_eq!(indication.nas_pdu.as_deref(), Some(nas));
    // The AMF does not release it; the UE tries again meanwhile.
    bench.wait(bench.gnb.config().release_guard);
    assert!(matches!(bench.sent_one(), NgapPdu::InitialUeMessage(_)));
    bench.say(DownlinkNasTransport::new(AMF, ran, nas.into()).into());
    let NgapPdu::ErrorIndication(indication) = bench.sent_one() else {
        panic!("no ERROR INDICATION");
    };
    assert_eq!(indication.cause, Some(Cause::UNKNOWN_LOCAL_UE_NGAP_ID));
}

#[test]
fn resets_and_reroutes_end_connections() {
    let (mut bench, ran) = Bench::connected();
    let named = UeAssociatedConnection {
        amf_ue_ngap_id: Some(AMF),
        ran_ue_ngap_id: None,
    };
    let reset = ResetType::PartOfNgInterface(vec![named]);
    bench.say(NgReset::new(Cause::MISC_UNSPECIFIED, reset).into());
    let NgapPdu::NgResetAcknowledge(acknowledge) = bench.sent_one() else {
        panic!("no NG RESET ACKNOWLEDGE");
    };
    assert_eq!(
        acknowledge.ue_associated_logical_ng_connection_list,
        Some(vec![named])
    );
    assert_eq!(bench.gnb.ids(bench.ue), None, "{ran:?} is gone");

    let (mut bench, ran) = Bench::connected();
    bench.say(RerouteNasRequest::new(ran, (&[0u8; 4][..]).into(), AmfSetId(2)).into());
    assert!(
        bench
            .events()
            .contains(&GnbEvent::Of(Happening::Rerouted(bench.ue, AmfSetId(2))))
    );
    assert_eq!(bench.gnb.connection_count(), 0);
}

#[test]
fn faulty_messages_get_what_they_are_owed() {
    let (mut bench, ran) = Bench::connected();
    bench.gnb.handle_message(bench.now, 0, &[0xff; 9]);
    let NgapPdu::ErrorIndication(indication) = bench.sent_one() else {
        panic!("no ERROR INDICATION");
    };
    assert_eq!(indication.cause, Some(Cause::TRANSFER_SYNTAX_ERROR));
    // HANDOVER REQUEST, which the gNB does not know.
    bench.gnb.handle_message(bench.now, 0, &[0, 13, 0, 3, 0, 0, 0]);
    let NgapPdu::ErrorIndication(indication) = bench.sent_one() else {
        panic!("no ERROR INDICATION");
    };
    assert_eq!(indication.cause, Some(Cause::ABSTRACT_SYNTAX_ERROR_REJECT));
    assert_eq!(
        indication.criticality_diagnostics.unwrap().procedure_code,
        Some(13)
    );
    // What an AMF never receives back.
    bench.say(UeContextReleaseComplete::new(AMF, ran).into());
    let NgapPdu::ErrorIndication(indication) = bench.sent_one() else {
        panic!("no ERROR INDICATION");
    };
    assert_eq!(
        indication.cause,
        Some(Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE)
    );
}

#[test]
fn somebody_on_the_radio_drops_what_the_rules_say() {
    let mut bench = Bench::up();
    let rules = [Rule::up(Which::NthNamed("REGISTRATION REQUEST", 1), Tamper::Drop)];
    bench
        .gnb
        .interfere(bench.ue, quintet_sim::gnb::Interference::new(rules));
    bench.gnb.start(bench.now, bench.ue, Start::REGISTER);
    assert_eq!(bench.sent(), []);
    // T3510, then T3511.
    bench.wait(15 * SECOND);
    bench.wait(10 * SECOND);
    assert!(matches!(bench.sent_one(), NgapPdu::InitialUeMessage(_)));
}
