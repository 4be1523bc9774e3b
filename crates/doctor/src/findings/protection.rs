//! Protection once it is established, and messages that may not come where they came (TS 24.301 4.4.2.3, 4.4.4, 4.4.5, 9.3.1).

use super::Draft;
use super::catalogue as code;
use super::reading::{Reading, T3460_NS, span};
use crate::report::{Finding, MacVerdict, Severity, Technology};
use crate::trail::{Tap, View};
use quintet_crypto::Direction;
use quintet_procedure::{Header, Protection};

/// EMM causes that keep a UE away for long: it takes its USIM for invalid, or the network or area for forbidden.
const LASTING: [u8; 11] = [3, 6, 7, 8, 11, 12, 13, 14, 15, 31, 35];

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(no_continuation(reading));
    found.extend(plain_after(reading));
    found.extend(lasting_reject(reading));
    found.extend(malformed(reading));
    found
}

/// SECURITY MODE COMPLETE, and nothing protected behind it.
fn no_continuation(reading: &Reading<'_>) -> Option<Finding> {
    let command = reading.commands.last()?;
    let complete = command.complete?;
    // A service is continued by its bearers, a connected UE by whatever comes next.
    if reading.succeeded() {
        return None;
    }
    if reading.continuation(complete).is_some() || !command.after_complete.is_empty() {
        return None;
    }
    let frames = [reading.seen(command.first()), reading.seen(complete)];
    let reject = (complete + 1..reading.trail.nas.len())
        .find_map(|at| super::reject::cause(&reading.nas(at).view).map(|cause| (at, cause)));
    if reject.is_none() && reading.is_cut_short(complete, T3460_NS) {
        return Some(
            Draft::new(
                &code::CAPTURE_ENDS_MIDWAY,
                format!(
                    "The capture ends {} after SECURITY MODE COMPLETE: whether a protected message followed cannot be told.",
                    span(reading.watched_ns(complete))
                ),
            )
            .frames(frames)
            .cause("The capture was stopped too early", reading.ended(complete))
            .done(),
        );
    }
    let mut draft = Draft::new(
        &code::NO_PROTECTED_CONTINUATION,
        format!(
            "SECURITY MODE COMPLETE is there, and no protected message followed; {}.",
            reading.ended(complete)
        ),
    )
    .frames(frames);
    if let Some((at, cause)) = reject {
        draft = draft.at(reading.seen(at)).cause(
            "The network refused the UE instead, without protection",
            format!(
                "{} with EMM cause {} in {}",
                reading.nas(at).name,
                super::reject::cause_words(reading.trail.technology, cause),
                reading.frame(at)
            ),
        );
    }
    draft = match reading.nas(complete).mac {
        _ if reject.is_some() => draft,
        MacVerdict::Invalid => draft.cause(
            "The MME dropped SECURITY MODE COMPLETE: its MAC is wrong",
            "recomputed: it does not hold",
        ),
        MacVerdict::Valid => draft.cause(
            "The MME, or what is behind it, stopped: Update Location, session creation",
            "recomputed: the MAC of SECURITY MODE COMPLETE holds, so security is not what broke",
        ),
        MacVerdict::Unverifiable => draft
            .cause(
                "The MME, or what is behind it, stopped: Update Location, session creation",
                behind(reading),
            )
            .cause(
                "The MME dropped SECURITY MODE COMPLETE because its MAC does not hold there",
                "SECURITY MODE COMMAND was not repeated, as T3460 would have it",
            ),
    };
    if !reading.absence_is_proof() {
        draft = draft
            .severity(Severity::Warning)
            .cause("It is not in the capture", super::silence::why_missing(reading));
    }
    Some(draft.done())
}

/// What S6a shows behind SECURITY MODE COMPLETE.
fn behind(reading: &Reading<'_>) -> String {
    const UPDATE_LOCATION: u32 = 316;
    if reading.trail.technology == Technology::Fgs {
        return super::sbi::last_word(reading.trail);
    }
    if reading.trail.s6a.is_empty() {
        return "S6a is not in the capture".to_owned();
    }
    match reading
        .trail
        .s6a
        .iter()
        .rfind(|exchange| exchange.command == UPDATE_LOCATION)
    {
        None => "no UPDATE LOCATION REQUEST of this subscriber is in the capture".to_owned(),
        Some(exchange) => match exchange.answer {
            Some(answer) => format!("UPDATE LOCATION ANSWER is in frame {}", answer.frame),
            None => "UPDATE LOCATION REQUEST was not answered".to_owned(),
        },
    }
}

