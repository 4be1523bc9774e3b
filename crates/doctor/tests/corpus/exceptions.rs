//! Labels that are wrong, each argued frame by frame in `docs/corpus.md`.

use std::collections::BTreeSet;

/// A label that is wrong.
pub(crate) struct Exception {
    technology: &'static str,
    file: &'static str,
    /// Of the labelled attempt.
    id: u64,
    /// What is wrong.
    key: &'static str,
    /// What it should be.
    value: &'static str,
}

/// All of them.
pub(crate) const EXCEPTIONS: &[Exception] = &[
    catcher("outcome", "authentication_ok_smc_never_started"),
    catcher("broken_at", "authentication->security-mode"),
    catcher("cause", "none"),
];

/// A catcher of SUCIs challenges one UE a thousand times within one connection. The three SECURITY MODE REJECTs that the label names
/// lie at its beginning (frames 210, 220 and 614 of 6976); its last word is an answered challenge.
const fn catcher(key: &'static str, value: &'static str) -> Exception {
    Exception {
        technology: "5gs",
        file: "rub-suci__suci_catcher_attack_OnePlus_500_PersonOfInterest_found.pcapng",
        id: 0,
        key,
        value,
    }
}

/// What should stand there instead, if the label is wrong.
pub(crate) fn corrected(file: &str, id: u64, key: &str) -> Option<&'static str> {
    EXCEPTIONS
        .iter()
        .find(|other| other.file == file && other.id == id && other.key == key)
        .map(|exception| exception.value)
}

/// Exceptions that no comparison needed.
pub(crate) fn unused(technology: &str, used: &BTreeSet<(String, u64, &'static str)>) -> Vec<String> {
    EXCEPTIONS
        .iter()
        .filter(|other| other.technology == technology)
        .filter(|other| !used.contains(&(other.file.to_owned(), other.id, other.key)))
        .map(|other| format!("{} {} {}", other.file, other.id, other.key))
        .collect()
}
