//! Where attempts go as they end: the terminal or standard output at once, the page and the summary when all is read.

use super::compare::{self, Good};
use super::filters;
use super::json::Report;
use super::select::Selection;
use super::summary::Summary;
use super::terminal::Terminal;
use super::words;
use crate::output::{Finding, is_broken_pipe};
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use quintet_consult::page::{About, Closing, Shown};
use quintet_consult::{Kept, MAX_KEPT, broken};
use quintet_doctor::report::{Attempt, Capture};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::{Path, PathBuf};

/// What standard output carries.
pub(super) enum Form {
    /// Ladders and findings for people.
    Text(Terminal),
    /// One object.
    Json(Report<BufWriter<StdoutLock<'static>>>),
    /// Display filters.
    Filters,
}

/// The capture that `--compare` names, and what went well in it.
pub(super) struct Beside {
    pub(super) name: String,
    pub(super) good: Good,
}

/// Takes in attempts.
pub(super) struct Outputs {
    form: Form,
    selection: Selection,
    beside: Option<Beside>,
    page: Option<(PathBuf, Kept)>,
    summary: Summary,
    bar: ProgressBar,
    width: usize,
    left_out: u64,
    /// The reader of standard output went away.
    deaf: bool,
    /// Whether something else than standard output wants the attempts.
    wanted: bool,
}

/// What the outputs are made of.
pub(super) struct Wanted {
    pub(super) form: Form,
    pub(super) selection: Selection,
    pub(super) beside: Option<Beside>,
    pub(super) page: Option<PathBuf>,
    /// Whether another file is written that needs every frame.
    pub(super) other_file: bool,
    pub(super) bar: ProgressBar,
    pub(super) width: usize,
}

/// What is known when all is read.
pub(super) struct Ending {
    pub(super) captures: Vec<Capture>,
    pub(super) not_shown: Vec<String>,
    pub(super) identities: bool,
    pub(super) interrupted: bool,
}

impl Outputs {
    /// Opens what is written to.
    ///
    /// # Errors
    /// If the page cannot be written where it shall be.
    pub(super) fn open(wanted: Wanted) -> Result<Self> {
        if let Some(path) = &wanted.page {
            // What cannot be written is said before a long capture is read; what is there stays until the report is whole.
            let opened = OpenOptions::new().append(true).create(true).open(path);
            opened.with_context(|| cannot_write(path))?;
        }
        Ok(Self {
            wanted: wanted.page.is_some() || wanted.other_file,
            form: wanted.form,
            selection: wanted.selection,
            beside: wanted.beside,
            page: wanted.page.map(|path| (path, Kept::new(MAX_KEPT))),
            summary: Summary::default(),
            bar: wanted.bar,
            width: wanted.width,
            left_out: 0,
            deaf: false,
        })
    }

    /// Takes in an attempt that ended. `first_frame`: when the first frame of all captures was, in nanoseconds.
    ///
    /// # Errors
    /// If standard output takes nothing more.
    pub(super) fn attempt(&mut self, attempt: Attempt, first_frame: Option<i128>) -> Result<()> {
        if !self.selection.takes(&attempt, first_frame) {
            self.left_out += 1;
            return Ok(());
        }
        self.summary.add(&attempt);
        let said = match self.deaf {
            true => Ok(()),
            false => {
                let bar = self.bar.clone();
                bar.suspend(|| self.say(&attempt))
            }
        };
        self.heard(said)?;
        if let Some((_, kept)) = &mut self.page {
            kept.add(attempt);
        }
        Ok(())
    }

    /// Goes on without a reader of standard output as long as a file is wanted.
    fn heard(&mut self, said: Result<()>) -> Result<()> {
        match said {
            Err(error) if is_broken_pipe(&error) && self.wanted => {
                self.deaf = true;
                Ok(())
            }
            said => said,
        }
    }

