//! `cargo xtask dependencies`: licences, sources, bans and duplicates of every dependency, by `deny.toml`.
//!
//! cargo-deny reads the same file and checks more (licence texts, advisories), but takes minutes to build. This reads
//! what `cargo metadata` says of the packages resolved for the listed targets, needs no network, and so runs everywhere.
//! A key of `deny.toml` that is not read here is left to cargo-deny.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use toml::Table;

/// A resolved package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    /// The SPDX expression of the manifest.
    license: Option<String>,
    /// The registry or repository; `None` for a package of this checkout.
    source: Option<String>,
}

/// Checks the checkout at `root` and prints what is wrong; `true` if nothing is.
pub(crate) fn report(root: &Path) -> Result<bool> {
    let path = root.join("deny.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let policy: Table = text
        .parse()
        .with_context(|| format!("{} is no TOML", path.display()))?;
    let mut packages = BTreeSet::new();
    for target in strings(&policy, "graph", "targets") {
        packages.extend(resolved(&metadata(root, &target)?)?);
    }
    ensure!(
        !packages.is_empty(),
        "deny.toml lists no [graph] targets, so there is nothing to check"
    );
    let findings = check(&policy, &packages);
    for finding in &findings {
        println!("{finding}");
    }
    println!(
        "dependencies: {} packages, {} errors",
        packages.len(),
        findings.len()
    );
    Ok(findings.is_empty())
}

fn metadata(root: &Path, target: &str) -> Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            target,
        ])
        .current_dir(root)
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("cargo metadata answered no JSON")
}

/// The packages of the resolved graph: cargo describes those of other platforms too, which nothing here compiles.
fn resolved(metadata: &Value) -> Result<Vec<Package>> {
    let nodes = metadata["resolve"]["nodes"]
        .as_array()
        .context("cargo metadata resolved nothing")?;
    let ids: BTreeSet<&str> = nodes.iter().filter_map(|node| node["id"].as_str()).collect();
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(packages
        .iter()
        .filter(|package| package["id"].as_str().is_some_and(|id| ids.contains(id)))
        .map(|package| Package {
            name: text(&package["name"]).unwrap_or_default(),
            version: text(&package["version"]).unwrap_or_default(),
            license: text(&package["license"]),
            source: text(&package["source"]),
        })
        .collect())
}

fn check(policy: &Table, packages: &BTreeSet<Package>) -> Vec<String> {
    let licenses = strings(policy, "licenses", "allow");
    let registries = strings(policy, "sources", "allow-registry");
    let denied = crates(policy, "deny");
    let skipped = crates(policy, "skip");
    let no_duplicates = policy
        .get("bans")
        .and_then(|bans| bans.get("multiple-versions"))
        .and_then(|level| level.as_str())
        == Some("deny");

    let mut findings = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let Package {
            name,
            version,
            license,
            source,
        } = package;
        versions.entry(name).or_default().insert(version);
        if let Err(why) = check_license(license.as_deref(), &licenses) {
            findings.push(format!(
                "error: {name} {version}: {why}\n    choose another crate; a permissive licence may be added to deny.toml"
            ));
        }
        let known = source.as_ref().is_none_or(|source| {
            source
                .strip_prefix("registry+")
                .is_some_and(|registry| registries.iter().any(|known| known == registry))
        });
        if !known {
            let source = source.as_deref().unwrap_or_default();
            findings.push(format!(
                "error: {name} {version}: comes from {source}\n    use a released version from the registry deny.toml lists"
            ));
        }
        if let Some(reason) = denied.get(name.as_str()) {
            findings.push(format!(
                "error: {name} {version}: is banned: {reason}\n    `cargo tree -i {name}` shows who brings it"
            ));
        }
    }
    for (name, versions) in versions
        .iter()
        .filter(|(name, versions)| no_duplicates && versions.len() > 1 && !skipped.contains_key(**name))
    {
        let list: Vec<&str> = versions.iter().copied().collect();
        findings.push(format!(
            "error: {name}: is there in versions {}\n    agree on one (`cargo tree -d`), or add it to `skip` in deny.toml with the \
             reason",
            list.join(" and ")
        ));
    }
    findings
}

