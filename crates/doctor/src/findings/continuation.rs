//! What follows security: acceptance, failure for other reasons, and the whole path again (TS 24.301 5.5, 5.6).

use super::catalogue as code;
use super::reading::{Reading, T3410_NS, T3417_NS, T3460_NS, span, times};
use super::{Draft, silence};
use crate::eps::{Carrier, End, Procedure, Tap};
use crate::report::{Ending, Finding, Severity};
use quintet_crypto::Direction;
use quintet_emm::path::{MessageView, Protection};
use quintet_nas::eps::{EmmCause, EmmMessage};

/// So many full rounds in a row are a loop.
const LOOP: u64 = 3;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(no_network_answer(reading));
    found.extend(continuation_failed(reading));
    found.extend(accept_unanswered(reading));
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
    let view = reading.nas(initial).view;
    let timer = match reading.trail.procedure {
        Procedure::Attach => ("T3410", T3410_NS, &code::NO_NETWORK_ANSWER),
        Procedure::TrackingAreaUpdate => ("T3430", T3410_NS, &code::NO_NETWORK_ANSWER),
        // Bearers answer a service request; a log of NAS or a radio trace does not show them.
        Procedure::ServiceRequest if reading.trail.tap == Tap::S1 => {
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
    if heard || set_up || matches!(view, MessageView::DetachRequestByUe { .. }) {
        return None;
    }
    if let End::Released { seen, cause } = &reading.trail.end {
        let why = cause.as_deref().unwrap_or("no cause is in the capture");
        return Some(
            Draft::new(
                &code::RELEASED_BEFORE_AUTHENTICATION,
                format!(
                    "The connection was released {} after {}, before the network had said anything to the UE.",
                    span(seen.time.since(reading.seen(initial).time)),
                    view.name()
                ),
            )
            .at(reading.seen(initial))
            .at(*seen)
            .cause("The MME, or the eNB, gave the connection up", format!("release cause: {why}"))
            .done(),
        );
    }
    let sent: Vec<usize> = (0..reading.trail.nas.len())
        .filter(|at| reading.nas(*at).view == view)
        .collect();
    let waiting = silence::Waiting {
        request: view.name(),
        sent: &sent,
        timer: timer.0,
        timer_ns: timer.1,
        code: timer.2,
    };
    silence::unanswered(reading, &waiting, |draft| {
        draft.cause(
            "The MME does not answer: it is down, overloaded, or waits for the HSS",
            if reading.trail.s6a.is_empty() {
                "no request of it to the HSS is in the capture".to_owned()
            } else if reading.trail.s6a.iter().any(|exchange| exchange.answer.is_none()) {
                "a request to the HSS is open".to_owned()
            } else {
                "the HSS answered".to_owned()
            },
        )
    })
}

/// A failure behind a good security path.
fn continuation_failed(reading: &Reading<'_>) -> Option<Finding> {
    let complete = reading
        .commands
        .iter()
        .filter(|command| command.after_complete.is_empty())
        .find_map(|command| command.complete)?;
    if reading.succeeded() {
        return None;
    }
    let reject = (complete + 1..reading.trail.nas.len())
        .find_map(|at| super::reject::cause(&reading.nas(at).view).map(|cause| (at, cause)));
    let setup_failed = reading.signal_after(reading.seen(complete).frame, "INITIAL CONTEXT SETUP FAILURE");
    let (frame, what, why, evidence) = if let Some((at, cause)) = reject {
        (
            reading.seen(at),
            format!(
                "{} with EMM cause {}",
                reading.nas(at).view.name(),
                super::reject::cause_words(cause)
            ),
            "The network refuses the procedure itself: subscription, roaming, area, or session management",
            match super::reject::esm_cause(reading, at) {
                Some(esm) => format!("ESM cause {}", super::esm::cause_words(esm)),
                None if cause == EmmCause::ESM_FAILURE.0 => "no ESM cause is beside it".to_owned(),
                None => format!("EMM cause {}", super::reject::cause_words(cause)),
            },
        )
    } else if let Some(signal) = setup_failed {
        (
            signal.seen,
            "INITIAL CONTEXT SETUP FAILURE".to_owned(),
            "The eNB could not set up the UE's context",
            signal
                .cause
                .clone()
                .unwrap_or_else(|| "no cause is in it".to_owned()),
        )
    } else if reading.continuation(complete).is_some()
        && let End::Released {
            seen,
            cause: Some(cause),
        } = &reading.trail.end
        && super::connection::is_abnormal(cause)
    {
        (
            *seen,
            "the release of the connection".to_owned(),
            "The connection broke while the procedure ran",
            cause.clone(),
        )
    } else if let Some(inferred) = refused_behind_cipher(reading, complete) {
        inferred
    } else {
        return None;
    };
    let next = match reading.continuation(complete) {
        Some(at) => format!(
            "Security works: {} in {} is protected. Go on with the procedure that failed and its cause.",
            reading.nas(at).view.name(),
            reading.frame(at)
        ),
        None => code::CONTINUATION_FAILED.next.to_owned(),
    };
    Some(
        Draft::new(
            &code::CONTINUATION_FAILED,
            format!(
                "Security mode completed, and the procedure failed afterwards: {what}. Not a security fault."
            ),
        )
        .at(reading.seen(complete))
        .at(frame)
        .cause(why, evidence)
        .next(next)
        .done(),
    )
}

/// An attach whose last word is ciphered, and that ends without bearers: in all likelihood a reject.
fn refused_behind_cipher(
    reading: &Reading<'_>,
    complete: usize,
) -> Option<(quintet_capture::Seen, String, &'static str, String)> {
    const SETUP: &str = "INITIAL CONTEXT SETUP REQUEST";
    let End::Released { seen, cause } = &reading.trail.end else {
        return None;
    };
    let last = (complete + 1..reading.trail.nas.len()).next_back()?;
    let sighting = reading.nas(last);
    let hidden = sighting.view == MessageView::Ciphered && sighting.direction == Direction::Downlink;
    let set_up = reading.signal_after(0, SETUP).is_some()
        || reading
            .trail
            .nas
            .iter()
            .any(|sighting| sighting.carrier == Carrier::S1ap(SETUP));
    if reading.trail.procedure != Procedure::Attach || !hidden || set_up {
        return None;
    }
    Some((
        *seen,
        format!(
            "the network's last message ({}) is ciphered, and the connection is released without bearers",
            reading.frame(last)
        ),
        "The last message is a reject, whose cause only keys can show",
        format!(
            "no {SETUP} is in the capture; release cause: {}",
            cause.as_deref().unwrap_or("none")
        ),
    ))
}

/// The accept again and again, and no complete.
fn accept_unanswered(reading: &Reading<'_>) -> Option<Finding> {
    let accepts: Vec<usize> = (0..reading.trail.nas.len())
        .filter(|at| {
            matches!(
                reading.nas(*at).view,
                MessageView::AttachAccept | MessageView::TrackingAreaUpdateAccept { guti: true }
            )
        })
        .collect();
    let seen_complete = reading.trail.nas.iter().any(|sighting| {
        matches!(
            sighting.view,
            MessageView::AttachComplete | MessageView::TrackingAreaUpdateComplete
        )
    });
    // Ciphered: the network's protected messages to which the UE says nothing any more.
    let last_heard =
        (0..reading.trail.nas.len()).rfind(|at| reading.nas(*at).direction == Direction::Uplink)?;
    let unheard: Vec<usize> = (last_heard + 1..reading.trail.nas.len())
        .filter(|at| reading.nas(*at).protection != Protection::Plain)
        .collect();
    // Nothing but a good answer to SECURITY MODE COMMAND makes the network accept.
    let secured = reading.commands.iter().any(|command| command.complete.is_some());
    let offered = reading
        .initial()
        .is_some_and(|(at, _)| reading.nas(at).protection != Protection::Plain);
    if !secured && !(offered && reading.commands.is_empty()) {
        return None;
    }
    let sent = match (accepts.is_empty(), reading.trail.tap) {
        (false, _) => accepts,
        (true, Tap::S1) => unheard,
        // What a log does not show of the UE says nothing.
        (true, _) => return None,
    };
    let sent = reading.spaced(&sent);
    let by_ending = reading.case.ending == Ending::AcceptRetransmittedNoComplete;
    let heard_after = sent.first().is_some_and(|first| last_heard > *first);
    // Bearers that came up speak for success, an abnormal release behind unanswered messages against it.
    let given_up = reading.trail.procedure == Procedure::Attach
        && matches!(&reading.trail.end, End::Released { cause: Some(cause), .. } if super::connection::is_abnormal(cause));
    if seen_complete
        || sent.is_empty()
        || (reading.succeeded() && !given_up)
        || (!by_ending && (heard_after || sent.len() < 2))
    {
        return None;
    }
    let waiting = silence::Waiting {
        request: match reading.nas(*sent.first()?).view {
            MessageView::TrackingAreaUpdateAccept { .. } => "TRACKING AREA UPDATE ACCEPT",
            MessageView::AttachAccept => "ATTACH ACCEPT",
            _ => "the accept (ciphered)",
        },
        sent: &sent,
        timer: "T3450",
        timer_ns: T3460_NS,
        code: &code::ACCEPT_UNANSWERED,
    };
    silence::unanswered(reading, &waiting, |draft| {
        let setup = reading.signal_after(0, "INITIAL CONTEXT SETUP RESPONSE");
        draft
            .cause_if(
                setup.is_some(),
                "The UE has its bearers and does not complete, or its complete is lost or dropped",
                setup.map_or_else(String::new, |signal| {
                    format!(
                        "INITIAL CONTEXT SETUP RESPONSE in frame {}: the radio side worked",
                        signal.seen.frame
                    )
                }),
            )
            .cause_if(
                setup.is_none(),
                "The UE never got the accept: its context was not set up",
                "no INITIAL CONTEXT SETUP RESPONSE is in the capture",
            )
    })
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
            format!("{before} attempts in a row before this one, each told on its own"),
        )
        .done(),
    )
}

