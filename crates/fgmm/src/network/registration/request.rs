//! What a REGISTRATION REQUEST asks for (TS 24.501 5.5.1.2.2, 5.5.1.3.2, 8.2.6).

use crate::network::PduSessions;
use quintet_identity::SNssai;
use quintet_nas::fgs::{RegistrationRequest, RegistrationType};

/// Most slices a UE may ask for (TS 24.501 9.11.3.37).
const MAX_REQUESTED_SLICES: usize = 8;

/// 5GS registration type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::network) enum Kind {
    /// Initial registration, and every value that is not used here (TS 24.501 9.11.3.7).
    Initial,
    /// Mobility registration updating.
    Mobility,
    /// Periodic registration updating.
    Periodic,
    /// Emergency registration.
    Emergency,
}

impl Kind {
    /// From the element.
    pub(in crate::network) const fn of(registration_type: RegistrationType) -> Self {
        match registration_type.registration_type() {
            RegistrationType::MOBILITY_REGISTRATION_UPDATING => Self::Mobility,
            RegistrationType::PERIODIC_REGISTRATION_UPDATING => Self::Periodic,
            RegistrationType::EMERGENCY_REGISTRATION => Self::Emergency,
            _ => Self::Initial,
        }
    }
}

/// What a registration is for.
#[derive(Debug)]
pub(in crate::network) struct Requested {
    /// 5GS registration type.
    pub(super) kind: Kind,
    /// Follow-on request pending.
    pub(super) follow_on: bool,
    /// Requested NSSAI; none if it was not told.
    pub(super) nssai: Option<Vec<SNssai>>,
    /// PDU sessions the UE has.
    pub(super) sessions: Option<PduSessions>,
    /// PDU sessions it has something to send for.
    pub(super) uplink_data: Option<PduSessions>,
}

impl Requested {
    /// From the message.
    pub(super) fn read(request: &RegistrationRequest<'_>) -> Self {
        let mut nssai: Option<Vec<SNssai>> = None;
        if let Some(requested) = &request.requested_nssai {
            let slices = nssai.get_or_insert_default();
            for slice in requested.slices().take(MAX_REQUESTED_SLICES) {
                if !slices.contains(&slice) {
                    slices.push(slice);
                }
            }
        }
        Self {
            kind: Kind::of(request.registration_type),
            follow_on: request.registration_type.follow_on_request_pending(),
            nssai,
            sessions: request.pdu_session_status.map(|s| PduSessions::from_octets(s.0)),
            uplink_data: request.uplink_data_status.map(|s| PduSessions::from_octets(s.0)),
        }
    }
}
