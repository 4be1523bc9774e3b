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
pub(crate) const EXCEPTIONS: &[Exception] = &[];

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
