//! How SECURITY MODE COMMAND is answered: refused, not at all, late, or in vain (TS 24.301 5.4.3.3 to 5.4.3.7).

use super::super::catalogue as code;
use super::super::reading::{Command, NO_TIMER_NS, Reading, SECOND, T3460_NS, span, times};
use super::super::{Draft, silence};
use super::CAPABILITIES_MISMATCH;
use crate::report::{Finding, MacVerdict, Severity, Technology};
use crate::trail::View;
use quintet_crypto::IntegrityAlgorithm;
use quintet_procedure::Protection;

/// SECURITY MODE REJECT (TS 24.301 5.4.3.5).
pub(super) fn rejected(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let (reject, cause) = command.reject?;
    let sent = reading.nas(command.last());
    let mismatch = cause == CAPABILITIES_MISMATCH;
    let code = if mismatch {
        &code::SMC_REJECTED_CAPABILITIES
    } else {
        &code::SMC_REJECTED
    };
    let mut draft = Draft::new(
        code,
        format!(
            "The UE refused SECURITY MODE COMMAND ({}, {}, KSI {}) with EMM cause {}.",
            command.algorithms.integrity,
            command.algorithms.ciphering,
            command.ksi.0,
            super::super::reject::cause_words(reading.trail.technology, cause)
        ),
    )
    .frames([sent.seen, reading.seen(reject)]);
    if mismatch {
        let same = super::super::algorithms::replay_differs(reading, command).is_none();
        draft = if same {
            draft.cause(
                "The UE's capabilities were changed between UE and tap, on their way to the network",
                "what the network received and what it replayed are the same here",
            )
        } else {
            draft.cause(
                "The MME replays other capabilities than it received",
                "replayed and reported capabilities differ in this capture",
            )
        };
        draft = draft.cause(
            "The MME replays capabilities that it kept from before, or that another MME gave it",
            super::super::algorithms::capability_evidence(reading, command),
        );
    } else {
        draft = match sent.mac {
            MacVerdict::Valid if reading.trail.technology == Technology::Fgs => draft.cause(
                "ABBA, or the command, was changed between tap and UE: the UE derived another KAMF",
                "recomputed: its MAC holds under the KAMF that the ABBA in the challenge gives",
            ),
            MacVerdict::Valid => draft.cause(
                "SECURITY MODE COMMAND was changed between tap and UE, or the UE holds another KASME",
                "recomputed: its MAC holds under the network's KASME",
            ),
            MacVerdict::Invalid => draft.cause(
                "The MAC of SECURITY MODE COMMAND is wrong",
                "recomputed: it does not hold under the KASME of this authentication",
            ),
            MacVerdict::Unverifiable => draft.cause(
                "The MAC does not hold at the UE: another KASME (serving network, KSI), algorithm or COUNT than the network's",
                format!("sequence number {}; no key to recompute it", sequence(sent.sequence)),
            ),
        };
        draft = draft.cause_if(
            command.algorithms.integrity == IntegrityAlgorithm::EIA0,
            "The UE does not accept EIA0 outside an emergency",
            "EIA0 is selected",
        );
    }
    Some(draft.done())
}

fn sequence(number: Option<u8>) -> String {
    number.map_or_else(|| "unknown".to_owned(), |number| number.to_string())
}

