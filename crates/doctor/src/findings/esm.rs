//! Session management beside the path: what was refused, and why (TS 24.301 Annex B). Never a security fault.

use super::Draft;
use super::catalogue as code;
use super::reading::Reading;
use crate::report::Finding;
use crate::trail::View;
use quintet_crypto::Direction;
use quintet_nas::eps::{EsmCause, EsmMessage};

/// `#27 (Missing or unknown APN)`.
pub(super) fn cause_words(cause: EsmCause) -> String {
    match cause.name() {
        Some(name) => format!("#{} ({name})", cause.0),
        None => format!("#{}", cause.0),
    }
}

/// What is likely behind an ESM cause.
const fn likely(cause: EsmCause) -> &'static str {
    match cause {
        EsmCause::OPERATOR_DETERMINED_BARRING => "The operator bars the subscriber",
        EsmCause::INSUFFICIENT_RESOURCES => "The gateways have no resources, or no addresses left",
        EsmCause::MISSING_OR_UNKNOWN_APN => {
            "The APN is not known: a wrong name in the device, or none in the subscription"
        }
        EsmCause::UNKNOWN_PDN_TYPE => "The PDN type is not allowed for this APN",
        EsmCause::USER_AUTHENTICATION_OR_AUTHORIZATION_FAILED => "User name or password of the APN is wrong",
        EsmCause::REQUEST_REJECTED_BY_SERVING_GW_OR_PDN_GW => "S-GW or P-GW refused the session",
        EsmCause::REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED => "The APN is not in the subscription",
        EsmCause::SERVICE_OPTION_NOT_SUPPORTED => "The network does not support what was asked for",
        EsmCause::NETWORK_FAILURE => "A node behind the MME failed",
        EsmCause::ESM_INFORMATION_NOT_RECEIVED => "The UE did not answer ESM INFORMATION REQUEST",
        EsmCause::PDN_TYPE_IPV4_ONLY_ALLOWED | EsmCause::PDN_TYPE_IPV6_ONLY_ALLOWED => {
            "The APN allows one IP version alone"
        }
        EsmCause::MULTIPLE_PDN_CONNECTIONS_FOR_A_GIVEN_APN_NOT_ALLOWED => {
            "The UE has a connection to this APN already"
        }
        EsmCause::EPS_QOS_NOT_ACCEPTED => "The UE does not accept the QoS",
        _ => "The gateways, the subscription or the device: follow the cause",
    }
}

/// Name and cause of a message that refuses something.
fn refusal(message: &EsmMessage<'_>) -> Option<(&'static str, EsmCause)> {
    Some(match message {
        EsmMessage::PdnConnectivityReject(m) => ("PDN CONNECTIVITY REJECT", m.esm_cause),
        EsmMessage::PdnDisconnectReject(m) => ("PDN DISCONNECT REJECT", m.esm_cause),
        EsmMessage::ActivateDefaultEpsBearerContextReject(m) => {
            ("ACTIVATE DEFAULT EPS BEARER CONTEXT REJECT", m.esm_cause)
        }
        EsmMessage::ActivateDedicatedEpsBearerContextReject(m) => {
            ("ACTIVATE DEDICATED EPS BEARER CONTEXT REJECT", m.esm_cause)
        }
        EsmMessage::ModifyEpsBearerContextReject(m) => ("MODIFY EPS BEARER CONTEXT REJECT", m.esm_cause),
        EsmMessage::BearerResourceAllocationReject(m) => ("BEARER RESOURCE ALLOCATION REJECT", m.esm_cause),
        EsmMessage::BearerResourceModificationReject(m) => {
            ("BEARER RESOURCE MODIFICATION REJECT", m.esm_cause)
        }
        EsmMessage::EsmStatus(m) => ("ESM STATUS", m.esm_cause),
        _ => return None,
    })
}

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in reading.onwards(0) {
        let sighting = reading.nas(at);
        let (View::Session { .. }, Some(plain)) = (sighting.view, sighting.plain.as_deref()) else {
            continue;
        };
        let decoded = match sighting.direction {
            Direction::Uplink => EsmMessage::decode_uplink(plain),
            Direction::Downlink => EsmMessage::decode_downlink(plain),
        };
        let Some((name, cause)) = decoded.ok().and_then(|decoded| refusal(&decoded.message)) else {
            continue;
        };
        found.push(
            Draft::new(
                &code::ESM_REJECTED,
                format!(
                    "{name} came with ESM cause {}. Not a security fault.",
                    cause_words(cause)
                ),
            )
            .at(sighting.seen)
            .cause(likely(cause), format!("ESM cause {}", cause_words(cause)))
            .done(),
        );
    }
    found
}
