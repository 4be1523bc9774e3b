//! `--json`: one object (`docs/doctor.schema.json`), written while the attempts come, so that it may be longer than memory.

use super::compare::Compared;
use quintet_consult::page::{About, Closing};
use quintet_doctor::report::{Attempt, Capture, SCHEMA, Technology, Totals};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The members behind `attempts`.
#[derive(Serialize)]
struct Tail<'a> {
    captures: &'a [Capture],
    totals: &'a BTreeMap<Technology, Totals>,
    not_shown: &'a [String],
    doctor: &'a About,
}

/// An attempt, and how it departs from a good one.
#[derive(Serialize)]
struct Beside<'a> {
    #[serde(flatten)]
    attempt: &'a Attempt,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<&'a Compared>,
}

/// A report as it is written.
pub(super) struct Report<W: Write> {
    out: W,
    attempts: u64,
}

impl<W: Write> Report<W> {
    /// Begins the object.
    pub(super) fn begin(mut out: W) -> io::Result<Self> {
        write!(out, "{{\"schema\":\"{SCHEMA}\",\"attempts\":[")?;
        out.flush()?;
        Ok(Self { out, attempts: 0 })
    }

    /// Writes an attempt, and hands it on at once: the reader may be waiting for it.
    pub(super) fn attempt(&mut self, attempt: &Attempt, compared: Option<&Compared>) -> io::Result<()> {
        let before = if self.attempts == 0 { "\n" } else { ",\n" };
        self.attempts += 1;
        self.out.write_all(before.as_bytes())?;
        serde_json::to_writer(&mut self.out, &Beside { attempt, compared })?;
        self.out.flush()
    }

    /// Ends the object.
    pub(super) fn end(mut self, closing: &Closing<'_>) -> io::Result<()> {
        let tail = serde_json::to_string(&Tail {
            captures: closing.captures,
            totals: closing.totals,
            not_shown: closing.not_shown,
            doctor: closing.about,
        })?;
        let members = tail.strip_prefix('{').unwrap_or(&tail);
        writeln!(self.out, "\n],{members}")?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::{healthy, rejected};

    fn written(attempts: &[Attempt]) -> serde_json::Value {
        let mut octets = Vec::new();
        let mut report = Report::begin(&mut octets).unwrap();
        for attempt in attempts {
            report.attempt(attempt, None).unwrap();
        }
        let about = About {
            version: "1",
            identities: false,
            interrupted: false,
            left_out: 0,
        };
        let totals = BTreeMap::from([(Technology::Eps, Totals::default())]);
        let closing = Closing {
            captures: &[],
            totals: &totals,
            not_shown: &[],
            about: &about,
        };
        report.end(&closing).unwrap();
        serde_json::from_slice(&octets).unwrap()
    }

    #[test]
    fn a_report_is_one_object_however_many_attempts() {
        assert_eq!(written(&[])["attempts"], serde_json::json!([]));
        let report = written(&[healthy(1), rejected(2)]);
        assert_eq!(report["schema"], "quintet.doctor/1");
        assert_eq!(report["attempts"][1]["findings"][0]["code"], "smc-rejected");
        assert_eq!(report["attempts"][1]["ending"], "smc-rejected");
        assert_eq!(report["attempts"][0]["technology"], "eps");
        assert_eq!(report["totals"]["eps"]["success"], 0);
        assert_eq!(report["doctor"]["identities"], false);
    }
}