/// SECURITY MODE COMMAND without an answer (TS 24.301 5.4.3.7 b).
pub(super) fn unanswered(reading: &Reading<'_>, index: usize, command: &Command) -> Option<Finding> {
    let superseded = reading.commands.len() > index + 1;
    if command.complete.is_some() || command.reject.is_some() || superseded {
        return None;
    }
    // Its answer is not in the capture, but what only follows an answer is.
    if reading.onwards(command.last() + 1).any(|at| {
        reading.nas(at).protection != Protection::Plain
            && !matches!(reading.nas(at).view, View::SecurityModeCommand { .. })
    }) {
        return None;
    }
    let reject = (command.last() + 1..reading.trail.nas.len())
        .find_map(|at| super::super::reject::cause(&reading.nas(at).view).map(|cause| (at, cause)));
    let waiting = silence::Waiting {
        request: "SECURITY MODE COMMAND",
        sent: &command.sent,
        timer: "T3460",
        timer_ns: T3460_NS,
        code: &code::SMC_UNANSWERED,
    };
    silence::unanswered(reading, &waiting, |draft| {
        let sent = reading.nas(command.last());
        let draft = match sent.mac {
            // Told of every request that waits.
            MacVerdict::Invalid => draft,
            MacVerdict::Valid => draft.cause(
                "The UE holds another KASME, and drops the command",
                "the MAC holds under the network's KASME; a UE should answer #24 all the same",
            ),
            MacVerdict::Unverifiable => draft.cause(
                "The UE cannot check the command (KASME, algorithm), and is silent instead of answering #24",
                format!(
                    "{}, {} selected",
                    command.algorithms.integrity, command.algorithms.ciphering
                ),
            ),
        };
        match reject {
            Some((at, cause)) => draft.at(reading.seen(at)).cause(
                "The network gave the procedure up by itself",
                format!(
                    "{} with EMM cause {} in {}",
                    reading.nas(at).name,
                    super::super::reject::cause_words(reading.trail.technology, cause),
                    reading.frame(at)
                ),
            ),
            None => draft,
        }
    })
}

/// T3460 ran out, and then it was answered.
pub(super) fn repeated(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let answer = command.complete.or(command.reject.map(|(at, _)| at))?;
    let before: Vec<usize> = command.sent.iter().copied().filter(|at| *at < answer).collect();
    let before = reading.spaced(&before);
    let (first, _) = (before.first()?, before.get(1)?);
    Some(
        Draft::new(
            &code::SMC_REPEATED,
            format!(
                "SECURITY MODE COMMAND was sent {} before it was answered.",
                times(before.len())
            ),
        )
        .frames(reading.all_seen(&before))
        .at(reading.seen(answer))
        .cause(
            "The answer took longer than the MME's T3460",
            format!(
                "it came {} after the first command",
                span(reading.seen(answer).time.since(reading.seen(*first).time))
            ),
        )
        .done(),
    )
}

/// Sent again although it was answered.
pub(super) fn not_accepted(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let complete = command.complete?;
    let again = *command.after_complete.first()?;
    let answer = reading.nas(complete);
    let soon = reading.seen(again).time.since(answer.seen.time);
    let went_on = reading.continuation(complete);
    // No timer sends again so soon, and no MME goes on that never took an answer.
    let doubtful = soon < NO_TIMER_NS || went_on.is_some();
    let mut draft = Draft::new(
        &code::SMC_COMPLETE_NOT_ACCEPTED,
        format!(
            "SECURITY MODE COMMAND was repeated {} although SECURITY MODE COMPLETE had answered it{}",
            times(command.after_complete.len()),
            match went_on {
                Some(at) => format!(
                    "; protected messages follow all the same, in {}.",
                    reading.frame(at)
                ),
                None if doubtful => ".".to_owned(),
                None => ": the MME discarded the answer.".to_owned(),
            }
        ),
    )
    .severity(if doubtful {
        Severity::Warning
    } else {
        code::SMC_COMPLETE_NOT_ACCEPTED.severity
    })
    .cause_if(
        soon < SECOND,
        "The repetition crossed the answer",
        format!("it was sent {} behind the answer", span(soon)),
    )
    .frames([reading.seen(command.first()), answer.seen])
    .frames(reading.all_seen(&command.after_complete));
    draft = match answer.mac {
        MacVerdict::Invalid => draft.cause(
            "The MAC of SECURITY MODE COMPLETE is wrong",
            "recomputed: it does not hold",
        ),
        MacVerdict::Valid => draft.cause(
            "The MME checks SECURITY MODE COMPLETE wrongly, or never got it",
            "recomputed: its MAC holds",
        ),
        MacVerdict::Unverifiable => draft.cause(
            "The MAC of SECURITY MODE COMPLETE does not hold at the MME",
            "no key to recompute it",
        ),
    };
    Some(
        draft
            .cause_if(
                answer.header.0 != 4,
                "The MME does not take SECURITY MODE COMPLETE under this header",
                format!("security header type {}", answer.header),
            )
            .done(),
    )
}
