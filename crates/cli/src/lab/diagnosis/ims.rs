//! What the doctor must find in scenarios of IMS beside what the scenario says of itself.

/// Scenarios in which other codes are found without keys, and without Cx, which carries CK and IK and says what the home
/// network thinks.
pub(super) const WITHOUT_KEYS: &[(&str, &[&str])] = &[
    // A response is all there is to see of it.
    ("wrong-res", &["registration-rejected"]),
    ("scscf-capability-mismatch", &["registration-rejected"]),
    ("hss-unreachable", &["registration-rejected"]),
    ("impi-impu-mismatch", &["registration-rejected"]),
    ("barred-impu", &["registration-rejected"]),
];
