//! Requests without an answer. A message that is not in the capture may have been sent all the same: the capture may end
//! inside the timer, lack a direction, or lack octets. What it could not show is said, and nothing more is claimed.

use super::Draft;
use super::catalogue::{self as code, Code};
use super::reading::{Reading, span, times};
use crate::report::{Finding, MacVerdict, Severity};
use crate::trail::{End, Tap};

/// A request that waits.
pub(super) struct Waiting<'a> {
    /// Its name.
    pub(super) request: &'a str,
    /// Indices of every time it was sent.
    pub(super) sent: &'a [usize],
    /// The timer that runs for it.
    pub(super) timer: &'static str,
    /// Its usual length, in nanoseconds.
    pub(super) timer_ns: i64,
    /// What it is if nothing answers it.
    pub(super) code: &'static Code,
}

/// The finding about a request without an answer; `more` adds the causes that are its own.
pub(super) fn unanswered(
    reading: &Reading<'_>,
    waiting: &Waiting<'_>,
    more: impl FnOnce(Draft) -> Draft,
) -> Option<Finding> {
    let sent = reading.spaced(waiting.sent);
    let (first, last) = (*sent.first()?, *sent.last()?);
    let frames = reading.all_seen(waiting.sent);
    // Its own repetitions tell how long the timer runs in this network.
    let timer_ns = match sent[..] {
        [.., before, last] => reading
            .seen(last)
            .time
            .since(reading.seen(before).time)
            .min(waiting.timer_ns),
        _ => waiting.timer_ns,
    };
    if reading.is_cut_short(last, timer_ns) && sent.len() == 1 {
        return Some(cut_short(reading, waiting, first).frames(frames).done());
    }
    let what = if sent.len() > 1 {
        format!(
            "{} was sent {} within {} and never answered; {}.",
            waiting.request,
            times(sent.len()),
            span(reading.seen(last).time.since(reading.seen(first).time)),
            reading.ended(last)
        )
    } else {
        format!("{} was not answered; {}.", waiting.request, reading.ended(last))
    };
    let mut draft = Draft::new(waiting.code, what).frames(frames);
    if let End::Released { seen, .. } = &reading.trail.end {
        draft = draft.at(*seen);
    }
    if reading.is_cut_short(last, timer_ns) {
        draft = draft.severity(Severity::Warning).cause(
            "The answer comes behind the end of the capture",
            format!("{}, while {} runs once more", reading.ended(last), waiting.timer),
        );
    }
    if !reading.absence_is_proof() {
        draft = draft.severity(Severity::Warning).cause(
            "The answer was sent, and is not in the capture",
            why_missing(reading),
        );
    }
    if let Some(wrong) = sent
        .iter()
        .find(|at| reading.nas(**at).mac == MacVerdict::Invalid)
    {
        draft = draft.cause(
            "The receiver drops it: its MAC does not hold",
            format!("recomputed for the message in {}", reading.frame(*wrong)),
        );
    }
    if let Some(signal) = reading.radio_lost() {
        // Who loses the UE before the timer can run out has not been denied an answer.
        if signal.seen.time.since(reading.seen(last).time) < timer_ns {
            draft = draft.severity(Severity::Warning);
        }
        draft = draft.at(signal.seen).cause(
            "The radio link to the UE failed",
            format!(
                "{} in frame {} ({})",
                signal.name,
                signal.seen.frame,
                signal.cause.as_deref().unwrap_or_default()
            ),
        );
    }
    Some(undelivered(reading, more(draft), &sent, first).done())
}

/// That the capture ends before anything can be told.
fn cut_short(reading: &Reading<'_>, waiting: &Waiting<'_>, sent: usize) -> Draft {
    let what = format!(
        "The capture ends {} after {}, while {} ({} s) still runs: whether it was answered cannot be told.",
        span(reading.watched_ns(sent)),
        waiting.request,
        waiting.timer,
        waiting.timer_ns / super::reading::SECOND
    );
    Draft::new(&code::CAPTURE_ENDS_MIDWAY, what)
        .cause("The capture was stopped too early", reading.ended(sent))
}

/// The causes between eNB and UE.
fn undelivered(reading: &Reading<'_>, draft: Draft, sent: &[usize], first: usize) -> Draft {
    if let Some(signal) = reading.signal_after(reading.seen(first).frame, "NAS NON DELIVERY INDICATION") {
        return draft.at(signal.seen).cause(
            "The eNB could not deliver it",
            format!("NAS NON DELIVERY INDICATION in frame {}", signal.seen.frame),
        );
    }
    if reading.trail.tap != Tap::Ran || reading.radio_lost().is_some() {
        return draft;
    }
    draft.cause(
        "The message, or its answer, was lost between eNB and UE",
        match sent.len() {
            1 => "the tap is at the MME's side of the eNB".to_owned(),
            n => format!(
                "all {n} sendings passed the tap, and the eNB reported neither a lost link nor a message it could not deliver"
            ),
        },
    )
}

/// Why a message may not be in the capture.
pub(super) fn why_missing(reading: &Reading<'_>) -> &'static str {
    if !reading.trail.both_directions {
        "only one direction of the association is in the capture"
    } else if reading.trail.lossy {
        "octets of the association are missing from the capture"
    } else {
        match reading.trail.tap {
            Tap::Radio => "the capture is a radio trace: what was not decoded is not there",
            Tap::NasLog => "the capture is a log of NAS messages: what was not logged is not there",
            Tap::Ran | Tap::Core => "the capture may lack it",
        }
    }
}
