//! Security mode control (TS 24.301 5.4.3): whether it starts, how it is answered, and under which headers.

mod answer;
mod header;
mod start;

use super::reading::Reading;
use crate::report::Finding;

/// EMM cause #23, UE security capabilities mismatch.
pub(super) const CAPABILITIES_MISMATCH: u8 = 23;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(start::never_started(reading));
    for (at, command) in reading.commands.iter().enumerate() {
        found.extend(start::delayed(reading, command));
        found.extend(start::too_early(reading, command));
        found.extend(answer::rejected(reading, command));
        found.extend(answer::unanswered(reading, at, command));
        found.extend(answer::repeated(reading, command));
        found.extend(answer::not_accepted(reading, command));
        found.extend(header::of_command(reading, command));
        found.extend(header::of_complete(reading, command));
        found.extend(header::imeisv(reading, command));
    }
    found
}
