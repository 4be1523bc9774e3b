//! AUTHENTICATION FAILURE with #21, and what came of it: resynchronised, once more, or nothing (TS 24.301 5.4.2.7 e).

use super::super::Draft;
use super::super::catalogue as code;
use super::super::reading::{Challenge, Reading, T3460_NS, times};
use super::{SYNCH_FAILURE, s6a_evidence};
use crate::keys::KeyNote;
use crate::report::{Finding, Severity, counted};

/// AUTHENTICATION FAILURE with #21 and what came of it (TS 24.301 5.4.2.7 e).
pub(super) fn rule(reading: &Reading<'_>) -> Option<Finding> {
    let failures: Vec<usize> = reading
        .challenges
        .iter()
        .filter_map(|challenge| challenge.failure(SYNCH_FAILURE))
        .collect();
    let (first, last) = (*failures.first()?, *failures.last()?);
    let last_round = reading
        .challenges
        .iter()
        .position(|challenge| challenge.failure(SYNCH_FAILURE) == Some(last))?;
    let after = reading.challenges.get(last_round + 1..).unwrap_or_default();
    let frames = reading.all_seen(&failures);
    if let Some(good) = after.iter().find_map(Challenge::response) {
        return Some(
            Draft::new(
                &code::AUTHENTICATION_RESYNCHRONISED,
                format!(
                    "The USIM had accepted this SQN or a later one ({} {}); the challenge after resynchronisation was accepted.",
                    super::by_what(reading, first, SYNCH_FAILURE),
                    times(failures.len())
                ),
            )
            .severity(if failures.len() > 1 { Severity::Warning } else { Severity::Note })
            .frames(frames)
            .at(reading.seen(good))
            .cause("The HSS's SQN fell behind the card's", distance(reading, first))
            .done(),
        );
    }
    if failures.len() > 1 || (last_round > 0 && resynchronised_before(reading)) {
        return Some(
            Draft::new(
                &code::AUTHENTICATION_SYNC_LOOP,
                format!(
                    "The UE answered {} with {}: resynchronisation does not take.",
                    counted(failures.len() as u64, "challenge"),
                    super::by_what(reading, first, SYNCH_FAILURE)
                ),
            )
            .frames(frames)
            .cause(
                "The HSS does not take SQN_MS out of AUTS, or refuses AUTS",
                distance(reading, last),
            )
            .cause(
                "The MME went on with vectors that it had from before the resynchronisation",
                s6a_evidence(reading),
            )
            .cause(
                "The card's SQN is damaged, or ahead of any SQN that the HSS may issue",
                "a card that is never in step answers so to every challenge",
            )
            .done(),
        );
    }
    sync_failure(reading, last, after)
}

/// #21 that nothing followed.
fn sync_failure(reading: &Reading<'_>, failure: usize, after: &[Challenge]) -> Option<Finding> {
    if let Some(next) = after.first() {
        return Some(challenged_again(reading, failure, next));
    }
    let waits = reading.is_cut_short(failure, T3460_NS);
    let by_what = super::by_what(reading, failure, SYNCH_FAILURE);
    let draft = Draft::new(
        &code::AUTHENTICATION_SYNC_FAILURE,
        if waits {
            format!(
                "The UE answered the challenge with {by_what}; {}, before a new challenge could come.",
                reading.ended(failure)
            )
        } else {
            format!("The UE answered the challenge with {by_what}, and no other challenge followed.")
        },
    )
    .at(reading.seen(failure))
    .cause("The HSS's SQN is behind the card's", distance(reading, failure))
    .cause("The network does not resynchronise", s6a_evidence(reading));
    let draft = if waits {
        draft.severity(Severity::Warning)
    } else {
        draft
    };
    Some(draft.done())
}

/// #21, then another challenge: what became of that one is what broke, and is told by itself.
fn challenged_again(reading: &Reading<'_>, failure: usize, next: &Challenge) -> Finding {
    let answer = next
        .answer
        .map_or("was not answered", |_| "was refused for another reason");
    Draft::new(
        &code::AUTHENTICATION_SYNC_FAILURE,
        format!(
            "The UE answered the challenge with {}; the challenge that followed {answer}.",
            super::by_what(reading, failure, SYNCH_FAILURE)
        ),
    )
    .severity(Severity::Warning)
    .frames([reading.seen(failure), reading.seen(next.first())])
    .cause("The HSS's SQN is behind the card's", distance(reading, failure))
    .next("Look at the later challenge first: it is the one that broke the attempt.")
    .done()
}

/// Whether AUTS went to the HSS in this attempt.
fn resynchronised_before(reading: &Reading<'_>) -> bool {
    let of_sbi = reading
        .trail
        .sbi
        .iter()
        .any(|exchange| exchange.resynchronization);
    of_sbi
        || reading
            .trail
            .s6a
            .iter()
            .any(|exchange| exchange.resynchronization.is_some())
}

/// How far the card is ahead, if a key told.
fn distance(reading: &Reading<'_>, failure: usize) -> String {
    reading
        .nas(failure)
        .notes
        .iter()
        .find_map(|note| match note {
            KeyNote::AutsValid { ahead: 0, .. } => Some(
                "AUTS holds: SQN_MS is the challenge's own SQN, which the card has seen before".to_owned(),
            ),
            KeyNote::AutsValid { ahead, .. } if *ahead > 0 => Some(format!(
                "AUTS holds: the card is {ahead} ahead of the challenge's SQN"
            )),
            KeyNote::AutsValid { ahead, .. } => Some(format!(
                "AUTS holds: the card is {} behind the challenge's SQN, which it takes for too far ahead",
                ahead.unsigned_abs()
            )),
            KeyNote::AutsInvalid => Some("AUTS does not hold under the subscriber's key".to_owned()),
            _ => None,
        })
        .unwrap_or_else(|| "the UE sent AUTS; without keys the distance cannot be told".to_owned())
}
