//! Modules: which file leads to which, from the roots of every target of every package.
//!
//! A file no `mod`, `#[path]` or `include!` leads to is dead: it compiles nowhere and its tests never run.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::Finding;
use super::repository::Repository;

const CONNECT: &str = "declare it with `mod` where it belongs, or delete it";

/// Directories of a package whose files belong to targets; of these, the first holds what ships.
const TARGET_DIRECTORIES: [&str; 4] = ["src", "tests", "benches", "examples"];

/// Reports files that no target reaches.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let reached = reach(repository);
    let packages: Vec<&str> = repository.manifests().map(|(directory, _)| directory).collect();
    let in_target_directory = |path: &str| {
        packages.iter().any(|package| {
            let inside = if package.is_empty() {
                Some(path)
            } else {
                path.strip_prefix(&format!("{package}/"))
            };
            inside
                .and_then(|path| path.split_once('/'))
                .is_some_and(|(top, _)| TARGET_DIRECTORIES.contains(&top))
        })
    };
    repository
        .sources()
        .filter(|(path, _)| !reached.contains_key(*path) && in_target_directory(path))
        .map(|(path, _)| Finding::error(path, 1, "no target leads to this file", CONNECT))
        .collect()
}

/// Files that are compiled for tests, benchmarks or examples only.
pub(super) fn test_files(repository: &Repository) -> BTreeSet<String> {
    reach(repository)
        .into_iter()
        .filter(|(_, ships)| !ships)
        .map(|(path, _)| path)
        .collect()
}

/// Every file a target leads to, and whether one that ships does.
fn reach(repository: &Repository) -> BTreeMap<String, bool> {
    let mut reached = BTreeMap::new();
    for (directory, text) in repository.manifests() {
        for (root, ships) in roots(repository, directory, text) {
            follow(repository, root, true, ships, &mut reached);
        }
    }
    reached
}

/// The root files of a package's targets: those cargo finds by itself and those the manifest names.
fn roots(repository: &Repository, directory: &str, manifest: &str) -> Vec<(String, bool)> {
    let prefix = if directory.is_empty() {
        String::new()
    } else {
        format!("{directory}/")
    };
    let mut roots = Vec::new();
    for (path, _) in repository.sources() {
        let Some(inside) = path.strip_prefix(&prefix) else {
            continue;
        };
        let parts: Vec<&str> = inside.split('/').collect();
        match parts[..] {
            ["build.rs"]
            | ["src", "lib.rs" | "main.rs"]
            | ["src", "bin", _]
            | ["src", "bin", _, "main.rs"] => {
                roots.push((path.to_owned(), true));
            }
            ["tests" | "benches" | "examples", _] | ["tests" | "benches" | "examples", _, "main.rs"] => {
                roots.push((path.to_owned(), false));
            }
            _ => {}
        }
    }
    let Ok(manifest) = manifest.parse::<Table>() else {
        return roots;
    };
    for (kind, ships) in [
        ("lib", true),
        ("bin", true),
        ("test", false),
        ("bench", false),
        ("example", false),
    ] {
        let targets = match manifest.get(kind) {
            Some(Value::Array(targets)) => targets.iter().collect(),
            Some(target) => vec![target],
            None => vec![],
        };
        let paths = targets
            .iter()
            .filter_map(|target| target.get("path").and_then(Value::as_str));
        roots.extend(paths.filter_map(|path| Some((resolve(directory, path)?, ships))));
    }
    roots
}

/// Marks a file and all it leads to. `is_root`: its modules stand beside it, not in a directory of its name.
fn follow(
    repository: &Repository,
    path: String,
    is_root: bool,
    ships: bool,
    reached: &mut BTreeMap<String, bool>,
) {
    let Some(source) = repository.source(&path) else {
        return;
    };
    match reached.get(&path) {
        Some(true) => return,
        Some(false) if !ships => return,
        _ => reached.insert(path.clone(), ships),
    };
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let beside = if is_root || file == "mod.rs" {
        directory.to_owned()
    } else {
        path.strip_suffix(".rs").unwrap_or(&path).to_owned()
    };
    for module in source.modules.iter().filter(|module| !module.inline) {
        let mut base = beside.clone();
        for outer in &module.within {
            base = format!("{base}/{outer}");
        }
        let candidates = match &module.path {
            Some(given) if module.within.is_empty() => vec![resolve(directory, given)],
            Some(given) => vec![resolve(&base, given)],
            None => vec![
                resolve(&base, &format!("{}.rs", module.name)),
                resolve(&base, &format!("{}/mod.rs", module.name)),
            ],
        };
        for candidate in candidates.into_iter().flatten() {
            follow(repository, candidate, false, ships && !module.test, reached);
        }
    }
    for include in &source.includes {
        if let Some(included) = resolve(directory, include) {
            follow(repository, included, false, ships, reached);
        }
    }
}

/// Joins a relative path to a directory; `None` if it leaves the repository.
pub(super) fn resolve(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_nobody_declares_is_dead() {
        let repository = Repository::of(&[
            ("a/Cargo.toml", "[package]\n[[bin]]\npath = \"main/start.rs\"\n"),
            (
                "a/src/lib.rs",
                "mod used; mod folder; mod inline { mod deep; } include!(\"table.rs\");",
            ),
            ("a/src/used.rs", "mod child;"),
            ("a/src/used/child.rs", ""),
            ("a/src/folder/mod.rs", "#[path = \"odd.rs\"] mod named;"),
            ("a/src/folder/odd.rs", ""),
            ("a/src/inline/deep.rs", ""),
            ("a/src/table.rs", ""),
            ("a/src/dead.rs", "mod below;"),
            ("a/src/dead/below.rs", ""),
            ("a/src/bin/tool.rs", ""),
            ("a/main/start.rs", ""),
            ("a/tests/all.rs", "mod support;"),
            ("a/tests/support/mod.rs", ""),
            ("a/tests/support/dead.rs", ""),
            ("elsewhere/example.rs", ""),
        ]);
        let dead: Vec<String> = check(&repository)
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(
            dead,
            ["a/src/dead.rs", "a/src/dead/below.rs", "a/tests/support/dead.rs"]
        );
    }

    #[test]
    fn test_modules_do_not_ship() {
        let repository = Repository::of(&[
            ("Cargo.toml", "[package]"),
            ("src/lib.rs", "mod both; #[cfg(test)] mod tests;"),
            ("src/both.rs", ""),
            ("src/tests.rs", "mod deeper; #[path = \"both.rs\"] mod again;"),
            ("src/tests/deeper.rs", ""),
            ("tests/all.rs", ""),
        ]);
        let found = test_files(&repository);
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            ["src/tests.rs", "src/tests/deeper.rs", "tests/all.rs"]
        );
    }

    #[test]
    fn paths_stay_in_the_repository() {
        assert_eq!(resolve("a/b", "../c/./d.rs").as_deref(), Some("a/c/d.rs"));
        assert_eq!(resolve("a", "../../b"), None);
    }
}
