//! What every Rust file owes its reader: a head, honest names, reasons, nothing unfinished, no unsafe by surprise.

use super::Finding;
use super::lexer::{Attribute, Source};
use super::repository::Repository;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 10] = [
    "util", "utils", "manager", "managers", "helper", "helpers", "common", "data", "info", "misc",
];

/// Where such a name is the specification's own word.
const NAME_EXCEPTIONS: [(&str, &str); 1] = [("crates/nas/src/common", "TS 24.007 is the common part of NAS")];

const ADD_HEAD: &str = "begin with `//!`: what it is, which clauses it answers, what it leaves out and why";
const NAME_IT: &str = "name it after what it holds";
const EXPECT: &str = "write `#[expect(lint, reason = \"…\")]`, which also fails once it is no longer needed";
const GIVE_REASON: &str = "say why: `reason = \"…\"`";
const IGNORE_REASON: &str = "say why and when it runs: `#[ignore = \"…\"]`";
const FINISH: &str = "finish it, or leave it out and say so in the head of the file";
const FORBID_UNSAFE: &str = "write `#![forbid(unsafe_code)]`; a crate that needs unsafe keeps it in one module that begins with \
     `#![expect(unsafe_code, reason = \"…\")]`";

/// Checks every Rust file.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in repository.sources() {
        if let Some((line, why)) = &source.damage {
            findings.push(Finding::error(
                path,
                *line,
                format!("not Rust: {why}"),
                "correct the syntax",
            ));
        }
        check_head(path, repository.text(path).unwrap_or_default(), &mut findings);
        check_names(path, source, &mut findings);
        for attribute in &source.attributes {
            findings.extend(check_attribute(path, attribute));
        }
        for (name, line) in source
            .macros
            .iter()
            .filter(|(name, _)| name == "todo" || name == "unimplemented")
        {
            findings.push(Finding::error(
                path,
                *line,
                format!("`{name}!` is not finished"),
                FINISH,
            ));
        }
        if is_target_root(path) && !forbids_unsafe(source) && !explains_unsafe(repository, path) {
            findings.push(Finding::error(
                path,
                1,
                "unsafe code is not forbidden",
                FORBID_UNSAFE,
            ));
        }
    }
    findings
}

fn check_head(path: &str, text: &str, findings: &mut Vec<Finding>) {
    if !text.starts_with("//!") {
        findings.push(Finding::error(path, 1, "the file has no head", ADD_HEAD));
    }
}

fn check_names(path: &str, source: &Source, findings: &mut Vec<Finding>) {
    if NAME_EXCEPTIONS.iter().any(|(exempt, _)| path.starts_with(exempt)) {
        return;
    }
    let mut report = |name: &str, line: usize| {
        if EMPTY_NAMES.contains(&name) {
            findings.push(Finding::error(
                path,
                line,
                format!("`{name}` says nothing"),
                NAME_IT,
            ));
        }
    };
    for part in path.trim_end_matches(".rs").split('/') {
        report(part, 1);
    }
    for module in source.modules.iter().filter(|module| module.inline) {
        report(&module.name, module.line);
    }
}

fn check_attribute(path: &str, attribute: &Attribute) -> Option<Finding> {
    let words = || attribute.words();
    let (what, remedy) = match attribute.name.as_str() {
        "allow" => ("a lint is allowed for good", EXPECT),
        "cfg_attr" if words().iter().any(|word| word == "allow") => ("a lint is allowed for good", EXPECT),
        "expect" if !attribute.has_argument("reason") => ("a lint is expected without a reason", GIVE_REASON),
        "ignore" if !attribute.has_value() => ("a test is ignored without a reason", IGNORE_REASON),
        "cfg_attr" if words().iter().any(|word| word == "ignore") && !attribute.has_argument("ignore") => {
            ("a test is ignored without a reason", IGNORE_REASON)
        }
        _ => return None,
    };
    Some(Finding::error(path, attribute.line, what, remedy))
}

fn is_target_root(path: &str) -> bool {
    path.ends_with("src/lib.rs") || path.ends_with("src/main.rs")
}

fn forbids_unsafe(source: &Source) -> bool {
    source.attributes.iter().any(|attribute| {
        attribute.inner
            && attribute.name == "forbid"
            && attribute.words().iter().any(|word| word == "unsafe_code")
    })
}

