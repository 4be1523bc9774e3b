//! The tables that the test prints.

use crate::compare;
use crate::exceptions;
use crate::labels::Procedure;
use quintet_doctor::report::Attempt;
use std::collections::{BTreeMap, BTreeSet};

/// What came of the comparison.
#[derive(Default)]
pub(crate) struct Tally {
    confusion: BTreeMap<(String, String), usize>,
    families: BTreeMap<String, (usize, usize)>,
    wrong: Vec<String>,
    false_positives: Vec<String>,
    healthy: usize,
    right: usize,
    all: usize,
    low: (usize, usize),
    doubtful: BTreeMap<(String, String), usize>,
    /// Failures in which no finding is a fault.
    unsaid: Vec<String>,
    /// Exceptions that were needed.
    pub(crate) used: BTreeSet<(String, u64, &'static str)>,
}

impl Tally {
    /// A file's labelled attempts beside ours.
    pub(crate) fn file(&mut self, file: &str, labels: Vec<Procedure<'_>>, attempts: &[Attempt]) {
        for label in labels {
            let attempt = compare::matching(&label, attempts);
            if label.counts() {
                self.attempt(file, &label, attempt);
            } else {
                let ours = attempt.map_or("not found".to_owned(), compare::ending);
                let same = ours == label.outcome();
                if !same {
                    *self
                        .doubtful
                        .entry((label.outcome().to_owned(), ours))
                        .or_default() += 1;
                }
                self.low.0 += usize::from(same);
                self.low.1 += 1;
            }
        }
    }

    fn attempt(&mut self, file: &str, label: &Procedure<'_>, attempt: Option<&Attempt>) {
        self.all += 1;
        let ours = attempt.map_or("not found".to_owned(), compare::ending);
        *self
            .confusion
            .entry((label.outcome().to_owned(), ours))
            .or_default() += 1;
        let mut differing = attempt.map_or_else(
            || vec![("attempt", "there".to_owned(), "not found".to_owned())],
            |attempt| compare::differences(label, attempt),
        );
        differing.retain(|(key, _, ours)| {
            let excepted = exceptions::corrected(file, label.id(), key) == Some(ours.as_str());
            if excepted {
                self.used.insert((file.to_owned(), label.id(), *key));
            }
            !excepted
        });
        let family = self.families.entry(label.family.to_owned()).or_default();
        family.1 += 1;
        if differing.is_empty() {
            self.right += 1;
            family.0 += 1;
        } else {
            let frames = label.frames();
            let place = format!(
                "{file} {} (frames {:?}..{:?})",
                label.id(),
                frames.first(),
                frames.last()
            );
            for (key, theirs, ours) in differing {
                self.wrong
                    .push(format!("{place}: {key}: label {theirs}, ours {ours}"));
            }
        }
        if label.text("verdict") == Some("fail")
            && attempt.is_some_and(|attempt| compare::faults(attempt).is_empty())
        {
            self.unsaid
                .push(format!("{file} {}: {}", label.id(), label.outcome()));
        }
        if let Some(attempt) = attempt.filter(|_| label.is_healthy()) {
            self.healthy += 1;
            for code in compare::faults(attempt) {
                self.false_positives
                    .push(format!("{file} {}: {code}", label.id()));
            }
        }
    }

    /// Labelled attempts that count.
    pub(crate) fn attempts(&self) -> usize {
        self.all
    }

    /// What differs, and no exception explains.
    pub(crate) fn unexplained(&self) -> &[String] {
        &self.wrong
    }

    /// Faults on healthy attempts.
    pub(crate) fn false_positives(&self) -> &[String] {
        &self.false_positives
    }

    /// Prints all of it.
    pub(crate) fn print(&self) {
        println!(
            "outcome by label                         ours                                     attempts"
        );
        for ((label, ours), count) in &self.confusion {
            let mark = if label == ours { ' ' } else { '≠' };
            println!("{label:<40} {ours:<40} {count:>6} {mark}");
        }
        println!("\nfamily: attempts right of all");
        for (family, (right, all)) in &self.families {
            println!("{right:>5} / {all:<5} {family}");
        }
        println!(
            "\n{} of {} attempts of high and medium confidence are as labelled; {} labels corrected",
            self.right,
            self.all,
            self.used.len()
        );
        println!(
            "of low confidence, not asserted: {} of {} outcomes are as labelled",
            self.low.0, self.low.1
        );
        for ((label, ours), count) in &self.doubtful {
            println!("    {label:<36} {ours:<40} {count:>6}");
        }
        println!(
            "failures without a fault among their findings: {}",
            self.unsaid.len()
        );
        for attempt in &self.unsaid {
            println!("    {attempt}");
        }
        println!(
            "faults on {} healthy attempts: {}",
            self.healthy,
            self.false_positives.len()
        );
    }
}