    fn say(&mut self, attempt: &Attempt) -> Result<()> {
        let bad = broken::mark(attempt).is_some();
        let compared = match &self.beside {
            Some(beside) if bad => beside.good.compare(attempt),
            _ => None,
        };
        match &mut self.form {
            Form::Json(report) => report
                .attempt(attempt, compared.as_ref())
                .context(STANDARD_OUTPUT),
            Form::Filters => {
                let told = io::stdout().is_terminal();
                filters::write(&mut io::stdout().lock(), attempt, told).context(STANDARD_OUTPUT)
            }
            Form::Text(terminal) => {
                let mut text = terminal.attempt(attempt);
                if let Some(beside) = self.beside.as_ref().filter(|_| bad) {
                    text.push_str(&match compared {
                        Some(compared) => compared.text(&beside.name, self.width),
                        None => compare::nothing_beside(attempt, &beside.name),
                    });
                    text.push('\n');
                }
                print(&text)
            }
        }
    }

    /// Writes what is written last.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn finish(mut self, ending: &Ending) -> Result<Finding> {
        self.bar.finish_and_clear();
        let about = About {
            version: env!("CARGO_PKG_VERSION"),
            identities: ending.identities,
            interrupted: ending.interrupted,
            left_out: self.left_out,
        };
        let summary = std::mem::take(&mut self.summary);
        let closing = Closing {
            captures: &ending.captures,
            totals: summary.totals(),
            not_shown: &ending.not_shown,
            about: &about,
        };
        let page = self.page.take();
        // The page first: a reader of standard output that went away must not cost it.
        let written = page
            .map(|(path, kept)| write_page(&path, &closing, kept))
            .transpose();
        if !self.deaf {
            let said = match std::mem::replace(&mut self.form, Form::Filters) {
                Form::Json(report) => report.end(&closing).context(STANDARD_OUTPUT),
                Form::Filters => Ok(()),
                Form::Text(_) => print(&self.closing_text(&closing, &summary)),
            };
            self.heard(said)?;
        }
        written?;
        Ok(if summary.is_bad() {
            Finding::Negative
        } else {
            Finding::Positive
        })
    }

    /// Summary and captures, with the escapes of colours.
    fn closing_text(&self, closing: &Closing<'_>, summary: &Summary) -> String {
        let mut text = String::new();
        if summary.attempts() > 1 {
            text.push('\n');
        }
        text.push_str(&summary.text(self.width));
        if summary.attempts() == 0 && self.left_out == 0 {
            text.push_str("  none in these captures: S1AP, NAS of LTE and S6a are looked for\n");
        }
        if self.left_out > 0 {
            let left_out = words::counted(self.left_out, "attempt");
            text.push_str(&format!("  {left_out} left out by --imsi, --since, --until\n"));
        }
        text.push('\n');
        for capture in closing.captures {
            let frames = words::counted(capture.frames, "frame");
            let file = words::clean(&capture.file);
            let span = match (&capture.first, &capture.last) {
                (Some(first), Some(last)) => format!("\n  from {first} to {last}"),
                _ => String::new(),
            };
            text.push_str(&format!("{file}: {frames}{span}\n"));
            for damage in &capture.damage {
                text.push_str(&format!("  damaged: {}\n", words::clean(damage)));
            }
        }
        for line in closing.not_shown {
            text.push_str(&format!("not shown: {}\n", words::clean(line)));
        }
        if closing.about.interrupted {
            text.push_str("interrupted: what comes later in the capture was not read\n");
        }
        if !closing.about.identities && summary.attempts() > 0 {
            text.push_str("identities are pseudonyms; --identities shows them\n");
        }
        text
    }
}

const STANDARD_OUTPUT: &str = "cannot write the report to standard output";

fn print(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context(STANDARD_OUTPUT)
}

fn cannot_write(path: &Path) -> String {
    format!(
        "cannot write the page {}: choose another place with --html",
        path.display()
    )
}

fn write_page(path: &Path, closing: &Closing<'_>, kept: Kept) -> Result<()> {
    let (attempts, left_out) = kept.into_attempts();
    let shown = Shown::new(closing, &attempts, left_out);
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        shown.write(&mut out)?;
        out.flush()
    });
    written.with_context(|| cannot_write(path))
}
