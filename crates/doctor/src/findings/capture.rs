//! What the capture can show of this attempt, and what it cannot.

use super::Draft;
use super::catalogue as code;
use super::reading::{Reading, attempts};
use crate::report::{Ending, Finding, Outcome};
use quintet_emm::path::MessageView;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let trail = reading.trail;
    let mut found = Vec::new();
    if !trail.from_the_start && !trail.nas.is_empty() {
        found.push(
            Draft::new(
                &code::CAPTURE_STARTS_MIDWAY,
                "The connection's first message is not in the capture.",
            )
            .at(trail.first)
            .cause(
                "The capture was started too late",
                match trail.nas.first() {
                    Some(first) => format!("the first message seen is {}", first.view.name()),
                    None => String::new(),
                },
            )
            .done(),
        );
    }
    if !trail.both_directions && !trail.nas.is_empty() {
        found.push(
            Draft::new(
                &code::ONE_DIRECTION,
                "Only one direction of the association is in the capture.",
            )
            .at(trail.first)
            .cause(
                "The mirror port, or the filter, takes one direction",
                "no packet of the other direction",
            )
            .done(),
        );
    }
    if trail.lossy {
        found.push(
            Draft::new(
                &code::CAPTURE_LOSSY,
                "Octets of the association are missing from the capture while the attempt ran.",
            )
            .at(trail.first)
            .cause(
                "The capturing machine dropped packets",
                "transport sequence numbers leave a gap",
            )
            .done(),
        );
    }
    if trail.dropped > 0 {
        found.push(
            Draft::new(
                &code::TOO_MANY_MESSAGES,
                format!(
                    "{} messages of this attempt are counted only, behind the first {}.",
                    trail.dropped,
                    crate::eps::MAX_MESSAGES
                ),
            )
            .at(trail.last)
            .cause(
                "A very long connection, or a loop",
                "the limit of messages kept of one attempt",
            )
            .done(),
        );
    }
    found.extend(ciphered(reading));
    found.extend(merged(reading));
    found
}

/// Nothing readable behind security mode.
fn ciphered(reading: &Reading<'_>) -> Option<Finding> {
    let hidden: Vec<usize> = reading
        .onwards(0)
        .filter(|at| reading.nas(*at).view == MessageView::Ciphered)
        .collect();
    let first = *hidden.first()?;
    let inferred = matches!(
        reading.case.ending,
        Ending::SuccessReusedContextInferred | Ending::SecurityEstablishedEndUnknown
    );
    Some(
        Draft::new(
            &code::CIPHERED,
            format!(
                "{} messages are ciphered and no key opens them{}.",
                hidden.len(),
                if inferred {
                    "; how the attempt ended is inferred"
                } else {
                    ""
                }
            ),
        )
        .at(reading.seen(first))
        .cause(
            "The keys are not in the capture",
            if reading.trail.s6a.is_empty() {
                "S6a is not in the capture"
            } else {
                "S6a is in the capture, without the vector of this context"
            },
        )
        .done(),
    )
}

/// Other attempts of the subscriber before this one, without an end of their own.
fn merged(reading: &Reading<'_>) -> Option<Finding> {
    let history = &reading.trail.history;
    let latest = history.frames.last()?;
    let initials = reading
        .trail
        .nas
        .iter()
        .filter(|sighting| sighting.view.initial().is_some())
        .count();
    // Where a loop is told, the attempts are told with it.
    let told = reading.failed_alike() > 0 || reading.case.outcome == Outcome::Success;
    if history.attempts == 0 || initials == 0 || told {
        return None;
    }
    Some(
        Draft::new(
            &code::MERGED_ATTEMPTS,
            format!(
                "The subscriber has {} before this one in the capture.",
                attempts(history.attempts)
            ),
        )
        .at(reading.trail.first)
        .cause(
            "The UE tried again, or came back",
            format!("the one before began in frame {}", latest.frame),
        )
        .done(),
    )
}
