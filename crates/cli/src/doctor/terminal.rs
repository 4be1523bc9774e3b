//! Attempts as people read them in a terminal: a line for what is in order, a ladder and the findings for what is not.
//!
//! From 90 columns on messages are drawn as a ladder, below that as a list, which fits any width.

use super::words::{self, clean, counted};
use crate::ladder::{Arrow, HEADING, Ladder, Tone, wrapped};
use quintet_consult::broken::{self, Mark};
use quintet_doctor::report::{Attempt, Finding, Message, Outcome, Severity};
use std::fmt::Write as _;
use std::time::Duration;

/// Columns of a ladder at least.
const LADDER: usize = 90;

/// Columns of anything at most: longer lines are hard to read.
const MAX_WIDTH: usize = 140;

/// Columns at least: what is narrower breaks its lines itself.
const MIN_WIDTH: usize = 40;

/// Lifelines in the order they are drawn.
const NODES: [&str; 13] = [
    "UE",
    "eNB",
    "gNB",
    "P-CSCF",
    "I-CSCF",
    "S-CSCF",
    "proxy",
    "registrar",
    "MME",
    "AMF",
    "AUSF",
    "UDM",
    "HSS",
];

/// Frames of a finding that are listed; the display filter has all of them.
const MAX_FRAMES: usize = 12;

/// Draws attempts for a terminal of some width.
pub(super) struct Terminal {
    width: usize,
    /// Whether attempts that are in order get a ladder too.
    verbose: bool,
    /// Names of captures, where there are several.
    captures: Vec<String>,
}

impl Terminal {
    /// For so many columns; [`crate::ladder::WIDTH`] if nobody knows.
    pub(super) fn new(width: Option<usize>, verbose: bool) -> Self {
        let width = width.unwrap_or(crate::ladder::WIDTH).clamp(MIN_WIDTH, MAX_WIDTH);
        let captures = Vec::new();
        Self {
            width,
            verbose,
            captures,
        }
    }

    /// What is said of an attempt, with the escapes of colours.
    pub(super) fn attempt(&self, attempt: &Attempt) -> String {
        let mark = broken::mark(attempt);
        let in_order = mark.is_none() && attempt.outcome != Outcome::Failure;
        let mut out = self.headline(attempt);
        if in_order && !self.verbose {
            self.briefly(attempt, &mut out);
            return out;
        }
        out.push('\n');
        out.push_str(&self.messages(attempt, mark.as_ref()));
        for finding in &attempt.findings {
            out.push('\n');
            self.finding(finding, &mut out);
        }
        if !attempt.not_shown.is_empty() {
            let what = attempt.not_shown.join("; ");
            self.paragraph(&mut out, "  ", "not shown: ", &what, Tone::Plain);
        }
        out.push('\n');
        out
    }

    /// Number, procedure, subscriber, frames, what became of it.
    fn headline(&self, attempt: &Attempt) -> String {
        let (sign, tone) = words::outcome(attempt.outcome);
        let style = tone.style();
        let [first, last] = attempt.frames;
        let mut facts = vec![words::subscriber(attempt), format!("frames {first}–{last}")];
        if let Some(capture) = self.capture(attempt) {
            facts.push(capture.to_owned());
        }
        facts.extend(words::security(attempt));
        facts.push(words::name(&attempt.ending));
        if let Some(cause) = &attempt.cause {
            facts.push(clean(cause).into_owned());
        }
        let head = format!("#{} {}", attempt.id, attempt.procedure);
        let text = format!("{head}  {}", facts.join("  "));
        let mut lines = wrapped(&text, self.width - 2).into_iter();
        let mut out = String::new();
        // Writing into a String cannot fail.
        let first = lines.next().unwrap_or_default();
        let bold = first.strip_prefix(&head).unwrap_or(&first);
        let _ = writeln!(out, "{style}{sign}{style:#} {HEADING}{head}{HEADING:#}{bold}");
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
        out
    }

    /// The name of the capture an attempt begins in, if there are several.
    fn capture(&self, attempt: &Attempt) -> Option<&str> {
        let capture = attempt.messages.first()?.capture;
        if self.captures.len() < 2 {
            return None;
        }
        self.captures.get(usize::from(capture)).map(String::as_str)
    }

