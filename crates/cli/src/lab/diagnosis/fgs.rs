//! What the doctor must find in scenarios of 5GS beside what the scenario says of itself.

use super::Codes;

/// Scenarios in which other codes are found without keys, and without SBI, which carries KSEAF and says what the home network
/// thinks.
pub(super) const WITHOUT_KEYS: &[(&str, &[&str])] = &[
    ("suci-wrong-key", &["rejected-identity-not-derived"]),
    ("unknown-supi", &["rejected-5gs-not-allowed"]),
    ("res-star-mismatch", &["authentication-rejected"]),
    ("roaming-not-allowed", &["rejected-serving-network"]),
    // The reject is ciphered.
    ("rat-not-allowed", &["continuation-failed"]),
    // Nothing but the MAC shows it.
    ("smc-rinmr", &[]),
    // The accept is ciphered, and so is its repetition.
    ("complete-then-silent", &["released-abnormally"]),
    ("udm-unreachable", &["rejected-congestion"]),
];

/// The scenario in which the seed makes the messages, and decides what can be said of them: one of these.
pub(super) const MALFORMED: (&str, Codes) = (
    "malformed",
    Codes::Groups(&[&[
        "malformed-nas",
        "not-allowed-here",
        "unexpected-protection",
        "no-network-answer",
        "error-indication",
        "began-again",
        "plain-after-security",
        "rejected-for-protocol",
        "rejected-5gs-not-allowed",
        "rejected-identity-not-derived",
    ]]),
);
