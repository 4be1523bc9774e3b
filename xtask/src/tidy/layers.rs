//! Layers: `base ← protocol ← procedure ← node ← runtime ← app`, and `tool` beside them.
//!
//! A crate states its layer in `[package.metadata] layer` and depends on its own layer or an earlier one. A tool may
//! depend on anything and nothing depends on a tool. A test may look further (a protocol's tests may use a node), but
//! never up to the program. Workspaces of their own (`fuzz`, `interop`) stand outside.
//!
//! Below `runtime` a crate is sans-IO, so it does not depend on crates that exist to reach the outside; clippy's bans
//! (`clippy.toml`) guard the standard library's own ways there.
//!
//! Dependencies come from `[workspace.dependencies]`, so that a version is chosen once.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Finding;
use super::repository::Repository;

/// From the bottom up.
const LAYERS: [&str; 7] = ["base", "protocol", "procedure", "node", "runtime", "app", "tool"];

const RUNTIME: usize = 4;
const APP: usize = 5;
const TOOL: usize = 6;

/// Crates that bring a clock, a socket, a thread, a file or entropy.
const OUTSIDE: [&str; 8] = [
    "getrandom",
    "mio",
    "rusqlite",
    "rustix",
    "socket2",
    "tokio",
    "tracing-subscriber",
    "ureq",
];

const STATE_LAYER: &str =
    "write `[package.metadata]` with `layer = \"…\"`: base, protocol, procedure, node, runtime, app or tool";
const POINT_DOWN: &str = "move what is needed down a layer, or pass it in from above (ARCHITECTURE.md says what each layer may know)";
const STAY_INSIDE: &str = "take what it brings as an input (`now: Duration`, octets of entropy, events) and leave the outside to `runtime`";
const USE_WORKSPACE: &str = "put the version into `[workspace.dependencies]` of the root Cargo.toml and write `name.workspace = true`";
const WRITE_TOML: &str = "correct the syntax";

/// A package of the root workspace.
struct Package<'a> {
    path: String,
    text: &'a str,
    manifest: Table,
    name: String,
    layer: Option<usize>,
}

/// Checks every package of the root workspace.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let packages = packages(repository, &mut findings);
    let layers: BTreeMap<&str, usize> = packages
        .iter()
        .filter_map(|package| Some((package.name.as_str(), package.layer?)))
        .collect();
    for package in &packages {
        if package.layer.is_none() {
            let what = format!("package {} states no layer", package.name);
            findings.push(Finding::error(&package.path, 1, what, STATE_LAYER));
        }
        for (table, dependencies) in dependency_tables(&package.manifest) {
            for (name, value) in dependencies {
                let line = line_of(package.text, name);
                if value.get("workspace").and_then(Value::as_bool) != Some(true) {
                    let what = format!("dependency {name} does not come from the workspace");
                    findings.push(Finding::error(&package.path, line, what, USE_WORKSPACE));
                }
                let for_tests = table == "dev-dependencies";
                if !for_tests
                    && package.layer.is_some_and(|layer| layer < RUNTIME)
                    && OUTSIDE.contains(&name.as_str())
                {
                    let what = format!("{} is below the runtime and depends on {name}", package.name);
                    findings.push(Finding::error(&package.path, line, what, STAY_INSIDE));
                }
                let (Some(own), Some(&other)) = (package.layer, layers.get(name.as_str())) else {
                    continue;
                };
                if !may_depend(own, other, for_tests) {
                    let what = format!(
                        "{} ({}) depends on {name} ({}), which is above it",
                        package.name, LAYERS[own], LAYERS[other]
                    );
                    findings.push(Finding::error(&package.path, line, what, POINT_DOWN));
                }
            }
        }
    }
    findings
}

fn may_depend(own: usize, other: usize, for_tests: bool) -> bool {
    match (own, other) {
        (TOOL, _) => true,
        (_, TOOL) => false,
        (_, APP) => own == APP,
        _ => for_tests || other <= own,
    }
}

fn packages<'a>(repository: &'a Repository, findings: &mut Vec<Finding>) -> Vec<Package<'a>> {
    let mut outside = Vec::new();
    let mut packages = Vec::new();
    for (directory, text) in repository.manifests() {
        let path = if directory.is_empty() {
            "Cargo.toml".to_owned()
        } else {
            format!("{directory}/Cargo.toml")
        };
        let manifest = match text.parse::<Table>() {
            Ok(manifest) => manifest,
            Err(error) => {
                findings.push(Finding::error(
                    &path,
                    1,
                    format!("no TOML: {}", error.message()),
                    WRITE_TOML,
                ));
                continue;
            }
        };
        if !directory.is_empty() && manifest.contains_key("workspace") {
            outside.push(format!("{directory}/"));
        }
        let Some(about) = manifest.get("package") else {
            continue;
        };
        let name = about
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or(directory)
            .to_owned();
        let layer = about
            .get("metadata")
            .and_then(|metadata| metadata.get("layer"))
            .and_then(Value::as_str);
        let layer = layer.and_then(|layer| LAYERS.iter().position(|known| *known == layer));
        packages.push(Package {
            path,
            text,
            name,
            layer,
            manifest,
        });
    }
    packages.retain(|package| {
        !outside
            .iter()
            .any(|directory| package.path.starts_with(directory))
    });
    packages
}