/// The same failure in a row.
fn repeated_failure(reading: &Reading<'_>) -> Option<Finding> {
    let before = reading.trail.history.same_failure_in_a_row;
    if reading.succeeded() || before + 1 < LOOP {
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
        .from(0)
        .find(|at| reading.nas(*at).view == MessageView::AttachAccept)?;
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
        .from(0)
        .find(|at| matches!(reading.nas(*at).view, MessageView::DetachRequestByNetwork { .. }))?;
    let (kind, cause) = match reading.nas(at).message() {
        Some(EmmMessage::DetachRequestFromNetwork(request)) => (
            match request.detach_type.detach_type().0 {
                1 => "re-attach required",
                2 => "re-attach not required",
                3 => "IMSI detach",
                _ => "of a reserved type",
            },
            request.emm_cause,
        ),
        _ => ("of unknown type", None),
    };
    let cause = cause.map_or_else(
        || "no EMM cause".to_owned(),
        |cause| format!("EMM cause {}", super::reject::cause_words(cause.0)),
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
        .from(0)
        .find(|at| reading.nas(*at).view == MessageView::EmmStatus)?;
    let cause = match reading.nas(at).message() {
        Some(EmmMessage::EmmStatus(status)) => super::reject::cause_words(status.emm_cause.0),
        _ => "unknown".to_owned(),
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
                    reading.nas(before).view.name(),
                    reading.frame(before)
                ),
                None => "no message of the other side is before it".to_owned(),
            },
        )
        .done(),
    )
}
