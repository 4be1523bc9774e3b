//! What the challenges themselves show: their KSI, RAND and AMF, and how often they were sent (TS 24.301 5.4.2.2).

use super::Draft;
use super::catalogue as code;
use super::reading::{Challenge, Reading, span, times};
use crate::report::{Finding, Severity};
use crate::trail::View;
use quintet_procedure::Protection;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(ksi_in_use(reading));
    found.extend(not_separated(reading));
    found.extend(several(reading));
    for (at, challenge) in reading.challenges.iter().enumerate() {
        found.extend(repeated(reading, challenge));
        found.extend(reused(reading, at, challenge));
    }
    found
}

/// A challenge under the KSI that the UE named in its initial message.
fn ksi_in_use(reading: &Reading<'_>) -> Option<Finding> {
    let (initial, named) = reading.initial()?;
    if !named.names_a_key() || named.is_mapped() {
        return None;
    }
    let challenge = reading
        .challenges
        .iter()
        .find(|challenge| challenge.first() > initial && challenge.ksi == named)?;
    // In between another context may have been taken into use; then the name is free again.
    let renewed = reading.commands.iter().any(|command| {
        command
            .complete
            .is_some_and(|complete| complete < challenge.first())
    });
    if renewed {
        return None;
    }
    let draft = Draft::new(
        &code::KSI_IN_USE,
        format!(
            "{} names key set {}, and the challenge gives the same name to the keys that it makes.",
            reading.nas(initial).name,
            named.0
        ),
    )
    .frames([reading.seen(initial), reading.seen(challenge.first())])
    .cause(
        "The MME numbers its key sets without looking at the one in the initial message",
        format!("KSI {} in both frames", named.0),
    );
    // A key set that protects nothing yet is only a name.
    let unused = reading.nas(initial).protection == Protection::Plain;
    Some(
        if unused {
            draft.severity(Severity::Note)
        } else {
            draft
        }
        .done(),
    )
}

/// AMF without the separation bit, where nobody complained (the complaint is `non-eps-authentication-unacceptable`).
fn not_separated(reading: &Reading<'_>) -> Option<Finding> {
    let (challenge, amf) = reading.challenges.iter().find_map(|challenge| {
        let (_, autn) = challenge.rand_autn?;
        (autn[6] & 0x80 == 0).then_some((challenge, [autn[6], autn[7]]))
    })?;
    if challenge
        .failure(super::authentication::NON_EPS_AUTHENTICATION_UNACCEPTABLE)
        .is_some()
    {
        return None;
    }
    Some(
        Draft::new(
            &code::AUTHENTICATION_NOT_SEPARATED,
            format!(
                "AMF in AUTN is {:02x}{:02x}: its separation bit is not set, as it must be in a vector for E-UTRAN.",
                amf[0], amf[1]
            ),
        )
        .at(reading.seen(challenge.first()))
        .cause(
            "AMF in the subscriber's record is not 8000 (or another value with the first bit set)",
            if challenge.response().is_some() {
                "the UE answered all the same: it does not check the bit"
            } else {
                "the UE did not answer AUTHENTICATION RESPONSE to it"
            },
        )
        .done(),
    )
}

/// The same challenge again: T3460 ran out (TS 24.301 5.4.2.7 b), or the MME did not take the answer.
fn repeated(reading: &Reading<'_>, challenge: &Challenge) -> Option<Finding> {
    let (first, last) = (challenge.first(), challenge.last());
    let (answer, _) = challenge.answer?;
    let sent = reading.spaced(&challenge.sent);
    if sent.len() < 2 {
        return None;
    }
    let behind_the_answer = sent.iter().filter(|at| **at > answer).count();
    let mut draft = Draft::new(
        &code::CHALLENGE_REPEATED,
        format!(
            "AUTHENTICATION REQUEST was sent {} within {}.",
            times(sent.len()),
            span(reading.seen(last).time.since(reading.seen(first).time))
        ),
    )
    .frames(reading.all_seen(&challenge.sent))
    .at(reading.seen(answer));
    draft = if behind_the_answer > 0 {
        draft.cause(
            "The MME did not take the UE's answer",
            format!(
                "it asked {} more after the answer in {}",
                times(behind_the_answer),
                reading.frame(answer)
            ),
        )
    } else {
        draft.cause(
            "The answer took longer than the MME's T3460",
            format!(
                "the answer came {} after the first request",
                span(reading.seen(answer).time.since(reading.seen(first).time))
            ),
        )
    };
    Some(draft.done())
}

