//! The table under a report: how attempts ended, what was found most, and how each subscriber fared. Of bounded size.

use super::words::{self, clean, counted};
use crate::ladder::{HEADING, wrapped};
use quintet_doctor::report::{Attempt, Ending, Outcome, Severity, Technology, Totals};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// Subscribers that are told apart; of more, only the attempts are counted.
const MAX_SUBSCRIBERS: usize = 10_000;

/// Subscribers that are shown, those with most failures first.
const SHOWN_SUBSCRIBERS: usize = 12;

/// Findings that are shown, the gravest and most frequent first.
const SHOWN_FINDINGS: usize = 15;

/// What became of all attempts.
#[derive(Default)]
pub(super) struct Summary {
    totals: BTreeMap<Technology, Totals>,
    endings: BTreeMap<(Outcome, Ending), u64>,
    /// By severity and code: in how many attempts, and the first of them.
    findings: BTreeMap<(Severity, &'static str), (u64, u64)>,
    subscribers: HashMap<String, Fared>,
    /// Attempts of subscribers beyond [`MAX_SUBSCRIBERS`].
    others: u64,
    faults: u64,
}

/// How a subscriber fared.
#[derive(Default)]
struct Fared {
    totals: Totals,
    /// What the last attempt came to.
    last: Option<Ending>,
    /// The fault of the last attempt that had one.
    fault: Option<&'static str>,
}

impl Summary {
    /// Takes an attempt into account.
    pub(super) fn add(&mut self, attempt: &Attempt) {
        self.totals
            .entry(attempt.technology)
            .or_default()
            .count(attempt.outcome);
        *self.endings.entry((attempt.outcome, attempt.ending)).or_default() += 1;
        let mut codes: Vec<_> = attempt.findings.iter().map(|f| (f.severity, f.code)).collect();
        codes.sort_unstable();
        codes.dedup();
        for key in &codes {
            self.findings.entry(*key).or_insert((0, attempt.id)).0 += 1;
        }
        self.faults += u64::from(codes.iter().any(|(severity, _)| *severity == Severity::Fault));
        let who = &attempt.subscriber;
        let Some(name) = who.imsi.as_ref().or(who.guti.as_ref()) else {
            return;
        };
        if self.subscribers.len() >= MAX_SUBSCRIBERS && !self.subscribers.contains_key(name) {
            self.others += 1;
            return;
        }
        let fared = self.subscribers.entry(name.clone()).or_default();
        fared.totals.count(attempt.outcome);
        fared.last = Some(attempt.ending);
        fared.fault = quintet_consult::broken::gravest(attempt)
            .map(|fault| fault.code)
            .or(fared.fault);
    }

    /// Attempts so far.
    pub(super) fn attempts(&self) -> u64 {
        self.totals
            .values()
            .map(|t| t.success + t.failure + t.incomplete)
            .sum()
    }

    /// Whether an attempt failed or shows a fault: what exit code 1 says.
    pub(super) fn is_bad(&self) -> bool {
        self.faults > 0 || self.totals.values().any(|totals| totals.failure > 0)
    }

    /// How many came out how, by technology.
    pub(super) fn totals(&self) -> &BTreeMap<Technology, Totals> {
        &self.totals
    }

    /// As people read it in so many columns, with the escapes of colours.
    pub(super) fn text(&self, width: usize) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{HEADING}{}{HEADING:#}", counted(self.attempts(), "attempt"));
        let mut endings: Vec<_> = self.endings.iter().collect();
        endings.sort_by_key(|((outcome, _), count)| {
            (*outcome != Outcome::Failure, *outcome, std::cmp::Reverse(**count))
        });
        for ((outcome, ending), count) in endings {
            let (sign, tone) = words::outcome(*outcome);
            let style = tone.style();
            let _ = writeln!(
                out,
                "  {style}{sign}{style:#} {count:>6}  {}",
                words::name(ending)
            );
        }
        self.write_findings(&mut out);
        self.write_subscribers(&mut out, width);
        out
    }

