//! The named limits hold on both sides.

use crate::samples;
use oxirush_s1ap::s1ap as asn1;
use quintet_s1ap::limits::*;
use quintet_s1ap::message::{ErabSetupResponse, Reset, UeCapabilityInfoIndication};
use quintet_s1ap::{
    Cause, CriticalityDiagnostics, EnbUeS1apId, ErabReleased, FailureKind, IeDiagnostics, MmeUeS1apId,
    PduType, ResetType, S1apPdu, TypeOfError, UeAssociatedConnection,
};
use std::borrow::Cow;

const MME: MmeUeS1apId = MmeUeS1apId(1);
const ENB: EnbUeS1apId = EnbUeS1apId(2);

fn refused(pdu: &S1apPdu<'_>) {
    let mut out = vec![0xaa];
    assert!(pdu.encode(&mut out).is_err(), "{}", pdu.name());
    assert_eq!(out, [0xaa], "what was written before stays, and nothing is added");
}

fn transfer_syntax(octets: &[u8]) -> String {
    match S1apPdu::decode(octets).unwrap_err().kind {
        FailureKind::TransferSyntax { why } => why,
        kind => panic!("{kind:?}"),
    }
}

#[test]
fn octets_of_a_pdu() {
    let why = transfer_syntax(&vec![0; MAX_PDU_OCTETS + 1]);
    assert!(why.contains(&MAX_PDU_OCTETS.to_string()), "{why}");
    // Fragmented twice, as an IE and as a message: read and written all the same.
    for length in [16_383, 16_384, 70_000, 144_000] {
        let capability: Vec<u8> = (0..length).map(|at| at as u8).collect();
        let pdu = S1apPdu::from(UeCapabilityInfoIndication::new(MME, ENB, Cow::Owned(capability)));
        let octets = samples::encode(&pdu);
        assert_eq!(S1apPdu::decode(&octets).unwrap().pdu, pdu, "{length}");
    }
}

#[test]
fn ies_of_a_message() {
    let message = |ies: usize| {
        let mut pdu = asn1::S1AP_PDU::decode(&samples::encode(&samples::all()[0])).unwrap();
        let mut container = pdu.protocol_ies().unwrap().into_owned();
        for at in container.0.len()..ies {
            container.0.push(asn1::ProtocolIEField {
                id: asn1::ProtocolIEID(60_000 + at as u16),
                criticality: asn1::Criticality::ignore,
                value: vec![0].into(),
            });
        }
        pdu.set_protocol_ies(container).unwrap();
        pdu.encode().unwrap()
    };
    assert!(S1apPdu::decode(&message(MAX_IES)).is_ok());
    let why = transfer_syntax(&message(MAX_IES + 1));
    assert!(why.contains("129 IEs"), "{why}");
}

#[test]
fn items_of_lists() {
    let reset = |count: usize| {
        let connection = UeAssociatedConnection {
            mme_ue_s1ap_id: Some(MME),
            enb_ue_s1ap_id: None,
        };
        S1apPdu::from(Reset::new(
            Cause::MISC_UNSPECIFIED,
            ResetType::PartOfS1Interface(vec![connection; count]),
        ))
    };
    let most = reset(MAX_INDIVIDUAL_CONNECTIONS_TO_RESET);
    assert_eq!(S1apPdu::decode(&samples::encode(&most)).unwrap().pdu, most);
    refused(&reset(MAX_INDIVIDUAL_CONNECTIONS_TO_RESET + 1));
    refused(&reset(0));

    let diagnosed = |count: usize| {
        let ie = IeDiagnostics {
            ie_criticality: quintet_s1ap::Criticality::Notify,
            ie_id: 1,
            type_of_error: TypeOfError::NotUnderstood,
        };
        let mut message = ErabSetupResponse::new(MME, ENB);
        message.criticality_diagnostics = Some(CriticalityDiagnostics {
            triggering_message: Some(PduType::InitiatingMessage),
            ies: vec![ie; count],
            ..CriticalityDiagnostics::default()
        });
        S1apPdu::from(message)
    };
    let most = diagnosed(MAX_ERRORS);
    assert_eq!(S1apPdu::decode(&samples::encode(&most)).unwrap().pdu, most);
    refused(&diagnosed(MAX_ERRORS + 1));
}

#[test]
fn numbers() {
    let mut message = quintet_s1ap::message::ErabReleaseResponse::new(MME, ENB);
    message.e_rab_release_list = Some(vec![ErabReleased {
        e_rab_id: MAX_ERAB_ID + 1,
    }]);
    refused(&message.into());
    let mut message = ErabSetupResponse::new(MME, EnbUeS1apId(1 << 24));
    refused(&message.clone().into());
    message.enb_ue_s1ap_id = EnbUeS1apId((1 << 24) - 1);
    assert_eq!(
        S1apPdu::decode(&samples::encode(&message.clone().into()))
            .unwrap()
            .pdu,
        message.into()
    );
    let failure = quintet_s1ap::message::S1SetupFailure::new(Cause::Misc(6));
    refused(&failure.into());
}
