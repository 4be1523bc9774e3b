//! `quintet doctor`: reads captures and says, for each subscriber's attempt, where the security path broke and why.
//!
//! ```text
//!  input ─► Source ─► Session: Dissector ─► Doctor ─► Attempt ─► Outputs: terminal │ JSON │ filters, page, summary
//! ```

mod compare;
mod decrypt;
mod filters;
mod input;
mod interrupt;
mod json;
mod keys;
mod live;
mod options;
mod outputs;
mod select;
mod session;
mod source;
mod summary;
mod terminal;
mod words;

use crate::output::Finding;
use anyhow::{Context, Result, bail};
use compare::Good;
use decrypt::Decrypting;
use indicatif::{ProgressBar, ProgressStyle};
use interrupt::Interrupt;
use json::Report;
use options::Settings;
use outputs::{Beside, Ending, Form, Outputs, Wanted};
use quintet_doctor::report::Attempt;
use session::{Listener, Session};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use terminal::Terminal;

const EXAMPLES: &str = "Examples:
  quintet doctor trace.pcapng                        every attempt, and what broke it
  quintet doctor s1.pcap s6a.pcap --html a.html      two taps of one network, and a page of it
  quintet doctor trace.pcap --imsi 001010000000001 --identities --verbose
  quintet doctor bad.pcap --compare good.pcap        where the bad one first departs
  quintet doctor trace.pcap --filter                 display filters for Wireshark
  quintet doctor modem.pcap --dlt 147=nas-eps        a log of NAS PDUs on a user link type
  tcpdump -i any -w - sctp | quintet doctor - --json
  quintet doctor --live eth0                         attempts as they end, until Ctrl-C

Exit codes: 0 every attempt went well, 1 an attempt failed or shows a fault, 2 a capture could not be read.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Captures: pcap or pcapng, also gzipped; `-` reads standard input
    #[arg(value_name = "FILE", required_unless_present = "live")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    /// Answer with one JSON object
    #[arg(long, conflicts_with = "filter")]
    json: bool,
    /// Write the report as one page that needs no network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print display filters for Wireshark, a line for each finding
    #[arg(long)]
    filter: bool,
    /// Say where failed attempts first depart from one that went well in this capture
    #[arg(long, value_name = "GOOD", conflicts_with = "filter")]
    compare: Option<PathBuf>,
    /// Show a ladder for attempts that went well too
    #[arg(short, long)]
    verbose: bool,
    /// Show how far reading has come
    #[arg(long)]
    progress: bool,
}

/// `quintet doctor`.
pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    arguments.check()?;
    let interrupt = Interrupt::register()?;
    let settings = &arguments.settings;
    let key = pseudonym_key()?;
    let beside = arguments
        .compare
        .as_deref()
        .map(|good| read_good(good, settings, key, &interrupt))
        .transpose()?;
    let doctor = settings.doctor(key)?;
    let bar = bar(arguments.progress);
    let mut source = settings.open(&arguments.files, &interrupt)?;
    let width = terminal_width();
    let form = arguments.form(width)?;
    let mut outputs = Outputs::open(Wanted {
        form,
        selection: settings.selection(&doctor),
        beside,
        page: arguments.html.clone(),
        other_file: settings.decrypt.is_some(),
        bar: bar.clone(),
        width: width.unwrap_or(crate::ladder::WIDTH),
    })?;
    let session = Session::new(settings.dissector(), doctor);
    let mut listener = Decrypting::open(settings.decrypt.as_deref(), &mut outputs)?;
    let passed = session.run(&mut *source, &interrupt, &bar, &mut listener)?;
    if let Some(written) = listener.finish()? {
        anstream::eprintln!("{}", written.words());
    }
    let ending = Ending {
        not_shown: quintet_consult::told(&passed.counts),
        captures: passed.captures,
        identities: settings.identities,
        interrupted: passed.interrupted,
    };
    outputs.finish(&ending)
}

impl Arguments {
    /// What contradicts itself.
    fn check(&self) -> Result<()> {
        let pipes = self.files.iter().filter(|file| file.as_os_str() == "-").count();
        if pipes > 1 || (pipes > 0 && self.compare.as_deref() == Some(Path::new("-"))) {
            bail!("standard input (`-`) can be read once only");
        }
        let read: Vec<&Path> = self
            .files
            .iter()
            .chain(&self.compare)
            .map(PathBuf::as_path)
            .chain(self.settings.read_beside())
            .collect();
        let written: Vec<&Path> = self
            .html
            .iter()
            .chain(&self.settings.decrypt)
            .map(PathBuf::as_path)
            .collect();
        crate::apart::check(&read, &written)
    }

    /// What standard output shall carry.
    fn form(&self, width: Option<usize>) -> Result<Form> {
        Ok(if self.json {
            let out = BufWriter::new(io::stdout().lock());
            Form::Json(Report::begin(out).context("cannot write the report to standard output")?)
        } else if self.filter {
            Form::Filters
        } else {
            let mut terminal = Terminal::new(width, self.verbose);
            terminal.captures(self.files.iter().map(|file| file.display().to_string()));
            Form::Text(terminal)
        })
    }
}

impl Listener for Outputs {
    fn attempt(&mut self, attempt: Attempt, first_frame: Option<i128>) -> Result<()> {
        self.attempt(attempt, first_frame)
    }
}

impl Listener for Good {
    fn attempt(&mut self, attempt: Attempt, _: Option<i128>) -> Result<()> {
        self.add(attempt);
        Ok(())
    }
}

/// What went well in the capture to compare with.
fn read_good(path: &Path, settings: &Settings, key: [u8; 32], interrupt: &Interrupt) -> Result<Beside> {
    let name = path.display().to_string();
    let mut source = settings.open(&[path.to_owned()], interrupt)?;
    let mut good = Good::default();
    let session = Session::new(settings.dissector(), settings.doctor(key)?);
    session.run(&mut *source, interrupt, &ProgressBar::hidden(), &mut good)?;
    if good.is_empty() {
        bail!("no attempt in {name} went well: --compare needs a capture of one that did");
    }
    Ok(Beside { name, good })
}

/// The key of this run's pseudonyms.
#[expect(clippy::disallowed_methods, reason = "the program is where entropy enters")]
fn pseudonym_key() -> Result<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).context("no entropy for pseudonyms: --identities does without")?;
    Ok(key)
}

/// A bar on standard error, if it is wanted and that is a terminal.
fn bar(wanted: bool) -> ProgressBar {
    if !wanted {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length();
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}")
    {
        bar.set_style(style);
    }
    bar
}

/// Columns of the terminal that standard output is; `None` if it is none.
#[cfg(unix)]
fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

/// Nobody knows.
#[cfg(not(unix))]
fn terminal_width() -> Option<usize> {
    None
}