    fn write_findings(&self, out: &mut String) {
        if self.findings.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{HEADING}findings{HEADING:#}");
        let mut findings: Vec<_> = self.findings.iter().collect();
        findings.sort_by_key(|((severity, _), (count, _))| std::cmp::Reverse((*severity, *count)));
        for ((severity, code), (count, first)) in findings.iter().take(SHOWN_FINDINGS) {
            let style = words::severity(*severity).style();
            let severity = words::name(severity);
            let _ = writeln!(
                out,
                "  {style}{severity:<7}{style:#} {count:>6}  {code}, first in #{first}"
            );
        }
        more(out, findings.len(), SHOWN_FINDINGS, "code");
    }

    fn write_subscribers(&self, out: &mut String, columns: usize) {
        if self.subscribers.len() < 2 {
            return;
        }
        let _ = writeln!(out, "\n{HEADING}subscribers{HEADING:#}");
        let mut subscribers: Vec<_> = self.subscribers.iter().collect();
        subscribers.sort_by_key(|(name, fared)| (std::cmp::Reverse(fared.totals.failure), *name));
        let shown = subscribers.iter().take(SHOWN_SUBSCRIBERS);
        let width = shown
            .clone()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        for (name, fared) in shown {
            let Totals {
                success,
                failure,
                incomplete,
            } = fared.totals;
            let last = fared.last.map(|ending| words::name(&ending)).unwrap_or_default();
            let fault = fared.fault.map(|code| format!("; {code}")).unwrap_or_default();
            let name = clean(name);
            let text = format!("{name:<width$}  ✓ {success} ✗ {failure} ? {incomplete}  last: {last}{fault}");
            for line in wrapped(&text, columns.saturating_sub(2).max(width + 2)) {
                let _ = writeln!(out, "  {line}");
            }
        }
        more(out, subscribers.len(), SHOWN_SUBSCRIBERS, "subscriber");
        if self.others > 0 {
            let _ = writeln!(
                out,
                "  {} of further subscribers",
                counted(self.others, "attempt")
            );
        }
    }
}

/// Says how many are not shown.
fn more(out: &mut String, all: usize, shown: usize, what: &str) {
    if all > shown {
        let _ = writeln!(
            out,
            "  … and {}",
            counted((all - shown) as u64, &format!("more {what}"))
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::{healthy, rejected};

    fn plain(summary: &Summary) -> String {
        anstream::adapter::strip_str(&summary.text(100)).to_string()
    }

    #[test]
    fn endings_findings_and_subscribers_are_counted() {
        let mut summary = Summary::default();
        summary.add(&healthy(1));
        assert!(!summary.is_bad());
        let mut other = rejected(2);
        other.subscriber.imsi = Some("imsi-b".to_owned());
        summary.add(&other);
        summary.add(&other);
        assert!(summary.is_bad());
        let text = plain(&summary);
        for line in [
            "3 attempts",
            "  ✗      2  smc-rejected",
            "  ✓      1  success",
            "  fault        2  smc-rejected, first in #2",
            "  imsi-b       ✓ 0 ✗ 2 ? 0  last: smc-rejected; smc-rejected",
            "  imsi-6f1c20  ✓ 1 ✗ 0 ? 0  last: success",
        ] {
            assert!(
                text.lines().any(|shown| shown == line),
                "{line} is not in\n{text}"
            );
        }
        assert!(
            text.find("✗      2").unwrap() < text.find("✓      1").unwrap(),
            "failures first"
        );
    }

    #[test]
    fn a_narrow_terminal_breaks_the_lines_of_subscribers() {
        let mut summary = Summary::default();
        summary.add(&healthy(1));
        let mut other = rejected(2);
        other.subscriber.imsi = Some("imsi-b".to_owned());
        summary.add(&other);
        let text = anstream::adapter::strip_str(&summary.text(45)).to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 45), "{text}");
    }

    #[test]
    fn a_fault_on_a_successful_attempt_is_bad_too() {
        let mut summary = Summary::default();
        let mut attempt = healthy(1);
        attempt.findings = rejected(1).findings;
        summary.add(&attempt);
        assert!(summary.is_bad());
    }

    #[test]
    fn subscribers_are_bounded() {
        let mut summary = Summary::default();
        for n in 0..=MAX_SUBSCRIBERS as u64 {
            let mut attempt = healthy(n);
            attempt.subscriber.imsi = Some(format!("imsi-{n}"));
            summary.add(&attempt);
        }
        assert_eq!(summary.subscribers.len(), MAX_SUBSCRIBERS);
        let text = plain(&summary);
        assert!(text.contains("… and 9988 more subscribers"), "{text}");
        assert!(text.contains("1 attempt of further subscribers"), "{text}");
    }
}
