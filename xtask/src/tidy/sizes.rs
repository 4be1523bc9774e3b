//! Sizes: a file or function that outgrows one idea is split before it is hard to split.

use super::repository::Repository;
use super::{Finding, modules};

/// Lines of a file without its tests above which it deserves a look.
const FILE_WARNING_LINES: usize = 400;

/// Lines of a file without its tests above which it must be split.
const FILE_ERROR_LINES: usize = 800;

/// Lines of a function, tests included, above which it must be split.
const FUNCTION_ERROR_LINES: usize = 100;

const SPLIT_FILE: &str = "split it along its ideas: one idea each, named in the file's head";
const SPLIT_FUNCTION: &str = "give its steps names of their own";

/// Checks every hand-written file; the length of a file of tests is not limited.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let test_files = modules::test_files(repository);
    let mut findings = Vec::new();
    for (path, source) in repository.sources() {
        if is_generated(path, repository.text(path).unwrap_or_default()) {
            continue;
        }
        let code = source.lines.saturating_sub(source.test_lines());
        if !test_files.contains(path) && code > FILE_WARNING_LINES {
            let what = format!("{code} lines without tests");
            findings.push(if code > FILE_ERROR_LINES {
                Finding::error(
                    path,
                    1,
                    format!("{what}, over the limit of {FILE_ERROR_LINES}"),
                    SPLIT_FILE,
                )
            } else {
                Finding::warning(path, 1, format!("{what}, over {FILE_WARNING_LINES}"), SPLIT_FILE)
            });
        }
        for function in source
            .functions
            .iter()
            .filter(|function| function.lines > FUNCTION_ERROR_LINES)
        {
            let (name, lines) = (&function.name, function.lines);
            let what = format!("fn {name} has {lines} lines, over the limit of {FUNCTION_ERROR_LINES}");
            findings.push(Finding::error(path, function.line, what, SPLIT_FUNCTION));
        }
    }
    findings
}

/// Generated code stands below a directory of that name or says `@generated` in its first line.
fn is_generated(path: &str, text: &str) -> bool {
    path.split('/').any(|part| part == "generated")
        || text
            .lines()
            .next()
            .is_some_and(|line| line.contains("@generated"))
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    fn severities(path: &str, text: &str) -> Vec<Severity> {
        check(&Repository::of(&[
            ("crates/a/Cargo.toml", "[package]"),
            (path, text),
        ]))
        .iter()
        .map(|finding| finding.severity)
        .collect()
    }

    #[test]
    fn files_are_measured_without_their_tests() {
        let lines = |count: usize| "// line\n".repeat(count);
        assert_eq!(severities("crates/a/src/lib.rs", &lines(400)), []);
        assert_eq!(
            severities("crates/a/src/lib.rs", &lines(401)),
            [Severity::Warning]
        );
        assert_eq!(
            severities("crates/a/src/lib.rs", &lines(800)),
            [Severity::Warning]
        );
        assert_eq!(severities("crates/a/src/lib.rs", &lines(801)), [Severity::Error]);
        assert_eq!(severities("crates/a/tests/all.rs", &lines(2000)), []);
        assert_eq!(severities("crates/a/src/generated/x.rs", &lines(2000)), []);
        assert_eq!(
            severities("crates/a/src/x.rs", &format!("// @generated\n{}", lines(2000))),
            []
        );
        let tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(400), lines(900));
        assert_eq!(severities("crates/a/src/lib.rs", &tests), []);
    }

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let function = |lines: usize| format!("fn f() {{\n{}}}\n", "\n".repeat(lines - 2));
        assert_eq!(severities("a.rs", &function(100)), []);
        assert_eq!(severities("a.rs", &function(101)), [Severity::Error]);
    }
}