    /// Names of the captures, to be told beside attempts if there are several.
    pub(super) fn captures(&mut self, names: impl IntoIterator<Item = String>) {
        self.captures = names.into_iter().map(|name| clean(&name).into_owned()).collect();
    }

    /// What is worth a line of an attempt that is in order.
    fn briefly(&self, attempt: &Attempt, out: &mut String) {
        for finding in attempt.findings.iter().filter(|f| f.severity > Severity::Note) {
            let head = format!("{} {}: ", words::name(&finding.severity), finding.code);
            self.paragraph(out, "  ", &head, &finding.what, words::severity(finding.severity));
        }
        if attempt.outcome == Outcome::Incomplete && !attempt.not_shown.is_empty() {
            self.paragraph(
                out,
                "  ",
                "not shown: ",
                &attempt.not_shown.join("; "),
                Tone::Plain,
            );
        }
    }

    /// Ladder or list, with the mark.
    fn messages(&self, attempt: &Attempt, mark: Option<&Mark>) -> String {
        let began = attempt.messages.first().and_then(|m| words::nanoseconds(&m.time));
        let at = |message: &Message| {
            let now = words::nanoseconds(&message.time)
                .zip(began)
                .map(|(now, began)| now - began);
            // Time may go backwards between two captures.
            Duration::from_nanos(now.and_then(|since| u64::try_from(since).ok()).unwrap_or(0))
        };
        let rows: Vec<(Duration, &Message, Tone)> = attempt
            .messages
            .iter()
            .map(|message| (at(message), message, tone(attempt, message)))
            .collect();
        if self.width >= LADDER {
            self.ladder(&rows, mark)
        } else {
            self.list(&rows, mark)
        }
    }

    fn ladder(&self, rows: &[(Duration, &Message, Tone)], mark: Option<&Mark>) -> String {
        let names = lifelines(rows.iter().map(|(_, message, _)| *message));
        let ladder = Ladder::new(&names, &steps(&names)).wide(self.width);
        let mut out = ladder.head();
        for (n, (at, message, tone)) in rows.iter().enumerate() {
            out.push_str(&self.mark_before(n, mark, &ladder));
            let line = |name: &str| names.iter().position(|known| *known == name).unwrap_or(0);
            let arrow = Arrow {
                from: line(message.from),
                to: line(message.to),
                label: clean(&message.name).into_owned(),
                short: None,
                tone: *tone,
                lost: false,
                details: words::beside(message),
            };
            out.push_str(&ladder.message(*at, &arrow));
        }
        out.push_str(&self.mark_before(rows.len(), mark, &ladder));
        out
    }

    fn mark_before(&self, message: usize, mark: Option<&Mark>, ladder: &Ladder) -> String {
        match mark {
            Some(mark) if mark.after == message => ladder.broken(&mark.text),
            _ => String::new(),
        }
    }

    fn list(&self, rows: &[(Duration, &Message, Tone)], mark: Option<&Mark>) -> String {
        let mut out = String::new();
        for n in 0..=rows.len() {
            if let Some(mark) = mark.filter(|mark| mark.after == n) {
                self.paragraph(&mut out, "  ", "╳ ", &mark.text, Tone::Bad);
            }
            let Some((at, message, tone)) = rows.get(n) else {
                break;
            };
            let head = format!("{:.6} {} → {} ", at.as_secs_f64(), message.from, message.to);
            self.paragraph(&mut out, "  ", &head, &clean(&message.name), *tone);
            for line in words::beside(message) {
                self.paragraph(&mut out, "      ", "", &line, Tone::Plain);
            }
        }
        out
    }

    fn finding(&self, finding: &Finding, out: &mut String) {
        let tone = words::severity(finding.severity);
        let style = tone.style();
        let _ = writeln!(
            out,
            "  {style}{}{style:#} {HEADING}{}{HEADING:#}  {}",
            words::name(&finding.severity),
            finding.code,
            finding.clause
        );
        self.paragraph(out, "    ", "", &finding.what, Tone::Plain);
        for (n, cause) in (1..).zip(&finding.causes) {
            let head = format!("{n}. ");
            self.paragraph(out, "    ", &head, &cause.why, Tone::Plain);
            self.paragraph(out, "       ", "", &cause.evidence, Tone::Plain);
        }
        self.paragraph(out, "    ", "next: ", &finding.next, Tone::Asking);
        if !finding.frames.is_empty() {
            let frames = frames(finding, self.captures.len() > 1);
            self.paragraph(out, "    ", "frames ", &frames, Tone::Plain);
        }
        self.paragraph(out, "    ", "filter: ", &finding.display_filter, Tone::Plain);
    }

