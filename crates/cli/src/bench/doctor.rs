//! `quintet bench doctor`: how fast captures are read and diagnosed, beside tshark, and in how much memory.
//!
//! ```text
//!  FILE… ─► Multiplier ─► octets of a capture ─┬─► Reader                              MB/s
//!                                              ├─► Reader ─► Dissector                 MB/s
//!                                              ├─► Reader ─► Dissector ─► Doctor       MB/s, memory
//!                                              └─► a file ─► `quintet doctor`, tshark  side by side
//! ```

mod multiply;

use super::machine::Machine;
use super::process;
use super::report::{self, Goal, Row};
use crate::output::Finding;
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use multiply::Multiplier;
use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Item, Pdu, Reader, Seen, Sink};
use quintet_doctor::{Doctor, Output, Settings};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(super) const EXAMPLES: &str = "Examples:
  quintet lab lte s6a --pcap lab.pcapng && quintet bench doctor lab.pcapng
  quintet bench doctor --octets 10000000000 lab.pcapng       constant memory
  quintet bench doctor --make big.pcapng lab.pcapng          write the capture instead of measuring

The files' frames are repeated, between other addresses and later each time, until there are so many octets. tshark is
measured on the first 32 MB of them, if it is installed.";

/// Octets of a capture that tshark is given.
const TSHARK_OCTETS: usize = 32_000_000;

/// Octets made at a time.
const CHUNK_OCTETS: usize = 4 << 20;

/// The display filter and fields that tshark is asked for: what a diagnosis starts from.
const TSHARK_ARGUMENTS: [&str; 15] = [
    "-n",
    "-Y",
    "s1ap || diameter || nas-eps",
    "-T",
    "fields",
    "-e",
    "frame.number",
    "-e",
    "s1ap.procedureCode",
    "-e",
    "nas_eps.nas_msg_emm_type",
    "-e",
    "nas_eps.emm.cause",
    "-e",
    "diameter.cmd.code",
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Captures to repeat
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Octets of the capture that is measured
    #[arg(long, value_name = "N", default_value = "1000000000")]
    octets: u64,
    /// Write the capture here, and measure nothing
    #[arg(long, value_name = "FILE")]
    make: Option<PathBuf>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// `quintet bench doctor`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    if let Some(path) = &arguments.make {
        make(arguments, path)?;
        return Ok(Finding::Positive);
    }
    let mut rows = Vec::new();
    rows.push(speed("read", "MB/s", &measure(arguments, Reading::default())?));
    rows.push(speed(
        "read and dissect",
        "MB/s",
        &measure(arguments, Dissecting::default())?,
    ));
    let mut diagnosing = Diagnosing::new();
    let whole = measure(arguments, &mut diagnosing)?;
    rows.push(speed("read, dissect and diagnose", "MB/s", &whole).goal(Goal::AtLeast(300.0)));
    rows.push(Row::new(
        "attempts diagnosed",
        "1/s",
        diagnosing.attempts as f64 / whole.busy.as_secs_f64(),
    ));
    if let [Some(early), Some(late)] = whole.resident {
        rows.push(Row::new("memory half-way", "MB", early as f64 / 1e6));
        rows.push(
            Row::new("memory at the end", "MB", late as f64 / 1e6)
                .goal(Goal::AtMost(early as f64 / 1e6 * 1.25)),
        );
    }
    beside_tshark(arguments, &mut rows)?;
    report::print("quintet.bench.doctor/1", &Machine::here(), &rows, arguments.json)?;
    Ok(match diagnosing.attempts {
        0 => Finding::Negative,
        _ => Finding::Positive,
    })
}

/// What a measurement came to.
struct Measured {
    octets: u64,
    /// Processor time at work, without the making of the octets.
    busy: Duration,
    /// Resident octets half-way, when the tables that are bounded have filled, and at the end.
    resident: [Option<u64>; 2],
}

/// Something that takes a capture in pieces.
trait Stage {
    /// Takes octets; answers how many of them it is done with.
    fn take(&mut self, octets: &[u8], end: bool) -> usize;
}

/// Makes the capture piece by piece and gives it to a stage.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn measure(arguments: &Arguments, mut stage: impl Stage) -> Result<Measured> {
    let bar = ProgressBar::new(arguments.octets).with_style(ProgressStyle::with_template(
        "{bar:40} {binary_bytes} of {binary_total_bytes}, {eta} left",
    )?);
    let mut buffer = Vec::with_capacity(2 * CHUNK_OCTETS);
    let mut multiplier = Multiplier::begin(&arguments.files, &mut buffer)?;
    let mut measured = Measured {
        octets: 0,
        busy: Duration::ZERO,
        resident: [None; 2],
    };
    let begun = Instant::now();
    loop {
        while buffer.len() < CHUNK_OCTETS {
            multiplier.pass(&mut buffer);
        }
        let end = measured.octets + buffer.len() as u64 >= arguments.octets;
        let before = at_work(begun);
        let taken = stage.take(&buffer, end);
        measured.busy += at_work(begun).saturating_sub(before);
        measured.octets += taken as u64;
        buffer.drain(..taken);
        bar.set_position(measured.octets);
        if measured.resident[0].is_none() && measured.octets >= arguments.octets / 2 {
            measured.resident[0] = process::resident(std::process::id());
        }
        if end {
            break;
        }
    }
    measured.resident[1] = process::resident(std::process::id());
    bar.finish_and_clear();
    Ok(measured)
}

fn speed(name: &str, unit: &'static str, measured: &Measured) -> Row {
    Row::new(
        name,
        unit,
        measured.octets as f64 / 1e6 / measured.busy.as_secs_f64(),
    )
}

/// Time this process was at work, as the processor counts; by the clock where that is not told.
fn at_work(since: Instant) -> Duration {
    process::processor_time(std::process::id()).unwrap_or_else(|| since.elapsed())
}

