//! `cargo xtask tidy`: the house rules that no compiler knows, also an ordinary test (`cargo test -p xtask`).
//!
//! | rule | file |
//! |---|---|
//! | files of at most 800 lines without tests (a warning over 400), functions of at most 100 | `sizes.rs` |
//! | a crate depends on its own or an earlier layer; every dependency comes from the workspace | `layers.rs` |
//! | every source file is reached by a `mod` | `modules.rs` |
//! | heads, module names, attributes with reasons, no unfinished code, `forbid(unsafe_code)` | `sources.rs` |
//! | links lead somewhere; each invariant of a document names a test that exists; no machine paths | `documents.rs` |
//! | clauses that code cites exist; the tables of compliance are what marks and lists make | `compliance.rs` |
//!
//! Every rule is a function from a [`Repository`] in memory to findings, so each is tested on made-up files. Rust is
//! read as tokens (`lexer.rs`), which sees into macros and never mistakes a comment or a string for code.

pub(crate) mod compliance;
mod documents;
mod layers;
mod lexer;
mod modules;
mod repository;
mod sizes;
mod sources;

use std::fmt;
use std::path::Path;

use anyhow::Result;

use repository::Repository;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    /// Worth a look; does not fail the check.
    Warning,
    /// Against the house rules; fails the check.
    Error,
}

/// One breach of a rule: where, what, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    severity: Severity,
    path: String,
    line: usize,
    what: String,
    remedy: &'static str,
}

impl Finding {
    fn error(path: &str, line: usize, what: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            severity: Severity::Error,
            path: path.to_owned(),
            line,
            what: what.into(),
            remedy,
        }
    }

    fn warning(path: &str, line: usize, what: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(path, line, what, remedy)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let Self {
            path,
            line,
            what,
            remedy,
            ..
        } = self;
        write!(f, "{path}:{line}: {severity}: {what}\n    {remedy}")
    }
}

/// Applies every rule.
fn check(repository: &Repository) -> Vec<Finding> {
    let rules = [
        sizes::check,
        layers::check,
        modules::check,
        sources::check,
        documents::check,
        compliance::check,
    ];
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(repository)).collect();
    findings.sort_by(|a, b| (&a.path, a.line, &a.what).cmp(&(&b.path, b.line, &b.what)));
    findings
}

/// Checks a checkout and prints the findings; `true` if there is no error among them.
pub(crate) fn report(root: &Path) -> Result<bool> {
    let repository = Repository::load(root)?;
    let findings = check(&repository);
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let warnings = findings.len() - errors;
    println!(
        "tidy: {} files, {errors} errors, {warnings} warnings",
        repository.file_count()
    );
    Ok(errors == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let findings = check(&Repository::load(root).unwrap());
        let errors: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(Finding::to_string)
            .collect();
        assert!(errors.is_empty(), "\n{}\n", errors.join("\n"));
    }

    #[test]
    fn a_finding_says_where_what_and_what_to_do() {
        let finding = Finding::error("a/b.rs", 7, "it is so", "make it otherwise");
        assert_eq!(
            finding.to_string(),
            "a/b.rs:7: error: it is so\n    make it otherwise"
        );
    }
}
