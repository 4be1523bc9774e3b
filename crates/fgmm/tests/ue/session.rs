//! The PDU session of a UE (TS 24.501 6.3, 6.4.1, 5.4.5).

use crate::network::*;
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{
    Configuration, Event, Input, NotStarted, Session, SessionFailure, Start, Timer, WantedSession,
};
use quintet_identity::SNssai;
use quintet_nas::fgs::*;

const IDENTITY: PduSessionIdentity = PduSessionIdentity(5);
const TRANSACTION: ProcedureTransactionIdentity = ProcedureTransactionIdentity(1);

fn wanting() -> Configuration {
    Configuration {
        session: Some(WantedSession {
            identity: IDENTITY.0,
            session_type: PduSessionType::IPV4,
            dnn: Dnn::from_text("internet").ok(),
            s_nssai: Some(SNssai::EMBB),
        }),
        ..configuration()
    }
}

/// A UE that has registered and asked for its session; the request is taken away.
fn asking() -> Rig {
    let mut rig = Rig::with(wanting(), identity()).began();
    rig.secure(1);
    rig.accept(0x1234);
    let plain = rig.pop_type(2, UlNasTransport::MESSAGE_TYPE);
    let (transport, _) = UlNasTransport::decode(&plain).unwrap();
    assert_eq!(transport.request_type, Some(RequestType::INITIAL_REQUEST));
    assert_eq!(transport.pdu_session_id, Some(IDENTITY));
    assert_eq!(transport.s_nssai, Some(SNssaiIe::from(SNssai::EMBB)));
    assert_eq!(
        transport.dnn.as_ref().map(|dnn| dnn.text()),
        Some("internet".into())
    );
    let request = FgsmMessage::decode_uplink(transport.payload_container.0)
        .unwrap()
        .message;
    assert!(matches!(
        request,
        FgsmMessage::PduSessionEstablishmentRequest(m) if m.procedure_transaction_identity == TRANSACTION
    ));
    assert!(rig.ue.is_busy());
    rig.events.clear();
    rig
}

fn accept() -> PduSessionEstablishmentAccept<'static> {
    let ambr = SessionAmbr {
        downlink_unit: 6,
        downlink: 100,
        uplink_unit: 6,
        uplink: 50,
    };
    let rules = QosRules::match_all(1, 255, 9);
    let mut accept = PduSessionEstablishmentAccept::new(
        IDENTITY,
        TRANSACTION,
        PduSessionType::IPV4,
        SscMode::SSC_MODE_1,
        rules,
        ambr,
    );
    accept.pdu_address = Some(PduAddress::Ipv4([10, 0, 0, 9].into()));
    accept
}

fn failed(why: SessionFailure) -> Event {
    let identity = IDENTITY.0;
    Event::SessionFailed { identity, why }
}

#[test]
fn a_session_is_accepted_told_of_and_released() {
    let mut rig = asking();
    assert_eq!(rig.down_fgsm(accept()), Disposition::Handled);
    let address = Some([10, 0, 0, 9].into());
    let identity = IDENTITY.0;
    assert_eq!(rig.events(), [Event::SessionEstablished { identity, address }]);
    assert_eq!(rig.ue.session(), Some(Session { identity, address }));
    assert!(!rig.ue.is_busy());
    rig.start(Start::PduSession);
    assert_eq!(rig.events(), [Event::NotStarted(NotStarted::NoSession)]);
    // The network is told which sessions there are, and lets one go that it does not have.
    rig.start(Start::SERVICE);
    let plain = rig.pop_type(2, ServiceRequest::MESSAGE_TYPE);
    let (service, _) = ServiceRequest::decode(&plain).unwrap();
    assert!(service.pdu_session_status.expect("a status").contains(IDENTITY));
    assert!(service.uplink_data_status.expect("a status").contains(IDENTITY));
    let mut answer = ServiceAccept::new();
    answer.pdu_session_status = Some(PduSessionStatus::default().with(IDENTITY));
    assert_eq!(rig.down(answer), Disposition::Handled);
    assert!(rig.ue.session().is_some());
    rig.events.clear();
    let cause = FgsmCause::REGULAR_DEACTIVATION;
    let command = PduSessionReleaseCommand::new(IDENTITY, ProcedureTransactionIdentity(0), cause);
    assert_eq!(rig.down_fgsm(command), Disposition::Handled);
    let plain = rig.pop_type(2, UlNasTransport::MESSAGE_TYPE);
    let (transport, _) = UlNasTransport::decode(&plain).unwrap();
    assert_eq!(
        transport.payload_container.0[3],
        PduSessionReleaseComplete::MESSAGE_TYPE
    );
    assert_eq!(rig.events(), [Event::SessionReleased { identity, cause }]);
    assert_eq!(rig.ue.session(), None);
}

