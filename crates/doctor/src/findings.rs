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

mod algorithms;
mod authentication;
mod capture;
pub mod catalogue;
mod challenge;
mod connection;
mod continuation;
mod count;
mod draft;
mod esm;
mod fgs;
mod identity;
mod ims;
mod key_set;
pub(crate) mod keys;
mod protection;
mod reading;
mod reject;
pub(crate) mod s6a;
pub(crate) mod sbi;
mod security_mode;
mod silence;
mod words;

pub(crate) use draft::Draft;
pub(crate) use ims::of as of_ims;

use crate::report::{Ending, Finding, Outcome, Severity, Technology};
use crate::sbi::Operation;
use crate::trail::Trail;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use reading::Reading;

/// The most findings of one attempt; of more, the least grave are left out.
pub const MAX_FINDINGS: usize = 64;

/// The rules over NAS and S1AP, along the path. S6a and the service based interfaces come before them, keys behind.
const RULES: [fn(&Reading<'_>) -> Vec<Finding>; 14] = [
    identity::rules,
    challenge::rules,
    authentication::rules,
    security_mode::rules,
    algorithms::rules,
    key_set::rules,
    protection::rules,
    count::rules,
    reject::rules,
    continuation::rules,
    esm::rules,
    fgs::rules,
    connection::rules,
    capture::rules,
];

/// What is no fault if octets of the association are missing from the capture: the answer, the step between, the keys that the
/// MAC is under, or the challenge that was answered may have been in them. A refusal is seen, whatever else is not.
const MAY_BE_MISSED: &[&str] = &[
    catalogue::HSS_CONNECTION_DOWN.name,
    catalogue::AUSF_UNREACHABLE.name,
    catalogue::UDM_UNREACHABLE.name,
    catalogue::IDENTITY_UNANSWERED.name,
    catalogue::AUTHENTICATION_UNANSWERED.name,
    catalogue::AUTHENTICATION_SYNC_FAILURE.name,
    catalogue::SMC_NEVER_STARTED.name,
    catalogue::SMC_WITHOUT_AUTHENTICATION.name,
    catalogue::SMC_BEFORE_AUTHENTICATION_ENDED.name,
    catalogue::SMC_UNANSWERED.name,
    catalogue::NO_PROTECTED_CONTINUATION.name,
    catalogue::NO_NETWORK_ANSWER.name,
    catalogue::RELEASED_BEFORE_AUTHENTICATION.name,
    catalogue::ACCEPT_UNANSWERED.name,
    catalogue::CONTINUATION_FAILED.name,
    catalogue::INITIAL_CONTEXT_SETUP_FAILED.name,
    catalogue::CONTEXT_OUT_OF_USE.name,
    catalogue::MAC_INVALID.name,
    catalogue::RES_WRONG.name,
    catalogue::RES_WRONG_ACCEPTED.name,
    catalogue::AUTS_INVALID.name,
];

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
    let reading = Reading::new(case);
    let mut found = s6a::rules(case.trail);
    found.extend(sbi::rules(case.trail));
    for rules in RULES {
        found.extend(rules(&reading));
    }
    found.extend(protection::offences(&reading, &found));
    found.extend(connection::ended(&reading, &found));
    found.extend(keys::rules(case));
    found.extend(capture::merged(&reading, &found));
    if case.trail.lossy {
        for finding in &mut found {
            if MAY_BE_MISSED.contains(&finding.code) {
                finding.severity = finding.severity.min(Severity::Warning);
            }
        }
    }
    if case.outcome == Outcome::Success {
        for finding in &mut found {
            if !catalogue::is_violation(finding.code) {
                finding.severity = finding.severity.min(Severity::Warning);
            }
        }
    }
    if case.trail.technology == Technology::Fgs {
        let eap = is_in_eap(case.trail);
        found.iter_mut().for_each(|finding| words::in_5gs(finding, eap));
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

/// Whether the UE was challenged in EAP, as N1 shows it or the AUSF.
fn is_in_eap(trail: &Trail) -> bool {
    trail.nas.iter().any(|sighting| sighting.eap().is_some())
        || trail
            .sbi
            .iter()
            .any(|exchange| exchange.operation == Operation::EapSession)
}

#[cfg(test)]
mod tests;