    /// A text behind a head, indented, in lines of the terminal's width.
    fn paragraph(&self, out: &mut String, indent: &str, head: &str, text: &str, tone: Tone) {
        if text.is_empty() {
            return;
        }
        let room = self.width.saturating_sub(indent.len()).max(MIN_WIDTH / 2);
        let whole = format!("{head}{}", clean(text));
        let style = tone.style();
        for (n, line) in wrapped(&whole, room).iter().enumerate() {
            let _ = match line.strip_prefix(head).filter(|_| n == 0 && !head.is_empty()) {
                Some(rest) => writeln!(out, "{indent}{style}{head}{style:#}{rest}"),
                None => writeln!(out, "{indent}{line}"),
            };
        }
    }
}

/// Red for what proves a fault, yellow for what proves a warning or carries a cause.
fn tone(attempt: &Attempt, message: &Message) -> Tone {
    let graves = attempt.findings.iter().filter(|f| broken::proves(f, message));
    match graves.map(|finding| finding.severity).max() {
        Some(Severity::Fault) => Tone::Bad,
        Some(Severity::Warning) => Tone::Refused,
        _ if message.cause.is_some() => Tone::Refused,
        _ => Tone::Plain,
    }
}

/// The lifelines of some messages, from the UE to the HSS.
fn lifelines<'a>(messages: impl Iterator<Item = &'a Message>) -> Vec<&'static str> {
    let mut seen: Vec<&'static str> = messages.flat_map(|message| [message.from, message.to]).collect();
    seen.sort_by_key(|name| {
        (
            NODES
                .iter()
                .position(|known| known == name)
                .unwrap_or(NODES.len()),
            *name,
        )
    });
    seen.dedup();
    // A ladder has two sides, whatever is on it.
    for name in ["UE", "MME"] {
        if seen.len() < 2 && !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// Columns between lifelines: room for the longest names of NAS between eNB and MME.
fn steps(names: &[&str]) -> Vec<usize> {
    let widest = if names.len() > 3 { 36 } else { 40 };
    names
        .windows(2)
        .map(|pair| match (pair[0], pair[1]) {
            ("UE", "eNB" | "gNB") => 6,
            ("MME", "HSS") if names.len() > 2 => 12,
            ("AMF", "AUSF" | "UDM") | ("AUSF", "UDM") if names.len() > 2 => 7,
            ("UE" | "P-CSCF" | "I-CSCF" | "proxy", _) if names.len() > 2 => 18,
            ("S-CSCF", "HSS") if names.len() > 2 => 12,
            _ => widest,
        })
        .collect()
}

/// Frame numbers, not too many; with their captures if there are several.
fn frames(finding: &Finding, several: bool) -> String {
    let places = finding.captures.iter().zip(&finding.frames).take(MAX_FRAMES);
    let shown: Vec<String> = places
        .map(|(capture, frame)| match several {
            true => format!("{frame} of capture {}", capture + 1),
            false => frame.to_string(),
        })
        .collect();
    match finding.frames.len().checked_sub(MAX_FRAMES) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {}", shown.join(", "), counted(more as u64, "more frame")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::{healthy, nas, rejected, smc_rejected};

    fn plain(styled: &str) -> String {
        anstream::adapter::strip_str(styled).to_string()
    }

    #[test]
    fn what_is_in_order_is_a_line() {
        let text = plain(&Terminal::new(Some(120), false).attempt(&healthy(3)));
        assert_eq!(
            text,
            "✓ #3 attach  imsi-6f1c20  frames 1–7  128-EIA2, EEA0, KSI 1  success\n"
        );
        let verbose = plain(&Terminal::new(Some(120), true).attempt(&healthy(3)));
        assert!(
            verbose.contains("ATTACH COMPLETE ─") && !verbose.contains('╳'),
            "{verbose}"
        );
    }

    #[test]
    fn every_node_has_its_lifeline_and_none_makes_a_ladder_too_wide() {
        for (names, last) in [
            (["UE", "eNB", "MME", "HSS"].as_slice(), 54),
            (&["UE", "gNB", "AMF", "AUSF", "UDM"], 56),
            (&["UE", "P-CSCF", "I-CSCF", "S-CSCF", "HSS"], 66),
        ] {
            assert!(
                names.is_sorted_by_key(|name| NODES.iter().position(|known| known == name)),
                "{names:?}"
            );
            assert_eq!(steps(names).iter().sum::<usize>(), last, "{names:?}");
        }
    }

    #[test]
    fn a_failure_shows_its_ladder_the_break_and_the_finding() {
        let text = plain(&Terminal::new(None, false).attempt(&rejected(1)));
        let at = |what: &str| {
            text.find(what)
                .unwrap_or_else(|| panic!("{what} is not in\n{text}"))
        };
        assert!(at("SECURITY MODE REJECT") < at("╳╌"));
        assert!(at("╳╌") < at("UE CONTEXT RELEASE COMMAND"), "{text}");
        for expected in [
            "✗ #1 attach",
            "broken at",
            "fault smc-rejected  TS 24.301 5.4.3.5",
            "1. The replayed capabilities are not the UE's.",
            "Frame 4 replays e060",
            "next: Compare the capabilities",
            "frames 4, 5",
            "filter: frame.number in {4, 5}",
            "not shown: no S6a in this capture",
        ] {
            at(expected);
        }
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }

    #[test]
    fn a_narrow_terminal_gets_a_list_that_fits() {
        for width in [10, 40, 60, 89] {
            let text = plain(&Terminal::new(Some(width), true).attempt(&rejected(1)));
            let widest = text.lines().map(|line| line.chars().count()).max();
            let room = width.max(MIN_WIDTH);
            // One word may be longer than the line: the finding's head is not broken.
            assert!(
                widest.is_some_and(|widest| widest <= room.max(44)),
                "{width}:\n{text}"
            );
            assert!(text.contains("UE → MME"), "{text}");
            assert!(!text.contains('│'), "{text}");
        }
    }

    #[test]
    fn a_message_cannot_speak_to_the_terminal() {
        let mut attempt = rejected(1);
        attempt.messages[0].name = "\u{1b}]0;owned\u{7}".to_owned();
        attempt.messages[0].details = vec!["\u{1b}[31m".to_owned()];
        attempt.cause = Some("\u{9b}2J".to_owned());
        attempt.findings[0].what = "\u{1b}[2J".to_owned();
        for width in [60, 100] {
            let text = Terminal::new(Some(width), true).attempt(&attempt);
            let left = plain(&text);
            assert!(!left.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{left:?}");
            assert!(text.matches('\u{1b}').count() > 4, "our own colours are there");
            assert!(
                !text.contains("\u{1b}[2J") && !text.contains("\u{1b}]0"),
                "{text:?}"
            );
        }
    }

    #[test]
    fn lifelines_are_those_that_speak() {
        let s6a = [nas(1, "MME", "HSS", "AIR"), nas(2, "HSS", "MME", "AIA")];
        assert_eq!(lifelines(s6a.iter()), ["MME", "HSS"]);
        let all = [
            nas(1, "MME", "HSS", "AIR"),
            nas(2, "MME", "eNB", "PAGING"),
            nas(3, "UE", "MME", "x"),
        ];
        assert_eq!(lifelines(all.iter()), ["UE", "eNB", "MME", "HSS"]);
        let fgs = [
            nas(1, "AUSF", "UDM", "generate-auth-data"),
            nas(2, "AMF", "AUSF", "ue-authentications"),
            nas(3, "UE", "AMF", "x"),
            nas(4, "AMF", "gNB", "PAGING"),
        ];
        assert_eq!(lifelines(fgs.iter()), ["UE", "gNB", "AMF", "AUSF", "UDM"]);
        assert_eq!(lifelines([].iter()), ["UE", "MME"]);
    }

    #[test]
    fn many_frames_are_counted() {
        let mut finding = smc_rejected();
        assert_eq!(frames(&finding, false), "4, 5");
        assert_eq!(frames(&finding, true), "4 of capture 1, 5 of capture 1");
        finding.frames = (1..=14).collect();
        finding.captures = vec![0; 14];
        let told = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more frames";
        assert_eq!(frames(&finding, false), told);
    }
}