/// Whether some module of the same package says why it is unsafe.
fn explains_unsafe(repository: &Repository, root: &str) -> bool {
    let directory = root
        .rsplit_once('/')
        .map_or(String::new(), |(directory, _)| format!("{directory}/"));
    repository
        .sources()
        .filter(|(path, _)| path.starts_with(&directory))
        .any(|(_, source)| {
            source.attributes.iter().any(|attribute| {
                attribute.name == "expect"
                    && attribute.has_argument("reason")
                    && attribute.words().iter().any(|word| word == "unsafe_code")
            })
        })
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

    fn in_file(text: &str) -> Vec<String> {
        whats(&[("a/src/x.rs", &format!("//! Head.\n{text}"))])
    }

    #[test]
    fn a_file_begins_with_its_head() {
        assert_eq!(
            whats(&[("a/src/x.rs", "\n//! late\n")]),
            ["a/src/x.rs:1 the file has no head"]
        );
        assert_eq!(in_file("fn f() {}"), [""; 0]);
    }

    #[test]
    fn names_say_something() {
        assert_eq!(
            whats(&[("a/tests/common/mod.rs", "//! x")]),
            ["a/tests/common/mod.rs:1 `common` says nothing"]
        );
        assert_eq!(
            whats(&[("a/src/utils.rs", "//! x")]),
            ["a/src/utils.rs:1 `utils` says nothing"]
        );
        assert_eq!(whats(&[("crates/nas/src/common/header.rs", "//! x")]), [""; 0]);
        assert_eq!(in_file("mod helper { }"), ["a/src/x.rs:2 `helper` says nothing"]);
    }

    #[test]
    fn exceptions_have_reasons() {
        let allowed = "a/src/x.rs:2 a lint is allowed for good";
        assert_eq!(in_file("#[allow(dead_code)] fn f() {}"), [allowed]);
        assert_eq!(in_file("#![allow(dead_code)]"), [allowed]);
        assert_eq!(
            in_file("macro_rules! m { () => { #[allow(x)] fn f() {} } }"),
            [allowed]
        );
        assert_eq!(in_file("#[cfg_attr(test, allow(x))] fn f() {}"), [allowed]);
        assert_eq!(
            in_file("#[expect(x)] fn f() {}"),
            ["a/src/x.rs:2 a lint is expected without a reason"]
        );
        assert_eq!(in_file("#[expect(x, reason = \"y\")] fn f() {}"), [""; 0]);
        let ignored = "a/src/x.rs:2 a test is ignored without a reason";
        assert_eq!(in_file("#[ignore] fn f() {}"), [ignored]);
        assert_eq!(in_file("#[cfg_attr(miri, ignore)] fn f() {}"), [ignored]);
        assert_eq!(in_file("#[ignore = \"slow\"] fn f() {}"), [""; 0]);
        assert_eq!(in_file("#[cfg_attr(miri, ignore = \"slow\")] fn f() {}"), [""; 0]);
    }

    #[test]
    fn nothing_is_left_unfinished() {
        assert_eq!(
            in_file("fn f() { todo!() }"),
            ["a/src/x.rs:2 `todo!` is not finished"]
        );
        assert_eq!(
            in_file("fn f() { unimplemented!(\"x\") }"),
            ["a/src/x.rs:2 `unimplemented!` is not finished"]
        );
        assert_eq!(in_file("/// todo!()\nfn todo() {}"), [""; 0]);
    }

    #[test]
    fn unsafe_is_forbidden_or_explained() {
        let bare = ("a/src/lib.rs", "//! x\nmod fast;\n");
        let found = "a/src/lib.rs:1 unsafe code is not forbidden";
        assert_eq!(whats(&[bare]), [found]);
        assert_eq!(
            whats(&[("a/src/lib.rs", "//! x\n#![forbid(unsafe_code)]\n")]),
            [""; 0]
        );
        let explained = "//! x\n#![expect(unsafe_code, reason = \"intrinsics\")]\n";
        assert_eq!(whats(&[bare, ("a/src/fast.rs", explained)]), [""; 0]);
        assert_eq!(whats(&[bare, ("b/src/fast.rs", explained)]), [found]);
    }

    #[test]
    fn a_broken_file_is_a_finding() {
        assert_eq!(in_file("fn f() {").len(), 1);
    }
}
