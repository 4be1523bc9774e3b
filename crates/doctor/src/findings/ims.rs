//! The rules of IMS: from a registration's trail to findings. Each file is one stretch of the way from SM1 to SM12, each rule
//! a function of the [`Case`] alone.
//!
//! Without keys only what can be seen is claimed: that a response was refused, not that RES is wrong.

mod agreement;
mod answer;
mod challenge;
mod cx;
mod ending;
mod esp;
mod order;
#[cfg(test)]
mod tests;

use super::{MAX_FINDINGS, catalogue};
use crate::ims::{Trail, Verdict};
use crate::report::{Finding, Outcome, Severity};

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
struct Case<'a> {
    trail: &'a Trail,
    verdict: &'a Verdict,
}

/// The rules along the way.
const RULES: [fn(Case<'_>) -> Vec<Finding>; 5] = [
    agreement::rules,
    challenge::rules,
    answer::rules,
    esp::rules,
    cx::rules,
];

/// Everything that is to be said of a registration: gravest first, then in the order of frames.
pub(crate) fn of(trail: &Trail, verdict: &Verdict) -> Vec<Finding> {
    let case = Case { trail, verdict };
    let mut found: Vec<Finding> = RULES.iter().flat_map(|rules| rules(case)).collect();
    let ends = ending::rules(case, &found);
    found.extend(ends);
    let disorder = order::rules(case, &found);
    found.extend(disorder);
    if verdict.outcome == Outcome::Success {
        for finding in &mut found {
            if !catalogue::is_violation(finding.code) {
                finding.severity = finding.severity.min(Severity::Warning);
            }
        }
    }
    found.sort_by_key(|finding| {
        (
            std::cmp::Reverse(finding.severity),
            finding.frames.first().copied(),
        )
    });
    found.truncate(MAX_FINDINGS);
    found
}
