//! Which programs play subject and peer, and what is known not to work between them.

use std::path::{Path, PathBuf};

/// A program that can be subject or peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `quintet serve`.
    Quintet,
    /// Debian's `freeDiameterd`.
    FreeDiameter,
}

impl Program {
    fn named(variable: &str, default: Self) -> Self {
        match std::env::var(variable).as_deref() {
            Err(_) => default,
            Ok("quintet") => Self::Quintet,
            Ok("freediameter") => Self::FreeDiameter,
            Ok(other) => panic!("{variable} = {other:?} is not allowed, expected quintet or freediameter"),
        }
    }
}

/// The two programs of this run: `QUINTET_INTEROP_SUBJECT` (default `quintet`) and `QUINTET_INTEROP_PEER` (default
/// `freediameter`).
///
/// `freediameter` against itself shows that a scenario asks for nothing that only Quintet does.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Who is examined.
    pub subject: Program,
    /// Who examines.
    pub peer: Program,
}

impl Choice {
    /// As the environment says.
    #[must_use]
    pub fn from_environment() -> Self {
        Self {
            subject: Program::named("QUINTET_INTEROP_SUBJECT", Program::Quintet),
            peer: Program::named("QUINTET_INTEROP_PEER", Program::FreeDiameter),
        }
    }

    /// Why this machine cannot run it.
    #[must_use]
    pub fn missing(self) -> Option<String> {
        let mut programs = vec!["ip", "tshark", "setpriv", "bash"];
        if self.subject == Program::FreeDiameter || self.peer == Program::FreeDiameter {
            programs.extend(["freeDiameterd", "openssl"]);
        }
        if let Some(program) = programs.iter().find(|program| find(program).is_none()) {
            return Some(format!("{program} is not installed"));
        }
        not_root()
    }

    /// Why `scenario` is known to fail between these two. It is run all the same: once it passes, its row must go.
    #[must_use]
    pub fn known_failure(self, scenario: &str) -> Option<&'static str> {
        KNOWN_FAILURES
            .iter()
            .find(|row| row.0 == self.subject && row.1 == self.peer && row.2 == scenario)
            .map(|row| row.3)
    }
}

/// Subject, peer, scenario, reason.
const KNOWN_FAILURES: &[(Program, Program, &str, &str)] = &[];

/// Why network namespaces cannot be made.
pub(crate) fn not_root() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let root = status
        .lines()
        .any(|l| l.starts_with("Uid:") && l.split_whitespace().nth(2) == Some("0"));
    (!root).then(|| "network namespaces need root".to_owned())
}

/// A program in the search path; the administrator's directories are often not in it.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|file| Path::is_file(file))
}
