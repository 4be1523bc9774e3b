//! What the figures were measured on.

use serde::Serialize;
use std::fmt;

/// The machine of a benchmark.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Machine {
    /// The processor's name, as it says itself.
    cpu: String,
    /// Cores (threads of the processor) this process may use.
    cores: usize,
    /// Operating system and its version.
    os: String,
    /// Instructions for AES and SHA-256 that the cryptography uses if it finds them.
    instructions: Vec<&'static str>,
    /// This program.
    version: &'static str,
}

impl Machine {
    /// This one.
    pub(super) fn here() -> Self {
        Self {
            cpu: processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            os: system(),
            instructions: instructions(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = if self.cores == 1 { "core" } else { "cores" };
        write!(
            f,
            "{}, {} {cores}, {}, {}",
            self.cpu,
            self.cores,
            self.os,
            if self.instructions.is_empty() {
                "no instructions for AES or SHA".to_owned()
            } else {
                self.instructions.join(" ")
            }
        )
    }
}

fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn system() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{} {}", std::env::consts::OS, release.trim())
        .trim_end()
        .to_owned()
}

fn instructions() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    {
        let found = [
            ("AES-NI", std::arch::is_x86_feature_detected!("aes")),
            ("VAES", std::arch::is_x86_feature_detected!("vaes")),
            ("SHA-NI", std::arch::is_x86_feature_detected!("sha")),
        ];
        found
            .into_iter()
            .filter_map(|(name, there)| there.then_some(name))
            .collect()
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        Vec::new()
    }
}
