//! What the doctor must find in scenarios of 5GS where it has no keys. With keys it must find what the scenario says of itself.

/// Scenarios in which other codes are found without keys, and without SBI, which carries KSEAF.
pub(super) const WITHOUT_KEYS: &[(&str, &[&str])] = &[];
