//! `cargo xtask compliance`: tables of compliance, made from the marks in the code, and the rule that they are fresh.
//!
//! ```text
//! docs/compliance/ts33401.toml ──list──┐
//!   which clauses there are,           ├──verdict──page──▶ docs/compliance/ts33401.md, README.md
//!   what they ask, what is not done    │
//! crates/**: citations ──────────mark──┘
//! ```
//!
//! The rule: code cites clauses that exist and have a row; each row has a mark in code and a test, or a reason; the pages
//! are what would be made, and chapters of the book.

mod citation;
mod clause;
mod list;
mod mark;
mod page;
mod verdict;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Finding;
use super::repository::Repository;
use list::List;
use mark::Texts;

/// Where lists and tables are.
const DIRECTORY: &str = "docs/compliance/";

const CORRECT_LIST: &str = "see the head of xtask/src/tidy/compliance/list.rs for its form";
const MAKE_AGAIN: &str = "run `cargo xtask compliance`, and look at what changed";
const ADD_CHAPTER: &str = "add it to docs/SUMMARY.md";

/// The pages, by their paths, and what is wrong with lists and citations.
fn pages(repository: &Repository) -> (BTreeMap<String, String>, Vec<Finding>) {
    let (mut pages, mut findings, mut entries) = (BTreeMap::new(), Vec::new(), Vec::new());
    let texts = Texts::of(repository);
    for (path, text) in repository.texts() {
        let Some(stem) = path
            .strip_prefix(DIRECTORY)
            .and_then(|name| name.strip_suffix(".toml"))
        else {
            continue;
        };
        let list = match List::read(text) {
            Ok(list) => list,
            Err(what) => {
                findings.push(Finding::error(path, 1, what, CORRECT_LIST));
                continue;
            }
        };
        let (judged, wrong) = verdict::judge(path, &list, &texts);
        findings.extend(wrong);
        entries.push(page::Entry::new(stem, &list, &judged));
        pages.insert(format!("{DIRECTORY}{stem}.md"), page::table(stem, &list, &judged));
    }
    if !entries.is_empty() {
        pages.insert(format!("{DIRECTORY}README.md"), page::overview(&entries));
    }
    (pages, findings)
}

/// Checks lists, citations and pages.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let (pages, mut findings) = pages(repository);
    let summary = repository.text("docs/SUMMARY.md").unwrap_or_default();
    for (path, page) in &pages {
        let (present, made) = (repository.text(path).unwrap_or_default(), page);
        if present != made {
            let same = present
                .lines()
                .zip(made.lines())
                .take_while(|(present, made)| present == made)
                .count();
            findings.push(Finding::error(
                path,
                same + 1,
                "not what the lists and marks make",
                MAKE_AGAIN,
            ));
        }
        let chapter = path.trim_start_matches("docs/");
        if !summary.contains(&format!("]({chapter})")) {
            findings.push(Finding::error(path, 1, "no chapter of the book", ADD_CHAPTER));
        }
    }
    findings
}

/// Writes the pages of a checkout and prints what is wrong besides; `true` if nothing is.
pub(crate) fn write(root: &Path) -> Result<bool> {
    let repository = Repository::load(root)?;
    let (pages, findings) = pages(&repository);
    for (path, page) in &pages {
        fs::write(root.join(path), page).with_context(|| format!("{path} cannot be written"))?;
    }
    report(&findings, &format!("{} pages", pages.len()))
}

/// Prints what [`write()`] would change, and what is wrong besides; `true` if nothing.
pub(crate) fn verify(root: &Path) -> Result<bool> {
    let repository = Repository::load(root)?;
    report(&check(&repository), "checked")
}

