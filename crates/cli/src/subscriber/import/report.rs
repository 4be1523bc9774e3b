//! What became of each row: for people what they must know, for scripts every row.

use super::Import;
use super::existing::{Decision, Verdict};
use super::input::Files;
use anyhow::Result;
use quintet_provisioning::{Note, Refusal, Row};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

/// How many refused rows are shown to people; scripts see all.
const MAX_SHOWN: u64 = 50;

/// How many different notes are kept for people.
const MAX_NOTES: usize = 200;

/// A row for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    file: &'a str,
    line: u64,
    identity: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// How many rows had which outcome.
#[derive(Clone, Copy, Default, Serialize)]
struct Totals {
    imported: u64,
    changed: u64,
    skipped: u64,
    refused: u64,
}

/// A note, how often it was said, and where first.
struct Said {
    count: u64,
    first: String,
}

/// The report, as it grows.
pub(super) struct Report<'a> {
    files: &'a Files,
    names: Vec<String>,
    json: bool,
    dry_run: bool,
    keep_going: bool,
    verbose: bool,
    totals: Totals,
    shown: u64,
    rows: u64,
    notes: BTreeMap<Note, Said>,
    out: BufWriter<io::Stdout>,
}

impl<'a> Report<'a> {
    pub(super) fn new(files: &'a Files, json: bool, import: &Import) -> Result<Self> {
        let mut report = Self {
            files,
            names: (0..files.count()).map(|file| files.name(file)).collect(),
            json,
            dry_run: import.dry_run,
            keep_going: import.keep_going,
            verbose: import.verbose,
            totals: Totals::default(),
            shown: 0,
            rows: 0,
            notes: BTreeMap::new(),
            out: BufWriter::new(io::stdout()),
        };
        if json {
            let names = serde_json::to_string(&report.names)?;
            let source = files.source.name();
            write!(
                report.out,
                "{{\"schema\":\"quintet.subscriber.import/1\",\"source\":\"{source}\",\"files\":{names},\"rows\":["
            )?;
        }
        Ok(report)
    }

    /// How many rows were refused.
    pub(super) fn refused(&self) -> u64 {
        self.totals.refused
    }

    /// One row.
    pub(super) fn row(&mut self, row: &Row, decision: &Decision) -> Result<()> {
        let (outcome, why, remedy) = match decision {
            Decision::Write(Verdict::Insert) => ("imported", None, None),
            Decision::Write(_) => ("changed", None, None),
            Decision::Skip(why) => ("skipped", Some(why.as_str()), None),
            Decision::Refuse(Refusal { why, remedy }) => ("refused", Some(why.as_str()), remedy.as_deref()),
        };
        let count = match outcome {
            "imported" => &mut self.totals.imported,
            "changed" => &mut self.totals.changed,
            "skipped" => &mut self.totals.skipped,
            _ => &mut self.totals.refused,
        };
        *count += 1;
        self.rows += 1;
        // What is the same already, or refused, loses nothing that would have to be said.
        let notes = if decision.verdict() == Verdict::Nothing {
            &[][..]
        } else {
            &row.notes
        };
        if self.json {
            return self.json_row(row, (outcome, why, remedy), notes);
        }
        self.note(row, notes);
        let shows = self.verbose
            || outcome == "refused"
            || outcome == "skipped" && why.is_some_and(|why| !why.contains("the same"));
        if !shows {
            return Ok(());
        }
        self.shown += 1;
        if self.shown > MAX_SHOWN && !self.verbose {
            return Ok(());
        }
        let place = self.place(row);
        let identity = &row.identity;
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        writeln!(self.out, "{place}  {identity}  {outcome}{why}")?;
        if let Some(remedy) = remedy {
            writeln!(self.out, "    -> {remedy}")?;
        }
        Ok(())
    }

    /// The row at which a file cannot be read on.
    pub(super) fn broken(&mut self, row: &Row, why: String) -> Result<()> {
        let remedy = "what stands behind it was not looked at".to_owned();
        self.row(row, &Decision::Refuse(Refusal::new(why).remedy(remedy)))
    }

    fn json_row(
        &mut self,
        row: &Row,
        (outcome, why, remedy): (&'static str, Option<&str>, Option<&str>),
        notes: &[Note],
    ) -> Result<()> {
        if self.rows > 1 {
            self.out.write_all(b",")?;
        }
        let shown = Shown {
            file: self.names.get(row.place.file).map_or("", String::as_str),
            line: row.place.line,
            identity: &row.identity,
            outcome,
            why,
            remedy,
            notes: notes.iter().map(ToString::to_string).collect(),
        };
        serde_json::to_writer(&mut self.out, &shown)?;
        Ok(())
    }

    fn note(&mut self, row: &Row, notes: &[Note]) {
        for note in notes {
            if let Some(said) = self.notes.get_mut(note) {
                said.count += 1;
            } else if self.notes.len() < MAX_NOTES {
                let first = self.place(row);
                self.notes.insert(note.clone(), Said { count: 1, first });
            }
        }
    }

    /// Where a row stood, for people.
    fn place(&self, row: &Row) -> String {
        match (self.names.len(), row.place.line) {
            (_, 0) => self.files.name(row.place.file),
            (1, line) => format!("line {line}"),
            (_, line) => format!("{}:{line}", self.files.name(row.place.file)),
        }
    }

    /// The end of the report.
    pub(super) fn finish(mut self, written: bool) -> Result<()> {
        let Totals {
            imported,
            changed,
            skipped,
            refused,
        } = self.totals;
        if self.json {
            writeln!(
                self.out,
                "],\"imported\":{imported},\"changed\":{changed},\"skipped\":{skipped},\"refused\":{refused},\"written\":{written}}}"
            )?;
            self.out.flush()?;
            return Ok(());
        }
        if self.shown > MAX_SHOWN && !self.verbose {
            writeln!(
                self.out,
                "… and {} more (--verbose or --json shows all)",
                self.shown - MAX_SHOWN
            )?;
        }
        for (note, said) in &self.notes {
            let more = match said.count {
                1 => String::new(),
                n => format!(", and {} more", n - 1),
            };
            writeln!(self.out, "note: {note} ({}{more})", said.first)?;
        }
        writeln!(
            self.out,
            "imported {imported}, changed {changed}, skipped {skipped}, refused {refused}"
        )?;
        match (written, self.dry_run, self.keep_going) {
            (true, ..) => {}
            (false, true, _) => writeln!(self.out, "nothing was written: --dry-run")?,
            (false, false, _) => writeln!(
                self.out,
                "nothing was written: all or nothing, unless --keep-going takes what is right"
            )?,
        }
        self.out.flush()?;
        Ok(())
    }
}
