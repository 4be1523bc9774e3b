//! What a capture could not show of an attempt: said, so that silence is not taken for proof.

use crate::outcome::{Verdict, timer_ns};
use crate::report::{Outcome, Technology, counted};
use crate::trail::{End, Tap, Trail, View};

/// What could not be seen.
pub(super) fn not_shown(trail: &Trail, verdict: &Verdict) -> Vec<String> {
    let mut list = Vec::new();
    if !trail.from_the_start && trail.tap != Tap::Core {
        list.push("the connection's beginning is not in this capture".to_owned());
    }
    if trail.end == End::CaptureEnds && may_go_on(trail, verdict.outcome) {
        let after = trail.now.since(trail.last.time).max(0) / 100_000_000;
        let (seconds, tenths) = (after / 10, after % 10);
        let what = trail.nas.last().map_or("last message", |sighting| sighting.name);
        list.push(format!("the capture ends {seconds}.{tenths} s after {what}"));
    }
    if !trail.both_directions {
        list.push("only one direction of the connection is in this capture".to_owned());
    }
    if trail.lossy {
        list.push("octets of the connection are missing from this capture".to_owned());
    }
    let ciphered = trail
        .nas
        .iter()
        .filter(|sighting| sighting.view == View::Ciphered)
        .count();
    if ciphered > 0 {
        let (are, them) = if ciphered == 1 {
            ("is", "it")
        } else {
            ("are", "them")
        };
        let messages = counted(ciphered as u64, "message");
        list.push(format!("{messages} {are} ciphered and no key opens {them}"));
    }
    let (application, home, silent) = match trail.technology {
        Technology::Eps | Technology::Ims => ("S1AP", "S6a", trail.s6a.is_empty()),
        Technology::Fgs => ("NGAP", "SBI", trail.sbi.is_empty()),
    };
    if silent && trail.tap == Tap::Ran {
        list.push(format!("no {home} of this subscriber is in this capture"));
    }
    match trail.tap {
        Tap::NasLog | Tap::Radio => {
            list.push(format!(
                "a trace of NAS alone shows neither {application} nor {home}"
            ));
        }
        Tap::Core => list.push("no NAS of this subscriber is in this capture".to_owned()),
        Tap::Ran => {}
    }
    if trail.dropped > 0 {
        let are = if trail.dropped == 1 { "is" } else { "are" };
        let messages = counted(trail.dropped, "more message");
        list.push(format!("{messages} {are} not listed"));
    }
    list
}

/// Whether something may lie behind the end of the capture: the attempt has no end, or the timer of its last message runs.
fn may_go_on(trail: &Trail, outcome: Outcome) -> bool {
    let waits = || {
        let last = trail.nas.last()?;
        Some(trail.now.since(last.seen.time) < timer_ns(last.view)?)
    };
    match outcome {
        Outcome::Success => false,
        Outcome::Incomplete => true,
        Outcome::Failure => waits().unwrap_or(false),
    }
}
