//! How findings are worded: whole sentences, evidence for every cause, proof by frames, no identities.

use super::table::TABLE;
use crate::report::Finding;

/// The longest that a person reads in one go.
const MAX_WHAT: usize = 220;

fn all() -> Vec<Finding> {
    TABLE
        .iter()
        .flat_map(|rows| rows.iter())
        .flat_map(|row| (row.has)().findings())
        .collect()
}

#[test]
fn whole_sentences_of_a_readable_length() {
    for finding in all() {
        assert!(finding.what.ends_with('.'), "{finding:#?}");
        assert!(finding.next.ends_with(['.', '?']), "{finding:#?}");
        assert!(
            finding.what.len() <= MAX_WHAT,
            "{} octets: {}",
            finding.what.len(),
            finding.what
        );
        assert!(
            finding
                .what
                .starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit()),
            "{}",
            finding.what
        );
        for double in ["  ", "..", "#[", "Some(", "None"] {
            assert!(!finding.what.contains(double), "{double}: {}", finding.what);
        }
    }
}

#[test]
fn every_finding_has_a_cause_and_every_cause_evidence() {
    for finding in all() {
        assert!(!finding.causes.is_empty(), "{finding:#?}");
        for cause in &finding.causes {
            assert!(
                !cause.why.is_empty() && !cause.evidence.is_empty(),
                "{finding:#?}"
            );
            assert!(
                !cause.why.ends_with('.') && !cause.evidence.ends_with('.'),
                "{finding:#?}"
            );
        }
    }
}

#[test]
fn every_finding_is_proven_by_frames() {
    for finding in all() {
        assert!(!finding.frames.is_empty(), "{finding:#?}");
        assert!(!finding.frames.contains(&0), "{finding:#?}");
        assert_eq!(
            finding.display_filter.matches("frame.number==").count(),
            finding.frames.len()
        );
    }
}

#[test]
fn no_identity_is_named() {
    for finding in all() {
        let text = format!("{finding:?}");
        let longest = text
            .split(|letter: char| !letter.is_ascii_digit())
            .map(str::len)
            .max()
            .unwrap_or_default();
        assert!(longest < 10, "{finding:#?}");
    }
}
