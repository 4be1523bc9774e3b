//! The rules: from a trail to findings. Each file is one stretch of the path, in the order in which a UE walks it; each rule
//! is a function of the [`Case`] alone and answers what it found, with the frames that prove it.
//!
//! ```text
//!   Case ─┬─► s6a ─► identity ─► authentication ─► … ─► keys ──► findings, the gravest first
//!         │                 (one file each)
//!   Trail, how it came out, the operator's lists
//! ```
//!
//! A [`Severity::Fault`] is the link that broke, or a violation that security rests on. An attempt that reached what it
//! wanted has no broken link: what would be one is a warning there (see [`catalogue::Code::violation`]).

pub mod catalogue;
mod draft;
pub(crate) mod keys;
pub(crate) mod s6a;

pub(crate) use draft::Draft;

use crate::eps::Trail;
use crate::report::{Ending, Finding, Outcome, Severity};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};

/// The most findings of one attempt; of more, the least grave are left out.
pub const MAX_FINDINGS: usize = 64;

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What was seen.
    pub trail: &'a Trail,
    /// How it came out.
    pub outcome: Outcome,
    /// Finer.
    pub ending: Ending,
    /// The operator's list of integrity algorithms, if it is known.
    pub integrity: Option<&'a [IntegrityAlgorithm]>,
    /// The same for ciphering.
    pub ciphering: Option<&'a [CipheringAlgorithm]>,
}

/// Everything that is to be said of an attempt: gravest first, then in the order of frames.
#[must_use]
pub fn of(case: &Case<'_>) -> Vec<Finding> {
    let rules: [fn(&Case<'_>) -> Vec<Finding>; 2] =
        [|case| s6a::rules(case.trail), |case| keys::rules(case.trail)];
    let mut found: Vec<Finding> = rules.iter().flat_map(|rules| rules(case)).collect();
    if case.outcome == Outcome::Success {
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
