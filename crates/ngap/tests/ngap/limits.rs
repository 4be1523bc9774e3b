//! The named limits hold on both sides.

use crate::samples;
use oxirush_ngap::ngap as asn1;
use quintet_identity::SNssai;
use quintet_ngap::limits::*;
use quintet_ngap::message::{
    DownlinkNasTransport, InitialContextSetupResponse, NgReset, RerouteNasRequest,
    UeRadioCapabilityInfoIndication,
};
use quintet_ngap::{
    AmfSetId, AmfUeNgapId, Cause, CriticalityDiagnostics, FailureKind, IeDiagnostics, NgapPdu, PduType,
    RanUeNgapId, ResetType, TypeOfError, UeAssociatedConnection,
};
use std::borrow::Cow;

const AMF: AmfUeNgapId = AmfUeNgapId(1);
const RAN: RanUeNgapId = RanUeNgapId(2);

fn refused(pdu: &NgapPdu<'_>) {
    let mut out = vec![0xaa];
    assert!(pdu.encode(&mut out).is_err(), "{}", pdu.name());
    assert_eq!(out, [0xaa], "what was written before stays, and nothing is added");
}

fn transfer_syntax(octets: &[u8]) -> String {
    match NgapPdu::decode(octets).unwrap_err().kind {
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
        let pdu = NgapPdu::from(UeRadioCapabilityInfoIndication::new(
            AMF,
            RAN,
            Cow::Owned(capability),
        ));
        let octets = samples::encode(&pdu);
        assert_eq!(NgapPdu::decode(&octets).unwrap().pdu, pdu, "{length}");
    }
}

#[test]
fn ies_of_a_message() {
    let message = |ies: usize| {
        let mut pdu = asn1::NGAP_PDU::decode(&samples::encode(&samples::all()[0])).unwrap();
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
    assert!(NgapPdu::decode(&message(MAX_IES)).is_ok());
    let why = transfer_syntax(&message(MAX_IES + 1));
    assert!(why.contains("129 IEs"), "{why}");
}

#[test]
fn items_of_lists() {
    let reset = |count: usize| {
        let connection = UeAssociatedConnection {
            amf_ue_ngap_id: Some(AMF),
            ran_ue_ngap_id: None,
        };
        NgapPdu::from(NgReset::new(
            Cause::MISC_UNSPECIFIED,
            ResetType::PartOfNgInterface(vec![connection; count]),
        ))
    };
    // All that fit in a PDU that is read.
    let most = reset(MAX_NG_CONNECTIONS_TO_RESET / 4);
    assert_eq!(NgapPdu::decode(&samples::encode(&most)).unwrap().pdu, most);
    refused(&reset(MAX_NG_CONNECTIONS_TO_RESET + 1));
    refused(&reset(0));

    let diagnosed = |count: usize| {
        let ie = IeDiagnostics {
            ie_criticality: quintet_ngap::Criticality::Notify,
            ie_id: 1,
            type_of_error: TypeOfError::NotUnderstood,
        };
        let mut message = InitialContextSetupResponse::new(AMF, RAN);
        message.criticality_diagnostics = Some(CriticalityDiagnostics {
            triggering_message: Some(PduType::InitiatingMessage),
            ies: vec![ie; count],
            ..CriticalityDiagnostics::default()
        });
        NgapPdu::from(message)
    };
    let most = diagnosed(MAX_ERRORS);
    assert_eq!(NgapPdu::decode(&samples::encode(&most)).unwrap().pdu, most);
    refused(&diagnosed(MAX_ERRORS + 1));

    let downlink = |slices: usize| {
        let mut message = DownlinkNasTransport::new(AMF, RAN, Cow::Borrowed(&[0]));
        message.allowed_nssai = Some(vec![SNssai::EMBB; slices]);
        NgapPdu::from(message)
    };
    let most = downlink(MAX_ALLOWED_S_NSSAIS);
    assert_eq!(NgapPdu::decode(&samples::encode(&most)).unwrap().pdu, most);
    refused(&downlink(MAX_ALLOWED_S_NSSAIS + 1));
    refused(&downlink(0));
}

#[test]
fn numbers() {
    let most = NgapPdu::from(InitialContextSetupResponse::new(
        AmfUeNgapId(MAX_AMF_UE_NGAP_ID),
        RanUeNgapId(u32::MAX),
    ));
    assert_eq!(NgapPdu::decode(&samples::encode(&most)).unwrap().pdu, most);
    refused(&InitialContextSetupResponse::new(AmfUeNgapId(MAX_AMF_UE_NGAP_ID + 1), RAN).into());
    let reroute = |amf_set: u16| {
        NgapPdu::from(RerouteNasRequest::new(
            RAN,
            Cow::Borrowed(&[0]),
            AmfSetId(amf_set),
        ))
    };
    let most = reroute(0x3ff);
    assert_eq!(NgapPdu::decode(&samples::encode(&most)).unwrap().pdu, most);
    refused(&reroute(0x400));
    refused(&quintet_ngap::message::NgSetupFailure::new(Cause::Misc(6)).into());
}
