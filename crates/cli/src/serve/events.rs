//! `quintet serve --events`: the doctor beside the nodes. What passes on their connections goes to it as PDUs, and what it
//! says of each message and each attempt leaves as a line of JSON, the same as `quintet doctor` makes of a capture.

mod lines;

use anyhow::{Context, Result};
use lines::Lines;
use quintet_consult::{Passed, Watch};
use quintet_doctor::report::Attempt;
use quintet_doctor::{Output, Settings};
use quintet_runtime::Drbg;
use serde::Serialize;
use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// One line.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Said<'a> {
    Event(&'a quintet_doctor::event::Event),
    Attempt(&'a Attempt),
}

/// One line, with the name of its form.
#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    #[serde(flatten)]
    said: Said<'a>,
}

/// What a line says of its form.
const SCHEMA: &str = "quintet.event/1";

/// How often attempts that fell silent are looked for.
pub(super) const TICK: Duration = Duration::from_secs(5);

/// The doctor beside the nodes of one process.
pub(super) struct Events {
    watch: Watch,
    lines: Lines,
}

impl Events {
    /// Opens the place where the lines go: a file, to whose end they are added, or standard output for `-`.
    ///
    /// # Errors
    /// If it cannot be opened, or the system gives no entropy.
    pub(super) fn open(path: &Path, identities: bool) -> Result<Rc<RefCell<Self>>> {
        let out: Box<dyn Write + Send> = match path.to_str() {
            Some("-") => Box::new(io::stdout()),
            _ => Box::new(
                OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(path)
                    .with_context(|| format!("--events {}: cannot be written", path.display()))?,
            ),
        };
        let mut pseudonym_key = [0; 32];
        Drbg::new()?.fill(&mut pseudonym_key);
        Ok(Rc::new(RefCell::new(Self {
            watch: Watch::new(Settings {
                identities,
                pseudonym_key,
                events: true,
                ..Settings::default()
            }),
            lines: Lines::begin(out),
        })))
    }

    /// A node saw something.
    pub(super) fn take(&mut self, passed: &Passed<&[u8]>) {
        self.watch.take(passed);
        self.write();
    }

    /// It is this late: attempts that fell silent may end. Called every [`TICK`].
    pub(super) fn quiet(&mut self, wall: Duration) {
        self.watch.quiet(wall);
        self.write();
    }

    /// The nodes have stopped: every attempt ends.
    pub(super) fn finish(&mut self, wall: Duration) {
        self.watch.finish(wall);
        self.write();
        self.lines.finish();
    }

    /// Hands on what the doctor has to say.
    fn write(&mut self) {
        while let Some(output) = self.watch.poll() {
            let said = match &output {
                Output::Event(event) => Said::Event(event),
                Output::Attempt(attempt) => Said::Attempt(attempt),
                Output::Deciphered { .. } | Output::Standing(_) | Output::Withdrawn(_) => continue,
            };
            let line = Line { schema: SCHEMA, said };
            if let Ok(mut line) = serde_json::to_vec(&line) {
                line.push(b'\n');
                self.lines.offer(line);
            }
        }
    }
}
