//! What follows security: acceptance, failure for other reasons, and the whole path again (TS 24.301 5.5, 5.6).

mod accept;
mod failed;

use super::catalogue as code;
use super::reading::{Reading, T3410_NS, T3417_NS, attempts, span, times};
use super::{Draft, silence};
use crate::report::{Ending, Finding, Severity, Technology};
use crate::trail::{End, Procedure, Tap, View};
use quintet_crypto::Direction;
use quintet_nas::eps::EmmMessage;
use quintet_nas::fgs::FgmmMessage;

/// So many full rounds in a row are a loop.
const LOOP: u64 = 3;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(no_network_answer(reading).or_else(|| released_behind_identity(reading)));
    found.extend(failed::rule(reading));
    found.extend(accept::rule(reading));
    found.extend(security_loop(reading));
    found.extend(repeated_failure(reading));
    found.extend(guti_not_reallocated(reading));
    found.extend(detached_by_network(reading));
    found.extend(emm_status(reading));
    found
}

/// The initial message, and nothing from the network.
fn no_network_answer(reading: &Reading<'_>) -> Option<Finding> {
    let (initial, _) = reading.initial()?;
    let (view, name) = (reading.nas(initial).view, reading.nas(initial).name);
    let timer = match reading.trail.procedure.family() {
        Procedure::Attach | Procedure::Registration => ("T3410", T3410_NS, &code::NO_NETWORK_ANSWER),
        Procedure::TrackingAreaUpdate => ("T3430", T3410_NS, &code::NO_NETWORK_ANSWER),
        // Bearers answer a service request; a log of NAS or a radio trace does not show them.
        Procedure::ServiceRequest if reading.trail.tap == Tap::Ran => {
            ("T3417", T3417_NS, &code::NO_NETWORK_ANSWER)
        }
        _ => return None,
    };
    let heard = reading
        .trail
        .nas
        .iter()
        .any(|sighting| sighting.direction == Direction::Downlink);
    let set_up = reading
        .trail
        .signals
        .iter()
        .any(|signal| signal.direction == Direction::Downlink && !signal.name.contains("RELEASE"));
    if heard || set_up || matches!(view, View::LeaveByUe { .. }) {
        return None;
    }
    if let End::Released { seen, cause } = &reading.trail.end {
        let draft = Draft::new(
            &code::RELEASED_BEFORE_AUTHENTICATION,
            format!(
                "The connection was released {} after {}, before the network had said anything to the UE.",
                span(seen.time.since(reading.seen(initial).time)),
                name
            ),
        )
        .at(reading.seen(initial))
        .at(*seen);
        return Some(given_up(reading, draft, cause.as_deref()));
    }
    let sent: Vec<usize> = (0..reading.trail.nas.len())
        .filter(|at| reading.nas(*at).view == view)
        .collect();
    let waiting = silence::Waiting {
        request: name,
        sent: &sent,
        timer: timer.0,
        timer_ns: timer.1,
        code: timer.2,
    };
    silence::unanswered(reading, &waiting, |draft| {
        draft.cause(
            "The MME does not answer: it is down, overloaded, or waits for the HSS",
            if reading.trail.technology == Technology::Fgs {
                super::sbi::last_word(reading.trail)
            } else if reading.trail.s6a.is_empty() {
                "no request of it to the HSS is in the capture".to_owned()
            } else if reading.trail.s6a.iter().any(|exchange| exchange.answer.is_none()) {
                "a request to the HSS is open".to_owned()
            } else {
                "the HSS answered".to_owned()
            },
        )
    })
    .map(|mut finding| {
        if finding.code == code::NO_NETWORK_ANSWER.name {
            finding.clause = match reading.trail.procedure {
                Procedure::TrackingAreaUpdate
                | Procedure::MobilityRegistration
                | Procedure::PeriodicRegistration => "TS 24.301 5.5.3.2.6 c",
                Procedure::ServiceRequest => "TS 24.301 5.6.1.6 c",
                _ => code::NO_NETWORK_ANSWER.clause,
            };
        }
        finding
    })
}

