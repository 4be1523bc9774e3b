//! Whether SECURITY MODE COMMAND comes, when, and whether it may (TS 24.301 5.4.3.2).

use super::super::catalogue as code;
use super::super::reading::{Command, Reading, SECOND, T3460_NS, attempts, span};
use super::super::{Draft, silence};
use crate::keys::KeyNote;
use crate::report::{Finding, Severity};
use quintet_crypto::{Direction, IntegrityAlgorithm};
use quintet_emm::path::Protection;

/// SECURITY MODE COMMAND usually follows in milliseconds; an EIR or HSS in between may take a second.
const LATE_NS: i64 = 2 * SECOND;

/// AUTHENTICATION RESPONSE, then no SECURITY MODE COMMAND.
pub(super) fn never_started(reading: &Reading<'_>) -> Option<Finding> {
    let challenge = reading.challenges.last()?;
    let response = challenge.response()?;
    let started = reading
        .commands
        .iter()
        .any(|command| command.last() > challenge.first());
    if started || challenge.rejected.is_some() {
        return None;
    }
    let reject = (response + 1..reading.trail.nas.len())
        .find_map(|at| super::super::reject::cause(&reading.nas(at).view).map(|cause| (at, cause)));
    if reject.is_none() && reading.is_cut_short(response, T3460_NS) {
        return Some(
            Draft::new(
                &code::CAPTURE_ENDS_MIDWAY,
                format!(
                    "The capture ends {} after AUTHENTICATION RESPONSE: whether SECURITY MODE COMMAND followed cannot be told.",
                    span(reading.watched_ns(response))
                ),
            )
            .at(reading.seen(response))
            .cause("The capture was stopped too early", reading.ended(response))
            .done(),
        );
    }
    let mut draft = Draft::new(
        &code::SMC_NEVER_STARTED,
        match reject {
            Some((at, _)) => format!(
                "The UE answered the challenge, and the network sent {} instead of SECURITY MODE COMMAND.",
                reading.nas(at).name
            ),
            None => format!(
                "The UE answered the challenge, and SECURITY MODE COMMAND never came; {}.",
                reading.ended(response)
            ),
        },
    )
    .frames([reading.seen(challenge.last()), reading.seen(response)]);
    if let Some((at, cause)) = reject {
        draft = draft.at(reading.seen(at)).cause(
            "The MME went into another branch: it refused the UE",
            format!(
                "{} with EMM cause {} in {}",
                reading.nas(at).name,
                super::super::reject::cause_words(reading.trail.technology, cause),
                reading.frame(at)
            ),
        );
    } else if let Some(next) = reading.next_in(response, Direction::Downlink) {
        draft = draft.at(reading.seen(next)).cause(
            "The MME went into another branch",
            format!(
                "its next message is {} in {}",
                reading.nas(next).name,
                reading.frame(next)
            ),
        );
    } else {
        draft = draft.cause(
            "The MME stopped behind the UE's answer: it failed, or found RES wrong and said nothing",
            format!("no downlink message follows; {}", reading.ended(response)),
        );
    }
    if reading.nas(response).notes.contains(&KeyNote::ResWrong) {
        draft = draft.cause(
            "RES is wrong",
            "recomputed with the key: the UE's RES is not XRES",
        );
    }
    if let Some(null_only) = no_common_algorithm(reading) {
        draft = draft.cause("UE and operator share no integrity algorithm", null_only);
    }
    if !reading.absence_is_proof() {
        draft = draft.severity(Severity::Warning).cause(
            "SECURITY MODE COMMAND was sent, and is not in the capture",
            silence::why_missing(reading),
        );
    }
    Some(draft.done())
}

/// Evidence that nothing could be chosen.
fn no_common_algorithm(reading: &Reading<'_>) -> Option<String> {
    let eia = *reading.trail.reported.as_ref()?.get(1)?;
    if eia & 0x7f == 0 {
        return Some("the UE reported no integrity algorithm but EIA0".to_owned());
    }
    let list = reading.case.integrity?;
    let shared = list
        .iter()
        .any(|algorithm| algorithm.0 < 8 && eia >> (7 - algorithm.0) & 1 == 1);
    (!shared).then(|| "no algorithm of the operator's list is among the UE's".to_owned())
}

