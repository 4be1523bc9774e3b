//! Marks: where citations stand. In code of `crates/` one says what answers the clause; in a test, in the comment above it, or
//! in the head of a file of tests, what holds it. What stands elsewhere (benchmarks, scaffolding of tests) marks nothing,
//! and what only looks on (doctor, simulators, command line) answers nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lexer::{Function, Source};
use super::super::modules;
use super::super::repository::Repository;
use super::citation::{Citation, Flat};
use super::clause::Clause;

/// What marks a clause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Files of code; `true` if the head cites it: the file is about it.
    pub(super) code: BTreeMap<String, bool>,
    /// Tests, by name.
    pub(super) tests: BTreeSet<String>,
    /// Files of tests whose head cites it.
    pub(super) test_files: BTreeSet<String>,
}

/// Crates that look at what others do: a clause is answered elsewhere, if it is answered at all.
const ONLOOKERS: [&str; 3] = ["crates/doctor/", "crates/sim/", "crates/cli/"];

/// Whether a file only looks at what others do.
pub(super) fn looks_on(file: &str) -> bool {
    ONLOOKERS.iter().any(|onlooker| file.starts_with(onlooker))
}

impl Marks {
    /// Whether code answers the clause.
    pub(super) fn answers(&self) -> bool {
        self.code.keys().any(|file| !looks_on(file))
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (file, head) in &other.code {
            *self.code.entry(file.clone()).or_default() |= head;
        }
        self.tests.extend(other.tests.iter().cloned());
        self.test_files.extend(other.test_files.iter().cloned());
    }
}

/// A citation and the file it stands in.
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) citation: Citation,
}

/// The texts that may hold marks, read once for all specifications.
pub(super) struct Texts<'a> {
    texts: Vec<Text<'a>>,
}

struct Text<'a> {
    path: &'a str,
    flat: Flat,
    source: Option<&'a Source>,
    /// Compiled for tests, benchmarks or examples only.
    aside: bool,
    /// The lines of its head.
    head: usize,
}

impl<'a> Texts<'a> {
    pub(super) fn of(repository: &'a Repository) -> Self {
        let aside = modules::test_files(repository);
        let is_text = |path: &str| {
            let ours = path.starts_with("crates/") || path.starts_with("interop/");
            ours && (path.ends_with(".rs") || path.ends_with(".dia"))
        };
        let texts = repository.texts().filter(|(path, _)| is_text(path));
        let text = |(path, text): (&'a str, &'a str)| Text {
            path,
            flat: Flat::of(text),
            source: repository.source(path),
            aside: aside.contains(path) || path.starts_with("interop/"),
            head: text.lines().take_while(|line| line.starts_with("//!")).count(),
        };
        Self {
            texts: texts.map(text).collect(),
        }
    }

    /// The names of all tests.
    pub(super) fn tests(&self) -> BTreeSet<&'a str> {
        let sources = self.texts.iter().filter_map(|text| text.source);
        let functions = sources.flat_map(|source| &source.functions);
        functions
            .filter(|function| function.test)
            .map(|function| function.name.as_str())
            .collect()
    }

    /// The marks of a specification, and every place that cites it.
    pub(super) fn marks(&self, specification: &str) -> (BTreeMap<Clause, Marks>, Vec<Place<'a>>) {
        let (mut marks, mut places) = (BTreeMap::<Clause, Marks>::new(), Vec::new());
        for text in &self.texts {
            for citation in text.flat.citations(specification) {
                text.mark(citation.line, marks.entry(citation.clause.clone()).or_default());
                let file = text.path;
                places.push(Place { file, citation });
            }
        }
        (marks, places)
    }
}

impl Text<'_> {
    /// Adds what a citation in a line marks.
    fn mark(&self, line: usize, marks: &mut Marks) {
        let functions = self.source.map_or(&[][..], |source| &source.functions);
        let mut tests = functions.iter().filter(|function| function.test);
        if let Some(test) = tests
            .clone()
            .find(|test: &&Function| test.extent().contains(&line))
        {
            marks.tests.insert(test.name.clone());
        } else if self.aside {
            if line <= self.head && tests.next().is_some() {
                marks.test_files.insert(self.path.to_owned());
            }
        } else if !self
            .source
            .is_some_and(|source| source.test_items.iter().any(|item| item.contains(&line)))
        {
            *marks.code.entry(self.path.to_owned()).or_default() |= line <= self.head;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_citation_stands_says_what_it_marks() {
        let code = "//! h (TS 33.401 6.1)\nconst A: &str = \"TS 33.401 6.2\";\n#[cfg(test)]\nmod tests {\n\
                    // TS 33.401 6.3\n/// TS 33.401 6.4\n#[test]\nfn holds() {}\n}\n";
        let files = [
            ("crates/a/Cargo.toml", "[package]"),
            ("crates/a/src/lib.rs", code),
            (
                "crates/a/tests/all.rs",
                "//! TS 33.401 6.5\nmod support;\n// TS 33.401 6.6\n#[test]\nfn other() {\n// TS 33.401 6.7\n}\n",
            ),
            ("crates/a/tests/support/mod.rs", "//! TS 33.401 6.8\n"),
            ("crates/a/dict/a.dia", "; TS 33.401 6.9\n"),
            ("xtask/src/main.rs", "//! TS 33.401 6.10\n"),
        ];
        let repository = Repository::of(&files);
        let texts = Texts::of(&repository);
        assert_eq!(texts.tests(), ["holds", "other"].into());
        let (marks, places) = texts.marks("TS 33.401");
        assert_eq!(places.len(), 9);
        let found: Vec<String> = marks
            .iter()
            .map(|(clause, marks)| {
                let code = marks.code.keys().map(|file| format!(" code {file}"));
                let tests = marks.tests.iter().map(|test| format!(" test {test}"));
                let heads = marks.test_files.iter().map(|file| format!(" head {file}"));
                format!("{clause}{}", code.chain(tests).chain(heads).collect::<String>())
            })
            .collect();
        let expected = [
            "6.1 code crates/a/src/lib.rs",
            "6.2 code crates/a/src/lib.rs",
            "6.3",
            "6.4 test holds",
            "6.5 head crates/a/tests/all.rs",
            "6.6",
            "6.7 test other",
            "6.8",
            "6.9 code crates/a/dict/a.dia",
        ];
        assert_eq!(found, expected);
    }
}
