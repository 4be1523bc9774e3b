//! What the doctor reads of an NGAP message: whose it is, which way it goes, the NAS messages in it.
//!
//! A message that does not decode whole, and one of a procedure without a struct (handover), still says whose it is: the
//! two numbers are read out of the container as they stand.

use crate::container;
use crate::signalling::{Kind, Reading};
use crate::trail::{Area, Short};
use quintet_crypto::Direction;
use quintet_ngap::{NgapPdu, PduType, ResetType, UeNgapIds, UserLocationInformation};
use std::borrow::Cow;

/// IE number of AMF UE NGAP ID.
const IE_AMF_UE_NGAP_ID: u16 = 10;
/// IE number of RAN UE NGAP ID.
const IE_RAN_UE_NGAP_ID: u16 = 85;
/// IE number of NAS-PDU.
const IE_NAS_PDU: u16 = 38;
/// Procedures that bring NAS from the UE: initial UE message, uplink NAS transport.
const FROM_UE: [u8; 2] = [15, 46];

const UP: Option<Direction> = Some(Direction::Uplink);
const DOWN: Option<Direction> = Some(Direction::Downlink);

/// Reads a message; `None` if it is not even the envelope of one.
pub(crate) fn read(octets: &[u8]) -> Option<Reading<'_>> {
    let decoded = NgapPdu::decode(octets)
        .ok()
        .or_else(|| NgapPdu::decode(container::without_tail(octets)?).ok());
    match decoded.map(|decoded| decoded.pdu) {
        Some(NgapPdu::Other(_)) | None => bare(octets),
        Some(pdu) => Some(of(pdu)),
    }
}

/// A reading with both numbers of a message.
macro_rules! both {
    ($name:ident $message:ident $kind:expr, $direction:expr) => {
        Reading {
            core_ue_id: Some($message.amf_ue_ngap_id.0),
            ran_ue_id: Some($message.ran_ue_ngap_id.0),
            ..Reading::new($name, $kind, $direction)
        }
    };
}

