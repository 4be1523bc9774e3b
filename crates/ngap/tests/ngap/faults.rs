//! What is owed for a message that is not understood (TS 38.413 10.2, 10.3).

use crate::samples;
use oxirush_ngap::ngap::{self as asn1, ProtocolIEField};
use quintet_ngap::{
    AmfUeNgapId, Answer, Cause, Criticality, DecodeFailure, FailureKind, FaultKind, IeDiagnostics, NgapPdu,
    PduType, RanUeNgapId, TypeOfError,
};

/// The octets of the first sample of the name, its IEs changed.
fn changed(name: &str, change: impl FnOnce(&mut Vec<ProtocolIEField<'_>>)) -> Vec<u8> {
    let message = samples::all()
        .into_iter()
        .find(|message| message.name() == name)
        .unwrap();
    let octets = samples::encode(&message);
    let mut pdu = asn1::NGAP_PDU::decode(&octets).unwrap();
    let mut ies = pdu.protocol_ies().unwrap().into_owned();
    change(&mut ies.0);
    pdu.set_protocol_ies(ies).unwrap();
    pdu.encode().unwrap()
}

fn without(name: &str, id: u16) -> Vec<u8> {
    changed(name, |ies| ies.retain(|ie| ie.id.0 != id))
}

fn with_unknown(name: &str, criticality: asn1::Criticality) -> Vec<u8> {
    changed(name, |ies| {
        ies.push(ProtocolIEField {
            id: asn1::ProtocolIEID(65_000),
            criticality,
            value: vec![1].into(),
        });
    })
}

fn failure(octets: &[u8]) -> DecodeFailure {
    NgapPdu::decode(octets).unwrap_err()
}

fn reported(failure: &DecodeFailure) -> Vec<IeDiagnostics> {
    failure.diagnostics.as_ref().unwrap().ies.clone()
}

#[test]
fn octets_that_are_no_pdu_are_a_transfer_syntax_error() {
    for octets in [&b""[..], &[0x00], &[0xff; 12], b"GET / HTTP/1.1\r\n\r\n"] {
        let failure = failure(octets);
        assert!(
            matches!(failure.kind, FailureKind::TransferSyntax { .. }),
            "{octets:?}"
        );
        assert_eq!(failure.cause, Cause::TRANSFER_SYNTAX_ERROR);
        assert_eq!(
            (failure.answer, failure.diagnostics),
            (Answer::ErrorIndication, None)
        );
    }
}

#[test]
fn a_missing_mandatory_ie_of_criticality_reject_is_rejected() {
    let failure = failure(&without("INITIAL CONTEXT SETUP REQUEST", 94));
    assert_eq!(failure.cause, Cause::ABSTRACT_SYNTAX_ERROR_REJECT);
    assert_eq!(failure.answer, Answer::UnsuccessfulOutcome);
    let security_key = IeDiagnostics {
        ie_criticality: Criticality::Reject,
        ie_id: 94,
        type_of_error: TypeOfError::Missing,
    };
    assert_eq!(reported(&failure), [security_key]);
    let diagnostics = failure.diagnostics.unwrap();
    assert_eq!(
        (diagnostics.procedure_code, diagnostics.triggering_message),
        (None, None)
    );
    assert_eq!(failure.amf_ue_ngap_id, Some(AmfUeNgapId(0xab_0102_0304)));
    assert_eq!(failure.ran_ue_ngap_id, Some(RanUeNgapId(0xfa_0b0c)));
}

#[test]
fn an_unaddressable_failure_becomes_an_error_indication() {
    let failure = failure(&without("INITIAL CONTEXT SETUP REQUEST", 85));
    assert_eq!(failure.answer, Answer::ErrorIndication);
    assert_eq!(
        (failure.amf_ue_ngap_id.is_some(), failure.ran_ue_ngap_id),
        (true, None)
    );
    let diagnostics = failure.diagnostics.unwrap();
    assert_eq!(diagnostics.procedure_code, Some(14));
    assert_eq!(diagnostics.triggering_message, Some(PduType::InitiatingMessage));
}

#[test]
fn a_procedure_without_failure_message_gets_an_error_indication() {
    let failure = failure(&without("UPLINK NAS TRANSPORT", 38));
    assert_eq!(
        (failure.answer, failure.cause),
        (Answer::ErrorIndication, Cause::ABSTRACT_SYNTAX_ERROR_REJECT)
    );
    assert_eq!(
        failure.diagnostics.unwrap().procedure_criticality,
        Some(Criticality::Ignore)
    );
}

#[test]
fn an_answer_is_handled_locally() {
    for octets in [
        without("INITIAL CONTEXT SETUP RESPONSE", 10),
        without("NG SETUP RESPONSE", 96),
        with_unknown("NG SETUP RESPONSE", asn1::Criticality::reject),
    ] {
        assert_eq!(failure(&octets).answer, Answer::LocalErrorHandling);
    }
}

#[test]
fn a_missing_mandatory_ie_of_criticality_ignore_is_done_without() {
    let decoded_octets = without("UE CONTEXT RELEASE REQUEST", 15);
    let decoded = NgapPdu::decode(&decoded_octets).unwrap();
    let NgapPdu::UeContextReleaseRequest(message) = &decoded.pdu else {
        panic!("{decoded:?}");
    };
    assert_eq!(message.cause, None);
    assert_eq!(decoded.faults.len(), 1);
    assert_eq!(decoded.faults[0].kind, FaultKind::Missing);
    assert_eq!(decoded.notices(), []);
}

#[test]
fn an_unknown_ie_is_treated_by_its_criticality() {
    let name = "NG SETUP REQUEST";
    let ignored = with_unknown(name, asn1::Criticality::ignore);
    let decoded = NgapPdu::decode(&ignored).unwrap();
    assert_eq!((decoded.faults.len(), decoded.notices().len()), (1, 0));

    let notified = with_unknown(name, asn1::Criticality::notify);
    let decoded = NgapPdu::decode(&notified).unwrap();
    let notice = IeDiagnostics {
        ie_criticality: Criticality::Notify,
        ie_id: 65_000,
        type_of_error: TypeOfError::NotUnderstood,
    };
    assert_eq!(decoded.notices(), [notice]);

    let failure = failure(&with_unknown(name, asn1::Criticality::reject));
    assert_eq!(
        (failure.answer, failure.cause),
        (Answer::UnsuccessfulOutcome, Cause::ABSTRACT_SYNTAX_ERROR_REJECT)
    );
    let rejected = IeDiagnostics {
        ie_criticality: Criticality::Reject,
        ..notice
    };
    assert_eq!(reported(&failure), [rejected]);
}

#[test]
fn a_value_that_is_not_understood_is_treated_by_the_ies_criticality() {
    let spoil = |id: u16| {
        changed("INITIAL UE MESSAGE", |ies| {
            let ie = ies.iter_mut().find(|ie| ie.id.0 == id).unwrap();
            ie.value = vec![0xff; 40].into();
        })
    };
    // RRC Establishment Cause: ignore.
    let octets = spoil(90);
    let decoded = NgapPdu::decode(&octets).unwrap();
    let NgapPdu::InitialUeMessage(message) = &decoded.pdu else {
        panic!("{decoded:?}");
    };
    assert_eq!(message.rrc_establishment_cause, None);
    assert_eq!(decoded.faults.len(), 1);
    assert!(matches!(decoded.faults[0].kind, FaultKind::Undecodable { .. }));
    // User Location Information and 5G-S-TMSI: reject, the latter though it is optional.
    for id in [121, 26] {
        let failure = failure(&spoil(id));
        assert_eq!(failure.cause, Cause::ABSTRACT_SYNTAX_ERROR_REJECT);
        let expected = IeDiagnostics {
            ie_criticality: Criticality::Reject,
            ie_id: id,
            type_of_error: TypeOfError::NotUnderstood,
        };
        assert_eq!(reported(&failure), [expected]);
    }
}

#[test]
fn wrong_order_and_repetition_are_falsely_constructed() {
    let name = "INITIAL CONTEXT SETUP REQUEST";
    let swapped = changed(name, |ies| ies.swap(0, 1));
    let repeated = changed(name, |ies| {
        let first = ies[0].clone();
        ies.insert(1, first);
    });
    // Location Reporting Request Type and Mobility Restriction List have no field, but a place.
    let unmodelled = changed(name, |ies| {
        let ie = |id: u16| ProtocolIEField {
            id: asn1::ProtocolIEID(id),
            criticality: asn1::Criticality::ignore,
            value: vec![0].into(),
        };
        ies.extend([ie(33), ie(36)]);
    });
    for (octets, kind) in [
        (swapped, FaultKind::OutOfOrder),
        (repeated, FaultKind::Repeated),
        (unmodelled, FaultKind::OutOfOrder),
    ] {
        let failure = failure(&octets);
        assert_eq!(
            failure.cause,
            Cause::ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE
        );
        let FailureKind::AbstractSyntax { faults, .. } = failure.kind else {
            panic!("{kind:?}");
        };
        assert!(faults.iter().any(|fault| fault.kind == kind), "{faults:?}");
    }
}

#[test]
fn an_unknown_procedure_is_answered_by_its_criticality() {
    let answer = |criticality: u8| {
        let octets = [0x00, 200, criticality, 3, 0, 0, 0];
        let decoded = NgapPdu::decode(&octets).unwrap().pdu;
        let NgapPdu::Other(other) = decoded else {
            panic!("{decoded:?}");
        };
        other.answer()
    };
    assert_eq!(answer(0x40), None);
    let (cause, diagnostics) = answer(0x00).unwrap();
    assert_eq!(cause, Cause::ABSTRACT_SYNTAX_ERROR_REJECT);
    assert_eq!(diagnostics.procedure_code, Some(200));
    assert_eq!(diagnostics.procedure_criticality, Some(Criticality::Reject));
    assert_eq!(
        answer(0x80).unwrap().0,
        Cause::ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY
    );
}