/// Every table of dependencies with its kind, also those below `[target.…]`.
fn dependency_tables(manifest: &Table) -> Vec<(&'static str, &Table)> {
    let targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values);
    let holders = std::iter::once(manifest).chain(targets.filter_map(Value::as_table));
    holders
        .flat_map(|holder| {
            ["dependencies", "build-dependencies", "dev-dependencies"]
                .into_iter()
                .filter_map(|kind| Some((kind, holder.get(kind)?.as_table()?)))
        })
        .collect()
}

/// The line that begins with a key, or the first.
fn line_of(text: &str, key: &str) -> usize {
    let begins = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    text.lines().position(begins).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, layer: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\n[package.metadata]\nlayer = \"{layer}\"\n{rest}")
    }

    fn findings(low: &str, high: &str, rest: &str) -> Vec<String> {
        let files = [
            ("Cargo.toml", "[workspace]\n".to_owned()),
            ("crates/low/Cargo.toml", package("low", low, rest)),
            ("crates/high/Cargo.toml", package("high", high, "")),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        check(&Repository::of(&files))
            .iter()
            .map(|f| format!("{}:{} {}", f.path, f.line, f.what))
            .collect()
    }

    const USES_HIGH: &str = "[dependencies]\nhigh.workspace = true\n";
    const TESTS_WITH_HIGH: &str = "[dev-dependencies]\nhigh.workspace = true\n";

    #[test]
    fn dependencies_point_down_or_sideways() {
        assert_eq!(findings("node", "base", USES_HIGH), [""; 0]);
        assert_eq!(findings("node", "node", USES_HIGH), [""; 0]);
        assert_eq!(
            findings("base", "node", USES_HIGH),
            ["crates/low/Cargo.toml:6 low (base) depends on high (node), which is above it"]
        );
        let for_target = "[target.'cfg(unix)'.dependencies]\nhigh.workspace = true\n";
        assert_eq!(findings("base", "protocol", for_target).len(), 1);
    }

    #[test]
    fn tests_may_look_up_but_not_to_the_program() {
        assert_eq!(findings("base", "runtime", TESTS_WITH_HIGH), [""; 0]);
        assert_eq!(findings("runtime", "app", TESTS_WITH_HIGH).len(), 1);
        assert_eq!(findings("app", "tool", TESTS_WITH_HIGH).len(), 1);
        assert_eq!(findings("tool", "app", USES_HIGH), [""; 0]);
    }

    #[test]
    fn below_the_runtime_nothing_reaches_the_outside() {
        let uses_tokio = "[dependencies]\ntokio.workspace = true\n";
        assert_eq!(
            findings("node", "base", uses_tokio),
            ["crates/low/Cargo.toml:6 low is below the runtime and depends on tokio"]
        );
        assert_eq!(findings("runtime", "base", uses_tokio), [""; 0]);
        assert_eq!(
            findings("node", "base", &uses_tokio.replace("depend", "dev-depend")),
            [""; 0]
        );
    }

    #[test]
    fn a_layer_is_stated_and_known() {
        assert_eq!(
            findings("cellar", "base", ""),
            ["crates/low/Cargo.toml:1 package low states no layer"]
        );
    }

    #[test]
    fn versions_are_chosen_in_the_workspace() {
        let own = "[build-dependencies]\nserde = \"1\"\n";
        assert_eq!(
            findings("base", "base", own),
            ["crates/low/Cargo.toml:6 dependency serde does not come from the workspace"]
        );
    }

    #[test]
    fn workspaces_of_their_own_stand_outside() {
        let fuzz = "[package]\nname = \"fuzz\"\n[workspace]\n[dependencies]\nx = \"1\"\n";
        let member = "[package]\nname = \"member\"\n";
        let files = [
            ("Cargo.toml", "[workspace]"),
            ("fuzz/Cargo.toml", fuzz),
            ("fuzz/a/Cargo.toml", member),
        ];
        assert_eq!(check(&Repository::of(&files)), []);
    }
}
