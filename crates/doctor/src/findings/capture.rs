//! What the capture can show of this attempt, and what it cannot.

use super::Draft;
use super::catalogue as code;
use super::reading::{Reading, attempts};
use crate::report::{Ending, Finding, Outcome, Severity, counted};
use crate::trail::View;

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
                    Some(first) => format!("the first message seen is {}", first.name),
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
                    "{} of this attempt {} counted only, between the first {} and the last.",
                    counted(trail.dropped, "message"),
                    if trail.dropped == 1 { "is" } else { "are" },
                    crate::trail::MAX_MESSAGES / 2
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
    found
}

/// Nothing readable behind security mode.
fn ciphered(reading: &Reading<'_>) -> Option<Finding> {
    let hidden: Vec<usize> = reading
        .onwards(0)
        .filter(|at| reading.nas(*at).view == View::Ciphered)
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
                "{} ciphered and no key opens {}{}.",
                match hidden.len() {
                    1 => "1 message is".to_owned(),
                    n => format!("{n} messages are"),
                },
                if hidden.len() == 1 { "it" } else { "them" },
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
            if reading.trail.s6a.is_empty() && reading.trail.sbi.is_empty() {
                "S6a is not in the capture"
            } else {
                "S6a is in the capture, without the vector of this context"
            },
        )
        .done(),
    )
}

/// What is told of an attempt once its other findings are known: that the subscriber has others, where this bears on them.
pub(super) fn merged(reading: &Reading<'_>, found: &[Finding]) -> Option<Finding> {
    let (trail, history) = (reading.trail, &reading.trail.history);
    let latest = history.frames.last()?;
    let begins = trail.nas.iter().any(|sighting| sighting.view.initial().is_some());
    if !begins || found.iter().all(|finding| finding.severity == Severity::Note) {
        return None;
    }
    let before = format!("the one before began in frame {}", latest.frame);
    let nas = trail.nas.first()?.seen;
    let until = history
        .until
        .filter(|until| until.file == nas.file && until.frame > nas.frame);
    // Where a loop is told, the attempts are told with it. Failures that take turns are told of once.
    let ended = reading.case.outcome != Outcome::Incomplete;
    let failed_otherwise =
        ended && history.same_failure_in_a_row > 0 && !history.endings.contains(&reading.case.ending);
    let (why, evidence) = match until {
        Some(until) => (
            "Two procedures of one UE ran at once, or several captures are merged",
            format!("{before} and had messages up to frame {}", until.frame),
        ),
        None if failed_otherwise => (
            "The UE tried again, or came back",
            format!("{before} and failed in another way"),
        ),
        None => return None,
    };
    let of_it = attempts(history.attempts);
    let draft = Draft::new(
        &code::MERGED_ATTEMPTS,
        format!("The subscriber has {of_it} before this one in the capture."),
    );
    Some(draft.at(trail.first).cause(why, evidence).done())
}
