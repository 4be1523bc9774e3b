//! PDU Session Resource Setup Request Transfer (TS 38.413 9.3.4.1): a container of IEs of its own.

use super::flow::{flows_asn1, flows_of};
use super::{GtpTunnel, QosFlowSetupRequest, TransferError, read, strange, tunnel_asn1, tunnel_of, write};
use crate::UeAggregateMaximumBitRate;
use oxirush_ngap::ngap as asn1;
use oxirush_ngap::{Decode, Encode, aper};
use quintet_ap::EncodeError;

const NAME: &str = "PDU Session Resource Setup Request Transfer";

/// Numbers of its IEs (TS 38.413 9.4.7).
const AGGREGATE_MAXIMUM_BIT_RATE: u16 = 130;
const UL_NGU_UP_TNL_INFORMATION: u16 = 139;
const PDU_SESSION_TYPE: u16 = 134;
const SECURITY_INDICATION: u16 = 138;
const QOS_FLOW_SETUP_REQUEST_LIST: u16 = 136;

/// PDU Session Type (TS 38.413 9.3.1.52).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PduSessionType {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// Both.
    Ipv4v6,
    /// Frames of Ethernet.
    Ethernet,
    /// Anything.
    Unstructured,
}

/// Whether the user plane is to be protected (TS 38.413 9.3.1.27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecurityNeed {
    /// Or there is no session.
    Required,
    /// If it can be.
    Preferred,
    /// No.
    NotNeeded,
}

/// Security Indication (TS 38.413 9.3.1.27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecurityIndication {
    /// Integrity protection.
    pub integrity_protection: SecurityNeed,
    /// Ciphering.
    pub confidentiality_protection: SecurityNeed,
    /// Whether the UE protects the integrity of data at any rate, or of 64 kbit/s only; where integrity protection is
    /// required or preferred.
    pub maximum_ue_rate: Option<bool>,
}

/// What an NG-RAN node needs to set up the user plane of a PDU session (TS 38.413 9.3.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PduSessionResourceSetupRequestTransfer {
    /// Bounds on its non-GBR flows together.
    pub aggregate_maximum_bit_rate: Option<UeAggregateMaximumBitRate>,
    /// Where the UPF listens.
    pub ul_ngu_up_tnl_information: GtpTunnel,
    /// What it carries.
    pub pdu_session_type: PduSessionType,
    /// How it is protected.
    pub security_indication: Option<SecurityIndication>,
    /// Its flows, 1 to 64.
    pub qos_flows: Vec<QosFlowSetupRequest>,
}

fn need_of(need: u8) -> SecurityNeed {
    match need {
        0 => SecurityNeed::Required,
        1 => SecurityNeed::Preferred,
        _ => SecurityNeed::NotNeeded,
    }
}

fn security_of(generated: asn1::SecurityIndication) -> SecurityIndication {
    let rate = generated.maximum_integrity_protected_data_rate_ul;
    SecurityIndication {
        integrity_protection: need_of(generated.integrity_protection_indication as u8),
        confidentiality_protection: need_of(generated.confidentiality_protection_indication as u8),
        maximum_ue_rate: rate.map(|rate| rate == asn1::MaximumIntegrityProtectedDataRate::maximum_UE_rate),
    }
}

fn security_asn1(of: SecurityIndication) -> asn1::SecurityIndication {
    use asn1::{
        ConfidentialityProtectionIndication as Ciphering, IntegrityProtectionIndication as Integrity,
    };
    asn1::SecurityIndication::new(
        match of.integrity_protection {
            SecurityNeed::Required => Integrity::required,
            SecurityNeed::Preferred => Integrity::preferred,
            SecurityNeed::NotNeeded => Integrity::not_needed,
        },
        match of.confidentiality_protection {
            SecurityNeed::Required => Ciphering::required,
            SecurityNeed::Preferred => Ciphering::preferred,
            SecurityNeed::NotNeeded => Ciphering::not_needed,
        },
        of.maximum_ue_rate.map(|any| {
            if any {
                asn1::MaximumIntegrityProtectedDataRate::maximum_UE_rate
            } else {
                asn1::MaximumIntegrityProtectedDataRate::bitrate64kbs
            }
        }),
        None,
    )
}

fn type_of(generated: asn1::PDUSessionType) -> Option<PduSessionType> {
    Some(match generated {
        asn1::PDUSessionType::ipv4 => PduSessionType::Ipv4,
        asn1::PDUSessionType::ipv6 => PduSessionType::Ipv6,
        asn1::PDUSessionType::ipv4v6 => PduSessionType::Ipv4v6,
        asn1::PDUSessionType::ethernet => PduSessionType::Ethernet,
        asn1::PDUSessionType::unstructured => PduSessionType::Unstructured,
        _ => return None,
    })
}

