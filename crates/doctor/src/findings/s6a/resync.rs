//! Resynchronisation between USIM and HSS (TS 33.102 6.3.5, TS 29.272 5.2.3.1).

use super::refused::is_about_the_token;
use super::{challenges, failures, frames, remarks};
use crate::findings::Draft;
use crate::findings::catalogue;
use crate::report::{Finding, counted};
use crate::s6a::Exchange;
use crate::trail::Trail;
use quintet_capture::Seen;
use quintet_diameter::dict::command;

/// EMM cause "synch failure".
const SYNCH_FAILURE: u8 = 21;

/// Every rule of resynchronisation.
pub(super) fn rules(trail: &Trail) -> Vec<Finding> {
    let mut found = Vec::new();
    let tokens: Vec<_> = trail
        .s6a
        .iter()
        .filter(|e| e.resynchronization.is_some())
        .collect();
    for exchange in &tokens {
        found.extend(answered(trail, exchange));
        found.extend(altered(trail, exchange));
    }
    if tokens.len() > 1 {
        found.push(repeated(trail, &tokens));
    }
    found.extend(not_forwarded(trail));
    found
}

fn answered(trail: &Trail, exchange: &Exchange) -> Option<Finding> {
    let outcome = exchange.outcome?;
    if !outcome.is_success() {
        if !is_about_the_token(outcome) {
            return None;
        }
        let what = format!("The HSS refuses the resynchronisation: {outcome}.");
        let draft = Draft::new(&catalogue::RESYNC_REFUSED, what).frames(frames(exchange));
        return Some(
            draft
                .cause(
                    "MAC-S does not hold: K or OPc in the HSS is not the card's",
                    remarks(exchange),
                )
                .cause("The HSS cannot resynchronise", "the result does not say")
                .done(),
        );
    }
    let fresh = exchange.vectors.first()?;
    let old = earlier_rands(trail, exchange).any(|rand| rand == fresh.rand);
    if old {
        let draft = Draft::new(
            &catalogue::RESYNC_STALE_VECTOR,
            "The HSS answers AUTS with a vector that the USIM has seen.",
        );
        return Some(
            draft
                .frames(frames(exchange))
                .cause(
                    "The HSS ignores Re-Synchronization-Info",
                    "RAND of the new vector is an earlier one",
                )
                .done(),
        );
    }
    let draft = Draft::new(
        &catalogue::RESYNC_ANSWERED,
        "The MME passed AUTS on and got a fresh vector.",
    );
    Some(
        draft
            .frames(frames(exchange))
            .cause(
                "The USIM was ahead of the HSS",
                "its AUTS led to a vector with a new RAND",
            )
            .done(),
    )
}

/// RANDs known from before an exchange: of the AUTS itself, of earlier answers and challenges.
fn earlier_rands<'a>(trail: &'a Trail, exchange: &'a Exchange) -> impl Iterator<Item = [u8; 16]> + 'a {
    let asked = exchange.request.map(|seen| seen.time);
    let before = move |seen: Seen| asked.is_some_and(|asked| seen.time < asked);
    let answers = trail
        .s6a
        .iter()
        .filter(move |e| e.answer.is_some_and(before))
        .flat_map(|e| e.vectors.iter().map(|v| v.rand));
    let sent = challenges(trail).filter(move |(seen, ..)| before(*seen));
    exchange
        .resynchronization
        .map(|(rand, _)| rand)
        .into_iter()
        .chain(answers)
        .chain(sent.map(|(_, rand, _)| rand))
}

/// Compares Re-Synchronization-Info with the UE's last failure before it.
fn altered(trail: &Trail, exchange: &Exchange) -> Option<Finding> {
    let (rand, token) = exchange.resynchronization?;
    let asked = exchange.request?;
    let before = |seen: Seen| seen.time <= asked.time;
    let (failed, _, auts) = failures(trail)
        .filter(|(seen, cause, _)| before(*seen) && *cause == SYNCH_FAILURE)
        .last()?;
    let (challenged, sent, _) = challenges(trail)
        .filter(|(seen, ..)| seen.time <= failed.time)
        .last()?;
    let other_rand = rand != sent;
    let other_auts = auts.is_some_and(|auts| auts != token);
    if !other_rand && !other_auts {
        return None;
    }
    let draft = Draft::new(
        &catalogue::RESYNC_ALTERED,
        "The MME passes on other octets than challenge and failure held.",
    );
    Some(
        draft
            .at(challenged)
            .at(failed)
            .frames(frames(exchange))
            .cause_if(
                other_rand,
                "The MME puts in another RAND than that of the challenge",
                "RAND differs",
            )
            .cause_if(other_auts, "The MME garbles AUTS", "AUTS differs")
            .done(),
    )
}

fn repeated(trail: &Trail, tokens: &[&Exchange]) -> Finding {
    let what = format!("AUTS was passed to the HSS {} times.", tokens.len());
    let draft = Draft::new(&catalogue::RESYNC_LOOP, what).frames(tokens.iter().flat_map(|e| frames(e)));
    let same = tokens
        .windows(2)
        .any(|pair| pair[0].resynchronization == pair[1].resynchronization);
    let failed = failures(trail)
        .filter(|(_, cause, _)| *cause == SYNCH_FAILURE)
        .count();
    draft
        .cause_if(
            same,
            "The MME sends the same AUTS again",
            "two requests carry the same Re-Synchronization-Info",
        )
        .cause(
            "The HSS does not take SQN_MS over, or another HSS makes the next vector",
            format!(
                "the UE refused {} with cause #21 in this attempt",
                counted(failed as u64, "challenge")
            ),
        )
        .done()
}

/// The UE sent AUTS, and the next AIR has none.
fn not_forwarded(trail: &Trail) -> Option<Finding> {
    let (failed, ..) = failures(trail).find(|(_, cause, auts)| *cause == SYNCH_FAILURE && auts.is_some())?;
    let next = trail.s6a.iter().find(|e| {
        e.command == command::AUTHENTICATION_INFORMATION && e.request.is_some_and(|r| r.time > failed.time)
    })?;
    if next.resynchronization.is_some() {
        return None;
    }
    let draft = Draft::new(
        &catalogue::RESYNC_NOT_FORWARDED,
        "The MME asks for vectors after a synchronisation failure and keeps AUTS to itself.",
    );
    Some(
        draft
            .at(failed)
            .frames(frames(next))
            .cause(
                "The MME treats cause #21 as any other failure",
                "the AIR after it has no Re-Synchronization-Info",
            )
            .done(),
    )
}
