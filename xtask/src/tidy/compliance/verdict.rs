//! Verdicts: what the marks make of each row.
//!
//! | verdict | when |
//! |---|---|
//! | C | code cites the clause, and a test that is named or cites it holds it |
//! | PC | the same, and the list names a limit |
//! | NC | the list has a reason |
//! | n/a | the list says whom it concerns instead |
//!
//! A mark counts for the rows of the nearest clause around it, and for a row further out that has none of its own; one of
//! a clause that only has rows within it counts for none. Rows of one clause share its marks; one that names tests has those alone.

use std::collections::BTreeMap;
use std::fmt;

use super::super::Finding;
use super::clause::Clause;
use super::list::{Claim, List, Row};
use super::mark::{Marks, Place, Texts};

const ADD_MARK: &str = "cite the clause where the code answers it; or give the row a reason if it does not";
const ADD_TEST: &str =
    "name a test that holds it, or cite the clause in one; or give the row a reason if none does";
const NAME_TEST: &str = "name a test that exists, without its module";
const CORRECT_CITATION: &str =
    "correct the citation; or add the clause to the list's [contents] if the specification has it";
const ADD_ROW: &str = "add a row for it, or for a clause around it or within it: what it asks, and of whom";

/// Whether a clause is complied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Compliant,
    Partial,
    Not,
    Outside,
}

impl Verdict {
    pub(super) const ALL: [Self; 4] = [Self::Compliant, Self::Partial, Self::Not, Self::Outside];
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compliant => "C",
            Self::Partial => "PC",
            Self::Not => "NC",
            Self::Outside => "n/a",
        })
    }
}

/// A row with its verdict and what it rests on.
pub(super) struct Judged<'a> {
    pub(super) row: &'a Row,
    pub(super) verdict: Verdict,
    pub(super) marks: Marks,
}

/// Judges each row of a list, which stands in the file at `path`.
pub(super) fn judge<'a>(path: &str, list: &'a List, texts: &Texts<'_>) -> (Vec<Judged<'a>>, Vec<Finding>) {
    let (marks, places) = texts.marks(&list.specification);
    let tests = texts.tests();
    let mut findings: Vec<Finding> = places
        .iter()
        .filter_map(|place| refuse(path, list, place))
        .collect();
    let mut judged = Vec::new();
    for row in &list.rows {
        let marks = of_row(list, row, &marks);
        let mut error = |what: &str, remedy| {
            let what = format!("clause {} ({}) {what}", row.at, row.asks);
            findings.push(Finding::error(path, 1, what, remedy));
        };
        for test in row.tests.iter().filter(|test| !tests.contains(test.as_str())) {
            error(
                &format!("names the test `{test}`, which does not exist"),
                NAME_TEST,
            );
        }
        let verdict = match row.claim {
            Claim::Whole => Verdict::Compliant,
            Claim::Part(_) => Verdict::Partial,
            Claim::Not(_) => Verdict::Not,
            Claim::Outside(_) => Verdict::Outside,
        };
        if matches!(verdict, Verdict::Compliant | Verdict::Partial) {
            if !marks.answers() {
                error("is cited by no code", ADD_MARK);
            }
            if marks.tests.is_empty() && marks.test_files.is_empty() {
                error("is held by no test", ADD_TEST);
            }
        }
        judged.push(Judged { row, verdict, marks });
    }
    (judged, findings)
}

/// What is wrong with a citation.
fn refuse(path: &str, list: &List, place: &Place<'_>) -> Option<Finding> {
    let (clause, specification) = (&place.citation.clause, &list.specification);
    let rows = list.rows.iter().map(|row| &row.at);
    let (what, remedy) = if !list.contents.contains(clause) {
        (
            format!("{specification} has no clause {clause}"),
            CORRECT_CITATION,
        )
    } else if rows
        .chain(&list.definitions)
        .any(|at| clause.is_within(at) || at.is_within(clause))
    {
        return None;
    } else {
        (
            format!("{path} has no row for clause {clause} of {specification}"),
            ADD_ROW,
        )
    };
    Some(Finding::error(place.file, place.citation.line, what, remedy))
}

/// The clause of the rows that a mark counts for.
fn nearest<'a>(list: &'a List, clause: &Clause) -> Option<&'a Clause> {
    let around = list
        .rows
        .iter()
        .map(|row| &row.at)
        .filter(|at| clause.is_within(at));
    around.max_by_key(|at| at.depth())
}

/// What a row rests on.
fn of_row(list: &List, row: &Row, marks: &BTreeMap<Clause, Marks>) -> Marks {
    let (mut own, mut within) = (Marks::default(), Marks::default());
    for (clause, marks) in marks.iter().filter(|(clause, _)| clause.is_within(&row.at)) {
        within.add(marks);
        if nearest(list, clause) == Some(&row.at) {
            own.add(marks);
        }
    }
    if !own.answers() {
        own.code = within.code;
    }
    if !row.tests.is_empty() {
        own.tests = row.tests.iter().cloned().collect();
        own.test_files.clear();
    } else if own.tests.is_empty() && own.test_files.is_empty() {
        (own.tests, own.test_files) = (within.tests, within.test_files);
    }
    own
}