/// Several challenges with a RAND of their own.
fn several(reading: &Reading<'_>) -> Option<Finding> {
    let mut rands: Vec<_> = reading
        .challenges
        .iter()
        .filter_map(|challenge| challenge.rand_autn.map(|(rand, _)| rand))
        .collect();
    rands.sort_unstable();
    rands.dedup();
    if rands.len() < 2 {
        return None;
    }
    let refused = reading
        .challenges
        .iter()
        .filter(|challenge| challenge.answer.is_some() && challenge.response().is_none())
        .count();
    let open = reading
        .challenges
        .iter()
        .filter(|challenge| challenge.answer.is_none())
        .count();
    Some(
        Draft::new(
            &code::SEVERAL_CHALLENGES,
            format!("{} different challenges were sent in this attempt.", rands.len()),
        )
        .frames(
            reading
                .challenges
                .iter()
                .map(|challenge| reading.seen(challenge.first())),
        )
        .cause_if(
            refused > 0,
            "The UE refused some, and the network tried with another vector",
            format!("{refused} answered with AUTHENTICATION FAILURE"),
        )
        .cause_if(
            open > 0,
            "The MME drew a new vector instead of repeating the challenge, or two attempts are merged",
            format!("{open} without an answer"),
        )
        .cause_if(
            refused == 0 && open == 0,
            "The network authenticated a connected UE anew",
            "every challenge was answered with AUTHENTICATION RESPONSE",
        )
        .done(),
    )
}

/// A RAND that was answered comes once more, as a challenge of its own.
fn reused(reading: &Reading<'_>, index: usize, challenge: &Challenge) -> Option<Finding> {
    let (rand, _) = challenge.rand_autn?;
    let before =
        reading.challenges.get(..index)?.iter().find(|before| {
            before.answer.is_some() && before.rand_autn.is_some_and(|(other, _)| other == rand)
        })?;
    if before.rand_autn != challenge.rand_autn {
        return Some(
            Draft::new(
                &code::CHALLENGE_REUSED,
                format!(
                    "A challenge carries the RAND of {} with another AUTN.",
                    reading.frame(before.first())
                ),
            )
            .severity(Severity::Warning)
            .frames([reading.seen(before.first()), reading.seen(challenge.first())])
            .cause(
                "The HSS makes the next vector with the RAND of the last one",
                if before.failure(super::authentication::SYNCH_FAILURE).is_some() {
                    "it follows a resynchronisation: RAND of Re-Synchronization-Info is used again"
                } else {
                    "SQN went on, RAND did not"
                },
            )
            .next("Have the HSS draw a RAND for each vector: the same RAND makes the same CK, IK and RES.")
            .done(),
        );
    }
    let plain = matches!(reading.nas(challenge.first()).protection, Protection::Plain);
    let synch = challenge.failure(super::authentication::SYNCH_FAILURE).is_some();
    let draft = Draft::new(
        &code::CHALLENGE_REUSED,
        format!(
            "A challenge carries the RAND of {}, which had been answered with {}.",
            reading.frame(before.first()),
            before.answer.map_or("nothing", |(at, _)| reading.nas(at).name)
        ),
    )
    .frames([reading.seen(before.first()), reading.seen(challenge.first())])
    .cause(
        "The MME uses a vector twice",
        format!(
            "KSI {} before, KSI {} now{}",
            before.ksi.0,
            challenge.ksi.0,
            if synch {
                "; the UE answered #21, as it must"
            } else {
                ""
            }
        ),
    )
    .cause_if(
        plain
            && reading
                .trail
                .nas
                .iter()
                .any(|s| s.view == View::SecurityModeComplete),
        "Somebody plays a recorded challenge to the UE",
        "it comes without protection",
    );
    let draft = if challenge.response().is_some() {
        draft.severity(Severity::Warning)
    } else {
        draft
    };
    Some(draft.done())
}
