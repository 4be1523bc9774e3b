//! The algorithms chosen, and the capabilities they are chosen from (TS 24.301 5.4.3.2; TS 33.401 5.1.3, 5.1.4, 7.2.4).

use super::Draft;
use super::catalogue as code;
use super::reading::{Command, Reading, attempts};
use crate::report::{Finding, Severity};
use crate::trail::{Procedure, View};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};

/// Bitmaps have eight algorithms; bit 8 is algorithm 0.
const NULL_ONLY: u8 = 0x7f;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for command in &reading.commands {
        found.extend(not_offered(reading, command));
        found.extend(not_allowed(reading, command));
        found.extend(null_integrity(reading, command));
        found.extend(null_ciphering(reading, command));
        found.extend(replayed_differently(reading, command));
    }
    found.extend(reduced(reading));
    found
}

/// Whether a bitmap has algorithm `n`.
const fn has(bitmap: u8, n: u8) -> bool {
    n < 8 && bitmap >> (7 - n) & 1 == 1
}

/// The names of a bitmap's algorithms.
fn names(bitmap: u8, prefix: &str) -> String {
    let names: Vec<_> = (0..8)
        .filter(|n| has(bitmap, *n))
        .map(|n| format!("{prefix}{n}"))
        .collect();
    if names.is_empty() {
        format!("no {prefix}")
    } else {
        names.join(" ")
    }
}

/// EEA and EIA as the UE reported them.
fn reported(reading: &Reading<'_>) -> Option<(u8, u8)> {
    match reading.trail.reported.as_deref()? {
        [eea, eia, ..] => Some((*eea, *eia)),
        _ => None,
    }
}

/// What the UE reported, in words.
fn offer(reading: &Reading<'_>) -> Option<String> {
    let (eea, eia) = reported(reading)?;
    Some(format!("{}; {}", names(eea, "EEA"), names(eia, "EIA")))
}

fn not_offered(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let (eea, eia) = reported(reading)?;
    let chosen = command.algorithms;
    // Null algorithms have findings of their own.
    let integrity = chosen.integrity != IntegrityAlgorithm::EIA0 && !has(eia, chosen.integrity.0);
    let ciphering = chosen.ciphering != CipheringAlgorithm::EEA0 && !has(eea, chosen.ciphering.0);
    if !integrity && !ciphering {
        return None;
    }
    let which = match (integrity, ciphering) {
        (true, true) => format!("{} and {}", chosen.integrity, chosen.ciphering),
        (true, false) => chosen.integrity.to_string(),
        _ => chosen.ciphering.to_string(),
    };
    Some(
        Draft::new(
            &code::ALGORITHM_NOT_OFFERED,
            format!("The network selected {which}, which the UE did not report."),
        )
        .at(reading.seen(command.first()))
        .frames(reading.initial().map(|(at, _)| reading.seen(at)))
        .cause(
            "The MME does not look at the UE's capabilities, or at those of before",
            format!("the UE reported {}", offer(reading).unwrap_or_default()),
        )
        .done(),
    )
}

fn not_allowed(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let chosen = command.algorithms;
    let emergency = reading.is_emergency();
    let integrity = reading
        .case
        .integrity
        .is_some_and(|list| !list.contains(&chosen.integrity))
        && !(emergency && chosen.integrity == IntegrityAlgorithm::EIA0);
    let ciphering = reading
        .case
        .ciphering
        .is_some_and(|list| !list.contains(&chosen.ciphering))
        && !(emergency && chosen.ciphering == CipheringAlgorithm::EEA0);
    if !integrity && !ciphering {
        return None;
    }
    let which = match (integrity, ciphering) {
        (true, true) => format!("{} and {}", chosen.integrity, chosen.ciphering),
        (true, false) => chosen.integrity.to_string(),
        _ => chosen.ciphering.to_string(),
    };
    Some(
        Draft::new(
            &code::ALGORITHM_NOT_ALLOWED,
            format!("The network selected {which}, which is not on the operator's list."),
        )
        .at(reading.seen(command.first()))
        .cause(
            "The MME runs with another list",
            offer(reading).map_or_else(
                || "what the UE reported is not in the capture".to_owned(),
                |offer| format!("the UE reported {offer}"),
            ),
        )
        .done(),
    )
}

fn null_integrity(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    if command.algorithms.integrity != IntegrityAlgorithm::EIA0 {
        return None;
    }
    let begins = reading.initial().map(|(at, _)| reading.seen(at));
    if reading.is_emergency() {
        return Some(
            Draft::new(
                &code::NULL_INTEGRITY_EMERGENCY,
                "EIA0 was selected for an emergency attach.",
            )
            .at(reading.seen(command.first()))
            .frames(begins)
            .cause(
                "The UE cannot be authenticated, and is served for an emergency",
                "EPS attach type: EPS emergency attach",
            )
            .done(),
        );
    }
    // Whether a UE that comes back had attached for an emergency is in its attach alone.
    let attaches = reading.initial().is_some_and(|(at, _)| {
        matches!(
            reading.nas(at).view,
            View::Request {
                procedure: Procedure::Attach,
                ..
            }
        )
    });
    let seen_whole = begins.is_some() && attaches;
    let draft = Draft::new(
        &code::NULL_INTEGRITY,
        "EIA0 was selected: no message of this connection is protected.",
    )
    .at(reading.seen(command.first()))
    .frames(begins)
    .cause(
        "EIA0 is in the MME's list",
        if seen_whole {
            "the UE's request is no emergency attach"
        } else if begins.is_some() {
            "the UE did not attach in this attempt: it may have attached for an emergency before"
        } else {
            "the UE's request is not in the capture: it may have been an emergency attach"
        },
    );
    Some(
        if seen_whole {
            draft
        } else {
            draft.severity(Severity::Warning)
        }
        .done(),
    )
}