/// From which message on secure exchange is established: SECURITY MODE COMPLETE, or the network's first protected message
/// to a UE that offered its context.
fn secure_from(reading: &Reading<'_>) -> Option<usize> {
    let complete = reading.commands.iter().find_map(|command| {
        // One that the MME did not take establishes nothing.
        command.complete.filter(|_| command.after_complete.is_empty())
    });
    let taken = reading.trail.nas.iter().position(|sighting| {
        sighting.direction == Direction::Downlink
            && sighting.mac != MacVerdict::Invalid
            && matches!(
                sighting.protection,
                Protection::Protected {
                    header: Header::Integrity | Header::Ciphered,
                    ..
                }
            )
    });
    match (complete, taken) {
        (Some(complete), Some(taken)) => Some(complete.min(taken)),
        (complete, taken) => complete.or(taken),
    }
}

/// Plain messages on a secure connection.
fn plain_after(reading: &Reading<'_>) -> Vec<Finding> {
    let Some(secure) = secure_from(reading) else {
        return Vec::new();
    };
    let (rejects, others): (Vec<usize>, Vec<usize>) = (secure + 1..reading.trail.nas.len())
        .filter(|at| reading.nas(*at).protection == Protection::Plain && !reading.is_copy(*at))
        .partition(|at| {
            super::reject::cause(&reading.nas(*at).view).is_some()
                || reading.nas(*at).view == View::AuthenticationReject
        });
    let mut found = Vec::new();
    if let Some(first) = others.first() {
        let sighting = reading.nas(*first);
        let begins = sighting.view.initial().is_some();
        found.push(
            Draft::new(
                &code::PLAIN_AFTER_SECURITY,
                format!(
                    "{} came from the {} without protection, {} after secure exchange was established.",
                    sighting.name,
                    sender(sighting.direction),
                    span(sighting.seen.time.since(reading.seen(secure).time))
                ),
            )
            .clause(match sighting.direction {
                Direction::Uplink => code::PLAIN_AFTER_SECURITY.clause,
                Direction::Downlink => "TS 24.301 4.4.4.2",
            })
            .at(reading.seen(secure))
            .frames(reading.all_seen(&others))
            .cause_if(
                begins,
                "The sender lost its context and begins anew on the old connection",
                "it is an initial message",
            )
            .cause(
                "The message was put in by somebody else",
                answered(reading, *first),
            )
            .done(),
        );
    }
    if let Some(first) = rejects.first() {
        found.push(
            Draft::new(
                &code::UNPROTECTED_REJECT_AFTER_SECURITY,
                format!(
                    "{} came without protection although secure exchange was established in {}.",
                    reading.nas(*first).name,
                    reading.frame(secure)
                ),
            )
            .at(reading.seen(secure))
            .frames(reading.all_seen(&rejects))
            .cause(
                "The MME sends its rejects plain",
                match super::reject::cause(&reading.nas(*first).view) {
                    Some(cause) => format!(
                        "EMM cause {}",
                        super::reject::cause_words(reading.trail.technology, cause)
                    ),
                    None => "AUTHENTICATION REJECT".to_owned(),
                },
            )
            .cause("The reject is not the MME's", "nothing vouches for it")
            .done(),
        );
    }
    found
}

const fn sender(direction: Direction) -> &'static str {
    match direction {
        Direction::Uplink => "UE",
        Direction::Downlink => "network",
    }
}

/// What came of a plain message, as evidence.
fn answered(reading: &Reading<'_>, at: usize) -> String {
    let after =
        (at + 1..reading.trail.nas.len()).find(|next| reading.nas(*next).protection != Protection::Plain);
    match after {
        Some(next) => format!("protected messages go on behind it, in {}", reading.frame(next)),
        None => "no protected message follows it".to_owned(),
    }
}

