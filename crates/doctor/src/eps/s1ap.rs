//! What the doctor reads of an S1AP message: whose it is, which way it goes, the NAS messages in it.
//!
//! A message that does not decode whole, and one of a procedure without a struct (handover), still says whose it is: the
//! two identities are read out of the container as they stand.

use quintet_crypto::Direction;
use quintet_identity::{STmsi, Tai};
use quintet_s1ap::{Cause, PduType, ResetType, S1apPdu, UeS1apIds, UeSecurityCapabilities};
use std::borrow::Cow;

/// IE number of MME UE S1AP ID.
const IE_MME_UE_S1AP_ID: u16 = 0;
/// IE number of eNB UE S1AP ID.
const IE_ENB_UE_S1AP_ID: u16 = 8;

/// What kind of message it is to the observer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// INITIAL UE MESSAGE.
    Initial {
        /// The cell's tracking area.
        tai: Tai,
        /// The S-TMSI beside the NAS message.
        s_tmsi: Option<STmsi>,
    },
    /// UE CONTEXT RELEASE COMMAND.
    ReleaseCommand,
    /// UE CONTEXT RELEASE COMPLETE.
    ReleaseComplete,
    /// PATH SWITCH REQUEST: the UE is now at another eNB under this identity of the MME's.
    PathSwitchRequest,
    /// INITIAL CONTEXT SETUP REQUEST.
    ContextSetup {
        /// Capabilities as the MME tells them to the eNB.
        capabilities: UeSecurityCapabilities,
    },
    /// S1 SETUP REQUEST: everything of the association begins anew.
    Setup,
    /// RESET.
    Reset(ResetType),
    /// Any other message of a UE's connection.
    Of,
    /// No UE's.
    Node,
}

/// An S1AP message as the observer sees it.
#[derive(Clone, Debug)]
pub(super) struct Reading<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    /// `None` if the message goes either way.
    pub(super) direction: Option<Direction>,
    pub(super) mme_ue_s1ap_id: Option<u32>,
    pub(super) enb_ue_s1ap_id: Option<u32>,
    pub(super) cause: Option<Cause>,
    /// In order.
    pub(super) nas: Vec<Cow<'a, [u8]>>,
    /// Tracking area, where an uplink message tells it.
    pub(super) tai: Option<Tai>,
}

/// Reads a message; `None` if it is not even the envelope of one.
pub(super) fn read(octets: &[u8]) -> Option<Reading<'_>> {
    match S1apPdu::decode(octets) {
        Ok(decoded) => match decoded.pdu {
            S1apPdu::Other(_) => bare(octets),
            pdu => Some(of(pdu)),
        },
        Err(_) => bare(octets),
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

impl Reading<'_> {
    /// Of a message of this name, with nothing in it.
    const fn new(name: &'static str, kind: Kind, direction: Option<Direction>) -> Self {
        Self {
            kind,
            name,
            direction,
            mme_ue_s1ap_id: None,
            enb_ue_s1ap_id: None,
            cause: None,
            nas: Vec::new(),
            tai: None,
        }
    }
}

/// A reading with both identities of a message.
macro_rules! both {
    ($name:ident $message:ident $kind:expr, $direction:expr) => {
        Reading {
            mme_ue_s1ap_id: Some($message.mme_ue_s1ap_id.0),
            enb_ue_s1ap_id: Some($message.enb_ue_s1ap_id.0),
            ..Reading::new($name, $kind, $direction)
        }
    };
}