#[test]
fn a_session_that_the_network_lost_is_gone() {
    let mut rig = asking();
    assert_eq!(rig.down_fgsm(accept()), Disposition::Handled);
    rig.start(Start::UPDATE);
    rig.pop();
    let mut answer = registration_accept(None);
    answer.pdu_session_status = Some(PduSessionStatus::default());
    assert_eq!(rig.down(answer), Disposition::Handled);
    assert_eq!(rig.ue.session(), None);
}

#[test]
fn a_session_is_refused_or_sent_back() {
    let mut rig = asking();
    let cause = FgsmCause::MISSING_OR_UNKNOWN_DNN;
    let reject = PduSessionEstablishmentReject::new(IDENTITY, TRANSACTION, cause);
    assert_eq!(rig.down_fgsm(reject), Disposition::Handled);
    assert_eq!(rig.events(), [failed(SessionFailure::Rejected(cause))]);
    rig.start(Start::PduSession);
    let plain = rig.pop_type(2, UlNasTransport::MESSAGE_TYPE);
    let (transport, _) = UlNasTransport::decode(&plain).unwrap();
    let kind = PayloadContainerType::N1_SM_INFORMATION;
    let mut back = DlNasTransport::new(kind, transport.payload_container);
    back.pdu_session_id = Some(IDENTITY);
    back.fgmm_cause = Some(FgmmCause::PAYLOAD_WAS_NOT_FORWARDED);
    assert_eq!(rig.down(back), Disposition::Handled);
    let why = SessionFailure::NotForwarded(FgmmCause::PAYLOAD_WAS_NOT_FORWARDED);
    assert_eq!(rig.events(), [failed(why)]);
    assert!(!rig.ue.is_busy());
}

#[test]
fn five_requests_without_an_answer_are_enough() {
    let mut rig = asking();
    for _ in 0..4 {
        assert_eq!(rig.expire(), value(Timer::T3580));
        rig.pop_type(2, UlNasTransport::MESSAGE_TYPE);
    }
    rig.expire();
    assert_eq!(rig.events(), [failed(SessionFailure::Unanswered)]);
    let mut rig = asking();
    rig.occurs(Input::ConnectionReleased);
    assert_eq!(rig.events(), [failed(SessionFailure::Interrupted)]);
}

#[test]
fn what_was_not_asked_for_is_answered_by_a_status() {
    let mut rig = Rig::registered();
    let status = |rig: &mut Rig| {
        let plain = rig.pop_type(2, UlNasTransport::MESSAGE_TYPE);
        let (transport, _) = UlNasTransport::decode(&plain).unwrap();
        let (status, _) = FgsmStatus::decode(transport.payload_container.0).unwrap();
        status.fgsm_cause
    };
    assert_eq!(rig.down_fgsm(accept()), Disposition::Handled);
    assert_eq!(status(&mut rig), FgsmCause::PTI_MISMATCH);
    let none = ProcedureTransactionIdentity(0);
    let command = PduSessionReleaseCommand::new(IDENTITY, none, FgsmCause::REGULAR_DEACTIVATION);
    assert_eq!(rig.down_fgsm(command), Disposition::Handled);
    assert_eq!(status(&mut rig), FgsmCause::INVALID_PDU_SESSION_IDENTITY);
    let kind = PayloadContainerType::N1_SM_INFORMATION;
    let unknown = DlNasTransport::new(kind, PayloadContainer(&[0x2e, 5, 0, 0x01]));
    assert_eq!(rig.down(unknown), Disposition::Handled);
    assert_eq!(
        status(&mut rig),
        FgsmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
    );
}
