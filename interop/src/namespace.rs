//! A network namespace that goes away with its owner.

use crate::choice::find;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Names begin so; the process that made it and a number follow.
pub(crate) const PREFIX: &str = "quintet-interop-";

/// Numbers the namespaces of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A network namespace with a loopback interface that also has 10.79.0.1: freeDiameter does not say 127.0.0.1 in a
/// CER.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one, and removes what killed test runs left behind.
    ///
    /// # Panics
    /// If `ip` cannot.
    #[must_use]
    pub fn new() -> Self {
        remove_orphans();
        let name = format!(
            "{PREFIX}{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        ip(&["netns", "add", &name]);
        let namespace = Self { name };
        namespace.ip(&["link", "set", "lo", "up"]);
        namespace.ip(&["addr", "add", "10.79.0.1/32", "dev", "lo"]);
        namespace
    }

    /// A command inside; it is killed when the thread that starts it ends.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = ip_command();
        command.args([
            "netns",
            "exec",
            &self.name,
            "setpriv",
            "--pdeathsig",
            "KILL",
            program,
        ]);
        command
    }

    fn ip(&self, arguments: &[&str]) {
        let mut all = vec!["-n", &self.name];
        all.extend(arguments);
        ip(&all);
    }
}

impl Default for Namespace {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// `ip`, which is often outside of a user's search path.
fn ip_command() -> Command {
    Command::new(find("ip").expect("its absence is a reason to leave a scenario out"))
}

fn ip(arguments: &[&str]) {
    let output = ip_command().args(arguments).output().expect("ip is installed");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {}: {error}", arguments.join(" "));
}

/// Kills what runs in it and removes it. Errors are of no use to a test that is over.
fn remove(name: &str) {
    if let Ok(output) = ip_command().args(["netns", "pids", name]).output() {
        for id in String::from_utf8_lossy(&output.stdout).split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", id]).output();
        }
    }
    let _ = ip_command().args(["netns", "del", name]).output();
}

/// Namespaces whose makers are gone.
fn remove_orphans() {
    for name in orphans(Path::new("/run/netns")) {
        remove(&name);
    }
}

/// What test runs made in a directory that are gone themselves.
pub(crate) fn orphans(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let is_orphan = |name: &String| {
        let maker = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        maker.is_some_and(|id| !Path::new("/proc").join(id).exists())
    };
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(is_orphan).collect()
}
