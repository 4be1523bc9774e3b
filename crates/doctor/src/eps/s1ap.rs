//! What the doctor reads of an S1AP message: whose it is, which way it goes, the NAS messages in it.
//!
//! A message that does not decode whole, and one of a procedure without a struct (handover), still says whose it is: the
//! two identities are read out of the container as they stand.

use crate::container;
use crate::signalling::{Kind, Reading};
use crate::trail::{Area, Short};
use quintet_crypto::Direction;
use quintet_s1ap::{PduType, ResetType, S1apPdu, UeS1apIds};
use std::borrow::Cow;

/// IE number of MME UE S1AP ID.
const IE_MME_UE_S1AP_ID: u16 = 0;
/// IE number of eNB UE S1AP ID.
const IE_ENB_UE_S1AP_ID: u16 = 8;
/// IE number of NAS-PDU.
const IE_NAS_PDU: u16 = 26;
/// Procedures that bring NAS from the UE: initial UE message, uplink NAS transport.
const FROM_UE: [u8; 2] = [12, 13];

/// Reads a message; `None` if it is not even the envelope of one.
pub(crate) fn read(octets: &[u8]) -> Option<Reading<'_>> {
    let decoded = S1apPdu::decode(octets)
        .ok()
        .or_else(|| S1apPdu::decode(container::without_tail(octets)?).ok());
    match decoded.map(|decoded| decoded.pdu) {
        Some(S1apPdu::Other(_)) | None => bare(octets),
        Some(pdu) => Some(of(pdu)),
    }
}

