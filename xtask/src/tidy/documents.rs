//! Documents: a link leads somewhere, an invariant names a test that exists, nothing speaks of one machine.
//!
//! An invariant names its test as ``(test: `crate::module::name`)`` or ``(tests: `a`, `b`)``, or in the column `test` of a
//! table; the last part must be a function of that name somewhere in the repository, or the name of a file. Left out:
//! links to other hosts.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Finding;
use super::modules::resolve;
use super::repository::Repository;

const CORRECT_LINK: &str = "correct the link, or remove it with what it explained";
const NAME_TEST: &str =
    "name the test that holds this now, or write one: an invariant without a test is a wish";
const NO_MACHINE: &str = "use a path relative to the repository, or an environment variable";

/// Directories that exist on one machine only. Written in pieces, so that this file passes its own rule.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
    concat!("/tmp", "/w/"),
    concat!("/tmp", "/w_"),
    concat!("/tmp", "/studio/"),
];

/// Checks every Markdown file, and every text file for machine paths.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let functions: BTreeSet<&str> = repository
        .sources()
        .flat_map(|(_, source)| source.functions.iter().map(|function| function.name.as_str()))
        .collect();
    for (path, text) in repository.texts() {
        check_machine_paths(path, text, &mut findings);
        if path.ends_with(".md") {
            check_links(repository, path, text, &mut findings);
            check_tests(repository, &functions, path, text, &mut findings);
        }
    }
    findings
}

fn check_machine_paths(path: &str, text: &str, findings: &mut Vec<Finding>) {
    for (index, line) in text.lines().enumerate() {
        let found = MACHINE_PATHS.iter().find(|machine| {
            line.match_indices(*machine).any(|(at, _)| {
                // A part of a longer path or of a URL is no root.
                !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-*}".contains(before))
            })
        });
        if let Some(machine) = found {
            let what = format!("`{machine}` exists on one machine only");
            findings.push(Finding::error(path, index + 1, what, NO_MACHINE));
        }
    }
}

fn check_links(repository: &Repository, path: &str, text: &str, findings: &mut Vec<Finding>) {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) = event
        else {
            continue;
        };
        if dest_url.contains("://") || dest_url.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
        let target = if file.is_empty() {
            Some(path.to_owned())
        } else {
            resolve(directory, file)
        };
        let line = line_at(text, range.start);
        let Some(target) = target.filter(|target| repository.exists(target)) else {
            let what = format!("the link leads to {file}, which does not exist");
            findings.push(Finding::error(path, line, what, CORRECT_LINK));
            continue;
        };
        let headings = repository
            .text(&target)
            .filter(|_| target.ends_with(".md"))
            .map(anchors);
        if !anchor.is_empty() && headings.is_some_and(|anchors| !anchors.contains(anchor)) {
            let what = format!("the link leads to #{anchor}, and {target} has no such heading");
            findings.push(Finding::error(path, line, what, CORRECT_LINK));
        }
    }
}

/// The anchors of a document's headings, as forges make them: lower case, spaces to hyphens, punctuation dropped.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(words) | Event::Code(words), Some(heading)) => heading.push_str(&words),
            (Event::End(TagEnd::Heading(_)), Some(words)) => {
                let kept = words.to_lowercase();
                let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
                let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
                let taken = (1..)
                    .map(|count| format!("{slug}-{count}"))
                    .find(|again| !anchors.contains(again));
                anchors.insert(if anchors.contains(&slug) {
                    taken.unwrap_or_default()
                } else {
                    slug
                });
                heading = None;
            }
            _ => {}
        }
    }
    anchors
}

fn check_tests(
    repository: &Repository,
    functions: &BTreeSet<&str>,
    path: &str,
    text: &str,
    findings: &mut Vec<Finding>,
) {
    let in_tables = tests_of_tables(text);
    let in_tables = in_tables.iter().map(|(at, name)| (*at, name.as_str()));
    for (at, name) in named_tests(text).into_iter().chain(in_tables) {
        let function = name.trim_end_matches("()").rsplit("::").next().unwrap_or(name);
        if !functions.contains(function) && !repository.exists(name) {
            let what = format!("the test `{name}` does not exist");
            findings.push(Finding::error(path, line_at(text, at), what, NAME_TEST));
        }
    }
}