/// Whether an SPDX expression can be satisfied with allowed licences alone.
fn check_license(expression: Option<&str>, allowed: &[String]) -> Result<(), String> {
    let Some(expression) = expression else {
        return Err("states no licence".to_owned());
    };
    let parsed = spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX).map_err(|error| {
        format!(
            "its licence `{expression}` is no SPDX expression: {}",
            error.reason
        )
    })?;
    if parsed.evaluate(|requirement| allowed.contains(&requirement.to_string())) {
        Ok(())
    } else {
        Err(format!(
            "its licence is `{expression}`, which deny.toml does not allow"
        ))
    }
}

fn strings(policy: &Table, table: &str, key: &str) -> Vec<String> {
    let array = policy
        .get(table)
        .and_then(|table| table.get(key))
        .and_then(|value| value.as_array());
    array
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// The crates of a list in `[bans]`, with their reasons.
fn crates<'a>(policy: &'a Table, key: &str) -> BTreeMap<&'a str, &'a str> {
    let array = policy
        .get("bans")
        .and_then(|bans| bans.get(key))
        .and_then(|value| value.as_array());
    array
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let reason = entry
                .get("reason")
                .and_then(|reason| reason.as_str())
                .unwrap_or("no reason given");
            Some((entry.get("crate")?.as_str()?, reason))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
        [bans]
        multiple-versions = "deny"
        deny = [{ crate = "bad", reason = "it is" }]
        skip = [{ crate = "twice", reason = "for now" }]
        [sources]
        allow-registry = ["https://registry.example"]
    "#;

    fn findings(packages: &[(&str, &str, Option<&str>, Option<&str>)]) -> Vec<String> {
        let packages = packages.iter().map(|(name, version, license, source)| Package {
            name: name.to_string(),
            version: version.to_string(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
        });
        let first_line = |finding: String| finding.lines().next().unwrap_or_default().to_owned();
        check(&POLICY.parse().unwrap(), &packages.collect())
            .into_iter()
            .map(first_line)
            .collect()
    }

    const REGISTRY: Option<&str> = Some("registry+https://registry.example");

    #[test]
    fn a_licence_must_be_satisfiable() {
        for fine in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception AND MIT",
        ] {
            assert_eq!(findings(&[("a", "1", Some(fine), REGISTRY)]), [""; 0]);
        }
        for (bad, why) in [
            (
                Some("GPL-3.0-only"),
                "its licence is `GPL-3.0-only`, which deny.toml does not allow",
            ),
            (
                Some("MIT AND GPL-3.0-only"),
                "its licence is `MIT AND GPL-3.0-only`, which deny.toml does not allow",
            ),
            (None, "states no licence"),
        ] {
            assert_eq!(
                findings(&[("a", "1", bad, REGISTRY)]),
                [format!("error: a 1: {why}")]
            );
        }
    }

    #[test]
    fn a_source_must_be_known() {
        assert_eq!(findings(&[("own", "1", Some("MIT"), None)]), [""; 0]);
        let git = Some("git+https://registry.example/x");
        assert_eq!(
            findings(&[("a", "1", Some("MIT"), git)]),
            ["error: a 1: comes from git+https://registry.example/x"]
        );
    }

    #[test]
    fn bans_and_duplicates_are_found() {
        let package = |name, version| (name, version, Some("MIT"), REGISTRY);
        assert_eq!(
            findings(&[package("bad", "1")]),
            ["error: bad 1: is banned: it is"]
        );
        assert_eq!(
            findings(&[package("a", "1"), package("a", "2")]),
            ["error: a: is there in versions 1 and 2"]
        );
        assert_eq!(findings(&[package("twice", "1"), package("twice", "2")]), [""; 0]);
    }

    #[test]
    fn only_resolved_packages_count() {
        let metadata = serde_json::json!({
            "resolve": { "nodes": [{ "id": "a#1" }] },
            "packages": [
                { "id": "a#1", "name": "a", "version": "1", "license": "MIT", "source": null },
                { "id": "b#1", "name": "b", "version": "1", "license": null, "source": null },
            ],
        });
        let names: Vec<String> = resolved(&metadata)
            .unwrap()
            .into_iter()
            .map(|package| package.name)
            .collect();
        assert_eq!(names, ["a"]);
    }
}
