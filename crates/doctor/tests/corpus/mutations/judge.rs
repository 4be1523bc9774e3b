//! What a spoilt capture may be said of, and what contradicts the part of it that is as it was.
//!
//! - Doubled frames alone change nothing at all.
//! - Unless bits are flipped or the end is missing, an attempt that no touched frame bears upon comes out exactly as before:
//!   outcome, ending, findings and their frames. A touched frame bears upon the attempts that go on while it passes, or within
//!   [`GAP_NS`] of it, and upon all others of their subscribers; one that is in no attempt bears upon all that follow, for it
//!   may have set up their association.
//! - Unless bits are flipped, what is left of attempts without a fault has no fault, but those that say that something is
//!   missing ([`MISSED_ON_NETWORKS`], [`MISSED_IN_LOGS`]).
//! - Where bits are flipped, an attempt that no touched frame bears upon has no new fault. It may be cut short: a flipped
//!   identity makes a message another connection's.

use super::Original;
use super::spoil::{Kind, Mutation};
use quintet_capture::Timestamp;
use quintet_doctor::report::{Attempt, Ending, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// How long a gap is waited for (`capture`, `GAP_NS`): what comes behind it on its association comes late.
const GAP_NS: i64 = 10_000_000_000;

/// Faults that are true of what is left when a message is missing and nothing shows that it is. Transports number what they
/// carry, so that there the doctor knows; but an attempt may end while its AIR or ULR still waits behind a gap.
const MISSED_ON_NETWORKS: &[&str] = &["vectors-unanswered", "location-unanswered"];

/// The same in logs, which number nothing: the answer is missing, or the step between two others.
const MISSED_IN_LOGS: &[&str] = &[
    "accept-unanswered",
    "authentication-unanswered",
    "continuation-failed",
    "identity-unanswered",
    "no-network-answer",
    "no-protected-continuation",
    "released-before-authentication",
    "smc-before-authentication-ended",
    "smc-never-started",
    "smc-unanswered",
    "smc-without-authentication",
];

/// The note that octets are missing; it stands at the next attempt on the association, however late that is.
const LOSSY: &str = "capture-lossy";

/// An attempt as people see it, but for its number.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    frames: BTreeSet<u64>,
    procedure: &'static str,
    outcome: Outcome,
    ending: Ending,
    broken_at: Option<&'static str>,
    cause: Option<String>,
    findings: Vec<(&'static str, Severity, Vec<u64>)>,
}

impl Told {
    fn of(attempt: &Attempt) -> Self {
        Self {
            frames: frames(attempt),
            procedure: attempt.procedure,
            outcome: attempt.outcome,
            ending: attempt.ending,
            broken_at: attempt.broken_at,
            cause: attempt.cause.clone(),
            findings: attempt
                .findings
                .iter()
                .filter(|finding| finding.code != LOSSY)
                .map(|finding| (finding.code, finding.severity, finding.frames.clone()))
                .collect(),
        }
    }
}

/// The frames of an attempt's messages.
fn frames(attempt: &Attempt) -> BTreeSet<u64> {
    attempt.messages.iter().map(|message| message.frame).collect()
}

fn faults(attempt: &Attempt) -> BTreeSet<&'static str> {
    attempt
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Fault)
        .map(|finding| finding.code)
        .collect()
}

/// What contradicts, in words.
pub(super) fn contradictions(original: &Original, after: &[Attempt], mutation: &Mutation) -> Vec<String> {
    match mutation.kind {
        Kind::Doubled => doubled(&original.attempts, after),
        // Of each attempt that had not ended, more might have come.
        Kind::Ended => blamed(original, after),
        // Between the two directions nothing but the file's order tells which message came first.
        Kind::Moved => elsewhere(original, after, mutation),
        Kind::Dropped | Kind::Cut => {
            let mut found = elsewhere(original, after, mutation);
            found.extend(blamed(original, after));
            found
        }
        Kind::Flipped | Kind::Everything => new_faults(original, after, mutation),
    }
}

/// What doubled frames change.
fn doubled(before: &[Attempt], after: &[Attempt]) -> Vec<String> {
    let tell = |attempts: &[Attempt]| attempts.iter().map(Told::of).collect::<BTreeSet<_>>();
    let (before, after) = (tell(before), tell(after));
    before
        .symmetric_difference(&after)
        .map(|told| {
            let which = if before.contains(told) { "before" } else { "after" };
            format!("doubled: only {which}: {told:?}")
        })
        .collect()
}