/// Of a decoded message.
fn of(pdu: S1apPdu<'_>) -> Reading<'_> {
    use S1apPdu as P;
    match &pdu {
        P::InitialUeMessage(_)
        | P::UplinkNasTransport(_)
        | P::DownlinkNasTransport(_)
        | P::NasNonDeliveryIndication(_)
        | P::InitialContextSetupRequest(_)
        | P::ErabSetupRequest(_)
        | P::ErabReleaseCommand(_) => of_transport(pdu),
        P::InitialContextSetupResponse(_)
        | P::InitialContextSetupFailure(_)
        | P::UeContextReleaseRequest(_)
        | P::UeContextReleaseCommand(_)
        | P::UeContextReleaseComplete(_)
        | P::UeContextModificationRequest(_)
        | P::UeContextModificationResponse(_)
        | P::UeContextModificationFailure(_)
        | P::UeCapabilityInfoIndication(_)
        | P::ErabSetupResponse(_)
        | P::ErabReleaseResponse(_) => of_context(pdu),
        _ => of_others(pdu),
    }
}

const UP: Option<Direction> = Some(Direction::Uplink);
const DOWN: Option<Direction> = Some(Direction::Downlink);

/// A reading with both identities of a message.
macro_rules! both {
    ($name:ident $message:ident $kind:expr, $direction:expr) => {
        Reading {
            core_ue_id: Some(u64::from($message.mme_ue_s1ap_id.0)),
            ran_ue_id: Some($message.enb_ue_s1ap_id.0),
            ..Reading::new($name, $kind, $direction)
        }
    };
}

/// Of the messages that carry NAS.
fn of_transport(pdu: S1apPdu<'_>) -> Reading<'_> {
    let name = pdu.name();
    match pdu {
        S1apPdu::InitialUeMessage(m) => Reading {
            ran_ue_id: Some(m.enb_ue_s1ap_id.0),
            nas: vec![m.nas_pdu],
            area: Some(Area::Eps(m.tai)),
            ..Reading::new(
                name,
                Kind::Initial {
                    short: m.s_tmsi.map(Short::Eps),
                },
                UP,
            )
        },
        S1apPdu::UplinkNasTransport(m) => Reading {
            nas: vec![m.nas_pdu],
            area: m.tai.map(Area::Eps),
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::DownlinkNasTransport(m) => Reading {
            nas: vec![m.nas_pdu],
            ..both!(name m Kind::Of, DOWN)
        },
        S1apPdu::NasNonDeliveryIndication(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::InitialContextSetupRequest(m) => {
            let bearers = m.e_rab_to_be_setup_list.into_iter();
            Reading {
                nas: bearers.filter_map(|bearer| bearer.nas_pdu).collect(),
                ..both!(name m Kind::Of, DOWN)
            }
        }
        S1apPdu::ErabSetupRequest(m) => {
            let bearers = m.e_rab_to_be_setup_list.into_iter();
            Reading {
                nas: bearers.map(|bearer| bearer.nas_pdu).collect(),
                ..both!(name m Kind::Of, DOWN)
            }
        }
        S1apPdu::ErabReleaseCommand(m) => Reading {
            nas: m.nas_pdu.into_iter().collect(),
            ..both!(name m Kind::Of, DOWN)
        },
        _ => Reading::new(name, Kind::Node, None),
    }
}

/// Of the messages about a UE's context and bearers that carry no NAS.
fn of_context(pdu: S1apPdu<'_>) -> Reading<'_> {
    let name = pdu.name();
    match pdu {
        S1apPdu::InitialContextSetupResponse(m) => both!(name m Kind::Of, UP),
        S1apPdu::InitialContextSetupFailure(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::UeContextReleaseRequest(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::UeContextReleaseCommand(m) => {
            let (mme, enb) = match m.ue_s1ap_ids {
                UeS1apIds::Pair {
                    mme_ue_s1ap_id,
                    enb_ue_s1ap_id,
                } => (mme_ue_s1ap_id.0, Some(enb_ue_s1ap_id.0)),
                UeS1apIds::Mme(mme) => (mme.0, None),
            };
            Reading {
                core_ue_id: Some(u64::from(mme)),
                ran_ue_id: enb,
                cause: m.cause.map(|cause| cause.to_string()),
                ..Reading::new(name, Kind::ReleaseCommand, DOWN)
            }
        }
        S1apPdu::UeContextReleaseComplete(m) => both!(name m Kind::ReleaseComplete, UP),
        S1apPdu::UeContextModificationRequest(m) => both!(name m Kind::Of, DOWN),
        S1apPdu::UeContextModificationResponse(m) => both!(name m Kind::Of, UP),
        S1apPdu::UeContextModificationFailure(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::UeCapabilityInfoIndication(m) => both!(name m Kind::Of, UP),
        S1apPdu::ErabSetupResponse(m) => both!(name m Kind::Of, UP),
        S1apPdu::ErabReleaseResponse(m) => both!(name m Kind::Of, UP),
        _ => Reading::new(name, Kind::Node, None),
    }
}

/// Of all others: mobility, faults, and the association itself.
fn of_others(pdu: S1apPdu<'_>) -> Reading<'_> {
    let name = pdu.name();
    match pdu {
        S1apPdu::PathSwitchRequest(m) => Reading {
            core_ue_id: Some(u64::from(m.source_mme_ue_s1ap_id.0)),
            ran_ue_id: Some(m.enb_ue_s1ap_id.0),
            area: m.tai.map(Area::Eps),
            ..Reading::new(name, Kind::PathSwitchRequest, UP)
        },
        S1apPdu::PathSwitchRequestAcknowledge(m) => both!(name m Kind::Of, DOWN),
        S1apPdu::PathSwitchRequestFailure(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..both!(name m Kind::Of, DOWN)
        },
        // Without an identity it is about the association.
        S1apPdu::ErrorIndication(m) if m.mme_ue_s1ap_id.is_none() && m.enb_ue_s1ap_id.is_none() => {
            Reading::new(name, Kind::Node, None)
        }
        S1apPdu::ErrorIndication(m) => Reading {
            core_ue_id: m.mme_ue_s1ap_id.map(|id| u64::from(id.0)),
            ran_ue_id: m.enb_ue_s1ap_id.map(|id| id.0),
            cause: m.cause.map(|cause| cause.to_string()),
            ..Reading::new(name, Kind::Of, None)
        },
        S1apPdu::Reset(m) => Reading {
            cause: m.cause.map(|cause| cause.to_string()),
            ..Reading::new(name, reset(m.reset_type), None)
        },
        S1apPdu::S1SetupRequest(_) => Reading::new(name, Kind::Anew, UP),
        S1apPdu::S1SetupResponse(_) | S1apPdu::S1SetupFailure(_) | S1apPdu::Paging(_) => {
            Reading::new(name, Kind::Node, DOWN)
        }
        _ => Reading::new(name, Kind::Node, None),
    }
}

/// What a RESET ends.
fn reset(what: ResetType) -> Kind {
    match what {
        ResetType::S1Interface => Kind::Anew,
        ResetType::PartOfS1Interface(list) => Kind::Reset(
            list.into_iter()
                .map(|connection| {
                    let mme = connection.mme_ue_s1ap_id.map(|id| u64::from(id.0));
                    (mme, connection.enb_ue_s1ap_id.map(|id| id.0))
                })
                .collect(),
        ),
    }
}

/// Of a message that has no struct, or has faults: its envelope, and the numbers in its container.
fn bare(octets: &[u8]) -> Option<Reading<'_>> {
    let envelope = container::read(octets)?;
    let other = quintet_s1ap::Other {
        procedure_code: envelope.procedure_code,
        pdu_type: match envelope.choice {
            0 => PduType::InitiatingMessage,
            1 => PduType::SuccessfulOutcome,
            _ => PduType::UnsuccessfulOutcome,
        },
        criticality: quintet_s1ap::Criticality::Ignore,
    };
    let mut reading = Reading::new(other.name(), Kind::Node, None);
    for (id, value) in envelope.fields {
        match id {
            IE_MME_UE_S1AP_ID => reading.core_ue_id = container::integer(value, 2),
            IE_ENB_UE_S1AP_ID => {
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
