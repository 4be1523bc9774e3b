//! Pages: the tables as Markdown, and the one that leads to them.

use super::list::{Claim, List};
use super::mark::{Marks, looks_on};
use super::verdict::{Judged, Verdict};

/// The most files of code that a row links to; the table says where to begin, not each place.
const MAX_FILES: usize = 3;

/// The most tests that a row names if they are those that cite the clause; named ones are all shown.
const MAX_CITING_TESTS: usize = 6;

/// The table of one specification; `stem` names its list.
pub(super) fn table(stem: &str, list: &List, judged: &[Judged<'_>]) -> String {
    let List {
        specification,
        version,
        title,
        about,
        ..
    } = list;
    let about = if about.is_empty() {
        String::new()
    } else {
        format!("\n{}\n", about.trim())
    };
    let mut page = format!(
        "# {specification}: {title}\n\nClauses are numbered as in {version}. `cargo xtask compliance` makes this page from its\n\
         [list of clauses]({stem}.toml) and the marks in the code; [what the letters mean](README.md).\n{about}\n\
         | clause | asks | of | | code | tests; limit or reason |\n|---|---|---|---|---|---|\n"
    );
    for Judged { row, verdict, marks } in judged {
        let mut last: Vec<String> = Vec::new();
        match &row.claim {
            Claim::Whole => {}
            Claim::Part(words) | Claim::Not(words) | Claim::Outside(words) => last.push(words.clone()),
        }
        let shown = if row.tests.is_empty() {
            MAX_CITING_TESTS
        } else {
            usize::MAX
        };
        let tests = marks.tests.iter().map(|test| format!("`{test}`"));
        let heads = marks.test_files.iter().map(|file| link(file));
        let tests: Vec<String> = heads.chain(tests).take(shown).collect();
        let proofs = matches!(verdict, Verdict::Compliant | Verdict::Partial) || !row.tests.is_empty();
        if proofs && !tests.is_empty() {
            last.push(tests.join(", "));
        }
        let files: Vec<String> = if *verdict == Verdict::Outside {
            Vec::new()
        } else {
            files(marks)
        };
        let cells = [
            row.at.to_string(),
            row.asks.clone(),
            row.of.clone(),
            verdict.to_string(),
            files.join(", "),
            last.join("; "),
        ];
        page.push_str(&format!(
            "| {} |\n",
            cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
        ));
    }
    page
}

/// Links to the files that answer a clause: those that are about it first, those that only look on last.
fn files(marks: &Marks) -> Vec<String> {
    let mut files: Vec<(&str, bool)> = marks
        .code
        .iter()
        .map(|(file, head)| (file.as_str(), *head))
        .collect();
    files.sort_by_key(|(file, head)| (looks_on(file), !head, file.ends_with(".dia"), *file));
    files.iter().take(MAX_FILES).map(|(file, _)| link(file)).collect()
}

/// A link to a file of the repository: `[hss/location.rs](../../crates/hss/src/location.rs)`.
fn link(file: &str) -> String {
    let short = file
        .strip_prefix("crates/")
        .unwrap_or(file)
        .replacen("/src/", "/", 1);
    format!("[{short}](../../{file})")
}

/// What is said of each specification on the page that leads to the tables.
pub(super) struct Entry {
    pub(super) stem: String,
    pub(super) specification: String,
    pub(super) title: String,
    pub(super) version: String,
    /// How many rows have each verdict, in the order of [`Verdict::ALL`].
    pub(super) counts: [usize; 4],
}

impl Entry {
    pub(super) fn new(stem: &str, list: &List, judged: &[Judged<'_>]) -> Self {
        Self {
            stem: stem.to_owned(),
            specification: list.specification.clone(),
            title: list.title.clone(),
            version: list.version.clone(),
            counts: Verdict::ALL.map(|verdict| judged.iter().filter(|row| row.verdict == verdict).count()),
        }
    }
}

const OVERVIEW: &str = "# Compliance

For each specification: the clauses that ask something of a node that is here, what becomes of them, where, and which
test holds it. Clauses of definitions, of other nodes and of other interfaces are not listed;
a row stands for the clauses within its own that have none.

| | means |
|---|---|
| C | compliant: the code that answers the clause cites it, and a test holds it |
| PC | partially compliant: the same, but for the limit that is named |
| NC | not compliant, for the reason that is named |
| n/a | not applicable: it asks nothing of a node that is here, or something of what is around it |

C is what the tests say; it is no certificate. The marks are the citations themselves (`TS 33.401 6.2`) in comments
and strings of the code and in tests; a list beside each table (`*.toml`) has what each clause asks, in our words, and
what is not done. `cargo xtask compliance` makes the tables; `cargo xtask tidy` fails if they are not what it would make, if code cites
a clause that does not exist, or if a row has neither mark nor reason.

| specification | what | version | C | PC | NC | n/a |
|---|---|---|---|---|---|---|
";

/// The page that leads to the tables.
pub(super) fn overview(entries: &[Entry]) -> String {
    let mut page = OVERVIEW.to_owned();
    for entry in entries {
        let Entry {
            stem,
            specification,
            title,
            version,
            counts: [whole, part, not, outside],
        } = entry;
        page.push_str(&format!(
            "| [{specification}]({stem}.md) | {title} | {version} | {whole} | {part} | {not} | {outside} |\n"
        ));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_a_clause_comes_first_and_onlookers_last() {
        let code = [
            ("crates/doctor/src/a.rs", true),
            ("crates/diameter/dict/b.dia", false),
            ("crates/emm/src/c.rs", false),
            ("crates/hss/src/d/e.rs", true),
        ];
        let marks = Marks {
            code: code.map(|(file, head)| (file.to_owned(), head)).into(),
            ..Marks::default()
        };
        assert_eq!(
            files(&marks),
            [
                "[hss/d/e.rs](../../crates/hss/src/d/e.rs)",
                "[emm/c.rs](../../crates/emm/src/c.rs)",
                "[diameter/dict/b.dia](../../crates/diameter/dict/b.dia)"
            ]
        );
    }
}
