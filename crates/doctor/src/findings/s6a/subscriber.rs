//! What the HSS does to a subscriber while an attempt runs, and messages that are not as they should be.

use super::frames;
use crate::findings::Draft;
use crate::findings::catalogue;
use crate::report::{Finding, Severity};
use crate::s6a::Exchange;
use crate::trail::Trail;
use quintet_diameter::dict::command;
use quintet_mme::s6a::S6A;

/// What an exchange shows beside its result.
pub(super) fn of(trail: &Trail, exchange: &Exchange) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(from_hss(trail, exchange));
    found.extend(incomplete(exchange));
    found.extend(irregular(exchange));
    found
}

fn from_hss(trail: &Trail, exchange: &Exchange) -> Option<Finding> {
    // Alone they are the HSS's business, not an attempt's.
    if trail.nas.is_empty() && !trail.s6a.iter().any(|e| !e.is_of_hss()) {
        return None;
    }
    match exchange.command {
        command::CANCEL_LOCATION => {
            let kind = exchange.cancellation_type;
            let what = format!(
                "The HSS cancels the subscriber's location: {}.",
                kind.map_or("no Cancellation-Type", cancellation)
            );
            let moved = matches!(kind, Some(0 | 1 | 4));
            let draft = Draft::new(&catalogue::LOCATION_CANCELLED, what).frames(frames(exchange));
            // Whom this very attempt moved away from is to be told.
            let draft = if moved && follows_update(trail, exchange) {
                draft.severity(Severity::Note)
            } else {
                draft
            };
            Some(
                draft
                    .cause_if(
                        moved,
                        "The UE registered with another MME or SGSN",
                        "Cancellation-Type says that another node updated the location",
                    )
                    .cause_if(
                        moved,
                        "Two devices, or two cores, use the same IMSI and take turns",
                        "look for further CANCEL LOCATION REQUESTs of the same subscriber",
                    )
                    .cause_if(
                        kind == Some(2),
                        "The operator withdrew the subscription",
                        "Cancellation-Type is SUBSCRIPTION_WITHDRAWAL",
                    )
                    .done(),
            )
        }
        command::INSERT_SUBSCRIBER_DATA | command::DELETE_SUBSCRIBER_DATA => {
            let what = format!("The HSS changes the subscription with {}.", exchange.name());
            Some(
                Draft::new(&catalogue::SUBSCRIPTION_CHANGED, what)
                    .frames(frames(exchange))
                    .cause(
                        "The operator changed the subscriber's data",
                        "the request carries them",
                    )
                    .done(),
            )
        }
        command::RESET => Some(
            Draft::new(&catalogue::HSS_RESET, "The HSS announces a restart with RSR.")
                .frames(frames(exchange))
                .cause("The HSS restarted or was restored", "it sent RESET REQUEST")
                .done(),
        ),
        _ => None,
    }
}

/// Whether the HSS tells the node before, while it answers the ULR of this attempt: over another connection, or between
/// ULR and ULA.
fn follows_update(trail: &Trail, exchange: &Exchange) -> bool {
    let Some(cancelled) = exchange.request else {
        return false;
    };
    trail
        .s6a
        .iter()
        .filter(|e| e.command == command::UPDATE_LOCATION)
        .any(|update| {
            let asked = update.request.is_some_and(|r| r.time <= cancelled.time);
            let open = update.answer.is_none_or(|a| a.time >= cancelled.time);
            asked && (open || update.flow != exchange.flow)
        })
}

/// Cancellation-Type (TS 29.272 7.3.24).
const fn cancellation(kind: u32) -> &'static str {
    match kind {
        0 => "MME_UPDATE_PROCEDURE",
        1 => "SGSN_UPDATE_PROCEDURE",
        2 => "SUBSCRIPTION_WITHDRAWAL",
        3 => "UPDATE_PROCEDURE_IWF",
        4 => "INITIAL_ATTACH_PROCEDURE",
        _ => "unknown Cancellation-Type",
    }
}

fn incomplete(exchange: &Exchange) -> Option<Finding> {
    if exchange.missing.is_empty() {
        return None;
    }
    let list = exchange.missing.join("; ");
    let granted = exchange.is_granted();
    if exchange.command == command::AUTHENTICATION_INFORMATION && granted {
        return Some(
            Draft::new(
                &catalogue::VECTORS_MISSING,
                "AIA grants the request and carries no usable vector.",
            )
            .frames(frames(exchange))
            .cause(
                "The HSS makes vectors of another kind, or none, for this subscriber",
                list,
            )
            .cause_if(
                exchange.requested.is_none(),
                "The MME did not ask for E-UTRAN vectors",
                "the request has no Requested-EUTRAN-Authentication-Info with a number",
            )
            .done(),
        );
    }
    let what = format!(
        "{} lacks what it must carry, or has it wrong.",
        exchange.answer_name()
    );
    let draft = Draft::new(&catalogue::S6A_INCOMPLETE, what).frames(frames(exchange));
    let draft = if !granted {
        draft.severity(Severity::Fault)
    } else if exchange.missing.iter().all(|name| name == "ULA-Flags") {
        // It tells an MME nothing that it needs.
        draft.severity(Severity::Note)
    } else {
        draft
    };
    Some(
        draft
            .cause("The subscriber's data in the HSS are incomplete", list)
            .done(),
    )
}

fn irregular(exchange: &Exchange) -> Vec<Finding> {
    let mut found = Vec::new();
    if exchange.application != S6A && exchange.command != command::CAPABILITIES_EXCHANGE {
        let what = format!(
            "{} has the Application-ID {}.",
            exchange.name(),
            exchange.application
        );
        let draft = Draft::new(&catalogue::S6A_WRONG_APPLICATION, what).frames(frames(exchange));
        found.push(
            draft
                .cause("The sender writes the wrong Application-ID", "S6a has 16777251")
                .done(),
        );
    }
    let odd: Vec<_> = exchange
        .remarks
        .iter()
        .filter(|remark| is_irregular(remark))
        .cloned()
        .collect();
    if !odd.is_empty() && exchange.command != command::CAPABILITIES_EXCHANGE {
        let what = format!("{} or its answer is not as specified.", exchange.name());
        let draft = Draft::new(&catalogue::S6A_IRREGULAR, what).frames(frames(exchange));
        found.push(draft.cause("A sloppy sender", odd.join("; ")).done());
    }
    found
}

/// Whether a remark is about how a message is written; the others repeat what an error answer says.
fn is_irregular(remark: &str) -> bool {
    !remark.starts_with("Error-Message")
        && !remark.starts_with("Failed-AVP")
        && !remark.contains("Application-ID")
}
