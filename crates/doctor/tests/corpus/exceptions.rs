//! Labels that are wrong, each argued frame by frame in `docs/corpus.md`.

use std::collections::BTreeSet;

/// File, the labelled attempt's id, the key that is wrong, what it should be.
pub(crate) const EXCEPTIONS: &[(&str, u64, &str, &str)] = &[];

/// What should stand there instead, if the label is wrong.
pub(crate) fn corrected(file: &str, id: u64, key: &str) -> Option<&'static str> {
    EXCEPTIONS
        .iter()
        .find(|(f, i, k, _)| *f == file && *i == id && *k == key)
        .map(|(_, _, _, value)| *value)
}

/// Exceptions that no comparison needed.
pub(crate) fn unused(used: &BTreeSet<(String, u64, &'static str)>) -> Vec<String> {
    EXCEPTIONS
        .iter()
        .filter(|(file, id, key, _)| !used.contains(&((*file).to_owned(), *id, *key)))
        .map(|(file, id, key, _)| format!("{file} {id} {key}"))
        .collect()
}