fn report(findings: &[Finding], done: &str) -> Result<bool> {
    for finding in findings {
        println!("{finding}");
    }
    println!("compliance: {done}, {} errors", findings.len());
    Ok(findings.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "specification = \"TS 1.1\"\nversion = \"16\"\ntitle = \"t\"\n[contents]\ntop = \"1-4\"\n2 = \"1-2\"\n\
        [[clause]]\nat = \"2\"\nasks = \"whole\"\nof = \"HSS\"\n\
        [[clause]]\nat = \"2.1\"\nasks = \"part\"\nof = \"HSS\"\ntests = [\"other\"]\nlimit = \"but|for\"\n\
        [[clause]]\nat = \"3\"\nasks = \"not\"\nof = \"MME\"\nreason = \"why\"\n";
    const CODE: &str = "//! h\n// TS 1.1 2.1\n// TS 1.1 2.2\n#[cfg(test)] mod tests {\n/// TS 1.1 2.2\n\
        #[test] fn holds() {}\n#[test] fn other() {}\n}\n";

    fn whats(list: &str, code: &str) -> Vec<String> {
        let files = [
            ("crates/a/Cargo.toml", "[package]"),
            ("crates/a/src/lib.rs", code),
            ("docs/compliance/ts1.toml", list),
            (
                "docs/SUMMARY.md",
                "[a](compliance/README.md) [b](compliance/ts1.md)",
            ),
        ];
        let (pages, _) = pages(&Repository::of(&files));
        let pages = pages.iter().map(|(path, page)| (path.as_str(), page.as_str()));
        let files: Vec<_> = files.into_iter().chain(pages).collect();
        check(&Repository::of(&files))
            .iter()
            .map(|f| format!("{}:{} {}", f.path, f.line, f.what))
            .collect()
    }

    #[test]
    fn marks_make_a_table() {
        assert_eq!(whats(LIST, CODE), [""; 0]);
        let files = [
            ("crates/a/Cargo.toml", "[package]"),
            ("crates/a/src/lib.rs", CODE),
            ("docs/compliance/ts1.toml", LIST),
        ];
        let (pages, _) = pages(&Repository::of(&files));
        let rows: Vec<&str> = pages["docs/compliance/ts1.md"].lines().skip(7).collect();
        let code = "[a/lib.rs](../../crates/a/src/lib.rs)";
        let expected = [
            format!("| 2 | whole | HSS | C | {code} | `holds` |"),
            format!("| 2.1 | part | HSS | PC | {code} | but\\|for; `other` |"),
            "| 3 | not | MME | NC |  | why |".to_owned(),
        ];
        assert_eq!(rows, expected);
        assert!(
            pages["docs/compliance/README.md"].ends_with("| [TS 1.1](ts1.md) | t | 16 | 1 | 1 | 1 | 0 |\n")
        );
    }

    #[test]
    fn what_is_cited_exists_and_has_a_row() {
        let code = format!("{CODE}// TS 1.1 2.3\n// TS 1.1 4\n");
        assert_eq!(
            whats(LIST, &code),
            [
                "crates/a/src/lib.rs:9 TS 1.1 has no clause 2.3",
                "crates/a/src/lib.rs:10 docs/compliance/ts1.toml has no row for clause 4 of TS 1.1"
            ]
        );
    }

    #[test]
    fn a_row_has_marks_or_a_reason() {
        let bare = LIST.replace("reason = \"why\"\n", "");
        assert_eq!(
            whats(&bare, CODE),
            [
                "docs/compliance/ts1.toml:1 clause 3 (not) is cited by no code",
                "docs/compliance/ts1.toml:1 clause 3 (not) is held by no test"
            ]
        );
        let gone = LIST.replace("\"other\"", "\"lost\"");
        assert_eq!(
            whats(&gone, CODE),
            ["docs/compliance/ts1.toml:1 clause 2.1 (part) names the test `lost`, which does not exist"]
        );
        assert_eq!(whats("title = 1", CODE).len(), 1);
    }

    #[test]
    fn stale_pages_and_those_outside_the_book_are_found() {
        let files = [
            ("docs/compliance/ts1.toml", LIST),
            ("docs/compliance/README.md", "# Compliance\n\nOld.\n"),
        ];
        let found: Vec<String> = check(&Repository::of(&files))
            .iter()
            .map(|f| format!("{}:{} {}", f.path, f.line, f.what))
            .filter(|found| !found.contains(".toml"))
            .collect();
        let expected = [
            "docs/compliance/README.md:3 not what the lists and marks make",
            "docs/compliance/README.md:1 no chapter of the book",
            "docs/compliance/ts1.md:1 not what the lists and marks make",
            "docs/compliance/ts1.md:1 no chapter of the book",
        ];
        assert_eq!(found, expected);
    }
}