/// A lasting reject that nothing vouches for, before security.
fn lasting_reject(reading: &Reading<'_>) -> Option<Finding> {
    let secure = secure_from(reading).unwrap_or(usize::MAX);
    let (at, cause) = (0..reading.trail.nas.len().min(secure)).find_map(|at| {
        let cause = super::reject::cause(&reading.nas(at).view)?;
        let plain = reading.nas(at).protection == Protection::Plain;
        (plain && LASTING.contains(&cause)).then_some((at, cause))
    })?;
    Some(
        Draft::new(
            &code::UNPROTECTED_LASTING_REJECT,
            format!(
                "{} with EMM cause {} came without protection, and keeps the UE away for long.",
                reading.nas(at).name,
                super::reject::cause_words(reading.trail.technology, cause)
            ),
        )
        .at(reading.seen(at))
        .cause(
            "The network refuses the subscriber",
            "a network may send this reject before security",
        )
        .cause("A false base station denies service", "it is not protected")
        .done(),
    )
}

/// Messages that do not decode.
fn malformed(reading: &Reading<'_>) -> Option<Finding> {
    let broken: Vec<usize> = (0..reading.trail.nas.len())
        .filter(|at| reading.nas(*at).malformed.is_some())
        .collect();
    let first = reading.nas(*broken.first()?);
    let why = first.malformed.clone().unwrap_or_default();
    Some(
        Draft::new(
            &code::MALFORMED_NAS,
            match broken.len() {
                1 => format!(
                    "{} from the {} does not decode.",
                    first.name,
                    sender(first.direction)
                ),
                n => format!(
                    "{n} NAS messages do not decode, the first from the {}.",
                    sender(first.direction)
                ),
            },
        )
        .frames(reading.all_seen(&broken))
        .cause("The sender encodes it wrongly, or it was damaged", why)
        .cause_if(
            first.protection != Protection::Plain,
            "It is ciphered, and no plain message was there to decode",
            "it has a security header",
        )
        .done(),
    )
}

/// What the transition table refuses, where no other finding names the frame. The first is told: what follows it is often
/// its consequence.
pub(super) fn offences(reading: &Reading<'_>, found: &[Finding]) -> Option<Finding> {
    let told: Vec<u64> = found
        .iter()
        .filter(|finding| finding.severity > Severity::Note)
        .flat_map(|finding| finding.frames.iter().copied())
        .collect();
    let offending: Vec<usize> = reading
        .onwards(0)
        .filter(|at| {
            let sighting = reading.nas(*at);
            sighting.offence.is_some() && !reading.is_copy(*at)
        })
        .collect();
    let first = reading.nas(*offending.first()?);
    let offence = first.offence?;
    if told.contains(&first.seen.frame) {
        return None;
    }
    let protection = ["TS 24.301 4.4", "TS 24.301 9.3.1"]
        .iter()
        .any(|clause| offence.violation.clause.starts_with(clause));
    // The connection was made secure by an attempt before this one.
    let plain = first.protection == Protection::Plain
        && offence
            .violation
            .expected
            .ends_with("secure exchange is established");
    let code = if plain {
        &code::PLAIN_AFTER_SECURITY
    } else if protection {
        &code::UNEXPECTED_PROTECTION
    } else {
        &code::NOT_ALLOWED_HERE
    };
    let draft = Draft::new(
        code,
        format!(
            "The {} sent {} where the procedure expects {}.",
            sender(offence.by),
            offence.violation.got,
            offence.violation.expected
        ),
    )
    .clause(offence.violation.clause)
    .frames(reading.all_seen(&offending))
    .cause(
        "The sender lost its state, or its stack takes liberties",
        match offending.len() {
            1 => format!("security header type {}", first.header),
            n => format!(
                "security header type {}; {} later messages do not fit either",
                first.header,
                n - 1
            ),
        },
    )
    .cause(
        "What came before is not in the capture, or belongs to another attempt",
        if reading.trail.from_the_start {
            "the connection is in the capture from its first message on"
        } else {
            "the connection's beginning is not in the capture"
        },
    );
    let doubtful = reading.trail.tap != Tap::Ran || !reading.trail.from_the_start;
    Some(
        if doubtful {
            draft.severity(Severity::Note)
        } else {
            draft
        }
        .done(),
    )
}