/// Of the messages that carry NAS.
fn of_transport(pdu: S1apPdu<'_>) -> Reading<'_> {
    let name = pdu.name();
    match pdu {
        S1apPdu::InitialUeMessage(m) => Reading {
            enb_ue_s1ap_id: Some(m.enb_ue_s1ap_id.0),
            nas: vec![m.nas_pdu],
            tai: Some(m.tai),
            ..Reading::new(
                name,
                Kind::Initial {
                    tai: m.tai,
                    s_tmsi: m.s_tmsi,
                },
                UP,
            )
        },
        S1apPdu::UplinkNasTransport(m) => Reading {
            nas: vec![m.nas_pdu],
            tai: m.tai,
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::DownlinkNasTransport(m) => Reading {
            nas: vec![m.nas_pdu],
            ..both!(name m Kind::Of, DOWN)
        },
        S1apPdu::NasNonDeliveryIndication(m) => Reading {
            cause: m.cause,
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::InitialContextSetupRequest(m) => {
            let capabilities = m.ue_security_capabilities;
            let bearers = m.e_rab_to_be_setup_list.into_iter();
            Reading {
                nas: bearers.filter_map(|bearer| bearer.nas_pdu).collect(),
                ..both!(name m Kind::ContextSetup { capabilities }, DOWN)
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
            cause: m.cause,
            ..both!(name m Kind::Of, UP)
        },
        S1apPdu::UeContextReleaseRequest(m) => Reading {
            cause: m.cause,
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
                mme_ue_s1ap_id: Some(mme),
                enb_ue_s1ap_id: enb,
                cause: m.cause,
                ..Reading::new(name, Kind::ReleaseCommand, DOWN)
            }
        }
        S1apPdu::UeContextReleaseComplete(m) => both!(name m Kind::ReleaseComplete, UP),
        S1apPdu::UeContextModificationRequest(m) => both!(name m Kind::Of, DOWN),
        S1apPdu::UeContextModificationResponse(m) => both!(name m Kind::Of, UP),
        S1apPdu::UeContextModificationFailure(m) => Reading {
            cause: m.cause,
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
            mme_ue_s1ap_id: Some(m.source_mme_ue_s1ap_id.0),
            enb_ue_s1ap_id: Some(m.enb_ue_s1ap_id.0),
            tai: m.tai,
            ..Reading::new(name, Kind::PathSwitchRequest, UP)
        },
        S1apPdu::PathSwitchRequestAcknowledge(m) => both!(name m Kind::Of, DOWN),
        S1apPdu::PathSwitchRequestFailure(m) => Reading {
            cause: m.cause,
            ..both!(name m Kind::Of, DOWN)
        },
        // Without an identity it is about the association.
        S1apPdu::ErrorIndication(m) if m.mme_ue_s1ap_id.is_none() && m.enb_ue_s1ap_id.is_none() => {
            Reading::new(name, Kind::Node, None)
        }
        S1apPdu::ErrorIndication(m) => Reading {
            mme_ue_s1ap_id: m.mme_ue_s1ap_id.map(|id| id.0),
            enb_ue_s1ap_id: m.enb_ue_s1ap_id.map(|id| id.0),
            cause: m.cause,
            ..Reading::new(name, Kind::Of, None)
        },
        S1apPdu::Reset(m) => Reading {
            cause: m.cause,
            ..Reading::new(name, Kind::Reset(m.reset_type), None)
        },
        S1apPdu::S1SetupRequest(_) => Reading::new(name, Kind::Setup, UP),
        S1apPdu::S1SetupResponse(_) | S1apPdu::S1SetupFailure(_) | S1apPdu::Paging(_) => {
            Reading::new(name, Kind::Node, DOWN)
        }
        _ => Reading::new(name, Kind::Node, None),
    }
}

/// Of a message that has no struct, or has faults: its envelope, and the identities in its container.
fn bare(octets: &[u8]) -> Option<Reading<'_>> {
    let (&choice, rest) = octets.split_first()?;
    let (&procedure_code, rest) = rest.split_first()?;
    let pdu_type = match choice {
        0x00 => PduType::InitiatingMessage,
        0x20 => PduType::SuccessfulOutcome,
        0x40 => PduType::UnsuccessfulOutcome,
        _ => return None,
    };
    let other = quintet_s1ap::Other {
        procedure_code,
        pdu_type,
        criticality: quintet_s1ap::Criticality::Ignore,
    };
    let mut reading = Reading::new(other.name(), Kind::Node, None);
    // Criticality, length of the open type, the message's extension bit, the number of IEs.
    let fields = rest.get(1..).and_then(|rest| {
        let (_, rest) = length(rest)?;
        rest.get(3..)
    });
    let mut rest = fields.unwrap_or_default();
    while let Some((id, value, after)) = field(rest) {
        match id {
            IE_MME_UE_S1AP_ID => reading.mme_ue_s1ap_id = integer(value),
            IE_ENB_UE_S1AP_ID => reading.enb_ue_s1ap_id = integer(value),
            _ => {}
        }
        rest = after;
    }
    if reading.mme_ue_s1ap_id.is_some() || reading.enb_ue_s1ap_id.is_some() {
        reading.kind = Kind::Of;
    }
    Some(reading)
}

/// A field of a protocol IE container: number, value, what follows.
fn field(octets: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (id, rest) = octets.split_first_chunk::<2>()?;
    let (count, rest) = length(rest.get(1..)?)?;
    let (value, after) = rest.split_at_checked(count)?;
    Some((u16::from_be_bytes(*id), value, after))
}

/// A length determinant of aligned PER, not of fragments.
fn length(octets: &[u8]) -> Option<(usize, &[u8])> {
    match *octets {
        [first @ 0..=0x7f, ref rest @ ..] => Some((usize::from(first), rest)),
        [first @ 0x80..=0xbf, second, ref rest @ ..] => {
            Some((usize::from(first & 0x3f) << 8 | usize::from(second), rest))
        }
        _ => None,
    }
}

/// A UE's identity: octets of length in the first bits, then as many octets.
fn integer(value: &[u8]) -> Option<u32> {
    let (&first, rest) = value.split_first()?;
    let count = usize::from(first >> 6) + 1;
    let octets = rest.get(..count)?;
    Some(octets.iter().fold(0, |sum, &octet| sum << 8 | u32::from(octet)))
}
