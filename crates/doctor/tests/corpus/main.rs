//! The doctor against the labelled captures of others: every labelled attempt gets its label's outcome, break point, cause,
//! algorithms, KSI and first protected message; no healthy one gets a fault.
#![cfg(test)]

mod compare;
mod exceptions;
mod keyed;
mod labels;
mod mutations;
mod run;
mod s6a;
mod tables;

use labels::Corpus;
use tables::Tally;

/// Every labelled attempt of a technology beside ours.
fn compare_labels(technology: &str) {
    let Some(corpus) = Corpus::load() else {
        return;
    };
    let only = std::env::var("QUINTET_CORPUS_ONLY").unwrap_or_default();
    let mut tally = Tally::default();
    for (file, labels) in corpus
        .files_with(technology)
        .filter(|(file, _)| file.contains(&only))
    {
        let attempts = run::attempts(&corpus.path(file));
        tally.file(file, labels, &attempts);
    }
    tally.print();
    assert!(
        tally.attempts() > 0,
        "no labelled attempt of {technology} in {}",
        corpus.directory().display()
    );
    assert!(
        tally.unexplained().is_empty(),
        "{}",
        tally.unexplained().join("\n")
    );
    assert_eq!(
        tally.false_positives(),
        &[] as &[String],
        "faults on healthy attempts"
    );
    let unused = exceptions::unused(technology, &tally.used);
    assert!(
        !only.is_empty() || unused.is_empty(),
        "exceptions that nothing needs: {unused:?}"
    );
}

#[test]
fn labelled_attempts_of_eps() {
    compare_labels("eps");
}

#[test]
fn labelled_attempts_of_5gs() {
    compare_labels("5gs");
}

#[test]
fn labelled_attempts_of_ims() {
    compare_labels("ims");
}