/// What changes although no touched frame bears upon it.
fn elsewhere(original: &Original, after: &[Attempt], mutation: &Mutation) -> Vec<String> {
    let after: BTreeSet<Told> = after.iter().map(Told::of).collect();
    let before = original.attempts.iter();
    before
        .filter(|attempt| !bears_upon(original, attempt, mutation))
        .map(Told::of)
        .filter(|told| !after.contains(told))
        .map(|told| {
            let instead: Vec<_> = after
                .iter()
                .filter(|other| !other.frames.is_disjoint(&told.frames))
                .collect();
            format!("{told:?} is now {instead:?}")
        })
        .collect()
}

/// Faults of what is left of attempts without.
fn blamed(original: &Original, after: &[Attempt]) -> Vec<String> {
    let before = &original.attempts;
    let healthy: BTreeSet<u64> = before
        .iter()
        .filter(|attempt| faults(attempt).is_empty())
        .flat_map(frames)
        .collect();
    let ill: BTreeSet<u64> = before
        .iter()
        .filter(|attempt| !faults(attempt).is_empty())
        .flat_map(frames)
        .collect();
    after
        .iter()
        .filter(|attempt| {
            let own = frames(attempt);
            own.is_subset(&healthy) && own.is_disjoint(&ill)
        })
        .filter_map(|attempt| {
            let links = &attempt.links;
            let numbered = !original.is_user_link
                && (links.enb_ue_s1ap_id.is_some()
                    || links.mme_ue_s1ap_id.is_some()
                    || !links.session_ids.is_empty());
            let missed = if numbered {
                MISSED_ON_NETWORKS
            } else {
                MISSED_IN_LOGS
            };
            let new: Vec<_> = faults(attempt)
                .into_iter()
                .filter(|code| !missed.contains(code))
                .collect();
            (!new.is_empty()).then(|| {
                format!(
                    "{new:?} in frames {:?}, which is {:?}",
                    frames(attempt),
                    attempt.ending
                )
            })
        })
        .collect()
}

/// New faults of attempts that no touched frame bears upon.
fn new_faults(original: &Original, after: &[Attempt], mutation: &Mutation) -> Vec<String> {
    let mut found = Vec::new();
    for attempt in &original.attempts {
        if bears_upon(original, attempt, mutation) {
            continue;
        }
        let own = frames(attempt);
        for same in after.iter().filter(|other| frames(other) == own) {
            let new: Vec<_> = faults(same).difference(&faults(attempt)).copied().collect();
            if !new.is_empty() {
                found.push(format!("{new:?} is new in frames {own:?}"));
            }
        }
    }
    found
}

/// Whether what is said of an attempt may change because of a touched frame.
fn bears_upon(original: &Original, attempt: &Attempt, mutation: &Mutation) -> bool {
    mutation.touched.iter().any(|(frame, time)| {
        let passes = |attempt: &Attempt| while_it_goes_on(&original.times, attempt, *frame, *time);
        // It may have set up the association.
        let sets_up = *frame < attempt.frames[0]
            && !original
                .attempts
                .iter()
                .any(|other| (other.frames[0]..=other.frames[1]).contains(frame));
        sets_up
            || passes(attempt)
            || original
                .attempts
                .iter()
                .any(|other| passes(other) && is_same_subscriber(attempt, other))
    })
}

/// Whether a frame passed between an attempt's first and last, or in a gap's time around.
fn while_it_goes_on(
    times: &BTreeMap<u64, Timestamp>,
    attempt: &Attempt,
    frame: u64,
    time: Timestamp,
) -> bool {
    let [first, last] = attempt.frames;
    let near = |end: u64| times.get(&end).is_none_or(|at| at.since(time).abs() <= GAP_NS);
    (first..=last).contains(&frame) || near(first) || near(last)
}

/// Whether two attempts are one subscriber's, as far as is known.
fn is_same_subscriber(one: &Attempt, other: &Attempt) -> bool {
    let known = |attempt: &Attempt| [attempt.subscriber.imsi.clone(), attempt.subscriber.guti.clone()];
    let (one, other) = (known(one), known(other));
    let nobody = |known: &[Option<String>; 2]| known.iter().all(Option::is_none);
    nobody(&one)
        || nobody(&other)
        || one
            .iter()
            .zip(&other)
            .any(|(one, other)| one.is_some() && one == other)
}
