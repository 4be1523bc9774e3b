//! A server under test: this program's `serve` as a process of its own.

use super::process;
use crate::database::DatabasePlace;
use crate::keys::{Sources, VARIABLE, make_file};
use anyhow::{Context, Result, bail};
use quintet_runtime::Clock;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::Notify;

/// How long a server may take until it listens, and until all subscribers are in memory.
const START_LIMIT: Duration = Duration::from_secs(120);

/// How long a server may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// Lines of its log that are kept, to be shown if it fails.
const KEPT_LINES: usize = 10;

/// A running server; killed when dropped.
pub(super) struct Server {
    child: Child,
    pid: u32,
    /// When it was started, on the clock of the benchmark.
    pub(super) started: Duration,
    log: Rc<Log>,
}

/// What its log has said.
#[derive(Default)]
struct Log {
    said: RefCell<Said>,
    news: Notify,
}

#[derive(Default)]
struct Said {
    address: Option<SocketAddr>,
    /// When all subscribers were in memory.
    preloaded: Option<Duration>,
    ended: bool,
    last: Vec<String>,
}

impl Server {
    /// Starts an HSS on a database; `directory` takes its configuration.
    pub(super) fn hss(clock: Clock, database: &Path, directory: &Path) -> Result<Self> {
        let arguments = [
            OsStr::new("--db"),
            database.as_os_str(),
            "--listen".as_ref(),
            "127.0.0.1:0".as_ref(),
        ];
        Self::start(clock, directory, "hss", "", &arguments)
    }

    /// The same at any place; one on a server opens with the user's own master key. The URL stands in the configuration, for
    /// arguments are seen in the list of processes.
    pub(super) fn hss_at(clock: Clock, place: &DatabasePlace, directory: &Path) -> Result<Self> {
        let server = match place {
            DatabasePlace::File(path) => return Self::hss(clock, path, directory),
            DatabasePlace::Server(server) => server,
        };
        let key = Sources::of_environment()?
            .primary()
            .context("this user has no master key")?;
        let configuration = format!(
            "[store]\nkind = \"postgres\"\nurl = {:?}\n[keys]\nmaster = \"{key}\"\n",
            server.url
        );
        Self::started(
            clock,
            directory,
            "hss",
            &configuration,
            &["--listen".as_ref(), "127.0.0.1:0".as_ref()],
            None,
        )
    }

    /// Starts an MME whose configuration has this `[mme]` and what follows it; `directory` takes that.
    pub(super) fn mme(clock: Clock, directory: &Path, configuration: &str) -> Result<Self> {
        let configuration = format!("roles = [\"mme\"]\n{configuration}");
        Self::start(clock, directory, "mme", &configuration, &[])
    }

    /// Starts a CSCF; `directory` takes its configuration.
    pub(super) fn cscf(clock: Clock, directory: &Path, role: &str, configuration: &str) -> Result<Self> {
        let configuration = format!("roles = [\"{role}\"]\n{configuration}");
        Self::start(clock, directory, role, &configuration, &[])
    }

    fn start(
        clock: Clock,
        directory: &Path,
        name: &str,
        configuration: &str,
        arguments: &[&OsStr],
    ) -> Result<Self> {
        let key = directory.join("master.key");
        if !key.exists() {
            make_file(&key)?;
        }
        Self::started(clock, directory, name, configuration, arguments, Some(&key))
    }

    /// Starts a node; `key` is its master key, if its configuration does not say where that is.
    fn started(
        clock: Clock,
        directory: &Path,
        name: &str,
        configuration: &str,
        arguments: &[&OsStr],
        key: Option<&Path>,
    ) -> Result<Self> {
        let file = directory.join(name).with_extension("toml");
        std::fs::write(&file, format!("{configuration}[log]\nformat = \"json\"\n"))
            .with_context(|| format!("cannot write {}", file.display()))?;
        let program = std::env::current_exe().context("this program does not know where it is")?;
        let started = clock.moment().now;
        let mut command = Command::new(program);
        match key {
            Some(key) => command.env(VARIABLE, format!("file:{}", key.display())),
            None => command.env_remove(VARIABLE),
        };
        let mut child = command
            .arg("serve")
            .arg("--config")
            .arg(file)
            .args(arguments)
            .env_remove("QUINTET_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start `quintet serve`")?;
        let pid = child.id().context("the server ended at once")?;
        let log = Rc::new(Log::default());
        if let Some(stderr) = child.stderr.take() {
            tokio::task::spawn_local(read_log(clock, stderr, Rc::clone(&log)));
        }
        Ok(Self {
            child,
            pid,
            started,
            log,
        })
    }

    /// Where it listens, as soon as it does.
    pub(super) async fn address(&self) -> Result<SocketAddr> {
        self.wait("it listens", |said| said.address).await
    }

    /// How long it took from its start until all subscribers were in memory.
    pub(super) async fn preloaded(&self) -> Result<Duration> {
        let at = self.wait("all subscribers are in memory", |said| said.preloaded);
        Ok(at.await?.saturating_sub(self.started))
    }

    async fn wait<T>(&self, what: &str, of: impl Fn(&Said) -> Option<T>) -> Result<T> {
        let wait = async {
            loop {
                let news = self.log.news.notified();
                {
                    let said = self.log.said.borrow();
                    if let Some(found) = of(&said) {
                        return Ok(found);
                    }
                    if said.ended {
                        bail!("the server ended before {what}:\n{}", said.last.join("\n"));
                    }
                }
                news.await;
            }
        };
        match tokio::time::timeout(START_LIMIT, wait).await {
            Ok(found) => found,
            Err(_) => bail!("the server was given {} s until {what}", START_LIMIT.as_secs()),
        }
    }

    /// Processor time it took so far.
    pub(super) fn processor_time(&self) -> Option<Duration> {
        process::processor_time(self.pid)
    }

    /// Memory it holds, octets.
    pub(super) fn resident(&self) -> Option<u64> {
        process::resident(self.pid)
    }

    /// Ends it as an operator would, and waits.
    pub(super) async fn stop(mut self) -> Result<()> {
        if !self.interrupt() {
            self.child.start_kill()?;
        }
        match tokio::time::timeout(STOP_LIMIT, self.child.wait()).await {
            Ok(status) => {
                status?;
            }
            Err(_) => self.child.kill().await?,
        }
        Ok(())
    }

    /// SIGTERM; answers whether it could be sent.
    #[cfg(unix)]
    fn interrupt(&self) -> bool {
        let pid = i32::try_from(self.pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        pid.is_some_and(|pid| rustix::process::kill_process(pid, rustix::process::Signal::TERM).is_ok())
    }

    #[cfg(not(unix))]
    fn interrupt(&self) -> bool {
        false
    }
}

/// Reads the log, which is JSON, a line an event.
async fn read_log(clock: Clock, stderr: ChildStderr, log: Rc<Log>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut said = log.said.borrow_mut();
        let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        match event["message"].as_str() {
            Some("S6a: listening" | "S1AP: listening" | "SIP: listening") => {
                said.address = event["address"].as_str().and_then(|a| a.parse().ok());
            }
            Some("all subscribers are in memory") => said.preloaded = Some(clock.moment().now),
            _ => {}
        }
        if said.last.len() == KEPT_LINES {
            said.last.remove(0);
        }
        said.last.push(line);
        drop(said);
        log.news.notify_waiters();
    }
    log.said.borrow_mut().ended = true;
    log.news.notify_waiters();
}
