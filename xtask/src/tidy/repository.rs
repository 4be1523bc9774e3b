//! The files of a checkout, in memory.
//!
//! Read from the file system rather than from git, so that a file is checked before it is added and a source archive can
//! be checked at all. Build output and hidden directories other than `.ci` and `.cargo` are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::lexer::Source;

/// Directories that hold no sources of ours.
const SKIPPED_DIRECTORIES: [&str; 2] = ["target", "node_modules"];

/// Hidden directories that do.
const HIDDEN_DIRECTORIES: [&str; 2] = [".ci", ".cargo"];

/// A checkout. Paths are relative to its root, with `/` between the parts.
#[derive(Default)]
pub(super) struct Repository {
    /// Every file and directory, also those that are not text.
    paths: BTreeSet<String>,
    texts: BTreeMap<String, String>,
    sources: BTreeMap<String, Source>,
}

impl Repository {
    /// Reads a checkout.
    pub(super) fn load(root: &Path) -> Result<Self> {
        let mut repository = Self::default();
        repository.load_directory(root, "")?;
        Ok(repository)
    }

    /// A repository made of the given files.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut repository = Self::default();
        for (path, text) in files {
            for (at, _) in path.match_indices('/') {
                repository.paths.insert(path[..at].to_owned());
            }
            repository.add(path.to_string(), text.to_string());
        }
        repository
    }

    fn load_directory(&mut self, directory: &Path, prefix: &str) -> Result<()> {
        let entries =
            fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", directory.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry
                .file_type()
                .with_context(|| format!("cannot look at {path}"))?;
            if kind.is_dir() {
                let hidden = name.starts_with('.') && !HIDDEN_DIRECTORIES.contains(&name.as_str());
                if hidden || SKIPPED_DIRECTORIES.contains(&name.as_str()) {
                    continue;
                }
                self.paths.insert(path.clone());
                self.load_directory(&entry.path(), &format!("{path}/"))?;
            } else {
                let octets = match fs::read(entry.path()) {
                    Ok(octets) => octets,
                    // A neighbour's temporary file, or a link that leads nowhere.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
                };
                match String::from_utf8(octets) {
                    Ok(text) => self.add(path, text),
                    Err(_) => _ = self.paths.insert(path),
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, text: String) {
        if path.ends_with(".rs") {
            self.sources.insert(path.clone(), Source::lex(&text));
        }
        self.paths.insert(path.clone());
        self.texts.insert(path, text);
    }

    pub(super) fn file_count(&self) -> usize {
        self.texts.len()
    }

    /// Whether a file or directory exists; the root itself is the empty path.
    pub(super) fn exists(&self, path: &str) -> bool {
        path.is_empty() || self.paths.contains(path)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.get(path)
    }

    /// Every text file.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every Rust file with its text.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(path, source)| (path.as_str(), source))
    }

    /// The directories that hold a package, with their manifests: `("crates/wire", text)`.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter_map(|(path, text)| {
            let directory = path.strip_suffix("Cargo.toml")?;
            (directory.is_empty() || directory.ends_with('/'))
                .then(|| (directory.trim_end_matches('/'), text))
        })
    }
}
