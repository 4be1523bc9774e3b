//! A program under test: its log, its end.

use crate::{PATIENCE, await_some};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

/// A running program. It is killed when this is dropped; its log is shown if the test fails.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Child,
    log: Log,
    observer: bool,
}

/// What a panic carries when the program that observes ended by itself: nothing is known of subject and peer.
#[derive(Debug)]
pub(crate) struct ObserverLost;

/// What a program has written, and the news of more.
type Log = Arc<(Mutex<Written>, Condvar)>;

/// What a program has written so far, on both its streams.
#[derive(Debug, Default)]
struct Written {
    lines: Vec<String>,
    /// Streams that have ended, of two.
    ended: u8,
}

impl Process {
    /// Starts a program and reads its standard output and error.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(name: &'static str, mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name} ({command:?}): {error}"));
        let log = Log::default();
        for stream in [child.stdout.take().map(boxed), child.stderr.take().map(boxed)]
            .into_iter()
            .flatten()
        {
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                    log.0
                        .lock()
                        .expect("not poisoned")
                        .lines
                        .push(String::from_utf8_lossy(&line).into_owned());
                    log.1.notify_all();
                }
                log.0.lock().expect("not poisoned").ended += 1;
                log.1.notify_all();
            });
        }
        Self {
            name,
            child,
            log,
            observer: false,
        }
    }

    /// The same program as one that only observes: its early end is an `ObserverLost`.
    #[must_use]
    pub fn observing(mut self) -> Self {
        self.observer = true;
        self
    }

    /// Waits for a line that `accepts`, from the beginning of the log on, and answers it.
    ///
    /// # Panics
    /// After [`PATIENCE`].
    pub fn await_line(&self, what: &str, accepts: impl Fn(&str) -> bool) -> String {
        self.await_lines(what, |lines| lines.iter().find(|line| accepts(line)).cloned())
    }

    /// Waits until the lines so far make `look` find something.
    ///
    /// # Panics
    /// After [`PATIENCE`], or when the program ends before.
    pub fn await_lines<T>(&self, what: &str, look: impl Fn(&[String]) -> Option<T>) -> T {
        let began = Instant::now();
        let mut written = self.log.0.lock().expect("not poisoned");
        loop {
            if let Some(found) = look(&written.lines) {
                return found;
            }
            let left = PATIENCE.saturating_sub(began.elapsed());
            let ended = written.ended == 2;
            if ended || left.is_zero() {
                drop(written);
                let how = if ended { "it ended" } else { "patience did" };
                let said = format!("waited for {}: {what}: in vain, {how}", self.name);
                if ended && self.observer {
                    eprintln!("{said}");
                    std::panic::panic_any(ObserverLost);
                }
                panic!("{said}");
            }
            written = self.log.1.wait_timeout(written, left).expect("not poisoned").0;
        }
    }

    /// The lines so far.
    ///
    /// # Panics
    /// If it only observes and has ended.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let written = self.log.0.lock().expect("not poisoned");
        if written.ended == 2 && self.observer {
            drop(written);
            std::panic::panic_any(ObserverLost);
        }
        written.lines.clone()
    }

    /// Sends a signal, by name.
    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([&format!("-{signal}"), &id]).status();
        assert!(
            status.is_ok_and(|s| s.success()),
            "cannot send {signal} to {}",
            self.name
        );
    }

    /// Waits for the end of the program.
    ///
    /// # Panics
    /// After [`PATIENCE`].
    pub fn await_end(&mut self) -> ExitStatus {
        let name = self.name;
        await_some(&format!("the end of {name}"), || {
            self.child.try_wait().expect("a child can be waited for")
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- {}:", self.name);
            if let Ok(written) = self.log.0.lock() {
                written.lines.iter().for_each(|line| eprintln!("    {line}"));
            }
        }
    }
}

fn boxed(stream: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(stream)
}
