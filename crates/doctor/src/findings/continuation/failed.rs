//! A failure behind a good security path: not a security fault, whatever it is.

use super::super::Draft;
use super::super::catalogue as code;
use super::super::connection::is_abnormal;
use super::super::esm;
use super::super::reading::Reading;
use super::super::reject::{cause, cause_words, esm_cause};
use crate::report::{Finding, Severity};
use crate::trail::{Carrier, End, Procedure, View};
use quintet_capture::Seen;
use quintet_crypto::Direction;
use quintet_nas::eps::EmmCause;

/// What failed.
struct Failure {
    seen: Seen,
    what: String,
    why: &'static str,
    evidence: String,
    /// Whether no other finding tells of it.
    untold: bool,
}

/// A failure behind SECURITY MODE COMPLETE.
pub(super) fn rule(reading: &Reading<'_>) -> Option<Finding> {
    let complete = reading
        .commands
        .iter()
        .filter(|command| command.after_complete.is_empty())
        .find_map(|command| command.complete)?;
    if reading.succeeded() {
        return None;
    }
    let failure = rejected(reading, complete)
        .or_else(|| set_up_failed(reading, complete))
        .or_else(|| refused_behind_cipher(reading, complete))
        .or_else(|| broken(reading, complete))?;
    let next = match reading.continuation(complete) {
        Some(at) => format!(
            "Security works: {} in {} is protected. Go on with the procedure that failed and its cause.",
            reading.nas(at).name,
            reading.frame(at)
        ),
        None => code::CONTINUATION_FAILED.next.to_owned(),
    };
    let draft = Draft::new(
        &code::CONTINUATION_FAILED,
        format!(
            "Security mode completed, and the procedure failed afterwards: {}. Not a security fault.",
            failure.what
        ),
    )
    .at(reading.seen(complete))
    .at(failure.seen)
    .cause(failure.why, failure.evidence)
    .next(next);
    let draft = if failure.untold {
        draft.severity(Severity::Fault)
    } else {
        draft
    };
    Some(draft.done())
}

/// A reject that can be read.
fn rejected(reading: &Reading<'_>, complete: usize) -> Option<Failure> {
    let (at, cause) = (complete + 1..reading.trail.nas.len())
        .find_map(|at| cause(&reading.nas(at).view).map(|cause| (at, cause)))?;
    Some(Failure {
        seen: reading.seen(at),
        what: format!(
            "{} with EMM cause {}",
            reading.nas(at).name,
            cause_words(reading.trail.technology, cause)
        ),
        why: "The network refuses the procedure itself: subscription, roaming, area, or session management",
        evidence: match esm_cause(reading, at) {
            Some(inner) => format!("ESM cause {}", esm::cause_words(inner)),
            None if cause == EmmCause::ESM_FAILURE.0 => "no ESM cause is beside it".to_owned(),
            None => format!("EMM cause {}", cause_words(reading.trail.technology, cause)),
        },
        untold: false,
    })
}

/// The eNB could not set the UE's context up.
fn set_up_failed(reading: &Reading<'_>, complete: usize) -> Option<Failure> {
    let signal = reading.signal_after(reading.seen(complete).frame, "INITIAL CONTEXT SETUP FAILURE")?;
    Some(Failure {
        seen: signal.seen,
        what: "INITIAL CONTEXT SETUP FAILURE".to_owned(),
        why: "The eNB could not set up the UE's context",
        evidence: signal
            .cause
            .clone()
            .unwrap_or_else(|| "no cause is in it".to_owned()),
        untold: false,
    })
}

/// An attach or initial registration whose last word is ciphered, and that ends without a context at the radio node: in all
/// likelihood a reject. (An accept of 5GS may come without that context, but its GUTI is answered.)
fn refused_behind_cipher(reading: &Reading<'_>, complete: usize) -> Option<Failure> {
    const SETUP: &str = "INITIAL CONTEXT SETUP REQUEST";
    let End::Released { seen, cause } = &reading.trail.end else {
        return None;
    };
    let last = (complete + 1..reading.trail.nas.len()).next_back()?;
    let sighting = reading.nas(last);
    let hidden = sighting.view == View::Ciphered && sighting.direction == Direction::Downlink;
    let set_up = reading.signal_after(0, SETUP).is_some()
        || reading
            .trail
            .nas
            .iter()
            .any(|sighting| sighting.carrier == Carrier::Ap(SETUP));
    let begins = matches!(
        reading.trail.procedure,
        Procedure::Attach | Procedure::Registration
    );
    if !begins || !hidden || set_up {
        return None;
    }
    Some(Failure {
        seen: *seen,
        what: format!(
            "the network's last message ({}) is ciphered, and the connection is released without bearers",
            reading.frame(last)
        ),
        why: "The last message is a reject, whose cause only keys can show",
        evidence: format!(
            "no {SETUP} is in the capture; release cause: {}",
            cause.as_deref().unwrap_or("none")
        ),
        untold: true,
    })
}

/// An abnormal release while the procedure ran.
fn broken(reading: &Reading<'_>, complete: usize) -> Option<Failure> {
    reading.continuation(complete)?;
    let End::Released {
        seen,
        cause: Some(cause),
    } = &reading.trail.end
    else {
        return None;
    };
    is_abnormal(cause).then(|| Failure {
        seen: *seen,
        what: "the connection was released".to_owned(),
        why: "The connection broke while the procedure ran",
        evidence: cause.clone(),
        untold: false,
    })
}
