//! What S1AP's generated layer is.

use crate::limits::{MAX_IES, MAX_PDU_OCTETS};
use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Error, Octets, aper, tree};
use quintet_ap::{ApplicationProtocol, Criticality, PduType};

/// Marks what is of S1AP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum S1ap {}

impl ApplicationProtocol for S1ap {
    type Generated = oxirush_s1ap::S1ap;

    const MAX_PDU_OCTETS: usize = MAX_PDU_OCTETS;
    const MAX_IES: usize = MAX_IES;
    const KEY_NAMES: &'static [&'static str] = &["SecurityKey", "nextHopParameter"];

    fn pdu<'a>(
        pdu_type: PduType,
        procedure_code: u8,
        criticality: Criticality,
        value: Octets<'a>,
    ) -> asn1::S1APPDU<'a> {
        let procedure_code = asn1::ProcedureCode(procedure_code);
        let criticality = aper::Criticality::from(criticality).into();
        match pdu_type {
            PduType::InitiatingMessage => asn1::S1APPDU::initiatingMessage(asn1::InitiatingMessage {
                procedure_code,
                criticality,
                value,
            }),
            PduType::SuccessfulOutcome => asn1::S1APPDU::successfulOutcome(asn1::SuccessfulOutcome {
                procedure_code,
                criticality,
                value,
            }),
            PduType::UnsuccessfulOutcome => asn1::S1APPDU::unsuccessfulOutcome(asn1::UnsuccessfulOutcome {
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

    fn message_name(pdu: &asn1::S1APPDU<'_>) -> &'static str {
        pdu.procedure_name()
    }

    fn tree(pdu: &asn1::S1APPDU<'_>) -> tree::Value {
        pdu.to_tree()
    }
}

quintet_ap::diagnostics!(S1ap, asn1, unsuccessfull_outcome);
