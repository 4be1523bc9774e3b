//! How scenarios and loads of a lab ended, said and shown.

use super::diagnosis::Diagnosis;
use super::journal::Passed;
use super::load::Report;
use super::reached::Reached;
use super::verdict_line;
use crate::ladder::HEADING;
use crate::output::Finding;
use anyhow::Result;
use serde::Serialize;
use std::io::Write as _;

/// What a load is called among scenarios.
pub(super) const CROWD: &str = "crowd";

/// How a scenario ended.
#[derive(Serialize)]
pub(super) struct Played {
    pub(super) technology: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Whether it ended as its name says it must.
    pub(super) as_named: bool,
    /// What happened, in a line.
    pub(super) ended: String,
    /// What was otherwise than it must be.
    pub(super) why: Vec<String>,
    /// How far the security path came.
    pub(super) reached: Reached,
    /// What one who looks at it would find odd about the path.
    pub(super) symptom: Option<String>,
    /// What the doctor says of its frames.
    pub(super) diagnosis: Option<Diagnosis>,
    pub(super) seconds: f64,
    pub(super) message_count: u64,
    pub(super) messages: Vec<Passed>,
}

impl Played {
    /// Whether it ended as it must, and the doctor says so.
    pub(super) fn is_good(&self) -> bool {
        self.as_named && self.diagnosis.as_ref().is_none_or(|diagnosis| diagnosis.named)
    }
}

pub(super) fn finding(played: &[Played], loads: &[Report]) -> Finding {
    let good = played.iter().all(Played::is_good) && loads.iter().all(|load| load.failed == 0);
    if good {
        Finding::Positive
    } else {
        Finding::Negative
    }
}

/// The verdict under a ladder.
pub(super) fn print_verdict(played: &Played) -> Result<()> {
    let about = format!(
        "reached: {}; {:.1} s; doctor: {}",
        played.reached.name(),
        played.seconds,
        diagnosed(played.diagnosis.as_ref())
    );
    verdict_line((played.name, 0), played.is_good(), &about, Some(&said(played)))
}

/// What is worth saying of a scenario beside its name.
fn said(played: &Played) -> String {
    let mut lines: Vec<String> = played.symptom.iter().cloned().collect();
    lines.extend(wrong(played));
    lines.join("\n")
}

/// What is otherwise than it must be.
fn wrong(played: &Played) -> Vec<String> {
    let mut wrong = played.why.clone();
    wrong.extend(played.diagnosis.iter().flat_map(Diagnosis::wrong));
    wrong
}

/// What the doctor named.
fn diagnosed(diagnosis: Option<&Diagnosis>) -> String {
    diagnosis.map_or_else(|| "did not look".to_owned(), Diagnosis::told)
}

/// All verdicts.
pub(super) fn summary(played: &[Played], loads: &[Report], seed: u64) -> Result<()> {
    let width = played.iter().map(|played| played.name.len()).max().unwrap_or(0);
    let mut before = None;
    for played in played {
        if before.replace(played.technology) != Some(played.technology) {
            heading(played.technology)?;
        }
        let about = format!(
            "{:>5} msg {:>6.1} s  reached: {:<14}  doctor: {}",
            played.message_count,
            played.seconds,
            played.reached.name(),
            diagnosed(played.diagnosis.as_ref())
        );
        let why = (!played.is_good()).then(|| wrong(played).join("\n"));
        verdict_line((played.name, width), played.is_good(), &about, why.as_deref())?;
    }
    for load in loads {
        load_line(load, width)?;
    }
    if played.iter().any(|played| !played.is_good()) {
        writeln!(anstream::stdout().lock(), "\nplay it again with --seed {seed}")?;
    }
    Ok(())
}

/// Whose verdicts follow.
fn heading(technology: &str) -> Result<()> {
    writeln!(anstream::stdout().lock(), "\n{HEADING}{technology}{HEADING:#}")?;
    Ok(())
}

/// The figures of a load; its name in so many columns.
fn load_line(load: &Report, width: usize) -> Result<()> {
    let ms = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1} ms"));
    let about = format!(
        "{}: {}, {:.1}/s in {:.1} s; p50 {}, p99 {}, max {}",
        load.technology,
        load.succeeded.told(load.ues),
        load.rate,
        load.seconds,
        ms(load.p50_ms),
        ms(load.p99_ms),
        ms(load.max_ms)
    );
    let failures: Vec<String> = load
        .failures
        .iter()
        .map(|(why, times)| format!("{times} × {why}"))
        .collect();
    let failures = failures.join("\n");
    verdict_line((CROWD, width), load.failed == 0, &about, Some(&failures))
}