/// It came, but late.
pub(super) fn delayed(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let first = command.first();
    let response = reading
        .challenges
        .iter()
        .rev()
        .filter_map(super::super::reading::Challenge::response)
        .find(|response| *response < first)?;
    // Other rounds of the ladder (identity, ESM information) in between explain themselves.
    if first != response + 1 {
        return None;
    }
    let waited = reading.seen(first).time.since(reading.seen(response).time);
    (waited > LATE_NS).then(|| {
        Draft::new(
            &code::SMC_DELAYED,
            format!(
                "SECURITY MODE COMMAND came {} after AUTHENTICATION RESPONSE.",
                span(waited)
            ),
        )
        .frames([reading.seen(response), reading.seen(first)])
        .cause(
            "The MME waited for something else",
            "no NAS message lies in between",
        )
        .done()
    })
}

/// Without an authentication before it, or while one was open.
pub(super) fn too_early(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let first = command.first();
    let emergency = command.algorithms.integrity == IntegrityAlgorithm::EIA0 && reading.is_emergency();
    if emergency || command.ksi.is_mapped() {
        return None;
    }
    let before = reading
        .challenges
        .iter()
        .rfind(|challenge| challenge.first() < first);
    let Some(challenge) = before else {
        return without_authentication(reading, command);
    };
    let answered = challenge.answer.filter(|(at, _)| *at < first);
    match answered {
        Some((at, super::super::reading::Answer::Failure(cause))) => Some(
            Draft::new(
                &code::SMC_BEFORE_AUTHENTICATION_ENDED,
                format!(
                    "SECURITY MODE COMMAND came although the UE had refused the challenge with EMM cause {}.",
                    super::super::reject::cause_words(reading.trail.technology, cause)
                ),
            )
            .frames([reading.seen(at), reading.seen(first)])
            .cause(
                "The MME takes another context into use",
                format!(
                    "KSI {} in SECURITY MODE COMMAND, {} in the challenge",
                    command.ksi.0, challenge.ksi.0
                ),
            )
            .cause("Two attempts are merged in this trace", merged_evidence(reading))
            .done(),
        ),
        Some(_) => None,
        None if !reading.absence_is_proof() => None,
        None => Some(
            Draft::new(
                &code::SMC_BEFORE_AUTHENTICATION_ENDED,
                "SECURITY MODE COMMAND came while the challenge was still unanswered.",
            )
            .frames([reading.seen(challenge.last()), reading.seen(first)])
            .cause(
                "The MME does not wait for the UE's answer, or runs two procedures at once",
                match challenge.answer {
                    Some((at, _)) => format!("the answer comes behind it, in {}", reading.frame(at)),
                    None => "no answer is in the capture".to_owned(),
                },
            )
            .cause("Two attempts are merged in this trace", merged_evidence(reading))
            .done(),
        ),
    }
}

fn merged_evidence(reading: &Reading<'_>) -> String {
    match reading.trail.history.attempts {
        0 => "the subscriber has no attempt before this one in the capture".to_owned(),
        n => format!(
            "the subscriber has {} before this one in the capture",
            attempts(n)
        ),
    }
}

fn without_authentication(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    if !reading.trail.from_the_start || !reading.absence_is_proof() {
        return None;
    }
    let (initial, named) = reading.initial()?;
    let protected = reading.nas(initial).protection != Protection::Plain;
    if initial > command.first() || (protected && named.names_a_key()) {
        return None;
    }
    Some(
        Draft::new(
            &code::SMC_WITHOUT_AUTHENTICATION,
            format!(
                "SECURITY MODE COMMAND takes key set {} into use; the UE offered none, and was not authenticated.",
                command.ksi.0
            ),
        )
        .frames([reading.seen(initial), reading.seen(command.first())])
        .cause(
            "The MME holds a context of this UE that the UE does not have",
            if named.names_a_key() {
                format!("the UE names key set {} without protecting its message with it", named.0)
            } else {
                format!("{} says that no key is available", reading.nas(initial).name)
            },
        )
        .done(),
    )
}