/// Takes every step through the octets that a reader can.
fn steps(
    reader: &mut Reader,
    octets: &[u8],
    end: bool,
    mut each: impl FnMut(&quintet_capture::Frame<'_>),
) -> usize {
    let mut taken = 0;
    loop {
        let step = reader.next(&octets[taken..], end);
        taken += step.consumed;
        match step.item {
            Item::Frame(frame) => each(&frame),
            Item::Damage(_) => {}
            Item::More(_) | Item::End => return taken,
        }
    }
}

/// Frames alone.
struct Reading {
    reader: Reader,
    octets: u64,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            reader: Reader::new(0),
            octets: 0,
        }
    }
}

impl Stage for Reading {
    fn take(&mut self, octets: &[u8], end: bool) -> usize {
        let sum = &mut self.octets;
        steps(&mut self.reader, octets, end, |frame| {
            *sum += frame.octets.len() as u64
        })
    }
}

/// Frames and PDUs.
struct Dissecting {
    reader: Reader,
    dissector: Dissector,
    count: Count,
}

/// Counts PDUs.
#[derive(Default)]
struct Count(u64);

impl Sink for Count {
    fn pdu(&mut self, _pdu: &Pdu<'_>) {
        self.0 += 1;
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, _event: FlowEvent) {}
}

impl Default for Dissecting {
    fn default() -> Self {
        Self {
            reader: Reader::new(0),
            dissector: Dissector::new(DissectorOptions::default()),
            count: Count::default(),
        }
    }
}

impl Stage for Dissecting {
    fn take(&mut self, octets: &[u8], end: bool) -> usize {
        let (dissector, count) = (&mut self.dissector, &mut self.count);
        steps(&mut self.reader, octets, end, |frame| {
            dissector.frame(frame, count)
        })
    }
}

/// Frames, PDUs and attempts.
struct Diagnosing {
    reader: Reader,
    dissector: Dissector,
    doctor: Doctor,
    attempts: u64,
}

impl Diagnosing {
    fn new() -> Self {
        Self {
            reader: Reader::new(0),
            dissector: Dissector::new(DissectorOptions::default()),
            doctor: Doctor::new(Settings::default()),
            attempts: 0,
        }
    }

    fn listen(doctor: &mut Doctor, attempts: &mut u64) {
        while let Some(output) = doctor.poll() {
            *attempts += u64::from(matches!(output, Output::Attempt(_)));
        }
    }
}

impl Stage for &mut Diagnosing {
    fn take(&mut self, octets: &[u8], end: bool) -> usize {
        let (dissector, doctor, attempts) = (&mut self.dissector, &mut self.doctor, &mut self.attempts);
        let taken = steps(&mut self.reader, octets, end, |frame| {
            dissector.frame(frame, doctor);
            Diagnosing::listen(doctor, attempts);
        });
        if end {
            dissector.finish(doctor);
            doctor.finish();
            Diagnosing::listen(doctor, attempts);
        }
        taken
    }
}

/// Writes the capture to a file.
fn make(arguments: &Arguments, path: &Path) -> Result<()> {
    let read: Vec<&Path> = arguments.files.iter().map(PathBuf::as_path).collect();
    crate::apart::check(&read, &[path])?;
    let mut file = File::create(path).with_context(|| format!("cannot make {}", path.display()))?;
    let cannot = || format!("cannot write {}", path.display());
    let mut buffer = Vec::with_capacity(2 * CHUNK_OCTETS);
    let mut multiplier = Multiplier::begin(&arguments.files, &mut buffer)?;
    let mut written = 0;
    while written < arguments.octets {
        multiplier.pass(&mut buffer);
        if buffer.len() >= CHUNK_OCTETS || written + buffer.len() as u64 >= arguments.octets {
            file.write_all(&buffer).with_context(cannot)?;
            written += buffer.len() as u64;
            buffer.clear();
        }
    }
    Ok(())
}

/// `quintet doctor` and tshark as processes, on the same file.
fn beside_tshark(arguments: &Arguments, rows: &mut Vec<Row>) -> Result<()> {
    if Command::new("tshark")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        anstream::eprintln!("tshark is not installed: not compared");
        return Ok(());
    }
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    let path = directory.path().join("compared.pcapng");
    let mut buffer = Vec::with_capacity(TSHARK_OCTETS + CHUNK_OCTETS);
    let mut multiplier = Multiplier::begin(&arguments.files, &mut buffer)?;
    while buffer.len() < TSHARK_OCTETS {
        multiplier.pass(&mut buffer);
    }
    std::fs::write(&path, &buffer).with_context(|| format!("cannot write {}", path.display()))?;
    let megabytes = buffer.len() as f64 / 1e6;
    let program = std::env::current_exe().context("where is this program?")?;
    let ours = seconds(Command::new(program).arg("doctor").arg("--json").arg(&path))?;
    let theirs = seconds(Command::new("tshark").arg("-r").arg(&path).args(TSHARK_ARGUMENTS))?;
    rows.push(Row::new(
        "quintet doctor --json, a process",
        "MB/s",
        megabytes / ours,
    ));
    rows.push(Row::new(
        "tshark -T fields, a process",
        "MB/s",
        megabytes / theirs,
    ));
    rows.push(Row::new("times tshark's speed", "", theirs / ours).goal(Goal::AtLeast(20.0)));
    Ok(())
}

/// Wall time of a process; what it prints is thrown away. The doctor's exit code 1 is an answer.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn seconds(command: &mut Command) -> Result<f64> {
    let began = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {:?}", command.get_program()))?;
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("{:?} ended with {status}", command.get_program());
    }
    Ok(began.elapsed().as_secs_f64())
}