/// Of a decoded message.
fn of(pdu: NgapPdu<'_>) -> Reading<'_> {
    type P<'a> = NgapPdu<'a>;
    match pdu {
        P::InitialUeMessage(_)
        | P::UplinkNasTransport(_)
        | P::DownlinkNasTransport(_)
        | P::NasNonDeliveryIndication(_)
        | P::InitialContextSetupRequest(_)
        | P::PduSessionResourceSetupRequest(_)
        | P::PduSessionResourceReleaseCommand(_)
        | P::PduSessionResourceModifyRequest(_) => of_transport(pdu),
        P::InitialContextSetupResponse(_)
        | P::InitialContextSetupFailure(_)
        | P::UeContextReleaseRequest(_)
        | P::UeContextReleaseCommand(_)
        | P::UeContextReleaseComplete(_)
        | P::UeContextModificationRequest(_)
        | P::UeContextModificationResponse(_)
        | P::UeContextModificationFailure(_)
        | P::UeRadioCapabilityInfoIndication(_)
        | P::PduSessionResourceSetupResponse(_)
        | P::PduSessionResourceReleaseResponse(_)
        | P::PduSessionResourceModifyResponse(_) => of_context(pdu),
        _ => of_others(pdu),
    }
}

/// The tracking area of a place.
fn area(place: Option<UserLocationInformation>) -> Option<Area> {
    place.and_then(|place| place.tai()).map(Area::Fgs)
}

/// Of the messages that carry NAS.
fn of_transport(pdu: NgapPdu<'_>) -> Reading<'_> {
    let name = pdu.name();
    match pdu {
        NgapPdu::InitialUeMessage(m) => Reading {
            ran_ue_id: Some(m.ran_ue_ngap_id.0),
            nas: vec![m.nas_pdu],
            area: area(Some(m.user_location_information)),
            ..Reading::new(
                name,
                Kind::Initial {
                    short: m.five_g_s_tmsi.map(Short::Fgs),
                },
                UP,
            )
        },
        NgapPdu::UplinkNasTransport(m) => Reading {
            nas: vec![m.nas_pdu],
            area: area(m.user_location_information),
            ..both!(name m Kind::Of, UP)
        },
        NgapPdu::DownlinkNasTransport(m) => Reading {
            nas: vec![m.nas_pdu],
            ..both!(name m Kind::Of, DOWN)
        },
        NgapPdu::NasNonDeliveryIndication(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        NgapPdu::InitialContextSetupRequest(m) => Reading {
            nas: m
                .pdu_session_resource_setup_list
                .into_iter()
                .flatten()
                .filter_map(|session| session.nas_pdu)
                .chain(m.nas_pdu)
                .collect(),
            ..both!(name m Kind::Of, DOWN)
        },
        NgapPdu::PduSessionResourceSetupRequest(m) => Reading {
            nas: m
                .nas_pdu
                .into_iter()
                .chain(
                    m.pdu_session_resource_setup_list
                        .into_iter()
                        .filter_map(|session| session.nas_pdu),
                )
                .collect(),
            ..both!(name m Kind::Of, DOWN)
        },
        NgapPdu::PduSessionResourceReleaseCommand(m) => Reading {
            nas: m.nas_pdu.into_iter().collect(),
            ..both!(name m Kind::Of, DOWN)
        },
        NgapPdu::PduSessionResourceModifyRequest(m) => Reading {
            nas: m
                .pdu_session_resource_modify_list
                .into_iter()
                .filter_map(|session| session.nas_pdu)
                .collect(),
            ..both!(name m Kind::Of, DOWN)
        },
        _ => Reading::new(name, Kind::Node, None),
    }
}

/// Of the messages about a UE's context and sessions that carry no NAS.
fn of_context(pdu: NgapPdu<'_>) -> Reading<'_> {
    let name = pdu.name();
    match pdu {
        NgapPdu::InitialContextSetupResponse(m) => both!(name m Kind::Of, UP),
        NgapPdu::InitialContextSetupFailure(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        NgapPdu::UeContextReleaseRequest(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        NgapPdu::UeContextReleaseCommand(m) => {
            let (amf, ran) = match m.ue_ngap_ids {
                UeNgapIds::Pair {
                    amf_ue_ngap_id,
                    ran_ue_ngap_id,
                } => (amf_ue_ngap_id.0, Some(ran_ue_ngap_id.0)),
                UeNgapIds::Amf(amf) => (amf.0, None),
            };
            Reading {
                core_ue_id: Some(amf),
                ran_ue_id: ran,
                cause: m.cause.map(|cause| cause.to_string()),
                ..Reading::new(name, Kind::ReleaseCommand, DOWN)
            }
        }
        NgapPdu::UeContextReleaseComplete(m) => both!(name m Kind::ReleaseComplete, UP),
        NgapPdu::UeContextModificationRequest(m) => both!(name m Kind::Of, DOWN),
        NgapPdu::UeContextModificationResponse(m) => both!(name m Kind::Of, UP),
        NgapPdu::UeContextModificationFailure(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        NgapPdu::UeRadioCapabilityInfoIndication(m) => both!(name m Kind::Of, UP),
        NgapPdu::PduSessionResourceSetupResponse(m) => both!(name m Kind::Of, UP),
        NgapPdu::PduSessionResourceReleaseResponse(m) => both!(name m Kind::Of, UP),
        NgapPdu::PduSessionResourceModifyResponse(m) => both!(name m Kind::Of, UP),
        _ => Reading::new(name, Kind::Node, None),
    }
}

/// Of all others: mobility, faults, and the association itself.
fn of_others(pdu: NgapPdu<'_>) -> Reading<'_> {
    let name = pdu.name();
    match pdu {
        NgapPdu::PathSwitchRequest(m) => Reading {
            core_ue_id: Some(m.source_amf_ue_ngap_id.0),
            ran_ue_id: Some(m.ran_ue_ngap_id.0),
            area: area(m.user_location_information),
            ..Reading::new(name, Kind::PathSwitchRequest, UP)
        },
        NgapPdu::PathSwitchRequestAcknowledge(m) => both!(name m Kind::Of, DOWN),
        NgapPdu::PathSwitchRequestFailure(m) => both!(name m Kind::Of, DOWN),
        // Without a number it is about the association.
        NgapPdu::ErrorIndication(m) if m.amf_ue_ngap_id.is_none() && m.ran_ue_ngap_id.is_none() => {
            Reading::new(name, Kind::Node, None)
        }
        NgapPdu::ErrorIndication(m) => Reading {
            core_ue_id: m.amf_ue_ngap_id.map(|id| id.0),
            ran_ue_id: m.ran_ue_ngap_id.map(|id| id.0),
            cause: m.cause.map(|cause| cause.to_string()),
            ..Reading::new(name, Kind::Of, None)
        },
        NgapPdu::NgReset(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..Reading::new(name, reset(m.reset_type), None)
        },
        NgapPdu::NgSetupRequest(_) => Reading::new(name, Kind::Anew, UP),
        NgapPdu::NgSetupResponse(_) | NgapPdu::NgSetupFailure(_) | NgapPdu::Paging(_) => {
            Reading::new(name, Kind::Node, DOWN)
        }
        _ => Reading::new(name, Kind::Node, None),
    }
}

/// What an NG RESET ends.
fn reset(what: ResetType) -> Kind {
    match what {
        ResetType::NgInterface => Kind::Anew,
        ResetType::PartOfNgInterface(list) => Kind::Reset(
            list.into_iter()
                .map(|connection| {
                    let amf = connection.amf_ue_ngap_id.map(|id| id.0);
                    (amf, connection.ran_ue_ngap_id.map(|id| id.0))
                })
                .collect(),
        ),
    }
}

/// Of a message that has no struct, or has faults: its envelope, and the numbers in its container.
fn bare(octets: &[u8]) -> Option<Reading<'_>> {
    let envelope = container::read(octets)?;
    let other = quintet_ngap::Other {
        procedure_code: envelope.procedure_code,
        pdu_type: match envelope.choice {
            0 => PduType::InitiatingMessage,
            1 => PduType::SuccessfulOutcome,
            _ => PduType::UnsuccessfulOutcome,
        },
        criticality: quintet_ngap::Criticality::Ignore,
    };
    let mut reading = Reading::new(other.name(), Kind::Node, None);
    for (id, value) in envelope.fields {
        match id {
            IE_AMF_UE_NGAP_ID => reading.core_ue_id = container::integer(value, 3),
            IE_RAN_UE_NGAP_ID => {
                reading.ran_ue_id = container::integer(value, 2).and_then(|id| u32::try_from(id).ok());
            }
            IE_NAS_PDU => reading
                .nas
                .extend(container::octet_string(value).map(Cow::Borrowed)),
            _ => {}
        }
    }
    if !reading.nas.is_empty() {
        reading.direction = if FROM_UE.contains(&envelope.procedure_code) {
            UP
        } else {
            DOWN
        };
    }
    if reading.core_ue_id.is_some() || reading.ran_ue_id.is_some() {
        reading.kind = Kind::Of;
    }
    Some(reading)
}
