//! `quintet serve` as a process that ends with its test, and the other commands.

use super::{PATIENCE, await_some};
use quintet_vault::{MasterKey, Masters};
use rustix::process::{Pid, Signal, kill_process};
use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

/// What the log says of the Diameter listener, and of that of the metrics.
const LISTENING: &str = "S6a: listening";

/// The variable that says where the master key is.
pub(crate) const MASTER_KEY_SOURCE: &str = "QUINTET_MASTER_KEY_SOURCE";

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_quintet");

/// A configuration in the making. Every server listens on a port that the system chooses.
pub(crate) struct Settings {
    pub(crate) identity: String,
    pub(crate) realm: String,
    pub(crate) database: PathBuf,
    /// Further lines of `[diameter]`.
    pub(crate) diameter: String,
    /// Further lines of `[store]`.
    pub(crate) store: String,
    /// Further tables.
    pub(crate) rest: String,
}

impl Settings {
    pub(crate) fn new(database: impl Into<PathBuf>) -> Self {
        Self {
            identity: "hss.epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
            realm: "epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
            database: database.into(),
            diameter: String::new(),
            store: String::new(),
            rest: "[hss]\nhome_plmns = [\"00101\"]\n".to_owned(),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let Self {
            identity,
            realm,
            diameter,
            database,
            store,
            rest,
        } = self;
        let _ = writeln!(text, "[diameter]\nidentity = \"{identity}\"\nrealm = \"{realm}\"");
        let _ = writeln!(text, "listen = [\"127.0.0.1:0\"]\n{diameter}");
        let place = match database.to_str() {
            Some(url) if url.starts_with("postgresql:") => format!("kind = \"postgres\"\nurl = \"{url}\""),
            _ => format!("path = \"{}\"", database.display()),
        };
        let _ = writeln!(text, "[store]\n{place}\n{store}\n{rest}");
        text
    }

    /// Writes the configuration into `directory` and answers the file.
    pub(crate) fn write(&self, directory: &Path) -> PathBuf {
        let file = directory.join("quintet.toml");
        std::fs::write(&file, self.text()).unwrap();
        file
    }
}

/// What a process wrote to its standard error, and the news of more.
type Log = Arc<(Mutex<Written>, Condvar)>;

#[derive(Default)]
struct Written {
    lines: Vec<String>,
    ended: bool,
}

/// A running server. It is killed when this is dropped, and its log shown if the test fails.
pub(crate) struct Server {
    child: Child,
    log: Log,
}

impl Server {
    /// Starts `quintet serve` with a configuration file.
    pub(crate) fn start(configuration: &Path) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "-c"]).arg(configuration);
        Self::run(command)
    }

    /// Starts a command that becomes the server.
    pub(crate) fn run(mut command: Command) -> Self {
        isolate(&mut command);
        Self::run_as_it_is(command)
    }

    /// The same of one that has its environment.
    pub(crate) fn run_as_it_is(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let log = Log::default();
        let writer = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                writer
                    .0
                    .lock()
                    .unwrap()
                    .lines
                    .push(String::from_utf8_lossy(&line).into_owned());
                writer.1.notify_all();
            }
            writer.0.lock().unwrap().ended = true;
            writer.1.notify_all();
        });
        Self { child, log }
    }

    /// Waits for a line of the log, the first one or one to come.
    pub(crate) fn await_line(&self, what: &str) -> String {
        self.await_line_number(1, what)
    }

    /// Waits for the n-th line that says this, the first one being 1.
    pub(crate) fn await_line_number(&self, number: usize, what: &str) -> String {
        self.try_line_number(number, what)
            .unwrap_or_else(|| panic!("the server ended without saying {what:?}, {number} times"))
    }

    /// Waits for a line of the log; none if the process ends without it.
    pub(crate) fn try_line(&self, what: &str) -> Option<String> {
        self.try_line_number(1, what)
    }

    fn try_line_number(&self, number: usize, what: &str) -> Option<String> {
        let began = Instant::now();
        let mut written = self.log.0.lock().unwrap();
        loop {
            let mut saying = written.lines.iter().filter(|line| line.contains(what));
            if let Some(line) = saying.nth(number - 1) {
                return Some(line.clone());
            }
            let left = PATIENCE.saturating_sub(began.elapsed());
            if written.ended {
                return None;
            }
            if left.is_zero() {
                drop(written);
                panic!("waited {PATIENCE:?} in vain for the log to say {what:?}, {number} times");
            }
            written = self.log.1.wait_timeout(written, left).unwrap().0;
        }
    }

    /// Where it listens for Diameter; waits until it does.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address_of(LISTENING)
    }

    /// The address in the line of the log that says this; waits until it does.
    pub(crate) fn address_of(&self, what: &str) -> SocketAddr {
        let line = self.await_line(what);
        let text = line
            .split("address=")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        text.unwrap_or_else(|| panic!("no address in {line:?}"))
            .parse()
            .unwrap()
    }

    /// The log so far.
    pub(crate) fn log(&self) -> String {
        self.log.0.lock().unwrap().lines.join("\n")
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end, and for the last it wrote: its log is whole then.
    pub(crate) fn await_end(&mut self) -> ExitStatus {
        let status = await_some("the end of the server", || self.child.try_wait().unwrap());
        await_some("the end of its log", || {
            self.log.0.lock().unwrap().ended.then_some(())
        });
        status
    }

    /// SIGKILL, and the end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of the server:");
            self.log
                .0
                .lock()
                .unwrap()
                .lines
                .iter()
                .rev()
                .take(60)
                .rev()
                .for_each(|l| eprintln!("    {l}"));
        }
    }
}

/// Runs a command to its end.
pub(crate) fn quintet<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    let mut command = Command::new(PROGRAM);
    isolate(command.args(arguments).stdin(Stdio::null()));
    command.output().unwrap()
}

/// The master key of these tests: handed over in the environment, so that none of the user's is read or made.
const MASTER_KEY: &str = "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92";

/// The master keys of these tests, for a look into their databases.
pub(crate) fn masters() -> Arc<dyn Masters> {
    Arc::new(MasterKey::read(MASTER_KEY.as_bytes()).unwrap())
}

/// Nothing of the user who runs the tests, whose own database and keys least of all.
pub(crate) fn isolate(command: &mut Command) {
    command.env_remove("QUINTET_LOG").env("NO_COLOR", "1");
    if !command.get_envs().any(|(name, _)| name == MASTER_KEY_SOURCE) {
        command
            .env(MASTER_KEY_SOURCE, "env:QUINTET_TEST_MASTER_KEY")
            .env("QUINTET_TEST_MASTER_KEY", MASTER_KEY);
    }
    command
        .env("HOME", "/nonexistent")
        .env("XDG_DATA_HOME", "/nonexistent");
}

/// Starts a server that must not start, and answers its exit code and what it says. It must say one thing once.
pub(crate) fn refused(configuration: &Path) -> (Option<i32>, String) {
    let mut server = Server::start(configuration);
    assert!(server.try_line(LISTENING).is_none(), "it started");
    let status = server.await_end();
    (status.code(), server.log())
}