fn type_asn1(of: PduSessionType) -> asn1::PDUSessionType {
    match of {
        PduSessionType::Ipv4 => asn1::PDUSessionType::ipv4,
        PduSessionType::Ipv6 => asn1::PDUSessionType::ipv6,
        PduSessionType::Ipv4v6 => asn1::PDUSessionType::ipv4v6,
        PduSessionType::Ethernet => asn1::PDUSessionType::ethernet,
        PduSessionType::Unstructured => asn1::PDUSessionType::unstructured,
    }
}

/// An IE's value; `None` if the container does not have it.
fn ie<'a, T: Decode<'a>>(
    fields: &'a [asn1::ProtocolIEField<'_>],
    id: u16,
) -> Result<Option<T>, TransferError> {
    let Some(field) = fields.iter().find(|field| field.id.0 == id) else {
        return Ok(None);
    };
    let why = |error: aper::Error| TransferError {
        what: NAME,
        why: format!("IE {id}: {error}"),
    };
    aper::decode(field.value.as_slice()).map(Some).map_err(why)
}

fn missing(id: u16) -> TransferError {
    TransferError {
        what: NAME,
        why: format!("IE {id} is mandatory and missing"),
    }
}

fn field<T: Encode>(id: u16, value: &T) -> Result<asn1::ProtocolIEField<'static>, EncodeError> {
    Ok(asn1::ProtocolIEField {
        id: asn1::ProtocolIEID(id),
        criticality: asn1::Criticality::reject,
        value: asn1::encode_open_type(value).map_err(|error| EncodeError::refused(NAME, &error))?,
    })
}

impl PduSessionResourceSetupRequestTransfer {
    /// From its octets.
    ///
    /// # Errors
    /// Octets that are none, or without what is mandatory.
    pub fn decode(octets: &[u8]) -> Result<Self, TransferError> {
        let generated: asn1::PDUSessionResourceSetupRequestTransfer<'_> = read(octets)?;
        let fields = &generated.protocol_ies.0;
        let rates = ie::<asn1::PDUSessionAggregateMaximumBitRate>(fields, AGGREGATE_MAXIMUM_BIT_RATE)?;
        let tunnel = ie::<asn1::UPTransportLayerInformation<'_>>(fields, UL_NGU_UP_TNL_INFORMATION)?
            .ok_or_else(|| missing(UL_NGU_UP_TNL_INFORMATION))?;
        let kind =
            ie::<asn1::PDUSessionType>(fields, PDU_SESSION_TYPE)?.ok_or_else(|| missing(PDU_SESSION_TYPE))?;
        let flows = ie::<asn1::QosFlowSetupRequestList>(fields, QOS_FLOW_SETUP_REQUEST_LIST)?
            .ok_or_else(|| missing(QOS_FLOW_SETUP_REQUEST_LIST))?;
        Ok(Self {
            aggregate_maximum_bit_rate: rates.map(|rates| UeAggregateMaximumBitRate {
                dl: rates.pdu_session_aggregate_maximum_bit_rate_dl.0,
                ul: rates.pdu_session_aggregate_maximum_bit_rate_ul.0,
            }),
            ul_ngu_up_tnl_information: tunnel_of(&tunnel).ok_or_else(|| strange(NAME))?,
            pdu_session_type: type_of(kind).ok_or_else(|| strange(NAME))?,
            security_indication: ie::<asn1::SecurityIndication>(fields, SECURITY_INDICATION)?
                .map(security_of),
            qos_flows: flows_of(flows).ok_or_else(|| strange(NAME))?,
        })
    }

    /// Its octets.
    ///
    /// # Errors
    /// No flow, more than 64, or a number outside its range.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut fields = Vec::with_capacity(5);
        if let Some(rates) = self.aggregate_maximum_bit_rate {
            let rates = asn1::PDUSessionAggregateMaximumBitRate::new(
                asn1::BitRate(rates.dl),
                asn1::BitRate(rates.ul),
                None,
            );
            fields.push(field(AGGREGATE_MAXIMUM_BIT_RATE, &rates)?);
        }
        let tunnel = tunnel_asn1(self.ul_ngu_up_tnl_information);
        fields.push(field(UL_NGU_UP_TNL_INFORMATION, &tunnel)?);
        fields.push(field(PDU_SESSION_TYPE, &type_asn1(self.pdu_session_type))?);
        if let Some(security) = self.security_indication {
            fields.push(field(SECURITY_INDICATION, &security_asn1(security))?);
        }
        fields.push(field(QOS_FLOW_SETUP_REQUEST_LIST, &flows_asn1(&self.qos_flows))?);
        write(&asn1::PDUSessionResourceSetupRequestTransfer::new(
            asn1::ProtocolIEContainer(fields),
        ))
    }
}