fn null_ciphering(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    if command.algorithms.ciphering != CipheringAlgorithm::EEA0 || reading.is_emergency() {
        return None;
    }
    let other = reported(reading).map(|(eea, _)| eea & NULL_ONLY);
    Some(
        Draft::new(
            &code::NULL_CIPHERING,
            "EEA0 was selected: NAS is readable by anybody.",
        )
        .at(reading.seen(command.first()))
        .cause(
            "EEA0 stands first in the MME's list",
            match other {
                Some(0) => "the UE reported no other ciphering algorithm".to_owned(),
                Some(eea) => format!("the UE reported {} as well", names(eea, "EEA")),
                None => "what the UE reported is not in the capture".to_owned(),
            },
        )
        .done(),
    )
}

/// Where the replay differs from the report, in words.
pub(super) fn replay_differs(reading: &Reading<'_>, command: &Command) -> Option<String> {
    let replayed = command.contents.as_ref()?;
    let (eea, eia) = reported(reading)?;
    let mut differences = Vec::new();
    if replayed.ciphering != eea {
        differences.push(format!(
            "reported {}, replayed {}",
            names(eea, "EEA"),
            names(replayed.ciphering, "EEA")
        ));
    }
    if replayed.integrity != eia {
        differences.push(format!(
            "reported {}, replayed {}",
            names(eia, "EIA"),
            names(replayed.integrity, "EIA")
        ));
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// The capabilities in words, as evidence.
pub(super) fn capability_evidence(reading: &Reading<'_>, command: &Command) -> String {
    let replayed = command.contents.as_ref().map_or_else(
        || "the replay cannot be read".to_owned(),
        |replayed| {
            format!(
                "replayed: {}; {}",
                names(replayed.ciphering, "EEA"),
                names(replayed.integrity, "EIA")
            )
        },
    );
    match offer(reading) {
        Some(offer) => format!("reported: {offer}; {replayed}"),
        None => format!("the report is not in the capture; {replayed}"),
    }
}

fn replayed_differently(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let difference = replay_differs(reading, command)?;
    let initial = reading.initial().map(|(at, _)| reading.seen(at));
    let (eea, eia) = reported(reading)?;
    let replayed = command.contents.as_ref()?;
    let fewer = replayed.ciphering & !eea == 0 && replayed.integrity & !eia == 0;
    let draft = Draft::new(
        &code::CAPABILITIES_REPLAYED_DIFFERENTLY,
        format!("The capabilities replayed in SECURITY MODE COMMAND are not those reported: {difference}."),
    )
    .at(reading.seen(command.first()))
    .frames(initial)
    .cause_if(
        fewer,
        "Bidding down: somebody between the tap and the MME takes algorithms away",
        "the replay has fewer algorithms than the report",
    )
    .cause(
        "The MME replays what it kept from an earlier attach, or got from another MME",
        if reading.trail.history.attempts > 0 {
            format!(
                "earlier in the capture: {} of this subscriber",
                attempts(reading.trail.history.attempts)
            )
        } else {
            "no earlier attempt of this subscriber is in the capture".to_owned()
        },
    );
    let accepted = command.complete.is_some();
    Some(
        draft
            .cause_if(
                accepted,
                "The UE does not compare",
                "it answered SECURITY MODE COMPLETE all the same",
            )
            .done(),
    )
}

/// A report that leaves nothing to choose.
fn reduced(reading: &Reading<'_>) -> Option<Finding> {
    let (eea, eia) = reported(reading)?;
    let (initial, _) = reading.initial()?;
    let nothing = match (eea & NULL_ONLY, eia & NULL_ONLY) {
        (0, 0) => "only null algorithms",
        (0, _) => "no ciphering algorithm but EEA0",
        (_, 0) => "no integrity algorithm but EIA0",
        _ => return None,
    };
    let refused = reading.commands.iter().any(|command| {
        command
            .reject
            .is_some_and(|(_, cause)| cause == super::security_mode::CAPABILITIES_MISMATCH)
    });
    let draft = Draft::new(
        &code::CAPABILITIES_SEEM_REDUCED,
        format!(
            "{} reports {nothing}; every LTE device has 128-EEA1, 128-EEA2, 128-EIA1 and 128-EIA2.",
            reading.nas(initial).name
        ),
    )
    .at(reading.seen(initial));
    Some(
        draft
            .cause_if(
                refused,
                "Bidding down: somebody changed the message on its way",
                "the UE itself found the replayed capabilities wrong (EMM cause #23)",
            )
            .cause_if(
                !refused,
                "Bidding down: somebody changed the message on its way",
                "the initial message is not proof against changes",
            )
            .cause_if(
                !refused,
                "A simulator or test device that has no others",
                offer(reading).unwrap_or_default(),
            )
            .done(),
    )
}
