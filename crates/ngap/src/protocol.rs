//! What NGAP's generated layer is.

use crate::limits::{MAX_IES, MAX_PDU_OCTETS};
use oxirush_ngap::ngap as asn1;
use oxirush_ngap::{Error, Octets, aper, tree};
use quintet_ap::{ApplicationProtocol, Criticality, PduType};

/// Marks what is of NGAP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ngap {}

impl ApplicationProtocol for Ngap {
    type Generated = oxirush_ngap::Ngap;

    const MAX_PDU_OCTETS: usize = MAX_PDU_OCTETS;
    const MAX_IES: usize = MAX_IES;
    const KEY_NAMES: &'static [&'static str] = &["SecurityKey", "nextHopNH"];

    fn pdu<'a>(
        pdu_type: PduType,
        procedure_code: u8,
        criticality: Criticality,
        value: Octets<'a>,
    ) -> asn1::NGAPPDU<'a> {
        let procedure_code = asn1::ProcedureCode(procedure_code);
        let criticality = aper::Criticality::from(criticality).into();
        match pdu_type {
            PduType::InitiatingMessage => asn1::NGAPPDU::initiatingMessage(asn1::InitiatingMessage {
                procedure_code,
                criticality,
                value,
            }),
            PduType::SuccessfulOutcome => asn1::NGAPPDU::successfulOutcome(asn1::SuccessfulOutcome {
                procedure_code,
                criticality,
                value,
            }),
            PduType::UnsuccessfulOutcome => asn1::NGAPPDU::unsuccessfulOutcome(asn1::UnsuccessfulOutcome {
                procedure_code,
                criticality,
                value,
            }),
        }
    }

    fn field(id: u16, criticality: Criticality, value: Octets<'static>) -> asn1::ProtocolIEField<'static> {
        asn1::ProtocolIEField {
            id: asn1::ProtocolIEID(id),
            criticality: aper::Criticality::from(criticality).into(),
            value,
        }
    }

    fn fields(message: &[u8]) -> Result<Vec<asn1::ProtocolIEField<'_>>, Error> {
        let message: asn1::InitialUEMessage<'_> = asn1::decode_open_type(message)?;
        Ok(message.protocol_ies.0)
    }

    fn message(fields: Vec<asn1::ProtocolIEField<'static>>) -> Result<Octets<'static>, Error> {
        asn1::encode_open_type(&asn1::InitialUEMessage::new(asn1::ProtocolIEContainer(fields)))
    }

    fn message_name(pdu: &asn1::NGAPPDU<'_>) -> &'static str {
        pdu.procedure_name()
    }

    fn tree(pdu: &asn1::NGAPPDU<'_>) -> tree::Value {
        pdu.to_tree()
    }
}

quintet_ap::diagnostics!(Ngap, asn1, unsuccessful_outcome);
