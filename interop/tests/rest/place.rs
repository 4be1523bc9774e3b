//! A directory with a Python environment, and a server in it.

use quintet_interop::Process;
use quintet_interop::node::program;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory with a Python environment of its own; it goes with the value.
pub(crate) struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a command, and answers what it said, or what it said when it failed.
fn tried(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    match output.status.success() {
        true => Ok(said),
        false => Err(format!("{command:?}: {said}")),
    }
}

/// Runs a command that must succeed, and answers what it said.
pub(crate) fn run(command: &mut Command) -> String {
    tried(command).unwrap_or_else(|why| panic!("{why}"))
}

impl Place {
    /// With a package of PyPI. None where that cannot be had, which under CI is a failure.
    pub(crate) fn with(name: &str, package: &str) -> Option<Self> {
        let name = format!("quintet-interop-{name}-{}", std::process::id());
        let place = Self(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&place.0).expect("a directory");
        let installed = tried(
            Command::new("python3")
                .args(["-m", "venv", "python"])
                .current_dir(&place.0),
        );
        let installed = installed.and_then(|_| {
            let quiet = ["install", "--quiet", "--disable-pip-version-check", package];
            tried(place.program("pip").args(quiet))
        });
        match installed {
            Ok(_) => Some(place),
            Err(why) => {
                let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
                assert!(!is_ci, "must run in CI: {why}");
                eprintln!("left out: {why}");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Our own program, in this directory with all it keeps.
    fn quintet(&self) -> Command {
        let mut command = Command::new(program());
        command
            .current_dir(&self.0)
            .env("XDG_CONFIG_HOME", self.0.join("config"))
            .env_remove("QUINTET_LOG")
            .env_remove("QUINTET_MASTER_KEY_SOURCE");
        command
    }

    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.0.join("python/bin").join(name));
        command.current_dir(&self.0);
        command
    }
}

/// A running server with an interface, and its first token.
pub(crate) struct Served {
    pub(crate) url: String,
    pub(crate) token: String,
    _server: Process,
}

impl Served {
    /// With subscribers who are provisioned before it starts, each with IMS.
    pub(crate) fn start(place: &Place, subscribers: &[&str]) -> Self {
        for imsi in subscribers {
            let key = "465b5ce8b199b49faa5f0a2ee238a6bc";
            let add = [
                "subscriber",
                "add",
                imsi,
                "--ims",
                "--k",
                key,
                "--opc",
                key,
                "--db",
                "q.db",
            ];
            run(place.quintet().args(add));
        }
        let configuration = place.path().join("quintet.toml");
        let text = "[diameter]\nlisten = [\"127.0.0.1:0\"]\n[store]\npath = \"q.db\"\n[api]\nlisten = \"127.0.0.1:0\"\n";
        std::fs::write(&configuration, text).expect("a configuration");
        let mut serve = place.quintet();
        serve.args(["serve", "-c"]).arg(&configuration);
        let server = Process::start("quintet", serve);
        let line = server.await_line("the interface", |line| line.contains("API: listening"));
        let address = line.split("address=").nth(1);
        let address = address.and_then(|rest| rest.split_whitespace().next());
        let token = std::fs::read_to_string(place.path().join("first-admin.token"));
        Self {
            url: format!("http://{}", address.expect("an address in the log")),
            token: token.expect("the first token").trim().to_owned(),
            _server: server,
        }
    }
}
