//! Messages that may not come where they came, as the path of a registration has it (`quintet_ims::path`).

use super::super::catalogue;
use super::super::draft::Draft;
use super::Case;
use crate::ims::Sighting;
use crate::report::Finding;

/// What no other finding names already: what is wrong with a message has one name.
pub(super) fn rules(case: Case<'_>, found: &[Finding]) -> Option<Finding> {
    let trail = case.trail;
    if !trail.is_of_ims() {
        return None;
    }
    let told = |sighting: &&Sighting| {
        found
            .iter()
            .any(|finding| finding.frames.contains(&sighting.seen.frame))
    };
    let offending: Vec<&Sighting> = trail
        .sip
        .iter()
        .filter(|sighting| sighting.violation.is_some())
        .collect();
    let first = *offending.first()?;
    let violation = first.violation?;
    if told(&first) {
        return None;
    }
    let (sender, _) = trail.ends(first);
    let more = match offending.len() {
        1 => "it is the only such message".to_owned(),
        n => format!("{} later messages do not fit either", n - 1),
    };
    Some(
        Draft::new(
            &catalogue::NOT_ALLOWED_HERE,
            format!(
                "The {sender} sent {} where the registration expects {}.",
                violation.got, violation.expected
            ),
        )
        .clause(violation.clause)
        .frames(offending.iter().map(|sighting| sighting.seen))
        .cause(format!("The {sender} lost its state, or takes liberties"), more)
        .cause(
            "What came before is not in the capture",
            if trail.before.registered.is_some() {
                "an earlier registration of the user is in the capture"
            } else {
                "no earlier registration of the user is in the capture"
            },
        )
        .done(),
    )
}