/// Identities were asked for, and then the connection was released without a challenge or a reject.
fn released_behind_identity(reading: &Reading<'_>) -> Option<Finding> {
    let End::Released { seen, cause } = &reading.trail.end else {
        return None;
    };
    let last = reading.trail.nas.len().checked_sub(1)?;
    // An identity that is not given is told with the request for it.
    let given = matches!(reading.nas(last).view, View::IdentityResponse { .. });
    if !given || reading.case.ending != Ending::ReleasedBeforeAuthentication {
        return None;
    }
    let draft = Draft::new(
        &code::RELEASED_BEFORE_AUTHENTICATION,
        format!(
            "The connection was released {} after IDENTITY RESPONSE, without a challenge or a reject.",
            span(seen.time.since(reading.seen(last).time))
        ),
    )
    .at(reading.seen(last))
    .at(*seen);
    Some(given_up(reading, draft, cause.as_deref()))
}

/// The causes of a release before authentication.
fn given_up(reading: &Reading<'_>, draft: Draft, cause: Option<&str>) -> Finding {
    let draft = if reading.absence_is_proof() {
        draft
    } else {
        draft.severity(Severity::Warning).cause(
            "The network's answer was sent, and is not in the capture",
            silence::why_missing(reading),
        )
    };
    let draft = draft.cause(
        "The MME, or the eNB, gave the connection up",
        format!("release cause: {}", cause.unwrap_or("none that tells")),
    );
    if reading.trail.tap == Tap::Ran {
        draft
    } else {
        draft.clause("TS 36.331 5.3.8")
    }
    .done()
}

/// The whole path in full, again and again: in this attempt, or in those before it.
fn security_loop(reading: &Reading<'_>) -> Option<Finding> {
    let rounds: Vec<usize> = reading
        .commands
        .iter()
        .filter(|command| command.complete.is_some())
        .map(super::reading::Command::first)
        .collect();
    let before = reading.trail.history.full_security_in_a_row;
    let here = rounds.len() as u64;
    if here < LOOP && (here == 0 || before + here < LOOP) {
        return None;
    }
    let mut ksis: Vec<u8> = reading.commands.iter().map(|command| command.ksi.0).collect();
    ksis.dedup();
    let list: Vec<_> = ksis.iter().map(ToString::to_string).collect();
    Some(
        Draft::new(
            &code::REPEATED_SECURITY_LOOP,
            if here >= LOOP {
                format!("Authentication and security mode ran in full {} in this attempt.", times(rounds.len()))
            } else {
                format!(
                    "Authentication and security mode ran in full in this attempt and in the {before} right before it."
                )
            },
        )
        .frames(reading.all_seen(&rounds))
        .cause(
            "The context does not last: lost by the MME, not kept by the UE, or never asked for",
            format!("key sets in SECURITY MODE COMMAND: {}", list.join(", ")),
        )
        .cause(
            "The network authenticates by policy",
            if reading.succeeded() { "the attempt succeeds" } else { "the attempt does not succeed all the same" },
        )
        .cause_if(
            before > 0,
            "Several attempts are read as one",
            format!("{} in a row before this one, each told on its own", attempts(before)),
        )
        .done(),
    )
}

/// The same failure in a row.
fn repeated_failure(reading: &Reading<'_>) -> Option<Finding> {
    let before = reading.failed_alike();
    if before + 1 < LOOP {
        return None;
    }
    Some(
        Draft::new(
            &code::REPEATED_FAILURE,
            format!("This attempt failed like the {before} of the same subscriber right before it."),
        )
        .at(reading.trail.first)
        .cause(
            "The cause lasts, and the device tries again by itself",
            format!(
                "the latest of them began in frame {}",
                reading.trail.history.frames.last().map_or(0, |seen| seen.frame)
            ),
        )
        .done(),
    )
}