/// The names after each `test:` or `tests:`, with their offsets; several stand between commas or `and`.
fn named_tests(text: &str) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    for marker in ["test: `", "tests: `"] {
        for (at, _) in text.match_indices(marker) {
            let mut start = at + marker.len();
            while let Some(length) = text[start..].find('`') {
                names.push((start, &text[start..start + length]));
                let rest = &text[start + length + 1..];
                let separator = |c: char| c.is_whitespace() || c == ',';
                let next = rest.trim_start_matches(separator);
                let next = next
                    .strip_prefix("and ")
                    .map_or(next, |next| next.trim_start_matches(separator));
                let Some(next) = next.strip_prefix('`').filter(|_| !rest.starts_with('`')) else {
                    break;
                };
                start = text.len() - next.len();
            }
        }
    }
    names
}

/// The names in the columns headed `test` of tables, with their offsets.
fn tests_of_tables(text: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let (mut column, mut tests, mut in_head) = (0, None, false);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Table(_)) => tests = None,
            Event::Start(Tag::TableHead) => (column, in_head) = (0, true),
            Event::End(TagEnd::TableHead) => in_head = false,
            Event::Start(Tag::TableRow) => column = 0,
            Event::End(TagEnd::TableCell) => column += 1,
            Event::Text(words) if in_head && &*words == "test" => tests = Some(column),
            Event::Code(name) if tests == Some(column) && !in_head => {
                names.push((range.start, name.to_string()));
            }
            _ => {}
        }
    }
    names
}

fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(files: &[(&str, &str)]) -> Vec<String> {
        check(&Repository::of(files))
            .iter()
            .map(|f| format!("{}:{} {}", f.path, f.line, f.what))
            .collect()
    }

    #[test]
    fn links_lead_somewhere() {
        let text = "# Two words, `code`\n[a](docs/b.md) [b](docs) ![c](gone.png)\n[d](../out.md)\n\
                    [e](https://example.org/x) [f](#two-words-code) [g](#three)\n`[h](code.md)`\n[i][r]\n\n[r]: lost.md\n";
        let files = [
            ("README.md", text),
            ("docs/b.md", "[up](../README.md#two-words-code)\n"),
        ];
        assert_eq!(
            whats(&files),
            [
                "README.md:2 the link leads to gone.png, which does not exist",
                "README.md:3 the link leads to ../out.md, which does not exist",
                "README.md:4 the link leads to #three, and README.md has no such heading",
                "README.md:6 the link leads to lost.md, which does not exist",
            ]
        );
    }

    #[test]
    fn headings_of_one_name_are_counted() {
        assert_eq!(
            anchors("# A\n# A\n# A\n"),
            ["a", "a-1", "a-2"].map(str::to_owned).into()
        );
    }

    #[test]
    fn invariants_name_existing_tests() {
        let text = "- One (test: `a::tests::holds`).\n- Two (tests: `holds`,\n  `gone` and `c::lost`).\n\
                    - Three (test: `a/src/lib.rs`).\n";
        let code = "//! x\n#![forbid(unsafe_code)]\nproptest! { #[test] fn holds() {} }";
        assert_eq!(
            whats(&[("ARCHITECTURE.md", text), ("a/src/lib.rs", code)]),
            [
                "ARCHITECTURE.md:3 the test `gone` does not exist",
                "ARCHITECTURE.md:3 the test `c::lost` does not exist"
            ]
        );
    }

    #[test]
    fn tables_name_existing_tests() {
        let text = "| threat | test |\n|---|---|\n| `a` | `holds`, `gone` |\n\n| key | does |\n|---|---|\n| `b` | `c` |\n";
        let code = "//! x\n#![forbid(unsafe_code)]\n#[test] fn holds() {}";
        assert_eq!(
            whats(&[("docs/security.md", text), ("a/src/lib.rs", code)]),
            ["docs/security.md:3 the test `gone` does not exist"]
        );
    }

    #[test]
    fn no_text_speaks_of_one_machine() {
        let bad = format!("cd {}x\n", MACHINE_PATHS[0]);
        assert_eq!(whats(&[("run", &bad)]).len(), 1);
        let fine = format!(
            "https://example.org{}x and a{}b\n",
            MACHINE_PATHS[0], MACHINE_PATHS[0]
        );
        assert_eq!(whats(&[("run", &fine)]), [""; 0]);
    }
}
