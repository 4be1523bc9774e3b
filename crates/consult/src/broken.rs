//! Which link of an attempt broke, and behind which message the mark stands. Terminal and page draw the same one.

use quintet_doctor::report::{Attempt, Finding, Message, Outcome, Severity};
use serde::Serialize;

/// The mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// It stands behind so many messages.
    pub after: usize,
    /// What it says: the link, and the finding's code.
    pub text: String,
}

/// The finding that names the broken link.
#[must_use]
pub fn gravest(attempt: &Attempt) -> Option<&Finding> {
    attempt
        .findings
        .iter()
        .find(|finding| finding.severity == Severity::Fault)
}

/// Whether a message is among what proves a finding: frames of two captures have the same numbers.
#[must_use]
pub fn proves(finding: &Finding, message: &Message) -> bool {
    let mut places = finding.captures.iter().zip(&finding.frames);
    places.any(|(capture, frame)| (*capture, *frame) == (message.capture, message.frame))
}

/// The mark of an attempt that failed or shows a fault.
///
/// It stands behind the last of the frames that prove the gravest fault: what follows, a release, say, comes of it.
#[must_use]
pub fn mark(attempt: &Attempt) -> Option<Mark> {
    let fault = gravest(attempt);
    if attempt.outcome != Outcome::Failure && fault.is_none() {
        return None;
    }
    let proof = |finding: &Finding| {
        attempt
            .messages
            .iter()
            .rposition(|message| proves(finding, message))
    };
    let after = fault
        .and_then(proof)
        .map_or(attempt.messages.len(), |last| last + 1);
    let link = attempt.broken_at.unwrap_or("the path");
    let verb = if attempt.outcome == Outcome::Failure {
        "broken at"
    } else {
        "fault at"
    };
    let text = match fault {
        Some(finding) => format!("{verb} {link}: {}", finding.code),
        None => format!("{verb} {link}"),
    };
    Some(Mark { after, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{healthy, rejected};

    #[test]
    fn the_mark_stands_behind_what_proves_the_fault() {
        let marked = mark(&rejected(1)).unwrap();
        assert_eq!(marked.after, 5, "before the release");
        assert_eq!(marked.text, "broken at security-mode: smc-rejected");
        assert_eq!(mark(&healthy(1)), None);
    }

    #[test]
    fn a_frame_of_another_capture_proves_nothing() {
        let mut attempt = rejected(1);
        attempt.messages[5].frame = 4;
        attempt.messages[5].capture = 1;
        assert_eq!(mark(&attempt).unwrap().after, 5);
        attempt.findings[0].captures = vec![1, 1];
        assert_eq!(mark(&attempt).unwrap().after, 6);
    }

    #[test]
    fn a_failure_without_a_finding_is_marked_at_its_end() {
        let mut attempt = rejected(1);
        attempt.findings.clear();
        attempt.broken_at = None;
        let marked = mark(&attempt).unwrap();
        assert_eq!((marked.after, marked.text.as_str()), (6, "broken at the path"));
    }
}