/// ATTACH ACCEPT without a GUTI for a UE that came by its IMSI.
fn guti_not_reallocated(reading: &Reading<'_>) -> Option<Finding> {
    let at = reading
        .onwards(0)
        .find(|at| matches!(reading.nas(*at).view, View::Accept { .. }))?;
    let Some(EmmMessage::AttachAccept(accept)) = reading.nas(at).message() else {
        return None;
    };
    let identities = &reading.trail.identities;
    let by_imsi = identities.guti.is_none() && identities.s_tmsi.is_none();
    if accept.guti.is_some() || reading.is_emergency() {
        return None;
    }
    Some(
        Draft::new(&code::GUTI_NOT_REALLOCATED, "ATTACH ACCEPT has no GUTI.")
            .severity(if by_imsi {
                Severity::Warning
            } else {
                Severity::Note
            })
            .at(reading.seen(at))
            .cause(
                "The MME does not allocate one",
                if by_imsi {
                    "the UE came by its IMSI"
                } else {
                    "the UE keeps the GUTI it came with"
                },
            )
            .done(),
    )
}

/// DETACH REQUEST of the network.
fn detached_by_network(reading: &Reading<'_>) -> Option<Finding> {
    let at = reading
        .onwards(0)
        .find(|at| matches!(reading.nas(*at).view, View::LeaveByNetwork))?;
    let (kind, cause) = match reading.nas(at).message() {
        Some(EmmMessage::DetachRequestFromNetwork(request)) => (
            match request.detach_type.detach_type().0 {
                1 => "re-attach required",
                2 => "re-attach not required",
                3 => "IMSI detach",
                _ => "of a reserved type",
            },
            request.emm_cause.map(|cause| cause.0),
        ),
        _ => match reading.nas(at).fgmm_message() {
            Some(FgmmMessage::DeregistrationRequestFromNetwork(request)) => (
                if request.deregistration_type.re_registration_required() {
                    "re-registration required"
                } else {
                    "re-registration not required"
                },
                request.fgmm_cause.map(|cause| cause.0),
            ),
            _ => ("of unknown type", None),
        },
    };
    let cause = cause.map_or_else(
        || "no EMM cause".to_owned(),
        |cause| {
            format!(
                "EMM cause {}",
                super::reject::cause_words(reading.trail.technology, cause)
            )
        },
    );
    Some(
        Draft::new(
            &code::DETACHED_BY_NETWORK,
            format!("The network sent DETACH REQUEST ({kind}), {cause}."),
        )
        .at(reading.seen(at))
        .cause(
            "The operator, the HSS (Cancel Location) or a timer of the MME",
            cause,
        )
        .done(),
    )
}

/// EMM STATUS of either side.
fn emm_status(reading: &Reading<'_>) -> Option<Finding> {
    let at = reading
        .onwards(0)
        .find(|at| reading.nas(*at).view == View::Status)?;
    let cause = match reading.nas(at).message() {
        Some(EmmMessage::EmmStatus(status)) => {
            super::reject::cause_words(Technology::Eps, status.emm_cause.0)
        }
        _ => match reading.nas(at).fgmm_message() {
            Some(FgmmMessage::FgmmStatus(status)) => {
                super::reject::cause_words(Technology::Fgs, status.fgmm_cause.0)
            }
            _ => "unknown".to_owned(),
        },
    };
    let direction = reading.nas(at).direction;
    let before = (0..at).rfind(|before| reading.nas(*before).direction != direction);
    Some(
        Draft::new(
            &code::EMM_STATUS,
            format!(
                "The {} sent EMM STATUS with EMM cause {cause}.",
                if direction == Direction::Uplink {
                    "UE"
                } else {
                    "network"
                }
            ),
        )
        .frames(before.map(|before| reading.seen(before)))
        .at(reading.seen(at))
        .cause(
            "It could not use the other side's message",
            match before {
                Some(before) => format!(
                    "it follows {} in {}",
                    reading.nas(before).name,
                    reading.frame(before)
                ),
                None => "no message of the other side is before it".to_owned(),
            },
        )
        .done(),
    )
}
