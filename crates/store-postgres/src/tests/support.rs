//! A PostgreSQL server of the tests' own: a throw-away cluster that ends with the process, however that ends.

use quintet_store_postgres::{Options, PostgresStore};
use quintet_vault::{MasterKey, Secret};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// Waits for a line, or the end of its standard input, which comes with the end of the tests, and ends the server; at the
/// end of the tests its directory goes as well.
const KEEPER: &str = r#"
"$0" -D "$1/data" -k "$1" "${@:2}" 2>>"$1/log" </dev/null & server=$!
echo $server >"$1/pid"
read -r _ || gone=yes
kill -QUIT $server; kill -CONT $server; wait $server
[ -z "$gone" ] || rm -rf "$1"
exit 0
"#;

/// A running server, or one that was stopped.
pub(super) struct Cluster {
    directory: tempfile::TempDir,
    binaries: PathBuf,
    keeper: Option<(Child, ChildStdin)>,
    settings: Vec<String>,
    schemas: AtomicU32,
}

/// A schema on it.
pub(super) struct Place {
    pub(super) url: String,
    pub(super) schema: String,
}

/// Where `initdb` is: the newest one Debian has installed, or that of the path.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    let whole = |place: &PathBuf| {
        ["initdb", "postgres", "psql", "pg_isready"]
            .iter()
            .all(|name| place.join(name).exists())
    };
    found.into_iter().find(whole)
}

/// A program as a user who is not root, which PostgreSQL refuses to be.
pub(super) fn unprivileged(program: &Path) -> Command {
    if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            .arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn done(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The server of all tests that do it no harm; none, with a reason, where PostgreSQL is not installed.
pub(super) fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(&[])).as_ref()
}

impl Cluster {
    /// A new cluster with settings, running.
    pub(super) fn start(settings: &[&str]) -> Option<Self> {
        Self::prepared(settings, |_| {})
    }

    /// The same; `prepare` puts into its directory what the settings name (`../file` or `{directory}/file`).
    pub(super) fn prepared(settings: &[&str], prepare: impl FnOnce(&Path)) -> Option<Self> {
        let Some(binaries) = binaries() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "PostgreSQL is not installed: apt-get install postgresql"
            );
            println!("skipped: PostgreSQL is not installed (apt-get install postgresql)");
            return None;
        };
        let directory = tempfile::Builder::new().prefix("quintet-pg").tempdir().unwrap();
        let cluster = Self {
            directory,
            binaries,
            keeper: None,
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            schemas: AtomicU32::new(0),
        };
        prepare(cluster.path());
        if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
            done(
                Command::new("chown")
                    .arg("-R")
                    .arg("postgres:")
                    .arg(cluster.path()),
            );
        }
        done(
            unprivileged(&cluster.binaries.join("initdb"))
                .args([
                    "-U",
                    "quintet",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "-N",
                    "-D",
                ])
                .arg(cluster.path().join("data")),
        );
        let mut cluster = cluster;
        cluster.run();
        Some(cluster)
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Starts the server, and waits until it answers.
    pub(super) fn run(&mut self) {
        let mut keeper = unprivileged(Path::new("bash"));
        keeper
            .args(["-c", KEEPER])
            .arg(self.binaries.join("postgres"))
            .arg(self.path())
            .args(["-c", "max_connections=200"]);
        if !self
            .settings
            .iter()
            .any(|setting| setting.starts_with("listen_addresses"))
        {
            keeper.args(["-c", "listen_addresses="]);
        }
        for setting in &self.settings {
            let directory = self.path().display().to_string();
            keeper.arg("-c").arg(setting.replace("{directory}", &directory));
        }
        let mut keeper = keeper.stdin(Stdio::piped()).spawn().unwrap();
        let stdin = keeper.stdin.take().unwrap();
        self.keeper = Some((keeper, stdin));
        for _ in 0..600 {
            let mut ready = Command::new(self.binaries.join("pg_isready"));
            let port = self
                .settings
                .iter()
                .find_map(|setting| setting.strip_prefix("port="));
            let ready = ready
                .arg("-q")
                .arg("-h")
                .arg(self.path())
                .arg("-p")
                .arg(port.unwrap_or("5432"))
                .status();
            if ready.unwrap().success() {
                return;
            }
            pause(100);
        }
        panic!(
            "the server does not start: {}",
            std::fs::read_to_string(self.path().join("log")).unwrap_or_default()
        );
    }

    /// Ends the server at once, as a crash would; its children with it.
    pub(super) fn crash(&mut self) {
        let Some((mut keeper, mut stdin)) = self.keeper.take() else {
            return;
        };
        stdin.write_all(b"end\n").unwrap();
        keeper.wait().unwrap();
    }

    /// Sends a signal to the server and all its processes.
    pub(super) fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.path().join("pid")).unwrap();
        let pid = pid.trim();
        done(Command::new("kill").args([signal, pid]));
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        for child in children.split_whitespace() {
            // One that ended meanwhile wants no signal.
            let _ = Command::new("kill").args([signal, child]).status();
        }
    }

    /// A schema that nobody has used yet.
    pub(super) fn place(&self) -> Place {
        let number = self.schemas.fetch_add(1, Ordering::Relaxed);
        Place {
            url: format!(
                "postgresql://quintet@{}/postgres",
                self.path().display().to_string().replace('/', "%2F")
            ),
            schema: format!("test_{number}"),
        }
    }

    /// What `psql` answers.
    pub(super) fn psql(&self, place: &Place, sql: &str) -> String {
        self.psql_at(place, 5432, sql)
    }

    /// The same of a server with another port.
    pub(super) fn psql_at(&self, place: &Place, port: u16, sql: &str) -> String {
        let output = done(
            Command::new(self.binaries.join("psql"))
                .env("PGOPTIONS", format!("-c search_path={}", place.schema))
                .args([
                    "-XAtq",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-U",
                    "quintet",
                    "-d",
                    "postgres",
                    "-p",
                ])
                .arg(port.to_string())
                .arg("-h")
                .arg(self.path())
                .args(["-c", sql]),
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Another program of PostgreSQL's, with the server's place.
    pub(super) fn program(&self, name: &str) -> Command {
        let mut command = unprivileged(&self.binaries.join(name));
        command.args(["-U", "quintet", "-h"]).arg(self.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
    }
}

pub(super) fn options(schema: &str) -> Options {
    let master = MasterKey::new(Secret::new(std::array::from_fn(|at| at as u8 + 1))).unwrap();
    Options {
        schema: schema.to_owned(),
        masters: Arc::new(master),
        ..Options::default()
    }
}

impl Place {
    pub(super) fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.url, options(&self.schema)).unwrap()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server of another process is waited for"
)]
pub(super) fn pause(milliseconds: u64) {
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
}
